"""`htq catalogue show` and `check`, the catalogue that every command uses, and what reports say
about it."""

import copy
import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest
import typer.main
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from conftest import IN_WINDOW, ROOT, examples, program
from htqcli import moment
from htqcli.catalogue import bundled, model
from htqcli.check.engine import Checker
from htqcli.check.inputs import Draft
from htqcli.cli import program as every_command
from htqcli.cli.context import own_catalogue
from htqcli.formats import FORMATS, render
from htqcli.rules import about
from htqcli.rules.declare import CATALOGUE, DRAFT, Severity
from test_catalogue import SMALL
from test_schemas import OF_JUNIT, OF_SARIF
from test_terminal import in_terminal

pytestmark = pytest.mark.slow

BUNDLED = ROOT / "data" / "standards.yaml"
AT = moment.read(IN_WINDOW).first

# A comment on each line that must be reported has the codes.
BROKEN = """\
revised: last week  # HTQ103
sources:
  NEWS: {title: The news, address: https://example.org/news}
contact: {name: the team, email: team@example.org, source: NEWZ}  # HTQ909
standards_data: TBC  # HTQ104
routes:
  - {name: Digital}
colour: red  # HTQ102
cycles:
  - cycle: 9
    routes: {names: [Digital, Digit], source: [NEWS, OLDS]}  # HTQ909 HTQ910
    windows:
      - opens: 2030-02-01
        closes: 2030-01-31 17:00  # HTQ905
        first_teaching: {month: 2031-09}  # HTQ908
        source: NEWS
      - opens: 2030-01-01
        closes: 2030-01-31 17:00
        first_teaching: {month: 2031-09, source: NEWS}
        source: NEWS
      - opens: 2030-01-31 16:59  # HTQ906 HTQ908
        closes: 2030-03-31 17:00
        first_teaching: {month: 2031-09, source: NEWS}
      - opens: 2031-01-30  # HTQ904
        first_teaching: {month: 2031-09, source: NEWS}
        source: NEWS
      - closes: 2031-01-30  # HTQ904
        first_teaching: {month: 2031-09, source: NEWS}
        source: NEWS
    policy:  # HTQ101
      level_4_on_level_5_standard: {asks: demanded, source: NEWS}  # HTQ103
      every_combination: {asks: not-asked, source: NEWS}
      ksb_coverages: {asks: not-asked, source: NEWS}  # HTQ102
      permission: {source: NEWS}  # HTQ101
      support_session: {asks: not-asked, source: NEWS}
      support_session: {asks: required, source: NEWS}  # HTQ004
      grading: {asks: required, source: NEWS}  # HTQ102
    stages:
      - {name: The second, begins: 2030-02-01, happens: [this], source: NEWS}
      - {name: One without a date, happens: [this], source: NEWS}
      - {name: The first, begins: 2030-01-01, happens: [this], source: NEWS}  # HTQ907
    listing:
      status: final
      confirmation_due: 2029-01  # HTQ915
      note: This list is provisional.  # HTQ915
      source: NEWS
      scopes:
        in-scope: It is in.
        out: It is out.  # HTQ911
      standards:
        - route: Digitall  # HTQ910
          scope: in-scop  # HTQ911
          standards:
            - {reference: ST7777, level: 5, title: Robot keeper}
            - {reference: ST7777, level: 6, title: Robot keeper}  # HTQ913 HTQ914
            - {reference: st 778, level: five, title: Robot keeper}  # HTQ103 HTQ912
            - {level: 4, title: Robot keeper}  # HTQ101
        - route: Digital  # HTQ101
          standards:
            - {reference: ST7777, level: 4, title: Robot keeper}  # HTQ913
  - cycle: 9  # HTQ101 HTQ101 HTQ902 HTQ903
    listing: {status: provisional, confirmation_due: 2020-01, source: NEWS, scopes: {}, standards: []}  # HTQ916
"""


@pytest.fixture
def own(tmp_path):
    """A file with your own catalogue: `own("old", "new")` replaces a piece of its text."""

    def write(*changes, text=SMALL, name="own.yaml"):
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert old in text, old
            text = text.replace(old, new, 1)
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return write


def marked(text):
    """The lines and codes that the comments of a text say must be reported."""
    return Counter(
        (number, code)
        for number, line in enumerate(text.split("\n"), start=1)
        if "# HTQ" in line
        for code in line.partition("# ")[2].split()
    )


# Checking a catalogue


def test_every_fault_in_a_broken_catalogue_is_reported_at_its_line(htq, own):
    run = htq("catalogue", "check", own(text=BROKEN), "--at", IN_WINDOW, "--format", "json")
    assert run.code == 1
    assert Counter((f["line"], f["code"]) for f in run.findings) == marked(BROKEN)
    assert {code for _, code in marked(BROKEN)} >= {
        rule.code for rule in about(CATALOGUE) if rule.code not in ("HTQ901", *UNREADABLE)
    }


UNREADABLE = [f"HTQ00{number}" for number in (1, 2, 3, 5, 6, 7, 8)]
"""Rules whose faults hide the rest of a file, so that `BROKEN` cannot show them."""


def test_all_faults_of_one_standard_are_reported(htq, own):
    file = own("{reference: ST7777, level: 5, title: Robot keeper}",
               "{reference: st 7777, level: 3, titel: Robot keeper, title: TODO}")  # fmt: skip
    run = htq("catalogue", "check", file, "--format", "json")
    assert sorted(run.codes) == ["HTQ102", "HTQ104", "HTQ912", "HTQ914"]


def test_the_bundled_catalogue_is_usable_and_its_unconfirmed_list_is_noted(htq):
    run = htq("catalogue", "check", BUNDLED, "--format", "json")
    assert run.code == 0
    assert [(f["code"], f["severity"]) for f in run.findings] == [("HTQ916", "info")]
    before = htq("catalogue", "check", BUNDLED, "--at", "1 December 2021", "--format", "json")
    assert before.findings == []
    assert "can be used" in htq("catalogue", "check", BUNDLED).out


def test_the_verdict_on_a_catalogue_never_mentions_a_draft(htq, own):
    good, bad = own(name="good.yaml"), own("level: 5", "level: 6", name="bad.yaml")
    out = htq("catalogue", "check", good, bad).out
    assert f"{good.as_posix()}: can be used\n" in out
    assert f"{bad.as_posix()}: cannot be used (1 error)\n" in out
    assert "2 catalogues: 1 can be used, 1 cannot be used\n" in out
    for format in FORMATS:
        run = htq("catalogue", "check", good, bad, "--format", format)
        if format not in ("sarif", "html"):  # which say why a rule matters to drafts
            assert "to submit" not in run.out
            assert "draft" not in run.out + run.err


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_gives_the_same_exit_codes(htq, own, tmp_path, format):
    good, bad = own(name="good.yaml"), own("level: 5", "level: 6", name="bad.yaml")
    missing = tmp_path / "missing.yaml"

    def code(*words):
        return htq("catalogue", "check", *words, "--format", format).code

    assert code(good) == 0
    assert code(good, bad) == 1
    assert code(bad, "--exit-zero") == code(bad, "--fail-on", "never") == 0
    assert code(bad, "--ignore", "HTQ9") == 0
    assert code(good, bad, missing) == code(tmp_path) == 3
    assert code(bad, "--select", "HTQ4") == 2


def test_catalogue_reports_are_valid_by_the_published_schemas(htq, own):
    sarif = htq("catalogue", "check", own(text=BROKEN), "--format", "sarif").data
    assert list(OF_SARIF.iter_errors(sarif)) == []
    assert len(sarif["runs"][0]["results"]) > 30
    junit = htq("catalogue", "check", own(text=BROKEN), own(name="good.yaml"), "--format", "junit")
    OF_JUNIT.assertValid(etree.fromstring(junit.out.encode()))
    root = etree.fromstring(junit.out.encode())
    assert len(root.findall("testsuite[2]/testcase")) == len(about(CATALOGUE))


def test_a_warning_fails_the_run_only_with_fail_on_warning(htq, own):
    file = own("status: final", "status: final\n      confirmation_due: 2029-01")
    assert htq("catalogue", "check", file).code == 0
    assert htq("catalogue", "check", file, "--fail-on", "warning").code == 1


def test_a_report_never_overwrites_the_catalogue(htq, own, tmp_path):
    file = own()
    run = htq("catalogue", "check", file, "--report", f"json={tmp_path / 'report.json'}")
    assert run.code == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["files"][0]["ready"] is True
    assert report["catalogue"] is None
    assert htq("catalogue", "check", file, "--report", f"json={file}").code == 2
    assert file.read_text() == SMALL


def test_a_catalogue_can_come_from_standard_input():
    run = program("catalogue", "check", "-", input=SMALL.encode())
    assert (run.returncode, run.stderr) == (0, b"")
    assert b"-: can be used" in run.stdout


def test_the_contact_and_the_scopes_of_a_catalogue_are_shown_in_full(htq, own):
    file = own(
        "name: the team,", "name: the team, phone: 1,", "scopes: {", "scopes: {contact-uss: Ask., "
    )
    out = htq("catalogue", "check", file).out
    assert "contact: {name: the team, phone: 1" in out
    assert "contact-uss: Ask." in out


@pytest.mark.parametrize(
    "word", ["::error::x", "##vso[task.complete]", "\x1b[31m", "\u202e", "<b>@x</b>"]
)
@pytest.mark.parametrize("format", FORMATS)
def test_text_in_a_catalogue_cannot_command_the_terminal_or_pipeline(htq, own, format, word):
    quoted = json.dumps(word)
    file = own(
        "reference: ST7777", f"reference: {quoted}", "[Digital]", f"[{quoted}]", "scope: in-scope",
        f"scope: {quoted}", "{in-scope:", f"{{{quoted}:", "status: final", f"status: {quoted}",
        "source: NEWS}", f"source: {quoted}}}",
    )  # fmt: skip
    run = htq("catalogue", "check", file, "--format", format)
    assert run.code == 1
    refused = htq("standards", "list", "--catalogue", file)
    assert refused.code == 2
    for line in (run.out + run.err + refused.err).splitlines():
        said = re.sub(r"^(::error [^:]*::|##vso\[task\.logissue [^\]]*\])", "", line)
        assert not said.lstrip().startswith("::"), line
        assert "##vso[" not in said, line
        assert "\x1b" not in line
        assert "\u202e" not in line
    if format == "markdown":
        assert "<b>" not in run.out


def paths_in(value, path=()):
    """The paths of everything in a piece of data."""
    if path:
        yield path
    steps = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    )
    for step, inner in steps:
        yield from paths_in(inner, (*path, step))


SAMPLE = yaml.load(SMALL, Loader=yaml.BaseLoader)
SAMPLE["cycles"][0]["stages"] = [
    {"name": "One", "begins": "2030-01-01", "happens": ["this"], "source": ["NEWS"]},
    {"name": "Two", "begins": "2030-02-01", "happens": ["that"], "source": "NEWS"},
]
SAMPLE["cycles"].append(copy.deepcopy(SAMPLE["cycles"][0]) | {"cycle": "10"})
REPLACEMENTS = ["", None, "x", "NEWS", "2030-01-15", "2020-01", "9", "6", "TODO", "Digital",
                "contact-us", "ST7777", [], ["NEWS"], [None], {}, {"x": "y"}]  # fmt: skip
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(list(paths_in(SAMPLE))),
        st.sampled_from(["delete", "rename", "twice", *REPLACEMENTS]),
    ),
    max_size=3,
)


def changed(changes):
    """The sample with values deleted, renamed, repeated or replaced."""
    data = copy.deepcopy(SAMPLE)
    for path, change in changes:
        at = data
        try:
            for step in path[:-1]:
                at = at[step]
            value = at[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue
        if change == "twice" and isinstance(at, list):
            at.insert(path[-1], copy.deepcopy(value))
        elif change in ("delete", "rename", "twice"):
            del at[path[-1]]
            if change == "rename" and isinstance(at, dict):
                at[f"{path[-1]}s"] = value
        else:
            at[path[-1]] = change
    return yaml.safe_dump(data, sort_keys=False).encode()


@settings(examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHANGES)
def test_commands_refuse_a_catalogue_exactly_when_check_finds_an_error(tmp_path, changes):
    content = changed(changes)
    checker = Checker(None, AT, subject=CATALOGUE)
    report = checker.report([checker.check(Draft("own.yaml", tmp_path, content))])
    assert report.unchecked == ()
    file = tmp_path / "own.yaml"
    file.write_bytes(content)
    try:
        found = own_catalogue(file)
    except model.CatalogueError as error:
        assert report.files[0].count(Severity.ERROR)
        first = re.match(rf"{re.escape(file.as_posix())}:(\d+):(\d+): ", str(error))
        assert (int(first[1]), int(first[2])) in {
            (f.place.line, f.place.column) for f in report.files[0].findings
        }
    else:
        assert not report.files[0].count(Severity.ERROR)
        assert found.latest_listed_cycle is None or found.cycle(found.latest_listed_cycle.cycle)
        assert found.status(AT).state


@examples(20)
@given(CHANGES, st.sampled_from(FORMATS))
def test_any_catalogue_can_be_checked_and_reported(changes, format):
    draft = Draft("own.yaml", Path(), changed(changes))
    checker = Checker(None, AT, subject=CATALOGUE)
    render(format, checker.report([checker.check(draft)]))


def test_drafts_and_catalogues_have_separate_rules(htq, draft):
    assert not {rule.code[:4] for rule in about(DRAFT)} & {"HTQ9"}
    assert {rule.code[:4] for rule in about(CATALOGUE)} == {"HTQ0", "HTQ1", "HTQ9"}
    run = htq("check", draft(), "--select", "HTQ9")
    assert (run.code, run.out) == (2, "")


# Which catalogue a command uses


@pytest.mark.parametrize(
    "words",
    [
        ("standards", "list"),
        ("standards", "search", "robot"),
        ("standards", "show", "7777"),
        ("standards", "routes"),
        ("window", "list"),
        ("window", "status", "--at", IN_WINDOW),
        ("window", "timeline", "--at", IN_WINDOW),
        ("catalogue", "show"),
    ],
    ids=" ".join,
)
def test_an_environment_variable_sets_the_catalogue_for_every_command(htq, own, monkeypatch, words):
    file = own()
    named = htq(*words, "--catalogue", file, "--format", "json")
    bundled = htq(*words, "--format", "json")
    monkeypatch.setenv("HTQ_CATALOGUE", str(file))
    run = htq(*words, "--format", "json")
    assert (run.code, run.out) == (0, named.out)
    assert run.out != bundled.out
    assert htq(*words, "--catalogue", BUNDLED, "--format", "json").code == bundled.code
    monkeypatch.setenv("HTQ_CATALOGUE", "")
    assert htq(*words, "--format", "json").out == bundled.out


def test_every_catalogue_option_reads_the_environment_and_its_help_says_so(htq):
    def commands(command, words):
        for name, inner in getattr(command, "commands", {}).items():
            yield from commands(inner, (*words, name))
        yield words, [p for p in command.params if p.name == "catalogue"]

    with_it = {
        words: options
        for words, options in commands(typer.main.get_command(every_command()), ())
        if options
    }
    assert ("check",) in with_it
    assert ("rules",) in with_it
    assert ("ksbs", "import") in with_it
    for words, (option,) in with_it.items():
        assert option.envvar == "HTQ_CATALOGUE", words
        assert "HTQ_CATALOGUE" in htq(*words, "--help").out


@pytest.mark.parametrize(
    "words", [("check", "."), ("standards", "list"), ("rules",), ("--version",)], ids=" ".join
)
def test_an_unusable_catalogue_from_the_environment_is_refused(htq, own, monkeypatch, words):
    file = own("level: 5", "level: 6")
    monkeypatch.setenv("HTQ_CATALOGUE", str(file))
    run = htq(*words)
    assert (run.code, run.out) == (2, "")
    assert f"{file.as_posix()}:30:" in run.err
    assert "HTQ_CATALOGUE" in run.err


def test_a_catalogue_beside_a_draft_is_not_opened(htq, draft):
    path = draft()
    (path.parent / "standards.yaml").write_text("not: a catalogue")
    assert htq("check", path, "--at", IN_WINDOW).code == 0


# What reports say about the catalogue


def short_hash(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def test_the_version_names_the_catalogue(htq, own, monkeypatch):
    revised = moment.read(yaml.safe_load(BUNDLED.read_text())["revised"].isoformat())
    out = htq("--version").out
    newest = bundled.load().latest_listed_cycle
    of_list = f"cycle {newest.cycle}, {newest.listing.status} list"
    assert f"{of_list}, revised {revised}, {short_hash(BUNDLED)}" in out
    file = own()
    monkeypatch.setenv("HTQ_CATALOGUE", str(file))
    assert f"{file.as_posix()}, cycle 9, final list, not dated, {short_hash(file)}" in htq("-V").out


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "gitlab"])
def test_every_format_but_gitlab_names_the_catalogue(htq, draft, own, format):
    path, file = draft(), own("sources:", "revised: 2030-05-06\nsources:")
    for words, known in (((), BUNDLED), (("--catalogue", file), file)):
        run = htq("check", path, "--at", IN_WINDOW, "--format", format, *words)
        assert short_hash(known) in run.out
    assert "2030" in run.out
    assert "own" in run.out


@pytest.mark.parametrize(
    "format", [name for name in FORMATS if name not in ("gitlab", "sarif", "junit")]
)
def test_a_report_says_once_that_the_list_is_past_its_confirmation_date(htq, draft, format):
    path = draft()
    draft(name="b.yaml")

    def told(at):
        run = htq("check", path, path.parent / "b.yaml", "--at", at, "--format", format)
        return run.out.count("was to be confirmed by")

    assert told("1 February 2022") == 1
    assert told("31 January 2022 11:59pm") == 0


def test_the_note_on_a_provisional_list_is_in_the_data_but_not_counted(htq, draft):
    run = htq("check", draft(), "--at", IN_WINDOW, "--format", "json")
    assert run.data["summary"]["infos"] == 0
    newest = bundled.load().latest_listed_cycle
    assert run.data["catalogue"] == {
        "cycle": newest.cycle,
        "status": newest.listing.status,
        "revised": yaml.safe_load(BUNDLED.read_text())["revised"].isoformat(),
        "sha256": short_hash(BUNDLED),
        "file": None,
        "note": "The list of cycle 3 is provisional and was to be confirmed by January 2022. "
        "Whether the final list differed is not known.",
    }
    sarif = htq("check", draft(), "--at", IN_WINDOW, "--format", "sarif").data["runs"][0]
    assert sarif["tool"]["extensions"][0]["version"] == short_hash(BUNDLED)
    [told] = sarif["invocations"][0]["toolConfigurationNotifications"]
    assert told == {"level": "note", "message": {"text": run.data["catalogue"]["note"]}}


def test_a_final_list_has_no_note(htq, draft, own):
    run = htq("check", draft(), "--catalogue", own(), "--format", "json")
    assert run.data["catalogue"]["note"] is None
    assert (
        htq("standards", "show", "7777", "--catalogue", own(), "-f", "json").data[0][
            "list_confirmation"
        ]
        is None
    )


def test_a_standard_is_shown_with_the_status_of_its_list(htq):
    third = ("--cycle", "3")
    assert "was to be confirmed by January 2022" in htq("standards", "show", "ST0116", *third).out
    assert "was to be confirmed" not in htq("standards", "list", "--route", "digital", *third).err


def test_the_revision_date_is_the_one_in_the_catalogue_file():
    revised = yaml.safe_load(BUNDLED.read_text())["revised"]
    assert bundled.load().revised.isoformat() == revised.isoformat()


# Sources


def address(key):
    return yaml.safe_load(BUNDLED.read_text())["sources"][key]["address"]


@pytest.mark.parametrize(
    ("cycle", "severity", "key"),
    [(3, "warning", "CAT"), (4, "warning", "CAT"), (5, "error", "SUP-5")],
)
def test_a_finding_from_the_policy_of_a_cycle_cites_the_page_of_that_cycle(
    htq, draft, cycle, severity, key
):
    version = "    title: Software developer\n    version: '1.1'\n"
    path = draft(
        {
            "cycle: 3": f"cycle: {cycle}",
            "    title: Software developer\n": version,
            "      K11: {units: [U3], assessed_by: [A1]}\n": "",
        }
    )
    run = htq("check", path, "--at", IN_WINDOW, "--select", "HTQ503", "--format", "json")
    assert run.findings
    assert {(f["severity"], f["source"]) for f in run.findings} == {(severity, address(key))}


@pytest.mark.parametrize(
    ("code", "changes", "at", "keys"),
    [
        ("HTQ301", {"cycle: 3": "cycle: 2"}, "2022-05-20", ["NEWS-2"]),
        ("HTQ302", {"cycle: 3": "cycle: 4"}, "2022-05-20", ["NEWS-4"]),
        ("HTQ303", {"cycle: 3": "cycle: 5"}, "2024-10-01", ["SUP-5", "CRIT-5"]),
        ("HTQ304", {"cycle: 3": "cycle: 5"}, "2024-10-01", ["DELIV", "CRIT-5"]),
        ("HTQ203", {"reference: ST0116": "reference: ST0019"}, "2022-05-20", ["C3"]),
        ("HTQ205", {"title: Software developer": "title: Softwear"}, "2022-05-20", ["C3"]),
        ("HTQ605", {"cycle: 3": "cycle: 5", "support_session: 2022-03-02\n": ""}, "2024-10-01", ["CRIT-5", "SUP-5"]),
    ],
)  # fmt: skip
def test_a_finding_cites_the_sources_of_the_fact_it_is_based_on(
    htq, draft, code, changes, at, keys
):
    run = htq("check", draft(changes), "--at", at, "--select", code, "--format", "json")
    [finding] = run.findings
    assert finding["sources"] == [address(key) for key in keys]
    assert finding["source"] == address(keys[0])


def test_a_finding_cites_the_sources_of_the_catalogue_in_use(htq, draft, own):
    path = draft({"cycle: 3": "cycle: 9"})
    run = htq("check", path, "--catalogue", own(), "--select", "HTQ202,HTQ302", "--at", IN_WINDOW)
    assert run.out.count("Source: https://example.org/news\n") == 2


# What the catalogue holds


def test_show_counts_the_standards_of_each_cycle(htq):
    shown = htq("catalogue", "show", "--format", "json").data
    known = bundled.load()
    assert [cycle["cycle"] for cycle in shown["cycles"]] == [own.cycle for own in known.cycles]
    listing = shown["cycles"][2]["listing"]
    assert listing["standards"] == 93
    assert listing["by_scope"] == {"in-scope": 77, "contact-us": 10, "out-of-scope": 6}
    assert listing["by_level"] == {"4": 70, "5": 23}
    assert listing["by_route"]["Engineering and manufacturing"] == 26
    assert sum(listing["by_route"].values()) == 93
    listed = {cycle.cycle for cycle in known.cycles if cycle.listing}
    assert {own["cycle"] for own in shown["cycles"] if "listing" in own} == listed
    assert shown["catalogue"]["sha256"] == short_hash(BUNDLED)
    assert shown["cycles"][4]["policy"]["support_session"] == {
        "asks": "required",
        "source": ["CRIT-5", "SUP-5"],
    }
    assert shown["cycles"][0]["policy"]["support_session"]["read_from"] == 3


def test_show_gives_the_source_of_every_fact(htq):
    shown = htq("catalogue", "show", "--format", "json").data
    for cycle in shown["cycles"]:
        facts = [cycle["routes"], *cycle["windows"], *cycle["policy"].values()]
        facts += [window["first_teaching"] for window in cycle["windows"]]
        facts += [*cycle.get("stages", ()), *([cycle["listing"]] if "listing" in cycle else ())]
        for fact in facts:
            assert fact["source"]
            assert set(fact["source"]) <= set(shown["sources"])
    out = htq("catalogue", "show").out
    for source in shown["sources"].values():
        assert source["address"] in out


def test_show_can_be_limited_to_one_cycle_of_a_file(htq, own):
    file = own()
    shown = htq("catalogue", "show", "--cycle", "9", "--catalogue", file, "--format", "yaml")
    data = yaml.safe_load(shown.out)
    assert data["catalogue"]["file"] == file.as_posix()
    assert [cycle["cycle"] for cycle in data["cycles"]] == [9]
    assert list(htq("catalogue", "show", "--cycle", "2", "-f", "json").data["sources"]) == [
        "C3", "CRIT-2", "CRIT-5", "SUP-5", "DELIV", "CAT", "NEWS-2",
    ]  # fmt: skip
    assert htq("catalogue", "show", "--cycle", "3", "--catalogue", file).code == 2


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_show_loses_nothing_in_a_narrow_terminal(columns):
    code, shown = in_terminal("catalogue", "show", "--cycle", "3", columns=columns, NO_COLOR="1")
    assert code == 0
    squeezed = re.sub(r"\s+", "", shown)
    assert "77inscope,10contactus,6outofscope" in squeezed
    assert "16February2022atmiddayto29July2022at5pm[C3]" in squeezed
    assert re.sub(r"\s+", "", address("DELIV")) in squeezed


def test_standards_in_a_terminal_are_shown_with_the_status_of_their_list():
    _, shown = in_terminal("standards", "list", "--route", "digital", NO_COLOR="1")
    assert "was to be confirmed by January 2022" in " ".join(shown.split())
