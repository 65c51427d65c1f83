"""Which policy judges: the one that was switched on, never one that nobody has tried on the past."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from winback.profile import read as profile
from winback.settings.model import Settings
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import Place, Problem, SettingsProblem
from winback.terms.time import day_number, day_of
from winback.warn import book
from winback.warn.nouns import FIRST, SHIPPED, Replayed, Switched
from winback.warn.policy import fingerprint, to_text, under
from winback.warn.record import from_text
from winback.warn.rules import read_rules

FILE = "winback.toml"


def in_use(connection: Any) -> tuple[str, str] | None:
    """Fingerprint and text of the policy that was switched on last; None before the first run."""
    rows = book.fetch(connection, "policy_in_use")
    return (rows[0][0], rows[0][1]) if rows else None


def judged_by(ws: Workspace, connection: Any, as_of: date, *, stand_in: bool) -> tuple[Workspace, str | None]:
    """The workspace under the policy in use, and the fingerprint of one that waits in winback.toml.

    At the very first run the policy of winback.toml is switched on, which is kept with why. Raises
    SettingsProblem where winback.toml holds another than the one in use, unless that may stand in.
    """
    mine, used = fingerprint(ws.settings), in_use(connection)
    if used is None:
        read_rules(ws.settings, profile.catalogue(ws.settings).names)
        why = SHIPPED if mine == fingerprint(Settings()) else FIRST
        with facts.transaction(connection):
            book.do(connection, "keep_policy", [mine, to_text(ws.settings)])
            switch = [mine, day_number(as_of), None, "winback", why, mine != fingerprint(Settings())]
            book.do(connection, "switch_policy", switch)
        return ws, None
    if used[0] == mine:
        return ws, None
    if not stand_in:
        raise SettingsProblem(
            "the policy here ({mine}) is not switched on; in use is {used}",
            mine=mine,
            used=used[0],
            place=Place(file=FILE, field="rules"),
            todo="try it on the past with winback replay, then winback policies switch-on; or set the rules"
            " and levels back (winback policies show tells them)",
        )
    return replace(ws, settings=under(ws.settings, used[1])), mine


def current(ws: Workspace, connection: Any) -> Workspace:
    """The workspace under the policy in use, its own where none was switched on yet."""
    used = in_use(connection)
    if used is None or used[0] == fingerprint(ws.settings):
        return ws
    return replace(ws, settings=under(ws.settings, used[1]))


def known(connection: Any, settings: Settings) -> dict[str, str]:
    """The text of every policy by its fingerprint: those on record, and that of winback.toml."""
    texts: dict[str, str] = dict(book.fetch(connection, "policies"))
    return texts | {fingerprint(settings): to_text(settings)}


def named(connection: Any, settings: Settings, asked: str | None) -> str:
    """The fingerprint that is meant: that of winback.toml where None; its first letters will do.

    Raises Problem where no policy, or more than one, is meant.
    """
    if asked is None:
        return fingerprint(settings)
    found = [each for each in sorted(known(connection, settings)) if each.startswith(asked)]
    if len(found) != 1:
        what = "no policy is known as {asked!r}" if not found else "{asked!r} may be {found}"
        raise Problem(what, asked=asked, found=found, todo="winback policies list tells all that are known")
    return found[0]


def replays(connection: Any) -> dict[str, list[Replayed]]:
    """The replays on record of each policy, the latest last."""
    found: dict[str, list[Replayed]] = {}
    for row in book.fetch(connection, "replays"):
        found.setdefault(row[0], []).append(from_text(row[2]))
    return found


def switches(connection: Any) -> list[Switched]:
    """Which policy was switched on when, by whom and why, in order."""
    return [
        Switched(mark, None if day is None else day_of(day), at_us, who, why, bool(is_override))
        for mark, day, at_us, who, why, is_override in book.fetch(connection, "switches")
    ]
