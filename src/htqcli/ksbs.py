"""A standard's list of knowledge, skills and behaviours (KSBs): reading and finding it.

A label such as K4 has meaning only with the standard's version, so there is one small file for
each, `ksbs/ST0116-1.1.yaml`. It holds what the standard's published record says; htq comes with
none, because the wording of a standard is not its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path as Folder
from typing import Annotated, Any, NamedTuple

from htqcli import feed, source
from htqcli.feed import items, plain
from htqcli.fields import Part, Text, WholeNumber, pattern, read_whole
from htqcli.source import content_of
from htqcli.words import join, quote

FOLDER = "ksbs"
"""The folder beside drafts that holds the lists."""

LABEL = re.compile(r"[KSB][1-9][0-9]{0,3}", re.ASCII)
"""K, S or B and a number counted from 1, the place in the published list (DFE-IMPORT)."""


def meant_label(label: str) -> str | None:
    """The label that `k1`, `K 1` or `K01` means; None where that cannot be told."""
    typed = "".join(label.upper().split())
    meant = typed[:1] + typed[1:].lstrip("0")
    return meant if LABEL.fullmatch(meant) else None


Label = Annotated[str, pattern(LABEL.pattern, "a label such as K1")]


class Origin(Part):
    """Where a list comes from: the published data, the day it was read, and its SHA-256."""

    address: Text
    date: Text | None = None
    sha256: Text | None = None
    last_updated: Text | None = None


class KsbList(Part):
    """The KSBs of one version of a standard, by their labels. `options` names, for a standard
    that has options, the labels that each needs."""

    reference: Annotated[str, pattern(r"ST\d{4}", "a reference such as ST0116")]
    version: Annotated[str, pattern(r"\d{1,4}(\.\d{1,4})*", "a version such as 1.1")]
    title: Text
    level: WholeNumber | None = None
    status: Text | None = None
    options: dict[str, tuple[Label, ...]] = {}
    ksbs: dict[Label, Text]
    source: Origin | None = None
    attribution: Text | None = None

    def needed(self, option: str | None) -> tuple[str, ...]:
        """The labels that an occupation needs: those of the option, else every one."""
        for name, labels in self.options.items():
            if option is not None and name.casefold() == option.casefold():
                return tuple(label for label in self.ksbs if label in labels)
        return tuple(self.ksbs)

    def has_option(self, option: str) -> bool:
        """Whether the standard has an option of this name, in any case."""
        return option.casefold() in [name.casefold() for name in self.options]


class Lists:
    """The lists in a folder, each read when it is asked for and once only."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._read: dict[str, KsbList | str] = {}

    def get(self, reference: str, version: str | None) -> KsbList | str:
        """The list of a standard's version, or why it is not at hand, in words."""
        if version is None:
            return f"the draft does not say which version of {reference} it maps to"
        name = f"{reference}-{version}.yaml"
        if name not in self._read:
            self._read[name] = self._load(name, reference, version)
        return self._read[name]

    def of(self, reference: str) -> list[KsbList | str]:
        """The lists of a standard's versions, in the order of their names, or why each is not
        at hand."""
        versions = (
            path.stem.partition("-")[2] for path in self._folder.glob(f"{reference}-*.yaml")
        )
        return [self.get(reference, version) for version in sorted(versions)]

    def _load(self, name: str, reference: str, version: str) -> KsbList | str:
        path = self._folder / name
        if not path.is_file():
            return f"there is no file {quote(str(path), 120)}"
        if path.is_symlink():
            inside, real = os.path.realpath(self._folder), os.path.realpath(path)
            if os.path.commonpath([inside, real]) != inside:
                return f"the file {quote(str(path), 120)} is a link that leads elsewhere"
        content = content_of(str(path))
        if isinstance(content, str):
            return f"the file {quote(str(path), 120)} is not read: {content}"
        document = source.read(content)
        found = read_whole(KsbList, document)
        if isinstance(found, tuple):
            line = document.lines.place(document.span(found[0])).line
            return (
                f"the file {quote(str(path), 120)} cannot be used: line {line}: {found[0].message}"
            )
        if (found.reference, found.version) != (reference, version):
            return (
                f"the file {quote(str(path), 120)} is of {found.reference} version {found.version}"
            )
        return found


def ranges(labels: Iterable[str]) -> str:
    """Labels in their order, neighbours as a range: `K4, K7 to K9 and S1`."""
    numbers = sorted({("KSB".index(label[0]), int(label[1:])) for label in labels})
    runs: list[tuple[int, int, int]] = []
    for kind, number in numbers:
        if runs and runs[-1][0] == kind and runs[-1][2] == number - 1:
            runs[-1] = (kind, runs[-1][1], number)
        else:
            runs.append((kind, number, number))
    said = []
    for kind, first, last in runs:
        letter = "KSB"[kind]
        if last - first > 1:
            said.append(f"{letter}{first} to {letter}{last}")
        else:
            said += [f"{letter}{number}" for number in range(first, last + 1)]
    return join(said)


ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0: "
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
)


class Imported(NamedTuple):
    """A list made from a published record: the name of its file, the file's text, and in words
    what of the record was not sound and so left out."""

    reference: str
    version: str
    text: str
    left_out: tuple[str, ...]

    @property
    def file(self) -> str:
        """The name of the file."""
        return f"{self.reference}-{self.version}.yaml"


def imported(record: object, address: str, date: str, sha256: str) -> Imported | str:
    """The list of a record of the published standards data (domain: DFE-IMPORT), or why there
    can be none.

    Labels count the places in the record's lists from 1, whatever stands there; an entry that
    is null, has no text, or repeats the id of one before it is left out and keeps its place
    empty. `address` is of the published data, to which the reference is added.
    """
    if not isinstance(record, dict):
        return "an entry that is no record"
    reference, version = feed.reference(record), feed.version(record)
    if reference is None:
        named = str(record.get("referenceNumber") or "a record without a reference")
        return f"{quote(named)} is not a standard"
    if version is None:
        named = str(record.get("version") or record.get("versionNumber") or "")
        return f"{reference}: its version {quote(named)} is not a version"
    title = plain(record.get("title"))
    left_out: list[str] = []
    ksbs: dict[str, str] = {}
    labels: dict[str, str] = {}
    for letter, name, key in _LISTS:
        for label, identity, detail in _entries(record, letter, name, key):
            if not detail or (identity and identity in labels):
                why = "is there twice" if detail else "has no text"
                left_out.append(f"{reference} {version}: {label} {why}")
                continue
            ksbs[label] = detail
            if identity:
                labels[identity] = label
    if not title or not ksbs:
        return f"{reference} {version}: it has no {'KSBs' if title else 'title'}"
    options, unknown = _options(record, labels, list(ksbs))
    if unknown:
        count = f"{unknown} KSB{'' if unknown == 1 else 's'}"
        left_out.append(f"{reference} {version}: its duties name {count} that it lacks")
    text = _file(
        {
            "reference": reference,
            "version": version,
            "title": title,
            "level": record.get("level"),
            "status": plain(record.get("status")) or None,
        },
        options,
        ksbs,
        {
            "address": f"{address}/{reference}",
            "date": date,
            "sha256": sha256,
            "last_updated": plain(record.get("lastUpdated")) or None,
        },
    )
    return Imported(reference, version, text, tuple(left_out))


_LISTS = (
    ("K", "knowledges", "knowledgeId"),
    ("S", "skills", "skillId"),
    ("B", "behaviours", "behaviourId"),
)


def _entries(
    record: dict[str, Any], letter: str, name: str, key: str
) -> Iterator[tuple[str, str | None, str]]:
    """The labels, ids and texts of one list of a record."""
    for number, entry in enumerate(items(record, name), start=1):
        held = entry if isinstance(entry, dict) else {}
        identity = held.get(key)
        yield f"{letter}{number}", str(identity) if identity else None, plain(held.get("detail"))


def _options(
    record: dict[str, Any], labels: dict[str, str], order: list[str]
) -> tuple[dict[str, list[str]], int]:
    """The labels that each option needs: those that the core duties map to, and those of the
    option's own duties. Also how many KSBs the duties name that the record lacks."""
    if not record.get("coreAndOptions"):
        return {}, 0
    core: set[str] = set()
    own: dict[str, set[str]] = {}
    unknown: set[str] = set()
    for duty in items(record, "duties"):
        if not isinstance(duty, dict):
            continue
        named = {
            str(identity)
            for name in ("mappedKnowledge", "mappedSkills", "mappedBehaviour")
            for identity in items(duty, name)
            if identity
        }
        unknown |= named - set(labels)
        known = {labels[identity] for identity in named if identity in labels}
        if duty.get("isThisACoreDuty") == 1:
            core |= known
        for option in items(duty, "mappedOptions"):
            own.setdefault(str(option), set()).update(known)
    options: dict[str, list[str]] = {}
    for option in items(record, "options"):
        title = plain(option.get("title")) if isinstance(option, dict) else ""
        if title and title not in options:
            needed = core | own.get(str(option.get("optionId")), set())
            options[title] = [label for label in order if label in needed]
    return options, len(unknown)


def _file(
    head: dict[str, Any],
    options: dict[str, list[str]],
    ksbs: dict[str, str],
    origin: dict[str, Any],
) -> str:
    """The text of a list's file. JSON's way of quoting a text is YAML's as well."""
    import json

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
    pieces += [f"  {line(name, value)}" for name, value in origin.items() if value is not None]
    pieces.append(line("attribution", ATTRIBUTION))
    return "".join(pieces)
