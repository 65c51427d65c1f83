"""`winback run`: the flow from ingest to warn as of a day, with a summary of every step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.doors.words import speak
from winback.language import Language, Say, number, seconds

if TYPE_CHECKING:
    from winback.doors.night import Model, Night


def run(
    *,
    as_of: options.AsOf = None,
    train: Annotated[
        bool | None,
        typer.Option(
            "--train/--no-train",
            help="Train a model where none is in use, and take it if it beats every rival; else as [predict] "
            "train_where_none says.",
        ),
    ] = None,
    alerts: Annotated[
        bool, typer.Option("--alerts/--no-alerts", help="Send alerts to WINBACK_ALERT_URLS.")
    ] = True,
    wait: options.Wait = 60.0,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Ingest, profile, diagnose, tell the risk and warn, as of a day: what a night does.

    Where no model is in use, rules alone warn, and the summary says so. Run again, it changes nothing; run
    again after it was killed, it finishes. Ends with 1 where the model in use cannot speak (rules have warned
    all the same) or the day is before the last run; else with the code of the step that failed.
    """
    from winback.doors.night import Asked, night

    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    asked = Asked(language, train=train, sends=alerts, wait_seconds=wait)
    with shown.progress(quiet=quiet or as_json) as progress:
        found = night(ws, as_of, asked=asked, progress=progress)
    if as_json:
        shown.show_json(for_machines(found))
    else:
        tell(found, language)
    if not found.is_whole:
        raise typer.Exit(1)


def for_machines(found: Night) -> dict[str, object]:
    """A night as JSON: of the model that was trained its version, not its whole card."""
    told: dict[str, object] = shown.plain(found)
    trained = found.model.trained
    told["model"] = {
        "voice": found.model.voice,
        "version": found.model.version,
        "says": found.model.says,
        "trained": None if trained is None else {"version": trained.version, "fresh": trained.fresh},
    }
    return told


def tell(found: Night, language: Language) -> None:
    """A line a step, and plainly whether a model spoke."""
    say = speak(language)
    heads = [say(head) for head in ("step", "what it did", "time")]
    rows = [(say(step), did, seconds(found.seconds[step], say)) for step, did in _steps(found, say) if did]
    shown.show_table(say("Run as of {day}").format(day=found.as_of), heads, (False, False, True), rows)
    if silent := why_silent(found.model, say):
        shown.show_line(silent)


def why_silent(model: Model, say: Say) -> str:
    """Why no model spoke; empty where one did."""
    if model.voice == "none":
        return say(
            "No model is in use, so rules alone warn. winback train makes one, winback promote uses it."
        )
    text = {
        "too_early": say("No model could be trained yet, so rules alone warn: {why}."),
        "unbeaten": say(
            "The model {version} does not beat {why}, so it is not in use; rules alone warn. See its card."
        ),
        "unfit": say("The model could not speak, so rules alone warned: {why}"),
    }.get(model.voice, "")
    return text.format(version=model.version, why=model.says)


def _steps(found: Night, say: Say) -> list[tuple[str, str]]:
    return [
        ("ingest", _ingested(found, say)),
        ("profile", _or_before(say, _profiled(found, say), fresh=found.profile.fresh)),
        ("diagnose", _diagnosed(found, say)),
        ("train", _trained(found.model, say)),
        *(
            ("predict", _or_before(say, _predicted(found, say), fresh=each.fresh))
            for each in found.scored[-1:]
        ),
        ("warn", _or_before(say, _warned(found, say), fresh=found.warn.fresh)),
    ]


def _or_before(say: Say, did: str, *, fresh: bool) -> str:
    return did if fresh else f"{did} ({say('done before')})"


def _ingested(found: Night, say: Say) -> str:
    text = say("{events} new events, {refused} rows refused; {customers} customers in all")
    return text.format(
        events=number(found.ingest.events),
        refused=number(found.ingest.refused),
        customers=number(found.ingest.customers),
    )


def _profiled(found: Night, say: Say) -> str:
    text = say("{customers} customers, {features} features")
    return text.format(customers=number(found.profile.customers), features=number(found.profile.features))


def _diagnosed(found: Night, say: Say) -> str:
    churned = number(found.diagnosis.total.counts.churned)
    text = say("{churned} of {customers} have churned")
    return text.format(churned=churned, customers=number(found.profile.customers))


def _trained(model: Model, say: Say) -> str:
    if model.trained is None:
        return ""
    text = say("{version}: it beats every rival, and is in use")
    return text.format(version=model.version) if model.voice == "in_use" else str(model.version)


def _predicted(found: Night, say: Say) -> str:
    text = say("{customers} scored with {model}, {expected} expected to leave")
    last = found.scored[-1]
    expected = number(round(last.expected))
    return text.format(customers=number(last.customers), model=last.model, expected=expected)


def _warned(found: Night, say: Say) -> str:
    text = say("{new} new warnings, {raised} raised, {closed} closed")
    moves = found.warn.moves
    return text.format(**{move: number(moves.get(move, 0)) for move in ("new", "raised", "closed")})
