"""The step: from risk, rules and value to early warnings as of a date, with what operators are to be told."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from winback.ingest import read as ingest
from winback.profile import read as profile
from winback.store import facts
from winback.store.lock import exclusive
from winback.store.workspace import Workspace
from winback.terms.errors import Place, Problem
from winback.terms.progress import Progress, Silent
from winback.terms.time import day_number
from winback.terms.told import Told
from winback.warn import basis, book, policies, telling
from winback.warn.gather import Gathered, gather
from winback.warn.judging import judge, summed_up, verdicts
from winback.warn.live import live
from winback.warn.nouns import Alert, Level, WarnSummary
from winback.warn.policy import fingerprint
from winback.warn.rules import Rule, read_rules

__all__ = ["live", "run"]

#: So many dates are held in memory at once while missed ones are caught up.
DATES_AT_ONCE = 4


def run(
    ws: Workspace,
    as_of: date,
    *,
    tells: bool = True,
    stand_in: bool = False,
    wait_seconds: float = 60.0,
    progress: Progress | None = None,
) -> WarnSummary:
    """Warn of customers as of a date; missed dates since the last run are caught up first, in order.

    A date that is done is not done again; what was killed half-way is finished. Operators are told of it
    where `tells`. Where winback.toml holds a policy that is not switched on, the one in use goes on with
    `stand_in`. Raises Problem for a date before the last one that is not done, NotReadyProblem where nothing
    was ingested, SettingsProblem where a rule says what cannot be or, without `stand_in`, where the policy is
    not switched on, BusyProblem where another run goes on for longer than `wait_seconds`.
    """
    told, began = progress or Silent(), time.perf_counter()
    if not stand_in:
        read_rules(ws.settings, profile.catalogue(ws.settings).names)
    manifest = ingest.manifest(ws)
    with (
        exclusive(ws.data / "warn.lock", wait_seconds=wait_seconds, progress=told),
        facts.connection(ws) as connection,
    ):
        done = _done_before(connection, as_of)
        if done is not None:
            told.say(Told("{as_of} is done already", as_of=as_of))
            return replace(done, fresh=False, seconds=time.perf_counter() - began)
        ws, waiting = policies.judged_by(ws, connection, as_of, stand_in=stand_in)
        rules = read_rules(ws.settings, profile.catalogue(ws.settings).names)
        dates = _dates(ws, connection, as_of)
        told.start("warn", len(dates) * manifest.customers)
        how = _How(rules, ingest.ids(ws), waiting, as_of if tells else None, told)
        for at in range(0, len(dates), DATES_AT_ONCE):
            summary = _run_some(ws, connection, dates[at : at + DATES_AT_ONCE], how)
    return replace(summary, caught_up=tuple(dates[:-1]), seconds=time.perf_counter() - began)


def _done_before(connection: Any, as_of: date) -> WarnSummary | None:
    """The summary of a date that is done. Raises Problem where a later date was begun, but not this one."""
    rows = book.fetch(connection, "run_of", [day_number(as_of)])
    if rows and rows[0][1] == "done":
        return book.from_json(rows[0][2])
    latest = book.last_run(connection, date.max)
    if latest is not None and latest[0] > as_of:
        raise Problem(
            "{as_of} comes after {latest} has been run; warnings go forward in time only",
            as_of=as_of,
            latest=latest[0],
            place=Place(field="as_of"),
            todo="give {latest} or a later date; to try rules on the past use a replay",
        )
    return None


def _dates(ws: Workspace, connection: Any, as_of: date) -> list[date]:
    """The dates to do, in order: one that was killed, those that were missed, the one asked for."""
    latest = book.last_run(connection, as_of)
    if latest is None:
        return [as_of]
    last, state, _ = latest
    first = max(last + timedelta(days=1), as_of - timedelta(days=ws.settings.warn.catch_up_days_max))
    missed = [first + timedelta(days=n) for n in range((as_of - first).days + 1)]
    return missed if state == "done" else [last, *missed]


@dataclass(frozen=True)
class _How:
    """The rules, the ids of customers in key order, the policy that waits, who is told what.

    Operators are told of the date `tells_of` (None: of none), `told` of the progress.
    """

    rules: Sequence[Rule]
    ids: pa.Array
    waiting: str | None
    tells_of: date | None
    told: Progress


def _run_some(ws: Workspace, connection: Any, dates: Sequence[date], how: _How) -> WarnSummary:
    """Some dates in order, and the summary of the last; what they say of everybody goes with it."""
    gathered = gather(ws, dates, how.rules)
    for day in dates:
        summary = _run_one(ws, connection, (day, gathered), how)
        how.told.advance(len(how.ids))
    return summary


def _run_one(ws: Workspace, connection: Any, when: tuple[date, Gathered], how: _How) -> WarnSummary:
    """One date from judging to done; goes on where a killed run ended. A date caught up tells nobody."""
    (as_of, gathered), rules, ids = when, how.rules, how.ids
    day, view = day_number(as_of), gathered.views[as_of]
    rows = book.fetch(connection, "run_of", [day])
    if not rows or rows[0][1] == "judging":
        book.do(connection, "begin_run", [day])
        book.do(connection, "drop_all_verdicts", [day])
        standing = book.standing(connection, ids, as_of, ws.settings.warn)
        judged = judge(ws, view, rules, standing)
        summary = summed_up(ws, judged, rules, gathered.models[as_of])
        summary = replace(summary, policy=fingerprint(ws.settings), policy_waiting=how.waiting)
        book.keep_verdicts(connection, verdicts(ws, judged, rules, ids), day)
        book.do(connection, "keep_basis", [basis.to_json(gathered.views, as_of, rules), day])
        book.do(connection, "advance_run", ["judged", book.to_json(summary), day])
    else:
        summary = book.from_json(rows[0][2])
    for _ in book.apply_verdicts(connection, day):
        pass
    return _finish(ws, connection, summary, gathered if as_of == how.tells_of else None)


def _finish(ws: Workspace, connection: Any, summary: WarnSummary, gathered: Gathered | None) -> WarnSummary:
    open_now = book.fetch(connection, "open_by_level", ["closed"])
    summary = replace(
        summary,
        levels={Level(level).word: int(count) for level, count, _ in sorted(open_now, reverse=True)},
        value_minor=sum(int(value) for _, _, value in open_now),
    )
    alerts: tuple[Alert, ...] = ()
    if gathered is not None:
        alerts = telling.alerts(ws, connection, summary, gathered.views[summary.as_of])
    summary = replace(summary, alerts=len(alerts))
    book.finish(connection, summary, alerts)
    return summary
