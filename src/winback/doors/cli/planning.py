"""`winback plan`: who is meant enters, who is due goes on; tried with `--dry-run`, explained by `why`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Annotated

import typer

from winback.app import open_workspace
from winback.doors import acting
from winback.doors.acting import How
from winback.doors.cli import options, rehearsing, shown
from winback.doors.cli.planning_shown import show_entered, show_judged_by, tell_no_playbook
from winback.doors.judged import latest_as_of, placed, silent_on, silent_since
from winback.language import Language, day, number, seconds, speaker
from winback.plan.nouns import PlanSummary
from winback.settings.called import channel_called
from winback.store.workspace import Workspace
from winback.terms.time import micros, start_of_day
from winback.terms.told import Told


def as_moment(text: str | datetime) -> datetime:
    """A moment from the command line, of the workspace's zone where it names none."""
    if isinstance(text, datetime):
        return text
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        told = Told("{text!r} is no moment; allowed is such as 2026-03-01T09:30", text=text)
        raise typer.BadParameter(told) from None


Now = Annotated[
    datetime | None,
    typer.Option(
        "--now",
        parser=as_moment,
        metavar="MOMENT",
        help="The moment up to which people move; else the start of --as-of; else now or noon of a past day.",
    ),
]
First = Annotated[
    date | None,
    typer.Option(
        "--first", parser=options.as_date, metavar="DAY", help="With --dry-run: the first day of a past span."
    ),
]


def plan(
    *,
    context: typer.Context,
    as_of: options.AsOf = None,
    now: Now = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show who would enter and what they would get; keep nothing.")
    ] = False,
    first: First = None,
    wait: options.Wait = 60.0,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Let customers enter playbooks, once a date, and move those who are due at a moment.

    Where the newest event is older than [playbooks] silent_days_max, nobody enters; who is inside goes on.
    Ends with 1 for a date or a moment before the last, with 2 where a playbook says what cannot be, with 5
    where nothing has been taken in.
    """
    if context.invoked_subcommand is not None:
        return
    from winback import flow

    ws = open_workspace(workspace)
    language = lang.value if lang else ws.settings.workspace.language
    today = as_of or latest_as_of(ws, now)
    moment = _moment(ws, as_of, now, today)
    if dry_run or first is not None:
        span = (first or today, today)
        if span[0] == span[1]:
            acting.judge_channels(ws, today)
        rehearsing.run(ws, span, _tried_at(ws, span, (as_of, now, moment)), (language, quiet, as_json))
        return
    silent = silent_since(ws, as_of, now)
    with shown.progress(quiet=quiet or as_json) as progress:
        flow.experiment(ws, today)
        how = How(wait_seconds=wait, progress=progress)
        found = acting.plan_at(ws, today, moment, how, silent=silent)
    if as_json:
        shown.show_json(found)
        return
    tell(ws, found, language)


def _moment(ws: Workspace, as_of: date | None, now: datetime | None, today: date) -> int:
    """The moment of a run for `today` (microseconds UTC): as asked, else now, or noon of a past day."""
    zone, clock = ws.settings.workspace.zone, datetime.now(UTC)
    if now is None and as_of is not None:
        return start_of_day(as_of, zone)
    if now is None and today < clock.astimezone(zone).date():
        now = datetime.combine(today, time(12))
    return int(placed(now or clock, zone).timestamp() * 1_000_000)


def _tried_at(
    ws: Workspace, span: tuple[date, date], asked: tuple[date | None, datetime | None, int]
) -> tuple[Callable[[date], int], Callable[[date], date | None]]:
    """The moment of each date of a dry run (noon, where they are many), and since when all is silent."""
    as_of, now, moment = asked
    if span[0] == span[1]:
        return lambda _: moment, lambda _: silent_since(ws, as_of, now)
    zone = ws.settings.workspace.zone
    return lambda on: micros(datetime.combine(on, time(12), zone)), lambda on: silent_on(ws, on)


def tell(ws: Workspace, found: PlanSummary, language: Language) -> None:
    """What the run did."""
    from winback.plan.read import speak

    say = speak(language)
    if not found.entered:
        tell_no_playbook(ws, language)
    if found.silent_since is not None:
        text = say("Nobody was let in: the newest sign of life is of {day}. Who is inside goes on.")
        shown.show_line(text.format(day=day(found.silent_since)))
    elif not found.fresh:
        shown.show_line(
            say("{day} was entered already; only who was due went on.").format(day=day(found.as_of))
        )
    show_judged_by(ws, found.as_of, language)
    for playbook, people in found.moved.items():
        text = say("{people} inside {playbook} moved to its new version.")
        shown.show_line(text.format(people=number(people), playbook=playbook))
    for each in found.channels_left:
        text = say("{channel} has left {playbook}: {why}.")
        channel = channel_called(ws.settings, each.channel, language)
        shown.show_line(text.format(channel=channel, playbook=each.playbook, why=each.why))
    if found.entered:
        show_entered(say("Who entered"), found.entered, language)
    text = say("As of {day}: {heard} reacted, {moves} moves, {treatments} treatments given.")
    counts = {name: number(getattr(found, name)) for name in ("heard", "moves", "treatments")}
    shown.show_line(
        f"{text.format(day=day(found.as_of), **counts)} {seconds(found.seconds, speaker(language))}"
    )


def why(
    *,
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    playbook: Annotated[str, typer.Argument(help="The playbook's name.")],
    as_of: options.AsOf = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Tell why a customer would, or would not, enter a playbook: all it asks, and every limit.

    Ends with 1 where there is no such customer or playbook.
    """
    from winback.plan import read
    from winback.plan.read import speak, word

    ws = open_workspace(workspace)
    language = lang.value if lang else ws.settings.workspace.language
    found = read.why(ws, customer, playbook, as_of or latest_as_of(ws))
    if as_json:
        shown.show_json({"enters": found.enters, "found": found})
        return
    say = speak(language)
    if found.enters:
        text = say("{customer} enters {playbook} as of {day}, in arm {arm}.")
    elif found.is_meant:
        text = say("{customer} is meant by {playbook} as of {day}, but kept out: {limit}.")
    else:
        text = say("{customer} is not meant by {playbook} as of {day}.")
    limit = word(found.limit, language)
    told = {"customer": customer, "playbook": playbook, "day": day(found.as_of), "arm": found.arm}
    shown.show_line(text.format(limit=limit, **told))
    if found.held_by is not None:
        text = say("Held out by {group}: walked, never done.")
        shown.show_line(text.format(group=word(found.held_by, language)))
    rows = [
        (
            each.asks,
            say("yes") if each.holds else say("no"),
            ", ".join(f"{name} {value}" for name, value in each.values.items()),
        )
        for each in found.asks
    ]
    heads = [say(head) for head in ("asks", "holds", "what was seen")]
    shown.show_table(say("What it asks"), heads, (False, False, False), rows)
