"""What playbooks would do on a date, or on each day of a past span: nothing is kept, nobody is treated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from winback.experiment import read as experiment
from winback.plan import channels
from winback.plan import library as libraries
from winback.plan.ask import Asker, cases_of
from winback.plan.choose import Flags, Pasts, choose, meant_by_any, pasts
from winback.plan.enter import Entrants, entrants, summed_up
from winback.plan.enter import people as entered_people
from winback.plan.insiders import inside
from winback.plan.library import Library, Version
from winback.plan.nouns import PlaybookState, Rehearsed, Send, TreatmentKind
from winback.plan.tables import TREATMENT_SCHEMA
from winback.plan.walks import END, START, Edge, Walk
from winback.plan.who import Everybody, day_of_moment, everybody_on, group, read_groups
from winback.plan.would import at_start, given
from winback.settings.playbooks import Who
from winback.settings.playbooks_graph import DAY_US, longest_us
from winback.settings.playbooks_read import PlaybookFile, playbook_files
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import Problem
from winback.terms.progress import Progress, Silent
from winback.terms.time import day_number, start_of_day

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RehearsedDay:
    """A date and moment tried: each playbook, and every treatment that a run would give then.

    `treatments` has TREATMENT_SCHEMA: of those who would enter, and of those inside who would go on.
    `withdrawn` are the keys of those given before whose customers have reacted since. `silent_since`: a day
    since which no source tells of life, so nobody would be let in.
    """

    as_of: date
    now_us: int
    playbooks: tuple[Rehearsed, ...]
    treatments: pa.Table
    withdrawn: Int64s
    silent_since: date | None = None


#: The moment of a date, microseconds UTC; and the day since which all is silent on it, None where it is not.
MomentOf = Callable[[date], int]
SilentOn = Callable[[date], date | None]


def rehearse(
    ws: Workspace, span: tuple[date, date], *, progress: Progress | None = None
) -> Iterator[Rehearsed]:
    """What each playbook would do on each day of [first, last], as `rehearse_days` says, at its start."""
    zone = ws.settings.workspace.zone
    for day in rehearse_days(ws, span, lambda at: start_of_day(at, zone), progress=progress):
        yield from day.playbooks


def rehearse_days(
    ws: Workspace,
    span: tuple[date, date],
    moment_of: MomentOf,
    *,
    silent_on: SilentOn = lambda _: None,
    progress: Progress | None = None,
) -> Iterator[RehearsedDay]:
    """What a run would do on each day of [first, last], point in time, the highest priority first.

    A span of one day goes on from the entries that stand, and moves those inside; a longer one begins as if
    nobody had ever entered, and counts everybody as inside for as long as the longest walk takes. Paused and
    stopped playbooks are rehearsed as they are on one day, as if switched on over a longer span. Where the
    sources are silent nobody is let in. Raises as `run` does.
    """
    first, last = span
    if first > last:
        raise Problem("the span ends on {last}, before it begins on {first}", last=last, first=first)
    told, files = progress or Silent(), playbook_files(ws.settings, ws.root)
    dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    told.start("rehearse", len(dates))
    is_one_day = len(dates) == 1
    silent = {day: silent_on(day) for day in dates}
    heard = [day for day in dates if silent[day] is None] if files else []
    entered = _entered(ws, files, heard, is_one_day=is_one_day, moment_of=moment_of)
    for day in dates:
        now_us = moment_of(day)
        playbooks, treatments = next(entered) if day in heard else ((), TREATMENT_SCHEMA.empty_table())
        withdrawn = np.zeros(0, np.int64)
        if is_one_day:
            more, withdrawn = inside(ws, now_us)
            treatments = pa.concat_tables([treatments, more]).sort_by("id").combine_chunks()
        yield RehearsedDay(day, now_us, playbooks, treatments, withdrawn, silent[day])
        told.advance()


def _entered(
    ws: Workspace,
    files: Sequence[PlaybookFile],
    dates: Sequence[date],
    *,
    is_one_day: bool,
    moment_of: MomentOf,
) -> Iterator[tuple[tuple[Rehearsed, ...], pa.Table]]:
    """Each playbook on each date, and what those who would enter it get at once."""
    shelf = standing(ws, files, is_one_day=is_one_day)
    past: Pasts | None = None
    stands: channels.Stands = {}
    whos: dict[str, Who] = {group(f.playbook, f.digest, "enter"): f.playbook.enter for f in files}
    for file in files:
        whos |= cases_of(file)
    for everybody in everybody_on(ws, dates, read_groups(ws, files), whos) if dates else ():
        if is_one_day:
            past, stands = told_of(ws, everybody, meant_by_any(files, everybody))
        past = past or Pasts(everybody.rows)
        if not is_one_day:
            _let_out(shelf, past, day_number(everybody.as_of))
        stands = close_channels(ws, shelf, (everybody, past), stands)
        yield _one_date(ws, (files, shelf), (everybody, past), moment_of(everybody.as_of))


def standing(ws: Workspace, files: Sequence[PlaybookFile], *, is_one_day: bool) -> Library:
    """The files as a library; playbooks are on, or, where it is for one day, as operators left them."""
    versions = {at: Version(at, 1, file) for at, file in enumerate(files, start=1)}
    states = {file.playbook.name: PlaybookState.ON for file in files}
    with facts.connection(ws) as connection:
        known = libraries.load(connection)
    if is_one_day:
        states |= known.states
    for at, version in versions.items():
        versions[at] = Version(at, _number(known, version.file), version.file)
    return Library(versions, states, {v.playbook.name: at for at, v in versions.items()})


def told_of(ws: Workspace, everybody: Everybody, asked: Flags) -> tuple[Pasts, channels.Stands]:
    """What stands on the facts store: entries of those who are asked about, and weak channels."""
    with facts.connection(ws) as connection:
        return pasts(connection, everybody, asked), channels.load(connection)


def close_channels(
    ws: Workspace, shelf: Library, known: tuple[Everybody, Pasts], stands: channels.Stands
) -> channels.Stands:
    """What becomes of weak channels; `past` is told whom they keep out."""
    everybody, past = known
    now, past.by_channel = channels.look(ws, shelf.versions.values(), everybody, stands)
    return now


def _number(known: Library, file: PlaybookFile) -> int:
    """The number that a content has, or would get."""
    mine = [v for v in known.versions.values() if v.playbook.name == file.playbook.name]
    return next((v.number for v in mine if v.file.digest == file.digest), len(mine) + 1)


def _let_out(shelf: Library, past: Pasts, day: int) -> None:
    for version in shelf.versions.values():
        mine = past[version.playbook.name]
        mine.inside &= day - mine.last < -(-longest_us(version.playbook) // DAY_US)


def _one_date(
    ws: Workspace,
    plays: tuple[Sequence[PlaybookFile], Library],
    known: tuple[Everybody, Pasts],
    now_us: int,
) -> tuple[tuple[Rehearsed, ...], pa.Table]:
    (files, shelf), (everybody, past) = plays, known
    decided = experiment.would_be(ws, [file.playbook for file in files], everybody.as_of)
    today = day_of_moment(ws, now_us)
    told, at_once = [], [TREATMENT_SCHEMA.empty_table()]
    with facts.connection(ws) as connection:
        asker = Asker(ws, connection, shelf, (today, now_us))
        for choice in choose(shelf, [file.playbook.name for file in files], everybody, past):
            version = choice.version
            definition = decided.definitions[version.playbook.name]
            found = entrants(choice, everybody, definition, decided.rotation)
            asker.told(version.key, everybody)
            people = entered_people(ws, found, everybody)
            held = {"is_held_out": found.sides.is_held_out}
            start = at_start(version, people["arm"], people | held)
            mine = given(shelf, start, asker.exits, (day_number(today), now_us))
            told.append(rehearsed(ws, everybody.as_of, found, mine))
            at_once.append(mine)
    return tuple(told), pa.concat_tables(at_once).sort_by("id").combine_chunks()


def rehearsed(ws: Workspace, as_of: date, found: Entrants, at_once: pa.Table) -> Rehearsed:
    """What those who would enter get: `at_once` these treatments, and at most all of their walks."""
    version, treated = found.choice.version, ~found.sides.is_held_out
    minor = 10**ws.settings.workspace.minor_digits
    people: Counter[str] = Counter()
    most = 0
    for place, walk in enumerate(version.walks):
        mine = int((treated & (found.sides.arm == place)).sum())
        most += mine * dearest(walk, minor)
        for name in {step.name for edge in walk.edges for step in edge.steps}:
            people[name] += mine
    done = at_once.filter(pc.invert(at_once["is_held_out"]))["step"]
    now = {each["values"].as_py(): each["counts"].as_py() for each in pc.value_counts(done)}
    sends = tuple(
        Send(
            step=step.name,
            kind=TreatmentKind(step.kind),
            medium=step.medium,
            people=people[step.name],
            cost_minor=people[step.name] * round(step.cost * minor),
            at_once=now.get(step.name, 0),
            at_once_minor=now.get(step.name, 0) * round(step.cost * minor),
        )
        for step in version.playbook.steps
        if people[step.name]
    )
    return Rehearsed(as_of, summed_up(found), sends, sum(each.at_once_minor for each in sends), most)


def dearest(walk: Walk, minor: int) -> int:
    """What the costliest way from the start to the end costs one customer, minor units."""
    cost = {END: 0}
    for stop in sorted({edge.stop for edge in walk.edges}, reverse=True):
        mine = [edge for edge in walk.edges if edge.stop == stop]
        cost[stop] = max(_cost(edge, minor) + cost[edge.next_stop] for edge in mine)
    return cost[START]


def _cost(edge: Edge, minor: int) -> int:
    return sum(round(step.cost * minor) for step in edge.steps)
