"""What may be asked of a feature: limits at round numbers, and each customer's place between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from winback.diagnose.nouns import Condition

Floats = npt.NDArray[np.float64]
Bins = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
#: The bin of a customer whose feature is not known.
UNKNOWN_BIN = np.uint8(255)
#: A feature is asked at so many limits at most.
LIMITS_MAX = 12
#: Names of fewer customers are asked only together, as any other name.
NAME_CUSTOMERS_MIN = 5
#: A limit that fewer than this share of all customers lie below, or above, is not asked.
SHARE_MIN = 0.01

_COUNTS = (1, 2, 3, 4, 6, 11, 21, 51, 101, 201, 501, 1001)
_DAYS = (1, 2, 4, 8, 15, 31, 61, 91, 181, 366, 731)
_RATIOS = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0, 1.5, 2.0)
_MONEY = tuple(unit * 10**power for power in range(11) for unit in (1, 2, 5))


@dataclass(frozen=True)
class Question:
    """A feature cut into bins: bin i holds limits[i-1] <= value < limits[i]; or, of a name, names[i].

    bins: uint8 of shape (customers,), UNKNOWN_BIN where the feature is not known; others: whether one more
    bin behind those of the names holds all other names.
    """

    feature: str
    limits: tuple[float, ...]
    names: tuple[str, ...]
    bins: Bins
    others: bool = False

    @property
    def width(self) -> int:
        """How many bins there are, the unknown aside."""
        return len(self.names) + self.others if self.names else len(self.limits) + 1

    @property
    def tests(self) -> int:
        """How many conditions are tested: one a limit (one side is the other's opposite), one a name."""
        return len(self.names) or len(self.limits)

    def inside(self) -> Bools:
        """Which bins (columns) fulfil each test (rows): below the limit, or having the name."""
        bins = np.arange(self.width)
        if self.names:
            return np.eye(len(self.names), self.width, dtype=np.bool_)
        return bins[None, :] <= np.arange(len(self.limits))[:, None]

    def condition(self, test: int, *, below: bool) -> Condition:
        """The condition of a test; of a limit, its lower side or its upper."""
        if self.names:
            return Condition(self.feature, is_name=self.names[test])
        limit = self.limits[test]
        return Condition(self.feature, below=limit) if below else Condition(self.feature, at_least=limit)

    def holds(self, condition: Condition) -> Bools:
        """For which customers the condition holds."""
        bins = self.bins
        if condition.is_name is not None:
            return np.equal(bins, self.names.index(condition.is_name))
        if condition.below is not None:
            return np.less_equal(bins, self.limits.index(condition.below))
        limit = condition.at_least if condition.at_least is not None else np.inf
        above: Bools = (bins > self.limits.index(limit)) & (bins != UNKNOWN_BIN)
        return above


def ask_number(feature: str, values: Floats, unit: str, minor_digits: int = 2) -> Question | None:
    """The question of a numeric feature (NaN: not known); None where no round limit parts the customers.

    Limits are round numbers of the unit: counts 1, 2, 3, 4, 6, 11 (at most 0, 1, 2, 3, 5, 10), days by the
    week and month, money and means 1, 2, 5, 10 … major units.
    """
    grid, unknown = _grid(unit, minor_digits), np.isnan(values)
    place = np.searchsorted(np.array(grid), values, side="right")
    sizes = np.bincount(place[~unknown], minlength=len(grid) + 1)
    known = int(sizes.sum())
    if known == 0:
        return None
    below = dict(zip(grid, (np.cumsum(sizes) / len(values)).tolist(), strict=False))
    useful = [limit for limit in grid if SHARE_MIN <= below[limit] <= known / len(values) - SHARE_MIN]
    limits = _distinct(useful, below)
    if not limits:
        return None
    bin_of = np.concatenate([[0], np.cumsum(np.isin(grid, limits))]).astype(np.uint8)
    bins = bin_of[place]
    bins[unknown] = UNKNOWN_BIN
    return Question(feature, tuple(limits), (), bins)


def ask_name(
    feature: str, codes: npt.NDArray[np.integer], names: Sequence[str], names_max: int = 40
) -> Question | None:
    """The question of a named feature: `codes` are places in `names`, negative where not known.

    Only the most frequent names are asked, at most `names_max`, and none of fewer than NAME_CUSTOMERS_MIN
    customers; the others share one bin. None where there are fewer than two bins.
    """
    sizes = np.bincount(codes[codes >= 0], minlength=len(names))
    frequent = np.argsort(-sizes, kind="stable")[:names_max]
    asked = [int(place) for place in frequent if sizes[place] >= NAME_CUSTOMERS_MIN]
    others = int(sizes.sum()) > int(sizes[asked].sum())
    if not asked or len(asked) + others < 2:
        return None
    to_bin = np.full(len(names) + 1, len(asked) if others else UNKNOWN_BIN, np.uint8)
    to_bin[asked] = np.arange(len(asked), dtype=np.uint8)
    to_bin[-1] = UNKNOWN_BIN
    named = tuple(names[place] for place in asked)
    return Question(feature, (), named, to_bin[np.maximum(codes, -1)], others)


def _grid(unit: str, minor_digits: int) -> tuple[float, ...]:
    if unit in {"money", "money_mean"}:
        return tuple(float(limit * 10**minor_digits) for limit in _MONEY)
    table = {"count": _COUNTS, "days": _DAYS, "ratio": _RATIOS}
    return tuple(float(limit) for limit in table.get(unit, _DAYS))


def _distinct(limits: Sequence[float], below: dict[float, float]) -> list[float]:
    """Limits that part the customers differently, thinned evenly where there are too many."""
    kept: list[float] = []
    for limit in limits:
        if not kept or below[limit] - below[kept[-1]] >= SHARE_MIN / 2:
            kept.append(limit)
    if len(kept) <= LIMITS_MAX:
        return kept
    places = np.linspace(0, len(kept) - 1, LIMITS_MAX).round().astype(int)
    return [kept[place] for place in places]
