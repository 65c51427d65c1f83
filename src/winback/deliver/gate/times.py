"""When not to disturb: quiet hours by zone, held to their next edge, and days on which markets trade."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from winback.terms.time import MICROS_PER_SECOND, start_of_day


@dataclass(frozen=True)
class Zone:
    """A zone as customers name it: whether there is such a one, and until when it is quiet there."""

    name: str | None
    is_valid: bool
    quiet_until_us: int | None


def zones(names: Iterable[str | None], now: int, quiet: tuple[str, str], home: ZoneInfo) -> list[Zone]:
    """Each zone at the moment `now`; without a name, or with one that is none, the workspace's holds.

    quiet: from and to, as `21:00`, the end not in it.
    """
    return [_zone(name, now, quiet, home) for name in dict.fromkeys([*names, None])]


def _zone(name: str | None, now: int, quiet: tuple[str, str], home: ZoneInfo) -> Zone:
    zone, is_valid = home, True
    if name is not None:
        try:
            zone = ZoneInfo(name)
        except (OSError, ValueError, KeyError):
            is_valid = False
    return Zone(name, is_valid, quiet_until(now, quiet, zone))


def quiet_until(now: int, quiet: tuple[str, str], zone: ZoneInfo) -> int | None:
    """The moment at which the quiet hours that hold at `now` end in `zone`; None where none hold."""
    start, end = (time.fromisoformat(text) for text in quiet)
    here = _local(now, zone)
    clock = here.time()
    if start == end:
        return None
    is_quiet = start <= clock < end if start < end else clock >= start or clock < end
    if not is_quiet:
        return None
    day = here.date() if clock < end else here.date() + timedelta(days=1)
    return _micros(datetime.combine(day, end, tzinfo=zone))


def trading_until(now: int, home: ZoneInfo) -> int | None:
    """The moment at which the next trading day begins; None where `now` is on one.

    Trading days are working days from Monday to Friday by the holidays of mainland China, make-up days on
    week-ends not among them. For years that the calendar does not know yet, Monday to Friday.
    """
    day = _local(now, home).date()
    if is_trading_day(day):
        return None
    while not is_trading_day(day):
        day += timedelta(days=1)
    return start_of_day(day, home)


def is_trading_day(day: date) -> bool:
    """Whether markets of mainland China trade on that day."""
    import chinese_calendar

    if day.weekday() >= 5:
        return False
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return True


def _local(now: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(now / MICROS_PER_SECOND, UTC).astimezone(zone)


def _micros(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp()) * MICROS_PER_SECOND
