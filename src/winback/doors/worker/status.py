"""What a worker has done and will do, for whoever asks: lease, nights, steps, errors, the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from winback.doors.worker import due, ledger
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.time import micros

#: So many nights back steps are told.
NIGHTS_TOLD = 2


@dataclass(frozen=True)
class Status:
    """How the worker stands at a moment.

    `is_held` tells whether somebody holds the lease now; `night_done` is the last night of which all is done,
    `nights_due` those that are due and not done; `steps` are those of the last nights and those that come
    again and again; `errors` are the ones that failed or were given up.
    """

    at_us: int
    lease: ledger.Lease | None
    is_held: bool
    night_done: date | None
    nights_due: tuple[date, ...]
    next_night_us: int
    steps: tuple[ledger.Step, ...]
    errors: tuple[ledger.Step, ...]
    log: tuple[ledger.Line, ...]


def status(ws: Workspace, now: datetime, lines: int = 20) -> Status:
    """How the worker of this workspace stands at this moment."""
    section, zone = ws.settings.worker, ws.settings.workspace.zone
    latest = due.latest_night(now, zone, section.night)
    with facts.connection(ws) as connection:
        lease, done = ledger.lease(connection), ledger.last_night(connection)
        steps = ledger.steps(connection, (done or latest) - timedelta(days=NIGHTS_TOLD - 1))
        log = ledger.log(connection, lines)
    next_night = datetime.combine(latest + timedelta(days=1), section.night, tzinfo=zone)
    return Status(
        at_us=micros(now),
        lease=lease,
        is_held=lease is not None and lease.until_us >= micros(now),
        night_done=done,
        nights_due=tuple(due.nights_due(done, latest, ws.settings.warn.catch_up_days_max)),
        next_night_us=micros(next_night),
        steps=steps,
        errors=tuple(step for step in steps if step.error),
        log=log,
    )
