"""`htq check` on the cycle, the window and the dates of a draft."""

import pytest

from conftest import IN_WINDOW

TEAM = "the approvals team: HTQ.approvals@education.gov.uk."


@pytest.fixture
def found(htq, draft, five_cycles):
    """The findings of one rule in a draft for this cycle, or with these changes, at this time."""

    def run(code, changes, at=IN_WINDOW):
        words = ("--at", at, "--select", code, "--catalogue", five_cycles, "--format", "json")
        path = draft({"cycle: 3": changes} if isinstance(changes, str) else changes)
        return [(f["message"], f["hint"]) for f in htq("check", path, *words).findings]

    return run


@pytest.mark.parametrize(
    ("at", "hint"),
    [
        # Cycle 4 opens on 8 May 2023, and no window after 10 February 2025 is known.
        (
            "2022-08-01",
            "Enter a cycle whose window is open or still to come. See ‘htq window list’, or ask",
        ),
        (
            "2025-02-11",
            "No window that is open or still to come is known to this catalogue. Ask",
        ),
    ],
)
def test_the_hint_for_a_late_draft_says_whether_a_later_window_is_known(found, at, hint):
    message = "The window of cycle 3 closed on 29 July 2022 at 5pm"
    assert found("HTQ301", "cycle: 3", at) == [(message, f"{hint} {TEAM}")]


@pytest.mark.parametrize(
    ("cycle", "at", "message"),
    [
        (
            "cycle: 3",
            "2022-02-16 11:59",
            "The window of cycle 3 opens on 16 February 2022 at midday",
        ),
        ("cycle: 4", IN_WINDOW, "The window of cycle 4 opens on 8 May 2023"),
        # It opened in September 2020, on an unknown day.
        ("cycle: 1", "2020-08-31", "The window of cycle 1 is not open yet"),
    ],
)
def test_the_finding_for_an_early_draft_says_when_the_window_opens_if_known(
    found, cycle, at, message
):
    ((said, _),) = found("HTQ302", cycle, at)
    assert said == message


def test_a_submission_planned_outside_the_window_is_reported_with_its_dates(found):
    ((message, hint),) = found(
        "HTQ303", {"planned_submission: 2022-06-10": "planned_submission: 2022-07-30"}
    )
    assert message == "The submission is planned for 30 July 2022, outside the window of cycle 3"
    assert hint.startswith("Plan it for a time in the window: 16 February 2022 at midday")
    assert "29 July 2022 at 5pm" in hint


def test_a_submission_planned_for_the_closing_moment_is_outside_the_window(found):
    at_closing = {"planned_submission: 2022-06-10": "planned_submission: 29 July 2022 17:00"}
    ((message, hint),) = found("HTQ303", at_closing)
    assert "planned for 29 July 2022 at 5pm" in message
    assert hint.endswith("29 July 2022 at 5pm. The closing moment itself is outside.")


@pytest.mark.parametrize(
    ("cycle", "message"),
    [
        ("cycle: 33", "Cycle 33 is not in the catalogue"),
        ("cycle: 4", "The list of standards of cycle 4 is not in the catalogue"),
    ],
)
def test_the_hint_for_a_cycle_without_a_list_names_the_cycle_that_has_one(found, cycle, message):
    hint = (
        "The catalogue has the list of standards of cycle 3. Use another catalogue with "
        "‘--catalogue’ if you have the list."
    )
    assert found("HTQ305", cycle) == [(message, hint)]


SESSION = "support_session: 2022-03-02"
PLANNED = "planned_submission: 2022-06-10"


@pytest.mark.parametrize(
    ("planned", "at", "codes"),
    [
        ("2022-05-20", "2022-05-20", []),
        ("2022-05-20", "2022-05-20 23:59:59", []),
        ("2022-05-20", "2022-05-21", ["HTQ306"]),
        ("2022-05-20 16:00", "2022-05-20 15:59:59", []),
        ("2022-05-20 16:00", "2022-05-20 16:00", []),
        ("2022-05-20 16:00", "2022-05-20 16:00:01", ["HTQ306"]),
        # London is an hour ahead of UTC in summer.
        ("2022-05-20", "2022-05-20T22:59:59Z", []),
        ("2022-05-20", "2022-05-20T23:00:00Z", ["HTQ306"]),
    ],
)
def test_a_planned_submission_has_passed_after_its_day_or_its_exact_time(
    htq, draft, planned, at, codes
):
    path = draft({PLANNED: f"planned_submission: {planned}"})
    run = htq("check", path, "--at", at, "--format", "json")
    assert [(f["code"], f["severity"]) for f in run.findings] == [(c, "warning") for c in codes]


@pytest.mark.parametrize(
    ("session", "planned", "at", "codes"),
    [
        ("2022-05-20", "2022-06-10", "2022-05-20", []),
        ("2022-05-21", "2022-06-10", "2022-05-20 23:59", ["HTQ609"]),
        ("2022-06-10", "2022-06-10", "2022-06-10", []),
        ("2022-06-10", "2022-06-10 09:00", "2022-06-10 08:00", []),
        ("2022-06-11", "2022-06-10", "2022-06-10", ["HTQ609"]),
        # It took place, but too late for the submission.
        ("2022-06-11", "2022-06-10", "2022-06-12", ["HTQ306", "HTQ609"]),
    ],
)
def test_a_support_session_after_the_check_or_the_submission_is_reported(
    htq, draft, session, planned, at, codes
):
    path = draft(
        {SESSION: f"support_session: {session}", PLANNED: f"planned_submission: {planned}"}
    )
    assert htq("check", path, "--at", at, "--format", "json").codes == codes


@pytest.mark.parametrize(("cycle", "at", "severity"), [(3, IN_WINDOW, "info"), (5, "2024-11-01", "error")])  # fmt: skip
def test_a_future_support_session_is_as_serious_as_a_missing_one(
    htq, draft, five_cycles, cycle, at, severity
):
    path = draft({SESSION: "support_session: 2029-01-01", "cycle: 3": f"cycle: {cycle}"})
    words = ("--at", at, "--catalogue", five_cycles, "--select", "HTQ605,HTQ609")
    (finding,) = htq("check", path, *words, "--format", "json").findings
    assert (finding["code"], finding["severity"]) == ("HTQ609", severity)
