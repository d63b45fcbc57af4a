"""Made-up pairs of KSB lists, and what became of each statement."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from hypothesis import strategies as st

WORDS = 14
"""How many words a statement has: one of them more or less is still nine parts in ten alike."""


def statement(number: int) -> str:
    """A statement that shares no word with any other."""
    chance = random.Random(number)
    words = ["".join(chance.choices("abcdefghiklmnoprstuvwy", k=7)) for _ in range(WORDS)]
    return " ".join(words).capitalize() + "."


def half(text: str, which: int) -> str:
    """One half of a statement, as a statement of its own."""
    words = text.removesuffix(".").split()
    middle = len(words) // 2
    return f"{' '.join(words[middle:] if which else words[:middle]).capitalize()}."


@dataclass
class Pair:
    """Two lists of statements by label, and what became of each old one: `fates` has its kind and
    the texts that follow it."""

    old: dict[str, str] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)
    fates: dict[str, tuple[str, set[str]]] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)

    def write(self, folder: Path) -> None:
        """The lists as ST0116 versions 1.1 and 1.2."""
        folder.mkdir(parents=True, exist_ok=True)
        for version, ksbs in (("1.1", self.old), ("1.2", self.new)):
            write_list(folder, version, ksbs)


def write_list(folder: Path, version: str, ksbs: dict[str, str], **more: object) -> Path:
    """A list of ST0116, as a file."""
    fields = {"reference": "ST0116", "version": version, "title": "Software developer"}
    path = folder / f"ST0116-{version}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(
        yaml.safe_dump({**fields, "ksbs": ksbs, **more}, sort_keys=False), encoding="utf-8"
    )
    return path


FATES = ("kept", "retyped", "gone", "reworded", "rewritten", "split", "merged")


@st.composite
def pairs(draw: st.DrawFn, fates: tuple[str, ...] = FATES, least: int = 2) -> Pair:
    """Two lists: statements are kept, typed with other dashes and blanks, removed, changed in a
    word, written anew, split into halves and merged with the next; some are added, and the order
    can change."""
    pair = Pair()
    for kind in "KSB":
        chosen = draw(st.lists(st.sampled_from(fates), min_size=least, max_size=9))
        after: list[str] = []
        waiting: list[tuple[str, str]] = []
        for number, fate in enumerate(chosen, 1):
            label = f"{kind}{number}"
            text = statement(1_000 * "KSB".index(kind) + number)
            pair.old[label] = text
            if fate == "kept":
                follows = [text]
            elif fate == "retyped":
                follows = ["  " + text.removesuffix(".").replace(" ", "\u00a0 ", 1)]
            elif fate == "reworded":
                follows = [text.replace(text.split()[3], "or", 1)]
            elif fate == "rewritten":
                follows = [statement(5_000 + len(pair.old))]
                pair.added |= {*follows}
            elif fate == "split":
                follows = [half(text, 0), half(text, 1)]
            elif fate == "merged":
                waiting.append((label, text))
                if len(waiting) < 2:
                    continue
                (first, one), (_, other) = waiting
                both = f"{one.removesuffix('.')} {other.lower()}"
                pair.fates[first] = pair.fates[label] = ("merged", {both})
                after.append(both)
                waiting = []
                continue
            else:
                follows = []
            lost = fate in ("gone", "rewritten")
            exact = fate in ("kept", "retyped")
            pair.fates[label] = (
                "gone" if lost else "exact" if exact else fate, set() if lost else {*follows}
            )  # fmt: skip
            after += follows
        for label, text in waiting:  # without a second one to merge with
            pair.fates[label] = ("exact", {text})
            after.append(text)
        for number in range(draw(st.integers(0, 2))):
            added = statement(9_000 + 10 * "KSB".index(kind) + number)
            pair.added.add(added)
            after.append(added)
        if draw(st.booleans()):
            after = draw(st.permutations(after))
        pair.new |= {f"{kind}{number}": text for number, text in enumerate(after, 1)}
    if not pair.new:
        pair.new["K1"] = statement(99_999)
        pair.added.add(pair.new["K1"])
    return pair
