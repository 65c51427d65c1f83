"""On simulated logs the report tells what was planted, and no more.

Here of one world with all that is planted and one with nothing; `python -m benchmarks.truth` asks the same of
more of them, two and one in its small size, and is run with every `make bench`.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from winback.diagnose import read
from winback.diagnose.nouns import Group
from winback.diagnose.report_nouns import Report
from winback.diagnose.run import report
from winback.ingest.read import manifest
from winback.ingest.run import run as ingest
from winback.settings.load import load
from winback.simulate.run import simulate
from winback.store.workspace import Workspace

pytestmark = pytest.mark.slow

CUSTOMERS, DAYS = 15_000, 400
#: What people say of themselves and what has no effect on anything in the simulated app.
WITHOUT_EFFECT = {"attributes.region", "attributes.device", "language"}
World = tuple[Workspace, Report, dict[str, Any]]


def world(folder: Path, seed: int, *, plain: bool = False) -> World:
    simulate(folder, customers=CUSTOMERS, days=DAYS, seed=seed, plain=plain)
    ws = Workspace(load(folder / "winback.toml", environ={}), folder)
    ingest(ws, now=datetime(2030, 1, 1, tzinfo=UTC))
    last = manifest(ws).last_day
    assert last is not None
    truth = json.loads((folder / "truth" / "planted.json").read_text(encoding="utf-8"))
    return ws, report(ws, last + timedelta(days=1)), truth


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world(tmp_path_factory.mktemp("planted") / "sim", 1)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world(tmp_path_factory.mktemp("plain") / "sim", 3, plain=True)


def test_novices_are_about_half_of_the_churned(planted: World) -> None:
    shares = {share.phase: share.rate.share or 0 for share in planted[1].diagnosis.structure}
    assert shares["novice"] == pytest.approx(0.48, abs=0.04)
    assert shares["novice"] > max(shares["growth"], shares["mature"])


def test_the_worst_channels_are_those_of_the_case(planted: World) -> None:
    cells = {(c.channel, c.phase): c.churn.share or 0 for c in planted[1].diagnosis.by_channel_phase}
    usual = ("distribution", "invitation", "organic", "app_store")
    assert max(usual, key=lambda channel: cells[channel, "novice"]) == "distribution"
    assert max(usual, key=lambda channel: cells[channel, "growth"]) == "invitation"
    assert max(usual, key=lambda channel: cells[channel, "mature"]) == "invitation"
    verdicts = {c.channel: c for c in planted[1].quality.channels}
    assert verdicts["finance_supermarket"].verdict == "stop"
    assert [c for c, judged in verdicts.items() if judged.verdict == "stop"] == ["finance_supermarket"]


def test_the_lost_novices_of_distribution_bought_little_and_no_bonus_interest(planted: World) -> None:
    ws, found, _ = planted
    few, *_ = read.drill_tables(found.drills, read.wording(ws, "en"))
    assert "from distribution in the novice phase bought 2 times at most" in few.says
    mine = [f for f in found.findings.findings if f.group == Group("novice", "distribution")]
    stated = {c.feature for f in mine for c in (*f.conditions, *f.alike) if c.below is not None}
    assert "purchase_count_bonus_interest_life" in stated
    assert "purchase_largest_life" in stated


def test_the_planted_bunches_are_found_and_no_others(planted: World) -> None:
    _, found, truth = planted
    spans = [
        (date.fromisoformat(p["first_day"]), date.fromisoformat(p["last_day"])) for p in truth["clusters"]
    ]
    bunches = [(bunch.first_day, bunch.last_day) for bunch in found.clusters.clusters]
    assert all(any(_meet(bunch, span) for span in spans) for bunch in bunches)
    assert all(any(_meet(bunch, span) for bunch in bunches) for span in spans)
    assert all(bunch.is_named for bunch in found.clusters.clusters)


def _meet(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def test_the_planted_faulty_versions_are_found_and_no_others(planted: World) -> None:
    _, found, truth = planted
    faulty = {version["name"] for version in truth["versions"] if version["faulty"]}
    assert {v.version for v in found.faults.versions if v.standing == "faulty"} == faulty


def test_what_has_no_effect_is_found_no_more_often_than_stated(planted: World, plain: World) -> None:
    for _, found, _ in (planted, plain):
        stated = found.findings.findings
        idle = [f for f in stated if any(c.feature in WITHOUT_EFFECT for c in f.conditions)]
        assert len(stated) > 50
        assert len(idle) <= max(1.0, found.findings.rules.false_rate * len(stated))
        drilled = {drill.feature for drill in found.drills}
        assert {"attributes.region", "attributes.device"} <= drilled


def test_where_nothing_was_planted_no_bunch_and_no_faulty_version_is_found(plain: World) -> None:
    _, found, truth = plain
    assert not truth["clusters"]
    assert found.clusters.clusters == ()
    assert [v for v in found.faults.versions if v.standing == "faulty"] == []
