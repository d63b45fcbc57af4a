"""A standard's list of knowledge, skills and behaviours (KSBs): reading and finding it.

A label such as K4 has meaning only with the standard's version, so each version has a small file
of its own, `ksbs/ST0116-1.1.yaml`, with facts from the published record. htq comes without lists,
because it does not own the wording of standards.
"""

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from htqcli.document import reader
from htqcli.files import content_of, is_inside, with_slashes
from htqcli.model.part import Model
from htqcli.model.reading import read_whole
from htqcli.model.values import Text, ValueReader, WholeNumber, custom_error, not_expected, pattern
from htqcli.vocabulary import LABEL
from htqcli.words import join, quote, strip_invisible, truncate, visible

FOLDER = "ksbs"
"""The folder, beside the drafts, for the lists."""


def parse_label(label: str) -> str | None:
    """The label that `k1`, `K 1` or `K01` means; None for any other text."""
    typed = "".join(label.upper().split())
    meant = typed[:1] + typed[1:].lstrip("0")
    return meant if LABEL.fullmatch(meant) else None


def _likely_label(label: str) -> str | None:
    """The label that a text means or looks like: K10 for `K1O` and `K10:`."""
    with_signs = re.fullmatch(_WITH_SIGNS, label)
    meant = parse_label("".join(with_signs.groups()) if with_signs else label)
    if meant is None and len(label) <= 3 + sum(map(str.isdigit, label)):
        meant = parse_label(label[:1] + label[1:].upper().translate(_ALIKE))
    return meant


def combined_labels(text: str) -> list[str]:
    """The labels in a text that combines several, such as `K2-K4` or `K2, K3`; none for any other
    text."""
    found: dict[str, None] = {}
    for part in re.split(_SEPARATOR, text[:_MAX_COMBINED]):
        run = re.fullmatch(_RANGE, part)
        if run is None or run[3] not in (None, "", run[1]):
            return []
        first, last = int(run[2]), int(run[4] or run[2])
        if last >= first + _MAX_COMBINED:
            return []
        found |= dict.fromkeys(f"{run[1]}{n}" for n in range(first, last + 1))
    return list(found) if len(found) > 1 else []


_WITH_SIGNS = r"(?ai)\W*([KSB])[\W_]*([0-9]{1,6})\W*"

_SEPARATOR = r"\s*(?:[,;/&+]|\band\b)\s*"

_RANGE = (
    r"\s*([KSB]) ?0*([1-9][0-9]{0,3})"
    r"(?:\s*(?:[-\u2010-\u2015]|to)\s*([KSB]?) ?0*([1-9][0-9]{0,3}))?\s*"
)

_MAX_COMBINED = 200
"""The longest text, and the most labels in a range, that are read."""

_ALIKE = str.maketrans("OLI|", "0111")

Label = Annotated[str, pattern(LABEL.pattern, "a label such as K1")]

KsbKind = Annotated[str, pattern("[KSB]", "K, S or B")]

LabelCount = Annotated[str, pattern("[0-9]{1,4}", "a number from 0 to 9999")]


def _statement(value: object) -> str:
    if not isinstance(value, str) or not strip_invisible(value):
        raise not_expected("a statement")
    return value.strip()


Statement = Annotated[str, ValueReader(_statement)]
"""The words of a KSB. They are not checked for placeholders: a real statement can contain `<main>`
or begin with TBC."""


class ListOrigin(Model):
    """Where a list comes from: the published data, the day it was read, and its SHA-256."""

    address: Text
    date: Text | None = None
    sha256: Text | None = None
    last_updated: Text | None = None


class KsbList(Model):
    """The KSBs of one version of a standard: their statements by label, or only how many of
    each kind there are. `options` has, for a standard with options, the labels that each
    needs."""

    reference: Annotated[str, pattern(r"ST\d{4}", "a reference such as ST0116")]
    version: Annotated[str, pattern(r"\d{1,4}(\.\d{1,4})*", "a version such as 1.1")]
    title: Text
    level: WholeNumber | None = None
    status: Text | None = None
    options: dict[str, tuple[Label, ...]] = {}
    statements: dict[Label, Statement] = Field({}, alias="ksbs")
    counts: dict[KsbKind, LabelCount] = Field({}, alias="labels")
    source: ListOrigin | None = None
    attribution: Text | None = None

    @model_validator(mode="after")
    def _has_ksbs(self) -> Self:
        if bool(self.statements) == bool(self.counts) or not self.ksbs:
            raise custom_error(
                "A list has either ‘ksbs’, with a statement for each label, or ‘labels’",
                "For example ‘labels: {K: 12, S: 17, B: 9}’.",
            )
        return self

    @cached_property
    def ksbs(self) -> dict[str, str | None]:
        """The statements by label; None if only the labels are known."""
        if self.statements:
            return dict(self.statements)
        return {
            f"{kind}{number}": None
            for kind in "KSB"
            for number in range(1, int(self.counts.get(kind, "0")) + 1)
        }

    def needed(self, option: str | None) -> tuple[str, ...]:
        """The labels that an occupation needs: those of the option and those of no option. If
        that is none, or `option` is None, it needs all of them."""
        for name, labels in self.options.items():
            if option is not None and name.casefold() == option.casefold():
                own = {*labels, *self._core_labels}
                return tuple(label for label in self.ksbs if label in own) or tuple(self.ksbs)
        return tuple(self.ksbs)

    @cached_property
    def _core_labels(self) -> tuple[str, ...]:
        of_options = {label for labels in self.options.values() for label in labels}
        return tuple(label for label in self.ksbs if label not in of_options)

    @cached_property
    def options_needing(self) -> dict[str, list[str]]:
        """The options that need each KSB, by label."""
        needed = {name: set(self.needed(name)) for name in self.options}
        return {
            label: [name for name, labels in needed.items() if label in labels]
            for label in self.ksbs
        }

    def has_option(self, option: str) -> bool:
        """Whether the standard has an option of this name, in any case."""
        return option.casefold() in [name.casefold() for name in self.options]

    @property
    def has_options_field(self) -> bool:
        """Whether the file gives the options, even none. A file made from a page does not."""
        return "options" in self.model_fields_set


def read_list(content: bytes) -> KsbList | str:
    """The list in a file, or the reason, in words, why it cannot be used."""
    document = reader.read(content)
    found = read_whole(KsbList, document)
    if isinstance(found, tuple):
        line = document.lines.place(document.span(found[0])).line
        return f"line {line}: {found[0].message}"
    return found


def wrong_labels(labels: Collection[str], known: KsbList | str) -> dict[str, str | None]:
    """The labels of a mapping that are not labels, or are not on the standard's list, each with
    the label that was likely meant, or None if that is unclear. A label that the list and the
    mapping both have is never the one meant."""
    found = {label: _likely_label(label) for label in labels if not LABEL.fullmatch(label)}
    if isinstance(known, str):
        return found
    unknown = [label for label in labels if label not in found and label not in known.ksbs]
    meant = set(found.values())
    free = [label for label in known.ksbs if label not in labels and label not in meant]
    kinds = Counter(label[0] for label in unknown), Counter(label[0] for label in free)
    found |= dict.fromkeys(unknown)
    for label in unknown[:_MAX_COMPARED] if free else ():
        near = [own for own in free if own[0] == label[0]]
        if not kinds[0][label[0]] == kinds[1][label[0]] == 1:
            from rapidfuzz.distance import OSA

            near = [own for own in free if OSA.distance(own, label, score_cutoff=1) <= 1]
        found[label] = near[0] if len(near) == 1 else None
    return found


_MAX_COMPARED = 20


class Lists:
    """The lists in a folder, each read once, when it is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, KsbList | str] = {}

    def file(self, reference: str, version: str) -> Path:
        """The file for the list of a standard's version."""
        return self._folder / f"{reference}-{version}.yaml"

    def get(self, reference: str, version: str | None) -> KsbList | str:
        """The list of a standard's version, or the reason, in words, why there is none."""
        if version is None:
            return "the draft does not give its version"
        name = f"{reference}-{version}.yaml"
        if name not in self._read:
            self._read[name] = self._load(name, reference, version)
        return self._read[name]

    def all_versions(self, reference: str) -> list[KsbList | str]:
        """The lists of all versions of a standard, or the reasons why one cannot be used."""
        return [self.get(reference, version) for version in self.versions(reference)]

    def versions(self, reference: str) -> list[str]:
        """The versions of a standard that have files, in the order of their names."""
        files = self._folder.glob(f"{reference}-*.yaml")
        return sorted(path.stem.partition("-")[2] for path in files)

    def _load(self, name: str, reference: str, version: str) -> KsbList | str:
        path = self._folder / name
        shown = with_slashes(str(path))
        if not path.is_file():
            return f"{visible(truncate(shown, 120))} was not found"
        if not is_inside(os.path.realpath(path), os.path.realpath(self._folder)):
            return f"the file {quote(shown, 120)} is a link that leads elsewhere"
        content = content_of(str(path))
        if isinstance(content, str):
            return f"the file {quote(shown, 120)} is not read: {content}"
        found = read_list(content)
        if isinstance(found, str):
            return f"the file {quote(shown, 120)} cannot be used: {found}"
        if (found.reference, found.version) != (reference, version):
            return f"the file {quote(shown, 120)} is of {found.reference} version {found.version}"
        return found


def parse_version(text: str, known: Collection[str] = ()) -> str | None:
    """The version that a text means: `1.1` for `v1.1`, `Version 1.1`, `1,1`, and for `1.10` if
    1.1 is among the `known` versions and 1.10 is not. None if it is not a version."""
    found = re.fullmatch(_VERSION, strip_invisible(text))
    if found is None:
        return None
    version = re.sub("[,_-]", ".", found[1])
    same = [own for own in known if _without_zeros(own) == _without_zeros(version)]
    return same[0] if len(same) == 1 and version not in known else version


_VERSION = r"(?ai)(?:v|ver|version)?\.?\s*([0-9]{1,4}(?:[.,_-][0-9]{1,4})*)"


def version_key(version: str | None) -> tuple[int, ...]:
    """The key that sorts versions, by their parts as numbers: 1.10 comes after 1.9, and 1.0 is 1. A
    missing version comes before all others."""
    parts = [int(part) for part in version.split(".")] if version else []
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _without_zeros(version: str) -> str:
    return version.rstrip("0").rstrip(".") if "." in version else version


def label_order(label: str) -> tuple[int, int]:
    """The key that sorts labels: kind, then number."""
    return "KSB".index(label[0]), int(label[1:])


def ranges(labels: Iterable[str]) -> str:
    """Labels in order, with runs of three or more as ranges: `K4, K7 to K9 and S1`."""
    runs: list[tuple[str, int, int]] = []
    for label in sorted(set(labels), key=label_order):
        kind, number = label[0], int(label[1:])
        if runs and runs[-1][0] == kind and runs[-1][2] == number - 1:
            runs[-1] = (kind, runs[-1][1], number)
        else:
            runs.append((kind, number, number))
    texts = []
    for kind, first, last in runs:
        if last - first > 1:
            texts.append(f"{kind}{first} to {kind}{last}")
        else:
            texts += [f"{kind}{number}" for number in range(first, last + 1)]
    return join(texts)
