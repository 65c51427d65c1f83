"""Clusters, faults and channel quality come out of the log, and know nothing of what came later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.diagnose.worlds import FIRST, workspace
from winback.diagnose.alive import spells
from winback.diagnose.clusters.from_log import clusters_from
from winback.diagnose.clusters.nouns import Clusters
from winback.diagnose.faults.from_log import faults_from
from winback.diagnose.faults.nouns import FaultRules, Faults
from winback.diagnose.quality.from_log import quality_from
from winback.diagnose.quality.nouns import Quality, QualityRules
from winback.diagnose.reading import read_alive, read_customers
from winback.ingest.run import run as ingest
from winback.settings.load import load
from winback.store.workspace import Workspace

TOML = """
[[sources]]
name = "events"
format = "csv"
path = "events.csv"

[[sources.events]]
kind = {column = "kind"}
customer = "customer"
at = "at"
amount = "amount"
channel = "channel"
version = "version"
detail = "detail"

[[campaigns]]
name = "summer"
first_day = 2026-02-20
last_day = 2026-02-22

[[channel_costs]]
channel = "web"
per_registration = 0.25
"""
AS_OF = FIRST + timedelta(days=200)
FEW = FaultRules(exposed_min=10)
RICH = QualityRules(margin_rate_bp=3650, value_days=10, customers_min=50)
Row = tuple[str, str, int, str, str, str, str]


def drawn() -> Iterator[Row]:
    """12 register a day for 100 days, 60 on days 50 to 52; on version 6.10 crashes drive people away."""
    rng = np.random.default_rng(6)
    who = 0
    for day in range(100):
        for _ in range(60 if 50 <= day <= 52 else 12):
            who += 1
            yield from _life(rng, f"c{who}", day, "web" if who % 3 else "shop")


def _life(rng: np.random.Generator, name: str, day: int, channel: str) -> Iterator[Row]:
    yield name, "register", day, "", channel, "", ""
    yield name, "purchase", day, "100.00", "", "", ""
    yield name, "redemption", day + 5, "100.00", "", "", ""
    while day < 230:
        version = "6.9" if day < 80 else "6.10"
        yield name, "visit", day, "", "", version, ""
        crash = rng.random() < (0.01 if day < 80 else 0.15)
        if crash:
            yield name, "fault", day, "", "", version, "crash"
        if rng.random() < (0.6 if crash else 0.06):
            return
        day += int(rng.integers(3, 12))


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return taken_in(tmp_path_factory.mktemp("log"), list(drawn()))


def taken_in(folder: Path, rows: list[Row]) -> Workspace:
    (folder / "winback.toml").write_text(TOML, encoding="utf-8")
    lines = ["customer,kind,at,amount,channel,version,detail"]
    lines += [
        f"{who},{kind},{FIRST + timedelta(days=day)} 12:00:00,{amount},{channel},{version},{detail}"
        for who, kind, day, amount, channel, version, detail in rows
    ]
    (folder / "events.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    made = Workspace(load(folder / "winback.toml", environ={}), folder)
    assert ingest(made, now=datetime(2030, 1, 1, tzinfo=UTC)).refused == 0
    return made


def told(ws: Workspace, as_of: date = AS_OF) -> tuple[Clusters, Faults, Quality]:
    alive, customers = read_alive(ws, ("visit", "purchase"), as_of), read_customers(ws, as_of)
    cut = spells(alive, 30)
    return (
        clusters_from(ws, alive, cut, customers, as_of=as_of),
        faults_from(ws, alive, cut, customers, as_of=as_of, rules=FEW),
        quality_from(ws, cut, customers, as_of=as_of, rules=RICH),
    )


def test_the_bunch_is_found_and_named(ws: Workspace) -> None:
    clusters = told(ws, FIRST + timedelta(days=100))[0]
    (bunch,) = clusters.clusters
    assert (bunch.first_day, bunch.last_day, bunch.registered) == (date(2026, 2, 20), date(2026, 2, 22), 180)
    assert next((n.kind, n.en, n.days) for n in bunch.names) == ("campaign", "summer", 3)
    assert clusters.basis == "registered"
    assert clusters.counted == 1344


def test_the_faulty_version_is_found(ws: Workspace) -> None:
    faults = told(ws)[1]
    assert [(v.kind, v.version, v.standing) for v in faults.versions] == [("crash", "6.10", "faulty")]
    (crash,) = (h for h in faults.harms if (h.kind, h.version) == ("crash", "6.10"))
    assert crash.churn.difference.low > 0.2
    assert [r.version for r in faults.rates] == ["6.9", "6.10"]


def test_money_purchases_and_costs_are_read(ws: Workspace) -> None:
    quality = told(ws)[2]
    web, shop = quality.channels
    assert (web.channel, web.cost, web.verdict) == ("web", 25, "keep")
    assert (shop.channel, shop.cost, shop.verdict) == ("shop", None, "watch")
    assert web.value.value == pytest.approx(5 * 10_000 * 0.365 / 365)  # 100.00 held for five days
    assert web.registered + shop.registered == 1344
    assert {c.rate.share for c in web.conversions if c.purchase == 1} == {1.0}
    assert {c.rate.share for c in web.conversions if c.purchase == 2} == {0.0}


def test_what_comes_later_changes_nothing(ws: Workspace, tmp_path: Path) -> None:
    as_of = FIRST + timedelta(days=120)
    early = taken_in(tmp_path, [row for row in drawn() if row[2] < 120])
    known, then = told(ws, as_of), told(early, as_of)
    assert known == then
    assert known[1].harms != told(ws)[1].harms


def test_a_log_without_registrations_faults_or_money_tells_what_it_can(tmp_path: Path) -> None:
    visits = [(f"c{i}", "visit", i % 90, "", "") for i in range(900)]
    clusters, faults, quality = told(workspace(tmp_path, visits))
    assert clusters.basis == "first_seen"
    assert clusters.first_day == FIRST + timedelta(days=28)
    assert (faults.harms, faults.rates, faults.versions) == ((), (), ())
    assert quality.channels == ()
    assert quality.undated == 900


def test_before_the_first_event_nothing_is_told(ws: Workspace) -> None:
    clusters, faults, quality = told(ws, FIRST)
    assert clusters.untold == "short"
    assert (faults.fault_days, faults.other_days) == (0, 0)
    assert quality.channels == ()


def test_a_sample_of_the_other_days_tells_nearly_the_same(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = told(ws)[1]
    monkeypatch.setattr("winback.diagnose.faults.from_log.OTHER_DAYS_MAX", 4000)
    drawn_few = told(ws)[1]
    assert drawn_few.other_days < 0.6 * whole.other_days
    assert drawn_few.rates[0] == whole.rates[0]
    few, all_days = (f.harms[0].churn.difference.value for f in (drawn_few, whole))
    assert few == pytest.approx(all_days, abs=0.05)
