"""`htq check` on the files that a draft names."""

import os

import pytest

from conftest import IN_WINDOW

NAMED = "evidence/specification.txt"
PUT = "Put the file there, or correct its name. The path starts from the folder of the draft."
OWN = f"The file is called ‘{NAMED}’. Write its name exactly like that."
RENAME = "Rename the file, and write its new name here."


@pytest.fixture
def found(htq, draft):
    """The findings in a draft whose specification has this file name."""

    def run(name):
        path = draft({f"file: {NAMED}": f"file: '{name}'"})
        findings = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
        return [(f["code"], f["message"].rpartition("’ ")[2], f["hint"]) for f in findings]

    return run


@pytest.mark.parametrize(
    "name",
    [
        "./evidence/specification.txt",
        "evidence//specification.txt",
        "evidence//../evidence/specification.txt",
        "././evidence/./specification.txt",
        "evidence/../evidence/../evidence/specification.txt",
    ],
)
def test_a_path_inside_the_folder_is_found_in_any_spelling(found, name):
    assert found(name) == []


@pytest.mark.parametrize(
    "name",
    [
        "../specification.txt",
        "./../specification.txt",
        "evidence//../../specification.txt",
        "evidence/../../evidence/specification.txt",
        "evidence/./../../specification.txt",
        "..\\specification.txt",
        "evidence\\..\\..\\specification.txt",
    ],
)
def test_a_path_that_leaves_the_folder_through_two_dots_is_reported(htq, draft, name):
    path = draft({f"file: {NAMED}": f"file: '{name}'"})
    (finding,) = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
    assert finding["code"] == "HTQ606"
    assert finding["message"].endswith("was not looked up: ‘..’ leads out of the draft’s folder")


@pytest.mark.parametrize(
    ("name", "lacks", "hint"),
    [
        ("evidence/nothing.txt", "is not there", PUT),
        ("evidence/specification.txt/page", "is not there", PUT),
        (
            "evidence",
            "is a folder, not a file",
            "Name one file. If the evidence is several files, put them together in one.",
        ),
        (
            "evidence/empty.txt",
            "is empty",
            "Save the file again with its content, or name another one.",
        ),
        ("evidence/pipe", "is not a file", PUT),
        (f"evidence/{'x' * 300}", "is not there", PUT),
        ("EVIDENCE/Specification.txt", "is not there", OWN),
        ("evidence/specification.txt.", "is not there", OWN),
        ("evidence./specification.txt. ", "is not there", OWN),
        ("evidence/con.txt", "has a name that Windows does not allow", RENAME),
        ("evidence/a: b.txt", "has a name that Windows does not allow", RENAME),
        (f"evidence/{'x' * 5_000}", "was not looked up: its path is too long", PUT),
        (f"{'evidence/../' * 40}{NAMED}", "was not looked up: its path is too long", PUT),
        (
            "https://example.org/a.pdf",
            "is not there",
            "Web addresses are not looked up. Save a copy beside the draft, and name that.",
        ),
        (
            "evidence\\specification.txt",
            "is not there",
            OWN,
        ),
        (
            "evidence\\nothing.txt",
            "is not there",
            f"{PUT} Write ‘/’ between the names of folders.",
        ),
    ],
)
def test_a_missing_or_unusable_file_is_reported_with_a_remedy(found, tmp_path, name, lacks, hint):
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "empty.txt").touch()
    if lacks.endswith("Windows does not allow"):
        if os.name == "nt":
            pytest.skip("Windows has no such names of files")
        (tmp_path / name).write_text("Evidence")
    if name == "evidence/pipe":
        os.mkfifo(tmp_path / name)
    assert found(name) == [("HTQ602", lacks, hint)]


@pytest.mark.parametrize("kind", ["kind: specification", ""])
def test_a_document_that_does_not_say_if_it_is_confidential_is_reported(htq, draft, kind):
    written = f"{kind}\n    file: {NAMED}" if kind else f"file: {NAMED}\n    kind: other"
    path = draft({f"kind: specification\n    file: {NAMED}\n    confidential: false": written})
    (finding,) = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
    assert finding["code"] == "HTQ604"
    assert f"The document ‘{NAMED}’ does not say" in finding["message"]


@pytest.fixture
def linked(found, tmp_path):
    """The findings in a draft whose specification is `name`, with a link from `at` to `target`."""

    def run(at, target, name):
        (tmp_path / "evidence").mkdir()
        (tmp_path / at).symlink_to(target)
        return found(name)

    return run


@pytest.mark.parametrize(
    ("at", "target", "name"),
    [
        ("letters", "evidence", "letters/specification.txt"),
        ("letters", "evidence", "letters/../evidence/specification.txt"),
        ("evidence/copy.txt", "specification.txt", "evidence/copy.txt"),
        ("evidence/here", "..", "evidence/here/evidence/specification.txt"),
    ],
)
def test_a_link_that_stays_in_the_folder_is_followed(linked, at, target, name):
    assert linked(at, target, name) == []


@pytest.mark.parametrize(
    ("at", "target", "name"),
    [
        ("letters", "..", "letters"),
        ("letters", "../beside", "letters/specification.txt"),
        # Its name begins with the name of the draft’s folder.
        ("letters", "../{folder}-2", "letters/specification.txt"),
        ("evidence/here", "..", "evidence/here/../specification.txt"),
        ("letters", "/", "letters"),
        ("letters", "../not-there", "letters"),
        # Steps that lead back do not hide the link after them.
        ("letters", "..", "./letters"),
        ("letters", "..", "evidence//../letters"),
        ("letters", "..", "./evidence/.././letters"),
    ],
)
def test_a_link_out_of_the_folder_is_reported(linked, tmp_path, at, target, name):
    said = linked(at, target.format(folder=tmp_path.name), name)
    assert said == [("HTQ606", "was not looked up: a link leads out of the draft’s folder", LEAVES)]


LEAVES = (
    "Put the file in the draft’s folder or in a folder inside it, and write the path from there."
)


def test_a_document_without_a_file_is_named_by_its_kind(htq, draft):
    path = draft({"documents:\n": "documents:\n  - kind: other\n"})
    findings = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
    (finding,) = [finding for finding in findings if finding["code"] == "HTQ604"]
    assert finding["message"].startswith("The document ‘other’ does not say")


OWN = [
    ("application.yaml", "the draft itself"),
    ("./application.yaml", "the draft itself"),
    ("evidence/../application.yaml", "the draft itself"),
    ("evidence/link.txt", "the draft itself"),
    ("evidence/hard.txt", "the draft itself"),
    ("ksbs/ST0116-1.1.yaml", "the KSB list of ST0116"),
    ("./ksbs/../ksbs/ST0116-1.1.yaml", "the KSB list of ST0116"),
    ("ksbs/ST0118-1.1.yaml", "a KSB list"),
    ("schema.json", "the draft’s schema"),
    ("application.schema.json", "the schema of a draft"),
]


@pytest.mark.parametrize(
    "old",
    ["file: evidence/specification.txt", "evidence: evidence/example-software-letter.txt"],
)
@pytest.mark.parametrize(("name", "what"), OWN)
def test_the_draft_and_its_schema_and_ksb_lists_are_not_evidence(htq, draft, old, name, what):
    field = old.partition(":")[0]
    path = draft({"cycle: 3": "$schema: schema.json\ncycle: 3", old: f"{field}: {name}"})
    for file in ("schema.json", "application.schema.json", "ksbs/ST0118-1.1.yaml"):
        (path.parent / file).write_text("{}")
    if name == "evidence/link.txt":
        os.symlink("../application.yaml", path.parent / name)
    os.link(path, path.parent / "evidence" / "hard.txt")
    (finding,) = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
    assert (finding["code"], finding["severity"]) == ("HTQ607", "error")
    assert finding["message"] == f"‘{name}’ is {what}, not a file to submit with it"


def test_the_draft_named_in_another_case_is_not_evidence(htq, draft):
    path = draft({"file: evidence/specification.txt": "file: Application.YAML"})
    codes = htq("check", path, "--at", IN_WINDOW, "--format", "json").codes
    assert "HTQ607" in codes


def test_each_place_that_names_the_draft_as_evidence_is_reported(htq, draft):
    path = draft()
    text = path.read_text()
    for name in ("example-software-letter", "example-health-trust-letter", "specification"):
        text = text.replace(f"evidence/{name}.txt", "application.yaml")
    path.write_text(text)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.codes == ["HTQ607"] * 3
    assert run.code == 1


SOFTWARE = "evidence/example-software-letter.txt"
TRUST = "evidence/example-health-trust-letter.txt"
PLAN = "evidence/assessment-plan.txt"


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({f"file: {NAMED}": f"file: {SOFTWARE}"}, ["/documents/0/file"]),
        ({f"file: {NAMED}": f"file: ./evidence/../{SOFTWARE}"}, ["/documents/0/file"]),
        ({f"file: {PLAN}": f"file: {NAMED}"}, ["/documents/2/file"]),
        ({f"file: {NAMED}": "file: evidence/link.txt"}, ["/documents/0/file"]),
        (
            {f"file: {NAMED}": f"file: {SOFTWARE}", f"file: {PLAN}": f"file: {SOFTWARE}"},
            ["/documents/0/file", "/documents/2/file"],
        ),
        # Two employers can share a letter, and two documents of one kind can share a file.
        ({f"evidence: {TRUST}": f"evidence: {SOFTWARE}"}, []),
        ({f"file: {PLAN}": f"file: {NAMED}", "kind: assessment": "kind: specification"}, []),
        # Employer evidence and a permission can also be listed as documents of their own kind.
        ({f"file: {PLAN}": f"file: {SOFTWARE}", "kind: assessment": "kind: employer-evidence"}, []),
        (
            {
                "holder: applicant": f"holder: Another Body\n    permission: {PLAN}",
                "kind: assessment": "kind: ip-permission",
            },
            [],
        ),
        (
            {"holder: applicant": f"holder: Another Body\n    permission: {PLAN}"},
            ["/documents/2/file"],
        ),
        (
            {"holder: applicant": f"holder: Another Body\n    permission: {SOFTWARE}"},
            ["/employers/0/evidence"],
        ),
    ],
)
def test_a_file_used_as_two_kinds_of_document_is_reported(htq, draft, changes, pointers):
    path = draft(changes)
    if "evidence/link.txt" in str(changes):
        os.symlink("example-software-letter.txt", path.parent / "evidence" / "link.txt")
    findings = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
    assert [f["pointer"] for f in findings] == pointers
    assert {(f["code"], f["severity"]) for f in findings} <= {("HTQ608", "warning")}


def test_evidence_and_a_permission_can_say_whether_they_are_confidential(htq, draft):
    holder = "holder: applicant\n"
    employer = "evidence: evidence/example-software-letter.txt\n"
    changes = {
        holder: f"{holder}    confidential: true\n",
        employer: f"{employer}    confidential: false\n",
    }
    run = htq("check", draft(changes), "--at", IN_WINDOW, "--format", "json")
    assert (run.code, run.codes) == (0, [])
