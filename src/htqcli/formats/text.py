"""Text, for a person at a terminal and for an editor or `grep` behind a pipe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from htqcli.catalogue.model import Catalogue
from htqcli.check.report import Checked, Diagnostic, Report
from htqcli.document.places import Place
from htqcli.draft.coverage import StandardCoverage
from htqcli.moment import say, say_time
from htqcli.rules import about
from htqcli.rules.declare import DRAFT, Severity
from htqcli.verdict import Verdict
from htqcli.words import join, truncate, visible, visible_start, wrap

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}
_NAMES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
STYLES_OF_VERDICTS = {
    Verdict.NOT_READY: "bold red",
    Verdict.UNPROVEN: "bold",
    Verdict.UNSETTLED: "bold",
    Verdict.READY: "bold green",
}
"""Only a verdict of ready is green."""
MORE = "To learn more about a finding, run ‘htq rules CODE’."
Line = list[tuple[str, str]]
"""A line as pieces of text, each with its style."""


def text(report: Report) -> str:
    """The report as plain text, no line cut or wrapped."""
    return "".join("".join(piece for piece, _ in line) + "\n" for line in lines(report))


def lines(report: Report, width: int | None = None, *, quiet: bool = False) -> Iterator[Line]:
    """The lines of the report, wrapped to the width of a terminal if one is given. If `quiet`, they
    show only the findings that fail the run."""
    for file in report.files:
        for finding in file.findings:
            if not quiet or report.is_failure(finding):
                yield from _finding(file.path, finding, width)
                yield []
    if not quiet:
        yield from summary(report, width)


def summary(report: Report, width: int | None = None) -> Iterator[Line]:
    """The verdict on each file, and what it was checked against."""
    for file in report.files:
        said = verdict(report, file)
        style = STYLES_OF_VERDICTS[file.verdict]
        yield [(f"{visible_start(file.path)}: ", "bold"), (said, style), (as_at(report), "")]
        for line in coverage(file):
            yield [(f"  {line}", "dim")]
    if len(report.files) > 1:
        yield [(overall(report) + as_at(report), "bold")]
    notes = _checked_against(report) if report.files else []
    if any(file.findings for file in report.files):
        if corrected := fixable(report):
            notes.insert(0, corrected)
        notes.insert(0, MORE)
    for sentence in notes:
        for line in wrap(sentence, width) if width else [sentence]:
            yield [(line, "dim")]


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
    """The time of the check, unless that is now and the window of every draft is open."""
    if report.catalogue is None or (not report.is_dated and _are_open(report, report.catalogue)):
        return ""
    is_midnight = say_time(report.at) == "midnight"
    return f", as at {say(report.at, 'day' if is_midnight else 'minute')}"


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


def _finding(path: str, finding: Diagnostic, width: int | None) -> Iterator[Line]:
    """A finding at its first place. In a terminal, the message names its other lines. Elsewhere
    each place has its own line, for editors and `grep`."""
    place = finding.place
    severity = finding.severity.value
    style = STYLES[finding.severity]
    if finding.accepted:
        severity, style = f"accepted {severity}", "dim"
    head = _head(path, place)
    label = f"{severity} {finding.rule.code} "
    gutter = f"{place.line:>6} | "
    indent = " " * (len(gutter) - 2)
    first, *more = [finding.message]
    if width:
        first, *more = wrap(message(finding), width - len(indent), len(head + label) % width)
    yield [(head, "bold"), (label, style), (first, "")]
    yield from ([(indent + visible_start(line), "")] for line in more)
    shown, marker = _excerpt(finding, width - len(gutter) if width else None)
    yield [(gutter, "dim"), (shown, "")]
    yield [(f"{indent}| ", "dim"), (marker, style)]
    note = finding.hint
    if finding.accepted and finding.accepted.until:
        reason = visible(finding.accepted.reason or "")
        note = f"Accepted until {finding.accepted.until}: {reason}"
    if finding.is_fixable:
        note = f"{note} Fixable with --fix."
    for line in wrap(note, width - len(indent)) if width else [note]:
        yield [(indent + visible_start(line), "")]
    yield [(f"{indent}Source: {', '.join(finding.sources)}", "dim")]
    for spot in () if width else finding.also:
        yield [(_head(path, spot.place), "bold"), (label, style), (finding.message, "")]


def _head(path: str, place: Place) -> str:
    return f"{visible_start(path)}:{place.line}:{place.column}: "


def _excerpt(finding: Diagnostic, columns: int | None) -> tuple[str, str]:
    """The line of a finding, and marks below its place, cut to this many columns."""
    place, excerpt = finding.place, finding.excerpt
    line = excerpt.text.replace("\t", " ")
    before, after = "…" if excerpt.cut_before else "", "…" if excerpt.cut_after else ""
    start = min(place.column - excerpt.start, len(line))
    end = place.end_column - excerpt.start if place.end_line == place.line else len(line)
    left = _columns(before + visible(line[:start]))
    shown = before + visible(line) + after
    marker = " " * left + "^" * max(1, _columns(visible(line[start:end])))
    if columns and _columns(shown) > columns > left:
        from rich.cells import set_cell_size

        shown, marker = set_cell_size(shown, columns - 1) + "…", marker[: columns - 1]
    return shown, marker


def _columns(text: str) -> int:
    """The width of a text in a terminal, where some characters take two columns, or none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _counts(file: Checked, counted: Iterable[Severity]) -> str:
    parts = [
        f"{count} {_NAMES[severity]}{'' if count == 1 else 's'}"
        for severity in counted
        if (count := file.count(severity))
    ]
    if accepted := sum(finding.accepted is not None for finding in file.findings):
        parts.append(f"{accepted} accepted")
    return f" ({join(parts)})" if parts else ""


def _checked_against(report: Report) -> list[str]:
    every = len(about(report.subject))
    some = f" Only {len(report.rules)} of the {every} rules." if report.is_partial else ""
    return [*catalogue_notes(report), f"Checked as at {say(report.at)}, London time.{some}"]
