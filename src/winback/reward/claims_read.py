"""What claims are judged on: claims and purchases out of the event log, grants out of the facts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from winback.ingest import read as ingest
from winback.reward import book
from winback.reward.amounts import tickets
from winback.reward.asked import Flags, Int64s
from winback.reward.desk import DAY_US, Desk
from winback.reward.matching import (
    GRANT_STATES,
    NO_AMOUNT,
    SAYS_ANOTHERS,
    SAYS_NONE,
    SAYS_UNKNOWN,
    Claims,
    Grants,
    Purchases,
)
from winback.store.sql import arrow, named
from winback.terms.time import day_number, day_of

CLAIM_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("customer_id", pa.string()),
        ("reward", pa.string()),
        ("at", pa.int64()),
        ("told", pa.int64()),
        ("given", pa.int64()),
    ]
)
_GRANT_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("customer_id", pa.string()),
        ("reward", pa.string()),
        ("kind", pa.string()),
        ("state", pa.string()),
        ("amount", pa.int64()),
        ("face", pa.int64()),
        ("purchase_min", pa.int64()),
        ("conditions", pa.string()),
        ("begins", pa.int64()),
        ("ends", pa.int64()),
    ]
)
_AUTO_SCHEMA = pa.schema([(n, CLAIM_SCHEMA.field(n).type) for n in ("given", "customer_id", "reward", "at")])
#: Where a claim came from.
FROM_LOG, WAITING, BY_PURCHASE = 0, 1, 2


@dataclass(frozen=True)
class Gathered:
    """Claims in the order in which they are judged, and all that they are judged on.

    `claims` has CLAIM_SCHEMA, `origin` says where each came from; `promises` are the kinds of rewards with
    their terms, `promise` which of them each grant is.
    """

    claims: pa.Table
    origin: Int64s
    asked: Claims
    grants: Grants
    grant_ids: Int64s
    face: Int64s
    promises: tuple[tuple[str, dict[str, Any]], ...]
    promise: Int64s
    purchases: Purchases
    purchase_keys: Int64s


@dataclass(frozen=True)
class Foreign:
    """Claims of rewards that are none of ours (CLAIM_SCHEMA), of all the days (numbers) looked at."""

    claims: pa.Table
    days: tuple[int, ...]

    def counted(self, zone: str) -> list[tuple[str, int, int, int]]:
        """Reward, local day number, how many, and the money they told of."""
        at = self.claims["at"].cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", zone))
        table = pa.table(
            {
                "reward": pc.fill_null(self.claims["reward"], ""),
                "day": pc.local_timestamp(at).cast(pa.date32()).cast(pa.int32()),
                "told": pc.fill_null(self.claims["told"], 0),
            }
        )
        found = table.group_by(["reward", "day"]).aggregate([("told", "count"), ("told", "sum")])
        columns = (found[name].to_pylist() for name in ("reward", "day", "told_count", "told_sum"))
        return sorted(zip(*columns, strict=True))


def gathered(desk: Desk, seen: int) -> tuple[Gathered | None, Foreign]:
    """Claims of days that changed after a version of the log, and those that wait; None for none.

    Beside them those of others' rewards, where settings say to ignore them.
    """
    days = tuple(day_number(day) for day in ingest.days_changed_since(desk.ws, seen))
    claims, origin = _claims(desk, days)
    if not claims.num_rows:
        return None, Foreign(claims, days)
    rows = _grants_of(desk, claims["customer_id"].combine_chunks().unique())
    foreign = _foreign(desk, (claims, origin), rows)
    others = Foreign(claims.filter(pa.array(foreign)), days)
    claims, origin = claims.filter(pa.array(~foreign)), origin[~foreign]
    return (_gathered(desk, claims, origin, rows) if claims.num_rows else None), others


def _foreign(desk: Desk, of: tuple[pa.Table, Int64s], grants: pa.Table) -> Flags:
    """Which new claims name no grant, and a reward that no setting names and the customer never had."""
    claims, origin = of
    if desk.settings.reward.foreign_claims == "review":
        return np.zeros(claims.num_rows, np.bool_)
    ours = pc.is_in(claims["reward"], value_set=pa.array(list(desk.settings.rewards), pa.string()))
    had = set(zip(grants["customer_id"].to_pylist(), grants["reward"].to_pylist(), strict=True))
    asked = zip(claims["customer_id"].to_pylist(), claims["reward"].to_pylist(), strict=True)
    known: Flags = _flags(ours) | _flags(claims["given"].is_valid())
    known |= np.array([pair in had for pair in asked], np.bool_)
    found: Flags = (origin == FROM_LOG) & ~known
    return found


def _flags(values: Any) -> Flags:
    found: Flags = values.combine_chunks().to_numpy(zero_copy_only=False)
    return found


def _gathered(desk: Desk, claims: pa.Table, origin: Int64s, rows: pa.Table) -> Gathered:
    """Claims and all that they are judged on, in the order in which they are judged."""
    keys = desk.known.keys(claims["customer_id"].combine_chunks())
    order = np.lexsort((claims["id"].to_numpy(), claims["at"].to_numpy(), keys))
    claims, origin, keys = claims.take(pa.array(order)), origin[order], keys[order]
    owner = desk.known.keys(rows["customer_id"].combine_chunks())
    order = np.lexsort((rows["id"].to_numpy(), rows["ends"].to_numpy(), owner))
    rows, owner = rows.take(pa.array(order)), owner[order]
    names = pa.chunked_array([*rows["reward"].chunks, *claims["reward"].chunks], pa.string()).unique()
    terms = rows["conditions"].combine_chunks().dictionary_encode()
    said = [json.loads(text) for text in terms.dictionary.to_pylist()]
    words = sorted({kind for each in said for kind in each["product_kinds"]})
    grants = _grants(rows, owner, names, (said, terms.indices.to_numpy(), words))
    promises, promise = _promises(rows, said, terms.indices.to_numpy())
    purchases, purchase_keys = _purchases(desk, keys, grants, words)
    given = claims["given"].combine_chunks()
    asked = Claims(
        customer=keys,
        at=claims["at"].to_numpy(),
        grant=_says(desk, (given, keys), (rows["id"].to_numpy(), owner)),
        reward=_codes(claims["reward"], names),
        told=claims["told"].combine_chunks().fill_null(NO_AMOUNT).to_numpy(),
    )
    ids, face = rows["id"].to_numpy(), rows["face"].to_numpy()
    return Gathered(claims, origin, asked, grants, ids, face, promises, promise, purchases, purchase_keys)


def _claims(desk: Desk, days: Sequence[int]) -> tuple[pa.Table, Int64s]:
    """New claims of the log, claims that wait, and grants that a new purchase may claim by itself."""
    waiting = book.fetch_table(desk.connection, "waiting_claims", [], CLAIM_SCHEMA)
    logged, bought = CLAIM_SCHEMA.empty_table(), CLAIM_SCHEMA.empty_table()
    if days:
        logged = _logged(desk, days)
        if logged.num_rows:
            known = book.fetch(desk.connection, "known_claims", [pc.min(logged["at"]).as_py()])
            done = pa.array([row[0] for row in known] + waiting["id"].to_pylist(), pa.int64())
            logged = logged.filter(pc.invert(pc.is_in(logged["id"], value_set=done)))
        bought = _bought(desk, days)
    parts = (logged, waiting, bought)
    origin = np.repeat([FROM_LOG, WAITING, BY_PURCHASE], [part.num_rows for part in parts])
    return pa.concat_tables(parts), origin.astype(np.int64)


def _logged(desk: Desk, days: Sequence[int]) -> pa.Table:
    """The claims of some days of the log, customers by id."""
    events = ingest.events(desk.ws, day_of(days[0]), day_of(days[-1]) + timedelta(days=1), ["claim"])
    statement = named("reward")["claims_in_log"].replace("(events)", f"({events})")
    with desk.ws.duckdb() as db:
        db.register("changed", pa.table({"day": pa.array(days, pa.int32())}))
        found = arrow(db, statement, [desk.when.now_us])
    owners = desk.known.ids.take(found["customer"].combine_chunks())
    columns = [owners if name == "customer_id" else found[name] for name in CLAIM_SCHEMA.names]
    return pa.table(columns, schema=CLAIM_SCHEMA)


def _bought(desk: Desk, days: Sequence[int]) -> pa.Table:
    """A claim for each grant that a purchase claims by itself, where its customer bought on a changed day."""
    since = (days[0] - 1) * DAY_US
    table = book.fetch_table(desk.connection, "claimed_by_purchase", [True, since], _AUTO_SCHEMA)
    if not table.num_rows:
        return CLAIM_SCHEMA.empty_table()
    events = ingest.events(desk.ws, day_of(days[0]), day_of(days[-1]) + timedelta(days=1), ["purchase"])
    with desk.ws.duckdb() as db:
        buyers = arrow(db, f"SELECT DISTINCT customer FROM ({events})")["customer"].to_numpy()
    keys = desk.known.keys(table["customer_id"].combine_chunks())
    table = table.filter(pa.array(np.isin(keys, buyers)))
    ids = (tickets(table["given"].to_numpy(), "claimed by purchase") >> np.uint64(1)).astype(np.int64)
    columns = {
        "id": pa.array(ids),
        "told": pa.nulls(table.num_rows, pa.int64()),
        **{name: table[name] for name in _AUTO_SCHEMA.names},
    }
    return pa.table([columns[name] for name in CLAIM_SCHEMA.names], schema=CLAIM_SCHEMA)


def _grants_of(desk: Desk, customers: pa.Array) -> pa.Table:
    """Everything that these customers were to be given."""
    if len(customers) > book.NAMES_MOST:
        whole = book.fetch_table(desk.connection, "all_grants", [-1], _GRANT_SCHEMA)
        return whole.filter(pc.is_in(whole["customer_id"], value_set=customers)).combine_chunks()
    ids = customers.to_pylist()
    found = book.fetch(desk.connection, "grants_of_customers", [*ids, -1], some=len(ids))
    return book.table_of(found, _GRANT_SCHEMA)


def _grants(
    rows: pa.Table, owner: Int64s, names: pa.Array, of: tuple[list[dict[str, Any]], Any, list[str]]
) -> Grants:
    said, which, words = of
    bits = [sum(1 << words.index(kind) for kind in each["product_kinds"]) for each in said]
    states = pa.array([state.value for state in GRANT_STATES])
    return Grants(
        customer=owner,
        reward=_codes(rows["reward"], names),
        state=_codes(rows["state"], states),
        begins=rows["begins"].to_numpy(),
        ends=rows["ends"].to_numpy(),
        amount=rows["amount"].to_numpy(),
        purchase_min=rows["purchase_min"].to_numpy(),
        kinds=np.array(bits or [0], np.int64)[which] if rows.num_rows else np.zeros(0, np.int64),
    )


def _promises(
    rows: pa.Table, said: list[dict[str, Any]], which: Any
) -> tuple[tuple[tuple[str, dict[str, Any]], ...], Int64s]:
    """Every kind of reward with its terms that was promised, and which of them each grant is."""
    kinds = rows["kind"].combine_chunks().dictionary_encode()
    pairs, promise = np.unique(
        kinds.indices.to_numpy().astype(np.int64) * max(len(said), 1) + which, return_inverse=True
    )
    names = kinds.dictionary.to_pylist()
    found = tuple((names[each // len(said)], said[each % len(said)]) for each in pairs.tolist())
    return found, promise.astype(np.int64)


def _purchases(desk: Desk, keys: Int64s, grants: Grants, words: list[str]) -> tuple[Purchases, Int64s]:
    """The purchases of these customers since the first grant that needs one, and their keys."""
    none = np.zeros(0, np.int64)
    needing = grants.purchase_min > 0
    if not needing.any():
        return Purchases(none, none, none, none, np.zeros(0, np.bool_)), none
    first = int(grants.begins[needing].min())
    days = day_of(first // DAY_US - 1), desk.when.date + timedelta(days=1)
    statement = named("reward")["purchases_in_log"]
    statement = statement.replace("(events)", f"({ingest.events(desk.ws, *days, ['purchase'])})")
    with desk.ws.duckdb() as db:
        db.register("people", pa.table({"customer": np.unique(keys[keys >= 0]).astype(np.int32)}))
        found = arrow(db, statement, [first, desk.when.now_us])
    used = pa.array([row[0] for row in book.fetch(desk.connection, "used_purchases", [first])], pa.int64())
    place = pc.index_in(found["product_kind"].combine_chunks(), value_set=pa.array(words, pa.string()))
    bit = np.left_shift(1, place.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64))
    purchases = Purchases(
        customer=found["customer"].to_numpy().astype(np.int64),
        at=found["at"].to_numpy(),
        amount=found["amount"].to_numpy(),
        kind=np.where(place.is_valid().to_numpy(zero_copy_only=False), bit, 0),
        is_used=pc.is_in(found["key"], value_set=used).to_numpy().astype(np.bool_),
    )
    return purchases, found["key"].to_numpy()


def _says(desk: Desk, said: tuple[pa.Array, Int64s], grants: tuple[Int64s, Int64s]) -> Int64s:
    """The place of the grant that each claim says; SAYS_… for none, an unknown one, or another's."""
    (given, keys), (ids, owner) = said, grants
    place = pc.index_in(given, value_set=pa.array(ids, pa.int64()), skip_nulls=True)
    place = place.fill_null(SAYS_UNKNOWN).to_numpy(zero_copy_only=False).astype(np.int64)
    is_said: Flags = given.is_valid().to_numpy(zero_copy_only=False)
    lost = is_said & (place == SAYS_UNKNOWN)
    others = _there_are(desk, np.unique(given.fill_null(-1).to_numpy(zero_copy_only=False)[lost]))
    found = np.isin(given.fill_null(-1).to_numpy(zero_copy_only=False), others)
    place = np.where(lost & found, SAYS_ANOTHERS, place)
    theirs = np.append(owner, -1)[np.maximum(place, -1)] == keys
    place = np.where((place >= 0) & ~theirs, SAYS_ANOTHERS, place)
    return np.where(is_said, place, SAYS_NONE)


def _there_are(desk: Desk, ids: Int64s) -> Int64s:
    """Which of these keys are grants."""
    found: list[int] = []
    for at in range(0, len(ids), book.NAMES_MOST):
        some = ids[at : at + book.NAMES_MOST].tolist()
        found += [row[0] for row in book.fetch(desk.connection, "there_are", [*some, -1], some=len(some))]
    return np.array(found, np.int64)


def _codes(values: pa.ChunkedArray, names: pa.Array) -> Int64s:
    """The place of each value among the names; -1 where it has none."""
    place = pc.index_in(values.combine_chunks(), value_set=names.drop_null())
    codes: Int64s = place.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes
