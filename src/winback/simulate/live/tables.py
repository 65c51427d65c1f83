"""What a live day adds to the exports and to the truth."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.simulate.columns import moments, numbers, words
from winback.simulate.live.answering import Answers
from winback.simulate.live.claiming import Claimed, nothing_promised
from winback.simulate.live.effects import CONTENTS, MEDIUMS, REACHED, TELLS_TRUE
from winback.simulate.live.everybody import Base
from winback.simulate.live.mail import MESSAGE
from winback.simulate.parameters import CAUSES
from winback.terms.time import day_number

Rows = npt.NDArray[Any]
CHURNED_AWAY = 31
_WHEN = np.dtype([("day", "i4"), ("second", "i4")])
_CALLED_AT = 15 * 3600


def _when(day: int, second: npt.NDArray[Any]) -> Rows:
    rows = np.zeros(len(second), _WHEN)
    rows["day"], rows["second"] = day, second
    return rows


def receipts(said: Answers, base: Base, steps: list[str]) -> pa.Table:
    """What came back of messages: read, and clicked half a minute later."""
    parts = []
    for what, chosen, later in (("read", said.read, 0), ("clicked", said.clicked, 30)):
        mail = said.mail[chosen]
        when = _when(base.day, said.second[chosen] + later)
        parts.append(
            pa.table(
                {
                    "回执号": pa.array([f"{number}:{what}" for number in mail["id"].tolist()], pa.string()),
                    "客户号": numbers(mail["customer"]),
                    "时间": moments(when, base.order.first_day, utc=False),
                    "medium": words(mail["medium"], MEDIUMS).cast(pa.string()),
                    "what": pa.array([what] * len(mail), pa.string()),
                    "message": pa.array(mail["id"]),
                    "playbook": words(mail["playbook"], tuple(base.playbooks) or ("",)).cast(pa.string()),
                    "step": words(mail["step"], tuple(steps) or ("",)).cast(pa.string()),
                }
            )
        )
    return pa.concat_tables(parts)


def claims(made: Claimed, base: Base) -> pa.Table:
    """Rewards that were claimed, by the grant they belong to."""
    rows = made.promises
    return pa.table(
        {
            "领取号": pa.array([f"claim-{grant}" for grant in rows["grant"].tolist()], pa.string()),
            "客户号": numbers(rows["customer"]),
            "时间": moments(_when(base.day, made.second), base.order.first_day, utc=False),
            "奖励": words(rows["reward"], tuple(base.rewards) or ("",)).cast(pa.string()),
            "grant": pa.array(rows["grant"]),
        }
    )


def call_backs(base: Base, rng: np.random.Generator) -> pa.Table:
    """Some of those who have churned just now are reached by phone and say why; not all say the truth."""
    state, cause = base.state, base.more["cause"]
    just = (state["left"] == 1) & (base.day - state["last_day"] == CHURNED_AWAY) & (cause >= 0)
    luck = rng.random((3, len(state)))
    who = np.flatnonzero(just & (luck[0] < REACHED))
    other = (luck[2][who] * len(CAUSES)).astype(np.int64)
    said = np.where(luck[1][who] < TELLS_TRUE, cause[who], other)
    return pa.table(
        {
            "客户号": numbers(who),
            "时间": moments(_when(base.day, np.full(len(who), _CALLED_AT)), base.order.first_day, utc=False),
            "原因": words(said, CAUSES).cast(pa.string()),
        }
    )


def nothing_yet(base: Base) -> dict[str, pa.Table]:
    """The exports of the answers before there is any."""
    none, second = np.zeros(0, MESSAGE), np.zeros(0, np.int64)
    no = np.zeros(0, np.bool_)
    made = Claimed(nothing_promised(), second, none, none)
    reached = call_backs(base, np.random.default_rng(0)).slice(0, 0)
    read = receipts(Answers(none, no, no, no, no, no, second), base, [])
    return {"claims": claims(made, base), "callbacks": reached, "receipts": read}


def answers(said: Answers, base: Base, steps: list[str]) -> pa.Table:
    """The truth of a day's messages: what each brought, and what it did."""
    mail, cause = said.mail, base.more["cause"][said.mail["customer"]]
    return pa.table(
        {
            "message": pa.array(mail["id"]),
            "customer": numbers(mail["customer"]),
            "playbook": words(mail["playbook"], tuple(base.playbooks) or ("",)),
            "step": words(mail["step"], tuple(steps) or ("",)),
            "medium": words(mail["medium"], MEDIUMS),
            "content": words(mail["content"], CONTENTS),
            "had_left": pa.array(said.was_left),
            "cause": words(cause, CAUSES),
            "read": pa.array(said.read),
            "clicked": pa.array(said.clicked),
            "put_off": pa.array(said.put_off),
            "brought_back": pa.array(said.back),
        }
    )


def everybody(base: Base, registered: int) -> pa.Table:
    """The truth at the end of a day of everyone registered: as it is, and as the untouched twin is."""
    first = base.order.first_day
    columns: dict[str, pa.Array] = {"customer": numbers(np.arange(registered))}
    for name, states in (("", base.state), ("twin_", base.twin)):
        some = states[:registered]
        columns[f"{name}left"] = pa.array(some["left"] == 1)
        columns[f"{name}last_visit"] = _dates(some["last_day"], first)
        columns[f"{name}held_fen"] = pa.array(some["liquid"] + some["fixed"] + some["bonus"])
    columns["kept_by"] = words(base.more["kept_by"][:registered], tuple(base.playbooks) or ("",))
    return pa.table(columns)


def _dates(day: npt.NDArray[Any], first_day: date) -> pa.Array:
    values = pa.array(day.astype(np.int32) + day_number(first_day), mask=day < 0)
    return values.cast(pa.date32())


def people(base: Base) -> pa.Table:
    """Hidden traits that only a live base has."""
    more = base.more
    return pa.table(
        {
            "customer": numbers(np.arange(len(more))),
            "openness": pa.array(more["openness"]),
            "put_off": pa.array(more["put_off"] == 1),
        }
    )
