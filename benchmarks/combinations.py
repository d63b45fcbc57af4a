"""How long the exact answer about combinations takes, as a structure grows.

`python benchmarks/combinations.py` prints, for structures of growing size, the time of the
search relative to the first row. Two kinds are made: those in which a counter-example exists,
and those in which none does, where the search has to show that.
"""

from __future__ import annotations

import platform
import random
import time

from htqcli.draft.structure import Combinations, Requirement, UnitChoice

SIZES = [
    # units, groups, pathways, occupations, KSBs of each
    (15, 3, 1, 1, 40),
    (30, 6, 2, 1, 40),
    (60, 12, 4, 1, 40),
    (60, 12, 4, 2, 40),
    (60, 12, 4, 3, 40),
    (120, 24, 4, 3, 40),
    (60, 12, 4, 3, 80),
    (60, 12, 4, 4, 40),
]


def bits(numbers: list[int]) -> int:
    return sum(1 << number for number in numbers)


def made(
    units: int, groups: int, pathways: int, occupations: int, ksbs: int, *, avoidable: bool
) -> tuple[Combinations, dict[str, dict[str, list[str]]]]:
    """A made-up structure, the same every time. Where no counter-example is to exist, one KSB of
    the first occupation fewer can be missed than there are: its units are all mandatory."""
    dice = random.Random(units + occupations)
    ids = tuple(f"U{number}" for number in range(units))
    mandatory = list(range(units // 6))
    rest = list(range(units // 6, units))

    def group(number: int) -> UnitChoice:
        own = dice.sample(rest, min(8, len(rest)))
        return UnitChoice(bits(own), 2, None) if number % 2 else UnitChoice(bits(own), None, 30)

    each = max(1, groups // (pathways + 1))
    ways = tuple(
        Requirement(f"P{n}", bits(dice.sample(rest, 2)), tuple(group(k) for k in range(each)))
        for n in range(pathways)
    )
    structure = Combinations(
        ids,
        tuple(dice.choice((10, 15, 20)) for _ in ids),
        Requirement(None, bits(mandatory), tuple(group(k) for k in range(each))),
        ways,
    )
    covering = {
        f"ST{n:04}": {f"K{k}": [ids[u] for u in dice.sample(rest, 3)] for k in range(ksbs)}
        for n in range(occupations)
    }
    if not avoidable:
        last = f"ST{occupations - 1:04}"
        covering[last] = {
            label: [*names[:1], ids[mandatory[0]]] for label, names in covering[last].items()
        }
    return structure, covering


def main() -> None:
    print(f"{platform.machine()}, Python {platform.python_version()}")
    print("units groups pathways occupations KSBs   found   none  (times the first row)")
    first: float | None = None
    for size in SIZES:
        times = []
        for avoidable in (True, False):
            structure, covering = made(*size, avoidable=avoidable)
            best = float("inf")
            for _ in range(3):
                start = time.perf_counter()
                found = structure.counter_example(covering)
                best = min(best, time.perf_counter() - start)
            if not avoidable and found is not None:
                raise SystemExit("a counter-example where there can be none")
            times.append(best)
        first = first or times[0]
        shown = "  ".join(f"{t / first:6.1f}" for t in times)
        print("{:5} {:6} {:8} {:11} {:4}".format(*size), shown, f"  ({max(times):.3f} s)")


if __name__ == "__main__":
    main()
