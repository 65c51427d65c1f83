"""What a run would answer to treatments that are only supposed: the same judging, nothing written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from winback.reward import book, policy
from winback.reward.asked import Int64s
from winback.reward.caps import Left
from winback.reward.desk import DAY_US, Desk, When
from winback.reward.gather import Known
from winback.reward.granting import GRANTED_SCHEMA, STATE_WORDS, WHY_WORDS, granted_lately, judged, states
from winback.reward.left import Places, full, left_of
from winback.reward.nouns import GrantState
from winback.reward.offering import (
    EARLIER_SCHEMA,
    PENDING_SCHEMA,
    Look,
    Offers,
    earlier_of,
    in_order,
    offers,
    pending,
    waves,
)
from winback.store import facts
from winback.store.workspace import Workspace

#: What would become of each treatment; `reason` null where nothing speaks against it, money in minor units.
ANSWER_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("customer_id", pa.string()),
        ("playbook", pa.string()),
        ("step", pa.string()),
        ("reward", pa.string()),
        ("pot", pa.string()),
        ("currency", pa.string()),
        ("state", pa.string()),
        ("reason", pa.string()),
        ("amount_minor", pa.int64()),
        ("as_of_day", pa.int64()),
        ("granted_day", pa.int64()),
        ("granted_us", pa.int64()),
    ]
)


@dataclass
class Supposed:
    """Grants that would have been given so far; on top of those that stand, or, `afresh`, of none at all."""

    afresh: bool = False
    answers: list[pa.Table] = field(default_factory=list)

    @property
    def counting(self) -> pa.Table:
        """All of them that count: neither refused nor held out."""
        whole = pa.concat_tables(self.answers) if self.answers else ANSWER_SCHEMA.empty_table()
        return whole.filter(pc.equal(whole["state"], GrantState.GRANTED.value)).combine_chunks()


def suppose(ws: Workspace, treatments: pa.Table, now: datetime, supposed: Supposed | None = None) -> pa.Table:
    """What a run at `now` would answer to these treatments, beside those that wait already: ANSWER_SCHEMA.

    `treatments` as plan leaves them; only those of grants are looked at. `supposed` takes note of what would
    be given, for the next moment. Claims of the same run are not settled first: what they would free is not
    counted.
    """
    so_far = supposed or Supposed()
    with facts.connection(ws) as connection:
        desk = Desk(ws, connection, When.of(ws.settings, now, "winback"), Known(ws))
        asked = _asked(desk, treatments, so_far)
        policies = policy.in_force(connection)
        found = [ANSWER_SCHEMA.empty_table()]
        for rows in waves(ws.settings, asked) if asked.num_rows else ():
            look = Look(desk.known, policies, lambda name: _earlier(desk, name, so_far))
            wave = judged(desk, offers(ws.settings, rows, look), _granted(desk, so_far))
            left = _left(desk, wave.places, so_far)
            state, why = states(wave, np.arange(rows.num_rows), left)
            so_far.answers.append(_answers(desk, wave.offers, state, why))
            found.append(so_far.answers[-1])
    return pa.concat_tables(found)


def _asked(desk: Desk, treatments: pa.Table, so_far: Supposed) -> pa.Table:
    """Treatments of grants, those that wait already among them, in the order in which they are served."""
    grants = treatments.filter(pc.equal(treatments["kind"], "grant"))
    table = pa.table([grants[field.name].cast(field.type) for field in PENDING_SCHEMA], schema=PENDING_SCHEMA)
    if not so_far.afresh:
        rows = book.fetch(desk.connection, "book")
        seen = rows[0][1] if rows else -1
        table = pa.concat_tables([table, pending(desk.connection, seen, desk.when.now_us)])
    return in_order(table.combine_chunks())


def _earlier(desk: Desk, name: str, so_far: Supposed) -> pa.Table:
    """How often each customer was granted a reward, and as of which day the last time, supposed ones too."""
    known = EARLIER_SCHEMA.empty_table() if so_far.afresh else earlier_of(desk.connection, name)
    whole = pa.concat_tables(so_far.answers) if so_far.answers else ANSWER_SCHEMA.empty_table()
    counts = pc.and_(pc.equal(whole["reward"], name), pc.not_equal(whole["state"], GrantState.REFUSED.value))
    mine = (
        whole.filter(counts).group_by("customer_id").aggregate([("as_of_day", "count"), ("as_of_day", "max")])
    )
    more = pa.table(
        [mine["customer_id"], mine["as_of_day_count"], mine["as_of_day_max"]], schema=EARLIER_SCHEMA
    )
    both = (
        pa.concat_tables([known, more]).group_by("customer_id").aggregate([("times", "sum"), ("last", "max")])
    )
    return pa.table([both["customer_id"], both["times_sum"], both["last_max"]], schema=EARLIER_SCHEMA)


def _granted(desk: Desk, so_far: Supposed) -> pa.Table:
    """How many grants each customer got of late, supposed ones too."""
    known = GRANTED_SCHEMA.empty_table() if so_far.afresh else granted_lately(desk)
    since = desk.when.now_us - desk.settings.reward.sign_days * DAY_US
    mine = so_far.counting
    mine = mine.filter(pc.greater_equal(mine["granted_us"], since))
    counted = mine.group_by("customer_id").aggregate([("id", "count")])
    more = pa.table([counted["customer_id"], counted["id_count"]], schema=GRANTED_SCHEMA)
    both = pa.concat_tables([known, more]).group_by("customer_id").aggregate([("grants", "sum")])
    return pa.table([both["customer_id"], both["grants_sum"]], schema=GRANTED_SCHEMA)


def _left(desk: Desk, places: Places, so_far: Supposed) -> Left:
    """What is left of every limit once the supposed grants are given."""
    left = full(places) if so_far.afresh else left_of(desk.connection, places, desk.when)
    given = so_far.counting
    if not given.num_rows:
        return left
    amount = given["amount_minor"].to_numpy()
    names = list(zip(given["pot"].to_pylist(), given["currency"].to_pylist(), strict=True))
    pot = np.array([places.pots.index(name) for name in names], np.int64)
    today = given["granted_day"].to_numpy() == desk.when.day
    of_playbook = {pair: at for at, pair in enumerate(places.playbooks)}
    pairs = zip(pot.tolist(), given["playbook"].to_pylist(), strict=True)
    playbook = np.array([of_playbook.get(pair, -1) for pair in pairs], np.int64)
    return Left(
        pot=_less(left.pot, pot, amount),
        day=_less(left.day, np.where(today, pot, -1), amount),
        playbook=_less(left.playbook, playbook, amount),
        customer=_less(left.customer, _customers(desk, places, (given, pot)), amount),
    )


def _customers(desk: Desk, places: Places, of: tuple[pa.Table, Int64s]) -> Int64s:
    """The place of each supposed grant among the pairs of pot and customer; -1 where it counts no more."""
    (given, pot), (owners, ids) = of, places.customers
    at = pc.index_in(given["customer_id"].combine_chunks(), value_set=ids).fill_null(-1)
    which = at.to_numpy(zero_copy_only=False).astype(np.int64)
    pair = pot * max(len(ids), 1) + which
    place = np.searchsorted(owners, pair)
    known = (which >= 0) & (place < len(owners))
    known[known] &= owners[place[known]] == pair[known]
    days = np.array([section.customer_days for section in places.sections], np.int64)[pot]
    known &= given["granted_us"].to_numpy() >= desk.when.now_us - days * DAY_US
    return np.where(known, place, -1)


def _less(left: Int64s, place: Int64s, amount: Int64s) -> Int64s:
    """What is left once these amounts are taken from their places (-1: from none); never below 0."""
    taken = np.zeros(len(left), np.int64)
    np.add.at(taken, place[place >= 0], amount[place >= 0])
    found: Int64s = np.maximum(left - taken, 0)
    return found


def _answers(desk: Desk, found: Offers, state: Int64s, why: Iterable[Any]) -> pa.Table:
    table, rows = found.table, len(state)
    pots = {name: reward.pot for name, reward in desk.settings.rewards.items()}
    pot = [pots.get(name, "") for name in table["reward"].to_pylist()]
    currency = {name: book.currency_of(desk.settings, name) for name in set(pot) if name}
    said: dict[str, Any] = {name: table[name] for name in ("id", "customer_id", "playbook", "step", "reward")}
    said |= {
        "pot": pot,
        "currency": [currency.get(name, "") for name in pot],
        "state": [STATE_WORDS[each] for each in state.tolist()],
        "reason": [WHY_WORDS[int(each)] for each in why],
        "amount_minor": found.amount,
        "as_of_day": table["as_of_day"],
        "granted_day": np.full(rows, desk.when.day),
        "granted_us": np.full(rows, desk.when.now_us),
    }
    return pa.table([said[name] for name in ANSWER_SCHEMA.names], schema=ANSWER_SCHEMA)
