"""Releases of the app, and how often each lags, crashes and fails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from winback.simulate.parameters import Floats, Ints

#: In the order of the kernel's codes.
FAULT_KINDS = ("lag", "crash", "error")
_RELEASE_EVERY_DAYS = 24
_BACKGROUND = (0.007, 0.003, 0.006)
#: Shares of the simulated days at which a faulty version comes out, and its chances a visit.
_FAULTY = ((0.24, (0.012, 0.120, 0.015)), (0.66, (0.150, 0.012, 0.050)))
#: How many days before the first simulated day a phone may hold back an update.
LAG_DAYS_MAX = 60


@dataclass(frozen=True)
class Version:
    """A release; chances are those of a lag, a crash and an error in one visit."""

    name: str
    released: int
    chances: tuple[float, float, float]
    faulty: bool


def versions(days: int, plain: bool) -> tuple[Version, ...]:
    """All releases in order; the first one was out before the first day."""
    count = max(1, -(-days // _RELEASE_EVERY_DAYS))
    bad = {} if plain else {min(count - 1, round(at * count)): chances for at, chances in _FAULTY}
    return tuple(
        Version(f"6.{number}.0", number * _RELEASE_EVERY_DAYS, bad.get(number, _BACKGROUND), number in bad)
        for number in range(count)
    )


def chances(releases: tuple[Version, ...]) -> Floats:
    """Cumulative chances by version and kind of fault: shape (versions, 3)."""
    return np.cumsum(np.array([v.chances for v in releases]), axis=1)


def version_on(days: int, releases: tuple[Version, ...]) -> Ints:
    """The newest release on each day, from LAG_DAYS_MAX before the first one: shape (days + 60,)."""
    number = np.arange(-LAG_DAYS_MAX, days)
    released = np.array([v.released for v in releases])
    return np.maximum(np.searchsorted(released, number, side="right") - 1, 0)
