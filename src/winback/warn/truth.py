"""Three-valued truth over columns: a condition holds, does not hold, or cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """A number of each customer; where `known` is false the value means nothing."""

    values: Floats
    known: Flags


@dataclass(frozen=True)
class Truth:
    """Whether a condition holds for each customer; `holds` is false wherever `known` is."""

    holds: Flags
    known: Flags

    @property
    def fails(self) -> Flags:
        """Where the condition is known not to hold."""
        fails: Flags = self.known & ~self.holds
        return fails


def nothing(rows: int) -> Truth:
    """Unknown for everybody."""
    return Truth(np.zeros(rows, np.bool_), np.zeros(rows, np.bool_))


def sure(holds: Flags) -> Truth:
    """Known for everybody."""
    return Truth(holds, np.ones(len(holds), np.bool_))


def all_of(parts: Sequence[Truth]) -> Truth:
    """Kleene's and: false where any part is false, unknown where none is false but one is unknown."""
    holds: Flags = np.logical_and.reduce([part.holds for part in parts])
    fails: Flags = np.logical_or.reduce([part.fails for part in parts])
    return Truth(holds, holds | fails)


def any_of(parts: Sequence[Truth]) -> Truth:
    """Kleene's or: true where any part is true, unknown where none is true but one is unknown."""
    holds: Flags = np.logical_or.reduce([part.holds for part in parts])
    fails: Flags = np.logical_and.reduce([part.fails for part in parts])
    return Truth(holds, holds | fails)


def negated(part: Truth) -> Truth:
    """Not: what is unknown stays unknown."""
    return Truth(part.fails, part.known)
