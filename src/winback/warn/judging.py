"""From what is known as of a date to the verdict on every warning; writes nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from winback.store.workspace import Workspace
from winback.terms.time import day_number
from winback.warn import risk
from winback.warn.book import Row
from winback.warn.decide import (
    CLOSINGS,
    MOVES,
    NEVER,
    STATUSES,
    Moves,
    Standing,
    Today,
    decide,
    still_live,
    unsilenced,
)
from winback.warn.gather import LAST_ALIVE
from winback.warn.grade import Case, Limits, expected, levels, slider
from winback.warn.nouns import Move, WarnSummary
from winback.warn.rules import Rule, held, limits, names
from winback.warn.value import value_at_risk
from winback.warn.view import View, equals

#: States of customers who are still there: they can be warned of.
THERE = ("active", "dormant", "returned")


@dataclass(frozen=True)
class Judged:
    """The case of every customer, what was found, and what happens to the warnings."""

    view: View
    case: Case
    today: Today
    standing: Standing
    moves: Moves


def limits_of(ws: Workspace, rules: Sequence[Rule]) -> Limits:
    """What levels are set by in this workspace."""
    digits = ws.settings.workspace.minor_digits
    return Limits(ws.settings.warn, [rule.level for rule in rules], digits)


def judge(ws: Workspace, view: View, rules: Sequence[Rule], standing: Standing) -> Judged:
    """What happens to each warning as of the date of the view."""
    found = case_of(ws, view, rules, standing.level)
    alive, day = view.feature(LAST_ALIVE), day_number(view.as_of)
    last_alive = np.where(alive.known, day - alive.values, NEVER).astype(np.int32)
    level = levels(found, limits_of(ws, rules))
    if view.chances is None:
        level = unsilenced(level, standing)
    level = still_live(level, standing, day, ws.settings.warn.calm_days)
    today = Today(day, level, equals(view.words("state"), ("churned",)), last_alive)
    return Judged(view, found, today, standing, decide(standing, today, ws.settings.warn))


def case_of(ws: Workspace, view: View, rules: Sequence[Rule], held_level: Any) -> Case:
    """The case of every customer: who is there, the probability, the value at risk, the rules."""
    return Case(
        watched=equals(view.words("state"), THERE),
        chances=view.probability(),
        value=value_at_risk(view.table, ws.settings.warn),
        rules=held(rules, view),
        held=held_level,
    )


def verdicts(ws: Workspace, judged: Judged, rules: Sequence[Rule], ids: pa.Array) -> Iterator[Row]:
    """A row each warning that something happens to, in the order of `keep_verdict`."""
    moves, standing = judged.moves, judged.standing
    at = np.flatnonzero(moves.move)
    is_new = moves.move == MOVES.index(Move.NEW)
    speaks = (judged.today.level > 0) & (moves.closing == 0)
    case, table = judged.case, judged.view.table
    chance = pa.array(case.chances.values, mask=~case.chances.known)
    bits = {int(each): " ".join(names(rules, int(each))) for each in np.unique(case.rules[at])}
    columns = (
        ids.take(pa.array(at)).to_pylist(),
        np.where(is_new, judged.today.day, standing.opened)[at].tolist(),
        [(MOVES[code] or Move.SEEN).value for code in moves.move[at]],
        standing.level[at].tolist(),
        np.where(speaks, judged.today.level, standing.level)[at].tolist(),
        [getattr(STATUSES[code], "value", None) for code in moves.status[at]],
        [getattr(CLOSINGS[code], "value", None) for code in moves.closing[at]],
        chance.take(pa.array(at)).to_pylist(),
        case.value[at].tolist(),
        expected(case)[at].tolist(),
        [bits[int(each)] for each in case.rules[at]],
        _reasons(ws, judged, rules, at),
        table["phase"].take(pa.array(at)).to_pylist(),
        table["channel"].take(pa.array(at)).to_pylist(),
    )
    return zip(*columns, strict=True)


def _reasons(ws: Workspace, judged: Judged, rules: Sequence[Rule], at: Any) -> list[str | None]:
    """For new and raised warnings the figures that their rules looked at, and the reasons of the model."""
    tells = np.isin(judged.moves.move[at], [MOVES.index(Move.NEW), MOVES.index(Move.RAISED)])
    keys = at[tells]
    why = risk.reasons(ws, judged.view.as_of, keys.tolist()) if judged.case.chances.known.any() else {}
    features = tuple(dict.fromkeys(name for rule in rules for name in rule.figures))
    figures = {name: judged.view.table[name].take(pa.array(keys)).to_pylist() for name in features}
    by_bits = {int(b): _figures_of(rules, int(b)) for b in np.unique(judged.case.rules[keys])}
    found: list[str | None] = [None] * len(at)
    for place, (row, key) in enumerate(zip(np.flatnonzero(tells).tolist(), keys.tolist(), strict=True)):
        told = {name: figures[name][place] for name in by_bits[int(judged.case.rules[key])]}
        found[row] = json.dumps({"figures": told, "model": why.get(key, [])}, ensure_ascii=False)
    return found


def _figures_of(rules: Sequence[Rule], bits: int) -> tuple[str, ...]:
    chosen = (rule for place, rule in enumerate(rules) if bits >> place & 1)
    return tuple(dict.fromkeys(name for rule in chosen for name in rule.figures))


def summed_up(ws: Workspace, judged: Judged, rules: Sequence[Rule], model: str | None) -> WarnSummary:
    """What the run says of itself, as far as the verdicts tell."""
    moves, case = judged.moves, judged.case
    counts = Counter({MOVES[code]: int(n) for code, n in _counted(moves.move)})
    return WarnSummary(
        as_of=judged.view.as_of,
        fresh=True,
        customers=judged.view.rows,
        watched=int(case.watched.sum()),
        model=model,
        moves={move.value: counts.get(move, 0) for move in MOVES if move is not None},
        closed={CLOSINGS[code].value: n for code, n in _counted(moves.closing)},  # type: ignore[union-attr]
        by_rule={
            rule.name: int(((case.rules >> place & 1) & case.watched).sum())
            for place, rule in enumerate(rules)
        },
        limits=tuple(limits(rules, judged.view)),
        slider=slider(case, limits_of(ws, rules)),
    )


def _counted(codes: Any) -> list[tuple[int, int]]:
    found, counts = np.unique(codes[codes > 0], return_counts=True)
    return list(zip(found.tolist(), counts.tolist(), strict=True))
