"""The documents that follow from the program: its commands and its rules, as it has them itself.

`python docs/generate.py` writes `docs/htq.1`, `docs/commands.md` and `docs/rules.md`, the catalogue
as JSON, which is quicker to read, what the examples in the other documents print, and the pictures
of a terminal. Tests compare them with what htq says.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import examples
import pictures
import typer

from htqcli import files
from htqcli.catalogue import bundled
from htqcli.cli import program
from htqcli.cli.rules import document
from htqcli.rules import RULES

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"

ENVIRONMENT = {
    "HTQ_AT": "The date or time to check as at, if you do not give `--at`.",
    "HTQ_CATALOGUE": "A catalogue to use in place of the bundled one, if you do not give "
    "`--catalogue`.",
    "HTQ_DEBUG": "With `1`, htq shows where in the program a fault arose.",
    "NO_COLOR": "If it is not empty, nothing is coloured.",
    "FORCE_COLOR": "If it is not empty, output that does not go to a terminal is coloured too. "
    "`NO_COLOR` comes first.",
    "TERM": "With `dumb`, nothing is coloured and no progress is drawn.",
    "COLUMNS": "The width of tables and help in a terminal, if not its own.",
    "HTTPS_PROXY": "The proxy that `htq ksbs get` and `htq catalogue drift --fetch` use, if not "
    "the system’s. `NO_PROXY` lists the servers that they reach without one.",
    "SSL_CERT_FILE": "A file of certificates that `htq ksbs get` and `htq catalogue drift --fetch` "
    "trust in place of the system’s.",
    "GITHUB_STEP_SUMMARY": "The file to which `htq check --format github` adds a summary. "
    "GitHub Actions sets it.",
    "GITHUB_WORKSPACE, CI_PROJECT_DIR, BUILD_SOURCESDIRECTORY": "The root of the checkout, from "
    "which `github`, `gitlab`, `azure` and `sarif` name files. The services set them.",
}
"""The environment variables that have a meaning, and which."""

FILES = {
    "*.yaml, *.yml, *.json": "Drafts. In a folder, `htq check` looks for files with these names, "
    "but not in hidden folders or in folders named `ksbs`, and checks those that have a field of a "
    "draft at their top. `htq check --list` shows the others.",
    "ksbs/ST0116-1.1.yaml": "The KSBs of one version of a standard, beside the draft. "
    "`htq ksbs get` and `htq ksbs import` write it.",
    "htqcli/data/standards.yaml": "The bundled catalogue, in the folder that htq is installed in: "
    "standards, windows and what each cycle asks for, with sources.",
}
"""The files that htq reads, and what they hold."""

EXAMPLES = {
    "htq standards search software developer": "Find the reference of a standard.",
    "htq check": "Check every draft in the folder that you are in.",
    "htq status": "See how far every draft in the folder is.",
    'htq check application.yaml --at "20 May 2022"': "Check a draft as on a day of its window.",
    "htq check drafts --report sarif=htq.sarif --report junit=htq.xml": "Check a folder of "
    "drafts, and write reports for two readers.",
    "htq rules HTQ401": "Read what a finding means, and what its source says.",
    "htq coverage application.yaml --format html -o coverage.html": "Show which units cover "
    "which KSBs, as a page.",
    "htq report application.yaml -o report.html": "Write a page about a draft to hand over.",
    "htq pack application.yaml -o pack.zip": "Put everything that you hand in into one file.",
    'htq coverage application.yaml --without U6 --with "U7 covers K3"': "See the coverage "
    "without a unit, and with a new one.",
    "htq window status --exit-code": "Stop a pipeline unless a window is open.",
}
"""Command lines, and what each is for."""


@dataclass(frozen=True)
class Parameter:
    """An argument or an option. `value` is what is written after an option; `spellings` of an
    argument is its name alone. `text` says everything but the default."""

    spellings: tuple[str, ...]
    value: str
    text: str
    default: str
    is_argument: bool
    needed: bool
    many: bool

    @property
    def usage(self) -> str:
        """An argument as it stands in a line of usage."""
        dots = "…" if self.many else ""
        return f"{self.spellings[0]}{dots}" if self.needed else f"[{self.spellings[0]}]{dots}"


@dataclass(frozen=True)
class Command:
    """A command or a group of them, with its full name, such as `htq window status`."""

    name: str
    paragraphs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    is_group: bool

    @property
    def summary(self) -> str:
        """What it is for, in a sentence."""
        return self.paragraphs[0]

    @property
    def arguments(self) -> list[Parameter]:
        """Its arguments, in their order."""
        return [one for one in self.parameters if one.is_argument]

    @property
    def usage(self) -> str:
        """What may stand after its name."""
        if self.is_group:
            return "COMMAND"
        options = [] if len(self.arguments) == len(self.parameters) else ["[OPTION]…"]
        return " ".join([*options, *(one.usage for one in self.arguments)])


def commands() -> list[Command]:
    """Every command that is not hidden, in the order of `htq --help`, each group before its own."""
    return list(_walk(typer.main.get_command(program()), "htq"))


def _walk(command: Any, name: str) -> Iterator[Command]:
    inner = getattr(command, "commands", {})
    yield Command(
        name,
        tuple(" ".join(part.split()) for part in (command.help or "").split("\n\n")),
        tuple(_parameter(one) for one in command.params if not getattr(one, "hidden", False)),
        is_group=bool(inner),
    )
    for word, one in inner.items():
        if not one.hidden:
            yield from _walk(one, f"{name} {word}")


def _parameter(found: Any) -> Parameter:
    is_argument = found.param_type_name == "argument"
    name = found.metavar or found.name.upper()
    many = found.nargs == -1 or bool(getattr(found, "multiple", False))
    sentences = [" ".join((found.help or "").split())]
    if many and "an be repeated" not in sentences[0] and not is_argument:
        sentences.append("Can be repeated.")
    return Parameter(
        spellings=(name,) if is_argument else (*found.opts, *found.secondary_opts),
        value="" if is_argument or found.is_flag else name,
        text=" ".join(sentences),
        default=_default(found),
        is_argument=is_argument,
        needed=found.required,
        many=many,
    )


def _default(found: Any) -> str:
    if isinstance(found.show_default, str):
        default = found.show_default
    elif found.show_default is False or found.required or isinstance(found.default, bool):
        default = ""
    elif isinstance(found.default, (list, tuple)):
        default = ", ".join(map(str, found.default))
    else:
        default = "" if found.default is None else str(found.default)
    variables = [found.envvar] if isinstance(found.envvar, str) else found.envvar or ()
    said = [f"what {name} says" for name in variables]
    return ", else ".join([*said, default] if default else said)


def exit_codes() -> list[tuple[str, str]]:
    """The exit codes and what each means, as their page has them."""
    page = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\d, ]+) \| (.+) \|$", page, re.MULTILINE)
    return [(code, meaning) for code, meaning in rows]


# The page in Markdown


def reference() -> str:
    """The reference of the commands as a Markdown page."""
    found = commands()
    pieces = [
        "# Commands\n\nEvery command of htq with its arguments and options, as "
        "`htq COMMAND --help` shows them. `-h` is\n`--help`, and words after `--` are never "
        "options. `man -l docs/htq.1` shows this page in a terminal.\n",
        "| Command | What it is for |\n|---|---|\n"
        + "".join(f"| [`{one.name}`](#{_anchor(one.name)}) | {one.summary} |\n" for one in found),
        *map(_section, found),
        "## Exit codes\n\n[Exit codes](exit-codes.md) are the same for every command and format.\n",
        "## Environment\n\n| Variable | Meaning |\n|---|---|\n"
        + "".join(f"| `{name}` | {text} |\n" for name, text in ENVIRONMENT.items()),
        "## Files\n\n| File | What it holds |\n|---|---|\n"
        + "".join(f"| `{name}` | {text} |\n" for name, text in FILES.items()),
        "## Examples\n\n"
        + "\n".join(f"{text}\n\n```sh\n{line}\n```\n" for line, text in EXAMPLES.items()),
    ]
    return "\n".join(pieces)


def _anchor(heading: str) -> str:
    return heading.lower().replace(" ", "-")


def _section(command: Command) -> str:
    text = "\n\n".join(map(_marked, command.paragraphs))
    piece = f"## {command.name}\n\n{text}\n\n```text\n{command.name} {command.usage}\n```\n"
    for kind, chosen in (
        ("Argument", command.arguments),
        ("Option", [one for one in command.parameters if not one.is_argument]),
    ):
        if chosen:
            piece += f"\n| {kind} | What it does | If left out |\n|---|---|---|\n"
            piece += "".join(
                f"| {_spelt(one)} | {_marked(one.text)} | {_left_out(one)} |\n" for one in chosen
            )
    return piece


def _spelt(one: Parameter) -> str:
    value = f" {one.value}" if one.value else ""
    return ", ".join(f"`{spelling}{value}`" for spelling in one.spellings).replace("|", "\\|")


def _left_out(one: Parameter) -> str:
    return "needed" if one.needed else _marked(one.default)


def _marked(text: str) -> str:
    """A help text in Markdown: options and variables as code, the rest as it stands."""
    escaped = re.sub(r"([\\`*<>|\[\]]|(?<!\w)_|_(?!\w))", r"\\\1", text)
    return re.sub(r"(?<![\w`-])(--[a-z][a-z-]*[a-z]|[A-Z]+(?:_[A-Z]+)+)", r"`\1`", escaped)


# The manual page, in the language mdoc


def manual(date: datetime) -> str:
    """The manual page htq(1), with the day on which it last changed."""
    found = commands()
    lines = [
        f".Dd {date:%B} {date.day}, {date.year}",
        ".Dt HTQ 1",
        ".Os",
        ".Sh NAME",
        ".Nm htq",
        f".Nd {_plain(found[0].summary[0].lower() + found[0].summary[1:].rstrip('.'))}",
        ".Sh SYNOPSIS",
    ]
    for one in found:
        if not one.is_group:
            lines += [".Nm", *_usage(one)]
    lines += [
        ".Sh DESCRIPTION",
        *_running(
            "htq knows the standards of the approvals cycle, when the window is open and what the "
            "criteria require. Each finding says what is wrong, where, how to put it right and on "
            "whose authority."
        ),
        ".Pp",
        *_running(
            "Results go to standard output, everything else to standard error. Every command "
            "takes `--help`, or `-h`. Words after `--` are never options."
        ),
        ".Sh COMMANDS",
    ]
    for one in found:
        lines += _subsection(one)
    lines += [
        ".Sh ENVIRONMENT",
        *_tagged({f"Ev {name}": text for name, text in ENVIRONMENT.items()}),
        ".Sh FILES",
        *_tagged({f"Pa {_plain(name)}": text for name, text in FILES.items()}),
        ".Sh EXIT STATUS",
        *_tagged(dict(exit_codes())),
        ".Sh EXAMPLES",
    ]
    for line, text in EXAMPLES.items():
        lines += [*_running(text), ".Pp", f".Dl {_plain(line)}", ".Pp"]
    return "\n".join(lines[:-1]) + "\n"


def _usage(command: Command) -> list[str]:
    lines = [f".Cm {word}" for word in command.name.split()[1:]]
    if "[OPTION]" in command.usage:
        lines.append(".Op Ar option ...")
    for one in command.arguments:
        dots = " ..." if one.many else ""
        lines.append(f".{'Ar' if one.needed else 'Op Ar'} {_plain(one.spellings[0])}{dots}")
    return lines


def _subsection(command: Command) -> list[str]:
    lines = [f".Ss {command.name}"]
    if not command.is_group:
        lines += [".Nm", *_usage(command), ".Pp"]
    for index, paragraph in enumerate(command.paragraphs):
        lines += [*([".Pp"] if index else []), *_running(paragraph)]
    tagged = {}
    for one in command.parameters:
        text = one.text
        if one.default:
            text += f" If left out: {one.default}."
        elif one.needed and not one.is_argument:
            text += " Needed."
        tagged[_tag(one)] = text
    return lines + _tagged(tagged)


def _tag(one: Parameter) -> str:
    if one.is_argument:
        return f"Ar {_plain(one.spellings[0])}"
    value = f" Ar {_plain(one.value)}" if one.value else ""
    return " , ".join(
        f"Fl Fl {spelling[2:]}{value}" if spelling.startswith("--") else f"Fl {spelling[1:]}{value}"
        for spelling in one.spellings
    )


def _tagged(entries: dict[str, str]) -> list[str]:
    if not entries:
        return []
    lines = [".Bl -tag -width Ds"]
    for tag, text in entries.items():
        lines += [f".It {tag}", *_running(text)]
    return [*lines, ".El"]


def _running(text: str) -> list[str]:
    """Running text: each sentence on a line of its own, none long, none read as a request."""
    quoted = re.sub(r"`([^`]+)`", r"‘\1’", text)
    quoted = re.sub(r"‘(--?[a-zA-Z][a-z-]*)’", r"\1", quoted)
    lines = [
        line
        for sentence in re.split(r"(?<=[.?!]) (?=[^a-z])", quoted)
        for line in textwrap.wrap(
            _plain(sentence), 78, break_on_hyphens=False, break_long_words=False
        )
    ]
    return [f"\\&{line}" if line.startswith((".", "'")) else line for line in lines]


_SIGNS = {
    "\\": "\\e",
    "‘": "\\(oq",
    "’": "\\(cq",
    "…": "...",
    "–": "\\(en",
    "'": "\\(aq",
    '"': "\\(dq",
}


def _plain(text: str) -> str:
    """Text that means nothing to the formatter, in ASCII; the hyphens of options can be copied."""
    shown = "".join(
        _SIGNS.get(sign) or (sign if sign.isascii() else f"\\[u{ord(sign):04X}]") for sign in text
    )
    return re.sub(r"(?<![\w-])-{1,2}(?=[a-z])|(?<![\w-])--(?![\w-])", _hyphens, shown)


def _hyphens(found: re.Match[str]) -> str:
    return found[0].replace("-", "\\-")


def documents() -> dict[Path, str]:
    """What each document holds. The manual page keeps its day unless something in it changed."""
    page = ROOT / "docs" / "htq.1"
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    dated = re.match(r"\.Dd (\w+ \d+, \d{4})\n", before)
    page_text = manual(datetime.now(UTC))
    if dated:
        same = manual(datetime.strptime(dated[1], "%B %d, %Y").replace(tzinfo=UTC))
        page_text = before if same == before else page_text
    return {
        page: page_text,
        ROOT / "docs" / "commands.md": reference(),
        ROOT / "docs" / "rules.md": document(RULES, bundled.load()),
        DATA / "standards.json": bundled.as_json((DATA / "standards.yaml").read_bytes()),
    }


if __name__ == "__main__":
    for path, text in documents().items():
        files.replace_file(str(path), text)
    for path in examples.pages():
        files.replace_file(str(path), examples.renewed(path.read_text(encoding="utf-8")))
    for sentence in pictures.make(pictures.PICTURES, pictures.TERMINAL):
        sys.stdout.write(f"{sentence}\n")
