"""The step: due treatments become messages, pass the gate, are sent, and come back as events."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from winback.deliver import book
from winback.deliver.carriers import Lane
from winback.deliver.compose import writer
from winback.deliver.drain import Desk, drain
from winback.deliver.fetching import fetch_all
from winback.deliver.nouns import Carrier, Clock, DeliverSummary, GateSummary, Pause, Still, Timing
from winback.deliver.passing import through_the_gate
from winback.deliver.recover import recover
from winback.deliver.telling import Teller, teller
from winback.settings.deliver import MEDIUMS, ProviderSection
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import SettingsProblem
from winback.terms.progress import Progress, Silent

#: Treatments never become due in the past, but for the last hours before the latest that was taken.
_BACK_US = 24 * 3_600_000_000


def run(
    ws: Workspace,
    now: int,
    carriers: Sequence[Carrier],
    *,
    timing: Timing | None = None,
    wait_seconds: float = 60.0,
    progress: Progress | None = None,
) -> DeliverSummary:
    """Deliver all that is due at the moment `now` (microseconds, UTC) through these carriers.

    Twice is once. Raises BusyProblem where another gate goes on for longer than `wait_seconds`,
    SettingsProblem where a provider is missing, or contacts cannot be opened.
    """
    told, began, timing = progress or Silent(), time.perf_counter(), timing or Timing()
    taken, gate = prepare(ws, now, wait_seconds=wait_seconds, progress=told)
    found = work(ws, carriers, timing=replace(timing, clock=timing.clock or Still(now)), progress=told)
    return replace(found, taken=taken, gate=gate, seconds=time.perf_counter() - began)


def prepare(
    ws: Workspace, now: int, *, wait_seconds: float = 60.0, progress: Progress | None = None
) -> tuple[int, GateSummary]:
    """The first half of a run: how many treatments were taken in, and what the gate says of all."""
    with facts.connection(ws) as connection:
        taken = taken_in(connection, now)
        gate = through_the_gate(ws, connection, now, wait=wait_seconds, progress=progress or Silent())
    return taken, gate


def work(
    ws: Workspace, carriers: Sequence[Carrier], *, timing: Timing, progress: Progress | None = None
) -> DeliverSummary:
    """The second half, which any number of workers may do side by side: send what may go, and tell of it."""
    began, clock = time.perf_counter(), timing.clock
    if clock is None:
        raise ValueError("a worker needs a clock")
    outcomes, heard = Counter[str](), 0
    with facts.connection(ws) as connection:
        with teller(ws, connection) as told:
            desk = furnished(ws, told, carriers, (clock, timing.pause, progress or Silent()))
            if desk is not None:
                outcomes += recover(desk)
                outcomes += drain(desk, seconds_max=timing.seconds_max)
            heard = fetch_all(ws, connection, carriers, clock())
        states: dict[str, int] = dict(book.fetch(connection, "open_states"))
    seconds = time.perf_counter() - began
    return DeliverSummary(outcomes=outcomes, told=told.told, heard=heard, states=states, seconds=seconds)


def taken_in(connection: Any, now: int) -> int:
    """Treatments that became due are taken into the outbox; how many."""
    latest = book.fetch(connection, "latest_taken")[0][0]
    return book.take_in(connection, now, -1 if latest is None else latest - _BACK_US)


def furnished(
    ws: Workspace, told: Teller, carriers: Sequence[Carrier], how: tuple[Clock, Pause | None, Progress]
) -> Desk | None:
    """The desk of a worker; None where nothing is to be sent or asked. how: clock, pause, progress."""
    clock, pause, progress = how
    connection = told.connection
    mediums = [row[0] for row in book.fetch(connection, "mediums_at_work", [clock(), clock()])]
    if not mediums:
        return None
    lanes = lanes_of(ws.settings.providers, carriers)
    missing = [medium for medium in mediums if medium not in lanes]
    if missing:
        raise SettingsProblem(
            "no provider carries {mediums}",
            mediums=missing,
            todo="add one to [[providers]]; kind sandbox sends nothing",
        )
    return Desk(ws, connection, lanes, writer(ws, connection, mediums), clock, pause, progress, told)


def lanes_of(
    sections: Sequence[ProviderSection], carriers: Sequence[Carrier]
) -> Mapping[str, Sequence[Lane]]:
    """The lanes by medium; a carrier without a section of its own has the defaults."""
    by_name = {section.name: section for section in sections}
    found: dict[str, list[Lane]] = {}
    for carrier in carriers:
        section = by_name.get(carrier.name) or ProviderSection.model_validate(
            {"name": carrier.name, "medium": carrier.medium, "kind": "sandbox"}
        )
        found.setdefault(carrier.medium, []).append(Lane(carrier, section))
    return {medium: found[medium] for medium in MEDIUMS if medium in found}
