"""Made-up drafts with a full mapping of KSBs, and the list that they map to.

`python benchmarks/drafts.py FOLDER [COUNT]` writes so many drafts, 1,000 if not said otherwise,
each of 75 lines and about 2.2 KB, with the files that they name and a list of 33 KSBs. All are
ready to submit in the window of cycle 3, no two map alike, and they are the same every time.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

LABELS = (
    *(f"K{number}" for number in range(1, 14)),
    *(f"S{number}" for number in range(1, 14)),
    *(f"B{number}" for number in range(1, 8)),
)
UNITS = tuple(f"U{number}" for number in range(1, 9))

HEAD = """\
# Draft {number}. All of it is made up.
cycle: 3
applicant:
  name: Example Awards {number}
  type: awarding-organisation
  recognition_number: RN5999
  contact:
    name: A. Person
    email: a.person@example.org
qualification:
  title: Level 4 Diploma in Software Development {number}
  level: 4
  first_teaching: 2024-09
planned_submission: 2022-06-10
units:
"""
STANDARD = """\
structure:
  mandatory: [U1, U2, U3, U4, U5, U6, U7, U8]
standards:
  - reference: ST0116
    title: Software developer
    level: 4
    version: "1.1"
    ksbs:
"""
TAIL = """\
assessments:
  A1: Portfolio
support_session: 2022-03-02
employers:
  - name: Example Software Ltd
    evidence: evidence/employer.txt
documents:
  - kind: ksb-mapping
    file: evidence/mapping.csv
    confidential: false
declarations: {conditions_of_application: true}
"""


def draft(number: int) -> str:
    """The text of one draft."""
    dice = random.Random(number)
    units = "".join(f"  {unit}: {{title: Unit {unit}, credits: 15}}\n" for unit in UNITS)
    lines = []
    for at, label in enumerate(LABELS):
        chosen = [UNITS[at % len(UNITS)], *dice.sample(UNITS, dice.random() < 0.2)]
        named = ", ".join(sorted(set(chosen)))
        lines.append(f"      {label}: {{units: [{named}], assessed_by: [A1]}}\n")
    return HEAD.format(number=number) + units + STANDARD + "".join(lines) + TAIL


def ksb_list() -> str:
    """The list of KSBs that the drafts map to, with made-up statements."""
    statements = "".join(f"  {label}: Made-up statement {label}\n" for label in LABELS)
    head = 'reference: ST0116\nversion: "1.1"\ntitle: Software developer\nlevel: 4\n'
    return f"{head}ksbs:\n{statements}"


def write(folder: Path, count: int) -> list[Path]:
    """Write drafts with all that belongs to them; the paths of the drafts."""
    for name, text in (
        ("ksbs/ST0116-1.1.yaml", ksb_list()),
        ("evidence/employer.txt", "Made up.\n"),
        ("evidence/mapping.csv", "Made up\n"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    paths = [folder / f"draft-{number:05}.yaml" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(draft(number), encoding="utf-8")
    return paths


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000)
