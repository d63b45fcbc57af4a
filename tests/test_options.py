"""Drafts that align to several options of one standard: each option is a separate occupation."""

from __future__ import annotations

import json

import pytest
import yaml

from conftest import IN_WINDOW

OPTIONS = {"Web": ["K1", "K2"], "Mobile": ["K1", "K3"]}
NEEDED = {"Web": ["K1", "K2", "S1"], "Mobile": ["K1", "K3", "S1"]}


@pytest.fixture
def found(htq, draft):
    """The only file in the report on a draft whose standard is named once for each of these
    options, with the labels that a unit covers."""

    def run(named, *, changes=(), options=OPTIONS):
        path = draft()
        listed = {
            "reference": "ST0116",
            "version": "1.1",
            "title": "Made up",
            "options": options,
            "labels": {"K": 3, "S": 1},
        }
        (path.parent / "ksbs" / "ST0116-1.1.yaml").write_text(json.dumps(listed))
        written = yaml.load(path.read_text(), yaml.BaseLoader)
        every = {"units": list(written["units"]), "assessed_by": list(written["assessments"])}
        written["standards"] = [
            {
                "reference": "ST0116",
                "version": "1.1",
                "option": option,
                "ksbs": {
                    label: {**every, **dict(changes).get((option, label), {})} for label in of
                },
            }
            for option, of in named
        ]
        path.write_text(yaml.safe_dump(written, sort_keys=False))
        (file,) = htq("check", path, "--at", IN_WINDOW, "--format", "json").data["files"]
        return file

    return run


def test_a_draft_that_covers_two_options_in_full_is_ready(found):
    file = found(NEEDED.items())
    assert (file["verdict"], file["findings"]) == ("ready", [])
    assert [one["covered"] for one in file["standards"]] == [3, 3]
    assert [one["option"] for one in file["standards"]] == ["Web", "Mobile"]


@pytest.mark.parametrize(("short", "gap"), [("Web", "K2"), ("Mobile", "K3")])
def test_a_gap_in_an_option_is_reported_at_that_option(found, short, gap):
    named = {**NEEDED, short: ["K1", "S1"]}
    file = found(named.items())
    at = list(NEEDED).index(short)
    (finding,) = file["findings"]
    assert (finding["code"], finding["pointer"]) == ("HTQ503", f"/standards/{at}/ksbs")
    assert finding["details"] == {"uncovered": [gap]}
    assert [one["covered"] for one in file["standards"]][at] == 2
    assert file["verdict"] == "unsettled"


@pytest.mark.parametrize("options", [OPTIONS, {}])
def test_a_learner_need_be_competent_in_only_one_option(found, options):
    """This is so even if the list names no options: each option then needs every KSB."""
    labels = ["K1", "K2", "K3", "S1"]
    named = NEEDED.items() if options else [("Web", labels), ("Mobile", labels)]
    on_u5 = {("Web", "K1"): {"units": ["U5"]}, ("Mobile", "K1"): {"units": ["U6"]}}
    codes = [one["code"] for one in found(named, changes=on_u5, options=options)["findings"]]
    assert "HTQ507" not in codes
    both_on_u5 = {**on_u5, ("Mobile", "K1"): {"units": ["U5"]}}
    findings = found(named, changes=both_on_u5, options=options)["findings"]
    (missed,) = [one for one in findings if one["code"] == "HTQ507"]
    assert missed["details"]["uncovered"] == {"ST0116 (Web)": ["K1"], "ST0116 (Mobile)": ["K1"]}


def test_each_option_is_unproven_without_a_usable_ksb_list(found, tmp_path):
    file = found(NEEDED.items(), options={"Web": ["not a label"]})
    assert [one["pointer"] for one in file["unproven"]] == [
        "/standards/0/ksbs",
        "/standards/1/ksbs",
    ]
