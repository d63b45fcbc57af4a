"""`htq check` on the standards that a draft names."""

import json

import pytest

from conftest import IN_WINDOW


@pytest.fixture
def found(htq, draft, tmp_path):
    """The findings in a draft that names these standards: code, pointer, message and hint."""

    def run(standards, *words):
        path = draft()
        text = path.read_text()
        start, end = text.index("standards:\n"), text.index("assessments:")
        path.write_text(f"{text[:start]}standards: {standards}\n\n{text[end:]}")
        for version, options in (("2.0", {"Web": ["K1"], "Data": ["K1"]}), ("3.0", {})):
            listed = {
                "reference": "ST0116", "version": version, "title": "Made up",
                "options": options, "ksbs": {"K1": "One"},
            }  # fmt: skip
            (tmp_path / "ksbs" / f"ST0116-{version}.yaml").write_text(json.dumps(listed))
        report = htq("check", path, "--at", IN_WINDOW, "--format", "json", *words)
        return [(f["code"], f["pointer"], f["message"], f["hint"]) for f in report.findings]

    return run


@pytest.mark.parametrize(
    ("claim", "meant"),
    [
        ("{reference: ST9999, title: Software develper}", "ST0116, ‘Software developer’"),
        ("{reference: ST9999, title: DATA ANALYST}", "ST0118, ‘Data analyst’"),
        # No standard has a similar title, but one reference differs by a digit.
        ("{reference: ST1484, title: Chimney sweep}", "ST0484, ‘Facilities manager’"),
        ("{reference: ST1484}", "ST0484, ‘Facilities manager’"),
    ],
)
def test_the_hint_for_an_unlisted_standard_goes_by_its_title_or_else_its_reference(
    found, claim, meant
):
    ((_, _, _, hint),) = found(f"[{claim}]", "--select", "HTQ202")
    assert hint.startswith(f"Did you mean {meant}")
    assert hint.endswith("ask the approvals team: HTQ.approvals@education.gov.uk.")


def test_a_standard_similar_to_none_on_the_list_gets_no_suggestion(found):
    ((_, _, _, hint),) = found("[{reference: ST9988, title: Chimney sweep}]", "--select", "HTQ202")
    assert hint.startswith("Find a standard with ‘htq standards search’")


def test_an_unreadable_reference_does_not_hide_findings_in_the_next_standard(found):
    standards = (
        "[{reference: FA0116}, {reference: ST9999}, {reference: ST0116}, {reference: ST0116}]"
    )
    codes = [finding[:2] for finding in found(standards, "--select", "HTQ2")]
    assert codes == [
        ("HTQ201", "/standards/0/reference"),
        ("HTQ202", "/standards/1/reference"),
        ("HTQ207", "/standards/3/reference"),
    ]


@pytest.mark.parametrize(
    ("title", "whose"),
    [("Data analyst", " ‘Data analyst’ is ST0118."), ("Chimney sweep", "")],
)
def test_the_hint_for_the_title_of_another_standard_gives_its_reference(found, title, whose):
    ((_, _, _, hint),) = found(f"[{{reference: ST0116, title: {title}}}]", "--select", "HTQ205")
    assert hint == f"Check the reference, and enter the title exactly as on the list.{whose}"


@pytest.mark.parametrize(
    ("options", "second", "first"),
    [
        (["null", "null"], 1, 1),
        (["A", "B", "b"], 2, 2),
        (["B", "A", "null"], 2, 1),  # without an option it is both of them
        (["null", "A"], 1, 1),
    ],
)
def test_a_standard_named_twice_is_reported_with_its_first_place(found, options, second, first):
    standards = ", ".join(f"{{reference: ST0116, option: {option}}}" for option in options)
    ((code, pointer, message, _),) = found(f"[{standards}]", "--select", "HTQ207")
    assert (code, pointer) == ("HTQ207", f"/standards/{second}/reference")
    assert f": it is already item {first} of ‘standards’" in message


@pytest.mark.parametrize(
    ("claim", "hint"),
    [
        ('version: "2.0"', "Enter ‘option’ as ‘Web’ or ‘Data’."),
        ('version: "2.0", option: Games', "Enter ‘option’ as ‘Web’ or ‘Data’."),
        ('version: "3.0", option: Web', "Delete ‘option’."),
        ('version: "2.0", option: data', None),
        ('version: "3.0"', None),
        # The options are unknown without the KSB list.
        ('version: "4.0", option: Games', None),
    ],
)
def test_an_option_must_be_one_that_the_standard_has(found, claim, hint):
    right = '{reference: ST0116, version: "2.0", option: Web}'
    unknown = "{reference: FA0116, option: Web}"
    standards = f"[{unknown}, {right}, {{reference: ST0116, {claim}}}]"
    hints = [(pointer, said) for _, pointer, _, said in found(standards, "--select", "HTQ209")]
    assert hints == ([("/standards/2/option", hint)] if hint else [])


@pytest.mark.parametrize(
    ("title", "whose"),
    [
        ("Software developer", "; that is the title of ST0116"),
        ("SOFTWARE-DEVELOPER", "; that is the title of ST0116"),
        ("Sofware developer", "; that is the title of ST0116"),
        ("Chimney sweep", ""),
    ],
)
def test_the_finding_for_a_wrong_title_names_the_standard_with_that_title(htq, draft, title, whose):
    path = draft(
        {
            "reference: ST0116\n    title: Software developer": f"reference: ST0117\n    title: {title}"
        }
    )
    words = ("--at", IN_WINDOW, "--select", "HTQ205", "--format", "json")
    (finding,) = htq("check", path, *words).findings
    assert finding["message"].endswith(f" on the list, not ‘{title}’{whose}")


@pytest.mark.parametrize(
    "reference",
    ["ST0118 v1.1", "ST0118-1.1", "ST0118 version 1.1", "ST0118 Ver. 1", "ST0118/1.1", "st0118V1"],
)
def test_a_version_after_a_reference_does_not_hide_the_reference(found, reference):
    ((code, _, _, hint),) = found(f'[{{reference: "{reference}"}}]', "--select", "HTQ201")
    assert (code, hint) == ("HTQ201", "Enter it as ST0118.")


@pytest.mark.parametrize("reference", ["ST01181.1", "ST0118 and ST0117", "1.1", "v1.1", "ST v1.1"])
def test_text_that_is_not_a_reference_with_a_version_gets_a_hint_on_the_format(found, reference):
    ((_, _, _, hint),) = found(f'[{{reference: "{reference}"}}]', "--select", "HTQ201")
    assert hint.startswith("Enter ST and four digits, for example ‘ST0116’. ")


def test_the_hint_for_a_title_in_place_of_a_reference_gives_the_reference(found):
    ((code, _, _, hint),) = found("[{reference: data analyst}]", "--select", "HTQ201")
    assert code == "HTQ201"
    assert hint == "This is the title of ST0118. Enter the reference: ST0118."
