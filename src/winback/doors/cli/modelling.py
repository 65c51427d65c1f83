"""`winback models`, `promote` and `rollback`: which models there are, how good they are, which is in use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.doors.cli.cards import Who, figure, scores_line, signature, write_card
from winback.doors.words import speak
from winback.language import Language, Say, percent

if TYPE_CHECKING:
    from winback.predict.nouns import ModelCard, Promotion, Scores
    from winback.predict.read import Kept
    from winback.store.workspace import Workspace

Version = Annotated[str | None, typer.Argument(metavar="[VERSION]", help="The version; else the one in use.")]


def list_models(
    ctx: typer.Context,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """List all models, how good each is beside its best rival, and which is in use, since when and why."""
    from winback.predict import read

    if ctx.invoked_subcommand is not None:
        return
    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    kept, promotions = read.models(ws), read.promotions(ws)
    if as_json:
        told = [{**shown.plain(each), "card": summary(each.card)} for each in kept]
        shown.show_json({"models": told, "promotions": promotions})
        return
    say = speak(language)
    if not kept:
        shown.show_line(say("No model is there yet: winback train makes one."))
        return
    _tell_models(ws, kept, language)
    if not promotions:
        shown.show_line(say("No model is in use: winback promote VERSION puts one to use."))
        return
    heads = [say(head) for head in ("when", "version", "before", "who", "why")]
    cells = [_promotion(ws, each, say) for each in promotions]
    shown.show_table(say("Put to use"), heads, (False,) * 5, cells)


def show(
    *,
    version: Version = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Show the card of a model: scores, rivals, calibration, lift, by phase and channel, drift.

    Ends with 5 where there is no such version, or none is in use.
    """
    from winback.predict import read

    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    found = read.card(ws, version)
    if as_json:
        shown.show_json(found)
        return
    shown.show_line(f"{read.card_workspace(found, language)} · {found.version}")
    shown.show_line(read.definition(found, language))
    for sentence in (scores_line(found, language), *read.card_sentences(found, language)):
        shown.show_line(sentence)
    for table in read.card_tables(found, language):
        shown.show_line()
        shown.show_table(table.title, table.columns, table.numeric, table.rows)
        if table.says:
            shown.show_line(table.says)


def card(
    *,
    file: Annotated[Path, typer.Argument(help="The file to write: its name ends with .html or .json.")],
    version: Annotated[
        str | None, typer.Option("--version", metavar="VERSION", help="The version; else the one in use.")
    ] = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Write the card of a model to a file, as a page (HTML) or as JSON.

    Ends with 5 where there is no such version, or none is in use.
    """
    from winback.predict import read

    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    found = read.card(ws, version)
    write_card(found, file, language)
    if as_json:
        shown.show_json({"version": found.version, "file": file})
        return
    text = speak(language)("Wrote the card of {version} to {file}.")
    shown.show_line(text.format(version=found.version, file=file))


def promote(
    *,
    version: Annotated[str, typer.Argument(help="The version to put to use.")],
    override: Annotated[
        str,
        typer.Option(
            "--override", metavar="REASON", help="Take it although it does not beat every rival; why is kept."
        ),
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why; it stands in the list.")] = "",
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Put a model to use: `winback predict` scores with it from now on.

    Ends with 1 where it does not beat every rival (and no --override is given), or was made for features that
    are gone or mean something else by now; with 5 where there is no such version.
    """
    from winback.predict import act, read

    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    before = read.in_use(ws)
    by, at = signature(who)
    done = act.promote(ws, version, who=by, at=at, why=override or reason, override=bool(override))
    if as_json:
        shown.show_json(done)
        return
    say = speak(language)
    if before == version:
        text = say("{version} was in use already; nothing has changed.")
        shown.show_line(text.format(version=version))
        return
    _tell_promotion(done, say)
    _tell_policies(ws, language)


def rollback(
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; it stands in the list.")] = "",
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Put the model to use that was in use before the present one. Ends with 5 where there was none."""
    from winback.predict import act

    ws = open_workspace(workspace)
    by, at = signature(who)
    done = act.rollback(ws, who=by, at=at, why=reason)
    if as_json:
        shown.show_json(done)
        return
    language: Language = lang.value if lang else ws.settings.workspace.language
    _tell_promotion(done, speak(language))
    _tell_policies(ws, language)


def summary(card: ModelCard) -> dict[str, object]:
    """What the list says of a card, for machines."""
    return shown.plain(  # type: ignore[no-any-return]
        {
            "known_on": card.known_on,
            "horizon_days": card.horizon_days,
            "tested_on": list(card.test.dates),
            "capacity": card.capacity,
            "scores": card.scores,
            "rivals": {rival.name: rival.scores for rival in card.rivals},
            "best_rival": card.best_rival.name if card.best_rival else None,
            "unbeaten": [rival.name for rival in card.unbeaten],
        }
    )


def _tell_models(ws: Workspace, kept: tuple[Kept, ...], language: Language) -> None:
    say = speak(language)
    heads = [say(head) for head in ("version", "what", "AUC", "log loss", "calibration error")]
    heads.append(say("precision at capacity"))
    rows = [row for each in kept for row in _rows(each, language)]
    shown.show_table(say("Models"), heads, (False, False, True, True, True, True), rows)
    heads = [say(head) for head in ("version", "horizon", "tested on", "beats all", "trained by", "when")]
    made = [_made(ws, each, say) for each in kept]
    shown.show_table(say("How they were made"), heads, (False, True, False, False, False, False), made)


def _rows(kept: Kept, language: Language) -> Iterator[tuple[str, ...]]:
    """The model, and below it the best of its rivals."""
    from winback.predict.read import rival_named

    say, rival = speak(language), kept.card.best_rival
    mark = say("in use") if kept.in_use else ""
    yield f"{kept.version} {mark}".strip(), say("model"), *_ranked(kept.card.scores)
    if rival is not None:
        name = say("best rival: {name}").format(name=rival_named(rival, language))
        yield "", name, *_ranked(rival.scores)


def _ranked(scores: Scores) -> tuple[str, ...]:
    return (
        figure(scores.auc.value),
        figure(scores.log_loss.value),
        percent(scores.calibration_error.value),
        percent(scores.precision.value),
    )


def _made(ws: Workspace, kept: Kept, say: Say) -> tuple[str, ...]:
    beats = say("no") if kept.card.unbeaten else say("yes")
    by = (kept.training.who, _moment(ws, kept.training.at)) if kept.training else ("–", "–")
    return kept.version, str(kept.card.horizon_days), str(kept.card.test.dates[-1]), beats, *by


def _moment(ws: Workspace, at: str) -> str:
    """A moment that was kept as ISO 8601, in the zone of the workspace."""
    return datetime.fromisoformat(at).astimezone(ws.settings.workspace.zone).strftime("%Y-%m-%d %H:%M")


def _promotion(ws: Workspace, promotion: Promotion, say: Say) -> tuple[str, ...]:
    why = [say(promotion.why)] if promotion.why else []
    if promotion.back:
        why.insert(0, say("rolled back"))
    if promotion.overrides:
        why.insert(0, say("overrides {rivals}").format(rivals=", ".join(promotion.overrides)))
    when = _moment(ws, promotion.at)
    return when, promotion.version, promotion.before or "–", promotion.who, say("; ").join(why)


def _tell_promotion(done: Promotion, say: Say) -> None:
    text = say("{version} is in use; before it was {before}.")
    shown.show_line(text.format(version=done.version, before=done.before or say("none")))


def _tell_policies(ws: Workspace, language: Language) -> None:
    """Which policies of warnings were replayed with another model: what they promised was that model's."""
    from winback.doors.cli.policies import tell_replayed_with_others
    from winback.warn.read import speak as speak_of_warnings

    tell_replayed_with_others(ws, speak_of_warnings(language))
