"""`winback deliver`: what is due goes through the gate and out to providers."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import carriers, open_workspace, workspace_file
from winback.doors.cli import options, shown
from winback.language import Language, number, seconds, speaker

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue

    from winback.deliver.nouns import DeliverSummary


def now_us() -> int:
    """The moment now, in microseconds UTC."""
    return time.time_ns() // 1000


def deliver(
    *,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="Processes that send side by side.")
    ] = 1,
    wait: options.Wait = 60.0,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Send all messages that are due and that the gate lets through; each once, whatever dies in between.

    Without [[providers]] everything goes to the sandbox: files below the data folder. Ends with 2 where a
    provider cannot be opened.
    """
    from dataclasses import replace

    from winback import flow
    from winback.deliver import read
    from winback.deliver.nouns import Timing

    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    opened, began = carriers(ws), time.perf_counter()
    with shown.progress(quiet=quiet or as_json) as progress:
        taken, gate = flow.deliver_prepare(ws, now_us(), wait_seconds=wait, progress=progress)
        helpers, done = _helpers(workers - 1, workspace_file(workspace))
        timing = Timing(now_us, time.sleep)
        found: DeliverSummary = flow.deliver_work(ws, opened, timing=timing, progress=progress)
        for helper in helpers:
            helper.join()
    outcomes, told = Counter(found.outcomes), found.told
    while not done.empty():
        theirs, more = done.get()
        outcomes, told = outcomes + Counter(theirs), told + more
    states = Counter[str]()
    for state, _, count in read.states(ws):
        states[state] += count
    found = replace(found, outcomes=outcomes, told=told, states=states, taken=taken, gate=gate)
    found = replace(found, seconds=time.perf_counter() - began)
    if as_json:
        shown.show_json(found)
        return
    tell(found, language)


def _helpers(
    count: int, file: Path
) -> tuple[list[multiprocessing.process.BaseProcess], SimpleQueue[tuple[dict[str, int], int]]]:
    """Workers beside the first, and where each of them says at its end what it did."""
    context = multiprocessing.get_context("spawn")
    done = context.SimpleQueue()
    helpers: list[multiprocessing.process.BaseProcess] = [
        context.Process(target=_help, args=(file, done), daemon=True) for _ in range(count)
    ]
    for helper in helpers:
        helper.start()
    return helpers, done


def _help(file: Path, done: SimpleQueue[tuple[dict[str, int], int]]) -> None:
    """One more worker beside the first."""
    from winback import flow
    from winback.deliver.nouns import Timing

    ws = open_workspace(file)
    found = flow.deliver_work(ws, carriers(ws), timing=Timing(now_us, time.sleep))
    done.put((dict(found.outcomes), found.told))


def tell(found: DeliverSummary, language: Language) -> None:
    """What the run did."""
    from winback.deliver.read import speak, word

    say, gate = speak(language), found.gate
    text = say("Taken in {taken}, judged {judged}: let through {cleared}, as if {as_if}.")
    counts = {"judged": gate.judged, "cleared": gate.cleared, "as_if": gate.as_if, "taken": found.taken}
    shown.show_line(text.format(**{name: number(count) for name, count in counts.items()}))
    if gate.reasons:
        rows = [(word(reason, language), number(count)) for reason, count in gate.reasons.items()]
        shown.show_table(say("Not let through"), (say("reason"), say("messages")), (False, True), rows)
    parts = [f"{word(fate, language)} {number(count)}" for fate, count in found.outcomes.items()]
    shown.show_line(
        say("Outcomes: {parts}").format(parts=", ".join(parts)) if parts else say("Nothing was sent.")
    )
    rows = [(word(state, language), number(count)) for state, count in sorted(found.states.items())]
    shown.show_table(say("The outbox"), (say("state"), say("messages")), (False, True), rows)
    if unknown := found.states.get("unknown", 0):
        said = say("{unknown} messages have no known outcome: `winback messages list --state unknown`")
        shown.show_line(said.format(unknown=number(unknown)))
    shown.show_line(seconds(found.seconds, speaker(language)))
