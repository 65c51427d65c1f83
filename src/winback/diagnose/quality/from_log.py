"""Channel quality out of what was read: lanes of purchases and redemptions, the registry, the costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt

from winback.diagnose.alive import Spells
from winback.diagnose.bits import NO_DAY
from winback.diagnose.quality.cost import Came, cost_of_each
from winback.diagnose.quality.judge import DEFAULT_RULES, Did, first_left, judge_channels
from winback.diagnose.quality.nouns import Quality, QualityRules
from winback.diagnose.quality.value import MoneyDays, worth
from winback.diagnose.quality.walk import first_two
from winback.diagnose.reading import Customers
from winback.ingest import read as ingest
from winback.store.workspace import Workspace
from winback.terms.kinds import Kind
from winback.terms.time import day_number

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
_STRIDE = 1 << 20


def quality_from(
    ws: Workspace,
    spells: Spells,
    customers: Customers,
    *,
    as_of: date,
    rules: QualityRules = DEFAULT_RULES,
) -> Quality:
    """The quality of every channel as known at the start of `as_of`; all given must be as known then."""
    until = day_number(as_of)
    campaign, campaigns = customers.campaign
    day = np.where(customers.known & (customers.registered < until), customers.registered, NO_DAY)
    came = Came(day.astype(np.int32), customers.channel, customers.channels, campaign, tuple(campaigns))
    digits = ws.settings.workspace.minor_digits
    cost = cost_of_each(
        came, ws.settings.channel_costs, ws.settings.campaigns, as_of=as_of, minor_digits=digits
    )
    groups = len(came.channels)
    known = worth(_money(ws), came.day, came.channel, groups=groups, as_of=until, rules=rules)
    first, second = _purchases(ws, len(came.day), until)
    did = Did(first, second, first_left(spells, came.day, until), spells.days)
    currency = (ws.settings.workspace.currency, digits)
    found = judge_channels(came, did, cost, known, as_of=as_of, rules=rules, currency=currency)
    return replace(found, undated=int((customers.known & (came.day == NO_DAY)).sum()))


def _money(ws: Workspace) -> Iterator[MoneyDays]:
    """What moved, month by month."""
    found = ingest.manifest(ws)
    kinds = ((Kind.PURCHASE, 1), (Kind.REDEMPTION, -1))
    for month in sorted({month for kind, _ in kinds for month in found.lanes.get(kind, {})}):
        rows = []
        for kind, sign in kinds:
            lane = ingest.lane(ws, kind, month, found)
            amount = lane.column("amount").to_numpy()
            bought = amount if sign > 0 else np.zeros_like(amount)
            rows.append(
                (lane.column("customer").to_numpy(), lane.column("day").to_numpy(), sign * amount, bought)
            )
        yield _merged(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def _merged(customer: Int32s, day: Int32s, net: Int64s, bought: Int64s) -> MoneyDays:
    """One row a customer and day out of two sorted lists laid end to end."""
    key = customer.astype(np.int64) * _STRIDE + day
    order = np.argsort(key, kind="stable")
    key = key[order]
    begins = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])[: len(key)])
    if not len(begins):
        return MoneyDays(customer, day, net, bought)
    first = order[begins]
    return MoneyDays(
        customer[first],
        day[first],
        np.add.reduceat(net[order], begins),
        np.add.reduceat(bought[order], begins),
    )


def _purchases(ws: Workspace, customers: int, until: int) -> tuple[Int32s, Int32s]:
    """The days of the first and the second purchase before `until`."""
    found = ingest.manifest(ws)
    first, second = (np.full(customers, NO_DAY, np.int32) for _ in range(2))
    for month in sorted(found.lanes.get(Kind.PURCHASE, {})):
        lane = ingest.lane(ws, Kind.PURCHASE, month, found)
        customer, day, count = (lane.column(name).to_numpy() for name in ("customer", "day", "count"))
        rows = day < until
        first_two(customer[rows], day[rows], count[rows], first, second)
    return first, second
