"""A report tells definitions, flows, retention and findings, on one page in two languages and as JSON."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.diagnose.markup import Tags
from tests.diagnose.worlds import workspace
from winback.diagnose import read
from winback.diagnose.nouns import Group
from winback.diagnose.report_nouns import Report
from winback.diagnose.run import report, run
from winback.store.workspace import Workspace

AS_OF = date(2026, 12, 1)
DAYS, CUSTOMERS = 334, 700


def drawn_events() -> list[tuple[str, str, int, str, str]]:
    """Two channels; in the bad one those who buy for less than 500 leave early, all others leave rarely."""
    rng = np.random.default_rng(5)
    events: list[tuple[str, str, int, str, str]] = []
    for number in range(CUSTOMERS):
        who, bad = f"c{number}", number % 2
        began, small = int(rng.integers(0, 230)), bool(rng.random() < 0.5)
        stay = rng.exponential(60 if bad and small else 600)
        events.append((who, "register", began, "", "bad" if bad else "good"))
        days = np.arange(began, min(DAYS, began + 1 + int(stay)))
        kept = days[(rng.random(len(days)) < 0.3) | (days == began)]
        events += [(who, "visit", int(day), "", "") for day in kept]
        amount = int(rng.integers(50, 400)) if small else int(rng.integers(600, 5000))
        events += [(who, "purchase", int(day), str(amount), "") for day in kept[::7]]
    return events


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace(tmp_path_factory.mktemp("drawn"), drawn_events())


@pytest.fixture(scope="module")
def found(ws: Workspace) -> Report:
    return report(ws, AS_OF)


def test_the_report_begins_with_the_first_diagnosis(ws: Workspace, found: Report) -> None:
    assert found.diagnosis == run(ws, AS_OF)
    assert [outcome.days for outcome in found.definitions.outcomes] == [14, 30, 60, 90]
    assert found.flows[-1].counts == found.diagnosis.total.counts
    assert [month.lost for month in found.structure_by_month] == [flow.lost for flow in found.flows]


def test_the_planted_cause_is_found_where_it_was_planted(found: Report) -> None:
    of_bad = [f for f in found.findings.findings if f.group == Group(None, "bad")]
    limits = {c.below for f in of_bad for c in f.conditions if c.feature == "purchase_largest_life"}
    assert limits == {500_00.0}
    assert [f for f in found.findings.findings if f.group.channel == "good"] == []


def test_retention_tells_the_channels_apart(found: Report) -> None:
    kept = {curve.group: {p.day: p for p in curve.kept}[180] for curve in found.channels}
    assert kept["good"].low is not None
    assert kept["bad"].high is not None
    assert kept["good"].low > kept["bad"].high
    assert {curve.group for curve in found.phases} <= {"novice", "growth", "mature"}


def test_every_table_is_whole_in_both_languages(ws: Workspace, found: Report) -> None:
    for language in ("zh", "en"):
        wording = read.wording(ws, language)
        for table in (*read.report_tables(found, wording), *read.findings_by_group(found.findings, wording)):
            assert table.title
            assert table.says
            assert table.rows
            assert len(table.columns) == len(table.numeric)
            assert all(len(row) == len(table.columns) for row in table.rows)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_well_formed_and_points_nowhere(ws: Workspace, found: Report, language: str) -> None:
    told = read.report_page(found, read.wording(ws, language))
    tags = Tags(told)
    assert tags.open == []
    assert tags.links == []
    assert "http" not in re.sub(r"http://www\.w3\.org/[^\"]*", "", told).replace("http-equiv", "")
    for table in read.report_tables(found, read.wording(ws, language)):
        assert table.says in tags.text


def test_every_chart_of_the_page_can_be_had_alone(ws: Workspace, found: Report) -> None:
    wording = read.wording(ws, "en")
    charts, page = read.report_charts(found, wording), read.report_page(found, wording)
    assert len(charts) == page.count("<figure")
    assert all(chart in page for chart in charts.values())
    assert {"churn-by-channel-and-phase", "retention-by-month-of-coming", "registrations"} <= set(charts)


def test_the_chinese_page_speaks_chinese(ws: Workspace, found: Report) -> None:
    told = re.sub(r"<style>.*</style>", "", read.report_page(found, read.wording(ws, "zh")), flags=re.DOTALL)
    words = Tags(told).text
    english = {word for word in re.findall(r"[A-Za-z]{3,}", words) if word.lower() not in ALLOWED}
    assert english == set()


#: What stays as it is in any language: names from the data, of people and of currencies.
ALLOWED = {"bad", "good", "drawn", "cny", "kaplan", "meier"}


def test_groups_of_ones_own_choice_are_drilled_into_first(found: Report, tmp_path: Path) -> None:
    ws = workspace(tmp_path, drawn_events())
    asked = report(ws, AS_OF, groups=("*/good", "mature/?", "*/good"))
    assert asked.chosen == (Group(None, "good"), Group("mature", ""))
    assert asked.drills[-len(found.drills) :] == found.drills
    assert {each.group for each in asked.drills[: -len(found.drills)]} == {Group(None, "good")}
    page = read.report_page(asked, read.wording(ws, "en"))
    assert "Not drilled into: those lost from (not known) in the mature phase." in page


def test_the_report_is_kept_as_json_and_the_same_twice(ws: Workspace, found: Report) -> None:
    file = read.folder(ws, AS_OF) / "report.json"
    first = file.read_bytes()
    assert json.loads(first) == read.plain(found)
    assert report(ws, AS_OF) == found
    assert file.read_bytes() == first


def test_what_comes_later_changes_nothing(found: Report, tmp_path: Path) -> None:
    later = [("c1", "visit", 400, "", ""), ("new", "register", 390, "", "good"), ("c3", "visit", 334, "", "")]
    assert report(workspace(tmp_path, [*drawn_events(), *later]), AS_OF) == found
