"""`winback predict`: how likely each customer who is there is to leave, and why, as of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.doors.judged import latest_as_of
from winback.doors.words import speak
from winback.language import Language, number, seconds

if TYPE_CHECKING:
    from winback.predict.nouns import PredictSummary


def predict(
    *,
    as_of: options.AsOf = None,
    wait: options.Wait = 60.0,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Score all customers who are there with the model in use, and keep the reasons of the riskiest.

    What is scored already is not scored again. Ends with 1 where the model was made for other features, with
    5 where no model is in use or nothing has been taken in.
    """
    from winback import flow

    ws = open_workspace(workspace)
    with shown.progress(quiet=quiet or as_json) as progress:
        found = flow.predict(ws, as_of or latest_as_of(ws), wait_seconds=wait, progress=progress)
    if as_json:
        shown.show_json(found)
    else:
        tell(found, lang.value if lang else ws.settings.workspace.language)


def tell(found: PredictSummary, language: Language) -> None:
    """How many were scored, and how many of them are expected to leave."""
    say = speak(language)
    text = say(
        "{customers} customers scored by {model} as of {day} in {time}: {expected} are expected to leave."
    )
    if not found.fresh:
        text = say(
            "{customers} customers had been scored by {model} as of {day}: {expected} are expected to leave."
        )
    shown.show_line(
        text.format(
            customers=number(found.customers),
            day=found.as_of,
            model=found.model,
            time=seconds(found.seconds, say),
            expected=number(round(found.expected)),
        )
    )
    text = say("Reasons are kept of the {explained} riskiest.")
    shown.show_line(text.format(explained=number(found.explained)))
