"""The live pass, between two runs: who came back has no warning any more, who takes the money out has one."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from winback.ingest import read as ingest
from winback.profile import read as profile
from winback.store import facts
from winback.store.lock import exclusive
from winback.store.workspace import Workspace
from winback.terms.progress import Progress, Silent
from winback.terms.time import day_number
from winback.warn import basis, book, policies, telling
from winback.warn.fresh import Fresh, look, raisings, tomorrow
from winback.warn.news import Keys, News, emptied, news_since, view_of
from winback.warn.nouns import Alert, Closing, Level, LiveSummary, Move, Status
from winback.warn.passing import Known, Pass, Told, Warned, move_of, row_of
from winback.warn.rules import held, read_rules
from winback.warn.truth import Flags
from winback.warn.value import value_at_risk
from winback.warn.view import View, equals

WHO = "winback live"
#: What stands in the place of rules in a warning that the live pass raised.
RULE = "redeemed_nearly_all"
#: The part of verdicts that is the live pass's own.
PART = -1
_IDS_AT_ONCE = 5_000


def live(
    ws: Workspace, now: datetime, *, wait_seconds: float = 60.0, progress: Progress | None = None
) -> LiveSummary:
    """Bring warnings up to what has come in since the last run, as of the moment `now` (with its zone).

    Only days from the last run's date on count, and only where something came in since the last live pass:
    late events of earlier days are for the next run. Every change is a row as of the last run's date, with
    the moment. Does nothing before the first run and while one is under way. Raises NotReadyProblem where
    nothing was ingested, BusyProblem where a run goes on for longer than `wait_seconds`.
    """
    told, began = progress or Silent(), time.perf_counter()
    manifest, now_us = ingest.manifest(ws), int(now.timestamp() * 1_000_000)
    with (
        exclusive(ws.data / "warn.lock", wait_seconds=wait_seconds, progress=told),
        facts.connection(ws) as connection,
    ):
        last = book.last_run(connection, date.max)
        if last is None or last[1] != "done":
            return LiveSummary(None, now_us, fresh=False)
        seen = book.fetch(connection, "live_seen")
        version = seen[0][0] if seen and seen[0][1] == day_number(last[0]) else -1
        today = now.astimezone(ws.settings.workspace.zone).date()
        days = tuple(day for day in ingest.days_changed_since(ws, version) if last[0] <= day <= today)
        if not days:
            return LiveSummary(last[0], now_us, fresh=False, seconds=time.perf_counter() - began)
        told.start("live", len(days))
        own = policies.current(ws, connection)
        rules = read_rules(own.settings, profile.catalogue(own.settings).names)
        taken = _take(connection, Pass(own, last[0], days[-1], now_us, rules), manifest.version)
    return replace(taken, days=days, seconds=time.perf_counter() - began)


def _take(connection: Any, this: Pass, version: int) -> LiveSummary:
    news = news_since(this.ws, this.as_of, this.now_us)
    known = Known(news, _warned(connection, news, this), emptied(this.ws, news, this.as_of))
    fresh = look(connection, this, known)
    rows = [*_closings(known, _come_back(connection, this, known, fresh)), *_raisings(this, known)]
    if fresh is not None:
        rows += raisings(this, known, fresh)
    moves = [row[2] for row in rows]
    summary = LiveSummary(
        as_of=this.as_of,
        at_us=this.now_us,
        fresh=True,
        customers=len(news.customer),
        model=None if fresh is None else fresh.told.model,
        closed=moves.count(Move.CLOSED.value),
        raised=moves.count(Move.RAISED.value) + moves.count(Move.REOPENED.value),
        new=moves.count(Move.NEW.value),
    )
    day = day_number(this.as_of)
    for at in range(0, len(rows), book.PART_ROWS):
        _keep(connection, this, rows[at : at + book.PART_ROWS], tells=at == 0)
    alerts = telling.live_anomalies(this.ws, connection, summary, news.cut_us)
    with facts.transaction(connection):
        book.keep_alerts(connection, day, alerts)
        summary = replace(summary, alerts=len(alerts) + len(_high(this, rows)))
        seen = [version, day, this.now_us, json.dumps(asdict(summary), default=str)]
        book.do(connection, "keep_live_seen", seen)
    return summary


def _warned(connection: Any, news: News, this: Pass) -> dict[str, Warned]:
    """The latest warning of each customer in the news, where one is open or was closed not long ago."""
    ids = news.id.to_pylist()
    after = day_number(this.as_of) - max(this.ws.settings.warn.cooldown_days, 1)
    found: dict[str, Warned] = {}
    for at in range(0, len(ids), _IDS_AT_ONCE):
        for row in book.fetch_of(connection, "standing_of", ids[at : at + _IDS_AT_ONCE], [after]):
            customer, opened, status, level, closed, scored, live_day = row
            found[customer] = Warned(opened, Status(status), level, closed, bool(scored), live_day)
    return found


def _come_back(connection: Any, this: Pass, known: Known, fresh: Fresh | None) -> Sequence[int]:
    """Whose warning ends (their places in the news): no rule holds any more, and they showed life.

    Nor must the model in use speak for it, with what came in counted. Where no model can be asked but one
    spoke for the warning, only who had gone quiet: an active customer's visit says nothing new. Where the
    live pass raised it for money taken out, only who brings money in again.
    """
    news, warned = known.news, known.warned
    kept = basis.from_json(book.fetch(connection, "basis_of", [day_number(this.as_of)])[0][0])
    candidates = []
    for at in np.flatnonzero(news.is_alive & ~known.gone).tolist():
        mine = warned.get(news.id[at].as_py())
        if mine is None or not mine.is_open:
            continue
        if mine.live is None or news.bought[at] > news.redeemed[at]:
            candidates.append(at)
    if not candidates or not kept:
        return ()
    keys: Keys = news.customer[candidates]
    calm = held(this.rules, view_of(this.ws, tomorrow(this), keys, (this.rules, kept))) == 0
    quiet = _was_quiet(this, keys)
    scored = np.array([warned[news.id[at].as_py()].scored for at in candidates])
    silent = (
        quiet | ~scored
        if fresh is None
        else np.where(fresh.known[candidates], fresh.level[candidates] == 0, quiet | ~scored)
    )
    return [at for at, ends in zip(candidates, calm & silent, strict=True) if ends]


def _was_quiet(this: Pass, keys: Keys) -> Flags:
    """Who had been away as of the last run: dormant or churned."""
    names = profile.graded_from(this.ws.settings)
    batches = list(profile.features_on(this.ws, [this.as_of], keys, names))
    state = profile.graded(this.ws.settings, pa.Table.from_batches(batches))["state"]
    return equals(pa.chunked_array([state]), ("dormant", "churned"))


def _closings(known: Known, back: Sequence[int]) -> list[book.Row]:
    rows: list[book.Row] = []
    for at in back:
        customer = known.news.id[at].as_py()
        mine = known.warned[customer]
        says = [Move.CLOSED.value, mine.level, mine.level, Status.CLOSED.value, Closing.CAME_BACK.value]
        rows.append((customer, mine.opened, *says, None, 0, 0, "", None, None, None))
    return rows


def _raisings(this: Pass, known: Known) -> list[book.Row]:
    """Verdicts for who redeemed nearly all: new, raised, or opened again where it was closed on this date."""
    news, places = known.news, np.flatnonzero(known.gone)
    if not len(places):
        return []
    view = view_of(this.ws, tomorrow(this), news.customer[places], ((), {}))
    value = value_at_risk(view.table, this.ws.settings.warn).tolist()
    level = Level[this.ws.settings.warn.live_level.upper()]
    rows: list[book.Row] = []
    for n, at in enumerate(places.tolist()):
        customer = news.id[at].as_py()
        mine = known.warned.get(customer)
        if (move := move_of(this, mine, level)) is not None:
            rows.append(row_of(this, (customer, mine), (move, level), _told(view, n, value[n])))
    return rows


def _told(view: View, n: int, value: int) -> Told:
    """What is kept of one customer of the view who redeemed nearly all."""
    figures = {"balance_now": view.table["balance_now"][n].as_py()}
    reasons = json.dumps({"figures": figures, "model": []}, ensure_ascii=False)
    phase, channel = (view.table[name][n].as_py() for name in ("phase", "channel"))
    return Told(None, value, value, RULE, reasons, phase, channel)


def _keep(connection: Any, this: Pass, rows: Sequence[book.Row], *, tells: bool) -> None:
    """One part of verdicts comes to count: history, warnings and the alert together."""
    day, last = day_number(this.as_of), day_number(this.last_day)
    with facts.transaction(connection):
        book.keep_part(connection, day, PART, rows)
        book.do(connection, "live_open", [last, day])
        book.do(connection, "live_note", [this.now_us, WHO, day])
        book.do(connection, "live_close", [day])
        book.do(connection, "live_raise", [last, day])
        book.do(connection, "drop_live_verdicts", [day])
        if tells:
            book.keep_alerts(connection, day, _high(this, rows))


def _high(this: Pass, rows: Sequence[book.Row]) -> list[Alert]:
    """What is told of those newly at high risk: who took the money out, and whom the model names."""
    opens = (Move.NEW.value, Move.RAISED.value, Move.REOPENED.value)
    found = [row for row in rows if row[2] in opens and row[4] == Level.HIGH]
    alerts = []
    for by_model in (False, True):
        mine = [(row[0], row[9]) for row in found if (row[10] == "") is by_model]
        if mine:
            highest = sorted(mine, key=lambda each: (-each[1], each[0]))
            alerts.append(telling.live_high(this.ws, (this.as_of, this.now_us), highest, by_model=by_model))
    return alerts
