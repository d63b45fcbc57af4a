"""Whatever a file contains, htq reports findings with places and checks the next file."""

import json
import os
import subprocess
import sys
import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import IN_WINDOW, ROOT, examples, program
from htqcli import moment
from htqcli.catalogue import bundled
from htqcli.check.engine import Checker
from htqcli.check.inputs import Draft
from htqcli.formats import FORMATS, render
from htqcli.rules import RULES

pytestmark = pytest.mark.slow

BOM = b"\xef\xbb\xbf"

FILES = {
    # name: (content, codes that must be among its findings)
    "a tag inside a tagged group": (b"qualification: !x {level: !x 4, title: !y z}\n", {"HTQ008"}),
    "a tag, then broken YAML": (b"a: {b: {c: !x 1}}\n]\n", {"HTQ002", "HTQ008"}),
    "a tag inside a second equal key": (
        b"foo: 1\nfoo: {zzz: {yyy: !x 1}}\n",
        {"HTQ004", "HTQ008"},
    ),
    "a tag inside a key": (b"? [[!x a]]\n: b\n", {"HTQ008", "HTQ103"}),
    "an alias to nothing in a group": (b"structure: {mandatory: [a: *b]}\n", {"HTQ002"}),
    "a bad byte after a byte-order mark": (BOM + b"\xc3\xa9\xc3\xa9\xff\n", {"HTQ001"}),
    "two byte-order marks": (BOM + BOM + b"a: 1\n", {"HTQ001"}),
    "UTF-32": ("cycle: 3\n".encode("utf-32"), {"HTQ001"}),
    "nothing": (b"", {"HTQ003"}),
    "only blanks": (b"  \n\t\n", {"HTQ003"}),
    "an empty text": (b'""', {"HTQ007"}),
    "an alias alone": (b"*a", {"HTQ002"}),
    "a tag alone": (b"!x a", {"HTQ008"}),
    "fifty thousand brackets": (b"[" * 50_000, {"HTQ006"}),
    "fifty thousand keys in keys": (b"? " * 50_000, {"HTQ006"}),
    "a long value of an unknown field": (b"foo: " + b"a" * 100_000, {"HTQ102"}),
    "a very long run of spaces": (b"foo: '" + b" " * 2_000_000 + b"x'", {"HTQ102"}),
    "a very long run of spaces and tabs in a comment": (
        b"a: 1 #" + b" \t" * 1_000_000 + b"x",
        {"HTQ102"},
    ),
    "a very long run of spaces in a reference": (
        b"standards: [{reference: 'ST0116" + b" " * 1_000_000 + b"x'}]",
        {"HTQ201"},
    ),
    "a very long comment": (b"a: 1 #" + b"#" * 1_000_000, {"HTQ102"}),
    "twenty thousand wrong standards on a line": (
        b"standards: [" + b"1," * 20_000 + b"]",
        {"HTQ103"},
    ),
    "as many acceptances as findings": (
        b"accept:\n" + b"- {rule: HTQ604, reason: x, until: 2022-06-01}\n" * 3_000
        + b"documents:\n" + b"- {kind: other, file: a.yaml}\n" * 3_000,
        {"HTQ604"},
    ),
    "three thousand options of a standard": (
        b"standards:\n"
        + b"".join(b"- {reference: ST0116, option: o%d}\n" % n for n in range(3_000)),
        {"HTQ601"},
    ),
    "the same key fifty thousand times": (b"a:\n" * 50_000, {"HTQ004"}),
    "an integer of five thousand digits": (b"cycle: " + b"9" * 5_000, {"HTQ103"}),
    "a NUL in the name of a file": (b'documents: [{kind: other, file: "a\\0b"}]', {"HTQ602"}),
    "a very long name of a file": (
        b"documents: [{kind: other, file: " + b"a/" * 3_000 + b"a}]",
        {"HTQ602"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "codes"), FILES.values(), ids=FILES)
def test_a_hostile_file_gets_findings_and_the_next_file_is_still_checked(
    htq, tmp_path, content, codes
):
    (tmp_path / "a.yaml").write_bytes(content)
    good = ROOT / "examples" / "application.yaml"
    run = htq("check", tmp_path / "a.yaml", good, "--at", IN_WINDOW, "--format", "json")
    assert run.code == 1
    assert run.err == "2 drafts: 1 ready to submit, 1 not ready to submit, as at 20 May 2022.\n"
    hostile, other = run.data["files"]
    assert codes <= {finding["code"] for finding in hostile["findings"]}
    assert other["ready"]


@pytest.mark.parametrize("name", ["nothing", "an alias alone", "a tag alone", "an empty text"])
def test_one_mistake_at_the_top_of_a_file_gives_one_finding(htq, tmp_path, name):
    content, codes = FILES[name]
    (tmp_path / "a.yaml").write_bytes(content)
    run = htq("check", tmp_path / "a.yaml", "--at", IN_WINDOW, "--format", "json")
    assert run.codes == list(codes)


def test_a_rule_reports_at_most_a_thousand_findings_in_a_file(htq, tmp_path):
    (tmp_path / "a.yaml").write_text("".join(f"k{n}: 1\n" for n in range(1_500)))
    run = htq("check", tmp_path / "a.yaml", "--at", IN_WINDOW, "--format", "json")
    unknown = [finding for finding in run.findings if finding["code"] == "HTQ102"]
    assert len(unknown) == 1_001
    assert "more than 1,000 findings of this rule" in unknown[-1]["message"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        # A mistake in a repeated field does not affect the first one.
        (
            {"Level 4 Diploma in Software Development\n  level: 4": "Diploma\n  title: *u\n  level: 9"},
            [("HTQ004", "/qualification/title"), ("HTQ002", "/qualification/title"),
             ("HTQ401", "/qualification/level")],
        ),
        # A missing field of a group is reported beside its other mistakes.
        (
            {"- name: Specialism\n      choose: 1\n      from: [U5, U6]": "- {colour: red}"},
            [("HTQ103", "/structure/optional/0"), ("HTQ101", "/structure/optional/0/from"),
             ("HTQ102", "/structure/optional/0/colour")],
        ),
        # Whether the holder is the applicant is unknown while the name is missing.
        (
            {"name: Example Awards": "name: TODO", "holder: applicant": "holder: Example Awards"},
            [("HTQ104", "/applicant/name")],
        ),
        ({"Level 4 Diploma in Software Development": '"\\u200b"'}, [("HTQ103", "/qualification/title")]),
        ({"Level 4 Diploma in Software Development": '"\\u200bTODO"'}, [("HTQ104", "/qualification/title")]),
        ({"Level 4 Diploma": "L5 Diploma"}, [("HTQ404", "/qualification/title")]),
        ({"Level 4 Diploma in Software Development": '"Level: 5 Diploma"'}, [("HTQ404", "/qualification/title")]),
        ({"Level 4 Diploma": "H.N.C."}, [("HTQ407", "/qualification/title")]),
        ({"name: Example Awards": "name: Not Pearsons Academy", "Level 4 Diploma": "HNC"},
         [("HTQ407", "/qualification/title")]),
        ({"a.person@example.org": "mailto:a.person@example.org"}, [("HTQ408", "/applicant/contact/email")]),
        ({"holder: applicant": "holder: !!seq applicant"},
         [("HTQ008", "/qualification/intellectual_property/holder")]),
        ({"evidence/specification.txt": "evidence/specification.txt/"}, [("HTQ602", "/documents/0/file")]),
    ],
)  # fmt: skip
def test_each_mistake_is_reported_once_and_hides_no_other(htq, draft, changes, found):
    run = htq("check", draft(changes), "--at", IN_WINDOW, "--format", "json")
    assert [(f["code"], f["pointer"]) for f in run.findings] == found


def test_json_can_have_a_colon_on_the_next_line(htq, draft, tmp_path):
    import yaml

    data = yaml.load(draft().read_text(), yaml.BaseLoader)
    written = json.dumps(data).replace('": ', '"\n  : ')
    (tmp_path / "a.json").write_text(written)
    run = htq("check", tmp_path / "a.json", "--at", IN_WINDOW, "--format", "json")
    assert run.codes == []


@pytest.mark.parametrize(
    "contact",
    [
        "contact:\n  name: Jane Zelda\n  name: Jane Zelda",
        "contacts:\n    name: Jane Zelda\n    name: Jane Zelda",
        "contact:\n    name: !Zelda!Doe x",
        "contact:\n    email: jane@\nexample.org\n   Jane Zelda",
        "contact:\n    name: x\ncontact:\n  Zelda: 1\n  Zelda: 2",
    ],
)
def test_a_contact_in_a_broken_draft_is_never_shown(htq, draft, contact):
    path = draft({"contact:\n    name: A. Person\n    email: a.person@example.org": contact})
    for words in ((), ("--format", "json")):
        run = htq("check", path, "--at", IN_WINDOW, *words)
        assert "HTQ" in run.out
        assert "zelda" not in run.out.lower()


def test_an_email_address_in_any_field_is_never_shown(htq, draft):
    path = draft({"cycle: 3": "cycle: jane@example.com", "RN5999": "jane@example.com"})
    for words in ((), ("--format", "json")):
        assert "jane@" not in htq("check", path, "--at", IN_WINDOW, *words).out


def test_json_escapes_pipeline_commands_without_changing_the_text(htq, draft):
    reason = "##vso[task.complete]\u202e ##[x]"
    entry = f"accept:\n  - {{rule: HTQ605, reason: {json.dumps(reason)}, until: 2022-06-01}}\n"
    path = draft({"support_session: 2022-03-02\n": ""})
    path.write_text(path.read_text() + entry)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.findings[0]["accepted"]["reason"] == reason
    assert "##vso[" not in run.out
    assert "##[" not in run.out
    assert all(line.isprintable() for line in run.out.splitlines())


def test_non_blocking_standard_input_is_read_to_its_end(draft):
    content = draft().read_bytes()
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    command = [sys.executable, "-m", "htqcli", "check", "-", "--at", IN_WINDOW]
    with subprocess.Popen(
        command, stdin=reader, stdout=subprocess.PIPE, cwd=ROOT / "examples"
    ) as process:
        os.close(reader)
        with open(writer, "wb") as out:
            out.write(content)
            out.flush()
            out.write(b"unknown_field: {\n")
        shown = process.stdout.read().decode()
    assert process.returncode == 1
    assert "HTQ002" in shown


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the current folder")
def test_a_deleted_current_folder_gives_exit_code_3(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    script = (
        "import os, sys; from htqcli.cli import main; os.chdir(sys.argv[1]); "
        "os.rmdir(sys.argv[1]); main(['check'])"
    )
    run = subprocess.run(
        [sys.executable, "-P", "-c", script, gone], capture_output=True, check=False
    )
    assert run.returncode == 3
    assert run.stderr.decode().startswith(".: not checked: ")


def test_a_file_without_read_permission_gives_exit_code_3(htq, tmp_path, monkeypatch):
    def refuse(path, flags):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.yaml").write_text("cycle: 3")
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        run = htq("check", tmp_path / "a.yaml")
    assert run.code == 3
    assert "a.yaml: not checked: it cannot be read: Permission denied" in run.err


def test_check_works_without_a_home_folder_and_with_a_plain_locale(draft):
    path = draft()
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    run = program("check", path, "--at", IN_WINDOW, env=env, is_new=True)
    assert run.returncode == 0
    assert run.stdout.decode("ascii").startswith(path.as_posix())


GOOD = (ROOT / "examples" / "application.yaml").read_text(encoding="utf-8")
PIECES = st.sampled_from(
    ["!x ", "&a ", "*a", "{", "}", "[", "]", ": ", "- ", "? ", "\n", "  ", "'", '"', "|\n", "#",
     "TODO", "null", "\u2028", "\x85", "\t", "é", "😀", "<<: *a", "---\n", "%YAML 1.1\n", ","]
)  # fmt: skip


@st.composite
def mutated(draw):
    """The good draft with pieces put in, taken out or moved."""
    written = GOOD
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(written)))
        upto = at + draw(st.sampled_from([0, 0, 1, 3, 20, 200]))
        written = written[:at] + draw(PIECES | st.text(max_size=3)) + written[upto:]
    return written.encode("utf-8", "surrogatepass")


def is_terminal_control(character):
    """Whether a terminal does anything with a character other than show it."""
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or (
        unicodedata.bidirectional(character)
        in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    )


@settings(examples(25), suppress_health_check=[HealthCheck.too_slow])
@given(mutated() | st.binary(max_size=100))
def test_any_draft_gets_findings_at_valid_places_and_a_report_in_every_format(content):
    at = moment.read(IN_WINDOW).first
    draft = Draft("a.yaml", ROOT / "examples", content)
    known = bundled.load()
    report, again = (
        checker.report([checker.check(draft)])
        for checker in (Checker(known, at, RULES), Checker(known, at, RULES))
    )
    assert report.unchecked == ()
    decoded = content.removeprefix(BOM).decode("utf-8", "replace")
    ends = decoded.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for finding in report.files[0].findings:
        place = finding.place
        assert 1 <= place.line <= place.end_line <= len(ends)
        assert (place.line, place.column) <= (place.end_line, place.end_column)
        assert 1 <= place.column <= len(ends[place.line - 1]) + 1
        assert 1 <= place.end_column <= len(ends[place.end_line - 1]) + 2
    for name in FORMATS:
        said = render(name, report)
        assert said == render(name, again)
        assert not any(map(is_terminal_control, said.replace("\n", "")))
        if name in ("json", "sarif", "gitlab"):
            json.loads(said)
        elif name == "junit":
            ET.fromstring(said)
    assert json.loads(render("json", report))["summary"]["files"] == 1
