"""The base between two days: everybody's state, and that of their twins to whom nothing is ever sent."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from winback.simulate.live.effects import PUT_OFF_SHARE
from winback.simulate.nouns import Order
from winback.simulate.people import People
from winback.terms.errors import Place, Problem

Rows = npt.NDArray[Any]
FOLDER = "live"
#: A reward that a customer has read of and may still claim; `ends` is a day, counted from the first one.
PROMISE = np.dtype(
    [
        ("grant", "i8"),
        ("customer", "i4"),
        ("reward", "i4"),  # place in Base.rewards
        ("content", "i4"),
        ("face", "i8"),
        ("least", "i8"),  # fen of the purchase it needs; 0: none
        ("ends", "i4"),
        ("willing", "i4"),  # 1: would buy for it
    ]
)
#: What is drawn once of everybody, beside `people.PERSON`; and what a live day must remember of them.
MORE = np.dtype(
    [
        ("openness", "f4"),  # multiplies the chance to read
        ("put_off", "i2"),  # 1: marketing drives them away
        ("cause", "i2"),  # why they left the last time; -1: never did
        ("kept_by", "i2"),  # playbook of the last message that worked, place in Base.playbooks; -1: none
    ]
)


@dataclass
class Base:
    """Everybody: persons and states in order of registration, the twins, and what is promised to whom.

    `day` is the next one to be lived, counted from the order's first day.
    """

    order: Order
    day: int
    state: Rows
    twin: Rows
    more: Rows
    promised: Rows
    rewards: list[str] = field(default_factory=list)
    playbooks: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    @property
    def date(self) -> date:
        """The next day to be lived."""
        return self.order.first_day + timedelta(days=self.day)

    @property
    def days_left(self) -> int:
        """How many days may still be lived."""
        return self.order.days - self.day


def drawn(born: People, order: Order) -> Rows:
    """What is drawn once for the live days: shape (customers,)."""
    rng = np.random.default_rng([order.seed, 5])
    more = np.zeros(len(born), MORE)
    more["openness"] = rng.uniform(0.6, 1.15, len(born))
    more["put_off"] = rng.random(len(born)) < PUT_OFF_SHARE
    more["cause"] = more["kept_by"] = -1
    return more


def save(base: Base, folder: Path) -> None:
    """Keep the base below `folder`, whole or not at all."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    notes = {"order": {**asdict(base.order), "first_day": base.order.first_day.isoformat()}}
    notes |= {name: getattr(base, name) for name in ("day", "rewards", "playbooks", "seen")}
    text = np.frombuffer(json.dumps(notes, ensure_ascii=False).encode(), np.uint8)
    aside = folder / FOLDER / ".state.npz"
    with aside.open("wb") as out:
        arrays = {name: getattr(base, name) for name in ("state", "twin", "more", "promised")}
        np.savez(out, allow_pickle=False, notes=text, **arrays)
    aside.replace(_file(folder))


def load(folder: Path) -> Base:
    """The base as it was kept. Raises Problem where there is none."""
    if not is_live(folder):
        what = "holds no base that goes on living"
        raise Problem(what, place=Place(file=str(folder)), todo="begin one: winback simulate --live")
    with np.load(_file(folder), allow_pickle=False) as kept:
        notes = json.loads(kept["notes"].tobytes())
        arrays = {name: kept[name] for name in ("state", "twin", "more", "promised")}
    order = notes.pop("order")
    order["first_day"] = date.fromisoformat(order["first_day"])
    return Base(order=Order(**order), **arrays, **notes)


def is_live(folder: Path) -> bool:
    """Whether a base lives there."""
    return _file(folder).is_file()


def _file(folder: Path) -> Path:
    return folder / FOLDER / "state.npz"
