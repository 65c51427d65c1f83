"""What has happened since the last run: who showed life, bought, or redeemed nearly all they held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from winback.ingest import read as ingest
from winback.profile import read as profile
from winback.store.sql import arrow, literal
from winback.store.workspace import Workspace
from winback.terms.kinds import Kind
from winback.warn.basis import Basis
from winback.warn.gather import days_back, features_needed
from winback.warn.rules import Rule
from winback.warn.truth import Flags
from winback.warn.view import Counting, Counts, View

Keys = npt.NDArray[np.int32]
#: What a customer held before: the balance where it is told, else what was bought less what was redeemed.
HELD = ("balance_now", "purchase_amount_life", "redemption_amount_life")


@dataclass(frozen=True)
class News:
    """Customers with events since the last run, keys ascending: signs of life, and money (minor units).

    `cut_us` is the moment of the latest event among them.
    """

    customer: Keys
    id: pa.Array
    is_alive: Flags
    bought: npt.NDArray[np.int64]
    redeemed: npt.NDArray[np.int64]
    cut_us: int


def news_since(ws: Workspace, first: date, now_us: int) -> News:
    """What happened on the days from `first` on, before the moment `now_us`: out of the log of those days."""
    looked_at = (*ws.settings.churn.kinds, Kind.PURCHASE, Kind.REDEMPTION, Kind.FAULT)
    kinds = tuple(dict.fromkeys(str(kind) for kind in looked_at))
    alive = ", ".join(literal(kind) for kind in ws.settings.churn.kinds)
    ids = ", ".join(literal(str(path)) for path in ingest.manifest(ws).registry["customers"])
    statement = f"""
WITH news AS (
    SELECT customer, bool_or(kind IN ({alive})) AS is_alive, max("at") AS last_us,
        coalesce(sum(amount) FILTER (kind = 'purchase'), 0)::BIGINT AS bought,
        coalesce(sum(amount) FILTER (kind = 'redemption'), 0)::BIGINT AS redeemed
    FROM ({ingest.events(ws, first, kinds=kinds)}) WHERE "at" < $1 GROUP BY customer
)
SELECT customer, id, is_alive, last_us, bought, redeemed
FROM news JOIN read_parquet([{ids}]) USING (customer) ORDER BY customer"""
    with ws.duckdb() as db:
        found = arrow(db, statement, [now_us]).combine_chunks()
    columns = {name: found[name].to_numpy() for name in ("customer", "is_alive", "bought", "redeemed")}
    last = pc.max(found["last_us"]).as_py() or 0
    return News(
        customer=columns["customer"].astype(np.int32),
        id=found["id"].combine_chunks() if found.num_rows else pa.array([], pa.string()),
        is_alive=columns["is_alive"].astype(np.bool_),
        bought=columns["bought"].astype(np.int64),
        redeemed=columns["redeemed"].astype(np.int64),
        cut_us=int(last),
    )


def emptied(ws: Workspace, news: News, as_of: date) -> Flags:
    """Who redeemed nearly all that they held at the start of `as_of`, less what was put in again."""
    section, out = ws.settings.warn, news.redeemed - news.bought
    least = round(section.live_redeemed_min * 10**ws.settings.workspace.minor_digits)
    found: Flags = np.zeros(len(out), np.bool_)
    some = np.flatnonzero((out > 0) & (out >= section.live_redeemed_share * least))
    if len(some):
        held = _held(ws, news.customer[some], as_of)
        found[some] = (held >= max(least, 1)) & (out[some] >= section.live_redeemed_share * held)
    return found


def _held(ws: Workspace, customers: Keys, as_of: date) -> npt.NDArray[np.int64]:
    """What each of these customers held at the start of the day, minor units."""
    batches = list(profile.features_on(ws, [as_of], customers, HELD))
    table = pa.Table.from_batches(batches)
    balance, bought, redeemed = (table[name] for name in HELD)
    flow = pc.subtract(bought.fill_null(0), redeemed.fill_null(0))
    held: npt.NDArray[np.int64] = pc.coalesce(balance, flow).to_numpy().astype(np.int64)
    return held


def view_of(ws: Workspace, as_of: date, customers: Keys, by: tuple[Sequence[Rule], dict[int, Basis]]) -> View:
    """These customers (keys ascending) as of a date, as far as `by` needs: rules, and what the last run took.

    Limits and quantiles, which are those of the whole base, are the ones of the last run.
    """
    rules, basis = by
    views: dict[int, View] = {}
    back = days_back(rules)
    names = features_needed(ws, rules)
    dates = [as_of - timedelta(days=days) for days in back]
    made = pa.Table.from_batches(profile.features_on(ws, dates, customers, names))
    for days, day in zip(back, dates, strict=True):
        rows = made.filter(pc.equal(made["as_of"], pa.scalar(day))).drop_columns("as_of").combine_chunks()
        taken = basis.get(days, Basis())
        views[days] = View(
            as_of=day,
            table=_worded(ws, day, rows, customers),
            limits=taken.limits,
            quantiles_taken=dict(taken.quantiles),
            counter=partial(_counted, ws, day, customers),
            before=partial(_earlier, views, days),
        )
    return views[0]


def _earlier(views: dict[int, View], days: int, more: int) -> View:
    return views[days + more]


def _worded(ws: Workspace, day: date, table: pa.Table, customers: Keys) -> pa.Table:
    for name, column in (profile.graded(ws.settings, table) | ingest.said_of(ws, day, customers)).items():
        table = table.append_column(name, column)
    return table


def _counted(ws: Workspace, day: date, customers: Keys, what: Counting) -> Counts:
    """Events of each of these customers on the days before the date."""
    events = ingest.events(ws, day - timedelta(days=what.days), day, [what.kind])
    wanted = pa.table({"customer": pa.array(customers)})
    detail = "" if what.detail is None else " AND detail = $1"
    statement = (
        f"SELECT customer, count(*) AS events FROM ({events})"
        f" WHERE customer IN (SELECT customer FROM wanted){detail} GROUP BY customer"
    )
    with ws.duckdb() as db:
        db.register("wanted", wanted)
        found = arrow(db, statement, None if what.detail is None else [what.detail])
    counts = np.zeros(len(customers), np.int64)
    counts[np.searchsorted(customers, found["customer"].to_numpy())] = found["events"].to_numpy()
    return counts
