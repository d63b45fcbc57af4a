"""KSB lists made from what is published: the standards data (domain: DFE-IMPORT), a record of the
Occupational Maps API, or a page of an occupation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from htqcli.ksbs import standards_data
from htqcli.ksbs.lists import KsbList, label_order, parse_label, ranges, read_list
from htqcli.ksbs.standards_data import identity, is_true, items, plain
from htqcli.model.values import is_placeholder
from htqcli.words import quote

if TYPE_CHECKING:
    from htqcli.ksbs.page import Page


ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0: "
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
)


class RecordOrigin(NamedTuple):
    """The published data that a list is made from: its address, to which the reference is added,
    the day it was read, and the SHA-256 of its bytes."""

    address: str
    date: str
    sha256: str


class Made(NamedTuple):
    """A list made from a record: its file's text, what puts it before another one of its version
    (the greatest), and in words what of the record could not be used as it is."""

    reference: str
    version: str
    text: str
    standing: tuple[bool, float]
    status: str | None
    remarks: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the list is of."""
        return f"{self.reference} version {self.version}"

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.reference}-{self.version}.yaml"

    @property
    def content(self) -> bytes:
        """The bytes of its file."""
        return self.text.encode("utf-8", "backslashreplace")


def from_record(record: object, origin: RecordOrigin) -> Made | str:
    """The list of a record of the published standards data or of the Occupational Maps API, or
    why there can be none.

    Labels of the standards data count the places in the record's lists from 1, whatever is there.
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
    remarks += [f"it has no {kind}" for letter, kind in _KINDS.items() if letter not in _last(ksbs)]
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
    standing = standards_data.standing(status, standards_data.moment_of(record, "lastUpdated"))
    return _made(head, options, ksbs, _source(address, origin, updated), standing, remarks)


def from_page(page: Page, reference: str, version: str, origin: RecordOrigin) -> Made | str:
    """The list of a saved page of an occupation, for a version of its apprenticeship, or why there
    can be none."""
    if page.occupation and not page.occupation.startswith(f"OCC{reference[2:]}"):
        return f"{quote(page.occupation)} is not the occupation of {reference}"
    remarks: list[str] = []
    ksbs, _ = _statements((_Entry(*one) for one in page.ksbs), remarks)
    if missing := _missing(ksbs):
        remarks.append(f"the page does not have {ranges(missing)}")
    head = {
        "reference": reference,
        "version": version,
        "title": _usable(page.title),
        "level": standards_data.level({"level": page.level}),
    }
    address = page.address or f"{_PAGES}/OCC{reference[2:]}"
    standing = standards_data.standing(None, None)
    return _made(head, {}, ksbs, _source(address, origin, None), standing, remarks)


def _last(labels: Iterable[str]) -> dict[str, int]:
    """The last number of each kind of KSB, of labels in their order."""
    return {label[0]: int(label[1:]) for label in labels}


def _missing(ksbs: dict[str, str]) -> list[str]:
    """The labels that are passed over, where what is published counts them itself."""
    labels = (f"{kind}{n}" for kind, last in _last(ksbs).items() for n in range(1, last))
    return [label for label in labels if label not in ksbs]


_KINDS = {"K": "knowledge", "S": "skills", "B": "behaviours"}


_MAPS = "https://occupational-maps-api.skillsengland.education.gov.uk/api/v1/Occupations"


_PAGES = "https://skillsengland.education.gov.uk/occupations"


def best(made: Iterable[Made]) -> tuple[list[Made], list[str]]:
    """One list for each version of a standard, in the order of their files' names, and in words
    what was passed over. The order of the records decides nothing."""
    found: dict[str, list[Made]] = {}
    for one in made:
        found.setdefault(one.file, []).append(one)
    chosen, passed_over = [], []
    for _, rivals in sorted(found.items()):
        rivals.sort(key=lambda one: (one.standing, one.text), reverse=True)
        chosen.append(rivals[0])
        passed_over += [
            f"{one.reference} {one.version} is there a second time"
            + (f", with the status {quote(one.status)}" if one.status else "")
            for one in rivals[1:]
        ]
    return chosen, passed_over


def difference(old: KsbList, new: KsbList) -> str | None:
    """What two lists of one version say differently, in words; None where they agree. A list that
    has labels only says nothing of statements."""
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


def read_back(made: Made) -> KsbList | str:
    """The list as `htq check` will read it, or why it could not."""
    return read_list(made.content)


_LISTS = (
    ("K", "knowledges", "knowledgeId"),
    ("S", "skills", "skillId"),
    ("B", "behaviours", "behaviourId"),
)


_MAPPED = {"K": "mappedKnowledge", "S": "mappedSkills", "B": "mappedBehaviour"}


class _Entry(NamedTuple):
    """What may be a KSB: its label as it is written, its statement, the kind of list that it is
    in, and its id."""

    label: str
    statement: str
    kind: str = ""
    id: str = ""


def _entries(record: dict[str, Any]) -> Iterator[_Entry]:
    """The entries of a record's lists. The Maps write a label where the standards data has the
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
    """The statements by their labels, in order, and the ids of those that duties can name. Left
    out is what has no label or no text, or has the id and the words of one before it."""
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
            if own := identity(entry.id):
                ids[label] = f"{entry.kind} {own}"
            if not _is_statement(entry.statement):
                text = quote(entry.statement)
                remarks.append(f"{label} is kept, but its statement looks unfinished: {text}")
    return dict(sorted(ksbs.items(), key=lambda one: label_order(one[0]))), ids


def _is_statement(text: str) -> bool:
    """Whether a text says something. A statement can name `<main>, <nav> and <aside>`."""
    words_between_tags = text.count("<") > 1
    return any(map(str.isalnum, text)) and (words_between_tags or not is_placeholder(text))


def _usable(text: str | None) -> str | None:
    """A text that a list's file can hold as a title and the like."""
    return text if text and not is_placeholder(text) else None


def _options(
    record: dict[str, Any], labels: list[str], ids: dict[str, str], remarks: list[str]
) -> dict[str, list[str]]:
    """The labels that each option needs: all but those that only duties of other options map to.
    A duty that is neither core nor of a known option is nobody's alone."""
    options = standards_data.options(record)
    if not options:
        if is_true(record.get("coreAndOptions")):
            remarks.append("it has options, but the data does not name them")
        return {}
    known, lacked = set(ids.values()), set()
    known_options = {one for own in options.values() for one in own}
    of_each: set[str] = set()
    of_some: dict[str, set[str]] = {}
    for duty in items(record, "duties"):
        if not isinstance(duty, dict):
            continue
        mapped = set(_mapped(duty))
        lacked |= mapped - known
        owners = known_options.intersection(map(identity, items(duty, "mappedOptions")))
        if is_true(duty.get("isThisACoreDuty")) or not owners:
            of_each |= mapped
        else:
            for one in mapped:
                of_some.setdefault(one, set()).update(owners)
    if lacked:
        count = f"{len(lacked)} KSB{'' if len(lacked) == 1 else 's'}"
        remarks.append(f"its duties name {count} that it lacks")
    if known.isdisjoint(of_each | of_some.keys()):
        remarks.append("no duty maps to its KSBs, so every option needs all of them")
    needed: dict[str, list[str]] = {}
    for name, own in options.items():
        others = {
            one for one, owners in of_some.items() if one not in of_each and owners.isdisjoint(own)
        }
        needed[name] = [label for label in labels if ids.get(label) not in others]
        if not needed[name]:
            remarks.append(f"no KSB is left for {quote(name)}, so drafts for it need all of them")
    return needed


def _mapped(duty: dict[str, Any]) -> Iterator[str]:
    """The ids that a duty maps to, each with its kind."""
    for kind, name in _MAPPED.items():
        yield from (f"{kind} {own}" for one in items(duty, name) if (own := identity(one)))


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
    standing: tuple[bool, float],
    remarks: list[str],
) -> Made | str:
    """A list, or why there can be none. JSON's way of quoting a text is YAML's as well."""
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
    return Made(reference, version, text, standing, head.get("status"), tuple(remarks))
