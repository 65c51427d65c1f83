"""What operators are told of a run: the digest, new high warnings, anomalies; in the workspace's language."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from winback.language import Language, number
from winback.profile import read as profile
from winback.settings.called import channel_called, rule_called, workspace_called
from winback.store.workspace import Workspace
from winback.terms.money import Money
from winback.terms.time import day_number
from winback.warn import anomalies, book
from winback.warn.anomalies import Anomaly
from winback.warn.nouns import Alert, AlertKind, Asked, Level, LiveSummary, Move, WarnSummary
from winback.warn.view import View
from winback.warn.words import speak, word

#: So many of each list are told.
TOLD_MAX = 5
HIGHEST_MAX = 10


def alerts(ws: Workspace, connection: Any, summary: WarnSummary, view: View) -> tuple[Alert, ...]:
    """All that is to be told of this run."""
    day = day_number(summary.as_of)
    before = book.fetch(connection, "summaries_before", [day, anomalies.RUNS_MAX])
    new_before = [book.moved_in(text, Move.NEW) for _, text in before]
    found = anomalies.found(ws, view, summary.moves.get("new", 0), new_before)
    rows = book.fetch(connection, "new_and_raised", [day])
    why = book.fetch(connection, "why_of_day", [day])
    told = [digest(ws, summary, rows, why)]
    if any(level == Level.HIGH for _, level, *_ in rows):
        count = sum(row[4] for row in rows if row[1] == Level.HIGH)
        highest = book.fetch(connection, "highest_of_day", [day, day, HIGHEST_MAX])
        told.append(high(ws, summary, count, highest))
    return (*told, *(anomaly(ws, summary.as_of, each) for each in found))


def digest(
    ws: Workspace, summary: WarnSummary, rows: Sequence[Sequence[Any]], why: Sequence[Sequence[Any]]
) -> Alert:
    """What the run brought; `rows` as `new_and_raised` gives them, `why` as `why_of_day` does."""
    language = ws.settings.workspace.language
    say = speak(language)
    title = say("{workspace}: early warnings as of {day}")
    title = title.format(workspace=_called(ws), day=summary.as_of)
    return Alert(AlertKind.DIGEST, summary.as_of, "", title, "\n".join(_digest(ws, summary, rows, why)))


def _called(ws: Workspace) -> str:
    return workspace_called(ws.settings, ws.settings.workspace.language)


def silent(ws: Workspace, on: date, since: date) -> Alert:
    """Nothing has come in since a day, so nobody is let into playbooks."""
    say, name = speak(ws.settings.workspace.language), _called(ws)
    title = say("{workspace}: no events since {day}").format(workspace=name, day=since)
    body = say(
        "Playbooks let nobody in until events come in again; who is inside goes on. Look at the sources."
    )
    return Alert(AlertKind.SILENT, on, "", title, body)


def asked(ws: Workspace, on: date, now_us: int, customers: Sequence[Asked]) -> Alert:
    """Playbooks ask for somebody to look at these customers: how many for what, most at stake first."""
    say = speak(ws.settings.workspace.language)
    title = say("{workspace}: playbooks ask you to look at {count} customers")
    groups: dict[tuple[str, str], list[Asked]] = {}
    for each in sorted(customers, key=lambda each: (-each.expected_minor, each.customer_id)):
        groups.setdefault((each.playbook, each.about), []).append(each)
    text = say("{playbook}, {about}: {count}. First: {parts}")
    lines = [
        text.format(
            playbook=playbook,
            about=about,
            count=number(len(some)),
            parts=", ".join(f"{c.customer_id} ({_money(ws, c.expected_minor)})" for c in some[:HIGHEST_MAX]),
        )
        for (playbook, about), some in groups.items()
    ]
    lines.append(say("winback tasks list shows all that is open."))
    told = title.format(workspace=_called(ws), count=number(len({c.customer_id for c in customers})))
    return Alert(AlertKind.ASKED, on, str(now_us), told, "\n".join(lines))


def _digest(
    ws: Workspace, summary: WarnSummary, rows: Sequence[Sequence[Any]], why: Sequence[Sequence[Any]]
) -> Iterator[str]:
    language = ws.settings.workspace.language
    say = speak(language)
    moves = {move: number(summary.moves.get(move, 0)) for move in ("new", "raised", "lowered", "closed")}
    yield say("New {new}, raised {raised}, lowered {lowered}, closed {closed}.").format(**moves)
    if summary.closed:
        yield say("Closed: {parts}").format(parts=_parts(summary.closed, language))
    if summary.policy_waiting is not None:
        text = say("winback.toml holds a policy that is not switched on ({waiting}); {used} goes on.")
        yield text.format(waiting=summary.policy_waiting, used=summary.policy)
    levels = {level.word: number(summary.levels.get(level.word, 0)) for level in Level}
    text = say("Open: high {high}, medium {medium}, low {low}; value at risk {value}.")
    yield text.format(**levels, value=_money(ws, summary.value_minor))
    if not rows:
        return
    by_level, by_channel, by_phase = Counter[str](), Counter[str](), Counter[str]()
    for _, level, channel, phase, count, _ in rows:
        by_level[Level(level).word] += count
        by_channel[channel_called(ws.settings, word(channel, language), language)] += count
        by_phase[word(phase, language)] += count
    yield say("New and raised by level: {parts}").format(parts=_parts(by_level, language))
    yield say("New and raised by channel: {parts}").format(parts=_parts(by_channel, language))
    yield say("New and raised by phase: {parts}").format(parts=_parts(by_phase, language))
    if reasons := _reasons(ws, why, language):
        yield say("Top reasons: {parts}").format(parts=_parts(reasons, language))


def _reasons(ws: Workspace, why: Sequence[Sequence[Any]], language: Language) -> Counter[str]:
    """How often each rule, and each feature that weighs most for the model, stands behind a warning."""
    known = profile.catalogue(ws.settings)
    counted = Counter[str]()
    for names, reasons in why:
        counted.update(rule_called(ws.settings, name, language) for name in names.split())
        model = json.loads(reasons)["model"] if reasons else []
        if model:
            feature = model[0][3]
            meaning = (
                (known[feature].zh if language == "zh" else known[feature].en) if feature in known else ""
            )
            counted[meaning or feature] += 1
    return counted


def high(ws: Workspace, summary: WarnSummary, count: int, highest: Sequence[Sequence[Any]]) -> Alert:
    """The customers who newly are at high risk, the most at risk by name."""
    say = speak(ws.settings.workspace.language)
    title = say("{workspace}: {count} customers newly at high risk")
    parts = ", ".join(f"{customer} ({_money(ws, value)})" for customer, value in highest)
    body = say("As of {day}. The most at risk: {parts}").format(day=summary.as_of, parts=parts)
    name = _called(ws)
    return Alert(AlertKind.HIGH, summary.as_of, "", title.format(workspace=name, count=number(count)), body)


def live_high(
    ws: Workspace, when: tuple[date, int], highest: Sequence[tuple[str, int]], *, by_model: bool
) -> Alert:
    """Customers whom the live pass found at high risk at a moment, the most at risk first.

    They took nearly all their money out, or the model in use says so of what came in.
    """
    say, section = speak(ws.settings.workspace.language), ws.settings.workspace
    at = datetime.fromtimestamp(when[1] / 1_000_000, section.zone).strftime("%Y-%m-%d %H:%M")
    title = say("{workspace}: {count} customers newly at high risk")
    parts = ", ".join(f"{customer} ({_money(ws, value)})" for customer, value in highest[:HIGHEST_MAX])
    taken_out = say("At {moment}: they took out nearly all they held. The most at risk: {parts}")
    foreseen = say("At {moment}: the model says so of what came in. The most at risk: {parts}")
    body = foreseen if by_model else taken_out
    title = title.format(workspace=_called(ws), count=number(len(highest)))
    subject = f"{at} model" if by_model else at
    return Alert(AlertKind.HIGH, when[0], subject, title, body.format(moment=at, parts=parts))


def live_anomalies(ws: Workspace, connection: Any, summary: LiveSummary, cut_us: int) -> list[Alert]:
    """What is out of the usual since the last run, up to the latest event (`cut_us`)."""
    assert summary.as_of is not None
    day = day_number(summary.as_of)
    since = [day - anomalies.RUNS_MAX, "winback live"]
    by_day: dict[int, int] = dict(book.fetch(connection, "live_new_by_day", since))
    runs = book.fetch(connection, "summaries_before", [day, anomalies.RUNS_MAX])
    before = [by_day.get(run[0], 0) for run in runs]
    found = anomalies.found_live(ws, cut_us, by_day.get(day, 0), before)
    return [replace(anomaly(ws, summary.as_of, each), subject="live") for each in found]


TITLES = {
    AlertKind.WARNINGS_JUMP: "{workspace}: warnings jumped",
    AlertKind.CHURN_JUMP: "{workspace}: churn of channel {channel} jumped",
    AlertKind.VISITS_FALL: "{workspace}: visits fell",
}


def anomaly(ws: Workspace, as_of: date, what: Anomaly) -> Alert:
    """An anomaly with the count of the day and what is usual."""
    say = speak(ws.settings.workspace.language)
    section = ws.settings.workspace
    channel = channel_called(ws.settings, what.subject, section.language)
    title = say(TITLES[what.kind]).format(workspace=_called(ws), channel=channel)
    body = say("As of {day}: {count} against a usual {usual}.")
    body = body.format(day=as_of, count=number(what.count), usual=f"{what.usual:,.1f}")
    return Alert(what.kind, as_of, what.subject, title, body)


def _parts(counts: Any, language: Language) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:TOLD_MAX]
    return ", ".join(f"{word(name, language)} {number(count)}" for name, count in ordered)


def _money(ws: Workspace, minor: int) -> str:
    section = ws.settings.workspace
    return str(Money(minor, section.currency, section.minor_digits))
