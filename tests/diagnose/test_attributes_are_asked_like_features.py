"""What registrations say of customers beyond the usual fields is asked, drilled by and told like features."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from winback.diagnose import read
from winback.diagnose.nouns import Condition, Drill, Group
from winback.diagnose.report_nouns import Report
from winback.diagnose.run import report
from winback.ingest.run import run as ingest
from winback.settings.load import load
from winback.store.workspace import Workspace
from winback.terms.errors import SettingsProblem

FIRST, AS_OF = date(2026, 1, 1), date(2026, 12, 1)
DAYS, CUSTOMERS = 334, 900
REGION = "attributes.region"
TOML = """
[workspace]
name = "drawn"

[findings]
names_max = 3

[channels.web]
zh = "网站"
en = "web site"

[attributes.tier]
zh = "等级"
en = "tier"

[[sources]]
name = "events"
format = "csv"
path = "events.csv"

[[sources.events]]
kind = {column = "kind"}
customer = "customer"
at = "at"
channel = "channel"
attributes = {region = "region", status = "status", tier = "tier"}
"""


def drawn_rows() -> list[str]:
    """People from north leave early; those gone are told to be `gone` later on; a few regions are rare."""
    rng = np.random.default_rng(8)
    rows: list[str] = []

    def said(who: str, kind: str, day: int, *texts: str) -> None:
        rows.append(",".join([who, kind, f"{FIRST + timedelta(days=day)} 12:00:00", *(texts or ("",) * 4)]))

    for number in range(CUSTOMERS):
        who, began = f"c{number}", int(rng.integers(0, 230))
        region = ("north", "south", "east", "west", "isle", "")[
            int(rng.choice(6, p=[0.3, 0.3, 0.2, 0.1, 0.05, 0.05]))
        ]
        stay = rng.exponential(50 if region == "north" else 900)
        said(who, "register", began, "web", region, "new", "gold" if number % 2 else "plain")
        days = np.arange(began, min(DAYS, began + 1 + int(stay)))
        for day in days[(rng.random(len(days)) < 0.3) | (days == began)]:
            said(who, "visit", int(day))
        if began + stay < DAYS - 60:
            said(who, "register", DAYS - 2, "web", "moved", "gone", "")
    return rows


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder: Path = tmp_path_factory.mktemp("attributes")
    (folder / "winback.toml").write_text(TOML, encoding="utf-8")
    lines = ["customer,kind,at,channel,region,status,tier", *drawn_rows()]
    (folder / "events.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    made = Workspace(load(folder / "winback.toml", environ={}), folder)
    assert ingest(made, now=datetime(2030, 1, 1, tzinfo=UTC)).refused == 0
    return made


@pytest.fixture(scope="module")
def found(ws: Workspace) -> Report:
    return report(ws, AS_OF, groups=["*/网站"], by=["region", "tier", "status"])


def drill_of(found: Report, feature: str) -> Drill:
    return next(each for each in found.drills if (each.group, each.feature) == (Group(None, "web"), feature))


def test_a_region_that_sets_the_churned_apart_is_found(found: Report) -> None:
    stated = {c for f in found.findings.findings for c in f.conditions if c.feature.startswith("attributes.")}
    assert stated == {Condition(REGION, is_name="north")}


def test_what_was_said_after_the_last_day_is_not_known_yet(found: Report) -> None:
    names = {row.condition.is_name for row in drill_of(found, REGION).rows}
    assert "moved" not in names
    assert all(each.feature != "attributes.status" for each in found.drills)


def test_rare_values_share_a_row_and_all_rows_add_up(found: Report) -> None:
    rows = drill_of(found, REGION).rows
    assert [row.condition.is_name for row in rows[:3]] == ["north", "south", "east"]
    assert [row.condition.is_other for row in rows] == [False, False, False, True, False]
    assert rows[-1].condition == Condition(REGION)
    for side in ("churned", "stayed"):
        parts = [getattr(row, side) for row in rows]
        assert sum(part.part for part in parts) == pytest.approx(parts[0].whole, abs=len(parts))


@pytest.mark.parametrize(
    ("language", "titles", "values", "finding"),
    [
        (
            "en",
            ["Those lost from web site, by “region”", "Those lost from web site, by tier"],
            ["north", "south", "east", "others", "(not known)"],
            "had “region”: “north”",
        ),
        (
            "zh",
            ["“网站”渠道的流失客户：按“region”", "“网站”渠道的流失客户：按等级"],
            ["north", "south", "east", "其他", "（未知）"],
            "“region”为“north”",
        ),
    ],
)
def test_free_names_are_told_as_they_are(
    ws: Workspace, found: Report, language: str, titles: list[str], values: list[str], finding: str
) -> None:
    words = read.wording(ws, language)
    called = read.as_called(ws, found, language)
    region, tier = read.drill_tables([d for d in called.drills if d.group.phase is None], words)
    assert [region.title, tier.title] == titles
    assert [row[0] for row in region.rows] == values
    assert finding in region.says
    assert any("status" in sentence for sentence in read.chosen_told(called, words))
    page = read.report_page(called, words)
    assert finding in page
    assert ">web<" not in page


def test_a_label_is_for_people_and_the_name_for_machines(ws: Workspace, found: Report) -> None:
    called = read.as_called(ws, found, "zh")
    assert [cell.channel for cell in called.diagnosis.by_channel] == ["网站"]
    assert called.channels[0].group == called.quality.channels[0].channel == "网站"
    assert '"channel": "web"' in (read.folder(ws, AS_OF) / "report.json").read_text(encoding="utf-8")
    plain = Workspace(ws.settings.model_copy(update={"channels": {}}), ws.root)
    assert read.as_called(plain, found, "zh") is found


def test_what_there_is_not_to_drill_by_is_refused_with_what_there_is(ws: Workspace) -> None:
    with pytest.raises(SettingsProblem, match="region") as refused:
        report(ws, AS_OF, by=["regoin"])
    assert "region" in str(refused.value.todo)


def test_without_attributes_asked_for_none_is_asked(ws: Workspace) -> None:
    few = ws.settings.findings.model_copy(update={"attributes_max": 0})
    quiet = Workspace(ws.settings.model_copy(update={"findings": few}), ws.root)
    found = report(quiet, AS_OF)
    assert not [d for d in found.drills if d.feature.startswith("attributes.")]
    assert replace(found, findings=found.findings).findings.rules.attributes_max == 0
