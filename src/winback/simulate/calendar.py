"""Days of the simulated app: weekdays, seasons, holidays, campaigns and news that bring or scare people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import numpy.typing as npt

from winback.simulate.channels import APP_STORE, DISTRIBUTION, INVITATION

#: Registrations by weekday, Monday first.
_WEEKDAY = np.array([1.06, 1.04, 1.02, 1.00, 0.98, 0.96, 0.94])
_SEASON = 0.12
#: Shorter holidays bring nobody: people travel.
_HOLIDAY_DAYS_MIN = 5
_HOLIDAY_TIMES = 2.6


@dataclass(frozen=True)
class Cluster:
    """A planted bunch of registrations; days count from the first simulated day, `last` belongs to it."""

    name: str
    kind: str  # campaign | holiday
    first: int
    last: int
    times: float  # so many times the usual registrations
    channel: int  # that brings most of the extra ones; -1: as usual


@dataclass(frozen=True)
class News:
    """A day of policy news; fear is highest then and fades."""

    name: str
    day: int


_CAMPAIGNS = (  # name, month, day, how many days, times, channel
    ("春季开户礼", 3, 10, 7, 2.5, DISTRIBUTION),
    ("六一八理财节", 6, 16, 5, 2.7, APP_STORE),
    ("好友同行季", 8, 22, 6, 2.5, INVITATION),
    ("双十一加息", 11, 9, 4, 3.0, DISTRIBUTION),
)
_NEWS = (("互联网理财新规征求意见", 5, 20), ("某平台暂停兑付传闻", 10, 22))
_FEAR_DAYS = 6
#: Share of the fear that is left the next day.
FEAR_KEEP = 0.7


def clusters(first_day: date, days: int, plain: bool) -> tuple[Cluster, ...]:
    """The planted bunches that lie wholly inside the simulated days, in order of time."""
    if plain:
        return ()
    found = _campaigns(first_day, days) + _holidays(first_day, days)
    return tuple(sorted(found, key=lambda c: c.first))


def _years(first_day: date, days: int) -> range:
    return range(first_day.year, (first_day + timedelta(days=days)).year + 1)


def _campaigns(first_day: date, days: int) -> list[Cluster]:
    planted = []
    for year in _years(first_day, days):
        for name, month, day, length, times, channel in _CAMPAIGNS:
            first = (date(year, month, day) - first_day).days
            if first >= 0 and first + length <= days:
                planted.append(Cluster(name, "campaign", first, first + length - 1, times, channel))
    return planted


def _holidays(first_day: date, days: int) -> list[Cluster]:
    found = []
    named = [(i, _holiday_name(first_day + timedelta(days=i))) for i in range(days)]
    for free, run in groupby(named, key=lambda pair: pair[1] is not None):
        span = list(run)
        if free and len(span) >= _HOLIDAY_DAYS_MIN:
            found.append(Cluster(str(span[0][1]), "holiday", span[0][0], span[-1][0], _HOLIDAY_TIMES, -1))
    return found


def _holiday_name(day: date) -> str | None:
    """The public holiday of a free day; None for a working day and for years not yet published."""
    from chinese_calendar import get_holiday_detail

    try:
        free, name = get_holiday_detail(day)
    except NotImplementedError:
        return None
    return name if free else None


def news(first_day: date, days: int, plain: bool) -> tuple[News, ...]:
    """The policy news inside the simulated days."""
    if plain:
        return ()
    found = [
        News(name, (date(year, month, day) - first_day).days)
        for year in _years(first_day, days)
        for name, month, day in _NEWS
    ]
    return tuple(sorted((n for n in found if 0 <= n.day < days), key=lambda n: n.day))


def fear(days: int, told: tuple[News, ...]) -> npt.NDArray[np.float64]:
    """How frightened people are each day, 0 to 1: shape (days,)."""
    level = np.zeros(days)
    for item in told:
        for after in range(_FEAR_DAYS):
            if item.day + after < days:
                level[item.day + after] = max(level[item.day + after], FEAR_KEEP**after)
    return level


def base_rate(first_day: date, days: int) -> npt.NDArray[np.float64]:
    """Relative registrations of each day from weekday and season alone: shape (days,)."""
    number = np.arange(days)
    weekday = _WEEKDAY[(first_day.weekday() + number) % 7]
    day_of_year = first_day.timetuple().tm_yday + number
    return np.asarray(weekday * (1 + _SEASON * np.sin(2 * np.pi * (day_of_year - 60) / 365.25)))


def extra_rate(days: int, planted: tuple[Cluster, ...]) -> npt.NDArray[np.float64]:
    """How many more times the usual registrations each day has because of clusters: shape (days,)."""
    extra = np.zeros(days)
    for cluster in planted:
        extra[cluster.first : cluster.last + 1] += cluster.times - 1
    return extra
