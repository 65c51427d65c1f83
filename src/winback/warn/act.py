"""The operator's verbs: acknowledge, snooze, close, reopen a warning; switch a policy on; send alerts.

An act counts as of the last run, whose warnings the operator has seen; its row in the history also keeps the
moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from winback.profile import read as profile
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import Problem
from winback.terms.time import day_number
from winback.warn import book, policies, record, telling
from winback.warn.nouns import AlertSummary, Asked, Closing, Move, Replayed, Status, Switched
from winback.warn.policy import fingerprint, to_text, under
from winback.warn.read import last_run
from winback.warn.replay import Policy
from winback.warn.rules import read_rules
from winback.warn.sending import Post, by_apprise, send

_MINUTE_US = 60_000_000
OPEN = frozenset({Status.OPEN, Status.ACKNOWLEDGED, Status.SNOOZED})


@dataclass(frozen=True)
class By:
    """Who acts, at which moment (with its zone), and why."""

    who: str
    now: datetime
    why: str = ""


@dataclass(frozen=True)
class Done:
    """For which customers the act was done, and which had no warning to which it applies."""

    done: tuple[str, ...]
    not_done: tuple[str, ...]


def acknowledge(ws: Workspace, customers: Iterable[str], by: By) -> Done:
    """Somebody has taken the open warnings of these customers in hand."""
    return _act(ws, customers, by, _Act(Move.ACKNOWLEDGED, frozenset({Status.OPEN, Status.SNOOZED})))


def snooze(ws: Workspace, customers: Iterable[str], by: By, until: date) -> Done:
    """Leave the open warnings of these customers aside until the run as of this date, unless they are raised.

    Raises Problem where the date is not after the last run.
    """
    if until <= (last := last_run(ws).as_of):
        what, todo = "{until} is not after the last run, as of {last}", "give a later day to --until"
        raise Problem(what, until=until, last=last, todo=todo)
    return _act(ws, customers, by, _Act(Move.SNOOZED, OPEN, until))


def close(ws: Workspace, customers: Iterable[str], by: By) -> Done:
    """End the open warnings of these customers by hand. Raises Problem without a reason."""
    if not by.why.strip():
        raise Problem("a warning is closed by hand with a reason only", todo="say why with --reason")
    return _act(ws, customers, by, _Act(Move.CLOSED, OPEN))


def reopen(ws: Workspace, customers: Iterable[str], by: By) -> Done:
    """Undo: the latest warning of these customers is open again, whatever was done to it."""
    undone = frozenset({Status.ACKNOWLEDGED, Status.SNOOZED, Status.CLOSED})
    return _act(ws, customers, by, _Act(Move.REOPENED, undone))


def send_alerts(ws: Workspace, now: datetime, post: Post = by_apprise) -> AlertSummary:
    """Send the alerts that are due to the addresses in WINBACK_ALERT_URLS; failures are tried again."""
    with facts.connection(ws) as connection:
        return send(ws, connection, now, post)


def tell_silent(ws: Workspace, on: date, since: date) -> None:
    """Operators are to be told, once a date, that playbooks let nobody in: no events come."""
    with facts.connection(ws) as connection, facts.transaction(connection):
        book.keep_alerts(connection, day_number(on), [telling.silent(ws, on, since)])


def asked_up_to(ws: Workspace) -> int | None:
    """Up to which moment (microseconds, UTC) operators were told of what playbooks ask; None: never."""
    with facts.connection(ws) as connection:
        moment = book.fetch(connection, "last_asked")[0][0]
    return None if moment is None else int(moment)


def tell_asked(ws: Workspace, on: date, now_us: int, customers: Sequence[Asked]) -> bool:
    """Operators are to be told which customers playbooks ask them to look at, up to the moment `now_us`.

    Once in `alert_minutes_min` at most; whether it was done. What is not told now goes with the next.
    """
    last = asked_up_to(ws)
    too_soon = last is not None and now_us - last < ws.settings.warn.alert_minutes_min * _MINUTE_US
    if too_soon or not customers:
        return False
    with facts.connection(ws) as connection, facts.transaction(connection):
        book.keep_alerts(connection, day_number(on), [telling.asked(ws, on, now_us, customers)])
    return True


def keep_replay(ws: Workspace, replayed: Sequence[tuple[Policy, Replayed]], now: datetime) -> None:
    """Put replays on record, so that their policies can be switched on; the same span again replaces one."""
    with facts.connection(ws) as connection, facts.transaction(connection):
        for policy, found in replayed:
            mark = fingerprint(policy.settings)
            book.do(connection, "keep_policy", [mark, to_text(policy.settings)])
            span = [day_number(found.first), day_number(found.last)]
            row = [mark, *span, int(now.timestamp() * 1_000_000), record.to_text(found)]
            book.do(connection, "keep_replay", row)


def switch_on(ws: Workspace, asked: str | None, by: By, *, override: bool = False) -> Switched:
    """Use a policy from the next run on: that of winback.toml (None), or one on record by its fingerprint.

    Raises Problem where it is in use already, where no replay of it is on record (unless `override`, which
    takes a reason, and is kept), SettingsProblem where its rules cannot be.
    """
    with facts.connection(ws) as connection, facts.transaction(connection):
        mark = policies.named(connection, ws.settings, asked)
        used = policies.in_use(connection)
        if used is not None and used[0] == mark:
            raise Problem("policy {mark} is in use already", mark=mark)
        text = policies.known(connection, ws.settings)[mark]
        read_rules(under(ws.settings, text), profile.catalogue(ws.settings).names)
        why = _why(mark, policies.replays(connection).get(mark, []), by, override=override)
        at_us = int(by.now.timestamp() * 1_000_000)
        book.do(connection, "keep_policy", [mark, text])
        book.do(connection, "switch_policy", [mark, None, at_us, by.who, why, override])
    return Switched(mark, None, at_us, by.who, why, override)


def _why(mark: str, replays: Sequence[Replayed], by: By, *, override: bool) -> str:
    """What is kept of why a policy was switched on. Raises Problem where it may not be."""
    if override and not by.why.strip():
        raise Problem("a policy is switched on without a replay with a reason only", todo="say why")
    if override:
        return by.why
    if not replays:
        raise Problem(
            "no replay of policy {mark} is on record",
            mark=mark,
            todo="winback replay --first DAY --last DAY tries it on the past; --override REASON does without",
        )
    last = replays[-1]
    models = ", ".join(spoke.model for spoke in last.spoke if spoke.model is not None)
    said = f"replayed {last.first} to {last.last}" + (f" with {models}" if models else "")
    return said + (f": {by.why}" if by.why else "")


@dataclass(frozen=True)
class _Act:
    move: Move
    applies_to: frozenset[Status]
    until: date | None = None


def _act(ws: Workspace, customers: Iterable[str], by: By, what: _Act) -> Done:
    asked = tuple(dict.fromkeys(customers))
    done = []
    day = day_number(last_run(ws).as_of)
    with facts.connection(ws) as connection:
        for at in range(0, len(asked), book.PART_ROWS):
            with facts.transaction(connection):
                some = asked[at : at + book.PART_ROWS]
                done += [each for each in some if _one(connection, each, day, (by, what))]
    return Done(tuple(done), tuple(each for each in asked if each not in set(done)))


def _one(connection: Any, customer: str, day: int, how: tuple[By, _Act]) -> bool:
    by, what = how
    rows = book.fetch(connection, "latest_of", [customer])
    if not rows or Status(rows[0][1]) not in what.applies_to:
        return False
    opened = rows[0][0]
    moment = int(by.now.timestamp() * 1_000_000)
    book.do(connection, "note_act", [day, what.move.value, moment, by.who, by.why, customer, opened])
    book.do(connection, "set_status", [*_after(what, day), customer, opened])
    return True


def _after(what: _Act, day: int) -> Sequence[Any]:
    """Status, changed day, snoozed until, closed day and closing after the act."""
    until = None if what.until is None else day_number(what.until)
    if what.move is Move.CLOSED:
        return [Status.CLOSED.value, day, None, day, Closing.BY_HAND.value]
    status = Status.OPEN if what.move is Move.REOPENED else Status(what.move.value)
    return [status.value, day, until, None, None]
