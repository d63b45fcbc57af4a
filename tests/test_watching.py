"""`htq catalogue drift --drafts`: made-up drafts against made-up data whose changes are known."""

import json
import random
import re
import shlex

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT, examples, program
from htqcli.catalogue import bundled
from htqcli.ksbs.lists import version_key
from servers import Server, answer, running

AT = "1 July 2026"
KSBS = [f"Made-up statement {number}" for number in range(1, 7)]


def record(reference="ST0116", version="1.1", knowledge=KSBS, **fields):
    """A record of a made-up standard, whose knowledge statements are given."""
    return {
        "referenceNumber": reference,
        "title": "Software developer",
        "version": version,
        "status": "Approved for delivery",
        "level": 4,
        "coreAndOptions": False,
        "approvedForDelivery": "2021-03-01T00:00:00",
        "knowledges": [{"knowledgeId": f"k{n}", "detail": k} for n, k in enumerate(knowledge)],
        "skills": [{"skillId": "s", "detail": "Made-up skill"}],
        "behaviours": [{"behaviourId": "b", "detail": "Made-up behaviour"}],
    } | fields


def claim(reference="ST0116", version="1.1", **fields):
    """A standard as a draft names it, with the beginning of a mapping."""
    made = {"reference": reference, "title": "Software developer", "level": 4, "version": version}
    return made | {"ksbs": {"K1": ["U1"]}} | fields


@pytest.fixture
def write(tmp_path):
    """Write a draft with these standards and fields; returns its path."""

    def draft(*claims, path="drafts/application.yaml", **fields):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        made = {"cycle": 3, "standards": list(claims), **fields}
        file.write_text(yaml.safe_dump(made, allow_unicode=True), encoding="utf-8")
        return file

    return draft


@pytest.fixture
def watch(htq, tmp_path, monkeypatch):
    """The JSON of `htq catalogue drift` for these records and the folder `drafts`."""
    monkeypatch.chdir(tmp_path)

    def run(data, *words, code=0):
        (tmp_path / "data.json").write_text(json.dumps(data), encoding="utf-8")
        words = words or ("drafts",)
        fixed = ("--at", AT, "--format", "json")
        done = htq("catalogue", "drift", "data.json", *fixed, "--drafts", *words)
        assert done.code == code, done.err
        return done.data if done.out else done

    return run


def only(found):
    """The only difference in a run with one draft of one standard."""
    ((drift,),) = [claim["drift"] for draft in found["drafts"] for claim in draft["standards"]]
    return drift


NEW = {"approvedForDelivery": "2024-03-01T00:00:00"}
GET = "htq ksbs import data.json --reference {} --version {} -o drafts/{}/ksbs"
DIFF = "htq ksbs diff {} 1.1 1.2 --ksbs drafts/{}/ksbs"
CARRY = "htq mapping carry drafts/{}/application.yaml --standard {} --to 1.2"

SCENARIOS = {
    "no change": ([{}], []),
    "only older": ([{}, {"version": "1.0"}], []),
    "in development": ([{}, {"version": "2.0", "status": "In development"}], []),
    "same": (
        [{}, {"version": "1.2", "knowledge": [f"<p>{k}.</p>" for k in KSBS], **NEW}],
        [("newer-version", "same")],
    ),
    "moved": (
        [{}, {"version": "1.2", "knowledge": KSBS[::-1], **NEW}],
        [("newer-version", "relabelled")],
    ),
    "removed": (
        [{}, {"version": "1.2", "knowledge": KSBS[1:], **NEW}],
        [("newer-version", "changed")],
    ),
    "newest approved": (
        [
            {},
            {"version": "1.2", "knowledge": ["Other", *KSBS[1:]], **NEW},
            {"version": "1.9", "status": "Retired"},
            {"version": "1.10", "status": "In development"},
        ],
        [("newer-version", "changed")],
    ),
    "list missing": ([{"version": "1.2", **NEW}], [("newer-version", "unknown")]),
    "retired": ([{"status": "Retired"}], [("retired", None)]),
    "withdrawn": ([{"status": "Withdrawn"}], [("withdrawn", None)]),
    "paused": ([{"approvedForDeliveryPausedStarts": True}], [("paused-starts", None)]),
    "no new starts": ([{"latestStartDate": "2026-01-01"}], [("no-new-starts", None)]),
    "level": ([{"level": 5}], [("level", None)]),
    "title": ([{"title": "Another title"}], [("title", None)]),
    "spelling": ([{"title": "software-developer"}], [("spelling", None)]),
    "split": (
        [{"coreAndOptions": True, "options": [{"title": "Web"}, {"title": "Data"}]}],
        [("options", None)],
    ),
    "level and version": (
        [{}, {"version": "1.2", "level": 5, **NEW}],
        [("level", None), ("newer-version", "same")],
    ),
}
"""What the data says of a standard that a draft maps to in version 1.1, and what has moved: the
kind, and what became of the KSBs."""


def commands(reference, draft, change):
    """The commands that come next for a newer version whose list, or lists, only the data has."""
    lists = [f"htq ksbs get {reference} --version 1.1 -o drafts/{draft}/ksbs"]
    if change != "unknown":
        lists = [GET.format(reference, "1.1", draft)]
    lists.append(GET.format(reference, "1.2", draft))
    compare = [] if change == "same" else [DIFF.format(reference, draft)]
    return [*lists, *compare, CARRY.format(draft, reference)]


def test_exactly_what_moved_for_each_of_50_drafts_is_reported(write, watch):
    dice, data, expected = random.Random(0), [], {}
    for number in range(50):
        name, claims = f"{number:02}", []
        for at in range(dice.randint(1, 3)):
            reference = f"ST{9000 + 10 * number + at}"
            records, moved = SCENARIOS[dice.choice(sorted(SCENARIOS))]
            data += [record(reference, **fields) for fields in records]
            claims.append(claim(reference))
            path = f"drafts/{name}/application.yaml"
            expected.setdefault(path, {})[reference] = [
                (kind, ksbs, commands(reference, name, ksbs) if ksbs else [])
                for kind, ksbs in moved
            ]
        write(*claims, path=f"drafts/{name}/application.yaml")
    dice.shuffle(data)
    found = watch(data, "drafts", "--exit-code", code=1)
    assert expected == {
        draft["path"]: {
            one["reference"]: [(d["kind"], d["ksbs"], d["next"]) for d in one["drift"]]
            for one in draft["standards"]
        }
        for draft in found["drafts"]
    }
    assert [draft["moved"] for draft in found["drafts"]] == [
        any(kind != "spelling" for own in standards.values() for kind, _, _ in own)
        for standards in expected.values()
    ]


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_each_difference_has_a_message_and_a_meaning(write, watch, name):
    records, moved = SCENARIOS[name]
    write(claim("ST9000"))
    matters = [kind for kind, _ in moved if kind != "spelling"]
    found = watch([record("ST9000", **own) for own in records], "drafts", "--exit-code",
                  code=1 if matters else 0)  # fmt: skip
    (own,) = found["drafts"][0]["standards"]
    assert [one["kind"] for one in own["drift"]] == [kind for kind, _ in moved]
    for one in own["drift"]:
        assert one["message"].startswith("ST9000, ‘Software developer’, ")
        assert one["meaning"].endswith(".")


def test_the_json_of_drafts_has_the_documented_fields(write, watch):
    page = (ROOT / "docs" / "watching.md").read_text(encoding="utf-8")
    shape = json.loads(re.search(r"```json\n(.*?)```", page, re.DOTALL)[1])
    write(claim(), approval={"code": "HTQDZ0001", "date": "2023-07-01"})
    found = watch([record(), record(version="1.2", **NEW)])
    (draft,), (documented,) = found["drafts"], shape["drafts"]
    assert list(draft) == list(documented)
    assert list(draft["approval"]) == list(documented["approval"])
    (standard,), (other,) = draft["standards"], documented["standards"]
    assert list(standard) == list(other)
    assert list(standard["drift"][0]) == list(other["drift"][0])
    assert list(standard["drift"][0]["record"]) == list(other["drift"][0]["record"])


def test_labels_that_moved_are_told_apart_from_statements_that_changed(write, watch):
    write(claim())
    moved = only(watch([record(), record(version="1.2", knowledge=[*KSBS[1:], KSBS[0]], **NEW)]))
    assert (
        "the draft maps to version 1.1: every statement is in both, but 6 labels moved"
        in (moved["message"])
    )
    new = ["Another statement", *KSBS[:3], "A third one"]
    changed = only(watch([record(), record(version="1.2", knowledge=new, **NEW)]))
    assert changed["message"].endswith(
        "3 statements of 1.1 are not in 1.2, and 2 of 1.2 are not in 1.1"
    )


@pytest.mark.parametrize(
    "before, after",
    [
        ("Test – and “measure”  it.", 'Test - and "measure" it'),
        ("The user’s needs", "The user's needs."),
    ],
)
def test_blanks_dashes_quotation_marks_and_a_final_stop_change_no_ksb(write, watch, before, after):
    write(claim())
    data = [record(knowledge=[before]), record(version="1.2", knowledge=[after], **NEW)]
    assert only(watch(data))["ksbs"] == "same"


def test_the_lists_beside_a_draft_are_compared_before_those_in_the_data(write, watch, tmp_path):
    path = write(claim())
    (path.parent / "ksbs").mkdir()
    for version, statement in (("1.1", "One"), ("1.2", "One.")):
        (path.parent / "ksbs" / f"ST0116-{version}.yaml").write_text(
            f"{{reference: ST0116, version: '{version}', title: A, ksbs: {{K1: {statement}}}}}"
        )
    found = only(watch([record(), record(version="1.2", knowledge=["Other"], **NEW)]))
    assert found["ksbs"] == "same"
    assert found["next"] == ["htq mapping carry drafts/application.yaml --standard ST0116 --to 1.2"]


def test_a_list_of_labels_alone_does_not_say_whether_a_statement_changed(write, watch):
    path = write(claim())
    (path.parent / "ksbs").mkdir()
    text = "{reference: ST0116, version: '1.1', title: A, labels: {K: 6, S: 1, B: 1}}"
    (path.parent / "ksbs" / "ST0116-1.1.yaml").write_text(text)
    found = only(watch([record(version="1.2", **NEW)]))
    assert found["ksbs"] == "unknown"
    assert found["next"][0].endswith(" --version 1.1 -o drafts/ksbs --force")
    assert "no list of 1.1 with its statements was found" in found["message"]


def test_only_the_ksbs_that_the_option_of_the_draft_needs_are_compared(write, watch):
    def split(version, second, **fields):
        duties = [
            {"isThisACoreDuty": 0, "mappedKnowledge": [f"k{n}"], "mappedOptions": [f"o{n}"]}
            for n in (0, 1)
        ]
        options = [{"optionId": "o0", "title": "Web"}, {"optionId": "o1", "title": "Data"}]
        return record(
            version=version, knowledge=["One", second], coreAndOptions=True, options=options,
            duties=duties, **fields,
        )  # fmt: skip

    data = [split("1.1", "Two"), split("1.2", "Changed", **NEW)]
    for option, change in (("Web", "same"), ("data", "changed")):
        write(claim(option=option))
        found = only(watch(data))
        assert (found["kind"], found["ksbs"]) == ("newer-version", change)
        assert found["next"][-1].endswith(f" --standard ST0116 --option {option} --to 1.2")


def test_an_option_that_the_data_does_not_have_is_reported(write, watch):
    write(claim(option="Games"))
    found = only(watch(record(coreAndOptions=True, options=[{"title": "Web"}])))
    assert found["message"].endswith("has options in the data: ‘Web’, and not ‘Games’")


def test_a_draft_without_a_mapping_is_told_to_begin_with_the_newer_version(write, watch):
    write(claim(ksbs={}))
    found = only(watch([record(), record(version="1.2", **NEW)]))
    assert found["meaning"] == "The draft has no mapping yet: begin it with version 1.2."
    assert not any("carry" in command for command in found["next"])


versions = st.lists(st.integers(0, 12), min_size=1, max_size=3).map(
    lambda parts: ".".join(map(str, parts))
)


@given(versions, versions)
def test_versions_compare_as_numbers_part_by_part(one, other):
    def padded(version):
        parts = [int(part) for part in version.split(".")]
        return parts + [0] * (3 - len(parts))

    assert (version_key(one) < version_key(other)) == (padded(one) < padded(other))
    assert (version_key(one) == version_key(other)) == (padded(one) == padded(other))
    assert version_key(None) <= version_key(one)


@pytest.mark.parametrize("own, newer", [("1.9", True), ("1.10", False), ("1.10.0", False)])
def test_version_1_10_is_newer_than_1_9(write, watch, own, newer):
    write(claim(version=own))
    found = watch([record(version="1.10", **NEW), record(version="1.9")])
    assert bool(found["drafts"][0]["standards"][0]["drift"]) is newer


def test_of_partial_data_only_what_it_has_is_compared_and_the_rest_is_counted(write, watch, htq):
    write(claim(), claim("ST0118"), claim("ST0119"))
    found = watch([record(), record(version="1.2", **NEW)])
    assert [one["compared"] for one in found["drafts"][0]["standards"]] == [True, False, False]
    listed = bundled.load().latest_listed_cycle.standards
    assert (found["compared"], found["not_compared"]) == (1, len(listed) - 1)
    out = htq("catalogue", "drift", "data.json", "--drafts", "drafts").out
    assert (
        "Not in the data, so not compared: 2 of the 3 standards that the drafts name (ST0118 and "
        "ST0119).\n"
    ) in out


def test_a_standard_that_all_the_data_lacks_is_gone(write, watch):
    from htqcli.catalogue.bundled import load

    listed = load().cycle(3).standards
    write(claim(), claim("ST0118", title="Data analyst", version="1.7"))
    data = [record(one.reference, title=one.title, level=one.level) for one in listed]
    found = watch([one for one in data if one["referenceNumber"] != "ST0116"])
    first, second = found["drafts"][0]["standards"]
    assert [one["kind"] for one in first["drift"]] == ["gone"]
    assert first["drift"][0]["record"] is None
    assert second["unknown"] == ["Version 1.7 of ST0118 is not in the data"]


def test_data_without_any_standard_of_the_drafts_gives_exit_code_3(write, watch):
    write(claim("ST9000"))
    run = watch([record("ST9001")], code=3)
    assert "data.json: it has no record of a standard that the drafts name" in run.err


@pytest.mark.parametrize(
    "own, unknown",
    [
        ({"reference": "FA0001", "version": "1.1"}, "Standard 1 of the draft has no reference"),
        ({"reference": "ST0116"}, "The draft gives no version of ST0116 that can be read"),
        (claim(version="<version>"), "The draft gives no version of ST0116 that can be read"),
        (claim(version="1" + ".1" * 50), "The version of ST0116 in the draft is too long to be"),
        ("ST0116", "Standard 1 of the draft has no reference that can be read. See ‘htq check’"),
    ],
)
def test_what_cannot_be_compared_for_a_draft_is_said(write, watch, htq, own, unknown):
    write(own, claim("ST0118", title="Data analyst"))
    data = [record(), record("ST0118", title="Data analyst")]
    (first, second) = watch(data)["drafts"][0]["standards"]
    assert first["drift"] == second["drift"] == second["unknown"] == []
    assert unknown in first["unknown"][0]
    for format in ("text", "markdown"):
        run = htq("catalogue", "drift", "data.json", "--drafts", "drafts", "--format", format)
        assert f"Not compared: {unknown}" in run.out


def test_titles_and_levels_come_from_the_list_then_the_draft_then_its_version(write, watch):
    write(
        claim("ST0116", title="My own words", level=5),  # on the list
        claim("ST9000", title="Own title", level=5),
        {"reference": "ST9001", "version": "1.1"},
        {"reference": "ST9002", "version": "1.7"},
    )
    data = [record(f"ST{n}", title="Title", level=4) for n in ("0116", "9000", "9002")]
    data += [
        record("ST9001", title="First", level=4),
        record("ST9001", "1.2", title="Second", level=5, **NEW),
    ]
    found = watch(data)["drafts"][0]["standards"]
    messages = [[d["message"] for d in one["drift"] if not d["ksbs"]] for one in found]
    assert messages == [
        ["ST0116, ‘Software developer’, has the title ‘Title’ in the data"],
        [
            "ST9000, ‘Own title’, has the title ‘Title’ in the data",
            "ST9000, ‘Own title’, is at level 4 in the data, at level 5 in the draft",
        ],
        [
            "ST9001, ‘First’, has the title ‘Second’ in the data",
            "ST9001, ‘First’, is at level 5 in the data, at level 4 in version 1.1",
        ],
        [],
    ]
    assert found[3]["unknown"] == [
        "The title of ST9002 is neither on a list nor in the draft",
        "The level of ST9002 is neither on a list nor in the draft",
    ]


def test_an_approved_qualification_is_told_what_a_change_means_after_approval(write, watch, htq):
    write(claim(), approval={"code": "HTQDZ0001", "date": "2023-07-01"})
    found = watch([record(), record(version="1.2", **NEW)])
    assert found["drafts"][0]["approval"] == {
        "code": "HTQDZ0001", "date": "2023-07-01", "first_review": "2028-07-01",
    }  # fmt: skip
    assert "first review is expected by 1 July 2028, against the latest" in only(found)["meaning"]
    assert only(found)["sources"][0].endswith("/changes-to-qualifications/")
    out = htq("catalogue", "drift", "data.json", "--drafts", "drafts").out
    assert "  Approved on 1 July 2023 (HTQDZ0001), first review expected by 1 July 2028\n" in out
    retired = only(watch(record(status="Retired")))
    assert "to stay approved" in retired["meaning"]
    assert retired["sources"][0].endswith("/withdrawal-of-approval-from-technical-qualifications")


@pytest.mark.parametrize("kind", ["retired", "paused", "no new starts", "title", "level"])
def test_after_approval_nothing_is_said_of_submitting(write, watch, kind):
    write(claim("ST9000"), approval={"code": "HTQDZ0001", "date": "2023-07-01"})
    found = only(watch([record("ST9000", **own) for own in SCENARIOS[kind][0]]))
    assert "approved" in found["meaning"]
    assert "submit" not in found["meaning"]


def test_only_what_moved_for_the_drafts_sets_the_exit_code(write, watch):
    write(claim("ST0118", title="Data analyst"))
    data = [record(level=5), record("ST0118", title="Data analyst")]
    found = watch(data, "drafts", "--exit-code", "--cycle", "3")
    assert [one["kind"] for one in found["drift"]] == ["level"]
    assert found["drafts"][0]["moved"] is False


def test_commands_name_the_folder_of_lists_that_was_given(write, watch, tmp_path):
    write(claim())
    (tmp_path / "my lists").mkdir()
    found = watch([record(), record(version="1.2", **NEW)], "drafts", "--ksbs", "my lists")
    assert only(found)["next"] == [
        'htq ksbs import data.json --reference ST0116 --version 1.1 -o "my lists"',
        'htq ksbs import data.json --reference ST0116 --version 1.2 -o "my lists"',
        'htq mapping carry drafts/application.yaml --standard ST0116 --to 1.2 --ksbs "my lists"',
    ]


@pytest.mark.parametrize(
    "name, word",
    [
        ("a b.yaml", '"drafts/a b.yaml"'),
        ("$(touch x).yaml", "'drafts/$(touch x).yaml'"),
        ("a;b.yaml", '"drafts/a;b.yaml"'),
        ("it's.yaml", '"drafts/it\'s.yaml"'),
        ("`x`.yaml", "'drafts/`x`.yaml'"),
    ],
)
def test_a_path_in_a_command_is_one_word_to_a_shell(write, watch, name, word):
    write(claim(), path=f"drafts/{name}")
    found = only(watch([record(), record(version="1.2", **NEW)]))
    assert found["next"][-1] == f"htq mapping carry {word} --standard ST0116 --to 1.2"


def test_drafts_that_cannot_be_read_are_reported_and_the_others_compared(write, watch, tmp_path):
    write(claim())
    (tmp_path / "drafts" / "broken.yaml").write_text("cycle: [3\nstandards: }")
    (tmp_path / "drafts" / "other.yaml").write_text("jobs: {}")
    (tmp_path / "named.yaml").write_bytes(b"%PDF-1.7")
    found = watch(record(level=5), "drafts", "named.yaml", "none.yaml", "--exit-code", code=3)
    assert [draft["path"] for draft in found["drafts"]] == ["drafts/application.yaml"]
    assert {one["path"] for one in found["unchecked"]} == {
        "drafts/broken.yaml", "named.yaml", "none.yaml",
    }  # fmt: skip


def test_a_draft_as_it_was_submitted_is_not_watched_beside_the_draft(write, watch):
    write(claim(), submitted="sent/application.yaml")
    write(claim(), path="drafts/sent/application.yaml")
    found = watch(record(level=5))
    assert [draft["path"] for draft in found["drafts"]] == ["drafts/application.yaml"]
    found = watch(record(level=5), "drafts/sent/application.yaml")
    assert [draft["path"] for draft in found["drafts"]] == ["drafts/sent/application.yaml"]


@pytest.mark.parametrize("name", ["\0", "../" * 2_000, "a" * 5_000])
def test_an_odd_name_of_what_was_submitted_does_not_matter(write, watch, name):
    write(claim(), submitted=name)
    assert len(watch(record(level=5))["drafts"]) == 1


def test_a_draft_from_standard_input_has_no_command_that_would_write_it(write, watch, tmp_path):
    write(claim())
    data = [record(), record(version="1.2", **NEW)]
    watch(data)
    words = ("catalogue", "drift", "data.json", "--format", "json", "--drafts", "-")
    run = program(*words, input=(tmp_path / "drafts/application.yaml").read_bytes())
    assert run.returncode == 0
    assert not any("carry" in command for command in only(json.loads(run.stdout))["next"])


def test_a_draft_with_thousands_of_standards_is_compared_up_to_a_limit(write, watch):
    write(*[claim() for _ in range(1_000)])
    draft = watch(record(level=5))["drafts"][0]
    assert len(draft["standards"]) == 200
    assert draft["unknown"] == ["The draft names 800 more standards, which are not compared"]


def test_a_standard_with_thousands_of_options_is_reported_in_one_short_line(write, watch):
    write(claim())
    options = [{"title": f"Option {number}"} for number in range(5_000)]
    found = only(watch(record(coreAndOptions=True, options=options)))
    assert "‘Option 19’ and 4,980 more" in found["message"]
    assert len(found["message"]) < 1_000


def test_of_thousands_of_records_of_one_standard_the_first_are_read(write, watch, htq):
    write(claim())
    watch([record(), *[record(version=f"1.{n}", **NEW) for n in range(2, 1_500)]])
    run = htq("catalogue", "drift", "data.json", "--drafts", "drafts")
    assert run.err == ("data.json: it has too many records of ST0116. The first 1,000 were read.\n")
    assert "has version 1.1000, which" in run.out


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)
fields = st.fixed_dictionaries({}, optional=dict.fromkeys(record(), anything) | {
    "versionNumber": anything, "options": anything, "duties": anything,
    "approvedForDeliveryPausedStarts": anything, "latestStartDate": anything,
})  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("watched")
    (made / "application.yaml").write_text(json.dumps({"cycle": 3, "standards": [claim()]}))
    return made


@examples(60)
@given(made=st.lists(fields.map(lambda own: record(version="1.2") | own) | anything, max_size=4))
def test_data_of_any_content_is_compared_or_refused_without_a_traceback(folder, made):
    from htqcli.catalogue.bundled import load
    from htqcli.catalogue.drift import StandardsData
    from htqcli.catalogue.watching import WatchedDraft, watch
    from htqcli.document import reader
    from htqcli.draft.application import read_application
    from htqcli.ksbs.lists import Lists
    from htqcli.moment import read

    document = reader.read((folder / "application.yaml").read_bytes())
    draft = WatchedDraft("a.yaml", read_application(document), Lists(folder), "ksbs")
    data = StandardsData(json.loads(json.dumps([record(), *made])), read(AT).first)
    (found,) = watch([draft], data, load(), is_whole=False)
    assert found.standards[0].is_compared


@pytest.mark.parametrize("format", ["text", "markdown", "json"])
def test_nothing_in_data_or_drafts_commands_the_terminal_or_pipeline(write, watch, htq, format):
    evil = "\x1b[31m##vso[task.x]\u202e::error::|<script>"
    options = [{"title": evil}]
    write(
        claim(title=evil, option=evil), claim("ST9000", title=evil),
        path="drafts/::error::##vso[x].yaml", approval={"code": evil, "date": "2023-07-01"},
    )  # fmt: skip
    watch([
        record(title=evil, status=evil, coreAndOptions=True, options=options),
        record("ST9000", title=evil, version="1.2"),
    ])  # fmt: skip
    run = htq("catalogue", "drift", "data.json", "--drafts", "drafts", "--format", format)
    assert run.code == 0
    for sign in ("\x1b", "\u202e", "##vso["):
        assert sign not in run.out
    assert not re.search(r"(?m)^\s*::", run.out)
    assert format != "markdown" or "<script>" not in run.out


def test_text_groups_what_moved_by_draft_with_the_next_commands(write, watch, htq):
    write(claim(), path="drafts/one.yaml")
    write(claim("ST0118", title="Data analyst"), path="drafts/two.yaml")
    watch([record(), record(version="1.2", **NEW), record("ST0118", title="Data analyst")])
    out = htq("catalogue", "drift", "data.json", "--drafts", "drafts").out
    assert out.splitlines() == [
        "Something has moved in the published data for 1 of 2 drafts",
        "",
        "drafts/one.yaml: something has moved",
        "  ST0116, ‘Software developer’, has version 1.2, which was approved on 1 March 2024; the "
        "draft maps to version 1.1: no KSB changed",
        "      What it means: Every KSB keeps its label and its statement, so the mapping holds as "
        "it is.",
        "      Next: htq ksbs import data.json --reference ST0116 --version 1.1 -o drafts/ksbs",
        "            htq ksbs import data.json --reference ST0116 --version 1.2 -o drafts/ksbs",
        "            htq mapping carry drafts/one.yaml --standard ST0116 --to 1.2",
        "",
        "drafts/two.yaml: nothing has moved",
        "",
        "3 records read. The data is published at "
        "https://skillsengland.education.gov.uk/api/apprenticeshipstandards.",
    ]


@pytest.mark.parametrize("knowledge", [KSBS, KSBS[::-1], [*KSBS[1:], "Added"]])
@pytest.mark.parametrize("folder", ["drafts", "my drafts"])
def test_the_commands_that_come_next_bring_a_draft_to_the_newer_version(
    write, watch, htq, folder, knowledge
):
    ksbs = {"K2": ["U1"], "K3": ["U1"]}
    path = write(claim(ksbs=ksbs), path=f"{folder}/application.yaml", units={"U1": "A unit"})
    data = [record(), record(version="1.2", knowledge=knowledge, **NEW)]
    for command in only(watch(data, folder))["next"]:
        program, *words = shlex.split(command)
        run = htq(*words)
        assert (program, run.code) == ("htq", 0), run.err
    (standard,) = yaml.safe_load(path.read_text(encoding="utf-8"))["standards"]
    old = {KSBS[int(label[1:]) - 1] for label in ksbs}
    assert {knowledge[int(label[1:]) - 1] for label, own in standard["ksbs"].items() if own} == old
    assert standard["version"] == "1.2"
    assert watch(data, folder)["drafts"][0]["moved"] is False


@pytest.mark.parametrize(
    "words, said",
    [
        ((), "DATA: Name a file with the published standards data"),
        (("--drafts", "drafts"), "or fetch what the drafts need with ‘--fetch’."),
        (("--fetch",), "--fetch: It fetches the standards that drafts name."),
        (("data.json", "drafts"), "PATH: Name drafts after ‘--drafts’."),
    ],
)
def test_words_that_leave_open_what_to_compare_give_exit_code_2(htq, words, said):
    run = htq("catalogue", "drift", *words)
    assert (run.code, run.out) == (2, "")
    assert said in run.err


@pytest.fixture
def fetch(htq, tmp_path, monkeypatch):
    """`htq catalogue drift --fetch` from a server that gives these answers, and the server."""
    monkeypatch.chdir(tmp_path)
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)
    with running(Server()) as server:
        text = (ROOT / "data" / "standards.yaml").read_text(encoding="utf-8")
        address = f"standards_data: {server.address}/standards"
        text, count = re.subn("(?m)^standards_data: .*$", address, text)
        assert count == 1
        (tmp_path / "catalogue.yaml").write_text(text, encoding="utf-8")

        def run(answers, *words):
            server.answers = {f"/standards{path}": own for path, own in answers.items()}
            fixed = ("--catalogue", "catalogue.yaml", "--at", AT, "--fetch", "--format", "json")
            return htq("catalogue", "drift", *fixed, "--drafts", *words), server

        yield run


def test_fetch_asks_for_each_standard_of_the_drafts_once(write, fetch):
    write(claim(), path="a.yaml")
    write(claim(), claim("ST0118", title="Data analyst"), path="b.yaml")
    answers = {
        "/ST0116": answer(record(version="1.2", **NEW)),
        "/ST0118": answer(record("ST0118", title="Data analyst")),
    }
    run, server = fetch(answers, "a.yaml", "b.yaml", "--exit-code")
    assert (run.code, run.err) == (1, "")
    assert sorted(server.asked) == ["/standards/ST0116", "/standards/ST0118"]
    first, second = run.data["drafts"]
    assert (first["path"], first["moved"]) == ("a.yaml", True)
    (newer,) = first["standards"][0]["drift"]
    assert newer["next"] == [
        "htq ksbs get ST0116 --version 1.1",
        "htq ksbs get ST0116 --version 1.2",
        "htq ksbs diff ST0116 1.1 1.2",
        "htq mapping carry a.yaml --standard ST0116 --to 1.2",
    ]
    assert second["standards"][1]["drift"] == []
    assert (run.data["feed"], run.data["sha256"]) == (f"{server.address}/standards", None)


def test_a_standard_that_is_not_there_leaves_the_others_compared(write, fetch):
    write(claim("ST9000"), claim(), path="a.yaml")
    run, _ = fetch({"/ST0116": answer(record(level=5))}, "a.yaml", "--exit-code")
    assert run.code == 3
    assert "Could not fetch ST9000: 127.0.0.1 has nothing at this address (status 404)" in run.err
    first, second = run.data["drafts"][0]["standards"]
    assert (first["compared"], first["drift"]) == (False, [])
    assert [one["kind"] for one in second["drift"]] == ["level"]


def test_after_a_failed_fetch_nothing_more_is_asked_for(write, fetch):
    write(claim(), claim("ST0118"), claim("ST0119"), path="a.yaml")
    run, server = fetch({"/ST0116": answer(b"<h1>Sign in</h1>")}, "a.yaml")
    assert (run.code, run.out, server.asked) == (3, "", ["/standards/ST0116"])
    assert run.err == (
        "Could not fetch ST0116: the answer is a web page. Try again, or save "
        f"{server.address}/standards as standards-data.json and run ‘htq catalogue drift "
        "standards-data.json --drafts a.yaml’.\n"
    )


def test_more_than_50_standards_are_fetched_with_the_data_of_all(write, fetch):
    names = [f"ST{9000 + number}" for number in range(51)]
    write(*map(claim, names), path="a.yaml")
    everything = answer([record(name) for name in names[1:]] + [None, record("ST0001")])
    run, server = fetch({"": everything}, "a.yaml")
    assert (run.code, server.asked) == (0, ["/standards"])
    kinds = [[d["kind"] for d in one["drift"]] for one in run.data["drafts"][0]["standards"]]
    assert kinds == [["gone"], *[[]] * 50]
    assert run.data["compared"] == 0
