"""The catalogue: it agrees with the published page, its windows have the right states, and a bad
catalogue is refused."""

import json
import os
import re
import shutil
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from conftest import ROOT, examples, program
from htqcli.catalogue import bundled
from htqcli.catalogue.model import Catalogue
from htqcli.document import reader
from htqcli.moment import LONDON

PAGE_FILE = Path(__file__).with_name("cycle-3-page.txt")
PAGE_LINES = [" ".join(line.split()) for line in PAGE_FILE.read_text("utf-8").splitlines()]
"""The page of cycle 3 as it was published; its no-break spaces are spaces here."""
PAGE = "\n".join(PAGE_LINES)

KNOWN = bundled.load()


def version_of_a_copy(folder, changes=None):
    """The output of `htq --version` from a copy of the program with a changed catalogue."""
    shutil.copytree(ROOT / "src" / "htqcli", folder / "src" / "htqcli", dirs_exist_ok=True)
    shutil.copytree(ROOT / "data", folder / "data", dirs_exist_ok=True)
    catalogue = folder / "data" / "standards.yaml"
    text = catalogue.read_text("utf-8")
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    catalogue.write_text(text, "utf-8")
    own = {**os.environ, "PYTHONPATH": str(folder / "src")}
    return program("--version", env=own, is_new=True).stdout


def test_the_json_catalogue_is_used_only_if_made_from_the_current_yaml(tmp_path):
    revised = f"revised: {KNOWN.revised.isoformat()}"
    assert b"revised 1 December 2026" in version_of_a_copy(
        tmp_path, {revised: "revised: 2026-12-01"}
    )


def test_the_catalogue_is_the_same_from_yaml_and_from_json():
    content = (ROOT / "data" / "standards.yaml").read_bytes()
    assert bundled.from_content(content).model_dump() == KNOWN.model_dump()
    assert json.loads((ROOT / "data" / "standards.json").read_bytes())["catalogue"] == (
        reader.read(content).data()
    )


def bullets_after(line):
    """The bullets of the list that follows the line of the page ending with this text."""
    start = next(at for at, found in enumerate(PAGE_LINES) if found.endswith(line))
    found = []
    for text in PAGE_LINES[start + 1 :]:
        if text.startswith("•"):
            found.append(text.removeprefix("• "))
        elif text and found:
            return found
    return found


def routes_of_the_page():
    """The routes that the page says the cycle covers, spelled as in its headings."""
    names = bullets_after("This approvals cycle will cover:")
    return [name.replace("finance & accounting", "finance and accounting") for name in names]


def standards_of_the_page():
    """Every standard of the page, in the page's order.

    Two headings are missing from the text. A second list “In scope” under one heading shows
    where: it belongs to the next route of the page.
    """
    routes = routes_of_the_page()
    first = PAGE_LINES.index("1. Available standards")
    last = PAGE_LINES.index("2. Approvals process and timeline")
    found, route, seen = [], None, set()
    for line in PAGE_LINES[first:last]:
        if line in routes:
            route, seen = line, set()
        elif line in ("In scope", "Contact us", "Out of scope") and route:
            scope = line.lower().replace(" ", "-")
            if scope in seen:
                route, seen = routes[routes.index(route) + 1], set()
            seen.add(scope)
        elif line.startswith("•") and route:
            match = re.fullmatch(r"• (.+) \(level ?(\d)\) \((ST\d{4})\)", line)
            assert match, line
            title, level, reference = match.groups()
            found.append(
                {"reference": reference, "title": title, "level": int(level)}
                | {"route": route, "scope": scope, "cycle": 3}
            )
    return found


def stages_of_the_page():
    """The key stages with what happens in each: blocks of bullets under their headings. One
    heading is missing; the first bullet of its block has the text that it must have had."""
    text = PAGE.partition("approvals process: key stages\n")[2]
    found, heading = [], None
    for block in re.split(r"\n\n+", text.strip()):
        lines = block.splitlines()
        if lines[0].startswith("•"):
            happens = [line.removeprefix("• ") for line in lines]
            found.append((heading or happens.pop(0), happens))
            heading = None
        else:
            heading = block.partition(":")[0]
    return found


# The page of cycle 3


def test_the_list_of_standards_matches_the_page_in_content_and_order(htq):
    page = standards_of_the_page()
    assert len(page) == len({row["reference"] for row in page}) == 93
    assert htq("standards", "list", "--cycle", "3", "--format", "json").data == page


def test_the_lists_without_a_heading_are_construction_and_digital():
    titles = {}
    for row in standards_of_the_page():
        titles.setdefault(row["route"], []).append(row["title"])
    assert (titles["Construction"][0], titles["Construction"][-1]) == (
        "Acoustics technician",
        "Land referencer",
    )
    assert (titles["Digital"][0], titles["Digital"][-1]) == ("Business analyst", "Software tester")


@pytest.mark.parametrize(
    "route, in_scope, contact_us, out_of_scope",
    [
        ("Business and administration", 16, 3, 0),
        ("Construction", 9, 0, 0),
        ("Digital", 9, 0, 0),
        ("Education and childcare", 2, 1, 0),
        ("Engineering and manufacturing", 15, 5, 6),
        ("Health & science", 17, 0, 0),
        ("Legal, finance and accounting", 9, 1, 0),
    ],
)
def test_each_route_has_the_right_number_of_standards_in_each_scope(
    htq, route, in_scope, contact_us, out_of_scope
):
    rows = {
        row["route"]: row
        for row in htq("standards", "routes", "--cycle", "3", "--format", "json").data
    }
    counted = {"in-scope": in_scope, "contact-us": contact_us, "out-of-scope": out_of_scope}
    assert {scope: rows[route][scope] for scope in counted} == counted


def test_the_list_has_70_standards_at_level_4_and_23_at_level_5(htq):
    levels = [
        row["level"] for row in htq("standards", "list", "--cycle", "3", "--format", "json").data
    ]
    assert (levels.count(4), levels.count(5)) == (70, 23)


def test_the_routes_match_the_page_in_content_and_order(htq):
    rows = htq("standards", "routes", "--cycle", "3", "--format", "json").data
    assert [row["route"] for row in rows] == routes_of_the_page()


@pytest.mark.parametrize(
    "reference, bullet", [("ST0116", 0), ("ST0004", 1), ("ST0019", 2)],
    ids=["in scope", "contact us", "out of scope"],
)  # fmt: skip
def test_the_meaning_of_a_scope_is_quoted_exactly_from_the_page(htq, reference, bullet):
    [shown] = htq("standards", "show", reference, "--cycle", "3", "--format", "json").data
    assert shown["scope_means"] == bullets_after("Standards are categorised as follows:")[bullet]


def test_the_key_stages_are_quoted_exactly_from_the_page(htq):
    stages = htq("window", "timeline", "--cycle", "3", "--format", "json").data["stages"]
    assert [(stage["name"], stage["happens"]) for stage in stages] == stages_of_the_page()


def test_only_the_opening_and_the_closing_have_a_published_date(htq):
    stages = htq("window", "timeline", "--cycle", "3", "--format", "json").data["stages"]
    assert [(stage["name"], stage["begins"]) for stage in stages if stage["begins"]] == [
        ("Application window opens", "2022-02-16T12:00:00+00:00"),
        ("Application window closes", "2022-07-29T17:00:00+01:00"),
    ]


def test_the_window_opens_and_closes_when_the_page_says(htq):
    opens, closes = "midday on 16 February 2022", "29 July 2022 at 5pm"
    assert f"will open at {opens} and close on {closes}." in PAGE
    before = htq("window", "status", "--cycle", "3", "--at", "1 January 2022").out
    assert "16 February 2022 at midday" in before
    assert closes in htq("window", "status", "--at", "20 May 2022").out


def test_the_contact_is_the_one_on_the_page(htq):
    [shown] = htq("standards", "show", "ST0116", "--cycle", "3", "--format", "json").data
    assert f"email the approvals team at {shown['contact']} for" in PAGE


def test_the_list_is_provisional_and_quotes_that_it_is_under_review(htq):
    [shown] = htq("standards", "show", "ST0116", "--cycle", "3", "--format", "json").data
    assert shown["list_status"] == "provisional"
    assert "This list will be kept under review." in PAGE
    assert "This list will be kept under review." in shown["list_note"]


# The windows, and what each cycle requires (domain: Windows; What each cycle asks)


@pytest.mark.parametrize(
    "cycle, name, opens, closes, first_teaching, precision",
    [
        (1, None, "2020-09", "2020-12-16", "2022-09", "month"),
        (2, None, "2021-07-05", "2021-09-17", "2023-09", "day"),
        (3, None, "2022-02-16T12:00:00+00:00", "2022-07-29T17:00:00+01:00", "2024-09", "minute"),
        (4, None, "2023-05-08", "2023-06-30", "2025-09", "day"),
        (5, "primary", None, None, "2025-09", None),
        (5, "secondary", "2024-09-23", "2025-02-10", "2026-09", "day"),
    ],
)
def test_the_dates_of_a_window_are_as_precise_as_published(
    htq, cycle, name, opens, closes, first_teaching, precision
):
    rows = htq("window", "list", "--format", "json").data
    [row] = [row for row in rows if (row["cycle"], row["window"]) == (cycle, name)]
    assert (row["opens"], row["closes"]) == (opens, closes)
    assert row["first_teaching"] == first_teaching
    assert row["precision"] == precision


SEVERITIES = {"E": "required", "W": "expected", "I": "encouraged", "–": "not-asked"}


@pytest.mark.parametrize(
    "asked, severities",
    [
        ("level_4_on_level_5_standard", "– W W W W"),  # row 4
        ("every_combination", "E W W W W"),  # row 12
        ("ksb_coverage", "W W W W E"),  # row 14
        ("reason_for_partial_coverage", "I I I I W"),  # row 15
        ("permission", "W W W W E"),  # row 20
        ("support_session", "I I I I E"),  # row 22
    ],
)
def test_each_cycle_has_the_policy_that_its_pages_publish(asked, severities):
    found = [getattr(KNOWN.cycle(cycle).policy, asked).asks for cycle in (1, 2, 3, 4, 5)]
    assert found == [SEVERITIES[letter] for letter in severities.split()]


def test_every_fact_names_existing_sources():
    data = yaml.safe_load((ROOT / "data" / "standards.yaml").read_text("utf-8"))

    def named(part):
        if isinstance(part, dict):
            source = part.get("source", [])
            yield from source if isinstance(source, list) else [source]
            for value in part.values():
                yield from named(value)
        elif isinstance(part, list):
            for value in part:
                yield from named(value)

    assert set(named(data)) <= set(data["sources"])
    for cycle in data["cycles"]:
        parts = [cycle["routes"], *cycle["windows"], *cycle["policy"].values()]
        parts += cycle.get("stages", []) + [cycle[name] for name in ("listing",) if name in cycle]
        assert all(part.get("source") for part in parts), cycle["cycle"]


def test_the_catalogue_cannot_be_changed():
    with pytest.raises(ValidationError):
        KNOWN.cycles = ()
    with pytest.raises(ValidationError):
        KNOWN.cycle(3).windows[0].opens = None
    with pytest.raises(AttributeError):
        KNOWN.cycle(3).standards[0].level = 5
    with pytest.raises((AttributeError, TypeError)):
        KNOWN.cycle(3).standards[0] = None


# The state of a window at any instant


def london(*when):
    return datetime(*when, tzinfo=LONDON)


CHANGES = [
    (london(2020, 9, 1), "unknown", 1),  # it opened on some day of this month
    (london(2020, 10, 1), "open", 1),
    (london(2020, 12, 17), "not-yet-open", 2),
    (london(2021, 7, 5), "open", 2),
    (london(2021, 9, 18), "not-yet-open", 3),
    (london(2022, 2, 16, 12), "open", 3),
    (london(2022, 7, 29, 17), "not-yet-open", 4),
    (london(2023, 5, 8), "open", 4),
    (london(2023, 7, 1), "unknown", 5),  # the primary window of cycle 5 lay somewhere here
    (london(2024, 9, 23), "open", 5),
    (london(2025, 2, 11), "closed", 5),
]
"""Each instant at which the answer changes, with the new state and its cycle. Before the first,
cycle 1 is the next known to open."""

CYCLE_CHANGES = {
    1: ["not-yet-open", CHANGES[0], CHANGES[1], (london(2020, 12, 17), "closed")],
    2: ["not-yet-open", CHANGES[3], (london(2021, 9, 18), "closed")],
    3: ["not-yet-open", CHANGES[5], (london(2022, 7, 29, 17), "closed")],
    4: ["not-yet-open", CHANGES[7], (london(2023, 7, 1), "closed")],
    5: ["not-yet-open", CHANGES[8], CHANGES[9], (london(2025, 2, 11), "closed")],
}
"""The same for a cycle chosen by its number."""

FIVE = KNOWN.model_copy(update={"cycles": KNOWN.cycles[:5]})
"""The catalogue with only the cycles that these tests cover."""

INSTANTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
SECOND = timedelta(seconds=1)


def a_second_before(when):
    return when.astimezone(UTC) - SECOND


@pytest.mark.parametrize("at", range(len(CHANGES)))
def test_the_state_of_the_windows_changes_at_the_exact_second(at):
    when, state, cycle = CHANGES[at]
    found = FIVE.status(when)
    assert (found.state, found.cycle.cycle) == (state, cycle)
    before = FIVE.status(a_second_before(when))
    assert (before.state, before.cycle.cycle) == (
        CHANGES[at - 1][1:] if at else ("not-yet-open", 1)
    )


@given(INSTANTS)
def test_the_state_at_any_instant_follows_from_the_sources(at):
    passed = bisect_right([when for when, *_ in CHANGES], at)
    found = FIVE.status(at)
    expected = CHANGES[passed - 1][1:] if passed else ("not-yet-open", 1)
    assert (found.state, found.cycle.cycle) == expected


@pytest.mark.parametrize("cycle", CYCLE_CHANGES)
def test_the_state_of_a_chosen_cycle_changes_at_the_exact_second(cycle):
    state, *changes = CYCLE_CHANGES[cycle]
    for when, after, *_ in changes:
        assert KNOWN.status(a_second_before(when), cycle).state == state
        found = KNOWN.status(when, cycle)
        assert (found.state, found.cycle.cycle) == (after, cycle)
        state = after


@given(INSTANTS, st.sampled_from([1, 2, 3, 4, 5]))
def test_the_state_of_a_chosen_cycle_follows_from_the_sources(at, cycle):
    state, *changes = CYCLE_CHANGES[cycle]
    for when, after, *_ in changes:
        state = after if at >= when else state
    assert KNOWN.status(at, cycle).state == state


def days(number):
    """A day as it is written in a catalogue; 0 is 1 January 2030."""
    return (datetime(2030, 1, 1) + timedelta(days=number)).strftime("%Y-%m-%d")


def a_catalogue_with(windows):
    """A catalogue in which each cycle has one window: its first and last day, and whether its
    dates are published."""
    data = yaml.load(SMALL, Loader=yaml.BaseLoader)
    example = data["cycles"][0]
    cycles = []
    for number, (first, length, published) in enumerate(windows, start=1):
        # An unpublished window lies between the day before `first` and the day after its last day.
        bounds = (
            {"opens": days(first), "closes": days(first + length)}
            if published
            else {"after": days(first - 1), "before": days(first + length + 1)}
        )
        kept = {name: example["windows"][0][name] for name in ("first_teaching", "source")}
        cycles.append({**example, "cycle": str(number), "windows": [{**kept, **bounds}]})
    data["cycles"] = cycles
    return Catalogue.model_validate(data)


@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.integers(0, 15), st.booleans()), min_size=1, max_size=4
    ),
    st.integers(0, 60 * 24 - 1),
)
@example([(5, 3, True), (5, 9, False)], 6 * 24)
def test_an_open_window_is_chosen_before_a_possible_one_then_the_next_then_the_last(windows, hours):
    # An oracle in hours: window n is [begin, end); no clock changes in January and February.
    begin = [24 * first for first, _, _ in windows]
    end = [24 * (first + length + 1) for first, length, _ in windows]
    now = [n for n in range(len(windows)) if begin[n] <= hours < end[n]]
    coming = [n for n in range(len(windows)) if hours < begin[n]]
    if any(windows[n][2] for n in now):
        state, chosen = "open", [n for n in now if windows[n][2]]
    elif now:
        state, chosen = "unknown", now
    elif coming:
        state, chosen = (
            "not-yet-open",
            [n for n in coming if begin[n] == min(begin[m] for m in coming)],
        )
    else:
        state, chosen = "closed", [n for n in range(len(windows)) if end[n] == max(end)]

    found = a_catalogue_with(windows).status(london(2030, 1, 1) + timedelta(hours=hours))
    assert found.state == state
    assert found.cycle.cycle - 1 in chosen


# Searching: every standard is found by its title and its reference

STANDARDS = KNOWN.cycle(3).standards


def first_found(words):
    found = KNOWN.search(words, KNOWN.cycle(3))
    return found[0].reference if found else None


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda standard: standard.reference)
def test_a_title_in_any_case_and_word_order_finds_its_standard_first(standard):
    words = standard.title.split()
    for typed in (standard.title, standard.title.upper(), " ".join(reversed(words))):
        assert first_found(typed) == standard.reference, typed


@given(st.sampled_from(STANDARDS), st.data())
def test_a_title_with_a_letter_missing_or_doubled_finds_its_standard_first(standard, data):
    title = standard.title
    at = data.draw(st.sampled_from([at for at, letter in enumerate(title) if letter.isalpha()]))
    typed = data.draw(
        st.sampled_from(
            [title[:at] + title[at + 1 :], title[:at] + title[at:][:1] * 2 + title[at + 1 :]]
        )
    )
    assert first_found(typed) == standard.reference, typed


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda standard: standard.reference)
def test_a_reference_in_any_spelling_finds_only_its_standard(standard):
    digits = standard.reference.removeprefix("ST")
    spellings = [f"ST{digits}", f"st{digits}", f"St {digits}", f"ST-{digits}", f"  st {digits} "]
    spellings += [digits, f"ST{digits.replace('0', 'O')}", f"OCC{digits}", f"ST{int(digits)}"]
    for typed in spellings:
        assert [s.reference for s in KNOWN.search(typed, KNOWN.cycle(3))] == [standard.reference], (
            typed
        )
        assert KNOWN.standard(typed, KNOWN.cycle(3)) == standard, typed


@examples(30)
@given(st.text(max_size=300))
def test_any_text_can_be_searched_for(words):
    found = KNOWN.search(words, KNOWN.cycle(3))
    assert set(found) <= set(STANDARDS)
    assert len(set(found)) == len(found)


# Your own catalogue

SMALL = """\
sources:
  NEWS: {title: The news, address: https://example.org/news}
contact: {name: the team, email: team@example.org, source: NEWS}
standards_data: https://example.org/standards
routes:
  - {name: Digital}
cycles:
  - cycle: 9
    routes: {names: [Digital], source: NEWS}
    windows:
      - opens: 2030-01-01
        closes: 2030-01-31 17:00
        first_teaching: {month: 2031-09, source: NEWS}
        source: NEWS
    policy:
      level_4_on_level_5_standard: {asks: not-asked, source: NEWS}
      every_combination: {asks: not-asked, source: NEWS}
      ksb_coverage: {asks: not-asked, source: NEWS}
      reason_for_partial_coverage: {asks: not-asked, source: NEWS}
      permission: {asks: not-asked, source: NEWS}
      support_session: {asks: not-asked, source: NEWS}
    listing:
      status: final
      source: NEWS
      scopes: {in-scope: It is in.}
      standards:
        - route: Digital
          scope: in-scope
          standards:
            - {reference: ST7777, level: 5, title: Robot keeper}
"""


@pytest.fixture
def small(tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return file


def test_your_own_catalogue_replaces_the_bundled_standards(htq, small):
    run = htq("standards", "list", "--catalogue", small, "--format", "json")
    assert run.data == [
        {"reference": "ST7777", "title": "Robot keeper", "level": 5}
        | {"route": "Digital", "scope": "in-scope", "cycle": 9}
    ]
    [shown] = htq("standards", "show", "7777", "--catalogue", small, "--format", "json").data
    assert shown["scope_means"] == "It is in."
    assert shown["contact"] == "team@example.org"
    assert shown["sources"] == ["https://example.org/news"]
    assert htq("standards", "list", "--cycle", "3", "--catalogue", small).code == 2


def test_your_own_catalogue_replaces_the_bundled_windows(htq, small):
    assert [
        row["cycle"] for row in htq("window", "list", "--catalogue", small, "-f", "json").data
    ] == [9]
    status = htq(
        "window", "status", "--catalogue", small, "--at", "31/1/2030 4:59pm", "-f", "json"
    ).data
    assert (status["state"], status["cycle"], status["closes_in_seconds"]) == ("open", 9, 60)
    after = htq(
        "window", "status", "--catalogue", small, "--at", "1 February 2030", "-f", "json"
    ).data
    assert after["state"] == "closed"
    assert "team@example.org" in after["note"]


# A catalogue that cannot be used


@pytest.fixture
def refused(htq, tmp_path):
    """The message about a catalogue that cannot be used; standard output stays empty."""

    def refusal(file):
        run = htq("standards", "list", "--catalogue", file, "--format", "json")
        assert (run.code, run.out) == (2, ""), run
        assert file.as_posix() in run.err
        assert "Traceback" not in run.err
        return run.err

    return refusal


@pytest.fixture
def changed(tmp_path):
    """The bundled catalogue with a piece of its text replaced, and the line of that piece."""

    def write(old, new):
        text = (ROOT / "data" / "standards.yaml").read_text(encoding="utf-8")
        assert old in text, old
        start = text.index(old)
        file = tmp_path / "changed.yaml"
        file.write_text(text[:start] + new + text[start + len(old) :], encoding="utf-8")
        return file, text.count("\n", 0, start) + 1

    return write


SOFTWARE_DEVELOPER = "{reference: ST0116, level: 4, title: Software developer}"

AT_ITS_LINE = {
    "an unknown field": ("contact: {name: the", "colour: red\ncontact: {name: the", "colour"),
    "a misspelt field": ("email: HTQ", "emial: HTQ", "email"),
    "a misspelt scope": ("scope: contact-us", "scope: contact-su", "scope"),
    "a missing field": (SOFTWARE_DEVELOPER, "{reference: ST0116, title: Software developer}", "level"),
    "a word for a number": (SOFTWARE_DEVELOPER, "{reference: ST0116, level: four, title: a}", "level"),
    "a text for a group": (SOFTWARE_DEVELOPER, "ST0116", "standards"),
    "a group for a text": ("name: Care services", "name: {of: Care}", "name"),
    "a reference in another form": ("reference: ST0116", "reference: LARS0116", "reference"),
    "an impossible date": ("opens: 2022-02-16 12:00", "opens: 2022-02-30 12:00", "opens"),
    "an unknown demand": ("asks: required", "asks: demanded", "asks"),
    "an unknown status": ("status: provisional", "status: agreed", "status"),
    "a window that closes before it opens": (
        "opens: 2022-02-16 12:00\n        closes: 2022-07-29",
        "opens: 2022-02-16 12:00\n        closes: 2022-01-29",
        "closes",
    ),
    "a window without a closing": (
        "opens: 2021-07-05\n        closes: 2021-09-17",
        "opens: 2021-07-05",
        "windows",
    ),
    "a cycle twice": ("  - cycle: 2\n", "  - cycle: 1\n", "cycles.1.cycle"),
    "a reference twice": ("reference: ST0116", "reference: ST0117", "ST0117"),
    "an unknown source": ("source: NEWS-2", "source: NEWS-22", "NEWS-22"),
    "an unknown second source": ("[SUP-5, CRIT-5]", "[SUP-5, CRIT-55]", "CRIT-55"),
    "an unknown route": ("        - route: Digital\n", "        - route: Digit\n", "Digit’"),
    "an unknown scope": ("contact-us: ‘Contact", "contact-uss: ‘Contact", "contact-uss"),
    "a field twice": (
        "standards_data: https",
        "standards_data: https://example.org\nstandards_data: https",
        "standards_data",
    ),
}  # fmt: skip


@pytest.mark.parametrize("old, new, field", AT_ITS_LINE.values(), ids=AT_ITS_LINE)
def test_the_refusal_of_a_mistake_names_its_file_line_and_field(refused, changed, old, new, field):
    file, line = changed(old, new)
    if field in ("standards_data", "closes"):
        line += 1  # the second of the two
    message = refused(file)
    assert f"{file.as_posix()}:{line}:" in message
    assert field in message


def test_a_catalogue_with_a_missing_field_is_refused(refused, changed):
    assert "standards_data" in refused(changed("standards_data: https", "# https")[0])


HOSTILE = {
    "nothing": b"",
    "only comments": b"# soon\n",
    "null": b"null\n",
    "a list": b"- cycles\n",
    "a word": b"cycles\n",
    "broken YAML": b"sources: [\ncontact: }\n",
    "a tab for an indentation": b"sources:\n\tC3: {}\n",
    "two documents": SMALL.encode() + b"---\n" + SMALL.encode(),
    "another encoding": SMALL.encode("utf-16"),
    "bytes that are not text": bytes(range(256)),
    "a NUL": SMALL.encode() + b"\x00",
    "a tag": b"sources: !!python/object/apply:os.system [echo]\n",
    "an alias bomb": b"a: &a [x, x, x, x, x, x, x, x]\n"
    + b"".join(
        b"%c: &%c [%s]\n" % (n, n, b", ".join([b"*%c" % (n - 1)] * 8)) for n in b"bcdefghijkl"
    ),
    "an alias inside itself": b"sources: &a [*a]\n",
    "an alias to nothing": b"sources: *a\n",
    "deep brackets": b"sources: " + b"[" * 50_000,
    "deep indentation": b"".join(b" " * n + b"a:\n" for n in range(200)),
    "six megabytes": b"# " + b"x" * 6_000_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_not_a_catalogue_is_refused(refused, tmp_path, content):
    file = tmp_path / "hostile.yaml"
    file.write_bytes(content)
    message = refused(file)
    assert re.search(rf"{re.escape(file.as_posix())}:\d+:\d+:", message)
    assert len(message) < 1_000


def test_a_missing_catalogue_is_refused(refused, tmp_path):
    assert "there is no such file" in refused(tmp_path / "nowhere.yaml")


def test_a_folder_is_refused_as_a_catalogue(refused, tmp_path):
    refused(tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        ("standards", "list"),
        ("standards", "search", "software"),
        ("standards", "show", "ST0116"),
        ("standards", "routes"),
        ("window", "status"),
        ("window", "list"),
        ("window", "timeline"),
    ],
    ids=" ".join,
)
def test_every_command_refuses_a_catalogue_that_cannot_be_used(htq, tmp_path, words):
    run = htq(*words, "--catalogue", tmp_path / "nowhere.yaml")
    assert (run.code, run.out) == (2, "")
    assert "nowhere.yaml" in run.err
