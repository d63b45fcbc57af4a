"""`htq pack`: what is handed in, complete or not at all."""

import hashlib
import io
import json
import os
import re
import shutil
import stat
import struct
import zipfile
from contextlib import suppress
from pathlib import Path
from unicodedata import normalize

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import IN_WINDOW, ROOT, draft_in, examples, program
from htqcli import moment
from htqcli.catalogue import bundled
from htqcli.check.engine import Checker
from htqcli.check.inputs import Draft
from htqcli.folder import is_possible_on_windows
from htqcli.reports.hiding import hider
from htqcli.reports.pack import CannotPack, clear_names, collect, write
from htqcli.reports.verifying import CannotVerify, verify
from pages import assert_sound

EXAMPLE = (
    "documents/structure-and-ksb-mapping.csv",
    "documents/example-software-letter.txt",
    "documents/example-health-trust-letter.txt",
    "documents/specification.txt",
    "documents/assessment-plan.txt",
    "answers.txt",
    "ksb-mapping.xlsx",
    "report.html",
    "draft/application.yaml",
    "index.html",
    "index.json",
)
"""The pack of the example: first what the criteria name, in their order."""

LETTER = "evidence/example-software-letter.txt"
NOT_READY = {"  level: 4\n  number": "  level: 6\n  number"}


@pytest.fixture
def packed(htq, draft, tmp_path):
    """Pack the example with these changes, as at a day in the window."""

    def run(changes=None, *words, to="out", code=0):
        path = draft(changes)
        run = htq("pack", path, "-o", tmp_path / to, "--at", IN_WINDOW, *words)
        assert (run.code, run.out) == (code, ""), run.err
        assert not list(tmp_path.glob(".htq-*"))
        return run, tmp_path / to

    return run


def contents(path):
    """The content of each file of a folder or zip file, by its name there, in order."""
    if path.is_dir():
        found = {str(f.relative_to(path)): f for f in sorted(path.rglob("*")) if not f.is_dir()}
        return {name.replace(os.sep, "/"): file.read_bytes() for name, file in found.items()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def index_of(path):
    return json.loads(contents(path)["index.json"])


# What is in a pack


def test_a_pack_has_every_named_file_and_what_htq_makes(packed, tmp_path):
    run, out = packed()
    found = contents(out)
    assert set(found) == set(EXAMPLE)
    for name in EXAMPLE[:5]:
        source = tmp_path / "evidence" / name.rpartition("/")[2]
        assert found[name] == source.read_bytes()
    assert found["draft/application.yaml"] == (tmp_path / "application.yaml").read_bytes()
    assert run.err.startswith(f"Wrote {out}: 11 files, ")


def test_a_zip_file_has_the_same_files_in_the_order_of_the_index(packed):
    _, folder = packed()
    _, archive = packed(to="out.zip")
    assert tuple(contents(archive)) == EXAMPLE
    assert contents(archive) == contents(folder)


def test_the_index_says_what_each_file_is_and_has_its_sum(packed):
    _, out = packed()
    found, index = contents(out), index_of(out)
    assert (index["edition"], index["draft"], index["verdict"]) == ("full", False, "ready")
    assert index["at"] == "2022-05-20T00:00:00+01:00"
    assert [file["path"] for file in index["files"]] == list(EXAMPLE[:-1])
    for file in index["files"]:
        content = found[file["path"]]
        assert (file["size"], file["sha256"]) == (
            len(content), hashlib.sha256(content).hexdigest()
        )  # fmt: skip
    assert [(one["kind"], one["what"], one["confidential"]) for one in index["files"][:5]] == [
        ("ksb-mapping", "Structure and KSB mapping", False),
        ("employer-evidence", "Employer evidence: Example Software Ltd", None),
        ("employer-evidence", "Employer evidence: Example Health Trust", None),
        ("specification", "Specification", False),
        ("assessment", "Assessment", True),
    ]
    page = found["index.html"].decode()
    for file in index["files"][:-1]:
        assert file["sha256"] in page
        assert f'href="{file["path"]}"' in page


def test_its_pages_are_sound_and_its_workbook_has_the_mapping(packed):
    _, out = packed()
    found = contents(out)
    assert_sound(found["report.html"].decode())
    assert_sound(re.sub('href="(documents|draft)/', 'href="', found["index.html"].decode()))
    book = openpyxl.load_workbook(io.BytesIO(found["ksb-mapping.xlsx"]))
    rows = {row[0]: row for row in book["ST0116"].iter_rows(values_only=True)}
    heads = next(row for row in rows.values() if row[0] == "KSB")
    column = heads.index("U4 Working in a development team")
    assert rows["S14"][column] == "partial"


def test_answers_are_in_the_order_of_the_draft_under_the_names_of_their_fields(packed):
    _, out = packed()
    text = (out / "answers.txt").read_text(encoding="utf-8")
    wanted = (
        "APPLICATION", "Approvals cycle\n3\n", "APPLICANT ORGANISATION",
        "Name of the applicant organisation\nExample Awards\n",
        "UKPRN (UK provider reference number)\nnot given\n", "Contact’s name\nA. Person\n",
        "QUALIFICATION", "First teaching", "UNITS", "U2: Databases (20 credits)\n",
        "STRUCTURE", "Every learner takes\nU1, U2, U3, U4\n", "Specialism\nat least 1 of U5, U6\n",
        "STANDARD 1", "K1: U1, U4; assessed by A1\n",
        "S14: U4, in part: Completed in the workplace, where it is safer; assessed by A2\n",
        "EMPLOYERS", "Example Software Ltd\ndocuments/example-software-letter.txt\n",
        "DOCUMENTS", "Assessment\ndocuments/assessment-plan.txt\nConfidential\n",
        "DECLARATIONS", "yes\n",
    )  # fmt: skip
    places = [text.find(piece) for piece in wanted if piece != "First teaching"]
    assert -1 not in places
    assert places == sorted(places)


def test_a_file_that_is_named_twice_is_copied_once_with_both_uses(packed):
    _, out = packed({"evidence/example-health-trust-letter.txt": LETTER})
    (entry,) = [one for one in index_of(out)["files"] if one["kind"] == "employer-evidence"]
    assert entry["what"] == (
        "Employer evidence: Example Software Ltd; Employer evidence: Example Health Trust"
    )


def test_two_files_of_one_name_get_the_name_of_their_folder(packed, draft, tmp_path):
    draft()
    for folder in ("trust", "software"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "letter.txt").write_text(folder, encoding="utf-8")
    _, out = packed({
        LETTER: "software/letter.txt",
        "evidence/example-health-trust-letter.txt": "trust/letter.txt",
    })  # fmt: skip
    found = contents(out)
    assert found["documents/software-letter.txt"] == b"software"
    assert found["documents/trust-letter.txt"] == b"trust"


@pytest.mark.parametrize(("named", "expected"), [
    (["a/x.pdf", "b/y.pdf"], ["x.pdf", "y.pdf"]),
    (["x.pdf", "a/X.pdf"], ["x.pdf", "a-X.pdf"]),
    (["p/a/x.pdf", "q/a/x.pdf"], ["p-a-x.pdf", "q-a-x.pdf"]),
    (["a-x.pdf", "a/x.pdf", "x.pdf"], ["a-x.pdf", "2-a-x.pdf", "x.pdf"]),
    (["a/./b/../x.pdf"], ["x.pdf"]),
    ([f"{'y' * 200}.pdf"], [f"1-{'y' * 40}.pdf"]),
    (["a/inv\u202eoice.pdf"], ["invoice.pdf"]),
    (["\u200b"], ["document-1"]),
])  # fmt: skip
def test_names_in_the_pack_are_clear(named, expected):
    assert clear_names(named) == expected


NAMES = st.lists(
    st.lists(st.text("aAb.é\u200b-", min_size=1, max_size=4), min_size=1, max_size=3).map("/".join),
    max_size=8,
    unique=True,
)


@given(NAMES)
def test_no_two_names_in_a_pack_are_the_same_on_any_system(named):
    found = clear_names(named)
    keys = {normalize("NFC", name).casefold() for name in found}
    assert len(keys) == len(named)
    assert all(name and "/" not in name and is_possible_on_windows(name) for name in found)


@pytest.mark.parametrize("deep", ["", "in" + "/a-folder" * 12])
@pytest.mark.parametrize("words", [("--draft",), ("--draft", "--public")])
def test_a_pack_does_not_say_where_on_the_computer_it_was_made(htq, tmp_path, words, deep):
    path = draft_in(tmp_path / deep)({'version: "1.1"': 'version: "1.2"'})
    shutil.copy(ROOT / "data" / "standards.yaml", tmp_path / "mine.yaml")
    out = tmp_path / "out"
    more = ("--at", IN_WINDOW, "--catalogue", tmp_path / "mine.yaml", *words)
    assert htq("pack", path, "-o", out, *more).code == 0
    found = readable(contents(out))
    assert [name for name, text in found.items() if str(tmp_path)[:60] in text] == []
    assert "mine.yaml, cycle" in found["report.html"]


# The same bytes


def test_the_same_draft_and_files_give_the_same_bytes(htq, packed, tmp_path, monkeypatch):
    _, first = packed(to="first.zip")
    _, folder = packed()
    for file in (tmp_path / "evidence").iterdir():
        os.utime(file, (0, 0))
        file.chmod(0o600)
    monkeypatch.chdir(tmp_path)
    run = htq("pack", "application.yaml", "-o", "second.zip", "--at", IN_WINDOW)
    assert run.code == 0
    assert (tmp_path / "second.zip").read_bytes() == first.read_bytes()
    assert contents(folder) == contents(first)


def test_a_zip_file_says_nothing_of_when_and_where_it_was_made(packed):
    _, out = packed(to="out.zip")
    with zipfile.ZipFile(out) as archive:
        for info in archive.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert (info.create_system, info.extra, info.comment) == (3, b"", b"")
            assert info.external_attr >> 16 == stat.S_IFREG | 0o644
            assert info.compress_type == zipfile.ZIP_STORED


# A draft that is not ready


def test_a_draft_that_is_not_ready_is_not_packed(packed):
    run, out = packed(NOT_READY, code=1)
    assert not out.exists()
    assert "nothing was written: not ready to submit (1 error" in run.err


def test_a_draft_can_be_packed_as_a_draft_and_says_so_on_every_page(packed):
    run, out = packed(NOT_READY, "--draft")
    found, index = readable(contents(out)), index_of(out)
    assert (index["draft"], index["verdict"]) == (True, "not-ready")
    (missing, *_) = index["missing"]
    assert missing in found["index.html"]
    for name in ("index.html", "report.html", "answers.txt", "ksb-mapping.xlsx"):
        assert "Draft, not for submission" in found[name], name
    assert f"To put right: {missing}." in run.err
    assert f"To put right: {missing}" in found["answers.txt"]


def test_a_draft_that_is_ready_has_no_mark(packed):
    _, out = packed()
    assert not [n for n, text in readable(contents(out)).items() if "not for submission\n" in text]
    assert "Draft, not for submission" not in readable(contents(out))["index.html"]


@pytest.mark.parametrize("name", ["there/is/no.txt", "evidence/EMPTY.txt"])
def test_a_missing_or_empty_file_is_listed_in_the_pack_of_a_draft(packed, draft, tmp_path, name):
    draft()
    (tmp_path / "evidence" / "EMPTY.txt").touch()
    run, out = packed({LETTER: name}, "--draft")
    assert any(name in one for one in index_of(out)["missing"])
    assert f"{name} (not in the pack)" in (out / "answers.txt").read_text(encoding="utf-8")
    assert verify(str(out)).problems == ()
    run, out = packed({LETTER: name}, to="whole", code=3)
    assert name in run.err
    assert not out.exists()


# What cannot be copied


def _link(folder):
    (folder / "evidence" / "bad").symlink_to(folder / LETTER)


def _link_out(folder):
    (folder / "evidence" / "bad").symlink_to("/etc/hostname")


def _loop(folder):
    (folder / "evidence" / "bad").symlink_to("bad")


def _linked_folder(folder):
    (folder / "bad").symlink_to("evidence")


def _pipe(folder):
    os.mkfifo(folder / "evidence" / "bad")


def _folder(folder):
    (folder / "evidence" / "bad").mkdir()


def _nothing(folder):
    pass


def _reserved(folder):
    if os.name == "nt":
        pytest.skip("Windows has no such names of files")
    (folder / "evidence" / "con.txt").write_text("x", encoding="utf-8")


BAD = {
    "a link": (_link, "evidence/bad", "is a link"),
    "a link that leads out": (_link_out, "evidence/bad", "leads out of the draft’s folder"),
    "a link to itself": (_loop, "evidence/bad", ""),
    "a linked folder": (_linked_folder, "bad/specification.txt", "is a link"),
    "a pipe": (_pipe, "evidence/bad", "is not a file"),
    "a folder": (_folder, "evidence/bad", "is a folder, not a file"),
    "a path that leads out": (_nothing, "../bad", "‘..’ leads out of the draft’s folder"),
    "an absolute path": (_nothing, "/etc/hostname", "does not start in the draft’s folder"),
    "a path of Windows": (_nothing, "C:\\bad", "does not start in the draft’s folder"),
    "a device": (_nothing, "/dev/zero", "does not start in the draft’s folder"),
    "a name of Windows": (_reserved, "evidence/con.txt", "Windows does not allow"),
    "the draft itself": (_nothing, "application.yaml", "is the draft itself"),
    "a long path": (_nothing, "x/" * 2500 + "x", "too long"),
}


@pytest.mark.parametrize("words", [(), ("--draft",), ("--public", "--draft")])
@pytest.mark.parametrize(("make", "name", "said"), BAD.values(), ids=BAD)
def test_what_cannot_be_copied_is_told_and_nothing_is_written(
    packed, draft, tmp_path, make, name, said, words
):
    draft()
    make(tmp_path)
    quoted = json.dumps(name)
    changes = {f"evidence: {LETTER}": f"evidence: {quoted}\n    confidential: false"}
    run, out = packed(changes, *words, code=3)
    assert said in run.err
    assert "Traceback" not in run.err
    assert not out.exists()


def checked(path):
    """A draft and the report of a check of it, as `collect` takes them."""
    checker = Checker(bundled.load(), moment.read(IN_WINDOW).first, keeps=True)
    draft = Draft(str(path), path.parent, path.read_bytes())
    found = checker.check(draft)
    return checker.report([found], is_dated=True), found, draft


@pytest.mark.parametrize("to", ["out", "out.zip"])
@pytest.mark.parametrize("new", ["Shorter", "longer " * 100, "same size, other letters"])
def test_a_file_that_changes_before_it_is_copied_leaves_nothing_behind(draft, tmp_path, to, new):
    path = draft()
    letter = tmp_path / LETTER
    letter.write_text("same size, other lettered"[:24], encoding="utf-8")
    pack = collect(*checked(path))
    times = letter.stat()
    letter.write_text(new, encoding="utf-8")
    os.utime(letter, ns=(times.st_atime_ns, times.st_mtime_ns))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CannotPack, match="it changed while it was read"):
        write(pack, str(tmp_path / to))
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_that_another_takes_the_place_of_is_noticed(draft, tmp_path):
    path = draft()
    pack = collect(*checked(path))
    (tmp_path / LETTER).unlink()
    os.mkfifo(tmp_path / LETTER)
    with pytest.raises(CannotPack, match="it changed while it was read"):
        write(pack, str(tmp_path / "out"))


@pytest.mark.parametrize("content", ["a: [", "", "- a\n"])
def test_a_draft_that_cannot_be_read_is_not_packed(htq, tmp_path, content):
    (tmp_path / "application.yaml").write_text(content, encoding="utf-8")
    run = htq("pack", tmp_path / "application.yaml", "-o", tmp_path / "out", "--draft")
    assert run.code == 3
    assert run.err
    assert not (tmp_path / "out").exists()


# Where it goes


@pytest.mark.parametrize("to", ["out", "out.zip"])
def test_what_is_there_already_is_not_written_over(packed, tmp_path, to):
    _, out = packed(to=to)
    before = contents(out)
    run, _ = packed(NOT_READY, "--draft", to=to, code=3)
    assert "it already exists" in run.err
    assert contents(out) == before
    packed(NOT_READY, "--draft", "--force", to=to)
    assert index_of(out)["draft"]
    assert verify(str(out)).problems == ()


def _notes(out):
    (out / "notes.txt").write_text("mine", encoding="utf-8")


def _other_index(out):
    (out / "index.json").write_text('{"htq": 1}', encoding="utf-8")


def _link_inside(out):
    (out / "documents" / "link").symlink_to("/")


@pytest.mark.parametrize("spoil", [_notes, _other_index, _link_inside])
def test_force_never_deletes_a_folder_that_is_not_a_pack_alone(packed, spoil):
    _, out = packed()
    spoil(out)
    before = contents(out)
    run, _ = packed(None, "--force", code=3)
    assert "--force replaces only a pack of htq" in run.err
    assert contents(out) == before


@pytest.mark.parametrize(("to", "code"), [
    (".", 3), ("evidence", 3), ("application.yaml", 2), ("linked", 3), ("no/such/folder", 3),
    ("empty.zip", 3), ("note.txt", 3),
])  # fmt: skip
def test_other_folders_and_files_are_left_alone(htq, draft, tmp_path, to, code):
    path = draft()
    (tmp_path / "linked").symlink_to("evidence")
    (tmp_path / "empty.zip").mkdir()
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    before = contents(tmp_path)
    run = htq("pack", path, "-o", tmp_path / to, "--at", IN_WINDOW, "--force")
    assert run.code == code
    assert run.err
    assert contents(tmp_path) == before


def test_a_pack_is_not_written_over_a_file_that_goes_into_it(htq, draft, tmp_path):
    path = draft({LETTER: "evidence/all.zip"})
    (tmp_path / "evidence" / "all.zip").write_text("mine", encoding="utf-8")
    run = htq("pack", path, "-o", tmp_path / "evidence" / "all.zip", "--at", IN_WINDOW, "--force")
    assert run.code == 2
    assert (tmp_path / "evidence" / "all.zip").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("words", [
    (), ("application.yaml",), ("application.yaml", "-o", "-"), ("-o", "out"),
    ("application.yaml", "--verify", "out"), ("--verify", "out", "-o", "out"),
])  # fmt: skip
def test_words_that_name_no_pack_are_not_understood(htq, words):
    run = htq("pack", *words)
    assert run.code == 2
    assert "There is a problem." in run.err


def test_a_pack_in_a_folder_of_drafts_is_not_checked_as_a_draft(htq, packed, tmp_path):
    packed()
    run = htq("check", tmp_path, "--at", IN_WINDOW, "--format", "json")
    assert [Path(file["path"]).parent for file in run.data["files"]] == [tmp_path]
    run = htq("check", tmp_path, "--list")
    assert f"{tmp_path.as_posix()}/out: left out: a pack of htq" in run.out


# The public edition

SECRETS = (
    *("Zebedee Quux", "zebedee.quux@example.org", "other@example.net", "Hushhush", "Sotto"),
    *("secret-plan", "07700", "commented", "Confide Ltd", "quiet-letter", "Unsaid Ltd"),
    *("unsaid-letter", "whispered", "Pearson Rights", "permission-letter", "copied"),
)
SECRET_CHANGES = {
    "name: A. Person": "name: Zebedee Quux",
    "email: a.person@example.org": "email: zebedee.quux@example.org",
    "cycle: 3": "cycle: 3  # commented: ring 07700 900123",
    "U1: {title: Programming fundamentals": "U1: {title: Basics (ask other@example.net)",
    "U2: {title: Databases": "U2: {title: 'Databases, by zebedee  QUUX'",
    "reason: Completed in the workplace, where it is safer":
    "reason: Done at Confide Ltd, see evidence/secret-plan.txt, says Zebedee Quux",
    "evidence/assessment-plan.txt": "evidence/secret-plan.txt",
    "name: Example Software Ltd": "name: Confide Ltd",
    LETTER: "evidence/quiet-letter.txt\n    confidential: true",
    "name: Example Health Trust": "name: Unsaid Ltd",
    "evidence/example-health-trust-letter.txt":
    "evidence/unsaid-letter.txt\n"
    "  - name: Open Ltd\n    evidence: evidence/Zebedee Quux.txt\n    confidential: false\n"
    "  - name: Hushhush\n    evidence: evidence/quiet-letter.txt\n    confidential: false",
    "    holder: applicant":
    "    holder: Pearson Rights\n    permission: evidence/permission-letter.txt",
    "  level: 4\n  number: 610/0000/0":
    "  level: four Hushhush\n  number: 610/0000/0\n  Sotto notes: whispered",
    "declarations:":
    "accept:\n  - {rule: HTQ608, reason: Sotto voce whispered, until: 2022-06-01}\ndeclarations:",
}  # fmt: skip
"""A draft in which each of the secrets is somewhere."""


def secret_files(folder):
    for name in ("secret-plan", "quiet-letter", "unsaid-letter", "permission-letter"):
        (folder / "evidence" / f"{name}.txt").write_text(f"{name} copied", encoding="utf-8")
    (folder / "evidence" / "Zebedee Quux.txt").write_text("An open letter", encoding="utf-8")


def readable(found):
    """Each file as text, what is in a workbook as well."""
    texts = {}
    for name, content in found.items():
        texts[name] = content.decode("utf-8", "replace")
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as inner:
                texts[name] = "".join(inner.read(one).decode() for one in inner.namelist())
    return texts


@pytest.mark.parametrize("to", ["out", "out.zip"])
@pytest.mark.parametrize("words", [("--draft",), ("--draft", "--force")])
def test_nothing_personal_or_confidential_is_in_the_public_edition(
    packed, draft, tmp_path, to, words
):
    draft()
    secret_files(tmp_path)
    run, out = packed(SECRET_CHANGES, "--public", *words, to=to)
    found = readable(contents(out))
    for name, text in found.items():
        plain = f"{name} {text}".casefold()
        assert [secret for secret in SECRETS if secret.casefold() in plain] == []
        assert "zebedee" not in plain
    (letter,) = (name for name, text in found.items() if text == "An open letter")
    assert letter.startswith("documents/document-")
    assert verify(str(out)).problems == ()
    assert "# Draft, not for submission\n" in found["draft/application.yaml"]
    for left in (
        "The contact",
        "1 document, because it is confidential",
        "2 employers with the evidence, because they are confidential",
        "1 employer with the evidence, because the draft does not say that it may be public",
        "The holder of the intellectual property and the permission",
        "The findings that the draft accepts",
    ):
        assert f"Left out: {left}" in run.err
        assert left in found["index.html"]


def test_the_full_edition_of_the_same_draft_has_all_of_it(packed, draft, tmp_path):
    draft()
    secret_files(tmp_path)
    _, out = packed(SECRET_CHANGES, "--draft")
    whole = " ".join(f"{name} {text}" for name, text in readable(contents(out)).items())
    assert [secret for secret in SECRETS if secret not in whole] == []


@given(st.sampled_from(["Li", "U1", "Ann (Lee)", "a*b+", "Learner", "K1", "A. Person", "Ünal Ö"]))
@examples(8)
def test_any_name_of_a_contact_leaves_a_public_edition_that_can_be_made(tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("contact")
    path = draft_in(folder)({"name: A. Person": f"name: {json.dumps(name)}"})
    pack = collect(*checked(path), is_public=True)
    assert {entry.path for entry in pack.entries} >= {"answers.txt", "report.html"}


def test_a_contact_is_left_out_in_each_way_to_write_accents(draft, tmp_path):
    name = "Zoë Ünal"
    changes = {
        "name: A. Person": f"name: {normalize('NFC', name)}",
        "A1: Portfolio of projects": f"A1: Portfolio for {normalize('NFD', name)}",
    }
    pack = collect(*checked(draft(changes)), is_public=True)
    (answers,) = (one.content for one in pack.entries if one.path == "answers.txt")
    assert b"\nPortfolio for \xe2\x80\xa6\n" in answers


def test_the_public_draft_says_the_same_of_what_is_public(packed, htq, tmp_path):
    _, out = packed(None, "--public")
    public = tmp_path / "public.yaml"
    shutil.copy(out / "draft" / "application.yaml", public)
    run = htq("check", public, "--at", IN_WINDOW, "--format", "json")
    assert run.codes == ["HTQ601"]
    assert run.data["files"][0]["standards"][0]["in_every_combination"] == 38


def test_a_document_that_does_not_say_whether_it_is_confidential_stops_it(packed):
    accepted = {
        "    confidential: true\n": "",
        "declarations:": "accept:\n  - {rule: HTQ604, reason: We will say, until: 2022-06-01}\n"
        "declarations:",
    }
    packed(accepted)
    run, out = packed(accepted, "--public", to="public", code=1)
    assert "‘evidence/assessment-plan.txt’ does not say whether it is confidential" in run.err
    assert not out.exists()
    packed(accepted, "--public", "--draft", to="public", code=1)


# Verifying


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The files of a sound pack, by name."""
    folder = tmp_path_factory.mktemp("sound")
    pack = collect(*checked(draft_in(folder)()))
    write(pack, str(folder / "out.zip"))
    return contents(folder / "out.zip")


def put(found, path):
    """A folder or zip file with these files."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in found.items():
                archive.writestr(name, content)
        return path
    for name, content in found.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


@pytest.mark.parametrize("to", ["out", "out.zip"])
def test_a_pack_that_is_as_it_was_written_is_verified(htq, sound, tmp_path, to):
    run = htq("pack", "--verify", put(sound, tmp_path / to))
    assert (run.code, run.err) == (0, "")
    assert run.out == f"{tmp_path / to}: complete and unchanged: 11 files, by its index\n"


@pytest.mark.parametrize("to", ["out", "out.zip"])
@given(data=st.data())
@examples(60)
def test_verify_finds_each_change_of_one_file(sound, tmp_path_factory, to, data):
    changed = dict(sound)
    how = data.draw(st.sampled_from(["change", "lengthen", "shorten", "remove", "add", "rename"]))
    name = data.draw(st.sampled_from(sorted(sound)))
    at = data.draw(st.integers(0, len(sound[name]) - 1))
    content = sound[name]
    if how == "change":
        bit = data.draw(st.integers(0, 7))
        changed[name] = content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]
    elif how == "lengthen":
        changed[name] = content[:at] + content[at : at + 1] + content[at:]
    elif how == "shorten":
        changed[name] = content[:at]
    elif how == "remove":
        del changed[name]
    elif how == "add":
        changed[f"documents/{data.draw(st.text('xyz.', min_size=3, max_size=5))}"] = content
    else:
        changed[f"{name}x"] = changed.pop(name)
    found = verify(str(put(changed, tmp_path_factory.mktemp("pack") / to)))
    assert found.problems
    if how == "remove" and name != "index.json":
        assert found.problems == (f"‘{name}’ is missing",)
    if how == "change" and name != "index.json":
        assert found.problems == (f"‘{name}’ is changed",)


def test_every_problem_is_said_and_the_exit_code_is_1(htq, sound, tmp_path):
    changed = {**sound, "notes.txt": b"mine", "answers.txt": sound["answers.txt"] + b"more"}
    del changed["report.html"]
    out = put(changed, tmp_path / "out")
    run = htq("pack", "--verify", out)
    assert (run.code, run.err) == (1, "")
    size = len(sound["answers.txt"])
    assert run.out.splitlines() == [
        f"{out}: ‘report.html’ is missing",
        f"{out}: ‘answers.txt’ is changed: it has {size + 4:,} bytes, not {size:,}",
        f"{out}: ‘notes.txt’ is not in the index",
    ]


def test_a_pack_that_somebody_zipped_again_is_verified(sound, tmp_path):
    folder = put(sound, tmp_path / "out")
    shutil.make_archive(str(tmp_path / "again"), "zip", folder)
    assert verify(str(tmp_path / "again.zip")).problems == ()


def with_index(sound, **changes):
    """A pack whose index was changed together with its own sum, as an attacker would."""
    index = json.loads(sound["index.json"])
    index |= changes
    index["sha256"] = "0" * 64
    text = json.dumps(index, indent=2) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {**sound, "index.json": text.replace("0" * 64, digest, 1).encode()}


@pytest.mark.parametrize("files", [
    None, 3, [3], [{}], [{"path": "x"}], [{"path": "x", "size": "y", "sha256": 3}],
    [{"path": "x", "size": 1e999, "sha256": ""}], {"a": 1},
])  # fmt: skip
def test_an_index_of_another_form_is_told(sound, tmp_path, files):
    found = verify(str(put(with_index(sound, files=files), tmp_path / "out")))
    assert found.problems == ("index.json is not the index of a pack",)


def test_a_pack_of_a_newer_htq_is_told(sound, tmp_path):
    found = verify(str(put(with_index(sound, pack=2), tmp_path / "out")))
    assert found.problems == ("index.json was made by a newer htq",)


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "C:\\x", "a/../../outside"])
def test_a_listed_path_that_leads_out_is_never_opened(sound, tmp_path, name):
    (tmp_path / "outside").write_text("x", encoding="utf-8")
    one = {"path": name, "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    files = [*json.loads(sound["index.json"])["files"], one]
    found = verify(str(put(with_index(sound, files=files), tmp_path / "out")))
    assert found.problems == (f"‘{name}’ is missing",)


def zipped(sound, **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in {**sound, **more}.items():
            archive.writestr(name, content)
    return out.getvalue()


def _bomb(sound):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sound.items():
            archive.writestr(name, content)
        archive.writestr("documents/bomb.txt", b"\0" * 30_000_000)
    return out.getvalue()


def _twice(sound):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in sound.items():
            archive.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("answers.txt", "other")
    return out.getvalue()


def _linked(sound):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in sound.items():
            info = zipfile.ZipInfo(name)
            if name == "answers.txt":
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, content)
    return out.getvalue()


def _with_field(sound, at, value):
    """A pack in which a field of the first file is set, in its header and in the directory."""
    content = bytearray(zipped(sound))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        directory = archive.start_dir
    struct.pack_into("<H", content, at, value)
    struct.pack_into("<H", content, directory + at + 2, value)
    return bytes(content)


def _encrypted(sound):
    return _with_field(sound, 6, 1)


def _method(sound):
    return _with_field(sound, 8, 99)


def _damaged(sound):
    content = bytearray(zipped(sound))
    content[content.index(sound["answers.txt"][:40]) + 3] ^= 1
    return bytes(content)


def _large_directory(sound):
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *([0] * 16))
    many = entry * 200_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(many), 0, 0)
    return many + end


HOSTILE = {
    "a bomb": (_bomb, "would unpack to"),
    "an enormous directory": (_large_directory, "its directory is larger than that of any pack"),
    "not a zip file": (lambda _: b"hello", "it is not a zip file"),
    "an empty file": (lambda _: b"", "it is not a zip file"),
    "half a pack": (lambda sound: zipped(sound)[:2000], "it is not a zip file"),
    "an empty zip file": (lambda _: zipped({}), "index.json is missing"),
    "another zip file": (lambda _: zipped({"word/document.xml": b"x"}), "index.json is missing"),
    "a name twice": (_twice, "‘answers.txt’ is there 2 times"),
    "a link": (_linked, "‘answers.txt’ is a link, not a file"),
    "an encrypted file": (_encrypted, "is encrypted, so it was not read"),
    "an unknown method": (_method, "cannot be read: it is damaged"),
    "a damaged file": (_damaged, "‘answers.txt’ cannot be read: it is damaged"),
    "a name that leads out": (
        lambda sound: zipped(sound, **{"../../x": b"x"}), "‘../../x’ is not in the index",
    ),
    "a name for a terminal": (
        lambda sound: zipped(sound, **{"\x1b[31m\n::error::x": b"x"}), "is not in the index",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_zip_file_is_told_in_words(htq, sound, tmp_path, make, said):
    file = tmp_path / "pack.zip"
    file.write_bytes(make(sound))
    run = htq("pack", "--verify", file)
    assert run.code in (1, 3)
    assert said in run.out + run.err
    assert "\x1b" not in run.out + run.err
    assert not any(line.startswith("::") for line in (run.out + run.err).splitlines())
    assert list(tmp_path.iterdir()) == [file]


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=4))
@examples(150)
def test_no_damage_to_a_zip_file_stops_htq(sound, tmp_path_factory, at, piece):
    content = zipped(sound)
    # Mostly in the directory, at the end.
    at = max(0, len(content) - 1_200 + at) if at < 1_200 else at * 6 % len(content)
    file = tmp_path_factory.mktemp("zip") / "pack.zip"
    file.write_bytes(content[:at] + piece + content[at + len(piece) :])
    with suppress(CannotVerify):
        verify(str(file))


@pytest.mark.parametrize("make", [_link_inside, lambda out: os.mkfifo(out / "documents" / "pipe")])
def test_what_is_not_a_file_in_a_folder_is_told_and_not_opened(htq, sound, tmp_path, make):
    out = put(sound, tmp_path / "out")
    make(out)
    run = htq("pack", "--verify", out)
    assert run.code == 1
    assert "is not in the index" in run.out


def test_a_listed_file_that_became_a_link_is_told(htq, sound, tmp_path):
    out = put(sound, tmp_path / "out")
    shutil.move(out / "answers.txt", tmp_path / "answers.txt")
    (out / "answers.txt").symlink_to(tmp_path / "answers.txt")
    run = htq("pack", "--verify", out)
    assert run.code == 1
    assert run.out == f"{out}: ‘answers.txt’ is a link, not a file\n"


def test_a_path_that_is_not_there_is_told(htq, tmp_path):
    run = htq("pack", "--verify", tmp_path / "none")
    assert (run.code, run.out) == (3, "")
    assert "not verified: it cannot be read" in run.err


@pytest.mark.slow
def test_the_real_program_packs_and_verifies(draft, tmp_path):
    path = draft()
    for to in ("out", "out.zip"):
        run = program("pack", path, "-o", tmp_path / to, "--at", IN_WINDOW)
        assert (run.returncode, run.stdout) == (0, b"")
        assert run.stderr.startswith(b"Wrote ")
        run = program("pack", "--verify", tmp_path / to)
        assert (run.returncode, run.stderr) == (0, b"")
        assert b"complete and unchanged" in run.stdout
    run = program("pack", path, "-o", tmp_path / "out", "--at", IN_WINDOW)
    assert run.returncode == 3


@pytest.mark.parametrize(
    "written",
    [
        *("Zara Qcontact", "ZARA  QCONTACT", "Zara\u200b Qcontact", "Zara Q\u00adcontact"),
        *("Zara_Qcontact", "Zara-Qcontact", "1Zara Qcontact2", "ZaraQcontact", "Zára Qcontact"),
        *(
            "Ｚａｒａ Ｑｃｏｎｔａｃｔ",
            "Zara Qcontact\u0301",
            "zara.q@example.org",
            "zara.q＠example.org",
        ),
    ],
)
def test_a_public_text_has_a_hidden_word_in_no_form(written):
    hide = hider({"Zara Qcontact", "zara.q@example.org"})
    shown = hide(f"Taught by {written}, é")
    assert shown.startswith("Taught by ")
    assert shown.endswith(", é")
    assert not re.search("(?i)q|c", shown.removeprefix("Taught by "))


def test_the_contact_is_hidden_with_the_surname_first_too(packed):
    changes = {"A. Person": "Zara Qcontact", "title: Databases": "title: 'For Qcontact, Zara'"}
    _, out = packed(changes, "--public")
    assert "For …" in contents(out)["answers.txt"].decode()
    assert b"Qcontact" not in b"".join(contents(out).values())


def test_ordinary_words_are_not_hidden():
    hide = hider({"A. Person", "Unit 4", "o’Brien"})
    assert hide("Help a person, in unit 45: été") == "Help a person, in unit 45: été"
    assert hide("A.Person, UNIT_4 and O'Brien") == "…, … and …"


def test_hiding_thousands_of_words_in_a_long_text_takes_no_time_for_each():
    hide = hider({f"many/doc{number}.txt" for number in range(5_000)})
    assert hide("many doc " * 300_000) == "many doc " * 300_000
