"""`htq check` on the qualification and the applicant."""

import pytest

from conftest import IN_WINDOW

TITLE = "title: Level 4 Diploma in Software Development"


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Level One Diploma", 1),
        ("Diploma, level two", 2),
        ("Level-three Diploma", 3),
        ("Diploma (Level Five)", 5),
        ("LEVEL SIX DIPLOMA", 6),
        ("Level seven Diploma", 7),
        ("L3 Diploma", 3),
        ("Level: 12 Diploma", 12),
    ],
)
def test_a_level_in_the_title_is_read_in_digits_and_in_words(found, title, level):
    (finding,) = found({TITLE: f'title: "{title}"'}, "--select", "HTQ404")
    assert finding["message"] == (
        f"The title says level {level}, but the level of the qualification is 4"
    )


@pytest.mark.parametrize(
    "title",
    [
        "Level Four Diploma",
        "L4 Diploma",
        "Level up your skills: a Diploma",
        "Level crossing maintenance",
        "Level 2024 Diploma",
        "Level 100 Diploma",
    ],
)
def test_a_title_with_the_right_level_or_no_level_gives_no_finding(found, title):
    assert found({TITLE: f'title: "{title}"'}, "--select", "HTQ404") == []


@pytest.mark.parametrize(
    ("applicant", "who"),
    [
        ("type: awarding-organisation", "Awarding organisations"),
        ("type: higher-education-provider", "Higher-education providers"),
    ],
)
def test_the_finding_for_a_missing_number_says_which_applicants_need_it(found, applicant, who):
    changes = {"type: awarding-organisation\n  recognition_number: RN5999": applicant}
    (finding,) = found(changes, "--select", "HTQ406")
    assert finding["message"].startswith(f"{who} must give their ")


def test_a_lower_case_x_in_a_qualification_number_is_corrected(htq, draft):
    path = draft({"number: 610/0000/0": "number: 610-0123-x"})
    htq("check", path, "--fix", "--at", IN_WINDOW)
    assert "  number: 610/0123/X\n" in path.read_text()


@pytest.mark.parametrize(
    ("title", "level", "said"),
    [
        ("Level 4 Certificate and Level 5 Diploma", 4, "4 and 5"),
        ("Level 4 Certificate and Level 5 Diploma", 5, "4 and 5"),
        ("Levels 4 and 5 Diploma", 4, "4 and 5"),
        ("Level 4/5 Diploma", 5, "4 and 5"),
        ("L4 or L5 Diploma", 4, "4 and 5"),
        ("Level Four and Level Five Diploma", 4, "4 and 5"),
        ("Diploma for those at Level 3 who go on to Level 4", 4, "3 and 4"),
        ("Level 4 Diploma (Level 4)", 4, None),
        ("Level 4 Diploma, 5 units", 4, None),
    ],
)
def test_every_level_in_a_title_must_be_the_level_of_the_qualification(found, title, level, said):
    changes = {TITLE: f'title: "{title}"', "  level: 4\n  number": f"  level: {level}\n  number"}
    messages = [f["message"] for f in found(changes, "--select", "HTQ404")]
    assert messages == (
        [f"The title says level {said}, but the level of the qualification is {level}"]
        if said
        else []
    )


TYPE = "type: awarding-organisation\n  recognition_number: RN5999"


@pytest.mark.parametrize(
    ("applicant", "severities"),
    [
        ("type: awarding-organisation\n  recognition_number: 5999", {"recognition_number": "error"}),
        ("type: awarding-organisation\n  recognition_number: RN5999\n  ukprn: 123", {"ukprn": "warning"}),
        ("type: higher-education-provider\n  ukprn: 123", {"ukprn": "error"}),
        ("type: higher-education-provider\n  ukprn: 10009999\n  recognition_number: RN", {"recognition_number": "warning"}),
        ("type: TODO\n  ukprn: 123", {"ukprn": "warning"}),
    ],
)  # fmt: skip
def test_a_number_in_the_wrong_format_is_an_error_only_if_the_applicant_needs_it(
    found, applicant, severities
):
    findings = found({TYPE: applicant}, "--select", "HTQ409")
    assert {f["pointer"].rpartition("/")[2]: f["severity"] for f in findings} == severities
    for finding in findings:
        site = "www.hesa.ac.uk" if finding["pointer"].endswith("ukprn") else "www.gov.uk"
        assert [source.split("/")[2] for source in finding["sources"]] == [site]
        assert finding["source"] == finding["sources"][0]
