"""Which files of a folder `htq check` treats as drafts, and what it says about the others."""

import os
import sys

import pytest
import typer

from conftest import IN_WINDOW, ROOT, program
from htqcli.cli import main, streams

DRAFT = "cycle: 3\n"

OTHERS = {
    ".gitlab-ci.yml": "stages: [test]\n",
    ".pre-commit-config.yaml": "repos: []\n",
    ".github/workflows/ci.yml": "on: push\n",
    "azure-pipelines.yml": "trigger: [main]\n",
    "docker-compose.yml": "services: {web: {image: x}}\n",
    "mkdocs.yml": "site_name: x\nnav: {units: a.md}\n",
    "node_modules/x/package.json": '{"name": "x"}',
    "package.json": '{"name": "x", "scripts": {"accept": "y"}}',
    "tsconfig.json": '{"$schema": "https://json.schemastore.org/tsconfig", "files": []}',
    "settings.json": '{\n  // a comment\n  "editor": {\n    "units": "px"\n  }\n}\n',
    "list.json": "[1, 2]",
    "text.yaml": "standards are good\n",
    "null.yaml": "null\n",
    "chart.yaml": "{{ if .Values.x }}\nspec:\n  documents: {{ .y }}\n",
    "manifests.yaml": "kind: A\n---\nkind: B\n",
    "empty.yaml": "",
    "comments.yml": "# nothing yet\n",
    "latin.yaml": b"name: caf\xe9\n",
    "binary.json": bytes(range(256)),
}
"""Other files that a checkout with drafts can have."""

DRAFTS = {
    "yaml.yaml": DRAFT,
    "mapped.yml": "standards: []\n",
    "one.json": '{"applicant": {"name": "x"}}',
    "case.yaml": "Cycle: 3\nApplicant: {}\n",
    "indented.yaml": "  cycle: 3\n  units: {}\n",
    "other-fields-too.yaml": "site_name: x\nqualification: {}\n",
    "two-documents.yaml": "cycle: 3\n---\ncycle: 3\n",
    # Unreadable, but a line begins with a field.
    "bracket.yaml": "# mine\ncycle: 3\napplicant: [\n",
    "colon.yaml": "support_session 2022-03-02\nunits: {U1: A}\n",
    "broken.json": '{\n  "cycle": 3,\n  "units": {\n',
    "one-line.json": '{"cycle": 3, "units": [}',
    "all-indented.yaml": "  cycle: 3\n  applicant: [\n",
    "conflict.yaml": "<<<<<<< HEAD\ncycle: 3\n=======\ncycle: 4\n>>>>>>> x\n",
    "cr.yaml": "name: [\rcycle: 3\r",
    "bytes.yaml": b"cycle: 3\nname: caf\xe9\n",
    "utf-16.yaml": "cycle: 3\napplicant: x\n".encode("utf-16"),
    "too-large.yaml": DRAFT + "#" * 5_000_000,
    # Empty, but named like a draft.
    "application.yaml": "",
    "Application-2.yml": "# nothing yet\n",
}
"""Files that are drafts, even if they are incomplete or broken."""


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def checked(htq, *words):
    """The paths that a run checks, in order."""
    run = htq("check", *words, "--at", IN_WINDOW, "--format", "json")
    return [file["path"] for file in run.data["files"]]


def listed(htq, *words):
    """What `--list` says about each path."""
    run = htq("check", "--list", *words)
    assert (run.code, run.err) == (0, "")
    return dict(line.split(": ", 1) for line in run.out.splitlines())


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder, which is the current folder."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("name", DRAFTS)
def test_a_file_with_a_field_of_a_draft_is_checked(htq, here, name):
    write(here, {name: DRAFTS[name]})
    assert checked(htq) == [f"./{name}"]
    assert listed(htq)[f"./{name}"] == "checked"


def test_files_of_other_programs_are_left_out_and_counted(htq, here):
    write(here, OTHERS | {"drafts/a.yaml": DRAFT})
    run = htq("check", "--at", IN_WINDOW, "--format", "json")
    assert [file["path"] for file in run.data["files"]] == ["./drafts/a.yaml"]
    assert run.code == 1  # of the draft
    by_content = [name for name in OTHERS if not name.startswith((".", "node_modules"))]
    assert f"Left out: {len(by_content)} files that are not drafts." in run.err
    assert "--list" in run.err


def test_quiet_does_not_mention_files_that_are_left_out(htq, here):
    write(here, {"a.yaml": DRAFT, "mkdocs.yml": "site_name: x\n"})
    assert htq("check", "-q").err == ""


@pytest.mark.parametrize("name", ["mkdocs.yml", "empty.yaml", "list.json", "chart.yaml"])
def test_a_file_named_on_the_command_line_is_always_checked(htq, here, name):
    write(here, OTHERS)
    assert checked(htq, name, ".gitlab-ci.yml", ".") == [name, ".gitlab-ci.yml"]


def test_list_says_which_paths_are_checked_and_why_others_are_not(htq, here):
    write(
        here,
        OTHERS
        | {"a.yaml": DRAFT, "x.schema.json": "{}", "KSBs/ST0116-1.1.yaml": "x: 1\n", "notes.txt": "x"},
    )  # fmt: skip
    (here / "report.json").write_text(htq("check", "a.yaml", "--format", "json").out)
    (here / "out.yaml").symlink_to("/etc/hostname")
    said = listed(htq, "--exclude", "list.*")
    assert said["./a.yaml"] == "checked"
    assert said["./mkdocs.yml"] == "left out: it has no field of a draft at its top"
    assert said["./empty.yaml"] == "left out: it is empty"
    assert said["./chart.yaml"].startswith("left out: it cannot be read as YAML")
    assert said["./node_modules"] == "left out: a folder of other programs"
    assert said["./KSBs"] == "left out: a folder of KSB lists"
    assert said["./.github"].startswith("left out: hidden")
    assert said["./.gitlab-ci.yml"].startswith("left out: hidden")
    assert said["./x.schema.json"] == "left out: a JSON Schema"
    assert said["./report.json"] == "left out: a report of htq"
    assert said["./list.json"] == "left out: ‘--exclude list.*’ matches it"
    assert said["./out.yaml"].startswith("not checked: the link leads out")
    assert "./notes.txt" not in said
    assert not any("package.json" in path for path in said if "node_modules" in path)


def test_list_with_a_missing_path_gives_exit_code_3(htq, here):
    run = htq("check", "--list", "nowhere.yaml")
    assert run.code == 3
    assert run.out == "nowhere.yaml: not checked: there is no such file or folder\n"


@pytest.mark.parametrize(
    "words", [("--fix",), ("--diff",), ("--format", "json"), ("--report", "json=x")]
)
def test_list_cannot_be_combined_with_options_for_checking(htq, here, words):
    run = htq("check", "--list", *words)
    assert run.code == 2
    assert "--list" in run.err


@pytest.mark.parametrize("files", [{}, OTHERS], ids=["an empty folder", "files of others"])
def test_a_folder_without_drafts_gives_exit_code_3_and_names_the_expected_files(htq, here, files):
    write(here, files | {"x/notes.txt": "x"})
    run = htq("check", "x", ".")
    assert run.code == 3
    for folder in ("x", "."):
        assert f"{folder}: not checked: the folder has no draft: no .yaml, .yml or .json" in run.err
    assert htq("check", "--list").code == 0


def test_a_folder_whose_drafts_are_already_named_is_not_called_empty(htq, here):
    write(here, {"x/a.yaml": DRAFT})
    assert htq("check", "x/a.yaml", "x", ".", "--exit-zero").code == 0
    assert checked(htq, "x/a.yaml", "x", ".") == ["x/a.yaml"]


GLOBS = {
    # title: (the checked path, the glob, which of a and old/b is still checked)
    "a folder": ("drafts", "drafts/old", "a"),
    "with a last slash": ("drafts", "drafts/old/", "a"),
    "with ./": ("drafts", "./drafts/old", "a"),
    "with both": (".", "./drafts/old/", "a"),
    "from the folder named": ("drafts", "old/*", "a"),
    "from the folder named, with ./": ("drafts", "./old/", "a"),
    "a name anywhere": (".", "old", "a"),
    "a file anywhere": (".", "b.yaml", "a"),
    "any folder": (".", "**/old", "a"),
    "any folder, or none": ("drafts", "**/a.yaml", "old/b"),
    "the folder named with ./": ("./drafts/", "drafts/a.*", "old/b"),
    "an absolute folder": ("{here}/drafts", "drafts/old", "a"),
    "an absolute glob": ("drafts", "{here}/drafts/old", "a"),
    "through a link": ("link", "link/old", "a"),
    "a sister of a folder": ("drafts", "drafts/ol", "a old/b"),
    "a part of a name": ("drafts", "a", "a old/b"),
}


@pytest.mark.parametrize(("named", "glob", "left"), GLOBS.values(), ids=GLOBS)
def test_exclude_matches_paths_from_the_current_or_the_checked_folder(htq, here, named, glob, left):
    write(here, {"drafts/a.yaml": DRAFT, "drafts/old/b.yaml": DRAFT})
    if named == "link":
        (here / named).symlink_to("drafts")
    named, glob = named.format(here=here), glob.format(here=here)
    run = htq("check", named, "--exclude", glob, "--format", "json")
    paths = [os.path.realpath(file["path"]) for file in run.data["files"]]
    assert paths == [os.path.realpath(f"drafts/{name}.yaml") for name in left.split()]
    idle = left == "a old/b"
    assert (f"‘--exclude {glob}’ left nothing out" in run.err) is idle


def test_exclude_matches_paths_when_run_from_another_folder(htq, here, monkeypatch):
    write(here, {"drafts/a.yaml": DRAFT, "drafts/old/b.yaml": DRAFT, "other/c.txt": ""})
    monkeypatch.chdir("other")
    for glob in ("../drafts/old", "old/*", "../drafts/old/"):
        assert checked(htq, "../drafts", "--exclude", glob) == ["../drafts/a.yaml"]


def test_exclude_is_not_called_unused_for_files_that_are_left_out_anyway(htq, here):
    write(here, {"a.yaml": DRAFT, "node_modules/x.json": "{}", "notes.txt": ""})
    for glob in ("node_modules", "node_modules/", "*.txt"):
        assert "left nothing out" not in htq("check", "--exclude", glob).err


def test_a_glob_is_expanded_unless_a_file_has_that_name(htq, here):
    write(here, {"drafts/a.yaml": "x: 1", "drafts/b.yaml": DRAFT, "[c].yaml": DRAFT})
    assert checked(htq, "drafts/*.yaml") == ["drafts/a.yaml", "drafts/b.yaml"]
    assert checked(htq, "[c].yaml") == ["[c].yaml"]
    run = htq("check", "drafts/*.yml", "draft[s")
    assert run.code == 3
    assert "drafts/*.yml: not checked: no file matches" in run.err
    assert "draft[s: not checked: " in run.err


def test_typer_cannot_expand_globs_in_options_on_windows(monkeypatch):
    given = []
    monkeypatch.setattr(sys, "argv", ["htq", "check", ".", "--exclude", "old*.yaml"])
    monkeypatch.setattr(streams, "prepare", lambda: None)
    for kind in (typer.core.TyperGroup, typer.core.TyperCommand):
        monkeypatch.setattr(kind, "main", lambda _, words=None, **__: given.append(words))
    with pytest.raises(SystemExit):
        main()
    assert given == [["check", ".", "--exclude", "old*.yaml"]]


def test_folders_and_files_reached_twice_are_checked_once(htq, here):
    write(here, {"a/one.yaml": DRAFT, "b/two.yaml": DRAFT})
    (here / "a" / "round").symlink_to(here)
    (here / "a" / "same.yaml").symlink_to("one.yaml")
    (here / "z").symlink_to("b")
    paths = checked(htq, ".", "a/one.yaml", here)
    assert len(paths) == 2
    assert {os.path.realpath(path) for path in paths} == {
        str(here / "a" / "one.yaml"), str(here / "b" / "two.yaml")
    }  # fmt: skip


def test_a_file_hard_linked_into_two_folders_is_checked_in_each(htq, here):
    write(here, {"a/one.yaml": DRAFT, "b/x": ""})
    os.link(here / "a" / "one.yaml", here / "b" / "one.yaml")
    assert checked(htq, ".", "a/one.yaml") == ["./a/one.yaml", "./b/one.yaml"]


@pytest.mark.parametrize("kind", ["pipe", "folder", "lost link", "link out", "own link", "locked"])
def test_an_unreadable_file_named_like_a_draft_gives_exit_code_3(htq, here, kind):
    write(here, {"a.yaml": DRAFT})
    odd = here / "odd.yaml"
    if kind == "pipe":
        os.mkfifo(odd)
    elif kind == "folder":
        odd.mkdir()
    elif kind == "locked":
        if os.geteuid() == 0:
            pytest.skip("root can read every file")
        odd.touch(mode=0)
    else:
        odd.symlink_to({"lost link": "nowhere", "link out": "/etc/hostname", "own link": odd}[kind])
    run = htq("check", "--exit-zero", "--format", "json")
    assert run.code == 3
    assert "odd.yaml: not checked: " in run.err
    assert [file["path"] for file in run.data["files"]] == ["./a.yaml"]


def test_a_deep_folder_needs_only_a_few_lookups_per_level(htq, here, monkeypatch):
    depth = 300
    folder = here
    for _ in range(depth):
        folder /= "d"
        folder.mkdir()
    write(folder, {"a.yaml": DRAFT})
    looks = []
    lstat = os.lstat
    monkeypatch.setattr(os, "lstat", lambda *args, **more: looks.append(1) or lstat(*args, **more))
    run = htq("check", "--format", "sarif", "--exit-zero")
    assert run.code == 0
    assert len(looks) < 10 * depth


@pytest.mark.skipif(os.name == "nt", reason="Windows makes no such path")
def test_a_path_that_is_too_long_for_the_system_is_reported(htq, here):
    here_again = os.getcwd()
    write(here, {"a.yaml": DRAFT})
    for _ in range(30):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    write_to = os.open("b.yaml", os.O_CREAT | os.O_WRONLY)
    os.close(write_to)
    os.chdir(here_again)
    run = htq("check", "--exit-zero")
    assert run.code == 3
    assert "not checked: it cannot be read: File name too long" in run.err


def test_workers_leave_out_the_same_files_as_a_single_process(here):
    files = {f"{number:03}.yaml": DRAFT if number % 2 else "x: 1\n" for number in range(240)}
    write(here, files)
    run = program("check", "--format", "json", "--exit-zero", cwd=here)
    assert run.stdout.count(b'"path": ') == 120
    assert "Left out: 120 files that are not drafts." in run.stderr.decode()


def test_fix_does_not_change_files_in_a_folder_that_are_not_drafts(htq, here):
    other = "unit: 1\nsite_name: x\n"
    good = (ROOT / "examples" / "application.yaml").read_text()
    slip = good.replace("reference: ST0116", "reference: st 0116")
    write(here, {"other.yaml": other, "one.yaml": "units: {}\ncylce: 3\n", "a.yaml": slip})
    run = htq("check", "--fix", "--exit-zero")
    assert run.code == 0
    assert (here / "other.yaml").read_text() == other
    assert (here / "one.yaml").read_text() == "units: {}\ncylce: 3\n"
    assert (here / "a.yaml").read_text() == good


def test_a_report_can_replace_an_older_report_in_the_folder_but_no_other_file(htq, here):
    write(here, {"a.yaml": DRAFT, "package.json": '{"name": "x"}'})
    run = htq("check", "--report", "json=package.json")
    assert run.code == 2
    assert (here / "package.json").read_text() == '{"name": "x"}'
    (here / "package.json").unlink()
    for _ in range(2):
        run = htq("check", "--exit-zero", "--report", "json=new.json")
        assert (run.code, run.err) == (0, "")


def test_catalogue_diff_selects_the_same_drafts_as_check(htq, here):
    write(here, OTHERS | {"a.yaml": DRAFT})
    words = ("catalogue", "diff", "bundled", ROOT / "data" / "standards.yaml", "--format", "json")
    run = htq(*words, "--at", IN_WINDOW, "--drafts", ".")
    assert run.code == 0
    assert [draft["path"] for draft in run.data["drafts"]] == ["./a.yaml"]
    (here / "a.yaml").unlink()
    assert htq(*words, "--at", IN_WINDOW, "--drafts", ".").code == 3
