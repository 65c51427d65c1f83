"""Where a model has scored the date, its probability sets levels, and its reasons stand beside the rules'."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.warn.worlds import histories, on, shop, walk
from winback.predict.reasons import REASON_SCHEMA
from winback.store.workspace import Workspace
from winback.warn import read
from winback.warn.nouns import EarlyWarning
from winback.warn.run import run

VISITS = {"ann": list(range(0, 40, 2)), "bob": [0], "cat": list(range(0, 60, 3))}


def scored(ws: Workspace, day: int, chances: dict[str, float]) -> None:
    """The risks of a date as predict keeps them; ann's reason is her last visit."""
    folder = ws.data / "predict" / f"as_of={on(day)}"
    folder.mkdir(parents=True)
    keys = {"ann": 0, "bob": 1, "cat": 2}
    customers = pa.array([keys[name] for name in chances], pa.int32())
    risk = {"customer": customers, "probability": list(chances.values()), "margin": [0.0] * len(chances)}
    pq.write_table(pa.table(risk), folder / "risk.parquet")
    schema = REASON_SCHEMA.set(0, pa.field("customer", pa.int32()))
    reason = {"customer": 0, "rank": 1, "kind": "visit", "measure": "days", "effect": 0.7}
    reason |= {"feature": "days_since_visit", "value": 2.0, "word": None, "usual": 1.0, "own_usual": 1.5}
    pq.write_table(pa.Table.from_pylist([reason], schema), folder / "reasons.parquet")
    meta = {"inputs": {"model": "m1"}, "horizon_days": 30}
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return shop(tmp_path, VISITS)


def test_levels_follow_the_probability_and_rules_give_at_least_theirs(ws: Workspace) -> None:
    scored(ws, 8, {"ann": 0.8, "bob": 0.1, "cat": 0.3})
    found = run(ws, on(8))
    assert (found.model, found.levels) == ("m1", {"high": 1, "medium": 1, "low": 1})
    told = {w.customer_id: (w.level.word, w.score, w.rules) for w in _open(ws)}
    assert told == {"ann": ("high", 80, ()), "bob": ("medium", 10, ("away",)), "cat": ("low", 30, ())}
    assert found.slider[50].warned == 1
    ann = _open(ws)[0]
    assert ann.expected_minor == int(ann.value_minor * 0.8)


def test_the_reasons_of_the_model_are_told_first(ws: Workspace) -> None:
    scored(ws, 8, {"ann": 0.8, "bob": 0.1, "cat": 0.3})
    walk(ws, 8)
    (ann,) = read.warnings_of(ws, "ann", "en")
    assert ann.reasons == ("last visit 2 days ago, usually every 1.5",)
    (bob,) = read.warnings_of(ws, "bob", "en")
    assert bob.reasons == ("days since the last visit: 8",)


def test_a_warning_is_raised_and_lowered_with_the_probability(ws: Workspace) -> None:
    for day, chance in ((8, 0.3), (9, 0.8), (10, 0.72), (11, 0.6), (12, 0.1)):
        scored(ws, day, {"ann": chance})
    walk(ws, 8, 9, 10, 11, 12)
    assert histories(ws, "ann")["ann"] == [
        (8, "new", "low"),
        (9, "raised", "high"),
        (11, "lowered", "medium"),
        (12, "closed", "medium"),
    ]


def test_a_night_without_scores_ends_no_warning_and_rules_go_on(ws: Workspace) -> None:
    scored(ws, 8, {"ann": 0.8, "bob": 0.1, "cat": 0.3})
    walk(ws, 8)
    found = run(ws, on(15))
    assert (found.model, found.levels) == (None, {"high": 2, "low": 1})
    assert histories(ws, "ann", "bob") == {
        "ann": [(8, "new", "high")],
        "bob": [(8, "new", "medium"), (15, "raised", "high")],
    }
    (ann,) = read.warnings_of(ws, "ann")
    assert (ann.score, ann.seen) == (80, on(15))
    scored(ws, 16, {"ann": 0.1})
    walk(ws, 16)
    assert histories(ws, "ann")["ann"][1:] == [(16, "closed", "high")]


def test_a_rule_may_ask_for_the_probability_and_its_rise(tmp_path: Path) -> None:
    when = [{"probability_at_least": 0.1}, {"probability_rise": 0.1, "days": 1}]
    rules = [{"name": "rising", "level": "high", "when": when}]
    ws = shop(tmp_path, VISITS, rules=rules)
    scored(ws, 8, {"ann": 0.01, "bob": 0.15})
    scored(ws, 9, {"ann": 0.14, "bob": 0.2})
    assert run(ws, on(8)).levels == {}
    assert run(ws, on(9)).by_rule == {"rising": 1}
    assert histories(ws, "ann")["ann"] == [(9, "new", "high")]


def _open(ws: Workspace) -> tuple[EarlyWarning, ...]:
    return read.nouns_of(ws, read.open_warnings(ws), "en")
