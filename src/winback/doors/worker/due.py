"""When what is due: nights by the clock of the workspace, slots of a cadence, another try after a failure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from winback.settings.worker import WorkerSection
from winback.terms.time import MICROS_PER_SECOND


def latest_night(now: datetime, zone: ZoneInfo, night_at: time) -> date:
    """The date of the last night that is due: that of today from `night_at` on, else that of yesterday."""
    here = now.astimezone(zone)
    return here.date() if here.time() >= night_at else here.date() - timedelta(days=1)


def nights_due(done: date | None, latest: date, nights_max: int) -> list[date]:
    """The nights after the last one done up to the latest, in order, at most `nights_max` of them."""
    first = latest if done is None else done + timedelta(days=1)
    first = max(first, latest - timedelta(days=nights_max))
    return [first + timedelta(days=n) for n in range((latest - first).days + 1)]


def next_slot(now_us: int, every_seconds: int) -> int:
    """The next moment after now that is a whole number of such spans since 1970-01-01 (microseconds, UTC)."""
    span = every_seconds * MICROS_PER_SECOND
    return (now_us // span + 1) * span


def back_off(tries: int, section: WorkerSection) -> int:
    """How long to wait after so many tries went wrong, in microseconds: doubled each time, up to a limit."""
    doubled: int = section.retry_seconds_min << min(max(tries - 1, 0), 30)
    return min(doubled, section.retry_seconds_max) * MICROS_PER_SECOND
