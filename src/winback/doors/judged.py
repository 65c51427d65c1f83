"""Which date a run is judged as of where none is given, and whether the sources had gone silent by then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from winback.doors.acting import reaches_people
from winback.store.workspace import Workspace
from winback.terms.time import day_number, day_of

#: Kinds of events that winback's own messages and rewards bring about: they go on when the sources do not.
_OWN = frozenset({"touch", "claim"})
#: What a simulated business leaves beside its workspace file.
_TRUTH = "truth"


def latest_as_of(ws: Workspace, now: datetime | None = None) -> date:
    """The day after the last event, but none after today (or the day of `now`) in the workspace's zone.

    So events of a day that is not over do not count yet. Raises NotReadyProblem without any event.
    """
    from winback.ingest.read import manifest

    last = manifest(ws).last_day
    assert last is not None, "a manifest without days is not ready"
    return min(last + timedelta(days=1), today(ws, now))


def today(ws: Workspace, now: datetime | None = None) -> date:
    """The day of a moment (None: the clock) in the workspace's zone."""
    zone = ws.settings.workspace.zone
    return placed(now or datetime.now(UTC), zone).astimezone(zone).date()


def placed(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment that names no zone is one of the workspace's."""
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def silent_since(ws: Workspace, as_of: date | None, now: datetime | None = None) -> date | None:
    """The day of the newest event that tells of life, where it is too old to let anybody in; else None.

    Old is what lies more than `[playbooks] silent_days_max` days before the date given; without one, before
    today (or the day of `now`). A simulated business that reaches nobody lives on the day after its events.
    """
    if as_of is None:
        as_of = latest_as_of(ws, now) if _is_simulated(ws) else today(ws, now)
    newest = _newest(ws, today(ws))
    return newest if newest is not None and (as_of - newest).days > _days_max(ws) else None


def silent_on(ws: Workspace, as_of: date) -> date | None:
    """The same of a date of the past, as known at its start: only what had happened before it counts."""
    newest = _newest(ws, as_of - timedelta(days=1))
    return newest if newest is not None and (as_of - newest).days > _days_max(ws) else None


def _days_max(ws: Workspace) -> int:
    return ws.settings.playbooks.silent_days_max


def _is_simulated(ws: Workspace) -> bool:
    return (ws.root / _TRUTH).is_dir() and not reaches_people(ws)


def _newest(ws: Workspace, until: date) -> date | None:
    """The last day up to a date with an event of the kinds that say alive; of any but own where none has."""
    from winback.ingest.read import manifest

    lanes = set(manifest(ws).lanes)
    for kinds in (lanes & set(ws.settings.churn.kinds), lanes - _OWN):
        days = [day for kind in kinds if (day := _last_day(ws, kind, until)) is not None]
        if days:
            return max(days)
    return None


def _last_day(ws: Workspace, kind: str, until: date) -> date | None:
    """The last day up to a date with an event of a kind; dates after today are of wrong clocks."""
    import pyarrow.compute as pc

    from winback.ingest.read import lane, manifest

    limit = day_number(until)
    for month in sorted(manifest(ws).lanes[kind], reverse=True):
        days = lane(ws, kind, month)["day"]
        last = pc.max(days.filter(pc.less_equal(days, limit))).as_py()
        if last is not None:
            return day_of(last)
    return None
