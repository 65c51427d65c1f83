"""A replay comes out the same however few days it holds at once, and holds no more of them than that."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
import pytest

from tests.warn.worlds import RULES, on, shop, walk
from winback.settings.model import Settings
from winback.store.workspace import Workspace
from winback.terms.progress import Silent
from winback.warn import gather, read
from winback.warn.nouns import Replayed
from winback.warn.read import Policy, replay

#: More than the kernel works on at once, so that batches end between customers warned of on the same date.
CUSTOMERS = 1_100
#: Limits out of everybody, and looks at earlier days, besides the plain rules.
WIDE = [
    {
        "name": "emptier",
        "level": "low",
        "when": [{"feature": "purchase_count_30d", "change_days": 5, "at_most": -1}, {"state": ["active"]}],
    },
    {
        "name": "seldom",
        "level": "medium",
        "when": [
            {"feature": "days_since_visit", "above_quantile": 0.8},
            {"days_before": 3, "held": {"feature": "days_since_visit", "above_threshold": "visit_from"}},
        ],
    },
]
CAPACITY = {"levels_by": "capacity", "high_a_day_max": 40, "medium_a_day_max": 150, "low_a_day_max": 60}
FIRST, LAST = on(8), on(30)


def visits() -> dict[str, list[int]]:
    """Three in four stop on the same day, after visits of different worth; the others go on."""
    return {
        f"c{n:04}": sorted({0, *range(7 - n % 7, 7), *(range(7, 45, 4 + n % 9) if n % 4 == 0 else ())})
        for n in range(CUSTOMERS)
    }


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    rules = [*RULES, *WIDE]
    return shop(tmp_path_factory.mktemp("replay"), visits(), rules=rules, warn=CAPACITY)


def policies(ws: Workspace) -> list[Policy]:
    by_score = Settings.model_validate({"warn": {"levels_by": "score", "cooldown_days": 3}}).warn
    other = ws.settings.model_copy(update={"warn": by_score, "rules": ws.settings.rules[:2]})
    return [Policy("capacity", ws.settings), Policy("score", other)]


@pytest.fixture(scope="module")
def whole(ws: Workspace) -> tuple[Replayed, ...]:
    return replay(ws, policies(ws), (FIRST, LAST))


@pytest.mark.parametrize("dates", [1, 2, 5, 8])
@pytest.mark.parametrize("batches", [1, 32])
def test_it_comes_out_the_same_however_many_dates_are_held_at_once(
    ws: Workspace, whole: tuple[Replayed, ...], monkeypatch: pytest.MonkeyPatch, dates: int, batches: int
) -> None:
    monkeypatch.setattr(gather, "BATCHES_AT_ONCE", batches)
    assert replay(ws, policies(ws), (FIRST, LAST), rows_at_once=dates * CUSTOMERS) == whole


def test_less_room_than_one_date_takes_is_room_for_one(ws: Workspace, whole: tuple[Replayed, ...]) -> None:
    assert replay(ws, policies(ws), (FIRST, LAST), rows_at_once=1) == whole


def test_under_a_capacity_it_does_what_the_runs_of_those_days_did(
    ws: Workspace, whole: tuple[Replayed, ...]
) -> None:
    walk(ws, *range(8, 31))
    live = read.kept_promise(ws).live
    assert live is not None
    assert replace(live, policy="capacity") == whole[0]
    changes = read.changes_since(ws, FIRST).filter(pa.compute.field("level") == 3)
    to_high = changes.filter(pa.compute.is_in(changes["move"], pa.array(["new", "raised"])))
    counts = to_high.group_by("as_of_day").aggregate([([], "count_all")])["count_all"].to_pylist()
    assert max(counts) == CAPACITY["high_a_day_max"]


class Watch(Silent):
    """How much Arrow holds, as of each day that is done."""

    def __init__(self) -> None:
        self.held: list[int] = []

    def advance(self, units: int = 1) -> None:
        self.held += [pa.total_allocated_bytes()] * units


@pytest.fixture
def nothing_swept() -> Iterator[None]:
    """What is let go of goes at once, or it stays."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("nothing_swept")
def test_of_the_days_behind_it_nothing_stays_in_memory(ws: Workspace) -> None:
    told, before = Watch(), pa.total_allocated_bytes()
    replay(ws, policies(ws), (FIRST, LAST), rows_at_once=2 * CUSTOMERS, progress=told)
    days = (LAST - FIRST).days + 1
    held = [each - before for each in told.held[:days]]
    assert max(held[4:]) <= 1.2 * max(held[:4])
    assert pa.total_allocated_bytes() - before < 0.1 * max(held)
    assert min(held) > 0
