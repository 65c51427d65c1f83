"""A run reads events and features as known at a date, and keeps what it found for that date."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.diagnose.worlds import workspace
from winback.diagnose import read
from winback.diagnose.nouns import Churn, Counts
from winback.diagnose.reading import read_phases, read_phases_on
from winback.diagnose.run import run
from winback.profile import read as profile
from winback.profile.run import run as profile_run
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem
from winback.terms.time import day_number

AS_OF = date(2026, 7, 20)  # 200 days after the first
EVENTS = [
    *[(who, "register", day, "", channel) for who, day, channel in (
        ("early novice", 0, "web"), ("grown", 0, "shop"), ("quiet", 100, "shop"), ("back", 0, "web"),
        ("here", 150, "web"), ("silent", 120, ""), ("later", 300, "web"),
    )],
    *[(who, "visit", day, "", "") for who, days in (
        ("early novice", (1, 5)), ("grown", (1, 30, 60, 85)), ("quiet", (100, 125, 150, 180)),
        ("back", (1, 190)), ("here", (151, 175, 199)), ("later", (301,)),
    ) for day in days],
]  # fmt: skip


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace(tmp_path_factory.mktemp("drawn"), EVENTS)


def test_states_channels_and_phases_are_those_known_at_the_date(ws: Workspace) -> None:
    found = run(ws, AS_OF)
    assert found.total.counts == Counts(active=1, dormant=1, returned=1, churned=2, never=1)
    by_channel = {cell.channel: cell.counts for cell in found.by_channel}
    assert by_channel["web"] == Counts(active=1, dormant=0, returned=1, churned=1, never=0)
    assert by_channel["shop"] == Counts(active=0, dormant=1, returned=0, churned=1, never=0)
    assert by_channel[""] == Counts(active=0, dormant=0, returned=0, churned=0, never=1)


def test_the_phase_of_the_churned_is_the_phase_at_churn(ws: Workspace) -> None:
    # both registered 200 days before; one churned on day 36 as a novice, the other on day 116, grown
    structure = {share.phase: share.rate.part for share in run(ws, AS_OF).structure}
    assert structure == {"novice": 1, "growth": 1, "mature": 0}


def test_who_comes_after_the_date_is_not_known(ws: Workspace) -> None:
    assert run(ws, AS_OF).total.counts.customers == 6
    assert run(ws, date(2026, 12, 31)).total.counts.customers == 7
    assert run(ws, date(2026, 1, 2)).total.counts == Counts(
        active=0, dormant=0, returned=0, churned=0, never=3
    )


def test_another_definition_can_be_tried(ws: Workspace) -> None:
    long = run(ws, AS_OF, churn=Churn(("visit",), days=150, dormant_days=60, returned_days=30))
    assert long.total.counts.churned == 1
    registering = run(ws, AS_OF, churn=Churn(("register", "visit"), 30, 15, 30))
    assert registering.total.counts.never == 0


def test_states_are_those_of_the_profile(ws: Workspace) -> None:
    profile_run(ws, AS_OF)
    known = [state for state, who in _states(ws) if who != "later"]
    counts = run(ws, AS_OF).total.counts
    for state in ("active", "dormant", "returned", "churned", "never"):
        assert known.count(state) == getattr(counts, state)


def _states(ws: Workspace) -> list[tuple[str, str]]:
    from winback.ingest.read import registry

    kept = profile.profiles(ws, AS_OF).column("state").to_pylist()
    return list(zip(kept, registry(ws).column("id").to_pylist(), strict=True))


def test_phases_on_many_dates_are_those_of_each_date(ws: Workspace) -> None:
    days = [day_number(day) for day in (date(2026, 1, 2), date(2026, 4, 15), AS_OF)]
    together = read_phases_on(ws, days, np.arange(7, dtype=np.int32))
    assert together.tolist() == [read_phases(ws, np.full(7, day, np.int32)).tolist() for day in days]
    assert len(set(together.ravel().tolist())) > 1
    some = np.array([1, 4, 6], np.int32)
    assert read_phases_on(ws, days, some).tolist() == together[:, some].tolist()


def test_the_diagnosis_is_kept_and_the_same_twice(ws: Workspace) -> None:
    found = run(ws, AS_OF)
    file = read.folder(ws, AS_OF) / "diagnosis.json"
    first = file.read_bytes()
    assert run(ws, AS_OF) == found == read.diagnosis(ws, AS_OF)
    assert file.read_bytes() == first


def test_a_date_not_diagnosed_says_what_to_run(ws: Workspace) -> None:
    with pytest.raises(NotReadyProblem, match="winback diagnose --as-of 2026-05-05"):
        read.diagnosis(ws, date(2026, 5, 5))


def test_without_events_nothing_can_be_diagnosed(tmp_path: Path, ws: Workspace) -> None:
    with pytest.raises(NotReadyProblem):
        run(Workspace(ws.settings, tmp_path), AS_OF)
