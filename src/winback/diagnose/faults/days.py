"""Days of use with and without faults, who may be compared on them, and in which stratum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from winback.diagnose.alive import Alive, Spells
from winback.diagnose.faults.nouns import FaultRules
from winback.diagnose.faults.recent import alive_days_before

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: Lower edges of the bands of days since registration and of alive days just before.
TENURE_EDGES = (7, 30, 90, 180)
RECENT_EDGES = (1, 2, 4, 8, 15)
_PHASES = 4
_STRIDE = 1 << 20


@dataclass(frozen=True)
class UseDays:
    """One row a customer and day with a visit or a fault, sorted by customer, then day.

    customer, day: int32; version: place in the list of versions; faults: bits of FAULT_BITS (0: none);
    phase: code 0 to 2 of the customer's phase at some day not after `day`. Fault-free days may be a sample
    drawn without regard to anything else; days with faults must be complete.
    """

    customer: Int32s
    day: Int32s
    version: Int32s
    faults: npt.NDArray[np.uint8]
    phase: npt.NDArray[np.int8]

    def only(self, rows: Bools) -> UseDays:
        """The rows chosen."""
        return UseDays(
            self.customer[rows], self.day[rows], self.version[rows], self.faults[rows], self.phase[rows]
        )


@dataclass(frozen=True)
class Compared:
    """The rows that may be compared: those of `use`, whether the customer then left, and the stratum."""

    use: UseDays
    left: Bools
    stratum: Int64s


@dataclass(frozen=True)
class Lives:
    """What is known of every customer: alive days, spells cut at the days of churn, day of registration."""

    alive: Alive
    spells: Spells
    registered_day: Int32s


def compared(use: UseDays, lives: Lives, rules: FaultRules, as_of: int) -> Compared:
    """Keep the days at whose start the customer was there and free of faults, and whose outcome is known.

    A customer is there who had not churned at the start of the day, or comes for the first time. Free: no
    fault in the `quiet_days` before. Left: the last alive day before a silence longer than the days of churn
    lies in [day, day + leave_days), which is known `leave_days` + days of churn after the day.
    """
    known = use.day + rules.leave_days + lives.spells.days <= as_of
    use = use.only(known & _free(use, rules.quiet_days))
    spell, there = _spell_of(use, lives.spells)
    use, spell = use.only(there), spell[there]
    left = lives.spells.end[spell] < use.day + rules.leave_days
    return Compared(use, left, _stratum(use, lives, rules.recent_days))


def _free(use: UseDays, quiet_days: int) -> Bools:
    """Whether the customer met no fault in the days before each row."""
    key = use.customer.astype(np.int64) * _STRIDE + use.day
    faulty = key[use.faults != 0]
    if not len(faulty):
        return np.ones(len(key), np.bool_)
    before = np.searchsorted(faulty, key)
    last = faulty[np.maximum(before - 1, 0)]
    return np.asarray((before == 0) | (last < key - quiet_days))


def _spell_of(use: UseDays, spells: Spells) -> tuple[Int64s, Bools]:
    """The spell that each day lies in or just after, and whether the customer was there at its start."""
    if not len(spells.start):
        return np.zeros(len(use.day), np.int64), np.zeros(len(use.day), np.bool_)
    starts = spells.customer.astype(np.int64) * _STRIDE + spells.start
    place = np.searchsorted(starts, use.customer.astype(np.int64) * _STRIDE + use.day, side="right") - 1
    spell = np.maximum(place, 0)
    own = (place >= 0) & (spells.customer[spell] == use.customer)
    first = np.ones(len(starts), np.bool_)
    first[1:] = spells.customer[1:] != spells.customer[:-1]
    began_today = spells.start[spell] == use.day
    there = own & (~began_today | first[spell]) & (use.day <= spells.end[spell] + spells.days)
    return spell, there


def _stratum(use: UseDays, lives: Lives, recent_days: int) -> Int64s:
    """Week, version, phase, band of days since registration, band of alive days before: one code."""
    week = (use.day - use.day.min(initial=0)).astype(np.int64) // 7
    tenure = np.digitize(use.day - lives.registered_day[use.customer], TENURE_EDGES)
    before = alive_days_before(
        lives.alive.masks, lives.alive.month_first, use.customer, use.day, np.int32(recent_days)
    )
    recent = np.digitize(before, RECENT_EDGES)
    code = week * (int(use.version.max(initial=0)) + 1) + use.version
    code = code * _PHASES + use.phase
    return np.asarray((code * (len(TENURE_EDGES) + 1) + tenure) * (len(RECENT_EDGES) + 1) + recent, np.int64)
