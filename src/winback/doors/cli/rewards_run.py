"""`winback reward`: treatments become grants, claims are settled, what is over expires."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.language import Language, number, seconds, speaker
from winback.reward.nouns import RewardSummary
from winback.store.workspace import Workspace
from winback.terms.money import Money


def reward(
    *,
    who: Annotated[
        str | None,
        typer.Option("--who", help="Who makes the grants, and cannot approve them; else the login."),
    ] = None,
    wait: options.Wait = 60.0,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Answer every grant treatment that is due, settle claims out of the event log, let grants expire.

    Each treatment is answered once; running again does nothing new. Ends with 2 where a reward says what
    cannot be.
    """
    from winback import flow

    ws = open_workspace(workspace)
    language = lang.value if lang else ws.settings.workspace.language
    with shown.progress(quiet=quiet or as_json) as progress:
        found = flow.reward(
            ws, datetime.now(UTC), who=who or getpass.getuser(), wait_seconds=wait, progress=progress
        )
    if as_json:
        shown.show_json(found)
        return
    tell(ws, found, language)


def tell(ws: Workspace, found: RewardSummary, language: Language) -> None:
    """What the run did, table by table."""
    from winback.reward.read import speak

    say = speak(language)
    if not (found.treatments or found.claims or found.expired):
        shown.show_line(say("Nothing was due."))
    heads = (say("state"), say("grants"))
    _counts(say("Grants"), heads, (found.grants, found.reasons), language)
    _counts(say("Claims"), (say("state"), say("claims")), (found.claims, found.claim_reasons), language)
    section = ws.settings.workspace
    money = {
        name: Money(getattr(found, f"{name}_minor"), section.currency, section.minor_digits)
        for name in ("granted", "claimed", "expired")
    }
    text = say("Granted {granted}, claimed {claimed}, expired {expired}.").format(**money)
    shown.show_line(f"{text} {seconds(found.seconds, speaker(language))}")


def _counts(
    title: str,
    heads: tuple[str, str],
    counted: tuple[Mapping[str, int], Mapping[str, int]],
    language: Language,
) -> None:
    from winback.reward.read import word

    states, reasons = counted
    rows = [(word(state, language), number(count)) for state, count in states.items()]
    rows += [(f"– {word(reason, language)}", number(count)) for reason, count in reasons.items()]
    if rows:
        shown.show_table(title, heads, (False, True), rows)
