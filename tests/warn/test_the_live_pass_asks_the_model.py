"""Where a model is in use, the live pass asks it of everybody in the news, and of nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest

from tests.warn.test_a_model_is_heard_where_there_is_one import scored
from tests.warn.test_the_live_pass_goes_by_what_came_in import VISITS, at, comes_in, moves
from tests.warn.worlds import everything, on, shop, walk
from winback.predict import read as predict
from winback.predict.reasons import REASON_SCHEMA
from winback.predict.some import RISK_SCHEMA
from winback.store.workspace import Workspace
from winback.warn import read
from winback.warn.run import live

Says = Callable[[dict[str, float]], list[tuple[date, list[int]]]]
KEYS = {"ann": 0, "bob": 1, "cat": 2, "dan": 3}
NEW = (8, "new", "medium", "winback", "away")


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    """A model in use that says so; what it was asked of is kept."""

    def in_use(chances: dict[str, float]) -> list[tuple[date, list[int]]]:
        asked: list[tuple[date, list[int]]] = []

        def score_some(_ws: Workspace, as_of: date, customers: Any) -> predict.Some:
            asked.append((as_of, customers.tolist()))
            told = {KEYS[name]: chance for name, chance in sorted(chances.items())}
            rows = [(key, chance) for key, chance in told.items() if key in customers]
            columns = [[key for key, _ in rows], [chance for _, chance in rows]]
            return predict.Some(as_of, pa.table(columns, schema=RISK_SCHEMA), cast("Any", Artefact()))

        monkeypatch.setattr(predict, "score_some", score_some)
        monkeypatch.setattr(predict, "explain_some", explain_some)
        return asked

    return in_use


class Artefact:
    """As much of a model as the live pass asks for."""

    version = "m2"


def explain_some(_ws: Workspace, _told: predict.Some, customers: Any) -> pa.Table:
    """Everybody is told the same reason."""
    row = {"rank": 1, "kind": "visit", "measure": "recency", "effect": 0.7, "feature": "days_since_visit"}
    row |= {"value": 1.0, "word": None, "usual": None, "own_usual": 3.0}
    schema = REASON_SCHEMA.set(0, pa.field("customer", pa.int32()))
    return pa.Table.from_pylist([row | {"customer": int(key)} for key in customers], schema)


@pytest.fixture
def ws(tmp_path: Path, facts_url: str) -> Workspace:
    """A shop warned of as of the ninth day, whose further files are app*.csv."""
    return _shop(tmp_path, facts_url)


def _shop(root: Path, facts_url: str | None = None, **sections: Any) -> Workspace:
    made = shop(root, VISITS, facts_url, **sections)
    source = made.settings.sources[0].model_copy(update={"path": "app*.csv"})
    made = Workspace(made.settings.model_copy(update={"sources": (source,)}), made.root)
    walk(made, 8, 9)
    return made


def test_only_customers_in_the_news_are_asked_of_with_today_counted(ws: Workspace, says: Says) -> None:
    asked = says({"cat": 0.1, "dan": 0.1})
    comes_in(ws, "app2", ("cat", "visit", at(9, 11), ""), ("dan", "fault", at(9, 11), ""))
    found = live(ws, at(9))
    assert asked == [(on(10), [KEYS["cat"], KEYS["dan"]])]
    assert (found.model, found.customers, found.new, found.closed) == ("m2", 2, 0, 0)


def test_whom_the_model_brings_to_a_level_is_warned_of_at_once_and_told_why(
    ws: Workspace, says: Says
) -> None:
    says({"cat": 0.8, "dan": 0.3})
    comes_in(ws, "app2", ("cat", "visit", at(9, 11), ""), ("dan", "visit", at(9, 11), ""))
    found = live(ws, at(9))
    assert (found.new, found.raised, found.alerts) == (2, 0, 1)
    assert moves(ws, "cat") == [(9, "new", "high", "winback live", "")]
    assert moves(ws, "dan") == [(9, "new", "low", "winback live", "")]
    (cat,) = read.warnings_of(ws, "cat", "en")
    assert (cat.score, cat.expected_minor) == (80, int(cat.value_minor * 0.8))
    assert cat.reasons == ("last visit 1 days ago, usually every 3",)
    before = everything(ws)
    assert not live(ws, at(9, 13)).fresh
    assert everything(ws) == before


def test_an_open_warning_is_raised_and_never_lowered(ws: Workspace, says: Says) -> None:
    says({"ann": 0.9, "bob": 0.3})
    comes_in(ws, "app2", ("ann", "fault", at(9, 11), ""), ("bob", "fault", at(9, 11), ""))
    found = live(ws, at(9))
    assert (found.new, found.raised, found.closed) == (0, 1, 0)
    assert moves(ws, "ann") == [NEW, (9, "raised", "high", "winback live", "")]
    assert moves(ws, "bob") == [NEW]


def test_who_came_back_is_closed_only_where_the_model_sees_no_risk(ws: Workspace, says: Says) -> None:
    says({"ann": 0.1, "bob": 0.3})
    comes_in(ws, "app2", ("ann", "visit", at(9, 11), ""), ("bob", "visit", at(9, 11), ""))
    assert live(ws, at(9)).closed == 1
    assert moves(ws, "ann")[1:] == [(9, "closed", "medium", "winback live", "came_back")]
    assert moves(ws, "bob") == [NEW], "30 % is level low still"


def test_a_warning_of_the_model_ends_at_once_even_of_one_who_was_never_quiet(
    tmp_path: Path, says: Says
) -> None:
    made = shop(tmp_path, VISITS)
    source = made.settings.sources[0].model_copy(update={"path": "app*.csv"})
    made = Workspace(made.settings.model_copy(update={"sources": (source,)}), made.root)
    scored(made, 8, {"cat": 0.8})
    walk(made, 8)
    comes_in(made, "app2", ("cat", "visit", at(8, 11), ""))
    says({"cat": 0.1})
    assert live(made, at(8)).closed == 1
    assert [move[1] for move in moves(made, "cat")] == ["new", "closed"]


def test_the_next_night_judges_what_the_model_raised_like_any_other(ws: Workspace, says: Says) -> None:
    says({"cat": 0.8})
    comes_in(ws, "app2", ("cat", "visit", at(9, 11), ""))
    live(ws, at(9))
    scored(ws, 10, {"ann": 0.1, "bob": 0.1, "cat": 0.6})
    scored(ws, 11, {"ann": 0.1, "bob": 0.1, "cat": 0.1})
    walk(ws, 10, 11)
    assert [move[:3] for move in moves(ws, "cat")] == [
        (9, "new", "high"),
        (10, "lowered", "medium"),
        (11, "closed", "medium"),
    ]


def test_what_the_team_can_do_a_day_holds_for_run_and_live_pass_together(tmp_path: Path, says: Says) -> None:
    warn = {"levels_by": "capacity", "high_a_day_max": 1, "medium_a_day_max": 3, "score_medium": 50}
    made = _shop(tmp_path, warn=warn)
    says({"cat": 0.8, "dan": 0.9})
    comes_in(made, "app2", ("cat", "visit", at(9, 11), ""))
    live(made, at(9))
    comes_in(made, "app3", ("dan", "visit", at(9, 12), ""))
    live(made, at(9, 13))
    assert [move[2] for move in (*moves(made, "cat"), *moves(made, "dan"))] == ["high", "medium"]


def test_who_took_the_money_out_is_told_by_that(ws: Workspace, says: Says) -> None:
    says({"cat": 0.99})
    comes_in(ws, "app2", ("cat", "redemption", at(9, 11), "9000"))
    assert live(ws, at(9)).new == 1
    assert moves(ws, "cat") == [(9, "new", "high", "winback live", "redeemed_nearly_all")]


def test_without_a_model_in_use_nobody_is_scored(ws: Workspace) -> None:
    assert predict.score_some(ws, on(10), np.array([0], np.int32)) is None
    comes_in(ws, "app2", ("cat", "visit", at(9, 11), ""))
    assert live(ws, at(9)).model is None
