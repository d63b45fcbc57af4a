"""What differs between systems is asked in one place, so other systems can be simulated here."""

import errno
import os
import shutil
import stat
import sys
import zipfile
from types import SimpleNamespace

import pytest

from conftest import IN_WINDOW, ROOT, program
from htqcli import cli, files
from htqcli.cli import streams
from htqcli.ksbs import lists


def refused_by_windows(code):
    error = PermissionError(errno.EACCES, "Access is denied")
    error.winerror = code
    return error


@pytest.fixture
def held(monkeypatch):
    """A file that another program has open for so many tries to replace it."""

    def hold(tries, code):
        replace, left = os.replace, iter(range(tries))

        def refuse(new, target):
            if next(left, None) is not None:
                raise refused_by_windows(code)
            replace(new, target)

        monkeypatch.setattr(files.os, "replace", refuse)
        monkeypatch.setattr(files.time, "sleep", lambda _: None)

    return hold


@pytest.mark.parametrize("code", [5, 32, 33])
def test_a_file_held_for_a_moment_is_replaced_when_it_is_free(htq, held, tmp_path, code):
    held(3, code)
    report = tmp_path / "report.json"
    run = htq("check", ROOT / "examples", "--at", IN_WINDOW, "--report", f"json={report}")
    assert (run.code, run.err) == (0, "")
    assert report.read_bytes().startswith(b'{\n  "htq": ')


def test_a_file_that_stays_open_elsewhere_is_left_as_it_is_with_a_remedy(htq, held, tmp_path):
    held(1_000, 32)
    report = tmp_path / "report.json"
    report.write_text("{}")
    run = htq("check", ROOT / "examples", "--at", IN_WINDOW, "--report", f"json={report}")
    assert run.code == 3
    assert run.err == (
        f"{report}: the report is not written: it is open in another program. Close it there, and "
        "try again\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert report.read_text() == "{}"


def test_a_file_that_may_not_be_replaced_is_not_tried_again(htq, monkeypatch, tmp_path):
    tries = []

    def refuse(new, target):
        tries.append(target)
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(files.os, "replace", refuse)
    run = htq("check", ROOT / "examples", "--report", f"json={tmp_path / 'report.json'}")
    assert run.code == 3
    assert len(tries) == 1


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "latin-1", "ascii"])
def test_an_output_that_is_not_unicode_gets_plain_quotation_marks(encoding):
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    run = program("check", ROOT / "docs" / "not-ready.yaml", "--at", IN_WINDOW, env=environment)
    assert run.stdout.decode("ascii")
    assert b"To learn more about a finding, run 'htq rules CODE'." in run.stdout


def test_a_format_for_programs_is_utf_8_whatever_the_encoding(tmp_path):
    words = ("check", ROOT / "docs" / "not-ready.yaml", "--at", IN_WINDOW, "--format", "json")
    runs = [
        program(*words, env={**os.environ, "PYTHONIOENCODING": encoding}).stdout
        for encoding in ("utf-8", "cp1252")
    ]
    assert runs[0] == runs[1]
    assert "‘".encode() in runs[0]


@pytest.mark.parametrize(
    ("mode", "tag", "leads"),
    [
        (stat.S_IFLNK, 0, True),
        (stat.S_IFDIR, 0xA000_0003, True),  # a junction
        (stat.S_IFREG, 0x9000_001A, False),  # a file that OneDrive has yet to fetch
        (stat.S_IFREG, 0, False),
    ],
)
def test_links_and_junctions_lead_elsewhere_and_files_in_onedrive_do_not(mode, tag, leads):
    assert files.is_link(SimpleNamespace(st_mode=mode, st_reparse_tag=tag)) is leads


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_reports_whose_names_differ_in_case_go_to_one_file_there(
    htq, monkeypatch, tmp_path, system
):
    words = ("check", ROOT / "examples", "--report", f"json={tmp_path / 'A.json'}")
    words += ("--report", f"sarif={tmp_path / 'a.json'}", "--at", IN_WINDOW)
    monkeypatch.setattr(files.sys, "platform", system)
    run = htq(*words)
    assert run.code == 2
    assert "Two reports go to the same file" in run.err
    monkeypatch.undo()
    if sys.platform not in ("win32", "darwin"):
        assert htq(*words).code == 0


@pytest.mark.parametrize(("shell", "waits"), [(None, True), ("powershell", False)])
def test_only_a_window_that_a_double_click_opened_waits(monkeypatch, shell, waits):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(streams, "is_terminal", lambda _: True)
    monkeypatch.setattr(cli.completion, "shell", lambda: shell)
    assert cli._has_own_window() is waits  # nothing else shows it here
    monkeypatch.undo()
    assert not cli._has_own_window()


def test_a_folder_that_cannot_be_opened_is_called_a_folder(tmp_path, monkeypatch):
    def refuse(path, flags):
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "open", refuse)
        found = files.content_of(str(tmp_path))
    assert found == "it is a folder, not a file"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("drafts\\a.yaml", "drafts/a.yaml"),
        ("\\\\server\\share\\a.yaml", "//server/share/a.yaml"),
        ("\\\\?\\C:\\a.yaml", "\\\\?\\C:\\a.yaml"),
    ],
)
def test_paths_are_shown_with_slashes_on_windows(monkeypatch, path, shown):
    monkeypatch.setattr(files.os, "sep", "\\")
    assert files.with_slashes(path) == shown


def test_a_missing_ksb_list_is_told_by_the_same_path_on_windows(htq, draft, monkeypatch, tmp_path):
    path = draft()
    (tmp_path / "ksbs" / "ST0116-1.1.yaml").rename(tmp_path / "ST0116-1.1.yaml")
    monkeypatch.setattr(lists, "with_slashes", lambda path: "shown/" + os.path.basename(path))
    (finding,) = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
    assert "shown/ST0116-1.1.yaml was not found" in finding["message"]


@pytest.mark.parametrize(
    "words",
    [
        ("compare", "drafts\\old.yaml", "drafts\\new.yaml"),
        ("catalogue", "diff", "drafts\\old.yaml", "bundled"),
        ("coverage", "drafts\\gone.yaml"),
        ("catalogue", "check", "drafts\\gone.yaml"),
        ("window", "status", "--catalogue", "drafts\\gone.yaml"),
    ],
    ids=" ".join,
)
def test_commands_name_what_they_read_with_slashes_on_windows(htq, tmp_path, monkeypatch, words):
    (tmp_path / "drafts").mkdir()
    for name in ("old.yaml", "new.yaml"):
        shutil.copy(ROOT / "examples" / "application.yaml", tmp_path / "drafts" / name)
    monkeypatch.chdir(tmp_path)
    with_slashes = files.with_slashes

    def on_windows(path):
        return with_slashes(path).replace("\\", "/")

    monkeypatch.setattr(files, "with_slashes", on_windows)
    run = htq(*words)
    assert "drafts/" in run.out + run.err
    assert "\\" not in run.out + run.err


def test_a_workbook_has_the_same_bytes_on_windows(htq, draft, tmp_path, monkeypatch):
    path = draft()
    for name, system in (("here", sys.platform), ("there", "win32")):
        with monkeypatch.context() as patch:
            patch.setattr(zipfile, "sys", SimpleNamespace(platform=system))
            run = htq("mapping", "export", path, "-o", tmp_path / f"{name}.xlsx")
        assert run.code == 0
    assert (tmp_path / "here.xlsx").read_bytes() == (tmp_path / "there.xlsx").read_bytes()


def test_a_name_that_windows_does_not_allow_is_of_no_file(tmp_path, monkeypatch):
    def refuse(path, flags):
        raise OSError(errno.EINVAL, "Invalid argument")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "open", refuse)
        found = files.content_of(str(tmp_path / "what?.yaml"))
    assert found == "there is no such file or folder"
