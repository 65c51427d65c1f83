"""From treatments to offers: what each customer is to be given, what it can cost, what a claim needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from winback.reward import amounts, book
from winback.reward.asked import NEVER, Asked, Codes, Faces, Int64s, PolicyRule, code, refused
from winback.reward.gather import Known
from winback.reward.kinds import KINDS
from winback.reward.nouns import Reason
from winback.settings.model import Settings
from winback.settings.reward import RewardSection
from winback.terms.time import start_of_day

PENDING_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("customer_id", pa.string()),
        ("playbook", pa.string()),
        ("step", pa.string()),
        ("arm", pa.string()),
        ("reward", pa.string()),
        ("is_held_out", pa.int64()),
        ("as_of_day", pa.int64()),
        ("expected_minor", pa.int64()),
    ]
)
EARLIER_SCHEMA = pa.schema([("customer_id", pa.string()), ("times", pa.int64()), ("last", pa.int64())])


@dataclass(frozen=True)
class Offers:
    """A row a treatment, in the order in which they are served; money in minor units, codes of REASONS."""

    table: pa.Table
    keys: Int64s
    reward: Int64s
    names: tuple[str, ...]
    face: Int64s
    amount: Int64s
    purchase_min: Int64s
    why: Codes


def pending(connection: Any, seen_due_us: int, now_us: int) -> pa.Table:
    """The treatments that wait, the most expected first, then by key: the order in which they are served."""
    return in_order(book.fetch_table(connection, "pending", [seen_due_us, now_us], PENDING_SCHEMA))


def in_order(table: pa.Table) -> pa.Table:
    """Treatments in the order in which they are served: the most expected first, then by key."""
    order = np.lexsort((table["id"].to_numpy(), -table["expected_minor"].to_numpy()))
    return table.take(pa.array(order))


def waves(settings: Settings, table: pa.Table) -> list[pa.Table]:
    """The same treatments; of those of one customer by one reward that looks at earlier ones, one a wave.

    So the second grant sees the first. Almost always there is one wave.
    """
    looks = {name for name, reward in settings.rewards.items() if looks_back(reward)}
    names = table["reward"].combine_chunks().dictionary_encode()
    back = np.array([name in looks for name in names.dictionary.to_pylist()] or [False])
    rows = np.flatnonzero(back[names.indices.to_numpy()]) if table.num_rows else np.zeros(0, np.int64)
    wave = np.zeros(table.num_rows, np.int64)
    wave[rows] = _places(table, rows, names.indices.to_numpy())
    return [table.filter(pa.array(wave == number)) for number in range(int(wave.max(initial=0)) + 1)]


def looks_back(reward: RewardSection) -> bool:
    """Whether what a customer gets depends on what they were granted before."""
    asks = reward.times_max is not None or reward.cooldown_days > 0 or reward.by == amounts.GRANTS
    return asks or "earlier" in KINDS[reward.kind].NEEDS


@dataclass(frozen=True)
class Look:
    """Where offers look: what is known of customers, the policies in force, earlier grants of a reward."""

    known: Known
    policies: Mapping[str, tuple[PolicyRule, ...]]
    earlier: Callable[[str], pa.Table]


def offers(settings: Settings, table: pa.Table, look: Look) -> Offers:
    """What each treatment comes to."""
    keys = look.known.keys(table["customer_id"].combine_chunks())
    encoded = table["reward"].combine_chunks().dictionary_encode()
    names, which = tuple(encoded.dictionary.to_pylist()), encoded.indices.to_numpy().astype(np.int64)
    face, amount, least = (np.zeros(table.num_rows, np.int64) for _ in range(3))
    why = np.full(table.num_rows, code(Reason.NO_SUCH_REWARD), np.int8)
    for number, name in enumerate(names):
        reward, rows = settings.rewards.get(name), np.flatnonzero(which == number)
        if reward is None:
            continue
        asked = _asked((name, reward), table.take(pa.array(rows)), keys[rows], look)
        found = _gated(reward, asked, KINDS[reward.kind].faces(name, reward, asked))
        face[rows], why[rows] = found.face, found.why
        amount[rows] = KINDS[reward.kind].costs(reward, found.face)
        least[rows] = purchase_min(reward, found.face)
    return Offers(table, keys, which, names, face, amount, least, why)


def purchase_min(reward: RewardSection, face: Int64s) -> Int64s:
    """The smallest purchase that claims: the fixed one, or so many times the amount, whichever is more."""
    return np.maximum(reward.purchase_min_minor, face * reward.purchase_times)


def conditions(reward: RewardSection) -> str:
    """What is kept with a grant, so that a change of settings changes no promise."""
    said = {"product_kinds": list(reward.product_kinds), **KINDS[reward.kind].terms(reward)}
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def expires_us(settings: Settings, reward: RewardSection, now_us: int) -> int:
    """The end of the local day that lies expiry_days after that of the grant."""
    zone = settings.workspace.zone
    today = (datetime.fromtimestamp(0, UTC) + timedelta(microseconds=now_us)).astimezone(zone).date()
    return start_of_day(today + timedelta(days=reward.expiry_days + 1), zone)


def _asked(of: tuple[str, RewardSection], table: pa.Table, keys: Int64s, look: Look) -> Asked:
    (name, reward), known = of, look.known
    days, needs = table["as_of_day"].to_numpy(), KINDS[reward.kind].NEEDS
    policy = look.policies.get(reward.policy or "", ())
    features = {*amounts.features_of(reward), *(each for rule in policy for each in rule.within)}
    times, last = np.zeros(len(keys), np.int64), np.full(len(keys), NEVER, np.int64)
    if looks_back(reward):
        times, last = _earlier(table["customer_id"], look.earlier(name))
    return Asked(
        ids=table["id"].to_numpy(),
        days=days,
        earlier=times,
        last_day=last,
        features=known.columns(sorted(features), days, keys),
        birthday=known.birthdays(days, keys) if "birthday" in needs else None,
        invited=known.invited(days, keys) if "invited" in needs else None,
        policy=policy,
    )


def earlier_of(connection: Any, name: str) -> pa.Table:
    """How often each customer was granted a reward, and as of which day the last time."""
    return book.fetch_table(connection, "earlier", [name], EARLIER_SCHEMA)


def _earlier(customers: pa.ChunkedArray, given: pa.Table) -> tuple[Int64s, Int64s]:
    at = pc.index_in(customers.combine_chunks(), value_set=given["customer_id"].combine_chunks())
    times = given["times"].combine_chunks().take(at).fill_null(0).to_numpy(zero_copy_only=False)
    last = given["last"].combine_chunks().take(at).fill_null(NEVER).to_numpy(zero_copy_only=False)
    return times.astype(np.int64), last.astype(np.int64)


def _gated(reward: RewardSection, asked: Asked, found: Faces) -> Faces:
    """What holds for every kind: so often at most, and not again so soon."""
    if reward.times_max is not None:
        found = refused(found, asked.earlier >= reward.times_max, Reason.GIVEN_ALREADY)
    if reward.cooldown_days:
        found = refused(found, asked.days - asked.last_day < reward.cooldown_days, Reason.COOLING_DOWN)
    return found


def _places(table: pa.Table, rows: Int64s, reward: Int64s) -> Int64s:
    """The place of each row, from 0, among those of the same customer and reward, by date, then in order."""
    if not len(rows):
        return np.zeros(0, np.int64)
    customer = table["customer_id"].combine_chunks().dictionary_encode().indices.to_numpy()[rows]
    group = customer.astype(np.int64) * (int(reward.max()) + 1) + reward[rows]
    order = np.lexsort((np.arange(len(rows)), table["as_of_day"].to_numpy()[rows], group))
    ordered = group[order]
    first = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    begins = np.maximum.accumulate(np.where(first, np.arange(len(rows)), 0))
    places = np.empty(len(rows), np.int64)
    places[order] = np.arange(len(rows)) - begins
    return places
