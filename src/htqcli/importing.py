"""KSB lists made from the published standards data (domain: DFE-IMPORT)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from htqcli import feed
from htqcli.feed import identity, is_true, items, plain
from htqcli.fields import is_placeholder
from htqcli.ksbs import KsbList, ranges, read_list
from htqcli.words import quote

ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0: "
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
)


class Origin(NamedTuple):
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


def from_record(record: object, origin: Origin) -> Made | str:
    """The list of a record of the published standards data, or why there can be none.

    Labels count the places in the record's lists from 1, whatever is there. An entry without a
    text, or with the id and the words of one before it, is left out, and its label is nobody's.
    """
    if not isinstance(record, dict):
        return "an entry that is not a record"
    reference, version = feed.reference(record), feed.version(record)
    if reference is None:
        named = str(record.get("referenceNumber") or "a record without a reference")
        return f"{quote(named)} is not a standard"
    if version is None:
        named = str(record.get("version") or record.get("versionNumber") or "")
        return f"{reference}: its version {quote(named)} is not a version"
    remarks: list[str] = []
    ksbs: dict[str, str] = {}
    ids: dict[str, str] = {}
    for kind, list_name, key in _LISTS:
        _read_statements(record, kind, list_name, key, ksbs, ids, remarks)
    title = _usable(plain(record.get("title")))
    if not title or not ksbs:
        return f"{reference} version {version}: it has no {'KSBs' if title else 'title'}"
    options = _options(record, list(ksbs), ids, remarks)
    level, status = feed.level(record), _usable(feed.status(record))
    updated = _usable(plain(record.get("lastUpdated")))
    for name, value in (("level", level), ("status", status), ("lastUpdated", updated)):
        if value is None and plain(written := str(record.get(name) or "")):
            remarks.append(f"its {name} {quote(written)} cannot be used")
    head = {
        "reference": reference,
        "version": version,
        "title": title,
        "level": level,
        "status": status,
    }
    source = {
        "address": f"{origin.address}/{reference}",
        "date": origin.date,
        "sha256": origin.sha256,
        "last_updated": updated,
    }
    return Made(
        reference,
        version,
        _file(head, options, ksbs, source),
        feed.standing(status, feed.moment_of(record, "lastUpdated")),
        status,
        tuple(remarks),
    )


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
    return read_list(made.text.encode("utf-8", "backslashreplace"))


_LISTS = (
    ("K", "knowledges", "knowledgeId"),
    ("S", "skills", "skillId"),
    ("B", "behaviours", "behaviourId"),
)
_MAPPED = {"K": "mappedKnowledge", "S": "mappedSkills", "B": "mappedBehaviour"}


def _read_statements(
    record: dict[str, Any],
    kind: str,
    list_name: str,
    key: str,
    ksbs: dict[str, str],
    ids: dict[str, str],
    remarks: list[str],
) -> None:
    """Add the statements of one list of a record by their labels, and the ids of those that duties
    can name."""
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(items(record, list_name), start=1):
        label, held = f"{kind}{number}", entry if isinstance(entry, dict) else {}
        statement, written_id = plain(held.get("detail")), str(held.get(key) or "").casefold()
        if not statement:
            remarks.append(f"{label} has no text")
            continue
        if written_id and (written_id, statement) in seen:
            remarks.append(f"{label} is there twice")
            continue
        seen.add((written_id, statement))
        ksbs[label] = statement
        if own := identity(held.get(key)):
            ids[label] = f"{kind} {own}"
        if not _is_statement(statement):
            remarks.append(f"{label} has no statement, only {quote(statement)}; its label is kept")


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
    options = feed.options(record)
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


def _file(
    head: dict[str, Any],
    options: dict[str, list[str]],
    ksbs: dict[str, str],
    source: dict[str, Any],
) -> str:
    """The text of a list's file. JSON's way of quoting a text is YAML's as well."""
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
    return "".join(pieces)
