"""The live pass, between two runs: who came back has no warning any more, who takes the money out has one."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
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
from winback.terms.time import day_number, day_of
from winback.warn import basis, book, policies, telling
from winback.warn.news import Keys, News, emptied, news_since, view_of
from winback.warn.nouns import Closing, Level, LiveSummary, Move, Status
from winback.warn.rules import Rule, held, read_rules
from winback.warn.truth import Flags
from winback.warn.value import value_at_risk
from winback.warn.view import View, equals

WHO = "winback live"
#: What stands in the place of rules in a warning that the live pass raised.
RULE = "redeemed_nearly_all"
#: The part of verdicts that is the live pass's own.
PART = -1
_IDS_AT_ONCE = 5_000


@dataclass(frozen=True)
class _Warned:
    """The latest warning of a customer, as far as the live pass looks at it."""

    opened: int
    status: Status
    level: int
    closed: int | None
    scored: bool
    live: int | None

    @property
    def is_open(self) -> bool:
        return self.status is not Status.CLOSED


@dataclass(frozen=True)
class _Pass:
    """One live pass: the last run's date, the last day with news, the moment, and the rules in use."""

    ws: Workspace
    as_of: date
    last_day: date
    now_us: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class _Known:
    """The news, the latest warning of each customer in them, and who redeemed nearly all."""

    news: News
    warned: dict[str, _Warned]
    gone: Flags


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
        taken = _take(connection, _Pass(own, last[0], days[-1], now_us, rules), manifest.version)
    return replace(taken, days=days, seconds=time.perf_counter() - began)


def _take(connection: Any, this: _Pass, version: int) -> LiveSummary:
    news = news_since(this.ws, this.as_of, this.now_us)
    known = _Known(news, _warned(connection, news, this), emptied(this.ws, news, this.as_of))
    rows = [*_closings(known, _come_back(connection, this, known)), *_raisings(this, known)]
    moves = [row[2] for row in rows]
    summary = LiveSummary(
        as_of=this.as_of,
        at_us=this.now_us,
        fresh=True,
        customers=len(news.customer),
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
        summary = replace(summary, alerts=len(alerts) + bool(_high(rows)))
        seen = [version, day, this.now_us, json.dumps(asdict(summary), default=str)]
        book.do(connection, "keep_live_seen", seen)
    return summary


def _warned(connection: Any, news: News, this: _Pass) -> dict[str, _Warned]:
    """The latest warning of each customer in the news, where one is open or was closed not long ago."""
    ids = news.id.to_pylist()
    after = day_number(this.as_of) - max(this.ws.settings.warn.cooldown_days, 1)
    found: dict[str, _Warned] = {}
    for at in range(0, len(ids), _IDS_AT_ONCE):
        for row in book.fetch_of(connection, "standing_of", ids[at : at + _IDS_AT_ONCE], [after]):
            customer, opened, status, level, closed, scored, live_day = row
            found[customer] = _Warned(opened, Status(status), level, closed, bool(scored), live_day)
    return found


def _come_back(connection: Any, this: _Pass, known: _Known) -> Sequence[int]:
    """Whose warning ends (their places in the news): no rule holds any more, and they showed life.

    Where a model spoke for it, only who had gone quiet: an active customer's visit says nothing new. Where
    the live pass raised it for money taken out, only who brings money in again.
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
    tomorrow = day_of(day_number(this.last_day) + 1)
    calm = held(this.rules, view_of(this.ws, tomorrow, keys, (this.rules, kept))) == 0
    quiet = _was_quiet(this, keys)
    scored = np.array([warned[news.id[at].as_py()].scored for at in candidates])
    return [at for at, ends in zip(candidates, calm & (quiet | ~scored), strict=True) if ends]


def _was_quiet(this: _Pass, keys: Keys) -> Flags:
    """Who had been away as of the last run: dormant or churned."""
    names = profile.graded_from(this.ws.settings)
    batches = list(profile.features_on(this.ws, [this.as_of], keys, names))
    state = profile.graded(this.ws.settings, pa.Table.from_batches(batches))["state"]
    return equals(pa.chunked_array([state]), ("dormant", "churned"))


def _closings(known: _Known, back: Sequence[int]) -> list[book.Row]:
    rows: list[book.Row] = []
    for at in back:
        customer = known.news.id[at].as_py()
        mine = known.warned[customer]
        says = [Move.CLOSED.value, mine.level, mine.level, Status.CLOSED.value, Closing.CAME_BACK.value]
        rows.append((customer, mine.opened, *says, None, 0, 0, "", None, None, None))
    return rows


def _raisings(this: _Pass, known: _Known) -> list[book.Row]:
    """Verdicts for who redeemed nearly all: new, raised, or opened again where it was closed on this date."""
    news, places = known.news, np.flatnonzero(known.gone)
    if not len(places):
        return []
    tomorrow = day_of(day_number(this.last_day) + 1)
    view = view_of(this.ws, tomorrow, news.customer[places], ((), {}))
    value = value_at_risk(view.table, this.ws.settings.warn).tolist()
    rows: list[book.Row] = []
    for n, at in enumerate(places.tolist()):
        customer = news.id[at].as_py()
        mine = known.warned.get(customer)
        if (move := _move(this, mine)) is not None:
            rows.append(_raised(this, (customer, mine), move, _told(view, n, value[n])))
    return rows


def _move(this: _Pass, mine: _Warned | None) -> Move | None:
    """What the live pass does to the warning of who redeemed nearly all; None: nothing."""
    section, day = this.ws.settings.warn, day_number(this.as_of)
    level = Level[section.live_level.upper()]
    if mine is None:
        return Move.NEW
    if mine.is_open:
        return Move.RAISED if mine.level < level else None
    cools = mine.closed is not None and day - mine.closed < section.cooldown_days
    if cools and level <= mine.level:
        return None
    return Move.REOPENED if mine.opened == day else Move.NEW


def _told(view: View, n: int, value: int) -> tuple[int, str, Any, Any]:
    """Value, reasons, phase and channel of one customer of the view."""
    figures = {"balance_now": view.table["balance_now"][n].as_py()}
    reasons = json.dumps({"figures": figures, "model": []}, ensure_ascii=False)
    return value, reasons, view.table["phase"][n].as_py(), view.table["channel"][n].as_py()


def _raised(
    this: _Pass, who: tuple[str, _Warned | None], move: Move, told: tuple[int, str, Any, Any]
) -> book.Row:
    (customer, mine), (value, reasons, phase, channel) = who, told
    is_new = mine is None or move is Move.NEW
    opened = day_number(this.as_of) if mine is None or is_new else mine.opened
    before = 0 if mine is None or is_new else mine.level
    level = int(Level[this.ws.settings.warn.live_level.upper()])
    says = (move.value, before, level, Status.OPEN.value, None)
    return (customer, opened, *says, None, value, value, RULE, reasons, phase, channel)


def _keep(connection: Any, this: _Pass, rows: Sequence[book.Row], *, tells: bool) -> None:
    """One part of verdicts comes to count: history, warnings and the alert together."""
    day, last = day_number(this.as_of), day_number(this.last_day)
    with facts.transaction(connection):
        book.keep_part(connection, day, PART, rows)
        book.do(connection, "live_open", [last, day])
        book.do(connection, "live_note", [this.now_us, WHO, day])
        book.do(connection, "live_close", [day])
        book.do(connection, "live_raise", [last, day])
        book.do(connection, "drop_live_verdicts", [day])
        if tells and (high := _high(rows)):
            book.keep_alerts(connection, day, [telling.live_high(this.ws, this.as_of, this.now_us, high)])


def _high(rows: Sequence[book.Row]) -> list[tuple[str, int]]:
    """Customer and value of those newly at high risk, the most at risk first."""
    opens = (Move.NEW.value, Move.RAISED.value, Move.REOPENED.value)
    found = [(row[0], row[9]) for row in rows if row[2] in opens and row[4] == Level.HIGH]
    return sorted(found, key=lambda each: (-each[1], each[0]))
