"""`winback warn`: who is to be warned of as of a date; operators are told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.doors.judged import latest_as_of
from winback.language import Language, number, seconds, speaker
from winback.settings.called import rule_called
from winback.settings.secrets import secret
from winback.store.workspace import Workspace
from winback.terms.money import Money
from winback.warn.nouns import AlertSummary, Level, WarnSummary

ALERT_URLS = "WINBACK_ALERT_URLS"


def warn(
    *,
    as_of: options.AsOf = None,
    alerts: Annotated[
        bool, typer.Option("--alerts/--no-alerts", help="Send alerts to WINBACK_ALERT_URLS.")
    ] = True,
    wait: options.Wait = 60.0,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Warn of customers by rules and risk, keep what changed, and tell operators.

    Dates missed since the last run are caught up first. Ends with 1 for a date before the last run, with 2
    where a rule says what cannot be, with 5 where nothing has been taken in.
    """
    from winback import flow
    from winback.warn import act

    ws = open_workspace(workspace)
    language = lang.value if lang else ws.settings.workspace.language
    with shown.progress(quiet=quiet or as_json) as progress:
        found = flow.warn(ws, as_of or latest_as_of(ws), wait_seconds=wait, progress=progress)
    sent = act.send_alerts(ws, datetime.now(UTC)) if alerts else AlertSummary()
    if as_json:
        shown.show_json({"run": found, "alerts": sent})
        return
    tell(ws, found, language)
    if alerts:
        tell_alerts(found, sent, language)


def tell(ws: Workspace, found: WarnSummary, language: Language) -> None:
    """What the run did, table by table."""
    from winback.warn.read import speak, word

    say = speak(language)
    if not found.fresh:
        shown.show_line(say("{day} was done already; nothing has changed.").format(day=found.as_of))
    if found.caught_up:
        days = ", ".join(day.isoformat() for day in found.caught_up)
        shown.show_line(say("Caught up first: {days}.").format(days=days))
    text = say("As of {day}: {customers} customers, {watched} of them still there. Model: {model}.")
    model = found.model or say("none, rules alone")
    counts = {"customers": number(found.customers), "watched": number(found.watched)}
    shown.show_line(text.format(day=found.as_of, model=model, **counts))
    for limit in found.limits:
        text = say("A rule's limit out of the data: {rule}: {says} {value}")
        value = "–" if limit.value is None else f"{limit.value:,g}"
        shown.show_line(
            text.format(rule=rule_called(ws.settings, limit.rule, language), says=limit.says, value=value)
        )
    moves = [(word(move, language), number(count)) for move, count in found.moves.items() if count]
    moves += [(f"– {word(why, language)}", number(count)) for why, count in found.closed.items()]
    heads = (say("what happened"), say("customers"))
    shown.show_table(say("Warnings"), heads, (False, True), moves)
    levels = [
        (word(level.word, language), number(found.levels.get(level.word, 0))) for level in reversed(Level)
    ]
    shown.show_table(say("Open now"), (say("level"), say("customers")), (False, True), levels)
    section = ws.settings.workspace
    money = Money(found.value_minor, section.currency, section.minor_digits)
    took = seconds(found.seconds, speaker(language))
    shown.show_line(say("At risk: {money}, in {time}.").format(money=money, time=took))


def tell_alerts(found: WarnSummary, sent: AlertSummary, language: Language) -> None:
    """What became of the alerts."""
    from winback.warn.read import speak

    say = speak(language)
    if secret(ALERT_URLS) is None:
        text = say("WINBACK_ALERT_URLS is not set: {alerts} alerts are kept, none is sent.")
        shown.show_line(text.format(alerts=found.alerts))
        return
    text = say("Alerts: {sent} sent, {failed} failed, {held} held, {unknown} unknown, {waiting} waiting.")
    shown.show_line(text.format(**vars(sent)))
