"""Pots are opened and filled with what the settings say, once each."""

from __future__ import annotations

import hashlib

from winback.reward import book
from winback.reward.desk import Desk


def open_pots(desk: Desk) -> None:
    """Open every pot of the settings that is not there yet, and put its first budget in."""
    known = {(row[0], row[1]) for row in book.fetch(desk.connection, "pots")}
    for pot, section in book.pots_of(desk.settings).items():
        if pot in known:
            continue
        with book.turn(desk.connection) as turn:
            book.do(desk.connection, "open_pot", list(pot))
            if section.budget_minor:
                put_in(desk, (pot, key_of("pot", *pot), "fund"), section.budget_minor, turn)


def put_in(
    desk: Desk, what: tuple[book.Pot, int, str], amount_minor: int, turn: int, *, why: str = ""
) -> None:
    """Book money into the budget of a pot: the pot, the key of what asked for it, the kind of entry."""
    pot, key, kind = what
    amounts = ["funded", "budget", amount_minor, desk.when.now_us, desk.when.who, why, turn]
    book.do(desk.connection, "keep_entry", [key, kind, *pot, *amounts])


def key_of(*said: object) -> int:
    """A key of 63 bits out of what it stands for: the same each time, and no other's."""
    return int.from_bytes(hashlib.sha256(" ".join(map(str, said)).encode()).digest()[:8], "big") >> 1
