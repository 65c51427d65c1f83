"""`winback explain`: one customer as of a day, with what is usual, the risk, its reasons and the warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.doors.cli.warnings_shown import tell_one
from winback.doors.judged import latest_as_of
from winback.doors.words import speak
from winback.language import Language, Say, day, number, percent
from winback.settings.called import campaign_called, channel_called
from winback.store.workspace import Workspace
from winback.terms.money import Money

if TYPE_CHECKING:
    from winback.doors.customer import Explained, Figure


def explain(
    *,
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    as_of: options.AsOf = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Tell all that is known of a customer: figures beside what is usual, risk with reasons, warnings.

    Contacts are never shown. Ends with 1 where there is no such customer, with 5 where nothing has been taken
    in.
    """
    from winback.doors.customer import explained

    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    found = explained(ws, customer, as_of or latest_as_of(ws), language)
    if as_json:
        shown.show_json(found)
    else:
        tell(ws, found, language)


def tell(ws: Workspace, found: Explained, language: Language) -> None:
    """Part by part, each with a sentence where there is nothing."""
    say = speak(language)
    heading = say("Customer {customer} as of {day}")
    shown.show_line(heading.format(customer=found.customer_id, day=found.as_of))
    rows = _known(ws, found, language)
    shown.show_table(say("Known"), (say("what"), say("value")), (False, False), rows)
    _tell_figures(ws, found, say)
    shown.show_line()
    for line in _risk(found, say):
        shown.show_line(line)
    shown.show_line()
    shown.show_line(say("Warnings"))
    for warning in found.warnings:
        tell_one(ws, warning, language)
    if not found.warnings:
        shown.show_line(f"  {say('No warning was ever given.')}")
    shown.show_line()
    _tell_treatments(found, language)


def _tell_treatments(found: Explained, language: Language) -> None:
    from winback.deliver.read import word as of_message
    from winback.plan.read import word as of_plan
    from winback.reward.read import word as of_grant

    say = speak(language)
    title = say("Treatments and messages")
    if not found.treatments:
        shown.show_line(title)
        shown.show_line(f"  {say('None: no playbook gave this customer anything.')}")
        return
    rows = []
    for each in found.treatments:
        word = of_grant if each.kind == "grant" else of_message
        how = of_message(each.medium, language) if each.medium else each.reward or ""
        state = word(each.state, language) if each.state else "–"
        why = f" ({word(each.reason, language)})" if each.reason else ""
        out = say("held out") if each.is_held_out else ""
        rows.append(
            (day(each.as_of), each.playbook, each.step, of_plan(each.kind, language), how, state + why, out)
        )
    heads = [say(head) for head in ("as of", "playbook", "step", "treatment", "how", "state")]
    shown.show_table(title, [*heads, ""], (False,) * 7, rows)


def _known(ws: Workspace, found: Explained, language: Language) -> list[tuple[str, str]]:
    say = speak(language)
    rows = [
        (say("state"), say(found.state)),
        (say("phase"), say(found.phase)),
        (say("trust"), say(found.trust) if found.trust else "–"),
        (say("registered"), day(found.registered)),
        (say("first seen"), day(found.first_seen)),
    ]
    if found.churned:
        rows.append((say("churned on"), day(found.churned)))
    known = dict(found.known)
    if "channel" in known:
        known["channel"] = channel_called(ws.settings, known["channel"], language)
    if "campaign" in known:
        known["campaign"] = campaign_called(ws.settings, known["campaign"], language)
    if (spoken := known.get("language")) in ("zh", "en"):
        known["language"] = say(spoken)
    return rows + [(say(name.replace("_", " ")), value) for name, value in known.items()]


def _tell_figures(ws: Workspace, found: Explained, say: Say) -> None:
    text = say("People like them: all {count} customers who are there.")
    if found.alike.is_same:
        text = say("People like them: {count} customers who are there, of the same phase and channel.")
    rows = [
        (each.meaning, written(ws, each, each.value), written(ws, each, each.usual)) for each in found.figures
    ]
    heads = (say("figure"), say("customer"), say("usual for people like them"))
    shown.show_line()
    shown.show_table(say("Figures"), heads, (False, True, True), rows)
    shown.show_line(text.format(count=number(found.alike.customers)))


def written(ws: Workspace, figure: Figure, value: float | None) -> str:
    """A figure as people write it; a dash where it is not known."""
    if value is None:
        return "–"
    if figure.unit in {"money", "money_mean"}:
        section = ws.settings.workspace
        return str(Money(round(value), section.currency, section.minor_digits))
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def _risk(found: Explained, say: Say) -> list[str]:
    if found.risk is None:
        why = {
            "not_there": say("nobody who has churned, or never began, is scored"),
            "no_model": say("no model is in use"),
            "not_scored": say(
                "the risks of {day} have not been told; winback predict --as-of {day} tells them"
            ),
        }[found.unscored or "not_scored"].format(day=found.as_of)
        return [say("Risk: not told, as {why}.").format(why=why)]
    risk = found.risk
    text = say("{chance} will leave within {days} days, by the model {model}; on average {mean} of all do.")
    told = text.format(
        chance=percent(risk.probability), days=risk.horizon_days, model=risk.model, mean=percent(risk.mean)
    )
    lines = [
        say("Risk: {told}").format(told=told),
        say("Riskier than {share} of all who are there.").format(share=percent(risk.above)),
    ]
    if risk.reasons is None:
        return [*lines, f"  {say('Not among those of whom reasons are kept.')}"]
    return [*lines, *(f"  • {reason}" for reason in risk.reasons or [say("Nothing raises the risk much.")])]
