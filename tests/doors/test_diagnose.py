"""`winback diagnose` tells who left by phase and channel, as text, as JSON and as a page."""

import json
import struct
from xml.etree import ElementTree

import pytest


@pytest.fixture
def taken(run, shop):
    """The shop with its events taken in."""
    assert run("ingest").exit_code == 0
    return shop


def test_states_are_counted_by_channel(run, taken):
    found = json.loads(run("diagnose", "--json").stdout)
    assert found["as_of"] == "2026-03-02"
    channels = {cell["channel"]: cell["counts"] for cell in found["by_channel"]}
    assert {name: count for name, count in channels["friend"].items() if count} == {"returned": 1}
    assert {name: count for name, count in channels["advert"].items() if count} == {"churned": 1, "never": 1}


def test_another_definition_comes_from_the_environment(run, taken, monkeypatch):
    monkeypatch.setenv("WINBACK_CHURN__DAYS", "90")
    found = json.loads(run("diagnose", "--json").stdout)
    assert found["churn"]["days"] == 90
    assert found["total"]["counts"]["churned"] == 0


def test_it_needs_no_profile_made_before_and_runs_twice_alike(run, taken):
    assert run("diagnose", "--json").stdout == run("diagnose", "--json").stdout


def test_it_is_told_in_two_languages(run, taken):
    assert "churned" in run("diagnose").stdout
    assert "流失" in run("diagnose", "--lang", "zh").stdout


def test_the_page_lies_below_the_data_or_where_it_was_asked_for(run, taken):
    told = run("diagnose").stdout
    [page] = (taken / "data").glob("diagnose/as_of=2026-03-02/diagnosis.en.html")
    assert f"Page: {page}" in told.replace("\n", "")
    run("diagnose", "--lang", "zh", "--html", "churn.html")
    assert "流失诊断" in (taken / "churn.html").read_text(encoding="utf-8")


def test_numbers_of_days_are_tried_side_by_side(run, taken):
    found = json.loads(run("diagnose", "--churn-days", "14, 45", "--json").stdout)
    assert [outcome["days"] for outcome in found["definitions"]["outcomes"]] == [14, 45]


def test_what_is_no_number_of_days_is_refused_with_what_is_allowed(run, taken):
    for wrong in ("14,soon", "0", "9999", ""):
        refused = run("diagnose", "--churn-days", wrong)
        assert refused.exit_code == 2
        assert "14,30,60,90" in refused.output


def test_a_report_is_the_whole_page_where_it_was_asked_for(run, taken):
    told = run("diagnose", "--report", "report.html")
    assert told.exit_code == 0
    whole = (taken / "report.html").read_text(encoding="utf-8")
    run("diagnose", "--full", "--html", "same.html")
    assert (taken / "same.html").read_text(encoding="utf-8") == whole
    assert "Definitions of churn side by side" in whole


def test_a_report_goes_to_one_place(run, taken):
    refused = run("diagnose", "--report", "a.html", "--html", "b.html")
    assert refused.exit_code == 2
    assert not (taken / "a.html").exists()


def test_the_help_names_the_section_that_sets_churn(run):
    told = " ".join(run("diagnose", "--help").output.split())
    assert "set in the section churn of winback.toml" in told


def test_every_chart_is_kept_as_svg_and_png(run, taken):
    assert run("diagnose", "--charts", "pictures").exit_code == 0
    drawings = sorted((taken / "pictures").glob("*.svg"))
    assert {"states-by-phase", "states-by-channel", "definitions", "months"} <= {d.stem for d in drawings}
    for drawing in drawings:
        assert ElementTree.parse(drawing).getroot().tag.endswith("svg")
        picture = drawing.with_suffix(".png").read_bytes()
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", picture[16:24])
        assert width > 400
        assert height > 100


def test_a_group_that_there_is_not_is_refused_with_what_is_allowed(run, taken):
    refused = run("diagnose", "--group", "novice/elsewhere")
    assert refused.exit_code == 2
    assert "friend" in refused.output
    assert run("diagnose", "--group", "*/friend", "--group", "novice/*").exit_code == 0
