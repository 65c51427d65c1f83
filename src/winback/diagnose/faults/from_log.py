"""Experience faults out of the event log: days of use with their version, and what was met on them."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from winback.diagnose.alive import Alive, Spells, first_alive
from winback.diagnose.bits import NO_DAY
from winback.diagnose.faults.days import Lives, UseDays
from winback.diagnose.faults.judge import DEFAULT_RULES, Met, judge_faults
from winback.diagnose.faults.nouns import FaultRules, Faults
from winback.diagnose.faults.scan import Scanned, scan
from winback.diagnose.reading import Customers, read_phases_on
from winback.ingest import read as ingest
from winback.store.workspace import Workspace
from winback.terms.kinds import Kind
from winback.terms.time import day_number, day_of

Int32s = npt.NDArray[np.int32]
#: About so many fault-free days are drawn where there are more; more would hardly narrow an interval.
OTHER_DAYS_MAX = 4_000_000
#: Phases are asked for so many months in one pass over the lanes.
MONTHS_AT_ONCE = 6


def faults_from(
    ws: Workspace,
    alive: Alive,
    spells: Spells,
    customers: Customers,
    *,
    as_of: date,
    rules: FaultRules = DEFAULT_RULES,
) -> Faults:
    """What faults did, as known at the start of `as_of`; all that is given must be as known then."""
    found = _scanned(ws, as_of)
    phase = _phases(ws, found.customer, found.day)
    use = UseDays(found.customer, found.day, found.version, found.faults, phase)
    first = day_number(as_of) if found.first_day is None else found.first_day
    known = customers.registered != NO_DAY
    since = np.where(known, customers.registered, first_alive(alive)).astype(np.int32)
    return judge_faults(
        use,
        Lives(alive, spells, since),
        Met(found.versions, found.met_faults, found.met_visits),
        first_day=day_of(first),
        as_of=as_of,
        rules=rules,
    )


def _scanned(ws: Workspace, as_of: date) -> Scanned:
    """The days with a fault, and about OTHER_DAYS_MAX other days with a visit."""
    known = ingest.manifest(ws)
    days = sum(lane.rows for lane in known.lanes.get(Kind.VISIT, {}).values())
    every = max(1, -(-days // OTHER_DAYS_MAX))
    files = [(day, file.path) for day, of_day in known.days.items() if day < as_of for file in of_day]
    return scan(files, every=every, threads=ws.threads)


def _phases(ws: Workspace, customer: Int32s, day: Int32s) -> npt.NDArray[np.int8]:
    """The phase of each row's customer (ascending) at the start of the row's month.

    Asked a few months at a time, of those who have a row in them.
    """
    months = day.astype("datetime64[D]").astype("datetime64[M]")
    found = np.zeros(len(day), np.int8)
    block = months.astype(np.int64) // MONTHS_AT_ONCE
    for each in np.unique(block):
        rows = np.flatnonzero(block == each)
        begun, month = np.unique(months[rows], return_inverse=True)
        firsts = begun.astype("datetime64[D]").astype(np.int64).tolist()
        mine = customer[rows]
        begins = np.concatenate([[True], mine[1:] != mine[:-1]])
        found[rows] = read_phases_on(ws, firsts, mine[begins])[month, np.cumsum(begins) - 1]
    return found
