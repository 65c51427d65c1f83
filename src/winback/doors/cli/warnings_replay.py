"""`winback replay`: what rules and levels would have done on past days, and what came of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.store.whole import written_whole


def replay(
    *,
    first: Annotated[
        date, typer.Option("--first", parser=options.as_date, metavar="DAY", help="The first day walked.")
    ],
    last: Annotated[
        date, typer.Option("--last", parser=options.as_date, metavar="DAY", help="The last day walked.")
    ],
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", metavar="FILE", help="Another workspace file: its warn and rules sections."
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the page with every day here.")
    ] = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Walk past days with the rules and levels of the workspace, and hold them against who churned.

    Its result is kept on record, so that the policy can be switched on; no warning is kept and nobody is
    told. Ends with 1 where the span is none, with 2 where a rule says what
    cannot be, with 5 where nothing has been taken in.
    """
    from winback.warn import act, read

    ws = open_workspace(workspace)
    policies = [read.Policy(ws.root.name, ws.settings)]
    if against is not None:
        policies.append(read.Policy(against.stem, open_workspace(against).settings))
    language = lang.value if lang else ws.settings.workspace.language
    with shown.progress(quiet=quiet or as_json) as progress:
        found = read.replay(ws, policies, (first, last), progress=progress)
    act.keep_replay(ws, list(zip(policies, found, strict=True)), datetime.now(UTC))
    currency = (ws.settings.workspace.currency, ws.settings.workspace.minor_digits)
    if html is not None:
        with written_whole(html) as aside:
            aside.write_text(read.replay_page(found, language, currency), encoding="utf-8")
    if as_json:
        shown.show_json(found)
        return
    say = read.speak(language)
    title = say("Replay from {first} to {last}").format(first=first, last=last)
    head, *rows = read.comparison(found, language, currency)
    shown.show_table(title, head, (False, *[True] * len(found)), rows)
    text = say(
        "Right: the customer churned within {days} days of the warning. Outcomes are known to {known_to}."
    )
    shown.show_line(text.format(days=found[0].horizon_days, known_to=found[0].known_to))
    if any(spoke.learnt_days for spoke in found[0].spoke):
        shown.show_line(
            say("A model that has learnt from a day looks better there than it is. Replay later days.")
        )
    shown.show_line(say("On record: each policy can now be switched on (winback policies switch-on)."))
