"""Whatever standard output is, the whole result arrives there, or htq reports it and exits with 3."""

import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time

import pytest

from conftest import IN_WINDOW, ROOT, Run, needs_signals, program

pytestmark = pytest.mark.slow

DRAFT = ROOT / "docs" / "not-ready.yaml"

COMMANDS = {
    # kind of result: (words of a command that gives it, exit code)
    "text for people": (("check", DRAFT, "--at", IN_WINDOW), 1),
    "data": (("check", DRAFT, "--at", IN_WINDOW, "--format", "sarif"), 1),
    "what rich draws": (("check", "--help"), 0),
    "a page": (("coverage", ROOT / "examples" / "application.yaml", "--format", "html"), 0),
}

needs_devices = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device here")


@pytest.fixture(scope="module")
def whole():
    """The complete standard output of a command."""
    known = {}

    def result(words):
        if words not in known:
            known[words] = program(*words).stdout
        return known[words]

    return result


def limit_file_size():
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


UNBUFFERED = {**os.environ, "PYTHONUNBUFFERED": "1"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limits")
@pytest.mark.parametrize("kind", COMMANDS)
def test_a_file_at_its_size_limit_is_reported_in_one_line(tmp_path, kind):
    words, _ = COMMANDS[kind]
    env = os.environ if kind == "a page" else UNBUFFERED
    # Measuring coverage would write a file too, which has the same limit.
    env = {name: text for name, text in env.items() if not name.startswith("COVERAGE_")}
    with (tmp_path / "out").open("wb") as out:
        run = program(
            *words, capture_output=False, stdout=out, stderr=subprocess.PIPE,
            preexec_fn=limit_file_size, env=env,
        )  # fmt: skip
    assert run.returncode == 3
    assert run.stderr == b"htq: the result cannot be written: File too large\n"


@needs_devices
@pytest.mark.parametrize("kind", ["text for people", "data", "what rich draws"])
def test_a_full_disk_is_reported_in_one_line_without_buffering(kind):
    words, _ = COMMANDS[kind]
    with open("/dev/full", "wb") as full:
        run = program(
            *words, capture_output=False, stdout=full, stderr=subprocess.PIPE, env=UNBUFFERED
        )
    assert run.returncode == 3
    assert run.stderr == b"htq: the result cannot be written: No space left on device\n"


def shrink(pipe):
    import fcntl

    if not hasattr(fcntl, "F_SETPIPE_SZ"):
        pytest.skip("pipes have one size here")
    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 4096)


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_slow_reader_of_a_non_blocking_pipe_gets_everything(whole, kind):
    words, code = COMMANDS[kind]
    reader, writer = os.pipe()
    shrink(writer)
    os.set_blocking(writer, False)
    command = [sys.executable, "-m", "htqcli", *map(str, words)]
    env = UNBUFFERED if kind == "data" else os.environ
    with subprocess.Popen(command, stdout=writer, stderr=subprocess.DEVNULL, env=env) as run:
        os.close(writer)
        got = b""
        while piece := os.read(reader, 1000):
            got += piece
            time.sleep(0.0005)
    os.close(reader)
    assert (run.returncode, got) == (code, whole(words))


@pytest.mark.parametrize("kind", ["text for people", "data", "what rich draws"])
def test_a_closed_standard_output_is_reported_in_one_line(kind):
    words, _ = COMMANDS[kind]
    command = shlex.join([sys.executable, "-m", "htqcli", *map(str, words)])
    run = subprocess.run(["sh", "-c", f"{command} >&-"], stderr=subprocess.PIPE, check=False)
    assert run.returncode == 3
    assert run.stderr == b"htq: the result cannot be written: standard output is closed\n"


@needs_devices
@pytest.mark.parametrize("closed", ["2>/dev/full", "2>&-"])
def test_the_result_is_complete_even_if_standard_error_fails(whole, closed):
    words, code = COMMANDS["data"]
    command = shlex.join([sys.executable, "-m", "htqcli", *map(str, words)])
    run = subprocess.run(["sh", "-c", f"{command} {closed}"], stdout=subprocess.PIPE, check=False)
    assert (run.returncode, run.stdout) == (code, whole(words))


def test_output_to_a_file_works_without_standard_output(tmp_path):
    file = tmp_path / "schema.json"
    command = shlex.join([sys.executable, "-m", "htqcli", "schema", "catalogue", "-o", str(file)])
    run = subprocess.run(["sh", "-c", f"{command} >&-"], stderr=subprocess.PIPE, check=False)
    assert (run.returncode, run.stderr) == (0, b"")
    assert json.loads(file.read_bytes())


@needs_signals
def test_htq_can_be_terminated_while_nobody_reads_the_result():
    words, _ = COMMANDS["data"]
    command = [sys.executable, "-m", "htqcli", *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        shrink(run.stdout)
        assert os.read(run.stdout.fileno(), 1)  # it writes, and waits for the rest to be taken
        run.send_signal(signal.SIGTERM)
        assert run.wait(30) == 128 + signal.SIGTERM


# `-` is standard output


@pytest.mark.parametrize(
    "words",
    [
        ("window", "calendar"),
        ("schema", "application"),
        ("catalogue", "new-cycle", "99"),
        ("coverage", ROOT / "examples" / "application.yaml", "--format", "csv"),
        ("standards", "list", "--format", "csv"),
        ("window", "list"),
        ("ksbs", "show", "ST0116", "--ksbs", ROOT / "tests" / "ksbs", "--format", "csv"),
    ],
    ids=lambda words: " ".join(words[:2]) if len(words) < 4 else words[0],
)
def test_a_hyphen_means_standard_output(htq, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    assert htq(*words, "-o", "-").out == htq(*words).out
    assert htq(*words, "-o", "-").out[:1] != "\ufeff"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command", [("check", DRAFT), ("catalogue", "check", "data/standards.yaml")]
)
@pytest.mark.parametrize("format", ["json", "sarif", "markdown", "text"])
def test_a_report_to_a_hyphen_replaces_the_text(htq, tmp_path, monkeypatch, command, format):
    monkeypatch.chdir(ROOT)
    words = (*command, "--at", IN_WINDOW)
    wanted = htq(*words, "--format", format)
    assert htq(*words, "--report", f"{format}=-") == wanted
    assert htq(*words, "--report", f"{format}=-", "--format", format) == wanted
    assert not (ROOT / "-").exists()


def test_a_report_to_a_hyphen_can_be_combined_with_reports_to_files(htq, tmp_path):
    file = tmp_path / "report.xml"
    run = htq("check", DRAFT, "--report", f"junit={file}", "--report", "json=-")
    assert run.data["summary"]["files"] == 1
    assert "<testsuites" in file.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "text", "--report", "json=-"), "Both text and json go to standard output"),
        (("--format", "sarif", "--report", "json=-"), "Both sarif and json go to standard output"),
        (("--report", "sarif=-", "--report", "json=-"), "Two reports go to the same file"),
        (("--report", "json=-", "--report", "json=-"), "Two reports go to the same file"),
        (("--diff", "--report", "json=-"), "The diff goes to standard output"),
        (("--diff", "--report", "text=-"), "The diff goes to standard output"),
    ],
)
def test_only_one_result_can_go_to_standard_output(htq, words, said):
    run = htq("check", DRAFT, *words)
    assert (run.code, run.out) == (2, "")
    assert said in run.err


# `-o FILE`, for every command that gives CSV or HTML

KSBS = ("--ksbs", ROOT / "tests" / "ksbs")
WITH_FILE = {
    "standards list": ("standards", "list"),
    "standards search": ("standards", "search", "rail", "--cycle", "3"),
    "standards routes": ("standards", "routes"),
    "window list": ("window", "list"),
    "ksbs list": ("ksbs", "list", *KSBS),
    "ksbs show": ("ksbs", "show", "ST0116", *KSBS),
    "coverage": ("coverage", ROOT / "examples" / "application.yaml", *KSBS),
}
with_file = pytest.mark.parametrize("words", WITH_FILE.values(), ids=WITH_FILE)


@with_file
def test_a_file_equals_standard_output_except_for_a_mark_for_excel_in_csv(
    htq, tmp_path, monkeypatch, words
):
    monkeypatch.setenv("FORCE_COLOR", "1")
    file = tmp_path / "result"
    text = "text" if words[0] == "coverage" else "table"
    for format in ("csv", "json", "markdown", text):
        assert htq(*words, "--format", format, "-o", file) == Run(0, "", "")
        monkeypatch.setenv("FORCE_COLOR", "")
        wanted = htq(*words, "--format", format).out
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert file.read_bytes().decode() == ("\ufeff" if format == "csv" else "") + wanted


def test_an_html_file_equals_standard_output(htq, tmp_path):
    file = tmp_path / "coverage.html"
    words = (*WITH_FILE["coverage"], "--format", "html")
    assert htq(*words, "-o", file).code == 0
    assert file.read_text(encoding="utf-8") == htq(*words).out


def test_no_statement_is_a_formula_or_markup_in_any_table(htq, tmp_path):
    lists = tmp_path / "ksbs"
    lists.mkdir()
    text = (ROOT / "tests" / "ksbs" / "ST0116-1.1.yaml").read_text(encoding="utf-8")
    evil = '=HYPERLINK("https://example.org") | <script> [a](https://example.org)'
    text = re.sub(r"(?m)^  K1: .*", lambda _: f"  K1: {json.dumps(evil)}", text)
    (lists / "ST0116-1.1.yaml").write_text(text, encoding="utf-8")
    shown = ("ksbs", "show", "ST0116", "--ksbs", lists, "--format")
    rows = list(csv.DictReader(io.StringIO(htq(*shown, "csv").out)))
    assert rows[0]["statement"] == f"'{evil}"
    line = htq(*shown, "markdown").out.splitlines()[2]
    assert "<script" not in line
    assert "](https:" not in line
    assert len(re.findall(r"(?<!\\)\|", line)) == 3


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (("standards", "list", "--catalogue", "own.yaml"), "./own.yaml"),
        (("standards", "search", "rail", "--catalogue", "own.yaml"), "own.yaml"),
        (("standards", "routes", "--catalogue", "own.yaml"), "own.yaml"),
        (("window", "list", "--catalogue", "own.yaml"), "link.yaml"),
        (("ksbs", "list"), "ksbs/ST0116-1.1.yaml"),
        (("ksbs", "show", "ST0116"), "ksbs/ST0116-1.1.yaml"),
        (("coverage", "application.yaml"), "application.yaml"),
        (("coverage", "application.yaml"), "ksbs/ST0116-1.1.yaml"),
    ],
)
def test_a_result_is_not_written_over_its_own_input(htq, draft, tmp_path, monkeypatch, words, file):
    monkeypatch.chdir(tmp_path)
    draft()
    (tmp_path / "own.yaml").write_bytes((ROOT / "data" / "standards.yaml").read_bytes())
    (tmp_path / "link.yaml").symlink_to("own.yaml")
    before = (tmp_path / file).read_bytes()
    run = htq(*words, "-o", file)
    assert (run.code, run.out) == (2, "")
    assert "would be written over the" in run.err
    assert (tmp_path / file).read_bytes() == before
