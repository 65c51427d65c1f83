"""Claims out of the event log, judged against grants and purchases, and settled part by part."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from winback.ingest import read as ingest
from winback.reward import book
from winback.reward.asked import Int64s, counts
from winback.reward.claims_read import BY_PURCHASE, FROM_LOG, WAITING, Foreign, Gathered, gathered
from winback.reward.desk import DAY_US, Desk
from winback.reward.kinds import KINDS
from winback.reward.matching import CLAIM_REASONS, CLAIM_STATES, Matched, match
from winback.reward.nouns import ClaimState
from winback.terms.errors import NotReadyProblem

_HOUR_US = DAY_US // 24
_STATE_WORDS = [state.value for state in CLAIM_STATES]
_WHY_WORDS = [None if reason is None else reason.value for reason in CLAIM_REASONS]
_ACCEPTED, _WAITING = (CLAIM_STATES.index(s) for s in (ClaimState.ACCEPTED, ClaimState.WAITING))


class _OvertakenError(Exception):
    """Another run has written meanwhile, so what was judged may no longer hold."""


@dataclass
class ClaimTally:
    """What became of the claims: by state, by reason, the money claimed; `foreign` are of others' rewards."""

    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    claimed_minor: int = 0
    foreign: int = 0


def claim_all(desk: Desk) -> ClaimTally:
    """Judge every claim that is new or waits; where another run writes meanwhile, judge again."""
    tally = ClaimTally()
    try:
        version = ingest.manifest(desk.ws).version
    except NotReadyProblem:
        return tally
    while True:
        turn, _, seen = book.fetch(desk.connection, "book")[0]
        try:
            found, foreign = gathered(desk, seen if seen <= version else 0)
            if found is not None:
                _judge(desk, found, turn, tally)
            if seen != version:
                with book.turn(desk.connection):
                    tally.foreign = _keep_foreign(desk, foreign)
                    book.do(desk.connection, "mark_log", [version])
        except _OvertakenError:
            continue
        return tally


def _keep_foreign(desk: Desk, foreign: Foreign) -> int:
    """The claims of others' rewards on these days, counted anew; how many there are."""
    counted = foreign.counted(desk.settings.workspace.time_zone)
    for day in foreign.days:
        book.do(desk.connection, "drop_foreign", [day])
    if counted:
        rows = [(reward, day, claims, told) for reward, day, claims, told in counted]
        book.write(desk.connection, "keep_foreign", rows)
    return sum(row[2] for row in counted)


def _judge(desk: Desk, found: Gathered, turn: int, tally: ClaimTally) -> None:
    """Judge and settle all parts. Raises _OvertakenError where another run wrote."""
    late = desk.when.now_us - desk.settings.reward.late_hours * _HOUR_US
    matched = match(found.asked, found.grants, found.purchases, late)
    cost = _costs(found, matched)
    news = _news(found, matched)
    desk.progress.start("claims", len(news))
    for begin in range(0, len(news), book.PART_ROWS):
        part = news[begin : begin + book.PART_ROWS]
        with book.turn(desk.connection) as taken:
            if taken != turn + 1:
                raise _OvertakenError
            _settle(desk, found, (matched, cost), (part, taken))
        turn = taken
        _count(tally, matched, cost, part)
        desk.progress.advance(len(part))


def _news(found: Gathered, matched: Matched) -> Int64s:
    """What is to be written: not a claim that still waits, nor a purchase that claims nothing.

    In the order of the grants' keys, so that a part touches few pages of the database.
    """
    still = (found.origin == WAITING) & (matched.state == _WAITING)
    idle = (found.origin == BY_PURCHASE) & (matched.state != _ACCEPTED)
    rows = np.flatnonzero(~still & ~idle)
    return rows[np.argsort(np.append(found.grant_ids, 0)[matched.grant[rows]], kind="stable")]


def _costs(found: Gathered, matched: Matched) -> Int64s:
    """What each accepted claim costs, as its kind says and its grant promised; 0 for the others."""
    cost = np.zeros(len(matched.state), np.int64)
    accepted = np.flatnonzero(matched.state == _ACCEPTED)
    grant = matched.grant[accepted]
    bought = np.append(found.purchases.amount, 0)[matched.purchase[accepted]]
    for number, (kind, terms) in enumerate(found.promises):
        rows = np.flatnonzero(found.promise[grant] == number)
        if len(rows):
            of = grant[rows]
            paid = KINDS[kind].settled(terms, found.grants.amount[of], found.face[of], bought[rows])
            cost[accepted[rows]] = paid
    return cost


def _settle(desk: Desk, found: Gathered, judged: tuple[Matched, Int64s], part: tuple[Int64s, int]) -> None:
    """One part: the claims as judged, their entries, their grants."""
    rows, turn = part
    is_new = found.origin[rows] == FROM_LOG
    for some, copy in ((rows[is_new], "copy_claims"), (rows[~is_new], None)):
        if len(some):
            book.write(desk.connection, "keep_claim", _rows(desk, found, judged, (some, turn)), copy=copy)
    for name in ("post_claims", "post_releases", "settle_grants"):
        book.do(desk.connection, name, [turn])


def _rows(
    desk: Desk, found: Gathered, judged: tuple[Matched, Int64s], part: tuple[Int64s, int]
) -> list[book.Row]:
    """A row each claim, in the order of `keep_claim`."""
    (matched, cost), (rows, turn) = judged, part
    table, count = found.claims.take(pa.array(rows)), len(rows)
    grants, buys = (
        _keys_at(keys, at[rows])
        for keys, at in ((found.grant_ids, matched.grant), (found.purchase_keys, matched.purchase))
    )
    return list(
        zip(
            table["id"].to_pylist(),
            grants,
            table["customer_id"].to_pylist(),
            table["reward"].to_pylist(),
            _moments(found, matched, rows),
            table["told"].to_pylist(),
            cost[rows].tolist(),
            buys,
            [_STATE_WORDS[each] for each in matched.state[rows].tolist()],
            [_WHY_WORDS[each] for each in matched.why[rows].tolist()],
            [desk.when.who] * count,
            [""] * count,
            [desk.when.now_us] * count,
            [turn] * count,
            strict=True,
        )
    )


def _moments(found: Gathered, matched: Matched, rows: Int64s) -> list[int]:
    """When each claim was made; by itself, when its purchase was."""
    bought = np.append(found.purchases.at, 0)[matched.purchase[rows]]
    at: list[int] = np.where(found.origin[rows] == BY_PURCHASE, bought, found.asked.at[rows]).tolist()
    return at


def _keys_at(keys: Int64s, places: Int64s) -> list[int | None]:
    found: list[int | None] = pc.if_else(
        pa.array(places >= 0), pa.array(np.append(keys, 0)[places]), pa.scalar(None, pa.int64())
    ).to_pylist()
    return found


def _count(tally: ClaimTally, matched: Matched, cost: Int64s, rows: Int64s) -> None:
    tally.states.update({_STATE_WORDS[each]: n for each, n in counts(matched.state[rows])})
    tally.reasons.update({str(_WHY_WORDS[each]): n for each, n in counts(matched.why[rows]) if each})
    tally.claimed_minor += int(cost[rows].sum())
