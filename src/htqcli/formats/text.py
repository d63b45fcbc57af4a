"""Text, for a person at a terminal and for an editor or `grep` behind a pipe."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from htqcli.catalogue.model import Catalogue
from htqcli.check.report import Checked, Diagnostic, Report
from htqcli.document.places import Place
from htqcli.draft.coverage import StandardCoverage
from htqcli.formats.groups import Group, groups
from htqcli.formats.lines import Line, flow
from htqcli.moment import say, say_time
from htqcli.rules import about
from htqcli.rules.declare import DRAFT, Severity, Stage
from htqcli.rules.sources import is_address
from htqcli.verdict import Verdict
from htqcli.words import display_width, join, truncate, visible, visible_start

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}
STYLES_OF_VERDICTS = {
    Verdict.NOT_READY: "bold red",
    Verdict.UNPROVEN: "bold",
    Verdict.UNSETTLED: "bold",
    Verdict.READY: "bold green",
}
"""Only a verdict of ready is green."""
MORE = "To learn more about a finding, run ‘htq rules CODE’."

Detail = Literal["grouped", "all", "summary"]
"""How much a terminal shows of a draft: its findings by section, alike ones together; each finding
by itself; or the verdict alone."""


def text(report: Report) -> str:
    """The report as plain text, no line cut or wrapped."""
    return "".join("".join(piece for piece, _ in line) + "\n" for line in lines(report))


def lines(
    report: Report,
    width: int | None = None,
    detail: Detail = "all",
    *,
    quiet: bool = False,
) -> Iterator[Line]:
    """The lines of the report, fitted to the width of a terminal if one is given. Without a width,
    each finding has a line of its own, unless there are verdicts only. If `quiet`, they show only
    the findings that fail the run."""
    if detail == "summary":
        yield from _verdicts(report, width)
        return
    for file in report.files:
        shown = [one for one in file.findings if not quiet or report.is_failure(one)]
        if width and detail == "grouped" and report.subject is DRAFT:
            yield from _grouped(file, shown, width)
            continue
        for finding in shown:
            yield from _finding(file.path, finding, width)
            yield []
    if not quiet:
        yield from summary(report, width)


def _verdicts(report: Report, width: int | None, *, covered: bool = False) -> Iterator[Line]:
    """The verdict on each file, and on all if there are several."""
    for file in report.files:
        said = (verdict(report, file), STYLES_OF_VERDICTS[file.verdict])
        yield from flow(
            [(f"{visible_start(file.path)}: ", "bold"), said, (as_at(report), "")], width, "  "
        )
        for line in coverage(file) if covered else ():
            yield from flow([(f"  {line}", "dim")], width, "    ")
    if len(report.files) > 1:
        yield from flow([(overall(report) + as_at(report), "bold")], width)


def summary(report: Report, width: int | None = None) -> Iterator[Line]:
    """The verdict on each file, what it was checked against, and the next step. A terminal shows of
    the catalogue only what matters to the drafts."""
    yield from _verdicts(report, width, covered=True)
    notes = []
    if any(file.findings for file in report.files):
        notes.append(MORE)
        if corrected := fixable(report):
            notes.append(corrected)
    if report.files:
        notes += _checked_against(report, is_log=not width)
    for sentence in notes:
        yield from flow([(sentence, "dim")], width)
    if step := next_step(report):
        yield from flow([(f"Next: {step}", "bold")], width)


def verdict(report: Report, file: Checked) -> str:
    """The verdict on a file in words, with how many findings it has."""
    words = report.subject.words[file.verdict]
    counted = tuple(Severity)
    if file.verdict is Verdict.UNPROVEN:
        words = _unproven(words, file)
    elif file.verdict is Verdict.UNSETTLED and report.subject is DRAFT:
        count = file.count(Severity.WARNING)
        words = f"no errors; {count} warning{'' if count == 1 else 's'} to settle"
        counted = (Severity.INFO,)
    return words + _counts(file, counted)


def _unproven(words: str, file: Checked) -> str:
    if not file.open:
        return "no error found by the rules that were chosen"
    first, *more = file.open
    others = f", and {len(more)} more" if more else ""
    chosen = "; not all rules were chosen" if file.skipped else ""
    return f"{words}: {first.message[:1].lower()}{first.message[1:]}{others}{chosen}"


def coverage(file: Checked) -> list[str]:
    """A line for each standard: how much of it a draft covers. Of many, only the first."""
    lines = [_standard_line(one) for one in file.standards[:_MAX_STANDARDS]]
    more = len(file.standards) - len(lines)
    return [*lines, f"{more} more standards"] if more else lines


_MAX_STANDARDS = 10


def _standard_line(one: StandardCoverage) -> str:
    option = one.option and f"({truncate(one.option, 40)})"
    named = " ".join(truncate(part, 60) for part in (one.reference, one.version, option) if part)
    said = "which of its KSBs are covered was not checked"
    if one.ksbs is not None:
        said = f"{one.covered} of {one.ksbs} KSBs"
        if one.in_every_combination is not None:
            less = one.in_every_combination != one.covered
            said += f", {one.in_every_combination} of them" if less else ","
            said += " in every combination"
    return visible_start(f"{named or 'A standard'}: {said}")


def as_at(report: Report) -> str:
    """The time of the check, unless that is now and the window of every draft is open. If it is
    now, to the minute."""
    if report.catalogue is None or (not report.is_dated and _are_open(report, report.catalogue)):
        return ""
    at = report.at if report.is_dated else report.at.replace(second=0, microsecond=0)
    return f", as at {say(at, 'day' if say_time(at) == 'midnight' else 'minute')}"


def _are_open(report: Report, known: Catalogue) -> bool:
    numbers = {file.cycle for file in report.files}
    are_known = numbers <= {cycle.cycle for cycle in known.cycles}
    return are_known and all(known.status(report.at, n).state == "open" for n in numbers)


def overall(report: Report) -> str:
    """How many drafts or catalogues have each verdict, in a sentence."""
    subject, count = report.subject, len(report.files)
    if not count:
        return f"No {subject.name} was checked"
    if count == 1:
        return f"1 {subject.name}: {verdict(report, report.files[0])}"
    words: Counter[str] = Counter()
    for each in reversed(Verdict):
        words[subject.words[each]] += report.verdicts[each]
    said = ", ".join(f"{number} {what}" for what, number in words.items() if number)
    return f"{count} {subject.name}s: {said}"


def fixable(report: Report) -> str:
    """How many mistakes `--fix` can correct, in a sentence; empty for none."""
    count = sum(file.fixable for file in report.files)
    return f"{corrections(count)} can be corrected with --fix." if count else ""


def corrections(count: int) -> str:
    """`1 mistake`, `18 mistakes`."""
    return f"{count:,} mistake{'' if count == 1 else 's'}"


def catalogue_notes(report: Report) -> list[str]:
    """The catalogue that drafts were checked against, and what to know about it, as sentences.
    Empty if catalogues were checked."""
    if report.catalogue is None:
        return []
    note = [report.note] if report.note else []
    return [f"Catalogue: {report.catalogue}.", *note]


def elsewhere(finding: Diagnostic) -> str:
    """The other lines of a finding, or the first of many: `also on lines 17, 23 and 40`."""
    lines = sorted({spot.place.line for spot in finding.also} - {finding.place.line})
    more = len(lines) - _MAX_LINES
    said = [str(line) for line in lines[:_MAX_LINES]] + ([f"{more} more"] if more > 0 else [])
    return f"also on line{'' if len(lines) == 1 else 's'} {join(said)}" if lines else ""


_MAX_LINES = 20


def message(finding: Diagnostic) -> str:
    """What is wrong, and on which other lines, for a report that shows a finding once."""
    also = elsewhere(finding)
    return f"{finding.message} ({also})" if also else finding.message


def _grouped(file: Checked, findings: list[Diagnostic], width: int) -> Iterator[Line]:
    """The findings in a file by section. What two groups have in common is shown once."""
    if not findings:
        return
    yield from flow([(visible_start(file.path), "bold underline")], width)
    shown: set[str] = set()
    for group in groups(file, findings):
        yield from _group(group, width, shown)
    yield []


def _group(group: Group, width: int, shown: set[str]) -> Iterator[Line]:
    """What is wrong, how to put it right, and on whose authority. It adds the remedy to those that
    were `shown`, which are not repeated."""
    first = group.first
    label, style = _label(first)
    for statement in group.statements:
        section = "" if statement.startswith(group.section) else f"{group.section}: "
        yield from flow([(label, style), (section, "bold"), (statement, "")], width, _INDENT)
    if group.more:
        yield from flow([(f"{_INDENT}{group.more:,} more: --all shows each", "")], width, _INDENT)
    if first.rule.stage is Stage.FILE and len(group.findings) == 1:
        yield from _marked(first, style, width)
    remedy = _remedy(first, group.hint, group.findings)
    key = f"{first.rule.code} {remedy}"
    if remedy and key not in shown:
        yield from flow([(f"{_INDENT}{remedy}", "")], width, _INDENT)
    shown.add(key)
    if sources := [source for source in first.sources if is_address(source)]:
        yield from flow([(f"{_INDENT}Source: {', '.join(sources)}", "dim")], width, _INDENT)


_INDENT = "    "


def _label(finding: Diagnostic) -> tuple[str, str]:
    """`error HTQ401 `, and its style."""
    label = f"{finding.severity.word} {finding.rule.code} "
    if finding.accepted:
        return f"accepted {label}", "dim"
    return label, STYLES[finding.severity]


def _remedy(finding: Diagnostic, hint: str, alike: Iterable[Diagnostic]) -> str:
    """How to put a finding right, or why the draft accepts it, and whether `--fix` corrects it and
    those that are alike."""
    if finding.accepted and finding.accepted.until:
        reason = visible(finding.accepted.reason or "")
        return f"Accepted until {finding.accepted.until}: {reason}"
    can_fix = [one.is_fixable for one in alike]
    if not any(can_fix):
        return hint
    how = "Fixable with --fix." if all(can_fix) else f"{sum(can_fix)} are fixable with --fix."
    return f"{hint} {how}".lstrip()


def _finding(path: str, finding: Diagnostic, width: int | None) -> Iterator[Line]:
    """A finding at its first place. In a terminal, the message names its other lines. Elsewhere
    each place has its own line, for editors and `grep`."""
    label, style = _label(finding)
    gutter = _gutter(finding)
    indent = " " * (len(gutter) - 2)
    said = message(finding) if width else finding.message
    head = (_head(path, finding.place), "bold")
    yield from flow([head, (label, style), (said, "")], width, indent, "")
    yield from _marked(finding, style, width)
    note = _remedy(finding, finding.hint, [finding])
    yield from flow([(indent + visible_start(note), "")], width, indent, "")
    sources = f"Source: {', '.join(finding.sources)}"
    yield from flow([(indent + sources, "dim")], width, indent)
    for spot in () if width else finding.also:
        yield [(_head(path, spot.place), "bold"), (label, style), (finding.message, "")]


def _gutter(finding: Diagnostic) -> str:
    return f"{finding.place.line:>6} | "


def _marked(finding: Diagnostic, style: str, width: int | None) -> Iterator[Line]:
    """The line of a finding in the draft, and marks below its place."""
    gutter = _gutter(finding)
    shown, marker = _excerpt(finding, max(1, width - len(gutter)) if width else None)
    yield [(gutter, "dim"), (shown, "")]
    yield [(" " * (len(gutter) - 2) + "| ", "dim"), (marker, style)]


def _head(path: str, place: Place) -> str:
    return f"{visible_start(path)}:{place.line}:{place.column}: "


def _excerpt(finding: Diagnostic, columns: int | None) -> tuple[str, str]:
    """The line of a finding, and marks below its place, cut to this many columns."""
    place, excerpt = finding.place, finding.excerpt
    line = excerpt.text.replace("\t", " ")
    before, after = "…" if excerpt.cut_before else "", "…" if excerpt.cut_after else ""
    start = min(place.column - excerpt.start, len(line))
    end = place.end_column - excerpt.start if place.end_line == place.line else len(line)
    lead, own = before + visible(line[:start]), visible(line[start:end])
    rest = own + visible(line[end:]) + after
    if columns and display_width(lead + own) > columns:
        while len(lead) > 1 and display_width(lead) > columns // 2:
            lead = "…" + lead[2:]
    if columns and display_width(lead + rest) > columns:
        from rich.cells import set_cell_size

        rest = set_cell_size(rest, max(0, columns - display_width(lead) - 1)) + "…"
    left = display_width(lead)
    marker = " " * left + "^" * max(1, display_width(own))
    return lead + rest, marker[:columns]


def _counts(file: Checked, counted: Iterable[Severity]) -> str:
    parts = [
        f"{count} {severity.word}{'' if count == 1 else 's'}"
        for severity in counted
        if (count := file.count(severity))
    ]
    if accepted := sum(finding.accepted is not None for finding in file.findings):
        parts.append(f"{accepted} accepted")
    return f" ({join(parts)})" if parts else ""


def _checked_against(report: Report, *, is_log: bool) -> list[str]:
    every = len(about(report.subject))
    some = f"Only {len(report.rules)} of the {every} rules." if report.is_partial else ""
    known, note = report.catalogue, report.note
    if is_log or report.subject is not DRAFT:
        at = f"Checked as at {say(report.at)}, London time. {some}".rstrip()
        return [*catalogue_notes(report), at]
    own = [f"Catalogue: {known}."] if known and known.origin.file else []
    return [one for one in (*own, note, some) if one]


def next_step(report: Report) -> str:
    """What to do next, with the command for it, for the first draft that is furthest from ready.
    Empty if there is none."""
    if report.subject is not DRAFT or not report.files:
        return ""
    file = min(report.files, key=lambda file: list(Verdict).index(file.verdict))
    if file.fixable:
        return f"run ‘{command(report, file, 'check', '--fix')}’."
    if file.verdict is Verdict.NOT_READY:
        return f"put the errors right, then run ‘{command(report, file, 'check')}’ again."
    if file.verdict is Verdict.UNPROVEN:
        commands = [re.search("‘(htq [^’]*)’", finding.hint) for finding in file.open]
        first = next((found[1] for found in commands if found), None)
        if first:
            return f"run ‘{first}’, then check again."
        if not file.open:
            return "check again without --select and --ignore."
        return f"see ‘htq rules {file.open[0].rule.code}’."
    if file.verdict is Verdict.UNSETTLED:
        warnings = (f for f in file.findings if f.severity is Severity.WARNING and not f.accepted)
        code = next(warnings).rule.code
        return f"put each warning right, or accept it with a reason: see ‘htq rules {code}’."
    if not re.fullmatch(_PLAIN_PATH, file.path):
        return ""
    packing = command(report, file, "pack", "-o", "pack.zip")
    return f"run ‘{packing}’ to put together what you hand in."


def command(report: Report, file: Checked, name: str, *options: str) -> str:
    """A command for a draft, as at the time of the report if that was asked for."""
    words = ["htq", name]
    if re.fullmatch(_PLAIN_PATH, file.path):
        words.append(_in_command(file.path))
    return " ".join([*words, *options, *at_option(report)])


def at_option(report: Report) -> list[str]:
    """The option `--at` of a report, if the time of its check was asked for."""
    if not report.is_dated:
        return []
    is_midnight = say_time(report.at) == "midnight"
    return ["--at", f'"{say(report.at, "day" if is_midnight else "minute")}"']


def _in_command(path: str) -> str:
    return f'"{path}"' if " " in path else path


_PLAIN_PATH = r"[\w./\\:][\w./\\: -]*(?<! )"
"""A path that can be shown in a command, whoever named the file."""
