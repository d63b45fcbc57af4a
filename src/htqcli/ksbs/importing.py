"""KSB lists made from published data: the standards data (DFE-IMPORT), a record of the Occupational
Maps API, or the page of an occupation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from htqcli.ksbs import standards_data
from htqcli.ksbs.lists import KsbList, label_order, parse_label, ranges, read_list
from htqcli.ksbs.standards_data import is_true, items, normal_id, plain
from htqcli.model.values import is_placeholder
from htqcli.words import counted, quote

if TYPE_CHECKING:
    from htqcli.ksbs.page import Page


ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0: "
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
)


class RecordOrigin(NamedTuple):
    """The published data that a list is made from: its address, without the reference; the day it
    was read; and the SHA-256 of its bytes."""

    address: str
    date: str
    sha256: str


class MadeList(NamedTuple):
    """A list made from a record: the text of its file; its `precedence` over others of its version
    (the greatest wins); and remarks about what could not be used as it was."""

    reference: str
    version: str
    text: str
    precedence: tuple[bool, float]
    status: str | None
    remarks: tuple[str, ...]

    @property
    def name(self) -> str:
        """The standard and version of the list, for messages."""
        return f"{self.reference} version {self.version}"

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.reference}-{self.version}.yaml"

    @property
    def content(self) -> bytes:
        """The bytes of its file."""
        return self.text.encode("utf-8", "backslashreplace")


def from_record(record: object, origin: RecordOrigin) -> MadeList | str:
    """The list of a record of the standards data or of the Occupational Maps API, or the reason why
    it has none.

    Labels of the standards data are the positions in the record's lists, counted from 1, whatever
    is there.
    """
    if not isinstance(record, dict):
        return "an entry that is not a record"
    reference, version = standards_data.reference(record), standards_data.version(record)
    if reference is None:
        named = standards_data.written_reference(record) or "a record without a reference"
        return f"{quote(named)} is not a standard"
    if version is None:
        written = quote(standards_data.written_version(record))
        return f"{reference}: its version {written} is not a version"
    remarks: list[str] = []
    ksbs, ids = _statements(_entries(record), remarks)
    last = _last_numbers(ksbs)
    remarks += [f"it has no {kind}" for letter, kind in _KINDS.items() if letter not in last]
    if standards_data.is_of_maps(record) and (missing := _missing(ksbs)):
        remarks.append(f"the record does not have {ranges(missing)}")
    options = _options(record, list(ksbs), ids, remarks)
    level, status = standards_data.level(record), _usable(standards_data.status(record))
    updated = _usable(plain(record.get("lastUpdated")))
    for name, value in (("level", level), ("status", status), ("lastUpdated", updated)):
        if value is None and plain(written := str(record.get(name) or "")):
            remarks.append(f"its {name} {quote(written)} cannot be used")
    head = {
        "reference": reference,
        "version": version,
        "title": _usable(plain(record.get("title"))),
        "level": level,
        "status": status,
    }
    address = f"{origin.address}/{reference}"
    if standards_data.is_of_maps(record):
        address = f"{_MAPS}/OCC{reference[2:]}"
    precedence = standards_data.precedence(status, standards_data.moment_of(record, "lastUpdated"))
    return _made(head, options, ksbs, _source(address, origin, updated), precedence, remarks)


def from_page(page: Page, reference: str, version: str, origin: RecordOrigin) -> MadeList | str:
    """The list of an occupation's saved page, for a version of its apprenticeship, or the reason
    why it has none."""
    if page.occupation and not page.occupation.startswith(f"OCC{reference[2:]}"):
        return f"{quote(page.occupation)} is not the occupation of {reference}"
    remarks: list[str] = []
    ksbs, _ = _statements((_Entry(*ksb) for ksb in page.ksbs), remarks)
    if missing := _missing(ksbs):
        remarks.append(f"the page does not have {ranges(missing)}")
    head = {
        "reference": reference,
        "version": version,
        "title": _usable(page.title),
        "level": standards_data.level({"level": page.level}),
    }
    address = page.address or f"{_PAGES}/OCC{reference[2:]}"
    precedence = standards_data.precedence(None, None)
    return _made(head, {}, ksbs, _source(address, origin, None), precedence, remarks)


def _last_numbers(labels: Iterable[str]) -> dict[str, int]:
    """The last number of each kind of KSB, given labels in order."""
    return {label[0]: int(label[1:]) for label in labels}


def _missing(ksbs: dict[str, str]) -> list[str]:
    """The labels that a source with its own labels skips."""
    labels = (f"{kind}{n}" for kind, last in _last_numbers(ksbs).items() for n in range(1, last))
    return [label for label in labels if label not in ksbs]


_KINDS = {"K": "knowledge", "S": "skills", "B": "behaviours"}

_MAPS = "https://occupational-maps-api.skillsengland.education.gov.uk/api/v1/Occupations"

_PAGES = "https://skillsengland.education.gov.uk/occupations"


def one_per_version(made: Iterable[MadeList]) -> tuple[list[MadeList], list[str]]:
    """One list for each version of a standard, sorted by the names of their files, and remarks
    about the others. The order of the records makes no difference."""
    by_file: dict[str, list[MadeList]] = {}
    for own in made:
        by_file.setdefault(own.file, []).append(own)
    chosen, remarks = [], []
    for _, rivals in sorted(by_file.items()):
        rivals.sort(key=lambda own: (own.precedence, own.text), reverse=True)
        chosen.append(rivals[0])
        remarks += [
            f"{own.reference} {own.version} appears twice"
            + (f", with the status {quote(own.status)}" if own.status else "")
            for own in rivals[1:]
        ]
    return chosen, remarks


def difference(old: KsbList, new: KsbList) -> str | None:
    """How two lists of one version differ, in words; None if they agree. Statements are compared
    only if both lists have them."""
    labels = [
        label
        for label in {**old.ksbs, **new.ksbs}
        if label not in old.ksbs
        or label not in new.ksbs
        or (None not in (old.ksbs[label], new.ksbs[label]) and old.ksbs[label] != new.ksbs[label])
    ]
    if labels:
        return ranges(labels)
    if {n.casefold() for n in old.options} != {n.casefold() for n in new.options}:
        return "its options"
    names = [name for name in new.options if set(old.needed(name)) != set(new.needed(name))]
    return f"the KSBs that {quote(names[0])} needs" if names else None


def read_back(made: MadeList) -> KsbList | str:
    """The list as `htq check` will read it, or the reason why it cannot."""
    return read_list(made.content)


_LISTS = (
    ("K", "knowledges", "knowledgeId"),
    ("S", "skills", "skillId"),
    ("B", "behaviours", "behaviourId"),
)

_MAPPED = {"K": "mappedKnowledge", "S": "mappedSkills", "B": "mappedBehaviour"}


class _Entry(NamedTuple):
    """A possible KSB: its label as written, its statement, the kind of its list, and its id."""

    label: str
    statement: str
    kind: str = ""
    id: str = ""


def _entries(record: dict[str, Any]) -> Iterator[_Entry]:
    """The entries of a record's lists. The Maps have a label where the standards data has an
    id."""
    is_of_maps = standards_data.is_of_maps(record)
    for kind, name, key in _LISTS:
        for number, entry in enumerate(items(record, name), start=1):
            held = entry if isinstance(entry, dict) else {}
            label = str(held.get(key) or "") if is_of_maps else f"{kind}{number}"
            own = held.get("id" if is_of_maps else key)
            yield _Entry(label, plain(held.get("detail")), kind, str(own or "").casefold())


def _statements(
    entries: Iterable[_Entry], remarks: list[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The statements by label, in order, and the ids by which duties can name them. An entry
    without a label or text is left out, and so is one with the id and words of an earlier one."""
    ksbs: dict[str, str] = {}
    ids: dict[str, str] = {}
    seen: set[tuple[str, str, str]] = set()
    for entry in entries:
        label, content = parse_label(entry.label), (entry.kind, entry.id, entry.statement)
        if label is None:
            remarks.append(f"{quote(entry.label)} is not a label such as K1")
        elif not entry.statement:
            remarks.append(f"{label} has no text")
        elif label in ksbs or (entry.id and content in seen):
            remarks.append(f"{label} is there twice")
        else:
            seen.add(content)
            ksbs[label] = entry.statement
            if own := normal_id(entry.id):
                ids[label] = f"{entry.kind} {own}"
            if not _is_statement(entry.statement):
                text = quote(entry.statement)
                remarks.append(f"{label} is kept, but its statement looks unfinished: {text}")
    return {label: ksbs[label] for label in sorted(ksbs, key=label_order)}, ids


def _is_statement(text: str) -> bool:
    """Whether a text looks finished. A statement can contain `<main>, <nav> and <aside>`."""
    words_between_tags = text.count("<") > 1
    return any(map(str.isalnum, text)) and (words_between_tags or not is_placeholder(text))


def _usable(text: str | None) -> str | None:
    """A text that can be a title, a status or a date; None for empty texts and placeholders."""
    return text if text and not is_placeholder(text) else None


def _options(
    record: dict[str, Any], labels: list[str], ids: dict[str, str], remarks: list[str]
) -> dict[str, list[str]]:
    """The labels that each option needs: all except those that only duties of other options map to.
    A duty that is neither core nor of a known option counts as core."""
    options = standards_data.options(record)
    if not options:
        if is_true(record.get("coreAndOptions")):
            remarks.append("it has options, but the data does not name them")
        return {}
    known, lacked = set(ids.values()), set()
    known_options: set[str] = set().union(*options.values())
    core: set[str] = set()
    owners_of: dict[str, set[str]] = {}
    for duty in items(record, "duties"):
        if not isinstance(duty, dict):
            continue
        mapped = set(_mapped_ids(duty))
        lacked |= mapped - known
        owners = known_options.intersection(map(normal_id, items(duty, "mappedOptions")))
        if is_true(duty.get("isThisACoreDuty")) or not owners:
            core |= mapped
        else:
            for ksb in mapped:
                owners_of.setdefault(ksb, set()).update(owners)
    if lacked:
        remarks.append(f"its duties name {counted(len(lacked), 'KSB')} that it lacks")
    if known.isdisjoint(core | owners_of.keys()):
        remarks.append("no duty maps to its KSBs, so every option needs all of them")
    needed: dict[str, list[str]] = {}
    for name, own in options.items():
        others = {
            ksb for ksb, owners in owners_of.items() if ksb not in core and owners.isdisjoint(own)
        }
        needed[name] = [label for label in labels if ids.get(label) not in others]
        if not needed[name]:
            remarks.append(f"no KSB is left for {quote(name)}, so drafts for it need all of them")
    return needed


def _mapped_ids(duty: dict[str, Any]) -> Iterator[str]:
    """The ids that a duty maps to, each with its kind."""
    for kind, name in _MAPPED.items():
        yield from (f"{kind} {own}" for own in map(normal_id, items(duty, name)) if own)


def _source(address: str, origin: RecordOrigin, updated: str | None) -> dict[str, Any]:
    return {
        "address": address,
        "date": origin.date,
        "sha256": origin.sha256,
        "last_updated": updated,
    }


def _made(
    head: dict[str, Any],
    options: dict[str, list[str]],
    ksbs: dict[str, str],
    source: dict[str, Any],
    precedence: tuple[bool, float],
    remarks: list[str],
) -> MadeList | str:
    """A list, or the reason why there is none. Texts are quoted as in JSON, which YAML reads."""
    reference, version = head["reference"], head["version"]
    if not head["title"] or not ksbs:
        return f"{reference} version {version}: it has no {'KSBs' if head['title'] else 'title'}"
    encode = json.JSONEncoder(ensure_ascii=False).encode

    def line(name: str, value: Any) -> str:
        return f"{name}: {encode(value)}\n"

    pieces = [line(name, value) for name, value in head.items() if value is not None]
    if options:
        pieces.append("options:\n")
        pieces += [f"  {line(encode(name), labels)}" for name, labels in options.items()]
    pieces.append("ksbs:\n")
    pieces += [f"  {line(label, detail)}" for label, detail in ksbs.items()]
    pieces.append("source:\n")
    pieces += [f"  {line(name, value)}" for name, value in source.items() if value is not None]
    pieces.append(line("attribution", ATTRIBUTION))
    text = "".join(pieces)
    return MadeList(reference, version, text, precedence, head.get("status"), tuple(remarks))
