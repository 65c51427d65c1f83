"""What playbooks kept, read off the holdouts: those treated beside those who were walked but left alone.

A first, plain reading; the stage learn will say more. Of each playbook the first entry of each customer is
read, once its `measure_days` are over, by the side that was drawn on entering (whether or not anything
reached the customer). Kept: not churned at the end of these days. Money: what is held then, less what was
held on entering. Both sides are walked alike, so what they differ by was done by the treatment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from winback.experiment import read as experiment
from winback.ingest import read as ingest
from winback.plan import read as plan
from winback.reward import read as reward
from winback.reward.nouns import GrantState
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem
from winback.terms.kinds import Kind
from winback.terms.time import day_number

Int64s = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
#: Of the normal distribution, for 95 %.
_Z = 1.959963984540054
_DAYS_BITS = 20
_GRANTS_MOST = 10_000_000


@dataclass(frozen=True)
class Range:
    """An estimate and its 95 % interval."""

    value: float
    low: float
    high: float

    def times(self, count: int) -> Range:
        """The same for so many."""
        return Range(self.value * count, self.low * count, self.high * count)


@dataclass(frozen=True)
class Kept:
    """What one playbook (None: all of them, against the global control group) kept; money in minor units.

    `share` is the difference of the shares not churned, treated less held out, weighed alike among those
    who were not churned at first and those who were; `customers` and `money_minor` are for all treated.
    None where a side has too few to tell (fewer than two).
    """

    playbook: str | None
    treated: int
    held_out: int
    treated_kept: int
    held_out_kept: int
    share: Range | None
    customers: Range | None
    money_minor: Range | None
    reward_minor: int

    @property
    def net_minor(self) -> Range | None:
        """Money kept less the rewards that were claimed."""
        if self.money_minor is None:
            return None
        cost = self.reward_minor
        money = self.money_minor
        return Range(money.value - cost, money.low - cost, money.high - cost)


def difference(part: int, whole: int, part_0: int, whole_0: int) -> Range:
    """part/whole less part_0/whole_0 with the 95 % interval of Newcombe (1998), method 10; wholes above 0."""
    p, low, high = _wilson(part, whole)
    p_0, low_0, high_0 = _wilson(part_0, whole_0)
    below = sqrt((p - low) ** 2 + (high_0 - p_0) ** 2)
    above = sqrt((high - p) ** 2 + (p_0 - low_0) ** 2)
    return Range(p - p_0, p - p_0 - below, p - p_0 + above)


def _wilson(part: int, whole: int) -> tuple[float, float, float]:
    """A share and its interval after Wilson (1927)."""
    p, z2 = part / whole, _Z**2
    middle = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = _Z * sqrt(p * (1 - p) / whole + z2 / (4 * whole**2)) / (1 + z2 / whole)
    return p, middle - half, middle + half


def mean_difference(treated: Int64s, held_out: Int64s) -> Range:
    """Mean less mean with the 95 % interval of Welch (1947); at least two of each."""
    from scipy.stats import ttest_ind

    found = ttest_ind(treated, held_out, equal_var=False)
    limits = found.confidence_interval(0.95)
    return Range(float(treated.mean() - held_out.mean()), float(limits.low), float(limits.high))


def read_out(ws: Workspace, as_of: date) -> tuple[Kept, ...]:
    """Every playbook whose measuring is over for somebody, by name; the last is that of the control group.

    Raises NotReadyProblem where no playbook was ever run.
    """
    history = _History.of(ws)
    paid = _paid(ws)
    found = []
    for name, definition in sorted(experiment.definitions_on(ws, as_of).items()):
        entries = _first_entries(plan.entries(ws, name), day_number(as_of) - definition.measure_days)
        if entries.num_rows:
            ends = entries["entered_day"].to_numpy().astype(np.int64) + definition.measure_days
            side = _Side(entries["customer_id"], entries["held_by"].is_null().to_numpy(), entries, ends)
            found.append(_kept(history, name, side, paid.get(name, {})))
    return (*found, _of_control(ws, history, as_of, paid))


@dataclass(frozen=True)
class _Side:
    """Customers (ids), who of them is treated, their day of entry, and the day of measuring."""

    ids: pa.ChunkedArray
    treated: Flags
    entries: pa.Table
    ends: Int64s


@dataclass(frozen=True)
class _History:
    """When customers were alive and what they held: sorted keys of customer and day, balances beside."""

    ids: pa.Array
    churn_days: int
    alive: Int64s
    held_keys: Int64s
    held: Int64s

    @classmethod
    def of(cls, ws: Workspace) -> _History:
        churn = ws.settings.churn
        alive = np.unique(np.concatenate([_lane(ws, kind, None)[0] for kind in churn.kinds]))
        keys, held = _lane(ws, Kind.BALANCE, "balance")
        order = np.argsort(keys)
        ids = ingest.ids(ws)
        return cls(ids, churn.days, alive, keys[order], held[order])

    def is_alive(self, who: Int64s, day: Int64s) -> Flags:
        """Who is not churned as of a day of their own."""
        at = _last_before(self.alive, who, day)
        alive: Flags = at >= 0
        last = self.alive[at[alive]] & ((1 << _DAYS_BITS) - 1)
        alive[alive] = day[alive] - last <= self.churn_days
        return alive

    def holds(self, who: Int64s, day: Int64s) -> Int64s:
        """What each held as of a day of their own; 0 where no balance was told."""
        at = _last_before(self.held_keys, who, day)
        held: Int64s = np.zeros(len(who), np.int64)
        held[at >= 0] = self.held[at[at >= 0]]
        return held


def _lane(ws: Workspace, kind: str, measure: str | None) -> tuple[Int64s, Int64s]:
    months = [ingest.lane(ws, kind, month) for month in sorted(ingest.manifest(ws).lanes.get(kind, {}))]
    none = np.zeros(0, np.int64)
    keys = [_key(t["customer"].to_numpy().astype(np.int64), t["day"].to_numpy()) for t in months]
    values = [t[measure].to_numpy() for t in months] if measure else []
    return np.concatenate([none, *keys]), np.concatenate([none, *values])


def _key(who: Int64s, day: Any) -> Int64s:
    key: Int64s = (who << _DAYS_BITS) | day
    return key


def _last_before(keys: Int64s, who: Int64s, day: Int64s) -> Int64s:
    """The place of each customer's last key before a day; -1: none."""
    at = np.searchsorted(keys, _key(who, day)) - 1
    theirs: Flags = at >= 0
    theirs[theirs] = (keys[at[theirs]] >> _DAYS_BITS) == who[theirs]
    return np.asarray(np.where(theirs, at, -1), np.int64)


def _first_entries(entries: pa.Table, last_day: int) -> pa.Table:
    """The first entry of each customer, if it was on `last_day` or before."""
    entries = entries.sort_by([("customer_id", "ascending"), ("entered_day", "ascending")])
    ids = entries["customer_id"].to_pylist()
    first = [n for n in range(len(ids)) if n == 0 or ids[n] != ids[n - 1]]
    entries = entries.take(pa.array(first, pa.int64()))
    return entries.filter(pc.less_equal(entries["entered_day"], last_day))


def _paid(ws: Workspace) -> Mapping[str, Mapping[str, int]]:
    """What was claimed, by playbook and customer."""
    found: dict[str, dict[str, int]] = {}
    for grant in reward.grants_in(ws, GrantState.CLAIMED, _GRANTS_MOST):
        of = found.setdefault(grant.playbook, {})
        of[grant.customer_id] = of.get(grant.customer_id, 0) + grant.claimed_minor
    return found


def _kept(history: _History, name: str | None, side: _Side, paid: Mapping[str, int]) -> Kept:
    who = pc.index_in(side.ids, value_set=history.ids).to_numpy().astype(np.int64)
    begins = side.entries["entered_day"].to_numpy().astype(np.int64)
    alive = history.is_alive(who, side.ends)
    change = history.holds(who, side.ends) - history.holds(who, begins)
    cost = sum(paid.get(each, 0) for each in side.ids.filter(pa.array(side.treated)).to_pylist())
    return compared(name, (side.treated, alive, history.is_alive(who, begins)), change, cost)


def compared(name: str | None, who: tuple[Flags, Flags, Flags], change: Int64s, cost: int) -> Kept:
    """Both sides side by side; who: is treated, is kept, was there at first (a stratum each)."""
    treated, kept, there = who
    n, n_0 = int(treated.sum()), int((~treated).sum())
    part, part_0 = int(kept[treated].sum()), int(kept[~treated].sum())
    share = money = None
    if min(n, n_0) > 1:
        share = _stratified(treated, kept, there)
        money = mean_difference(change[treated], change[~treated]).times(n)
    return Kept(name, n, n_0, part, part_0, share, share and share.times(n), money, cost)


def _stratified(treated: Flags, kept: Flags, there: Flags) -> Range:
    """The difference within each stratum, weighted by those treated; the interval by MOVER.

    Zou and Donner (2008): limits of a sum from the limits of its parts. With one stratum it is `difference`,
    and so it is where a stratum lacks a side.
    """
    strata = [part for part in (there, ~there) if part.any()]
    if any(not (treated & part).any() or not (~treated & part).any() for part in strata):
        strata = [np.ones(len(treated), np.bool_)]
    value = below = above = 0.0
    for part in strata:
        on, off = kept[part & treated], kept[part & ~treated]
        one = difference(int(on.sum()), len(on), int(off.sum()), len(off))
        weight = len(on) / int(treated.sum())
        value += weight * one.value
        below += (weight * (one.value - one.low)) ** 2
        above += (weight * (one.high - one.value)) ** 2
    return Range(value, value - sqrt(below), value + sqrt(above))


def _of_control(ws: Workspace, history: _History, as_of: date, paid: Mapping[str, Mapping[str, int]]) -> Kept:
    """Everybody who was there on the first day of the control group, by whether they are in it."""
    rotations: Sequence[Any] = experiment.rotations(ws)
    if not rotations:
        raise NotReadyProblem("no playbook was ever run", todo="run winback plan")
    rotation = rotations[-1]
    ids = history.ids
    who = np.arange(len(ids), dtype=np.int64)
    first, end = np.full(len(ids), day_number(rotation.from_day)), np.full(len(ids), day_number(as_of))
    there = _last_before(history.alive, who, first) >= 0
    treated = ~experiment.control_of(rotation, ids)
    alive = history.is_alive(who, end)
    change = history.holds(who, end) - history.holds(who, first)
    cost = sum(sum(of.values()) for of in paid.values())
    sides = (treated[there], alive[there], history.is_alive(who, first)[there])
    return compared(None, sides, change[there], cost)
