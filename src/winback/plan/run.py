"""The step: who is meant enters, who reacted or whose time is over goes on, and treatments are given."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from winback.experiment import read as experiment
from winback.experiment.nouns import Definition
from winback.plan import book, channels, enter, library
from winback.plan.ask import Asker
from winback.plan.choose import choose, meant_by_any, pasts
from winback.plan.hear import hear
from winback.plan.library import Library, Version
from winback.plan.nouns import Channel, Entered, PlanSummary
from winback.plan.tick import tick_and_ask
from winback.plan.who import day_of_moment, everybody_on, group, read_groups
from winback.settings.playbooks_read import PlaybookFile, playbook_files
from winback.store import facts
from winback.store.lock import exclusive
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Place, Problem
from winback.terms.progress import Progress, Silent
from winback.terms.time import day_number, day_of


def run(
    ws: Workspace,
    as_of: date,
    now_us: int,
    *,
    silent_since: date | None = None,
    wait_seconds: float = 60.0,
    progress: Progress | None = None,
) -> PlanSummary:
    """Make the entries of a date, once, and move everybody who is due at the moment `now_us` (UTC).

    Entries are judged as of `as_of`, reactions count up to `now_us`. Where the sources are `silent_since` a
    day nobody enters, and the date stays open: a later run may enter them. Both go forward only: Problem
    is raised for a date before the last, and for a moment before the last. SettingsProblem where a playbook
    says what cannot be, NotReadyProblem where nothing was ingested or `experiment` was not run, BusyProblem
    where another run goes on for longer than `wait_seconds`.
    """
    told, began = progress or Silent(), time.perf_counter()
    files = playbook_files(ws.settings, ws.root)
    with (
        exclusive(ws.data / "plan.lock", wait_seconds=wait_seconds, progress=told),
        facts.connection(ws) as connection,
    ):
        _forward(connection, as_of, now_us)
        moved = library.keep(connection, files, (as_of, now_us))
        known = library.load(connection)
        left: tuple[Channel, ...] = ()
        done = [row for row in book.fetch(connection, "run_of", [day_number(as_of)]) if row[1] == "done"]
        if done:
            entered = _from_json(done[0][2])
            silent_since = None
        elif silent_since is not None:
            entered = ()
        else:
            told.start("enter", len(files))
            entered, left = _enter(ws, connection, (files, known), (as_of, now_us))
            book.do(connection, "keep_run", [_to_json(entered), day_number(as_of)])
        heard = hear(ws, connection, known, now_us)
        today = day_of_moment(ws, now_us)
        asker = Asker(ws, connection, known, (today, now_us))
        done_now = tick_and_ask(connection, now_us, day_number(today), asker)
        book.do(connection, "set_clock", [now_us, now_us])
    return PlanSummary(
        as_of=as_of,
        now_us=now_us,
        fresh=not done and silent_since is None,
        entered=entered,
        heard=heard,
        moves=done_now.moves,
        treatments=done_now.treatments,
        moved=moved,
        channels_left=left,
        silent_since=silent_since,
        seconds=time.perf_counter() - began,
    )


def _forward(connection: Any, as_of: date, now_us: int) -> None:
    """Raises Problem where time would go back."""
    book.do(connection, "begin_clock", [now_us])
    last_us = book.fetch(connection, "clock")[0][0]
    if now_us < last_us:
        raise Problem(
            "the moment given is {seconds:,.0f} s before that of the last run",
            seconds=(last_us - now_us) / 1_000_000,
            place=Place(field="now"),
            todo="people are moved forward in time only; give a later moment",
        )
    last = book.fetch(connection, "last_run")
    if last and day_of(last[0][0]) > as_of:
        raise Problem(
            "{as_of} comes after {last} has been run; entries go forward in time only",
            as_of=as_of,
            last=day_of(last[0][0]),
            place=Place(field="as_of"),
            todo="to try playbooks on past days use --dry-run",
        )


def _enter(
    ws: Workspace, connection: Any, known: tuple[Sequence[PlaybookFile], Library], when: tuple[date, int]
) -> tuple[tuple[Entered, ...], tuple[Channel, ...]]:
    """Who entered each playbook, and the channels that left one."""
    files, shelf = known
    as_of, now_us = when
    if not files:
        book.do(connection, "begin_run", [day_number(as_of)])
        return (), ()
    whos = {group(f.playbook, f.digest, "enter"): f.playbook.enter for f in files}
    (everybody,) = everybody_on(ws, [as_of], read_groups(ws, files), whos)
    definitions, rotation = experiment.definitions_on(ws, as_of), experiment.rotation_on(ws, as_of)
    names = [file.playbook.name for file in files]
    past = pasts(connection, everybody, meant_by_any(files, everybody))
    book.do(connection, "begin_run", [day_number(as_of)])
    stands, past.by_channel = channels.look(ws, shelf.entered(names), everybody, channels.load(connection))
    left = channels.keep(connection, stands, when)
    entered = []
    for choice in choose(shelf, names, everybody, past):
        definition = _definition(definitions, choice.version)
        found = enter.entrants(choice, everybody, definition, rotation)
        enter.keep(ws, connection, found, (everybody, now_us))
        entered.append(enter.summed_up(found))
    return tuple(entered), left


def _definition(definitions: Mapping[str, Definition], version: Version) -> Definition:
    """The experiment of a playbook. Raises NotReadyProblem where it is not the one that the playbook says."""
    found = definitions.get(version.playbook.name)
    if found is None or list(found.arms) != list(version.playbook.arm_shares):
        raise NotReadyProblem(
            "the experiment of {playbook} is not the one that the playbook says",
            playbook=version.playbook.name,
            todo="run experiment before plan",
        )
    return found


def _to_json(entered: Sequence[Entered]) -> str:
    return json.dumps([asdict(each) for each in entered], ensure_ascii=False, sort_keys=True)


def _from_json(text: str) -> tuple[Entered, ...]:
    return tuple(Entered(**each) for each in json.loads(text))
