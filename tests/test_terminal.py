"""The real program in terminals, pipes and pipelines of every kind."""

import os
import re
import subprocess
import sys
from itertools import pairwise

import pytest
import typer

from conftest import IN_WINDOW, ROOT, in_terminal, program
from htqcli.cli import program as the_program

pytestmark = pytest.mark.slow

ESCAPE = "\x1b"


def test_in_a_terminal_the_standards_are_a_coloured_table():
    code, shown = in_terminal("standards", "list", "--route", "digital")
    assert code == 0
    assert "Reference" in shown
    assert "─" in shown
    assert shown.count("Digital") >= 9


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_nothing_is_lost_in_a_narrow_terminal(columns):
    _, shown = in_terminal("standards", "show", "ST0629", columns=columns, NO_COLOR="1")
    words = re.sub(r"\s+", "", shown)
    assert "BEMS(Buildingenergymanagementsystems)controlsengineer" in words
    assert "highlylikelytobeincludedincycle3" in words


@pytest.mark.parametrize("columns", [50, 70, 100])
def test_no_word_of_a_table_is_broken_in_a_narrow_terminal(columns):
    _, shown = in_terminal("standards", "list", "--route", "digital", columns=columns, NO_COLOR="1")
    words = shown.split()
    for word in ("ST0124", "Cyber-security", "technologist", "accessibility", "in-scope"):
        assert word in words
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= columns


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "", "TERM": "xterm"}, True),
    ],
)
def test_colour_is_used_only_in_terminals_that_allow_it(environment, coloured):
    code, shown = in_terminal("window", "status", "--at", IN_WINDOW, **environment)
    assert code == 0
    assert (ESCAPE in shown) is coloured
    assert "Open: " in shown


def test_colour_can_be_forced_into_a_pipe_without_cutting_lines():
    env = {**os.environ, "FORCE_COLOR": "1"}
    run = program("check", ROOT / "examples", "--at", IN_WINDOW, env=env)
    out = run.stdout.decode()
    assert ESCAPE in out
    plain = program("check", ROOT / "examples", "--at", IN_WINDOW).stdout.decode()
    assert re.sub(r"\x1b\[[0-9;]*m", "", out) == plain


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize(
    "words",
    [
        ("check", "-", "--at", IN_WINDOW),
        ("check", "-", "--at", IN_WINDOW, "--format", "json"),
        ("window", "timeline"),
        ("standards", "show", "ST0116"),
        ("--help",),
        ("check", "--help"),
    ],
)
def test_the_result_can_be_written_in_any_encoding(encoding, words):
    env = {**os.environ, "PYTHONIOENCODING": encoding}
    draft = "title: \U0001f600 ‘ü’\n".encode()
    run = program(*words, env=env, input=draft)
    assert run.returncode in (0, 1)
    assert run.stderr == (
        b"1 draft: not ready to submit (9 errors), as at 20 May 2022.\n" if "json" in words else b""
    )
    assert run.stdout.decode("utf-8" if "json" in words else encoding)


def test_htq_ends_quietly_if_its_output_is_no_longer_read():
    for words in (("standards", "list"), ("--help",), ("check", ROOT / "examples")):
        command = [sys.executable, "-m", "htqcli", *map(str, words)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 141


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device here")
def test_a_full_disk_gives_one_line_and_exit_code_3():
    with open("/dev/full", "wb") as full:
        run = program(
            "standards", "list", "--format", "json",
            capture_output=False, stdout=full, stderr=subprocess.PIPE,
        )  # fmt: skip
    assert run.returncode == 3
    assert run.stderr.decode().count("\n") == 1
    assert "Traceback" not in run.stderr.decode()


def run_with(load):
    """The command for `htq standards list` with this in place of loading the catalogue."""
    script = (
        "import os, signal, htqcli.catalogue.bundled, htqcli.cli\n"
        f"def load(file=None): {load}\n"
        "htqcli.catalogue.bundled.load = load\n"
        "htqcli.cli.main(['standards', 'list'])"
    )
    return [sys.executable, "-c", script]


def test_an_interruption_ends_htq_quietly():
    command = run_with("signal.raise_signal(signal.SIGINT)")
    run = subprocess.run(command, capture_output=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (130, b"", b"")


@pytest.mark.parametrize(
    ("closed", "code", "said"),
    [
        ("2>&-", 0, b""),
        ("<&-", 0, b""),
        (">&-", 3, b"htq: the result cannot be written: standard output is closed\n"),
        (">&- 2>&- <&-", 3, b""),
    ],
)
def test_a_closed_stream_matters_only_if_the_result_goes_there(closed, code, said):
    command = f"{sys.executable} -m htqcli check {ROOT / 'examples'} --at {IN_WINDOW}"
    run = subprocess.run(["sh", "-c", f"{command} {closed}"], capture_output=True, check=False)
    assert (run.returncode, run.stderr) == (code, said)


HOSTILE = [
    "::error::do",
    "##vso[task.setvariable variable=x]y",
    "##[add-path]x",
    "\x1b[31mred",
    "\u202eright to left",
    "[bold]markup[/foo]",
    "\u200bhidden",
]


@pytest.mark.parametrize("word", HOSTILE)
def test_values_cannot_command_the_terminal_or_pipeline(tmp_path, word):
    import json

    quoted = json.dumps(word)
    (tmp_path / "a.yaml").write_text(
        f"cycle: {quoted}\n{quoted}: 1\n? {quoted}\n: 2\n"
        f"standards:\n  - reference: {quoted}\n    title: {word if word.isprintable() else 'x'}\n"
        f"documents: [{{kind: {quoted}, file: {quoted}}}]\nunits: &{'a'} {quoted}\nx: !{word[:1]}y z\n",
        "utf-8",
    )
    run = program("check", tmp_path / "a.yaml", env={**os.environ, "FORCE_COLOR": ""})
    out = (run.stdout + run.stderr).decode()
    assert run.returncode == 1
    assert "HTQ" in out
    for line in out.splitlines():
        assert not line.lstrip().startswith("::"), line
        assert "##vso[" not in line, line
        assert "##[" not in line, line
        assert line.isprintable(), line


@pytest.mark.parametrize("word", [word for word in HOSTILE if "/" not in word])
def test_file_names_cannot_command_the_terminal_or_pipeline(tmp_path, word):
    (tmp_path / f"{word}.yaml").write_text("cycle: x")
    run = program("check", f"{word}.yaml", f"{word}.nothing", cwd=tmp_path)
    assert run.returncode == 3
    for line in (run.stdout + run.stderr).decode().splitlines():
        assert not line.lstrip().startswith("::"), line
        assert "##vso[" not in line, line
        assert "##[" not in line, line
        assert line.isprintable(), line


def test_a_fault_in_htq_shows_its_traceback_only_with_htq_debug():
    for debug in ("", "1"):
        run = subprocess.run(
            run_with("raise ZeroDivisionError('a fault')"),
            capture_output=True,
            env={**os.environ, "HTQ_DEBUG": debug},
            check=False,
        )
        err = run.stderr.decode()
        assert run.returncode == 3
        assert "a fault in htq: ZeroDivisionError\n" in err
        assert ("Traceback" in err) is (debug == "1")
        assert ("HTQ_DEBUG=1" in err) is (debug == "")


def every_command():
    def walk(command, words):
        yield words
        for name, inner in getattr(command, "commands", {}).items():
            yield from walk(inner, (*words, name))

    return list(walk(typer.main.get_command(the_program()), ()))


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_help_shows_no_python_types_and_fills_its_lines(htq, words):
    help_ = htq(*words, "-h").out
    assert "--help  -h" in re.sub(r" +", "  ", help_)
    assert not re.search(r"<\w+(\[\w+\])?>", help_)
    about = [line.strip() for line in help_.partition("╭")[0].split("\n")]
    widest = 77 if os.name == "nt" else 78  # where a console keeps its last column
    for line, following in pairwise(about):
        if line and following:
            assert len(f"{line} {following.split()[0]}") > widest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chek",), "There is no command ‘chek’. Did you mean ‘check’ or ‘schema’?"),
        (("window", "zzz"), "There is no command ‘zzz’.\n"),
        (
            ("check", "--formt", "json"),
            "There is no option ‘--formt’. Did you mean ‘--format’ or ‘--report’?",
        ),
        (("check", "-z"), "There is no option ‘-z’.\n"),
        (("check", "--at"), "‘--at’ needs a value after it."),
        (("check", "--quiet=3"), "‘--quiet’ takes no value."),
        (("coverage",), "DRAFT is missing. A draft, or - for standard input."),
        (
            ("coverage", "a", "it's", "c"),
            "Unexpected ‘it's c’. Put values with spaces in quotation marks",
        ),
    ],
)
def test_a_wrong_command_line_gets_a_plain_message(htq, words, said):
    run = htq(*words)
    assert run.code == 2
    assert run.err.startswith(f"There is a problem. {said}")


def test_in_a_narrow_terminal_words_are_not_broken():
    status = in_terminal("window", "status", columns=50, NO_COLOR="1", TERM="dumb")[1]
    assert "Closed: the window of cycle 5 (secondary) is\n        closed\n" in status
    timeline = in_terminal("window", "timeline", columns=50, NO_COLOR="1", TERM="dumb")[1]
    assert "● Institute provides feedback on application and\n│ copyright transfer\n" in timeline
    note = in_terminal("standards", "list", "--route", "legal", columns=50, NO_COLOR="1")[1]
    assert "The list of cycle 3 is provisional and was to be\nconfirmed by January 2022." in note
    check = in_terminal("check", ROOT / "docs" / "not-ready.yaml", columns=50, NO_COLOR="1")[1]
    assert "To learn more about a finding, run ‘htq rules\nCODE’.\n" in check
