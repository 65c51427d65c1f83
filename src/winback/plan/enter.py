"""Those who were chosen become entries, each with its arm, and with the group that holds it out if any."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from winback.experiment import read as experiment
from winback.experiment.nouns import Definition, Held, Rotation
from winback.plan import book
from winback.plan.choose import LIMITS, Choice
from winback.plan.nouns import Entered
from winback.plan.who import Everybody
from winback.store.sql import arrow, named
from winback.store.workspace import Workspace
from winback.terms.time import day_number
from winback.warn.nouns import Level

#: Up to so many keys are made without asking the database.
_FEW = 10_000


@dataclass(frozen=True)
class Entrants:
    """Who enters one playbook: ids, arms by place, who is in control and who in the holdout."""

    choice: Choice
    ids: pa.Array
    sides: experiment.Sides
    arms: tuple[str, ...]

    @property
    def held_by(self) -> list[str | None]:
        """Of each the group that holds out."""
        return held_by(self.sides)


def held_by(sides: experiment.Sides) -> list[str | None]:
    """Of each the group that holds out, or None; the control group goes before the holdout."""
    words = (None, Held.HOLDOUT.value, Held.CONTROL.value)
    codes = np.where(sides.in_control, 2, sides.in_holdout)
    return [words[code] for code in codes.tolist()]


def entrants(choice: Choice, everybody: Everybody, definition: Definition, rotation: Rotation) -> Entrants:
    """Who enters, and where the formula puts each."""
    ids = everybody.ids.take(pa.array(choice.keys))
    return Entrants(choice, ids, experiment.sides(definition, rotation, ids), tuple(definition.arms))


def summed_up(found: Entrants) -> Entered:
    """The counts of them."""
    choice = found.choice
    codes, counts = np.unique(choice.limit[choice.meant & (choice.limit > 0)], return_counts=True)
    places, people = np.unique(found.sides.arm, return_counts=True)
    held = Counter(word for word in found.held_by if word is not None)
    return Entered(
        playbook=choice.version.playbook.name,
        version=choice.version.number,
        meant=int(choice.meant.sum()),
        entered=len(found.ids),
        arms={found.arms[at]: int(n) for at, n in zip(places.tolist(), people.tolist(), strict=True)},
        held_out={word.value: held.get(word.value, 0) for word in Held},
        kept_out={str(LIMITS[code]): int(n) for code, n in zip(codes.tolist(), counts.tolist(), strict=True)},
    )


def keep(ws: Workspace, connection: Any, found: Entrants, now: tuple[Everybody, int]) -> None:
    """Write the entries, part by part; who has entered that day already is left as they are."""
    for rows in book.chunks(_rows(ws, found, *now)):
        with book.part(connection):
            book.keep_entries(connection, rows)


def _rows(ws: Workspace, found: Entrants, everybody: Everybody, now_us: int) -> Iterator[book.Row]:
    version, day = found.choice.version, day_number(everybody.as_of)
    walk_ids = {arm: version.walk_id(arm) for arm in found.arms}
    told = people(ws, found, everybody)
    names = ("id", "customer_id", "arm", "held_by", "expected_minor", "why")
    for key, customer, arm, held, money, why in zip(*(told[name] for name in names), strict=True):
        head = (key, version.playbook.name, customer, walk_ids[arm], arm, held)
        yield (*head, day, now_us, money, why, now_us, now_us)


def people(ws: Workspace, found: Entrants, everybody: Everybody) -> dict[str, list[Any]]:
    """What an entry says of each who enters, by column: its key, the customer, the side, what is at stake."""
    version, keys = found.choice.version, found.choice.keys
    expected = np.floor(everybody.expected_minor[keys] * version.playbook.saved_share).astype(np.int64)
    return {
        "id": entry_keys(ws, version.playbook.name, found.ids, day_number(everybody.as_of)),
        "customer_id": found.ids.to_pylist(),
        "arm": [found.arms[at] for at in found.sides.arm.tolist()],
        "held_by": found.held_by,
        "expected_minor": expected.tolist(),
        "why": _whys(everybody, keys),
    }


def entry_keys(ws: Workspace, playbook: str, ids: pa.Array, day: int) -> list[int]:
    """The key of an entry of each customer: 63 bits of SHA-256 over playbook, customer and day.

    DuckDB hashes; a few are hashed by Python, which is there at once.
    """
    if len(ids) <= _FEW:
        heads = (f"entry\x1f{playbook}\x1f{customer}\x1f{day}" for customer in ids.to_pylist())
        return [int.from_bytes(hashlib.sha256(head.encode()).digest()[:8], "big") >> 1 for head in heads]
    table = pa.table({"place": np.arange(len(ids)), "id": ids})
    with ws.duckdb() as db:
        db.register("entrants", table)
        said = {"head": f"entry\x1f{playbook}\x1f", "tail": f"\x1f{day}"}
        keys: list[int] = arrow(db, named("plan")["entry_keys"], said)["key"].to_pylist()
    return keys


def _whys(everybody: Everybody, keys: Any) -> list[str]:
    """What each was when entering: few different texts, each made once."""
    levels = everybody.level[keys].tolist()
    words = [everybody.table[name].take(pa.array(keys)).to_pylist() for name in ("state", "phase")]
    made: dict[tuple[Any, ...], str] = {}
    return [made.setdefault(each, _why(*each)) for each in zip(levels, *words, strict=True)]


def _why(level: int, state: str, phase: str) -> str:
    said = {"state": state, "phase": phase}
    if level:
        said = {"warning": Level(level).word, **said}
    return json.dumps(said, separators=(",", ":"))
