"""The documents agree with the program."""

import ast
import re
import shutil
import subprocess

import examples
import generate
import pytest
import typer

from conftest import ROOT, program
from htqcli.cli import program as every_command
from htqcli.draft import application
from htqcli.formats import FORMATS
from htqcli.model.part import Model, names
from htqcli.rules import RULES

pytestmark = pytest.mark.slow

MANUAL = (ROOT / "docs" / "htq.1").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", list(generate.documents()), ids=lambda path: path.name)
def test_each_generated_document_is_up_to_date(path):
    assert path.read_text(encoding="utf-8") == generate.documents()[path], (
        "run: python docs/generate.py"
    )


def visible_commands(command, *names):
    """Every command that help shows, with its words."""
    yield names, command
    for name, inner in getattr(command, "commands", {}).items():
        if not inner.hidden:
            yield from visible_commands(inner, *names, name)


COMMANDS = list(visible_commands(typer.main.get_command(every_command()), "htq"))


def part(text, start, following):
    """The part of a document under a heading, up to the next one."""
    _, found, after = text.partition(f"\n{start}\n")
    assert found, start
    return re.split(following, after, maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize(
    ("name", "command"), [(" ".join(words), command) for words, command in COMMANDS]
)
def test_each_argument_and_option_is_in_the_manual_and_the_command_reference(name, command):
    rows = part(REFERENCE, f"## {name}", "^## ").splitlines()
    manual = part(MANUAL, f".Ss {name}", r"^\.S[sh] ").replace("\\-", "-").replace("...", "…")
    tags = [line.split() for line in manual.splitlines() if line.startswith(".It ")]
    seen = [one for one in command.params if not getattr(one, "hidden", False)]
    assert len(tags) == len(seen)
    for one, tag in zip(seen, tags, strict=True):
        if one.param_type_name == "argument":
            spelt = [one.metavar]
        else:
            value = "" if one.is_flag else f" {one.metavar}"
            spelt = [f"{spelling}{value}" for spelling in one.opts]
        for spelling in spelt:
            assert set(spelling.lstrip("-").split()) <= set(tag)
        spelt = [spelling.replace("|", "\\|") for spelling in spelt]
        (row,) = [row for row in rows if row.startswith(f"| `{spelt[0]}`")]
        assert all(f"`{spelling}`" in row for spelling in spelt)
        if one.required:
            assert row.endswith("| needed |")
        elif one.default not in (None, False):
            assert row.endswith(f"{one.default} |")
            assert f"{one.default}." in " ".join(manual.split())


NAMED = {" ".join(words): command for words, command in COMMANDS}
EVERYWHERE = {"--help", "--version", "--install-completion"}


@pytest.mark.parametrize("path", examples.pages(), ids=lambda path: path.name)
def test_a_document_names_only_existing_commands_and_options(path):
    page = path.read_text(encoding="utf-8")
    blocks = "".join(re.findall(r"^```(?:sh|console)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE))
    lines = re.findall(r"^(?:\$ )?(htq .*)$", blocks, re.MULTILINE)
    for line in [*lines, *re.findall(r"`(htq [^`]+)`", page)]:
        command, *_ = re.split(r" \| | && |\s# ", line)
        words = ["htq"]
        for word in command.split()[1:]:
            if " ".join([*words, word]) not in NAMED:
                break
            words.append(word)
        group = getattr(NAMED[" ".join(words)], "commands", None)
        following = command.split()[len(words) : len(words) + 1]
        assert not group or not following or not re.match("[a-z]", following[0]), line
        known = {one for parameter in NAMED[" ".join(words)].params for one in parameter.opts}
        assert set(re.findall(r"(?<!\S)--[a-z][a-z-]*", command)) <= known | EVERYWHERE, line


def read_from_the_environment():
    """The names of the environment variables that htq or one of its options reads."""
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            asked = None
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "os.environ.get":
                asked = node.args[0]
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
                asked = node.slice
            if isinstance(asked, ast.Constant):
                yield asked.value
    for _, command in COMMANDS:
        for one in command.params:
            yield from [one.envvar] if isinstance(one.envvar, str) else one.envvar or ()


def test_each_environment_variable_that_htq_reads_is_documented():
    asked = set(read_from_the_environment())
    assert {"NO_COLOR", "TERM", "HTQ_DEBUG"} <= asked <= set(generate.ENVIRONMENT)
    for name in asked:
        assert f"| `{name}` |" in REFERENCE
        assert f"\n.It Ev {name}\n" in MANUAL


@pytest.mark.parametrize("line", generate.EXAMPLES)
def test_each_documented_example_runs(line, tmp_path):
    shutil.copytree(ROOT / "examples", tmp_path, dirs_exist_ok=True)
    shutil.copytree(ROOT / "examples", tmp_path / "drafts")
    words = re.findall(r'"([^"]+)"|(\S+)', line.partition(" > ")[0])
    _, *words = [quoted or plain for quoted, plain in words]
    assert program(*words, cwd=tmp_path).returncode in (0, 1)


def test_the_exit_codes_are_in_the_manual():
    assert generate.exit_codes()
    for code, _ in generate.exit_codes():
        assert f"\n.It {code}\n" in MANUAL


PARTS = [
    part
    for part in vars(application).values()
    if isinstance(part, type) and issubclass(part, Model) and part is not Model
]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_each_field_of_a_draft_is_on_the_format_page(part):
    page = (ROOT / "docs" / "application-format.md").read_text(encoding="utf-8")
    assert [name for name in names(part) if f"`{name}`" not in page] == []


PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_document_names_only_existing_rules(path):
    codes = {rule.code for rule in RULES}
    named = set(re.findall(r"\bHTQ\d{3}\b", path.read_text(encoding="utf-8")))
    assert named <= codes


def test_the_page_about_pipelines_says_what_each_format_is_for():
    page = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")
    assert [name for name in FORMATS if f"\n| `{name}` | " not in page] == []


def test_each_path_in_the_guide_for_contributors_exists():
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w.-]+/[\w./-]*)`", guide)) - {"site/index.html"}
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")
def test_mandoc_finds_no_fault_in_the_manual_page():
    run = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "all", ROOT / "docs" / "htq.1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout + run.stderr == ""
