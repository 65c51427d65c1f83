"""`winback plan --dry-run`, told: who would enter, what they would get and cost, whom which limit stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from winback.doors.cli import shown
from winback.doors.cli.planning_shown import show_entered, show_judged_by, tell_no_playbook
from winback.doors.rehearsal import Limited, Rehearsal, rehearse, together
from winback.language import Language, day, number
from winback.plan.nouns import Rehearsed
from winback.store.workspace import Workspace
from winback.terms.money import Money


def run(
    ws: Workspace,
    span: tuple[date, date],
    when: tuple[Callable[[date], int], Callable[[date], date | None]],
    how: tuple[Language, bool, bool],
) -> None:
    """Rehearse a span and tell it; when: the moment of each date, and since when all is silent on it.

    how: language, quiet, as JSON.
    """
    (moment_of, silent_on), (language, quiet, as_json) = when, how
    with shown.progress(quiet=quiet or as_json) as progress:
        found = list(rehearse(ws, span, moment_of, silent_on=silent_on, progress=progress))
    if as_json:
        shown.show_json({"days": found, "limited": together(found)})
        return
    _tell(ws, found, language)


def _tell(ws: Workspace, found: Sequence[Rehearsal], language: Language) -> None:
    from winback.plan.read import speak

    say = speak(language)
    for each in found:
        if each.silent_since is not None:
            text = say("{day}: nobody would be let in, as the newest sign of life is of {since}.")
            shown.show_line(text.format(day=day(each.as_of), since=day(each.silent_since)))
            continue
        entered = [told.entered for told in each.playbooks]
        if not entered:
            tell_no_playbook(ws, language)
            return
        show_entered(f"{say('Who would enter')} · {day(each.as_of)}", entered, language)
    if len(found) == 1:
        show_judged_by(ws, found[0].as_of, language)
        for playbook in found[0].playbooks:
            _sends(ws, playbook, language)
    _limits(ws, found, language)


def _sends(ws: Workspace, found: Rehearsed, language: Language) -> None:
    from winback.plan.read import speak, word

    if not found.sends:
        return
    say, money = speak(language), _money(ws)
    heads = ("step", "kind", "medium", "customers at once", "cost", "customers at most", "cost")
    rows = [
        (
            each.step,
            word(each.kind.value, language),
            each.medium or "–",
            number(each.at_once),
            money(each.at_once_minor),
            number(each.people),
            money(each.cost_minor),
        )
        for each in found.sends
    ]
    title = f"{say('What they would get')} · {found.entered.playbook}"
    shown.show_table(
        title, [say(head) for head in heads], (False, False, False, True, True, True, True), rows
    )
    text = say("{playbook} as of {day}: {money} at once, {most} at most.")
    costs = {"money": money(found.at_once_minor), "most": money(found.cost_minor)}
    shown.show_line(text.format(playbook=found.entered.playbook, day=day(found.as_of), **costs))


def _limits(ws: Workspace, found: Sequence[Rehearsal], language: Language) -> None:
    """Whom which limit of reward and deliver would stop or put off."""
    from winback.deliver.read import word as word_of_messages
    from winback.plan.read import speak
    from winback.reward.read import word as word_of_grants

    limited = together(list(found))
    if not limited:
        return
    say = speak(language)
    heads = ("playbook", "grants", "granted", "money", "kept back by")
    rows = [
        (each.playbook, *_grants(ws, each), _told(each.grants_kept_back, word_of_grants, language))
        for each in limited
        if each.grants
    ]
    if rows:
        title = say("What the limits of rewards would say")
        shown.show_table(title, [say(head) for head in heads], (False, True, True, True, False), rows)
    heads = ("playbook", "messages", "would be sent", "held out", "kept back or put off by")
    told = [
        (
            each.playbook,
            number(sum(each.messages.values())),
            number(each.messages.get("sent", 0)),
            number(each.messages.get("as_if", 0)),
            _told(each.messages_kept_back, word_of_messages, language),
        )
        for each in limited
        if each.messages
    ]
    if told:
        title = say("What the gate of messages would say")
        shown.show_table(title, [say(head) for head in heads], (False, True, True, True, False), told)
    if len(found) == 1:
        shown.show_line(say("Those who are inside and would go on are counted too."))


def _grants(ws: Workspace, each: Limited) -> tuple[str, str, str]:
    digits = ws.settings.workspace.minor_digits
    money = [str(Money(minor, currency, digits)) for currency, minor in each.granted_minor.items()]
    return (
        number(sum(each.grants.values())),
        number(each.grants.get("granted", 0)),
        ", ".join(money) or "–",
    )


def _told(counts: Mapping[str, int], word: Callable[[str, Language], str], language: Language) -> str:
    return ", ".join(f"{word(reason, language)} {number(n)}" for reason, n in counts.items()) or "–"


def _money(ws: Workspace) -> Callable[[int], str]:
    section = ws.settings.workspace
    return lambda minor: str(Money(minor, section.currency, section.minor_digits))
