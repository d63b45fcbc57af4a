"""Shell completion: what htq offers to bash, zsh and fish, and that no text is run by a shell."""

import os
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT, needs_bash, program
from htqcli.catalogue import bundled
from htqcli.rules import RULES

pytestmark = pytest.mark.slow

KNOWN = bundled.load()
TITLES = {one.reference: one.title for one in KNOWN.latest_listed_cycle.standards}
"""What is offered where no cycle is named."""


@pytest.fixture
def asked(htq, monkeypatch):
    """The output of htq when the script of a shell asks for completions at the end of a line."""

    def ask(shell, line):
        words = line.split(" ")
        env = {"_HTQ_COMPLETE": f"complete_{shell}", "COLUMNS": "80"}
        if shell == "bash":
            env |= {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
        else:
            env |= {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
        with monkeypatch.context() as patch:
            for name, value in env.items():
                patch.setenv(name, value)
            run = htq()
        assert (run.code, run.err) == (0, "")
        return run.out.rstrip("\n")

    return ask


@pytest.fixture
def offered(asked):
    """The words that are offered, each with its description."""

    def offer(line):
        out = asked("fish", line)
        return dict(row.partition("\t")[::2] for row in out.split("\n")) if out else {}

    return offer


@pytest.mark.parametrize(
    "line",
    ["standards show", "init --standard", "coverage --standard", "ksbs import x --reference"],
)
def test_every_reference_is_offered_with_its_title(offered, line):
    found = offered(f"htq {line} ")
    assert list(found) == list(TITLES)
    for reference, title in TITLES.items():
        assert found[reference].startswith(title)


@pytest.mark.parametrize("begun", ["ST011", "st011", "sT011"])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_reference_is_completed_in_the_case_that_was_typed(asked, shell, begun):
    out = asked(shell, f"htq standards show --cycle 3 {begun}")
    for last in ("6", "7", "8"):
        assert f"{begun}{last}" in out
    assert ("Software developer" in out) is (shell != "bash")
    assert "ST0019" not in out.upper()
    if shell == "bash":
        assert sorted(out.split("\n")) == [f"{begun}6", f"{begun}7", f"{begun}8"]


def test_a_reference_already_on_the_line_is_not_offered_again(offered):
    assert set(offered("htq standards show --cycle 3 ST0116 st0117 ST011")) == {"ST0118"}
    assert set(offered("htq init --cycle 3 --standard ST0116 --standard ST011")) == {
        "ST0117",
        "ST0118",
    }


def test_routes_are_offered_as_words_without_spaces(offered):
    assert offered("htq standards list --cycle 3 --route h") == {
        "health-and-science": "Health & science"
    }
    everything = offered("htq standards list --cycle 3 --route ")
    assert len(everything) == 7
    assert not any(" " in word for word in everything)
    assert len(offered("htq standards list --cycle 5 --route ")) == 15


@pytest.mark.parametrize("line", ["htq rules ", "htq check --select ", "htq check --ignore "])
def test_rules_are_offered_with_their_summaries(offered, line):
    assert offered(line) == {rule.code: rule.summary.replace("'", "’") for rule in RULES}
    assert list(offered(f"{line}htq50")) == [f"htq50{number}" for number in range(1, 10)]
    assert list(offered(f"{line}title-d")) == ["title-differs"]


def test_a_list_of_rules_is_completed_after_its_last_comma(offered):
    found = offered("htq check --select HTQ1,htq301,HTQ30")
    assert list(found) == [f"HTQ1,htq301,HTQ30{number}" for number in (2, 3, 4, 5, 6)]
    assert found["HTQ1,htq301,HTQ302"] == "The window of the cycle has not opened yet"
    assert offered("htq check --select $(id),HTQ30") == {}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("standards list --scope ", ["in-scope", "contact-us", "out-of-scope"]),
        ("init --type ", ["awarding-organisation", "higher-education-provider"]),
        ("init --level ", ["4", "5"]),
        ("window status --cycle ", [str(cycle.cycle) for cycle in KNOWN.cycles]),
        ("check --fail-on w", ["warning"]),
        ("check --format s", ["sarif"]),
        ("rules --format ", ["text", "json", "markdown"]),
    ],
)
def test_the_choices_of_an_option_are_offered(offered, line, words):
    assert list(offered(f"htq {line}")) == words


def test_the_ksb_lists_you_have_are_offered_with_their_versions(offered, monkeypatch):
    monkeypatch.chdir(ROOT / "tests")
    assert offered("htq ksbs show ST01") == {"ST0116": "version 1.1 and 1.10"}
    monkeypatch.chdir(ROOT)
    assert offered("htq ksbs show ST01") == {}
    assert "ST0310" in offered("htq ksbs show --ksbs tests/ksbs ")


@pytest.mark.parametrize(
    "line", ["check ex", "check --catalogue ex", "init -o ex", "ksbs list --ksbs "]
)
@pytest.mark.parametrize(("shell", "nothing"), [("bash", ""), ("zsh", "_files"), ("fish", "")])
def test_paths_are_left_to_the_shell(asked, shell, nothing, line):
    assert asked(shell, f"htq {line}") == nothing


def test_each_description_is_one_line(asked):
    for line in asked("fish", "htq check --").split("\n"):
        assert line.startswith("--")


HOSTILE = r"a\$(touch made)`touch made`$(touch made)';touch made;'\" [/b] [bold]"


@pytest.fixture
def hostile(tmp_path, five_cycles):
    """A catalogue in which the title of a standard contains shell commands."""
    text = five_cycles.read_text(encoding="utf-8")
    quoted = HOSTILE.replace("'", "''")
    path = tmp_path / "hostile.yaml"
    path.write_text(text.replace("title: Software developer", f"title: '{quoted}'"), "utf-8")
    return path


def test_a_title_cannot_command_a_shell(asked, hostile):
    for shell in ("zsh", "fish"):
        out = asked(shell, f"htq standards show --catalogue {hostile.as_posix()} ST0116")
        assert "ST0116" in out
        assert not set("\\`$") & set(out)
        assert out.count("'") == (2 if shell == "zsh" else 0)


@pytest.mark.parametrize(
    "line", ["standards show ", "window status --cycle ", "standards list --route "]
)
@pytest.mark.parametrize("content", [b"", b"cycles: {", b"\xff"])
def test_without_a_usable_catalogue_nothing_is_offered(offered, tmp_path, line, content):
    (tmp_path / "c.yaml").write_bytes(content)
    command, option = line.split(" ", 1)
    words = f"htq {command} {option}"
    if "--" in option:
        words = words.replace(" --", f" --catalogue {tmp_path / 'c.yaml'} --")
    else:
        words += f"--catalogue {tmp_path / 'c.yaml'} "
    assert offered(words) == {}


def test_a_line_that_htq_would_refuse_is_completed_without_an_error(offered):
    assert offered("htq standards show --cycle nine ST9") == {}
    assert offered("htq check --at never --select HTQ7") == {
        "HTQ701": "The conditions of application are not accepted"
    }
    env = {**os.environ, "_HTQ_COMPLETE": "complete_bash", "COMP_WORDS": "htq", "COMP_CWORD": "x"}
    run = program(env=env)
    assert (run.stdout, run.stderr) == (b"", b"")


@pytest.fixture
def on_path(tmp_path):
    """The environment of a shell that finds htq."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "htq").write_text(f'#!/bin/sh\nexec {sys.executable} -m htqcli "$@"\n')
    (tmp_path / "bin" / "htq").chmod(0o755)
    return {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "LANG": "C.UTF-8"}


@needs_bash
def test_bash_completes(on_path, tmp_path):
    script = (
        'eval "$(_HTQ_COMPLETE=source_bash htq)"; COMP_WORDS=(htq standards show --cycle 3 st011); '
        "COMP_CWORD=5; _htq_completion htq; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    run = subprocess.run(
        [shutil.which("bash"), "-c", script], env=on_path, capture_output=True, check=True
    )
    assert sorted(run.stdout.split()) == [b"st0116", b"st0117", b"st0118"]
    assert run.stderr == b""


@pytest.mark.skipif(not shutil.which("fish"), reason="there is no fish here")
def test_fish_completes(on_path, tmp_path):
    script = (
        "_HTQ_COMPLETE=source_fish htq | source; complete -C 'htq standards show --cycle 3 st011'"
    )
    env = {**on_path, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    run = subprocess.run(["fish", "-c", script], env=env, capture_output=True, check=True)
    assert b"st0116\tSoftware developer, level 4\n" in run.stdout


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh here")
def test_zsh_does_not_run_commands_in_a_title(on_path, hostile, tmp_path):
    script = (
        'autoload -U compinit; compinit -u; eval "$(_HTQ_COMPLETE=source_zsh htq)"; '
        '_arguments() { print -r -- "$@"; local x=${1#*: :}; eval "ws=( ${x[3,-3]} )"; }; '
        f"words=(htq standards show --catalogue {hostile} ST0116); CURRENT=6; _htq_completion"
    )
    env = {**on_path, "HOME": str(tmp_path), "ZDOTDIR": str(tmp_path)}
    run = subprocess.run(
        ["zsh", "-fc", script], env=env, capture_output=True, check=True, cwd=tmp_path
    )
    assert b"ST0116" in run.stdout
    assert not (tmp_path / "made").exists()


@needs_bash
@pytest.mark.parametrize(
    ("shell", "code", "said"),
    [
        ("pwsh", 0, b'(htq --show-completion) -join "`n" | iex'),
        ("csh", 2, b"There is no completion for csh: only for bash, zsh, fish and PowerShell."),
    ],
)
def test_a_shell_that_is_not_set_up_is_told_what_it_can_do(tmp_path, shell, code, said):
    """The shell is a copy of bash, which processes know by its own name."""
    shutil.copy(os.path.realpath(shutil.which("bash")), tmp_path / shell)
    line = f"{sys.executable} -m htqcli --install-completion; exit $?"
    home = {**os.environ, "HOME": str(tmp_path)}
    run = subprocess.run(
        [tmp_path / shell, "--norc", "-c", line], env=home, capture_output=True, check=False
    )
    assert run.returncode == code
    assert said in run.stdout + run.stderr
    assert {path.name for path in tmp_path.iterdir()} == {shell}
