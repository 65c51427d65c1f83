"""Days of a simulated base that goes on living: one night of the whole flow each, then people answer."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from winback.app import carriers, open_workspace
from winback.simulate.live.nouns import GRANTS, DaySummary
from winback.store.workspace import Workspace
from winback.terms.errors import Place, Problem
from winback.terms.progress import Progress, Silent
from winback.terms.time import start_of_day

if TYPE_CHECKING:
    from winback.doors.night import Asked, Night
    from winback.flow import simulated_life as Living  # noqa: N812

#: When the night's work is done and messages leave, in hours of the local day: quiet hours are over then.
SENDS_AT_HOURS = 12
#: Who makes the grants of a simulated business.
WHO = "winback simulate"
_GRANTS_MOST = 1_000_000


@dataclass
class Days:
    """What some days came to; `seconds` by step, `simulate` among them."""

    first: date
    after: date
    counts: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def nights(self) -> int:
        """How many there were."""
        return (self.after - self.first).days


def first_night(folder: Path, asked: Asked, *, progress: Progress | None = None) -> Night:
    """The past of a base that lives in a folder, taken in, and one night up to the warnings.

    `asked` may let a first model come to use; nobody is treated yet. Raises what the steps raise.
    """
    from winback import flow
    from winback.doors.night import night

    ws, day = open_workspace(folder), flow.simulated_life(folder).base.date
    now, _ = _moment(ws, day)
    flow.ingest(ws, now=now, progress=progress)
    return night(ws, day, asked=replace(asked, acts=False, now=now), progress=progress)


def _moment(ws: Workspace, day: date) -> tuple[datetime, int]:
    """When messages leave on a day; the same in microseconds."""
    now_us = start_of_day(day, ws.settings.workspace.zone) + SENDS_AT_HOURS * 3_600_000_000
    return datetime.fromtimestamp(now_us / 1_000_000, UTC), now_us


def play(folder: Path, nights: int, *, progress: Progress | None = None) -> Days:
    """Play so many days of the base that lives in a folder: the flow first, then the day and its answers.

    A model scores where one is in use. Fewer days are played where the base has no more. Raises Problem
    where no base lives there, and what the steps raise.
    """
    from winback import flow
    from winback.doors import acting

    told = progress or Silent()
    ws, living = open_workspace(folder), flow.simulated_life(folder)
    if acting.reaches_people(ws):
        raise Problem("simulated days are played through sandboxes only", place=Place(field="providers"))
    wanted = min(nights, living.base.days_left)
    told.start("days", total=wanted)
    first = living.base.date
    found = Days(first, first + timedelta(days=wanted))
    for _ in range(wanted):
        for step, done in _one(ws, living):
            found.seconds[step] = found.seconds.get(step, 0.0) + done[1]
            found.counts += done[0]
        told.advance()
    return found


def _one(ws: Workspace, living: Living) -> Iterator[tuple[str, tuple[Counter[str], float]]]:
    """The steps of one night and the day after it: name, what they counted, seconds."""
    from winback import flow
    from winback.predict import read as predict

    day = living.base.date
    now, now_us = _moment(ws, day)
    steps: dict[str, Callable[[], Any]] = {
        "ingest": lambda: flow.ingest(ws, now=now),
        "profile": lambda: flow.profile(ws, day),
        "predict": lambda: flow.predict(ws, day) if predict.in_use(ws) is not None else None,
        "warn": lambda: flow.warn(ws, day),
        "experiment": lambda: flow.experiment(ws, day),
        "plan": lambda: flow.plan(ws, day, now_us),
        "reward": lambda: flow.reward(ws, now, who=WHO),
        "deliver": lambda: flow.deliver(ws, now_us, carriers(ws)),
        "simulate": lambda: living.live(ws.data / "sandbox", grants(ws)),
    }
    for name, do in steps.items():
        began = time.perf_counter()
        done = do()
        yield name, (_counted(name, done), time.perf_counter() - began)


def _counted(step: str, done: Any) -> Counter[str]:
    if isinstance(done, DaySummary):
        names = ("visits", "messages", "read", "clicked", "put_off", "claims", "left", "back")
        return Counter({name: getattr(done, name) for name in names})
    if step == "plan":
        return Counter({"entered": sum(each.entered for each in done.entered), "treatments": done.treatments})
    if step == "reward":
        return Counter({"granted_minor": done.granted_minor, "claimed_minor": done.claimed_minor})
    return Counter()


def grants(ws: Workspace) -> pa.Table:
    """The grants that stand and may be claimed, as the simulated people need to know them: GRANTS."""
    from winback.reward import read
    from winback.reward.nouns import GrantState

    found = read.grants_in(ws, GrantState.GRANTED, _GRANTS_MOST)
    return pa.Table.from_pylist(
        [{name: getattr(grant, name) for name in GRANTS.names} for grant in found], schema=GRANTS
    )
