"""Grants, part by part: each part one transaction in which limits are read, kept, and the money is moved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from winback.reward import book, policy
from winback.reward.asked import REASONS, Codes, Flags, Int64s, code, counts
from winback.reward.caps import Left, Wanted, serve
from winback.reward.desk import DAY_US, Desk
from winback.reward.left import Places, left_now
from winback.reward.nouns import GrantState, Reason
from winback.reward.offering import (
    Look,
    Offers,
    conditions,
    earlier_of,
    expires_us,
    offers,
    pending,
    waves,
)
from winback.reward.signs import signs

GRANTED_SCHEMA = pa.schema([("customer_id", pa.string()), ("grants", pa.int64())])
STATES = tuple(GrantState)
STATE_WORDS = [state.value for state in STATES]
WHY_WORDS = [None if reason is None else reason.value for reason in REASONS]
_GRANTED, _HELD, _REFUSED, _AS_IF = (
    STATES.index(state)
    for state in (GrantState.GRANTED, GrantState.HELD, GrantState.REFUSED, GrantState.AS_IF)
)


@dataclass
class Tally:
    """What became of the treatments: by state, by reason, and the money granted."""

    treatments: int = 0
    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    granted_minor: int = 0

    def add(self, state: Int64s, why: Codes, amount: Int64s) -> None:
        """Count the rows of one part."""
        self.states.update({STATE_WORDS[each]: n for each, n in counts(state)})
        self.reasons.update({str(WHY_WORDS[each]): n for each, n in counts(why) if each})
        self.granted_minor += int(amount[state == _GRANTED].sum())


@dataclass(frozen=True)
class Wave:
    """The offers of one wave, for which reason they are held, and their places in what is left."""

    offers: Offers
    hold: Codes
    held_out: Flags
    places: Places


def grant_all(desk: Desk) -> Tally:
    """Answer every grant treatment that is due, the most expected first; each is answered once."""
    tally, connection = Tally(), desk.connection
    turn, seen, _ = book.fetch(connection, "book")[0]
    (latest,) = book.fetch(connection, "latest_due", [desk.when.now_us])[0]
    table = pending(connection, seen, desk.when.now_us)
    desk.progress.start("reward", table.num_rows)
    for rows in waves(desk.settings, table) if table.num_rows else ():
        look = Look(desk.known, policy.in_force(connection), lambda name: earlier_of(connection, name))
        wave = judged(desk, offers(desk.settings, rows, look), granted_lately(desk))
        turn = _grant(desk, wave, turn, tally)
    if latest is not None and latest > seen:
        with book.turn(connection):
            book.do(connection, "mark_due", [latest, latest])
    return tally


def granted_lately(desk: Desk) -> pa.Table:
    """How many grants each customer got within `sign_days`."""
    since = desk.when.now_us - desk.settings.reward.sign_days * DAY_US
    return book.fetch_table(desk.connection, "granted_customers", [since], GRANTED_SCHEMA)


def judged(desk: Desk, found: Offers, granted: pa.Table) -> Wave:
    """Who is held out, and whose grant is held for review; `granted` as `granted_lately` gives it."""
    held_out = found.table["is_held_out"].to_numpy() != 0
    keys = desk.known.keys(granted["customer_id"].combine_chunks())
    had = (keys[keys >= 0], granted["grants"].to_numpy()[keys >= 0])
    asks = (found.why == 0) & ~held_out
    hold = signs(desk, (found.keys, asks), had)
    places = Places.of(desk.settings, found)
    limit = np.array([places.approval_above(each) for each in places.pots])[places.pot]
    hold = np.where((hold == 0) & (found.amount > limit), code(Reason.APPROVAL), hold)
    return Wave(found, np.where(asks, hold, 0).astype(np.int8), held_out, places)


def _grant(desk: Desk, wave: Wave, last: int, tally: Tally) -> int:
    """All parts of a wave; gives the last turn. What another run wrote meanwhile is taken note of."""
    left, elsewhere = None, np.zeros(0, np.int64)
    ids = wave.offers.table["id"].to_numpy()
    for begin in range(0, len(ids), book.PART_ROWS):
        rows = np.arange(begin, min(begin + book.PART_ROWS, len(ids)))
        with book.turn(desk.connection) as turn:
            if left is None or turn != last + 1:
                written = [row[0] for row in book.fetch(desk.connection, "written_since", [last])]
                elsewhere = np.union1d(elsewhere, np.array(written, np.int64))
                left = left_now(desk.connection, wave.places, desk.when)
            rows = rows[~np.isin(ids[rows], elsewhere)] if len(elsewhere) else rows
            state, why = states(wave, rows, left)
            by_key = np.argsort(ids[rows])  # each page of the table is written once a part
            stopped = _write(desk, wave, (rows[by_key], state[by_key], why[by_key]), turn)
        tally.add(state, why, wave.offers.amount[rows])
        left, last = None if stopped else left, turn
        desk.progress.advance(len(rows))
    tally.treatments += len(ids)
    return last


def _wanted(wave: Wave, rows: Int64s) -> Wanted:
    asks = (wave.offers.why == 0) & ~wave.held_out & (wave.hold == 0)
    places, amount = wave.places, wave.offers.amount
    return Wanted(
        places.pot[rows], places.playbook[rows], places.customer[rows], amount=amount[rows], asks=asks[rows]
    )


def states(wave: Wave, rows: Int64s, left: Left) -> tuple[Int64s, Codes]:
    """The state of each row, and the reason; takes what is granted from what is left."""
    refused = serve(_wanted(wave, rows), left)
    offered, hold, held_out = wave.offers.why[rows], wave.hold[rows], wave.held_out[rows]
    why = np.where(offered != 0, offered, np.where(held_out, 0, np.where(hold != 0, hold, refused)))
    state = np.where(why == 0, _GRANTED, _REFUSED)
    state = np.where((offered == 0) & (hold != 0), _HELD, state)
    state = np.where((offered == 0) & held_out, _AS_IF, state)
    return state.astype(np.int64), why.astype(np.int8)


def _write(desk: Desk, wave: Wave, judged: tuple[Int64s, Int64s, Codes], turn: int) -> int:
    """One part: the grants, their entries, what their day and playbooks used; how many were stopped."""
    book.write(desk.connection, "keep_grant", _rows(desk, wave, judged, turn), copy="copy_grants")
    stopped = book.do(desk.connection, "refuse_stopped", [turn])
    for name in ("post_grants", "use_day", "use_playbook"):
        book.do(desk.connection, name, [turn])
    return stopped


def _rows(desk: Desk, wave: Wave, judged: tuple[Int64s, Int64s, Codes], turn: int) -> list[book.Row]:
    """A row each grant, in the order of `keep_grant`."""
    (rows, state, why), when, found = judged, desk.when, wave.offers
    table, count = found.table.take(pa.array(rows)), len(rows)
    said = [_said(desk, name) for name in found.names]
    by_reward = [said[each] for each in found.reward[rows].tolist()]
    text = [table[name].to_pylist() for name in ("id", "customer_id", "playbook", "step", "arm", "reward")]
    kind, pot, currency, by_purchase, terms, expires = zip(*by_reward, strict=True) if count else ((),) * 6
    return list(
        zip(
            *text,
            kind,
            pot,
            currency,
            [STATE_WORDS[each] for each in state.tolist()],
            found.amount[rows].tolist(),
            found.face[rows].tolist(),
            [0] * count,
            found.purchase_min[rows].tolist(),
            by_purchase,
            terms,
            table["expected_minor"].to_pylist(),
            table["as_of_day"].to_pylist(),
            [when.day] * count,
            [when.now_us] * count,
            expires,
            [when.now_us] * count,
            [WHY_WORDS[each] for each in why.tolist()],
            [when.who] * count,
            [turn] * count,
            strict=True,
        )
    )


def _said(desk: Desk, name: str) -> tuple[str, str, str, bool, str, int]:
    """What all grants of a reward share: kind, pot, currency, claimed by purchase, conditions, expiry."""
    reward, now_us = desk.settings.rewards.get(name), desk.when.now_us
    if reward is None:
        return "", "", "", False, "{}", now_us
    currency = book.currency_of(desk.settings, reward.pot)
    ends = expires_us(desk.settings, reward, now_us)
    return reward.kind, reward.pot, currency, reward.claim_by == "purchase", conditions(reward), ends
