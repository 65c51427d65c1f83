"""`winback run`: the flow from ingest to warn as of a day, with a summary of every step."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.doors.cli.planning import as_moment
from winback.doors.words import speak
from winback.experiment.nouns import BUCKETS
from winback.language import Language, Say, number, percent, seconds
from winback.terms.told import Told

if TYPE_CHECKING:
    from winback.doors.acting import Acted
    from winback.doors.first_model import Model
    from winback.doors.night import Night


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
    act: Annotated[
        bool,
        typer.Option("--act/--no-act", help="Treat customers where playbooks are on; else stop after warn."),
    ] = True,
    now: Annotated[
        datetime | None,
        typer.Option(
            "--now",
            parser=as_moment,
            metavar="MOMENT",
            help="The moment at which customers are treated; else the clock, or noon of a day that is past.",
        ),
    ] = None,
    wait: options.Wait = 60.0,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Ingest, profile, diagnose, tell the risk and warn, as of a day; then treat customers by playbooks.

    What a night does. Customers are treated where playbooks are switched on; on a day that is not today real
    providers are not used.

    Where no model is in use, rules alone warn, and the summary says so. Run again, it changes nothing; run
    again after it was killed, it finishes. Ends with 1 where the model in use cannot speak (rules have warned
    all the same) or the day is before the last run; else with the code of the step that failed.
    """
    from winback.doors.night import Asked, night

    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    asked = Asked(language, train=train, sends=alerts, acts=act, now=now, wait_seconds=wait)
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
    steps = [*_steps(found, say), *_acted(found.acted, say)]
    rows = [(say(step), did, seconds(found.seconds[step], say)) for step, did in steps if did]
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
    return text.format(version=model.version, why=Told(model.says).told(say))


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


def _acted(acted: Acted | None, say: Say) -> list[tuple[str, str]]:
    """What was done to customers, a line a step."""
    if acted is None:
        return []
    left_out = say("{playbooks} playbooks; {share} of all are left out of everything").format(
        playbooks=number(acted.experiment.definitions),
        share=percent(acted.experiment.rotation.share_bp / BUCKETS),
    )
    walked = say("{entered} entered, {heard} reacted, {treatments} treatments given").format(
        entered=number(sum(each.entered for each in acted.plan.entered) if acted.plan.fresh else 0),
        heard=number(acted.plan.heard),
        treatments=number(acted.plan.treatments),
    )
    if acted.plan.silent_since is not None:
        silent = say("nobody let in: no sign of life since {day}").format(day=acted.plan.silent_since)
        walked = f"{silent}; {walked}"
    granted = say("{granted} granted, {claims} claims settled, {expired} expired").format(
        granted=number(acted.reward.grants.get("granted", 0)),
        claims=number(acted.reward.claims.get("accepted", 0)),
        expired=number(acted.reward.expired),
    )
    return [
        ("experiment", left_out),
        ("plan", walked),
        ("reward", granted),
        ("deliver", _delivered(acted, say)),
    ]


def _delivered(acted: Acted, say: Say) -> str:
    if acted.deliver is None:
        return say("nothing is sent by real providers on a day that is not today")
    found = acted.deliver
    return say("{sent} messages sent, {waiting} wait, {as_if} as if").format(
        sent=number(found.outcomes.get("sent", 0) + found.outcomes.get("delivered", 0)),
        waiting=number(found.states.get("waiting", 0)),
        as_if=number(found.gate.as_if),
    )
