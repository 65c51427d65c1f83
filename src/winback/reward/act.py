"""The operator's verbs: approve and reject, reverse, raise a budget, review claims, put a policy in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from winback.profile import read as profile
from winback.reward import book, policy
from winback.reward.approving import Declined, approve_one
from winback.reward.desk import Desk, When
from winback.reward.funding import key_of, open_pots, put_in
from winback.reward.gather import Known
from winback.reward.nouns import ClaimState, GrantState
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import Problem


@dataclass(frozen=True)
class By:
    """Who acts, at which moment (with its zone), and why."""

    who: str
    now: datetime
    why: str = ""


@dataclass(frozen=True)
class NotDone:
    """What stood in the way of one key: a message, and the word that fills its blank `{about}`."""

    id: int
    message: str
    about: str = ""


@dataclass(frozen=True)
class Done:
    """For which keys the act was done, and for which not."""

    done: tuple[int, ...]
    not_done: tuple[NotDone, ...] = ()


def approve(ws: Workspace, ids: Iterable[int], by: By) -> Done:
    """Let held grants, or requests for money, stand. Whoever made them cannot; limits are kept as ever."""
    return _each(ws, ids, by, ("approve", _approve))


def reject(ws: Workspace, ids: Iterable[int], by: By) -> Done:
    """Refuse held grants, or requests for money. Raises Problem without a reason."""
    return _each(ws, ids, _with_reason(by), ("reject", _reject))


def reverse(ws: Workspace, ids: Iterable[int], by: By) -> Done:
    """Take grants back, claimed ones too, by an entry of its own each. Raises Problem without a reason."""
    return _each(ws, ids, _with_reason(by), ("reverse", _reverse))


def accept_claims(ws: Workspace, ids: Iterable[int], by: By) -> Done:
    """Let refused or waiting claims count after all, for the whole grant. Raises Problem without a reason."""
    return _each(ws, ids, _with_reason(by), ("accept", _accept))


def dismiss_claims(ws: Workspace, ids: Iterable[int], by: By) -> Done:
    """Let refused or waiting claims rest: they are reviewed. Raises Problem without a reason."""
    return _each(ws, ids, _with_reason(by), ("dismiss", _dismiss))


def raise_budget(ws: Workspace, pot: str, amount_minor: int, by: By) -> int | None:
    """Put more money into a pot; None where it is in, else the key of a request for a second person.

    Above `approval_above_minor` of the pot it waits for one. Raises Problem where there is no such pot, the
    amount is not above 0, or no reason is given.
    """
    if pot not in ws.settings.pots:
        allowed = tuple(ws.settings.pots)
        raise Problem("there is no pot {pot}", pot=pot, allowed=allowed, todo="allowed: {allowed}")
    if amount_minor <= 0:
        raise Problem("a budget is raised by an amount above 0")
    _with_reason(by)
    limit = ws.settings.pots[pot].approval_above_minor
    waits = limit is not None and amount_minor > limit
    with facts.connection(ws) as connection:
        desk = _desk(ws, connection, by)
        open_pots(desk)
        where = (pot, book.currency_of(ws.settings, pot))
        asked = [*where, amount_minor, by.who, desk.when.now_us, by.why, "waiting" if waits else "approved"]
        with book.turn(connection) as turn:
            request = key_of("request", *asked)
            book.do(connection, "ask_for_money", [request, *asked])
            if not waits:
                put_in(desk, (where, request, "raise"), amount_minor, turn, why=by.why)
            _note(desk, by, "raise", request)
    return request if waits else None


def put_policy(ws: Workspace, name: str, file: Path, by: By) -> int:
    """Put a policy of amounts in force; its version. Raises SettingsProblem where it says what cannot be."""
    _with_reason(by)
    text = policy.to_json(policy.read(file, profile.catalogue(ws.settings).names))
    with facts.connection(ws) as connection:
        desk = _desk(ws, connection, by)
        with facts.transaction(connection):
            row = [name, text, desk.when.now_us, by.who, by.why, name]
            version = int(book.fetch(connection, "keep_policy", row)[0][0])
            _note(desk, by, "policy", f"{name} {version}")
    return version


Verb = Callable[[Desk, int, By, int], None]


def _each(ws: Workspace, ids: Iterable[int], by: By, what: tuple[str, Verb]) -> Done:
    """Do it for each key in a turn of its own; what stands in the way of one does not hinder the next."""
    done, not_done = [], []
    verb, how = what
    with facts.connection(ws) as connection:
        desk = _desk(ws, connection, by)
        for each in dict.fromkeys(ids):
            try:
                with book.turn(connection) as turn:
                    how(desk, each, by, turn)
                    _note(desk, by, verb, each)
            except Declined as declined:
                not_done.append(NotDone(each, declined.message, declined.about))
            else:
                done.append(each)
    return Done(tuple(done), tuple(not_done))


def _approve(desk: Desk, key: int, by: By, turn: int) -> None:
    if book.fetch(desk.connection, "grant_of", [key]):
        approve_one(desk, key, turn)
        return
    _, pot, currency, amount, maker, _, why, _ = _waiting_request(desk, key)
    if maker == by.who:
        raise Declined("whoever asked for it cannot approve it")
    book.do(desk.connection, "decide_request", ["approved", by.who, desk.when.now_us, key])
    put_in(desk, ((pot, currency), key, "raise"), amount, turn, why=why)


def _reject(desk: Desk, key: int, by: By, turn: int) -> None:
    rows = book.fetch(desk.connection, "grant_of", [key])
    if not rows:
        approver = by.who if by.who != _waiting_request(desk, key)[4] else None
        book.do(desk.connection, "decide_request", ["rejected", approver, desk.when.now_us, key])
        return
    approver = by.who if by.who != rows[0][20] else None
    if not book.do(desk.connection, "reject_grant", [approver, desk.when.now_us, turn, key]):
        raise Declined("it is {about}", rows[0][9])


def _reverse(desk: Desk, key: int, by: By, turn: int) -> None:
    rows = book.fetch(desk.connection, "grant_of", [key])
    if not rows:
        raise Declined("there is no such grant")
    _, _, playbook, *_, pot, currency, state, amount, _, claimed, _, _, _, _, _, _, _, _, _, day = rows[0]
    if state not in (GrantState.GRANTED, GrantState.CLAIMED):
        raise Declined("it is {about}", state)
    back, taken = (amount, "outstanding") if state == GrantState.GRANTED else (claimed, "claimed")
    entry = [key, "reverse", pot, currency, taken, "budget", back, desk.when.now_us, by.who, by.why, turn]
    book.do(desk.connection, "keep_entry", entry)
    book.do(desk.connection, "reverse_grant", [desk.when.now_us, turn, key])
    for scope, of in (("day", str(day)), ("playbook", playbook)):
        book.do(desk.connection, "give_back", [amount, pot, currency, scope, of])


def _accept(desk: Desk, key: int, by: By, turn: int) -> None:
    rows = book.fetch(desk.connection, "claim_of", [key])
    if not rows:
        raise Declined("there is no such claim")
    given = book.fetch(desk.connection, "grant_of", [rows[0][1] or -1])
    if not given:
        raise Declined("it belongs to no grant")
    if given[0][1] != rows[0][2]:
        raise Declined("the grant is another customer's")
    if given[0][9] not in (GrantState.GRANTED, GrantState.EXPIRED):
        raise Declined("the grant is {about}", given[0][9])
    state = [ClaimState.ACCEPTED.value, rows[0][1], given[0][10], by.who, by.why, desk.when.now_us, turn, key]
    if not book.do(desk.connection, "review_claim", state):
        raise Declined("it is {about}", rows[0][7])
    for name in ("post_claims", "post_releases", "settle_grants"):
        book.do(desk.connection, name, [turn])


def _dismiss(desk: Desk, key: int, by: By, turn: int) -> None:
    rows = book.fetch(desk.connection, "claim_of", [key])
    if not rows:
        raise Declined("there is no such claim")
    state = [ClaimState.DISMISSED.value, rows[0][1], 0, by.who, by.why, desk.when.now_us, turn, key]
    if not book.do(desk.connection, "review_claim", state):
        raise Declined("it is {about}", rows[0][7])


def _waiting_request(desk: Desk, key: int) -> book.Row:
    rows = book.fetch(desk.connection, "request_of", [key])
    if not rows:
        raise Declined("there is no such grant or request")
    if rows[0][7] != "waiting":
        raise Declined("it is {about}", rows[0][7])
    return rows[0]


def _note(desk: Desk, by: By, verb: str, subject: int | str) -> None:
    book.do(desk.connection, "note_act", [desk.when.now_us, verb, str(subject), by.who, by.why])


def _with_reason(by: By) -> By:
    if not by.why.strip():
        raise Problem("this is done with a reason only", todo="say why with --reason")
    return by


def _desk(ws: Workspace, connection: Any, by: By) -> Desk:
    return Desk(ws, connection, When.of(ws.settings, by.now, by.who), Known(ws))
