"""How people take what they are sent: who reads, who stays for it, who comes back, who is put off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from winback.simulate.live import effects
from winback.simulate.live.everybody import PROMISE, Base
from winback.simulate.live.mail import MESSAGE
from winback.simulate.parameters import CAUSES
from winback.simulate.people import People

Rows = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]
_UTC_OFFSET_SECONDS, _DAY_SECONDS, _LATEST_SECOND = 8 * 3600, 86_400, 23 * 3600
_READ_AFTER_SECONDS = 300


@dataclass(frozen=True)
class Answers:
    """What became of a day's messages, row by row: flags, and the second of the day of reading."""

    mail: Rows
    was_left: Flags
    read: Flags
    clicked: Flags
    put_off: Flags
    back: Flags
    second: npt.NDArray[np.int64]


def answer(base: Base, born: People, mail: Rows, rng: np.random.Generator) -> Answers:
    """Let everybody read a day's messages (rows of mail.MESSAGE); states change for the days to come."""
    assert mail.dtype == MESSAGE, "rows are those of mail"
    state, more, who, day = base.state, base.more, mail["customer"], base.day
    luck = rng.random((4, len(mail)))
    left = state["left"][who] == 1
    away = day - state["last_day"][who] > effects.AWAY_DAYS
    reads = np.where(away, effects.READS_AWAY[mail["medium"]], effects.READS[mail["medium"]])
    read = (luck[0] < reads * more["openness"][who]) & (born["never"][who] == 0)
    put_off = read & (mail["marketing"] == 1) & (more["put_off"][who] == 1)
    moved = read & ~put_off
    _hold(base, mail, moved & ~left)
    _drive_away(base, who[put_off], luck[3][put_off])
    back = _bring_back(base, mail, moved & left, luck[1])
    wish = np.where(mail["grant"] >= 0, effects.CLICKS_REWARD, effects.CLICKS)
    clicked = (moved & ~left & (luck[2] < wish)) | back
    state["call_day"][who[clicked & ~left]] = day + 1
    worked = (moved & ~left) | back
    more["kept_by"][who[worked]] = mail["playbook"][worked]
    return Answers(mail, left, read, clicked, put_off, back, _seconds(mail, rng))


def _hold(base: Base, mail: Rows, here: Flags) -> None:
    """Those still there have less cause to leave: 1 - held is multiplied by 1 - what the message does."""
    who, does = mail["customer"][here], effects.HOLDS[mail["content"][here]]
    for column, cause in enumerate(CAUSES):
        free = 1.0 - base.state[f"held_{cause}"].astype(np.float64)
        np.multiply.at(free, who, 1.0 - does[:, column])
        base.state[f"held_{cause}"] = np.minimum(1.0 - free, effects.HOLD_MOST)


def _drive_away(base: Base, who: npt.NDArray[Any], luck: npt.NDArray[np.float64]) -> None:
    """Those whom marketing puts off have more cause to leave, and less to come back."""
    state = base.state
    for cause in CAUSES:
        held = state[f"held_{cause}"].astype(np.float64)
        np.add.at(held, who, -effects.PUT_OFF)
        state[f"held_{cause}"] = np.maximum(held, -effects.PUT_OFF_MOST)
    trust = state["trust"].astype(np.float64)
    np.add.at(trust, who, -effects.PUT_OFF_TRUST)
    state["trust"] = np.maximum(trust, 0.0)
    spoilt = who[(luck < effects.PUT_OFF_RETURN) & (state["left"][who] == 1)]
    state["return_day"][spoilt] = -1


def _bring_back(base: Base, mail: Rows, gone: Flags, luck: npt.NDArray[np.float64]) -> Flags:
    """Some of those who left come the next day, and stay more firmly at first."""
    who = mail["customer"]
    cause = base.more["cause"][who]
    chance = np.where(cause >= 0, effects.BRINGS_BACK[mail["content"], np.maximum(cause, 0)], 0.0)
    back: Flags = gone & (luck < chance)
    base.state["return_day"][who[back]] = base.day + 1
    for name in CAUSES:
        held = base.state[f"held_{name}"]
        held[who[back]] = np.maximum(held[who[back]], effects.BROUGHT_BACK_HOLD)
    return back


def _seconds(mail: Rows, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """When each would be read: some time after it was sent, the same day."""
    sent = (mail["at_us"] // 1_000_000 + _UTC_OFFSET_SECONDS) % _DAY_SECONDS
    first = sent + _READ_AFTER_SECONDS
    room = np.maximum(_LATEST_SECOND - first, 1)
    later = first + (rng.random(len(mail)) * room).astype(np.int64)
    return np.asarray(np.minimum(later, _DAY_SECONDS - 60))


def promises(of: tuple[Base, People], said: Answers, grants: Rows, rng: np.random.Generator) -> Rows:
    """Rewards that somebody has read of now, as rows of PROMISE; `grants` are rows of `claiming.GRANT`."""
    base, born = of
    chosen = said.read & ~said.put_off & (said.mail["grant"] >= 0) & (~said.was_left | said.back)
    mail = said.mail[chosen]
    given = grants[mail["grant"]]
    found = np.zeros(len(mail), PROMISE)
    for name in ("customer", "content"):
        found[name] = mail[name]
    for name in ("grant", "reward", "face", "least", "ends"):
        found[name] = given[name]
    trust, usual = base.state["trust"][mail["customer"]], born["amount"][mail["customer"]]
    would = effects.BUYS[mail["content"]] * (0.4 + 1.2 * trust)
    affords = given["least"] <= effects.BUYS_TIMES_MOST * usual
    found["willing"] = (rng.random(len(mail)) < would) & affords
    fresh = found[~np.isin(found["grant"], base.promised["grant"])]
    return fresh[np.unique(fresh["grant"], return_index=True)[1]]
