"""Past dates dealt to training, calibration and test so that no fold sees into the next one's outcome."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from winback.predict.nouns import Spacing
from winback.terms.errors import NotReadyProblem

Days = NDArray[np.int32]


@dataclass(frozen=True)
class Folds:
    """Snapshot dates by use, each fold in order; every outcome window of a fold ends before the next begins.

    The outcome window of a date d are the days [d, d + horizon_days); it is known on d + horizon_days.
    `embargoed` are dates that no fold may have, because their windows reach into the next fold.
    """

    horizon_days: int
    train: tuple[date, ...]
    calibrate: tuple[date, ...]
    test: tuple[date, ...]
    embargoed: tuple[date, ...]

    @property
    def all(self) -> tuple[date, ...]:
        """The dates of the three folds, in order."""
        return (*self.train, *self.calibrate, *self.test)


def snapshot_dates(first: date, known: date, *, horizon_days: int, every_days: int) -> tuple[date, ...]:
    """Dates from `first` on whose outcome is known on `known`, `every_days` apart, the latest one kept."""
    found = []
    day = known - timedelta(days=horizon_days)
    while day >= first:
        found.append(day)
        day -= timedelta(days=every_days)
    return tuple(reversed(found))


def deal(dates: Iterable[date], *, horizon_days: int, spacing: Spacing | None = None) -> Folds:
    """The latest dates test, those before calibrate, those before train, with an embargo between the folds.

    Raises NotReadyProblem where there are too few dates to train, calibrate and test.
    """
    spacing = spacing or Spacing()
    left = sorted(set(dates))
    test, left = left[-spacing.test :], left[: -spacing.test]
    calibrate, gap_of_test = _before(left, test, horizon_days, spacing.calibrate)
    earlier = [day for day in left if calibrate and day < calibrate[0]]
    train, gap_of_calibrate = _before(earlier, calibrate, horizon_days, spacing.train_max)
    if not (train and calibrate and test):
        raise NotReadyProblem(
            "{count} dates are too few to train, calibrate and test {days} days ahead",
            count=len(set(dates)),
            days=horizon_days,
            least=2 * horizon_days,
            todo="wait for more history: at least {least} days from first to last date",
        )
    return Folds(horizon_days, tuple(train), tuple(calibrate), tuple(test), (*gap_of_calibrate, *gap_of_test))


def _before(
    dates: Sequence[date], later: Sequence[date], horizon_days: int, most: int
) -> tuple[list[date], list[date]]:
    """The last `most` of `dates` whose windows end before `later` begins, and those held back."""
    if not later:
        return [], []
    limit = later[0] - timedelta(days=horizon_days)
    return [day for day in dates if day <= limit][-most:], [day for day in dates if day > limit]


def day_numbers(dates: Any) -> Days:
    """Dates in any form (date, datetime64, whole numbers) as days since 1970-01-01, shape (rows,)."""
    given = np.asarray(dates)
    if given.dtype.kind in "iu":
        return given.astype(np.int32)
    return given.astype("datetime64[D]").astype(np.int32)


def later_fold(
    dates: Days, *, later_dates: int, embargo_days: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows train and which are the later fold: the last `later_dates` distinct dates.

    Rows between, whose windows reach into the later fold, are in neither. Raises ValueError where no row is
    left to train.
    """
    known = np.unique(dates)
    began = known[-min(later_dates, len(known))]
    later, early = dates >= began, dates <= began - max(embargo_days, 1)
    if not early.any():
        raise ValueError(
            f"no date is {embargo_days} days before the last {later_dates}: give more, or a shorter embargo"
        )
    return early, later


def seen_before(train_customers: Days, customers: Days) -> NDArray[np.bool_]:
    """For each of `customers`, whether any training row is of the same customer."""
    return np.isin(customers, np.unique(train_customers))
