"""The pictures in the documents, made by htq itself.

`python docs/pictures.py` makes those in `docs/pictures`, which a code host shows. When the site is
built, it makes its own.
"""

import os
import re
import select
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from examples import ROOT, environment
from rich.console import Console
from rich.text import Text

PICTURES = ROOT / "docs" / "pictures"
IN_WINDOW = "20 May 2022"
PROMPT = b"> "
"""How a question of htq ends."""


@dataclass(frozen=True)
class Terminal:
    """What a picture of a terminal shows: a command, and the answers to what it asks, by the
    beginning of the question. The picture ends with the first question without an answer."""

    command: str
    columns: int = 80
    answers: Mapping[str, str] = field(default_factory=dict)
    folder: str = "."


TERMINAL = {
    "init.svg": Terminal(
        "htq init",
        answers={
            "What is the name of your organisation?": "Example Awards",
            "Who applies?": "1",
            "What is its recognition number": "RN5999",
            "Who is the person to ask": "",
            "Which occupational standard": "software developer",
            "Which version of ST0116": "1.1",
            "Does it align to another": "",
        },
        folder="new",
    ),
    "check.svg": Terminal(f'htq check docs/not-ready.yaml --at "{IN_WINDOW}"', 90),
    "ready.svg": Terminal(f'htq check examples --at "{IN_WINDOW}"', 90),
    "status.svg": Terminal(f'htq status gaps.yaml --at "{IN_WINDOW}"'),
    "coverage.svg": Terminal("htq coverage gaps.yaml"),
    "window.svg": Terminal("htq window timeline --cycle 3 --at 2022-05-20"),
}
"""The pictures of a terminal."""

GAPS = {
    "mandatory: [U1, U2, U3, U4]": "mandatory: [U1, U3]",
    "  optional:\n    - name: Specialism\n      choose: 1\n      from: [U5, U6]": "  pathways:\n"
    "    - name: Data\n      mandatory: [U2, U4]\n    - name: Web\n      mandatory: [U4]\n"
    "      optional: [{name: Wider study, choose: 2, from: [U2, U5, U6]}]",
    "      K11: {units: [U3], assessed_by: [A1]}\n": "",
}
"""What makes gaps in the example: no unit covers K11, and some learners do without U2."""


class CannotBeMadeHere(Exception):
    """A program that makes a picture is missing. The message names it."""


def make(folder: Path, only: Collection[str] = ()) -> Iterator[str]:
    """Make the pictures, or only these, in this folder. Give a sentence for each that cannot be
    made here."""
    with TemporaryDirectory() as temporary:
        scene = Path(temporary)
        _set(scene)
        makers: dict[str, Callable[[Path], None]] = {
            **{name: _maker(name, scene) for name in TERMINAL},
            "report.png": lambda to: _page(to, scene / "report.html"),
            "drafts.png": lambda to: _page(to, scene / "pages" / "index.html"),
            "pack.png": lambda to: _page(to, scene / "pack" / "index.html"),
            "coverage.png": lambda to: _page(to, scene / "coverage.html"),
            "mapping-empty.png": lambda to: _sheet(to, scene / "empty.xlsx"),
            "mapping-filled.png": lambda to: _sheet(to, scene / "filled.xlsx"),
        }
        for name in only or makers:
            try:
                makers[name](folder / name)
            except CannotBeMadeHere as missing:
                yield f"{name} is the picture in the repository, because {missing} is missing."


def _set(scene: Path) -> None:
    """The drafts that are in the pictures, and what htq writes about them."""
    shutil.copytree(ROOT / "docs", scene / "docs")
    shutil.copytree(ROOT / "examples", scene / "examples")
    shutil.copytree(ROOT / "examples", scene, dirs_exist_ok=True)
    shutil.copytree(ROOT / "tests" / "ksbs", scene / "ksbs", dirs_exist_ok=True)
    shutil.copytree(scene / "ksbs", scene / "new" / "ksbs")
    text = (scene / "application.yaml").read_text(encoding="utf-8")
    before, mapping, after = text.partition("    ksbs:\n")
    unmapped = before + after[after.index("\nassessments:") :]
    assert mapping
    (scene / "empty.yaml").write_text(unmapped, encoding="utf-8")
    for old, new in GAPS.items():
        assert old in text, old
        text = text.replace(old, new)
    (scene / "gaps.yaml").write_text(text, encoding="utf-8")
    for command in (
        f'htq report gaps.yaml -o report.html --at "{IN_WINDOW}"',
        f'htq report application.yaml docs/not-ready.yaml gaps.yaml -o pages --at "{IN_WINDOW}"',
        "htq coverage gaps.yaml --format html -o coverage.html",
        f'htq pack application.yaml -o pack --at "{IN_WINDOW}"',
        "htq mapping export application.yaml -o filled.xlsx",
        "htq mapping export empty.yaml -o empty.xlsx",
    ):
        run = subprocess.run(
            _program(command), cwd=scene, env=environment(), capture_output=True, check=False
        )
        assert run.returncode == 0, (command, run.stderr.decode())


def _program(command: str) -> list[str]:
    words = [quoted or plain for quoted, plain in re.findall(r'"([^"]+)"|(\S+)', command)]
    return [sys.executable, "-m", "htqcli", *words[1:]]


def _maker(name: str, scene: Path) -> Callable[[Path], None]:
    return lambda to: to.write_text(terminal(TERMINAL[name], scene, name), encoding="utf-8")


# A terminal

_SVG = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "Cascadia Mono", Consolas, Menlo, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
{styles}
</style>
<defs>{lines}</defs>
<rect width="100%" height="100%" rx="8" fill="#1b1e24"/>
<g transform="translate({terminal_x}, 14)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def terminal(asked: Terminal, scene: Path, name: str) -> str:
    """A picture of a terminal, as SVG."""
    text = Text.from_ansi(f"$ {asked.command}\n{_shown(asked, scene / asked.folder)}".rstrip())
    console = Console(
        record=True,
        width=asked.columns,
        file=StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        _environ={},
    )
    console.print(text, overflow="fold")
    return console.export_svg(code_format=_SVG, unique_id=Path(name).stem)


def _shown(asked: Terminal, folder: Path) -> str:
    try:
        import fcntl
        import termios
    except ModuleNotFoundError as error:
        raise CannotBeMadeHere("a terminal of POSIX") from error
    primary, secondary = os.openpty()
    fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", 50, asked.columns, 0, 0))
    env = {**environment(), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    env.pop("COLUMNS", None)
    answers = dict(asked.answers)
    with subprocess.Popen(
        _program(asked.command),
        cwd=folder,
        env=env,
        stdin=secondary,
        stdout=secondary,
        stderr=secondary,
    ) as program:
        os.close(secondary)
        shown = b""
        while piece := _read(primary):
            shown += piece
            if asked.answers and shown.endswith(PROMPT):
                last = shown.decode().rpartition("\r\n\r\n")[2]
                question = next((one for one in answers if one in last), None)
                if question is None:
                    program.kill()
                    break
                os.write(primary, f"{answers.pop(question)}\n".encode())
    os.close(primary)
    return shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    if not select.select([terminal], [], [], 60)[0]:
        raise TimeoutError("htq waits for something that it is not given")
    try:
        return os.read(terminal, 65536)
    except OSError:  # the program at the other end has ended
        return b""


# A page in a browser, and a sheet of a workbook


def _page(picture: Path, page: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise CannotBeMadeHere("Chromium")
    size, profile = "--window-size=1100,800", f"--user-data-dir={page.parent / 'profile'}"
    options = ("--headless", "--no-sandbox", "--hide-scrollbars", size, profile)
    _run(browser, *options, f"--screenshot={picture}", page.as_uri())


def _sheet(picture: Path, workbook: Path) -> None:
    """The sheet of the mapping, which comes second in the workbook."""
    for name in ("soffice", "pdftoppm"):
        if shutil.which(name) is None:
            raise CannotBeMadeHere(name)
    folder = workbook.parent
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    _run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, workbook)
    second = ("-f", "2", "-l", "2", "-singlefile")
    within_margins = ("-x", "60", "-y", "60", "-W", "1050", "-H", "710")
    pdf, stem = workbook.with_suffix(".pdf"), picture.with_suffix("")
    _run("pdftoppm", "-png", "-r", "100", *second, *within_margins, pdf, stem)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=180)


if __name__ == "__main__":
    for sentence in make(PICTURES):
        sys.stdout.write(f"{sentence}\n")
