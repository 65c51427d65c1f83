"""Registration clusters out of what was read: who registered when, and who was lost soon after."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from winback.diagnose.alive import Alive, Spells, first_alive
from winback.diagnose.bits import NO_DAY
from winback.diagnose.clusters.nouns import Basis, ClusterRules, Clusters
from winback.diagnose.clusters.search import DEFAULT_RULES, Registered, find_clusters
from winback.diagnose.quality.judge import first_left
from winback.diagnose.reading import Customers
from winback.store.workspace import Workspace
from winback.terms.time import day_number, day_of

#: Where only first signs of life are known, those of the first weeks are of people who had come before.
_UNSETTLED_DAYS = 28


def clusters_from(
    ws: Workspace,
    alive: Alive,
    spells: Spells,
    customers: Customers,
    *,
    as_of: date,
    rules: ClusterRules = DEFAULT_RULES,
) -> Clusters:
    """The bunches known at the start of `as_of`; all that is given must be as known then.

    Where fewer than half of the customers have a day of registering, first signs of life stand for it, but
    for the first four weeks of the log.
    """
    until = day_number(as_of)
    dated = customers.known & (customers.registered != NO_DAY) & (customers.registered < until)
    basis: Basis = "registered" if 2 * dated.sum() >= customers.known.sum() else "first_seen"
    day = np.where(dated, customers.registered, NO_DAY) if basis == "registered" else first_alive(alive)
    came = day[day != NO_DAY]
    first = int(came.min()) if len(came) else until
    if basis == "first_seen":
        first = min(first + _UNSETTLED_DAYS, until)
    day = day.astype(np.int32)
    left = first_left(spells, day, until)
    lost = (left != NO_DAY) & (left < day.astype(np.int64) + rules.follow_days)
    return find_clusters(
        Registered(day, customers.channel, customers.channels, lost),
        day_of(first),
        as_of,
        rules=rules,
        campaigns=ws.settings.campaigns,
        followed_until=as_of - timedelta(days=spells.days),
        basis=basis,
    )
