"""A made-up feed of the shape and size of the published standards data.

`python benchmarks/feed.py FILE [RECORDS]` writes a JSON array of so many records, 2,030 if not
said otherwise, about 79 MB in all, with the dirt that the published data has: null entries,
missing versions, repeated ids, duties naming KSBs that are not there. The same every time.

`python benchmarks/feed.py FILE [RECORDS] moved` also puts the standards of the cycle 3 list into
it, changed as they had by July 2026: 11 are gone, 13 have another title, 10 have options, and
ST0869 is at level 5.
"""

from __future__ import annotations

import json
import random
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

WORDS = [
    *("plan", "review", "the", "a", "of", "and", "to", "in", "line", "with", "design", "test"),
    *("data", "user", "security", "safe", "system", "process", "team", "record", "legal"),
    *("customer", "quality", "risk", "method", "tool", "report", "standard", "policy"),
]


class Listed(Protocol):
    """A standard of a list."""

    reference: str
    title: str
    level: int


def sentence(dice: random.Random, length: int) -> str:
    """Made-up words; some with the HTML and entities that the published texts have."""
    words = " ".join(dice.choices(WORDS, k=length))
    return f"<p>{words} &amp; more&nbsp;</p>" if dice.random() < 0.2 else f"{words}."


def record(dice: random.Random, number: int) -> dict[str, Any]:
    """One version of one made-up standard."""

    def identity() -> str:
        return str(uuid.UUID(int=dice.getrandbits(128)))

    def entries(count: int, key: str) -> list[dict[str, Any] | None]:
        made: list[dict[str, Any] | None] = [
            {key: identity(), "detail": sentence(dice, 20)} for _ in range(count)
        ]
        if dice.random() < 0.02:
            made.insert(dice.randrange(len(made)), None)
        if dice.random() < 0.02:
            made.append(made[0])
        return made

    lists = {
        "knowledges": entries(dice.randint(10, 40), "knowledgeId"),
        "skills": entries(dice.randint(10, 40), "skillId"),
        "behaviours": entries(dice.randint(5, 10), "behaviourId"),
    }
    ids = {name: [next(iter(e.values())) for e in made if e] for name, made in lists.items()}
    options = [
        {"optionId": identity(), "title": f"Option {letter}"}
        for letter in "ABC"[: dice.choice((0, 0, 0, 0, 2, 3))]
    ]
    duties = [
        {
            "dutyID": identity(),
            "dutyDetail": sentence(dice, 30),
            "isThisACoreDuty": int(not options or dice.random() < 0.5),
            "mappedKnowledge": dice.sample(ids["knowledges"], 5),
            "mappedSkills": dice.sample(ids["skills"], 5) + [identity()] * (dice.random() < 0.01),
            "mappedBehaviour": dice.sample(ids["behaviours"], 2),
            "mappedOptions": [o["optionId"] for o in options if dice.random() < 0.5] or None,
        }
        for _ in range(dice.randint(8, 16))
    ]
    version = f"1.{number % 4}"
    return {
        "referenceNumber": f"ST{1 + number // 2:04}",
        "title": f"Made-up occupation {number}",
        **({"versionNumber": version} if dice.random() < 0.05 else {"version": version}),
        "status": dice.choice(("Approved for delivery", "In development", "Retired", "Withdrawn")),
        "level": dice.randint(2, 7),
        "route": "Digital",
        "larsCode": number,
        "coreAndOptions": bool(options),
        "options": options,
        **lists,
        "duties": duties,
        "lastUpdated": "2026-07-01T00:00:00",
        "approvedForDelivery": None,
        **{f"field{n}": sentence(dice, 72) if n < 45 else None for n in range(65)},
    }


def feed(records: int = 2_030) -> list[dict[str, Any] | None]:
    """The whole feed."""
    dice = random.Random(0)
    made: list[dict[str, Any] | None] = [record(dice, number) for number in range(records)]
    made.insert(3, None)
    return made


def moved(
    made: list[dict[str, Any] | None], listed: Sequence[Listed]
) -> tuple[list[dict[str, Any] | None], dict[str, list[str]]]:
    """A feed in which the standards of a list stand as in July 2026, and the references of those
    that are gone, have another title, have options and are at another level.

    What has not moved is there as it is on the list, in a version that was approved before the
    windows of cycle 3, with an older one beside it and a newer one in development.
    """
    level_5 = [one for one in listed if one.reference == "ST0869"]
    others = [one for one in listed if one not in level_5]
    split = {"gone": others[:11], "title": others[11:24], "options": others[24:34]}
    groups = {name: [one.reference for one in found] for name, found in split.items()}
    groups["level"] = [one.reference for one in level_5]
    references = {one.reference for one in listed}
    kept = [r for r in made if r is None or r["referenceNumber"] not in references]
    dice = random.Random(1)
    for number, one in enumerate(listed):
        if one.reference in groups["gone"]:
            continue
        renamed, optional = (one.reference in groups[name] for name in ("title", "options"))
        options = [{"optionId": f"o{at}", "title": f"Option {at}"} for at in range(1, 3)]
        for version, status, approved in (
            ("1.9", "Retired", "2019-03-01T00:00:00"),
            ("1.10", "Approved for delivery", "2021-06-01T00:00:00"),
            ("1.11", "In development", None),
        ):
            kept.append(
                record(dice, number)
                | {
                    "referenceNumber": one.reference,
                    "title": f"Renamed occupation {number}" if renamed else one.title,
                    "level": 5 if one in level_5 else one.level,
                    "version": version,
                    "status": status,
                    "approvedForDelivery": approved,
                    "earliestStartDate": approved,
                    "coreAndOptions": optional,
                    "options": [*options, None, options[0]] if optional else [],
                }
            )
    return kept, groups


if __name__ == "__main__":
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2_030
    data = feed(count)
    if sys.argv[3:] == ["moved"]:
        from htqcli.catalogue.bundled import load

        data, _ = moved(data, load().cycle(3).standards)
    Path(sys.argv[1]).write_text(json.dumps(data), encoding="utf-8")
