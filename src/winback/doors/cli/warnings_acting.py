"""`winback warnings ack`, `snooze`, `close`, `reopen` and `alerts`: what an operator does with warnings."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.language import number

if TYPE_CHECKING:
    from pathlib import Path

    from winback.store.workspace import Workspace
    from winback.warn.act import By, Done

Customers = Annotated[list[str], typer.Argument(help="Ids of the customers, one or more.")]
Who = Annotated[str | None, typer.Option("--who", help="Who acts; else the name of the login.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it stands in the history.")]


def acknowledge(
    *,
    customers: Customers,
    who: Who = None,
    reason: Why = "",
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Take the open warnings of these customers in hand. Ends with 1 where none of them has one."""
    from winback.warn import act

    _do(lambda ws, by: act.acknowledge(ws, customers, by), (who, reason), workspace, (lang, as_json))


def snooze(
    *,
    customers: Customers,
    until: Annotated[
        date, typer.Option("--until", parser=options.as_date, metavar="DAY", help="They wake on this day.")
    ],
    who: Who = None,
    reason: Why = "",
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Leave the warnings of these customers aside until a day; one that is raised wakes before it.

    Ends with 1 where none of them has an open one, or the day is not after the last run.
    """
    from winback.warn import act

    _do(lambda ws, by: act.snooze(ws, customers, by, until), (who, reason), workspace, (lang, as_json))


def close(
    *,
    customers: Customers,
    reason: Annotated[str, typer.Option("--reason", help="Why; it stands in the history.")],
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """End the open warnings of these customers. Ends with 1 where none of them has one."""
    from winback.warn import act

    _do(lambda ws, by: act.close(ws, customers, by), (who, reason), workspace, (lang, as_json))


def reopen(
    *,
    customers: Customers,
    who: Who = None,
    reason: Why = "",
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Undo what was done to the latest warning of each of these customers. Ends with 1 where nothing was."""
    from winback.warn import act

    _do(lambda ws, by: act.reopen(ws, customers, by), (who, reason), workspace, (lang, as_json))


def alerts(
    *,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Send the alerts that are due, those that failed before among them, to WINBACK_ALERT_URLS."""
    from winback.warn import act
    from winback.warn.read import speak

    ws = open_workspace(workspace)
    sent = act.send_alerts(ws, datetime.now(UTC))
    if as_json:
        shown.show_json(sent)
        return
    say = speak(lang.value if lang else ws.settings.workspace.language)
    text = say("Alerts: {sent} sent, {failed} failed, {held} held, {unknown} unknown, {waiting} waiting.")
    shown.show_line(text.format(**vars(sent)))


def _do(
    verb: Callable[[Workspace, By], Done],
    by: tuple[str | None, str],
    workspace: Path | None,
    how: tuple[options.Tongue | None, bool],
) -> None:
    from winback.warn.act import By
    from winback.warn.read import speak

    ws = open_workspace(workspace)
    (who, reason), (lang, as_json) = by, how
    done = verb(ws, By(who or getpass.getuser(), datetime.now(UTC), reason))
    if as_json:
        shown.show_json(done)
    else:
        say = speak(lang.value if lang else ws.settings.workspace.language)
        text = say("Done for {done} customers; {not_done} had no warning to which that applies.")
        shown.show_line(text.format(done=number(len(done.done)), not_done=number(len(done.not_done))))
    if not done.done:
        raise typer.Exit(1)
