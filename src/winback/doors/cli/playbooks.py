"""`winback playbooks`: look at playbooks, check them, pause, resume, stop them, write who entered."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.doors.cli.planning_shown import tell_no_playbook
from winback.language import Language, day, number
from winback.settings.called import channel_called
from winback.store.whole import written_whole
from winback.store.workspace import Workspace
from winback.terms.errors import Problem
from winback.terms.told import Told

if TYPE_CHECKING:
    from winback.plan.act import By, Done
    from winback.plan.nouns import Channel

Name = Annotated[str, typer.Argument(help="The playbook's name.")]
Who = Annotated[str | None, typer.Option("--who", help="Who acts; else the user of this machine.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the history.")]


def list_all(
    *,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """List the playbooks: state and version, how many entered, are inside, held by a pause, held out.

    `winback playbooks show` tells layer and priority of one, `--json` those of all.
    """
    from winback.plan import read
    from winback.plan.read import speak, word

    ws = open_workspace(workspace)
    language = lang.value if lang else ws.settings.workspace.language
    found = read.playbooks(ws)
    if as_json:
        shown.show_json(found)
        return
    say = speak(language)
    if not found:
        tell_no_playbook(ws, language)
        return
    heads = ["playbook", "", "state", "entered", "inside", "held", "held out"]
    rows = [
        (
            each.name,
            each.zh if language == "zh" else each.en,
            f"{word(each.state, language)} v{each.version}" if each.state else say("never run"),
            *(number(n) for n in (each.entered, each.inside, each.held, each.held_out)),
        )
        for each in found
    ]
    numeric = (False, False, False, True, True, True, True)
    shown.show_table(say("Playbooks"), [say(head) if head else "" for head in heads], numeric, rows)


def show(
    *,
    playbook: Name,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Show a playbook as it is entered now, its text as it stands in its file."""
    from winback.plan import read

    ws = open_workspace(workspace)
    found = {file.playbook.name: file for file in read.check_playbooks(ws)}
    if playbook not in found:
        there = tuple(found) or Told("none is there")
        raise Problem('no playbook "{playbook}"; there: {there}', playbook=playbook, there=there)
    file = found[playbook]
    channels = read.weak_channels(ws, playbook)
    if as_json:
        told = {"file": file.file, "playbook": file.playbook.model_dump(mode="json")}
        shown.show_json(told | ({"channels": channels} if channels else {}))
        return
    shown.show_line(f"# {file.file}")
    shown.show_line(file.text)
    if channels:
        _channels(ws, channels, lang.value if lang else ws.settings.workspace.language)


def _channels(ws: Workspace, found: Sequence[Channel], language: Language) -> None:
    """The channels of a playbook for weak ones, and why those that left did."""
    from winback.plan.read import speak

    say = speak(language)
    heads = ["channel", "joined", "weak since", "new customers", "churned", "left", "why"]
    rows = [
        (
            channel_called(ws.settings, each.channel, language),
            day(each.joined),
            day(each.weak_since) if each.weak_since else "–",
            number(each.new_customers),
            "–" if each.churned_share is None else f"{each.churned_share:.1%}",
            day(each.left) if each.left else "–",
            each.why,
        )
        for each in found
    ]
    numeric = (False, False, False, True, True, False, False)
    shown.show_table(say("Weak channels"), [say(head) for head in heads], numeric, rows)


def check(
    *,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Check every playbook; what is wrong is told with file, line and key. Ends with 2 where something is."""
    from winback.plan import read
    from winback.plan.read import speak

    ws = open_workspace(workspace)
    found = read.check_playbooks(ws)
    if as_json:
        shown.show_json({each.playbook.name: each.file for each in found})
        return
    say = speak(lang.value if lang else ws.settings.workspace.language)
    shown.show_line(say("{count} playbooks are right.").format(count=number(len(found))))


def pause(
    *,
    playbook: Name,
    who: Who = None,
    reason: Reason = "",
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Hold everybody inside where they are; nobody enters until it is resumed."""
    from winback.plan import act

    ws = open_workspace(workspace)
    _tell(ws, act.pause, (playbook, _by(who, reason)), (lang, as_json))


def resume(
    *,
    playbook: Name,
    who: Who = None,
    reason: Reason = "",
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Let everybody who was held go on, with the time that was left."""
    from winback.plan import act

    ws = open_workspace(workspace)
    _tell(ws, act.resume, (playbook, _by(who, reason)), (lang, as_json))


def stop(
    *,
    playbook: Name,
    reason: Reason = "",
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """End a playbook for good: everybody is outside, what was not done yet is withdrawn. Needs --reason."""
    from winback.plan import act

    ws = open_workspace(workspace)
    _tell(ws, act.stop, (playbook, _by(who, reason)), (lang, as_json))


def export(
    *,
    playbook: Name,
    file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Write everybody who entered a playbook to a CSV file: arm, held out by what, when, how it ended."""
    import pyarrow.csv

    from winback.plan import read
    from winback.plan.read import speak

    ws = open_workspace(workspace)
    known = [each.name for each in read.playbooks(ws)]
    if playbook not in known:
        there = tuple(known) or Told("none is there")
        raise Problem('no playbook "{playbook}"; there: {there}', playbook=playbook, there=there)
    table = read.entries(ws, playbook)
    with written_whole(file) as aside:
        pyarrow.csv.write_csv(table, aside)
    if as_json:
        shown.show_json({"file": file, "rows": table.num_rows})
        return
    say = speak(lang.value if lang else ws.settings.workspace.language)
    shown.show_line(say("Wrote {rows} entries to {file}.").format(rows=number(table.num_rows), file=file))


def _by(who: str | None, reason: str) -> By:
    from winback.plan.act import By

    return By(who or getpass.getuser(), datetime.now(UTC), reason)


def _tell(
    ws: Workspace,
    verb: Callable[[Workspace, str, By], Done],
    what: tuple[str, By],
    how: tuple[options.Tongue | None, bool],
) -> None:
    from winback.plan.read import speak, word

    done, (lang, as_json) = verb(ws, *what), how
    if as_json:
        shown.show_json(done)
        return
    language = lang.value if lang else ws.settings.workspace.language
    text = speak(language)(
        "{playbook} is now {state}: {people} customers touched, {withdrawn} treatments withdrawn."
    )
    counts = {"people": number(done.people), "withdrawn": number(done.withdrawn)}
    shown.show_line(text.format(playbook=done.playbook, state=word(done.state, language), **counts))
