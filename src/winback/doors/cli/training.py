"""`winback train`: a model from the past, kept with its card; it is put to use by an act of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.doors.cli.cards import Who, scores_line, signature, write_card
from winback.doors.judged import latest_as_of
from winback.doors.words import speak
from winback.language import Language, seconds

if TYPE_CHECKING:
    from winback.predict.nouns import TrainSummary


def train(
    *,
    as_of: options.AsOf = None,
    rows: Annotated[
        int | None,
        typer.Option(
            "--rows",
            min=1000,
            help="At most so many rows of one use; else [predict] rows_max. Fewer are faster.",
        ),
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option("--card", metavar="FILE", help="Also write the card here: FILE.html or FILE.json."),
    ] = None,
    promote: Annotated[
        bool, typer.Option("--promote", help="Put it to use at once, if it beats every rival.")
    ] = False,
    who: Who = None,
    wait: options.Wait = 60.0,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Train a model of churn on past days, and measure it on later ones beside simple rivals.

    What it learns from is set in the section predict of winback.toml. The same data and settings give the
    same model, which is not trained again. It is not in use before `winback promote`. Ends with 1 where a
    feature may know the future, with 5 where there is too little history.
    """
    from winback import flow
    from winback.predict import act
    from winback.predict.read import planned

    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    plan = planned(ws.settings.predict)
    if rows is not None:
        plan = replace(plan, rows_max=rows)
    with shown.progress(quiet=quiet or as_json) as progress:
        made = flow.train(ws, as_of or latest_as_of(ws), plan=plan, wait_seconds=wait, progress=progress)
    by, at = signature(who)
    act.note_training(ws, made.version, who=by, at=at)
    if card is not None:
        write_card(made.card, card, language)
    promoted = promote and not made.card.unbeaten
    if promoted:
        act.promote(ws, made.version, who=by, at=at, why="winback train --promote")
    if as_json:
        shown.show_json({"training": made, "in_use": promoted})
        return
    tell(made, language)
    _tell_next(made, language, (promote, promoted))


def tell(made: TrainSummary, language: Language) -> None:
    """What was trained, how good it is beside its rivals, and where its card lies."""
    from winback.predict.read import accuracy_says, definition, rivals_table

    say = speak(language)
    text = say("Trained {version} in {time}, on what was known at the start of {day}.")
    if not made.fresh:
        text = say("{version} was trained already, from the same data, settings and plan.")
    told = seconds(made.seconds, say)
    shown.show_line(text.format(version=made.version, time=told, day=made.card.known_on))
    shown.show_line(definition(made.card, language))
    shown.show_line(scores_line(made.card, language))
    table = rivals_table(made.card, language)
    shown.show_line()
    shown.show_table(table.title, table.columns, table.numeric, table.rows)
    shown.show_line(table.says)
    shown.show_line(accuracy_says(made.card, language)[0])
    shown.show_line(say("Card: {file}").format(file=Path(made.folder) / f"card.{language}.html"))


def _tell_next(made: TrainSummary, language: Language, promotion: tuple[bool, bool]) -> None:
    say, (asked, done) = speak(language), promotion
    if done:
        shown.show_line(say("It is in use now."))
    elif made.card.unbeaten:
        text = say(
            "It is not promoted: a rival is as good. Read its card; winback promote {version} --override "
            "REASON takes it all the same."
        )
        shown.show_line(text.format(version=made.version))
    elif not asked:
        shown.show_line(say("Next: winback promote {version}").format(version=made.version))
