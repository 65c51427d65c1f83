"""Turns the clock back: what a policy of rules and levels would have done, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from winback.ingest import read as ingest
from winback.profile import read as profile
from winback.settings.model import Settings
from winback.store.workspace import Workspace
from winback.terms.errors import Problem
from winback.terms.progress import Progress, Silent
from winback.warn.decide import MOVES, STATUSES, Standing, nobody
from winback.warn.gather import gather
from winback.warn.heard import spoken
from winback.warn.judging import Judged, judge
from winback.warn.nouns import Move, Replayed, ReplayedDay, Status
from winback.warn.outcomes import DAYS, Keys, Opened, Span, churned, later_churns, measured
from winback.warn.rules import Rule, read_rules
from winback.warn.view import View

#: So many dates are made in one pass and held in memory.
DATES_AT_ONCE = 8
#: Fewer of them where there are many customers: so many rows at most, which take about one GiB.
ROWS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Policy:
    """What is tried: the sections `rules` and `warn` of these settings, under a name."""

    name: str
    settings: Settings


@dataclass
class Walk:
    """A policy on its way through the days: how warnings stand, and every one that was opened."""

    policy: Policy
    rules: tuple[Rule, ...]
    ws: Workspace
    standing: Standing
    opened: list[tuple[Keys, Any, Any]] = field(default_factory=list)
    days: list[ReplayedDay] = field(default_factory=list)


def replay(
    ws: Workspace,
    policies: Sequence[Policy],
    span: tuple[date, date],
    *,
    rows_at_once: int = ROWS_AT_ONCE,
    progress: Progress | None = None,
) -> tuple[Replayed, ...]:
    """What each policy would have done on each day of the span [first, last], point in time, kept nowhere.

    A warning is right where the customer churned within the policy's horizon after it was opened. The
    probability is that which was scored for the date, where it was. Memory holds `rows_at_once` rows of
    everybody on some dates, at least one date; the result does not depend on it. Raises Problem where the
    span is none, NotReadyProblem where nothing has been ingested, SettingsProblem where a rule says what
    cannot be.
    """
    first, last = span
    if first > last:
        raise Problem("the span ends on {last}, before it begins on {first}", last=last, first=first)
    manifest, told = ingest.manifest(ws), progress or Silent()
    assert manifest.last_day is not None
    walks = [_walk(ws, policy, manifest.customers) for policy in policies]
    known_to = manifest.last_day + timedelta(days=1)
    horizon = max(walk.ws.settings.warn.horizon_days for walk in walks)
    end = min(max(last, known_to), last + timedelta(days=horizon))
    churns: list[Keys] = []
    told.start("replay", (end - first).days + 1)
    models: dict[date, str | None] = {}
    for dates in _dates(span, rows_at_once // manifest.customers):
        for day, model, gone in _through(ws, dates, walks):
            models[day] = model
            churns.append(gone)
            told.advance()
    churns += later_churns(ws, last + timedelta(days=1), end)
    left, spoke = np.sort(np.concatenate(churns)), spoken(ws, models)
    return tuple(replace(_result(walk, left, span, known_to), spoke=spoke) for walk in walks)


def _walk(ws: Workspace, policy: Policy, customers: int) -> Walk:
    tried = {"rules": policy.settings.rules, "warn": policy.settings.warn}
    own = Workspace(ws.settings.model_copy(update=tried), ws.root)
    rules = read_rules(own.settings, profile.catalogue(own.settings).names)
    return Walk(policy, rules, own, nobody(customers))


def _dates(span: tuple[date, date], at_once: int) -> Iterator[list[date]]:
    """The days of the span in order, so many at once."""
    first, last = span
    size = max(1, min(DATES_AT_ONCE, at_once))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    yield from (days[at : at + size] for at in range(0, len(days), size))


def _through(
    ws: Workspace, dates: Sequence[date], walks: Sequence[Walk]
) -> Iterator[tuple[date, str | None, Keys]]:
    """Take every walk through these days; gives the model that told of each, and who churned.

    All that these days say of everybody goes with it: of a day, only who churned, which warnings were opened
    and how warnings stand last longer.
    """
    gathered = gather(ws, dates, [rule for walk in walks for rule in walk.rules], named=False)
    for day in dates:
        view = gathered.views[day]
        for walk in walks:
            _step(walk, view)
        yield day, gathered.models[day], churned(view, ws.settings.churn.days)


def _step(walk: Walk, view: View) -> None:
    """One day: the moves, the warnings opened, and how warnings stand after it."""
    judged = judge(walk.ws, view, walk.rules, walk.standing)
    move = judged.moves.move
    new = np.flatnonzero(move == MOVES.index(Move.NEW))
    day = judged.today.day
    walk.opened.append((new * DAYS + day, judged.today.level[new], judged.case.value[new]))
    walk.standing = after(judged)
    raised = int((move == MOVES.index(Move.RAISED)).sum())
    walk.days.append(ReplayedDay(view.as_of, len(new), raised, int((walk.standing.level > 0).sum())))


def after(judged: Judged) -> Standing:
    """How warnings stand after the moves of a date, nobody having acted by hand."""
    before, today, move = judged.standing, judged.today, judged.moves.move
    day = np.int32(today.day)
    is_new, is_closed = move == MOVES.index(Move.NEW), move == MOVES.index(Move.CLOSED)
    speaks = (move > 0) & ~is_closed & (today.level > 0)
    status = np.where(is_closed, 0, judged.moves.status)
    status = np.where(is_new, STATUSES.index(Status.OPEN), status)
    return Standing(
        level=np.where(is_closed, 0, np.where(speaks, today.level, before.level)).astype(np.int8),
        status=status.astype(np.int8),
        opened=np.where(is_new, day, before.opened),
        seen=np.where(speaks, day, before.seen),
        snoozed_until=before.snoozed_until,
        scored=np.where(is_new, judged.case.chances.known, before.scored | judged.case.chances.known),
        live=before.live,
        closed=np.where(is_closed, day, before.closed),
        closed_level=np.where(is_closed, before.level, before.closed_level).astype(np.int8),
    )


def _result(walk: Walk, left: Keys, span: tuple[date, date], known_to: date) -> Replayed:
    keys, level, value = (np.concatenate(parts) for parts in zip(*walk.opened, strict=True))
    when = Span(*span, known_to, walk.ws.settings.warn.horizon_days)
    return measured(walk.policy.name, when, (Opened(keys, level, value), left), walk.days)
