"""Simple signs of abuse: one device of many customers, one inviter whose customers get many grants."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from winback.ingest import read as ingest
from winback.reward.asked import Codes, Flags, Int64s, code
from winback.reward.desk import Desk
from winback.reward.gather import inviter_keys
from winback.reward.nouns import Reason
from winback.store.sql import arrow, named
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem


def signs(desk: Desk, asking: tuple[Int64s, Flags], granted: tuple[Int64s, Int64s]) -> Codes:
    """The code of the sign for which each grant is to be held, 0 for none.

    `asking`: the keys of customers in the order in which they are served, and which rows ask for money;
    `granted`: keys of customers and how many grants each got within `sign_days`.
    """
    keys, asks = asking
    why = np.zeros(len(keys), np.int8)
    if not np.any(asks & (keys >= 0)):
        return why
    crowded = _invited_by_one(desk, (inviter_keys(desk.known, desk.when.date, keys), asks), granted)
    why[crowded] = code(Reason.SAME_INVITER)
    shared = _on_one_device(desk.ws, desk.when.date, asking, granted[0])
    why[shared] = code(Reason.SAME_DEVICE)
    return why


def _invited_by_one(desk: Desk, asking: tuple[Int64s, Flags], granted: tuple[Int64s, Int64s]) -> Flags:
    """Where the inviter's customers have as many grants as they may, those before this row among them."""
    (inviter, asks), known = asking, desk.known
    had = np.zeros(len(known.ids) + 1, np.int64)
    np.add.at(had, inviter_keys(known, desk.when.date, granted[0]), granted[1])
    rows = np.flatnonzero(asks & (inviter >= 0))
    order = rows[np.argsort(inviter[rows], kind="stable")]
    of = inviter[order]
    first = np.concatenate(([True], of[1:] != of[:-1])) if len(of) else np.zeros(0, np.bool_)
    place = np.arange(len(of)) - np.maximum.accumulate(np.where(first, np.arange(len(of)), 0))
    crowded = np.zeros(len(inviter), np.bool_)
    crowded[order] = had[of] + place >= desk.settings.reward.inviter_grants_max
    return crowded


def _on_one_device(ws: Workspace, as_of: date, asking: tuple[Int64s, Flags], granted: Int64s) -> Flags:
    """Where a device of the customer already has as many customers with grants as it may have."""
    section, (keys, asks) = ws.settings.reward, asking
    held = np.zeros(len(keys), np.bool_)
    if not section.device_attribute:
        return held
    first = as_of - timedelta(days=section.sign_days)
    try:
        events = ingest.events(ws, first, as_of + timedelta(days=1), ["register", "visit"])
    except NotReadyProblem:
        return held
    rows = np.flatnonzero(asks & (keys >= 0))
    people = pa.table(
        {
            "customer": np.concatenate([granted, keys[rows]]).astype(np.int32),
            "place": np.concatenate([np.full(len(granted), -1), rows]),
        }
    )
    statement = named("reward")["crowded_devices"].replace("(events)", f"({events})")
    with ws.duckdb() as db:
        db.register("people", people)
        like = f'%"{section.device_attribute}"%'
        path = f'$."{section.device_attribute}"'
        found = arrow(db, statement, [like, path, section.device_customers_max])
    held[np.isin(keys, found["customer"].to_numpy())] = True
    return held & asks
