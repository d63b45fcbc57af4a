"""Every rule does what its own words and examples say."""

import ast
import re
import shutil
from dataclasses import replace

import pytest

from conftest import IN_WINDOW, ROOT
from htqcli import moment
from htqcli.catalogue import bundled
from htqcli.check.engine import Checker
from htqcli.check.inputs import Draft, Unchecked
from htqcli.check.report import Checked
from htqcli.rules import RULES, about
from htqcli.rules.declare import DRAFT, Severity
from htqcli.words import visible

AT = moment.read(IN_WINDOW).first
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def found_by(rule, fragment, folder):
    """The findings of one rule, alone, in a fragment of a draft."""
    (folder / "evidence").mkdir(exist_ok=True)
    for name in ("specification.pdf", "ksb-mapping.xlsx", "example-software.pdf", "permission.pdf"):
        (folder / "evidence" / name).write_text("not empty")
    (folder / "ksbs").mkdir(exist_ok=True)
    for name, options in (("ST0116-1.1", "{}"), ("ST0117-1.0", "{Systems: [K1], Data: [K2]}")):
        reference, version = name.split("-")
        (folder / "ksbs" / f"{name}.yaml").write_text(
            f"reference: {reference}\nversion: '{version}'\ntitle: Made up\noptions: {options}\n"
            "ksbs: {K1: One made-up statement, K2: Another}\n"
        )
    (folder / "submitted").mkdir(exist_ok=True)
    (folder / "submitted" / "application.yaml").write_text(
        "qualification: {title: Level 4 Diploma in Software Development}\n"
    )
    draft = Draft("draft.yaml", folder, fragment.encode())
    subject = rule.subjects[0]
    known = bundled.load() if subject is DRAFT else None
    found = Checker(known, AT, [rule, *others_needed_by(rule)], subject=subject).check(draft)
    assert isinstance(found, Checked)
    return [f for f in found.findings if f.rule is rule]


def others_needed_by(rule):
    """The other rules that a rule about acceptances needs: those whose findings are accepted."""
    return [other for other in RULES if rule.code in ("HTQ105", "HTQ106") and other is not rule]


@each_rule
def test_a_rule_finds_what_its_bad_example_marks_and_nothing_else(rule, tmp_path):
    marked = [
        number
        for number, line in enumerate(rule.bad.split("\n"), start=1)
        if line.endswith(f"# {rule.code}")
    ]
    assert marked
    lines = [finding.place.line for finding in found_by(rule, rule.bad, tmp_path)]
    assert lines == marked


@each_rule
def test_a_rule_finds_nothing_in_its_good_example(rule, tmp_path):
    assert found_by(rule, rule.good, tmp_path) == []


@each_rule
def test_a_rule_has_a_code_a_name_a_summary_a_reason_and_a_source(rule):
    assert re.fullmatch(r"HTQ\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert rule.summary
    assert not rule.summary.endswith(".")
    assert rule.why.endswith(".")
    assert rule.says
    assert rule.source.startswith("https://") or (ROOT / rule.source).is_file()


def test_codes_and_names_are_unique_and_codes_are_in_order():
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))


CONTRACT = """
    001E 002E 003E 004E 005E 006E 007E 008E 101E 102E 103E 104E 105W 106W 107E 108W 109I 201E 202E 203E 204W
    205W 206W 207E 208E 209W 301E 302I 303E 304E 305E 306W 401E 403W 404W 405W 406E 408W 409E 501E 502E 505E 506W 508W 509W
    510E 511E 512E 513W 514E 515W 601E 602E
    603E 604W 606E 607E 608W 701E 801W 802E 803W
    901E 902E 903E 904E 905E 906W 907E 908E 909E 910E 911E 912E 913E 914E 915W 916I
"""


def test_the_fixed_severities_are_those_of_the_contract():
    letters = {Severity.ERROR: "E", Severity.WARNING: "W", Severity.INFO: "I"}
    fixed = [
        f"{rule.code[3:]}{letters[rule.severity]}"
        for rule in RULES
        if isinstance(rule.severity, Severity)
    ]
    assert fixed == CONTRACT.split()


@pytest.mark.parametrize(
    ("code", "by_cycle"),
    [
        ("HTQ402", [None, "warning", "warning", "warning", "warning"]),
        ("HTQ503", ["warning", "warning", "warning", "warning", "error"]),
        ("HTQ504", ["info", "info", "info", "info", "warning"]),
        ("HTQ507", ["error", "warning", "warning", "warning", "warning"]),
        ("HTQ407", ["warning", "warning", "warning", "warning", "error"]),
        ("HTQ605", ["info", "info", "info", "info", "error"]),
        ("HTQ609", ["info", "info", "info", "info", "error"]),
    ],
)
def test_a_severity_set_by_policy_is_the_one_of_the_cycle(code, by_cycle):
    (rule,) = [rule for rule in RULES if rule.code == code]
    cycles = bundled.load().cycles[:5]
    assert [rule.severity_in(cycle) for cycle in cycles] == by_cycle
    assert rule.severity_in(None) is None


AVOIDED = re.compile(
    r"\b(please|sorry|valid|invalid|forbidden|illegal|oops|error occurred|regex|regular "
    r"expression|str|int|dict|bool|none|null|nonetype|boolean|integer|string|mapping key)\b",
    re.IGNORECASE,
)


@each_rule
def test_the_messages_and_hints_of_a_rule_are_in_plain_words(rule, tmp_path):
    for finding in found_by(rule, rule.bad, tmp_path):
        assert not AVOIDED.search(finding.message), finding.message
        assert not AVOIDED.search(finding.hint), finding.hint
        assert not finding.message.endswith(".")
        assert finding.hint.endswith((".", "?"))
        assert finding.message[0] in "‘“" or finding.message[0].isupper()
        assert visible(finding.message) == finding.message


def sentences():
    """Every sentence, or piece of one, in the modules that speak to a person about a draft."""
    package = ROOT / "src" / "htqcli"
    for path in [*package.glob("*.py"), *package.rglob("rules/*.py"), *package.rglob("cli/*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                node.value.value = ""  # a docstring
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.name}:{node.lineno}", node.value


def test_no_sentence_of_htq_has_a_word_that_people_should_not_see():
    found = [
        (where, text)
        for where, text in sentences()
        if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", text) and AVOIDED.search(text)
    ]
    of_the_parser = "found invalid Unicode character escape code"
    assert [text for _, text in found if text != of_the_parser] == []


def raises_in_cycle_3(case):
    """A rule with a fault that only drafts for cycle 3 meet."""
    if case.application.cycle == 3:
        raise ZeroDivisionError
    return ()


FAULTY = [replace(rule, check=raises_in_cycle_3) for rule in about(DRAFT)]
FAULTY += [replace(rule, tidy=raises_in_cycle_3) for rule in about(DRAFT) if rule.tidy]


@pytest.mark.parametrize("faulty", FAULTY, ids=lambda rule: rule.code)
def test_a_fault_in_any_rule_is_reported_for_its_file_and_the_next_is_checked(tmp_path, faulty):
    shutil.copytree(ROOT / "examples", tmp_path, dirs_exist_ok=True)
    content = (tmp_path / "application.yaml").read_bytes()
    rules = [faulty if rule.code == faulty.code else rule for rule in about(DRAFT)]
    checker = Checker(bundled.load(), AT, rules, tidies=True)
    unchecked = checker.check(Draft("a.yaml", tmp_path, content))
    assert isinstance(unchecked, Unchecked)
    assert unchecked.path == "a.yaml"
    assert f"rule {faulty.code}" in unchecked.reason
    assert isinstance(unchecked.fault, ZeroDivisionError)
    after = checker.check(Draft("b.yaml", tmp_path, content.replace(b"cycle: 3", b"cycle: 4", 1)))
    assert isinstance(after, Checked)


def test_a_fault_in_a_rule_does_not_hide_the_other_files_of_a_run(tmp_path):
    shutil.copytree(ROOT / "examples", tmp_path, dirs_exist_ok=True)
    content = (tmp_path / "application.yaml").read_bytes()
    drafts = [Draft("a.yaml", tmp_path, content), Draft("b.yaml", tmp_path, b"cycle: 4\n")]
    checker = Checker(bundled.load(), AT, FAULTY[:1])
    report = checker.report(map(checker.check, drafts))
    assert [file.path for file in report.files] == ["b.yaml"]
    assert [item.path for item in report.unchecked] == ["a.yaml"]
