"""Days and moments: a day is a whole number since 1970-01-01, a moment is microseconds since then, UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EPOCH = date(1970, 1, 1)
MICROS_PER_SECOND = 1_000_000
_EPOCH_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


def day_number(day: date) -> int:
    """Days from 1970-01-01 to `day`; negative before it."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The date that `day_number` gave."""
    return EPOCH + timedelta(days=number)


def month_of(day: date) -> str:
    """The month a day belongs to, as `2026-03`."""
    return f"{day.year:04d}-{day.month:02d}"


def start_of_day(day: date, zone: ZoneInfo) -> int:
    """The moment (microseconds, UTC) at which `day` begins in `zone`."""
    began = datetime.combine(day, time(), tzinfo=zone)
    return (began.astimezone(UTC) - _EPOCH_MOMENT) // timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """The moment as microseconds since 1970-01-01, UTC; `moment` has its zone."""
    return (moment - _EPOCH_MOMENT) // timedelta(microseconds=1)
