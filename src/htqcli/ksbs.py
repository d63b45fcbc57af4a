"""A standard's list of knowledge, skills and behaviours (KSBs): reading and finding it.

A label such as K4 has meaning only with the standard's version, so there is one small file for
each, `ksbs/ST0116-1.1.yaml`. It holds what the standard's published record says; htq comes with
none, because the wording of a standard is not its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path as Folder
from typing import Annotated

from htqcli import source
from htqcli.fields import Part, Text, WholeNumber, pattern, read_whole
from htqcli.source import content_of
from htqcli.words import join

FOLDER = "ksbs"
"""The folder beside drafts that holds the lists."""

LABEL = re.compile(r"[KSB][1-9][0-9]{0,3}", re.ASCII)
"""K, S or B and a number counted from 1, the place in the published list (DFE-IMPORT)."""

Label = Annotated[str, pattern(LABEL.pattern, "a label such as K1")]


class Origin(Part):
    """Where a list comes from: the published data, the day it was read, and its SHA-256."""

    address: Text
    date: Text | None = None
    sha256: Text | None = None


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

    def _load(self, name: str, reference: str, version: str) -> KsbList | str:
        path = self._folder / name
        if not path.is_file():
            return f"there is no file {FOLDER}/{name}"
        inside, real = os.path.realpath(self._folder), os.path.realpath(path)
        if os.path.commonpath([inside, real]) != inside:
            return f"the file {FOLDER}/{name} is a link that leads elsewhere"
        content = content_of(str(path))
        if isinstance(content, str):
            return f"the file {FOLDER}/{name} is not read: {content}"
        document = source.read(content)
        found = read_whole(KsbList, document)
        if isinstance(found, tuple):
            line = document.lines.place(found[0].span or document.locate(found[0].path)).line
            return f"the file {FOLDER}/{name} cannot be used: line {line}: {found[0].message}"
        if (found.reference, found.version) != (reference, version):
            return f"the file {FOLDER}/{name} is of {found.reference} version {found.version}"
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
