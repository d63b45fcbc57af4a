"""JUnit XML for Jenkins, GitLab and Azure Pipelines: a suite for each draft, a case for each rule.

JUnit XML has no standard. These elements are the ones that those three have in common:
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree as ET

from htqcli.check.inputs import Unchecked
from htqcli.check.report import Checked, Diagnostic, Report
from htqcli.formats.json import about
from htqcli.formats.text import message
from htqcli.rules.declare import Rule
from htqcli.words import visible, visible_start


def junit(report: Report) -> str:
    """The report as XML. Each rule that applied to a draft is a test case, so that passes show too.
    It fails if a finding fails the run, and is skipped if its findings are accepted. A file that
    could not be checked is an error."""
    root = ET.Element("testsuites", name="htq")
    for file in report.files:
        suite = _suite(file.path, [_case(report, file, rule) for rule in file.ran])
        if report.catalogue:
            suite.insert(0, _properties(about(report.catalogue, report.at)))
        root.append(suite)
    for unchecked in report.unchecked:
        root.append(_suite(unchecked.path, [_error(unchecked)]))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _suite(path: str, cases: list[ET.Element]) -> ET.Element:
    suite = ET.Element("testsuite", name=_xml(path), tests=str(len(cases)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))
    suite.extend(cases)
    return suite


def _properties(values: dict[str, Any]) -> ET.Element:
    """The facts about the catalogue, as properties of a suite."""
    properties = ET.Element("properties")
    for name, value in values.items():
        if value is not None:
            ET.SubElement(properties, "property", name=f"catalogue.{name}", value=_xml(str(value)))
    return properties


def _case(report: Report, file: Checked, rule: Rule) -> ET.Element:
    case = ET.Element("testcase", name=f"{rule.code} {rule.name}", classname=_xml(file.path))
    found = [finding for finding in file.findings if finding.rule is rule]
    failing = [finding for finding in found if report.is_failure(finding)]
    accepted = [finding for finding in found if finding.accepted]
    others = [finding for finding in found if finding not in failing]
    if failing:
        failure = ET.SubElement(
            case,
            "failure",
            message=_xml(failing[0].message),
            type=failing[0].severity.value,
        )
        failure.text = _lines(file, failing)
    elif accepted:
        reason = (accepted[0].accepted and accepted[0].accepted.reason) or ""
        ET.SubElement(case, "skipped", message=_xml(f"Accepted: {reason}"))
    if others:
        ET.SubElement(case, "system-out").text = _lines(file, others)
    return case


def _error(unchecked: Unchecked) -> ET.Element:
    case = ET.Element("testcase", name="checked", classname=_xml(unchecked.path))
    ET.SubElement(case, "error", message=_xml(unchecked.reason), type="unchecked")
    return case


def _lines(file: Checked, findings: Iterable[Diagnostic]) -> str:
    return "\n".join(
        f"{visible_start(_xml(file.path))}:{finding.place.line}:{finding.place.column}: "
        f"{finding.severity.word} {finding.rule.code} {_xml(message(finding))}\n"
        f"{_xml(finding.hint)}"
        for finding in findings
    )


def _xml(text: str) -> str:
    """Visible text, with characters that XML cannot hold written as escapes."""
    return re.sub("[\ufffe\uffff]", lambda found: f"\\u{ord(found[0]):04x}", visible(text))
