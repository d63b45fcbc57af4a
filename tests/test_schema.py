"""`htq schema`: the schemas describe what htq reads, and editors can use them."""

import copy
import json
import os

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conftest import IN_WINDOW, ROOT, examples, program
from htqcli import moment
from htqcli.authoring.schema import of_application, of_catalogue
from htqcli.catalogue import bundled, model
from htqcli.catalogue.model import Catalogue
from htqcli.check.engine import Checker
from htqcli.check.inputs import Draft
from htqcli.check.report import Checked
from htqcli.cli.context import own_catalogue
from htqcli.document import reader
from htqcli.document.faults import FaultKind
from htqcli.draft.application import Application
from htqcli.model.part import Model, names
from htqcli.model.reading import read_whole
from htqcli.rules import RULES
from htqcli.rules.declare import Severity

KNOWN = bundled.load()
SCHEMAS = {"application": of_application(KNOWN), "catalogue": of_catalogue()}
VALIDATORS = {name: Draft202012Validator(schema) for name, schema in SCHEMAS.items()}


def accepts(name, data):
    return VALIDATORS[name].is_valid(data)


def plain(path):
    """A YAML file as plain data in which every single value is text, as htq reads it."""
    return reader.read(path.read_bytes()).data()


def parts(model, seen=None):
    """A part and the parts in it."""
    seen = {} if seen is None else seen
    if isinstance(model, type) and issubclass(model, Model) and model.__name__ not in seen:
        seen[model.__name__] = model
        for info in names(model).values():
            parts(info.annotation, seen)
            for inner in inner_types(info.annotation):
                parts(inner, seen)
    return seen


def inner_types(annotation):
    for inner in getattr(annotation, "__args__", ()):
        yield inner
        yield from inner_types(inner)


def properties(name, model):
    """Each field of the parts of a model with its schema."""
    schema = SCHEMAS[name]
    for part_name, part in parts(model).items():
        own = schema if part is model else schema["$defs"][part_name]
        own = next((one for one in own.get("anyOf", ()) if "properties" in one), own)
        for field in names(part):
            yield f"{part_name}.{field}", own["properties"][field]


FIELDS = [
    pytest.param(name, schema, id=f"{name} {field}")
    for name, model in (("application", Application), ("catalogue", Catalogue))
    for field, schema in properties(name, model)
]


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_valid_by_draft_2020_12(name):
    schema = SCHEMAS[name]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name, schema", FIELDS)
def test_each_field_has_a_title_and_a_description(name, schema):
    assert schema["title"][0].isupper() or schema["title"][0].isdigit()
    assert schema["description"].endswith(".")


@pytest.mark.parametrize("name, schema", FIELDS)
def test_each_example_of_a_field_is_valid(name, schema):
    for value in schema.get("examples", []):
        whole = {**schema, "$defs": SCHEMAS[name]["$defs"]}
        assert Draft202012Validator(whole).is_valid(value), value


def test_the_example_draft_and_the_bundled_catalogue_match_their_schemas():
    assert accepts("application", plain(ROOT / "examples" / "application.yaml"))
    assert accepts("catalogue", plain(ROOT / "data" / "standards.yaml"))


@pytest.mark.parametrize("schema", [None, "application.schema.json"])
def test_a_draft_and_a_catalogue_can_name_their_schema(htq, draft, tmp_path, schema):
    written = json.dumps(schema)
    file = draft({"cycle: 3": f'"$schema": {written}\ncycle: 3'})
    assert htq("check", file, "--at", IN_WINDOW).code == 0
    own = tmp_path / "own.yaml"
    bundled = (ROOT / "data" / "standards.yaml").read_text(encoding="utf-8")
    own.write_text(f'"$schema": {written}\n{bundled}', encoding="utf-8")
    assert htq("standards", "list", "--catalogue", own).code == 0
    assert accepts("application", plain(file))
    assert accepts("catalogue", plain(own))


def choices(schema):
    return {one["const"]: one for one in schema["anyOf"] if "const" in one}


def test_every_standard_of_the_list_is_a_choice_with_its_title():
    reference = SCHEMAS["application"]["$defs"]["StandardClaim"]["properties"]["reference"]
    shown = choices(reference)
    assert list(shown) == [standard.reference for standard in KNOWN.cycle(3).standards]
    assert shown["ST0116"]["title"] == "Software developer"
    assert "Digital, level 4, in scope for cycle 3" in shown["ST0116"]["description"]
    assert "contact us for cycle 3" in shown["ST0310"]["description"]
    assert {one["label"]: one["body"] for one in reference["defaultSnippets"]} == {
        one["title"]: one["const"] for one in shown.values()
    }


def test_standards_are_limited_to_the_list_of_the_cycle_that_the_draft_names():
    draft = {**copy.deepcopy(FULL), "standards": [{"reference": "ST9999"}]}
    assert not accepts("application", {**draft, "cycle": 3})
    assert accepts("application", {**draft, "cycle": 5})


def test_cycles_levels_and_rules_are_choices():
    schema = SCHEMAS["application"]
    assert list(choices(schema["properties"]["cycle"])) == [cycle.cycle for cycle in KNOWN.cycles]
    assert list(choices(schema["$defs"]["Qualification"]["properties"]["level"])) == [4, 5]
    rules = choices(schema["$defs"]["Acceptance"]["properties"]["rule"])
    assert {"HTQ204", "contact-us", "HTQ503"} <= set(rules)
    assert not {"HTQ001", "HTQ101", "HTQ106", "HTQ401", "HTQ701", "HTQ901"} & set(rules)


def test_the_schema_for_another_catalogue_has_the_standards_of_that_catalogue(htq, tmp_path):
    bundled = (ROOT / "data" / "standards.yaml").read_text(encoding="utf-8")
    own = tmp_path / "own.yaml"
    own.write_text(bundled.replace("ST0116", "ST0999"), encoding="utf-8")
    schema = htq("schema", "application", "--catalogue", own).data
    shown = choices(schema["$defs"]["StandardClaim"]["properties"]["reference"])
    assert "ST0999" in shown
    assert "ST0116" not in shown


# The agreement of schema and check.

FULL = {
    "$schema": "application.schema.json",
    "cycle": 3,
    "applicant": {
        "name": "Example Awards",
        "type": "awarding-organisation",
        "recognition_number": "RN5999",
        "ukprn": 10009999,
        "contact": {"name": "A. Person", "email": "a.person@example.org"},
    },
    "qualification": {
        "title": "Level 4 Diploma",
        "level": 4,
        "number": "610/0000/0",
        "first_teaching": "2024-09",
        "intellectual_property": {"holder": "applicant", "permission": "permission.pdf"},
    },
    "planned_submission": "2022-05-20",
    "units": {"U1": "Programming", "U2": {"title": "Databases", "credits": 15}, "U3": 101},
    "structure": {
        "mandatory": ["U1"],
        "optional": [{"name": "Either", "choose": 1, "from": ["U2", "U3"]}],
        "pathways": [
            {
                "name": "Web",
                "mandatory": ["U1"],
                "optional": [{"credits": "15", "choose": None, "from": ["U2"]}],
            }
        ],
    },
    "standards": [
        {
            "reference": "ST0116",
            "title": "Software developer",
            "level": "4",
            "version": 1.1,
            "option": None,
            "ksbs": {
                "K1": ["U1", "U2"],
                "K2": {"units": ["U1"], "coverage": "partial", "reason": "Safer at work",
                       "assessed_by": ["A1"]},
                "S1": None,
            },
        },
        {"reference": "ST0310"},
    ],
    "assessments": {"A1": "Portfolio"},
    "support_session": "2 March 2022",
    "employers": [{"name": "Example Software", "evidence": "letter.pdf"}],
    "documents": [{"kind": "ksb-mapping", "file": "mapping.xlsx", "confidential": False}],
    "declarations": {"conditions_of_application": "yes"},
    "submitted": "submitted.yaml",
    "feedback": [
        {"id": "F1", "received": "1 September 2022", "asks": "Assess K2", "done": False,
         "about": "/standards/0/ksbs/K2", "due": 20221001, "answer": "A1 does"},
    ],
    "approval": {"code": "HTQDZ0001", "date": "2023-07-01"},
    "accept": [{"rule": "HTQ204", "at": "/standards/1", "reason": "Agreed", "until": 20220601}],
}  # fmt: skip

SMALL = {
    "$schema": "catalogue.schema.json",
    "sources": {"C3": {"title": "Cycle 3", "address": "https://example.org/"}},
    "contact": {"name": "the team", "email": "team@example.org", "source": "C3"},
    "standards_data": "https://example.org/standards",
    "routes": [{"name": "Digital"}, {"name": "Health and science", "heading": "Health & science"}],
    "cycles": [
        {
            "cycle": 3,
            "routes": {"names": ["Digital"], "source": ["C3"], "note": "A note"},
            "windows": [
                {
                    "name": "primary",
                    "opens": "2022-02-16 12:00",
                    "closes": "2022-07-29",
                    "first_teaching": {"month": "2024-09", "source": "C3", "note": None},
                    "source": "C3",
                },
                {
                    "after": "2023-01-01",
                    "before": "2023-02-01",
                    "first_teaching": {"month": "September 2025", "source": "C3"},
                    "source": "C3",
                    "note": "Not known",
                },
            ],
            "policy": {
                name: {"asks": "expected", "source": "C3", "read_from": 3}
                for name in names(model.Policy)
            },
            "stages": [{"name": "Opens", "begins": 20220216, "happens": ["It"], "source": "C3"}],
            "listing": {
                "status": "provisional",
                "confirmation_due": "2022-01",
                "source": "C3",
                "scopes": {"in-scope": "Likely"},
                "standards": [
                    {
                        "route": "Digital",
                        "scope": "in-scope",
                        "standards": [{"reference": "ST0116", "level": 4, "title": "Developer"}],
                    }
                ],
            },
        }
    ],
}

ODD = [
    None, True, False, 0, 1, 4, 5, 4.0, 4.5, -1, 10**18 - 1, 10**18, 10**40, -(10**18), 1.25,
    9999, 10000, 20220520, "", " ", "\u200b", "\u00a0\u00ad", "x", "x\n", "4", "04", "+4", "4.0",
    " 4 ", "4,0", "-0", "-0.0", "0", "four", "0x4", "1e3", "9" * 19, "true", "YES", " Off ", "y",
    "null", "~", "1.10", "1.10.", "12345", "2022-05-20", "2022-05-20 16:00", "September 2024",
    "next week", "TODO", "<4 or 5>", "tbc", [], {}, ["U1"], [None], [""], [[]], {"a": 1},
    {"title": "T"}, {"title": None}, {"units": ["U1"]}, {"asks": "expected"}, "ST0116",
    " ST0116 ", "ST0116\n", "st 0116", "ST9999", "OCC0116", "full", " partial\t", "Full",
    "ksb-mapping", "in-scope", "/", "/a/0", "standards/1", "C3",
]  # fmt: skip
"""Values at the limits of what some field accepts, and values that no field accepts."""

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.integers(-(10**22), 10**22) | st.integers(-(10**6), 10**6).map(lambda n: n / 100)
VALUES = st.one_of(st.sampled_from(ODD), TEXTS, NUMBERS, st.recursive(
    st.sampled_from(ODD), lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.sampled_from(["title", "units", "K1", "name", "from"]), inner,
                      max_size=2), max_leaves=3))  # fmt: skip


def paths(data, at=()):
    """The path to every value in plain data, the outermost first."""
    yield at
    if isinstance(data, dict | list):
        steps = data.items() if isinstance(data, dict) else enumerate(data)
    else:
        steps = ()
    for step, value in steps:
        yield from paths(value, (*at, step))


def value_at(data, path):
    for step in path:
        data = data[step]
    return data


@st.composite
def mutated(draw, whole):
    """A copy of `whole` with one to three changes."""
    data = copy.deepcopy(whole)
    known = sorted({step for path in paths(whole) for step in path if isinstance(step, str)})
    key = st.sampled_from([*known, "titel", "$id", "<<", "", "K0", "K1 ", "k1", "B10000", "null"])
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        path = draw(st.sampled_from(list(paths(data))))
        if not path:
            data[draw(key)] = copy.deepcopy(draw(VALUES))
            continue
        holder, step = value_at(data, path[:-1]), path[-1]
        way = draw(st.sampled_from(["replace", "delete", "rename", "wrap", "turn", "add"]))
        value = holder[step]
        odd = copy.deepcopy(draw(VALUES))
        if way == "replace":
            holder[step] = odd
        elif way == "delete":
            del holder[step]
        elif way == "rename" and isinstance(holder, dict):
            holder[draw(key)] = holder.pop(step)
        elif way == "wrap":
            holder[step] = [value]
        elif way == "turn" and isinstance(value, dict):
            holder[step] = list(value.values())
        elif way == "turn" and isinstance(value, list):
            holder[step] = {str(at): item for at, item in enumerate(value)}
        elif way == "add" and isinstance(value, dict):
            value[draw(key)] = odd
        elif way == "add" and isinstance(value, list):
            value.append(odd)
    return data


def check(data):
    """The errors that htq finds in a draft that is this data as JSON."""
    draft = Draft("draft.json", ROOT / "examples", json.dumps(data).encode())
    checked = Checker(KNOWN, moment.read(IN_WINDOW).first, RULES).check(draft)
    assert isinstance(checked, Checked)
    return [found for found in checked.findings if found.severity is Severity.ERROR]


DATES = ("first_teaching", "planned_submission", "support_session", "until")


def is_beyond_the_schema(found, data):
    """Whether a schema cannot find this, so that only `htq check` does.

    A schema cannot tell which texts and numbers are dates: dates are written in many forms, and
    30 February is not a date. Nor can it compare two places of a draft, such as a group that
    counts credits and the credits of its units.
    """
    steps = found.pointer.split("/")[1:]
    if found.rule.code == "HTQ103" and steps and steps[-1] in DATES:
        value = data
        for step in steps:
            value = value[int(step) if isinstance(value, list) else step]
        return isinstance(value, str | int | float) and not isinstance(value, bool)
    return found.rule.code == "HTQ101" and steps[0] == "units" and steps[-1] == "credits"


SHAPE = ("HTQ101", "HTQ102", "HTQ103")
STATED = ("HTQ0", "HTQ1", "HTQ201", "HTQ202", "HTQ305", "HTQ401", "HTQ511")
"""The codes of what the schema refuses. HTQ104 is among them: a placeholder is refused if the field
needs a number or a choice, and accepted if the field takes any text."""


@pytest.mark.slow
@examples(120)
@given(mutated(FULL))
@example(FULL)
@example([])
@example(None)
@example({})
def test_schema_and_check_agree_on_a_draft(data):
    """They need not agree on a number written with an exponent, such as 1e16, or as a version
    with more than four decimals: the schema sees its value, htq its text. Whether the draft
    accepts a finding makes no difference."""
    errors = check(data)
    if not accepts("application", data):
        assert any(found.rule.code.startswith(STATED) for found in errors), data
    else:
        shape = [found for found in errors if found.rule.code in SHAPE]
        assert all(is_beyond_the_schema(found, data) for found in shape), shape


@pytest.mark.slow
@examples(60)
@given(data=mutated(SMALL))
@example(data=SMALL)
def test_schema_and_loading_agree_on_a_catalogue(tmp_path_factory, data):
    """Loading also compares several places: sources and routes must exist, nothing may be repeated,
    and a window must have bounds and close after it opens."""
    file = tmp_path_factory.getbasetemp() / "catalogue.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    if not accepts("catalogue", data):
        with pytest.raises(model.CatalogueError):
            own_catalogue(file)
        return
    found = read_whole(Catalogue, reader.read(file.read_bytes()))
    for fault in found if isinstance(found, tuple) else ():
        at_date = fault.path[-1:] in {(n,) for n in ("opens", "closes", "after", "before", "month",
                                                     "begins", "confirmation_due")}  # fmt: skip
        is_window = fault.path[-2:-1] == ("windows",) and fault.message.startswith("The window")
        assert fault.kind is FaultKind.PLACEHOLDER or at_date or is_window, fault


@pytest.mark.parametrize("path", [path for path in paths(FULL) if path])
def test_a_list_in_place_of_any_value_is_refused_by_schema_and_check(path):
    data = copy.deepcopy(FULL)
    value_at(data, path[:-1])[path[-1]] = [[]]
    assert not accepts("application", data)
    assert {found.rule.code for found in check(data)} & {"HTQ101", "HTQ103"}


# The command.


@pytest.mark.parametrize("of", SCHEMAS)
def test_a_schema_is_written_to_standard_output(htq, of):
    run = htq("schema", of)
    assert run.code == 0
    assert run.err == ""
    assert run.data == SCHEMAS[of]
    assert run.out.endswith("}\n")


def test_a_schema_is_written_to_a_file_whole_or_not_at_all(htq, tmp_path):
    file = tmp_path / "application.schema.json"
    file.write_text("mine", encoding="utf-8")
    run = htq("schema", "application", "-o", file)
    assert (run.code, run.out, run.err) == (0, "", "")
    assert json.loads(file.read_text(encoding="utf-8")) == SCHEMAS["application"]
    run = htq("schema", "application", "-o", tmp_path / "nowhere" / "a.json")
    assert run.code == 3
    assert f"{tmp_path / 'nowhere' / 'a.json'}: the schema is not written" in run.err
    assert os.listdir(tmp_path) == ["application.schema.json"]


def test_a_schema_beside_drafts_is_not_checked_as_a_draft(htq, draft):
    folder = draft().parent
    assert htq("schema", "application", "-o", folder / "application.schema.json").code == 0
    run = htq("check", folder, "--at", IN_WINDOW, "--format", "json")
    assert [file["path"] for file in run.data["files"]] == [
        (folder / "application.yaml").as_posix()
    ]


def test_an_unknown_or_missing_name_of_a_schema_is_refused(htq):
    run = htq("schema", "aplication")
    assert run.code == 2
    assert "Did you mean ‘application’?" in run.err
    assert htq("schema").code == 2


def test_invisible_characters_in_a_schema_are_escaped():
    text = program("schema", "application").stdout.decode("utf-8")
    assert "\u200b" not in text
    assert "\\u200b" in text
