"""What is known of those to whom one reward is to be given, as arrays: one row a treatment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from winback.reward.nouns import Reason

Int64s = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]

#: Reasons by code; code 0 is none.
REASONS: tuple[Reason | None, ...] = (None, *Reason)
#: The day of what never happened.
NEVER = -(10**9)


@dataclass(frozen=True)
class Column:
    """A number a row, and whether it is known; `values` is int64 or float64, 0 where not known."""

    values: npt.NDArray[np.int64] | npt.NDArray[np.float64]
    known: Flags


@dataclass(frozen=True)
class PolicyRule:
    """Where every feature is within its limits (at least, below; None: no limit), the amount is this."""

    within: Mapping[str, tuple[float | None, float | None]]
    amount_minor: int


@dataclass(frozen=True)
class Asked:
    """The rows: treatment keys, day numbers as of which they are judged, and what the reward looks at.

    `earlier` counts the grants of this reward to the same customer that were neither refused nor reversed,
    `last_day` is that of the latest (NEVER: there was none). `birthday` holds day numbers of birth.
    """

    ids: Int64s
    days: Int64s
    earlier: Int64s
    last_day: Int64s
    features: Mapping[str, Column]
    birthday: Column | None = None
    invited: Int64s | None = None
    policy: tuple[PolicyRule, ...] = ()

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.ids)


@dataclass(frozen=True)
class Faces:
    """The amount on each grant (int64, minor units), and why there is none (codes of REASONS)."""

    face: Int64s
    why: Codes


def code(reason: Reason | None) -> int:
    """The code of a reason."""
    return REASONS.index(reason)


def refused(faces: Faces, where: Flags, reason: Reason) -> Faces:
    """The same, refused for this reason where no reason stands yet."""
    why = faces.why.copy()
    why[where & (why == 0)] = code(reason)
    return Faces(np.where(why == 0, faces.face, 0), why)


def counts(values: Int64s | Codes) -> list[tuple[int, int]]:
    """Every value that is there, with how often it is."""
    found, times = np.unique(values, return_counts=True)
    return list(zip(found.tolist(), times.tolist(), strict=True))
