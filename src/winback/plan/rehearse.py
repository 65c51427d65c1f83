"""What playbooks would do on a date, or on each day of a past span: nothing is kept, nobody is treated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from winback.experiment import read as experiment
from winback.plan import channels
from winback.plan import library as libraries
from winback.plan.choose import Choice, Flags, Pasts, choose, meant_by_any, pasts
from winback.plan.enter import Entrants, entrants, summed_up
from winback.plan.library import Library, Version
from winback.plan.nouns import PlaybookState, Rehearsed, Send, TreatmentKind
from winback.plan.walks import END, START, Edge, Walk
from winback.plan.who import Everybody, everybody_on, group, read_groups
from winback.settings.playbooks_graph import DAY_US, longest_us
from winback.settings.playbooks_read import PlaybookFile, playbook_files
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import Problem
from winback.terms.progress import Progress, Silent
from winback.terms.time import day_number


def rehearse(
    ws: Workspace, span: tuple[date, date], *, progress: Progress | None = None
) -> Iterator[Rehearsed]:
    """What each playbook would do on each day of [first, last], point in time, the highest priority first.

    A span of one day goes on from the entries that stand; a longer one begins as if nobody had ever entered,
    and counts everybody as inside for as long as the longest walk takes. Paused and stopped playbooks are
    rehearsed as they are on one day, as if switched on over a longer span. Raises as `run` does.
    """
    first, last = span
    if first > last:
        raise Problem(f"the span ends on {last}, before it begins on {first}")
    told, files = progress or Silent(), playbook_files(ws.settings, ws.root)
    dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    told.start("rehearse", len(dates))
    if not files:
        return
    is_one_day = len(dates) == 1
    shelf = standing(ws, files, is_one_day=is_one_day)
    past: Pasts | None = None
    stands: channels.Stands = {}
    whos = {group(f.playbook, f.digest, "enter"): f.playbook.enter for f in files}
    for everybody in everybody_on(ws, dates, read_groups(ws, files), whos):
        if is_one_day:
            past, stands = told_of(ws, everybody, meant_by_any(files, everybody))
        past = past or Pasts(everybody.rows)
        if not is_one_day:
            _let_out(shelf, past, day_number(everybody.as_of))
        stands = close_channels(ws, shelf, (everybody, past), stands)
        yield from _one_date(ws, files, shelf, (everybody, past))
        told.advance()


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
    ws: Workspace, files: Sequence[PlaybookFile], shelf: Library, known: tuple[Everybody, Pasts]
) -> Iterator[Rehearsed]:
    everybody, past = known
    decided = experiment.would_be(ws, [file.playbook for file in files], everybody.as_of)
    for choice in choose(shelf, [file.playbook.name for file in files], everybody, past):
        definition = decided.definitions[choice.version.playbook.name]
        yield rehearsed(ws, choice, everybody, entrants(choice, everybody, definition, decided.rotation))


def rehearsed(ws: Workspace, choice: Choice, everybody: Everybody, found: Entrants) -> Rehearsed:
    """What those who would enter would get at once and at most."""
    treated = ~found.sides.is_held_out
    minor = 10**ws.settings.workspace.minor_digits
    people: Counter[str] = Counter()
    at_once: set[str] = set()
    costs = [0, 0]
    for place, walk in enumerate(choice.version.walks):
        mine = int((treated & (found.sides.arm == place)).sum())
        costs[0] += mine * _cost(walk.edges[0], minor)
        costs[1] += mine * dearest(walk, minor)
        for name in {step.name for edge in walk.edges for step in edge.steps}:
            people[name] += mine
        at_once |= {step.name for step in walk.edges[0].steps}
    sends = tuple(
        Send(
            step=step.name,
            kind=TreatmentKind(step.kind),
            medium=step.medium,
            people=people[step.name],
            cost_minor=people[step.name] * round(step.cost * minor),
            is_at_once=step.name in at_once,
        )
        for step in choice.version.playbook.steps
        if people[step.name]
    )
    return Rehearsed(everybody.as_of, summed_up(found), sends, costs[0], costs[1])


def dearest(walk: Walk, minor: int) -> int:
    """What the costliest way from the start to the end costs one customer, minor units."""
    cost = {END: 0}
    for stop in sorted({edge.stop for edge in walk.edges}, reverse=True):
        mine = [edge for edge in walk.edges if edge.stop == stop]
        cost[stop] = max(_cost(edge, minor) + cost[edge.next_stop] for edge in mine)
    return cost[START]


def _cost(edge: Edge, minor: int) -> int:
    return sum(round(step.cost * minor) for step in edge.steps)
