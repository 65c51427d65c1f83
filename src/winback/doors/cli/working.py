"""`winback worker`: the flow by the clock; and how it stands."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.doors.worker_words import speak
from winback.language import number
from winback.store.workspace import Workspace
from winback.terms.told import Told

if TYPE_CHECKING:
    from winback.doors.worker.clock import Clock
    from winback.doors.worker.ledger import Step
    from winback.doors.worker.status import Status


def worker(
    ctx: typer.Context,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Do each step that is due once, then end: for cron.")
    ] = False,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="Go on until nothing is due and nothing waits, then end.")
    ] = False,
    workspace: options.Workspace = None,
    quiet: options.Quiet = False,
) -> None:
    """Run the flow by the clock: every night in full, and in between what has come in.

    One worker of a workspace works at a time; another stands by. A termination signal ends it between two
    steps. What it does is told line by line on standard error. With --once or --until-idle it ends with 1
    where a step failed, with 4 where another worker is at work.
    """
    if ctx.invoked_subcommand is not None:
        return
    from winback.doors.worker.clock import WallClock
    from winback.doors.worker.loop import Mode, Worker

    if once and until_idle:
        raise typer.BadParameter(Told("give either --once or --until-idle"))
    mode = Mode.ONCE if once else Mode.UNTIL_IDLE if until_idle else Mode.FOREVER
    clock = WallClock()
    tell = _silent if quiet else _teller(clock)
    made = Worker(lambda: open_workspace(workspace), clock, tell=tell)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: made.stop.set())
    failed = made.run(mode)
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
        raise typer.Exit(1)


def status(
    *,
    lines: Annotated[int, typer.Option("--lines", min=0, help="So many lines of the log are shown.")] = 10,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Show who works, the last runs of each step, what is due next, what went wrong, and the log."""
    from winback.doors.worker.clock import WallClock
    from winback.doors.worker.status import status as asked

    ws = open_workspace(workspace)
    found = asked(ws, WallClock().now(), lines)
    if as_json:
        shown.show_json(found)
        return
    _tell(ws, found, lang.value if lang else ws.settings.workspace.language)


def _tell(ws: Workspace, found: Status, language: options.Language) -> None:
    say = speak(language)
    if found.lease is None or not found.is_held:
        shown.show_line(say("No worker is at work."))
    else:
        text = say("{owner} works since {since}, last heard {heard}; the lease runs until {until}.")
        lease = found.lease
        told = {"since": lease.since_us, "heard": lease.beat_us, "until": lease.until_us}
        moments = {name: _moment(ws, each) for name, each in told.items()}
        shown.show_line(text.format(owner=lease.owner, **moments))
    text = say("Last night done: {done}. Due: {due}. Next night: {next}.")
    due = ", ".join(map(str, found.nights_due)) or "–"
    next_night = _moment(ws, found.next_night_us)
    shown.show_line(text.format(done=found.night_done or "–", due=due, next=next_night))
    heads = [say(each) for each in ("step", "night", "state", "tries", "last done", "next", "what it did")]
    rows = [_row(ws, step, say(step.state)) for step in found.steps if step.job != "night"]
    if rows:
        shown.show_table(say("Steps"), heads, (False, False, False, True, False, False, False), rows)
    for step in found.errors:
        shown.show_line(f"{step.job} {step.as_of or ''}: {step.error}")
    log = [
        (_moment(ws, line.at_us), line.job, str(line.as_of or ""), say(line.what), line.said)
        for line in reversed(found.log)
    ]
    if log:
        heads = [say(each) for each in ("when", "step", "night", "what happened", "what it did")]
        shown.show_table(say("Log"), heads, (False,) * 5, log)


def _row(ws: Workspace, step: Step, state: str) -> tuple[str, ...]:
    done = "–" if step.done_us is None else _moment(ws, step.done_us)
    waits = step.state in {"failed", "running"} or (step.as_of is None and step.state == "done")
    due = _moment(ws, step.due_us) if waits else "–"
    return (step.job, str(step.as_of or ""), state, number(step.tries), done, due, step.said)


def _moment(ws: Workspace, at_us: int) -> str:
    moment = datetime.fromtimestamp(at_us / 1_000_000, ws.settings.workspace.zone)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _teller(clock: Clock) -> Callable[[str], None]:
    """Tells lines with their moment on standard error."""

    def tell(text: str) -> None:
        sys.stderr.write(f"{clock.now():%Y-%m-%dT%H:%M:%SZ} {text}\n")
        sys.stderr.flush()

    return tell


def _silent(_: str) -> None:
    """Nobody is told."""
