"""What may still be granted: read from pots, days, playbooks and customers while nobody else writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from winback.reward import book
from winback.reward.asked import Int64s
from winback.reward.caps import UNLIMITED, Left
from winback.reward.desk import DAY_US, When
from winback.reward.offering import Offers
from winback.settings.model import Settings
from winback.settings.reward import PotSection

_USED_SCHEMA = pa.schema([("customer_id", pa.string()), ("used", pa.int64())])


@dataclass(frozen=True)
class Places:
    """Where each row stands in the arrays of Left: its pot, its pair of pot and playbook, and of customer."""

    pots: tuple[book.Pot, ...]
    sections: tuple[PotSection, ...]
    pot: Int64s
    playbooks: tuple[tuple[int, str], ...]
    playbook: Int64s
    customers: tuple[Int64s, pa.Array]
    customer: Int64s

    @classmethod
    def of(cls, settings: Settings, offers: Offers) -> Places:
        """The places of these rows; a row without a reward stands with the first pot and asks for nothing."""
        known = book.pots_of(settings)
        pots = tuple(known)
        of_reward = [_pot_of(settings, name, pots) for name in offers.names]
        pot = np.array(of_reward, np.int64)[offers.reward]
        books = offers.table["playbook"].combine_chunks().dictionary_encode()
        people = offers.table["customer_id"].combine_chunks().dictionary_encode()
        pairs, playbook = np.unique(_pairs(pot, books), return_inverse=True)
        owners, customer = np.unique(_pairs(pot, people), return_inverse=True)
        names, most = books.dictionary.to_pylist(), max(len(books.dictionary), 1)
        return cls(
            pots=pots,
            sections=tuple(known.values()),
            pot=pot,
            playbooks=tuple((each // most, names[each % most]) for each in pairs.tolist()),
            playbook=playbook.astype(np.int64),
            customers=(owners, people.dictionary),
            customer=customer.astype(np.int64),
        )

    def approval_above(self, pot: book.Pot) -> int:
        """The amount above which a grant out of this pot waits for a second person."""
        limit = self.sections[self.pots.index(pot)].approval_above_minor
        return UNLIMITED if limit is None else limit


def left_now(connection: Any, places: Places, when: When) -> Left:
    """What is left at this moment; the limits of the day and the playbooks become those of the settings."""
    _set_limits(connection, places, when)
    return left_of(connection, places, when)


def left_of(connection: Any, places: Places, when: When) -> Left:
    """What is left at this moment by the limits of the settings; a pot that is not open yet is still full."""
    balances = {(row[0], row[1]): int(row[3]) for row in book.fetch(connection, "pots")}
    used = {
        (pot, currency, scope, key): int(spent)
        for pot, currency, scope, key, _, spent in book.fetch(connection, "limits")
    }

    def free(pot: int, scope: str, key: str, limit: int | None) -> int:
        had = used.get((*places.pots[pot], scope, key), 0)
        return UNLIMITED if limit is None else max(limit - had, 0)

    sections, day = places.sections, str(when.day)
    return Left(
        pot=np.array(
            [balances.get(pot, s.budget_minor) for pot, s in zip(places.pots, sections, strict=True)],
            np.int64,
        ),
        day=np.array([free(at, "day", day, s.day_max_minor) for at, s in enumerate(sections)], np.int64),
        playbook=np.array(
            [free(at, "playbook", name, sections[at].playbook_max_minor) for at, name in places.playbooks],
            np.int64,
        ),
        customer=_customers(connection, places, when),
    )


def full(places: Places) -> Left:
    """What there is before anything was ever given: the limits of the settings."""
    sections = places.sections

    def limits(values: Iterable[int | None]) -> Int64s:
        return np.array([UNLIMITED if each is None else each for each in values], np.int64)

    most = max(len(places.customers[1]), 1)
    return Left(
        pot=np.array([s.budget_minor for s in sections], np.int64),
        day=limits(s.day_max_minor for s in sections),
        playbook=limits(sections[at].playbook_max_minor for at, _ in places.playbooks),
        customer=limits(sections[at].customer_max_minor for at in (places.customers[0] // most).tolist()),
    )


def _set_limits(connection: Any, places: Places, when: When) -> None:
    for pot, section in zip(places.pots, places.sections, strict=True):
        book.do(connection, "set_limit", [*pot, "day", str(when.day), section.day_max_minor])
    for pot_place, name in places.playbooks:
        limit = places.sections[pot_place].playbook_max_minor
        book.do(connection, "set_limit", [*places.pots[pot_place], "playbook", name, limit])


def _customers(connection: Any, places: Places, when: When) -> Int64s:
    """What each pair of pot and customer may still be granted."""
    owners, ids = places.customers
    left = np.full(len(owners), UNLIMITED, np.int64)
    most = max(len(ids), 1)
    for number, (pot, section) in enumerate(zip(places.pots, places.sections, strict=True)):
        if section.customer_max_minor is None:
            continue
        since = when.now_us - section.customer_days * DAY_US
        used = book.fetch_table(connection, "used_by_customers", [*pot, since], _USED_SCHEMA)
        mine = np.flatnonzero(owners // most == number)
        at = pc.index_in(ids, value_set=used["customer_id"].combine_chunks())
        had = used["used"].combine_chunks().take(at).fill_null(0).to_numpy(zero_copy_only=False)
        left[mine] = np.maximum(section.customer_max_minor - had[owners[mine] % most], 0)
    return left


def _pot_of(settings: Settings, reward: str, pots: tuple[book.Pot, ...]) -> int:
    if reward not in settings.rewards:
        return 0
    pot = settings.rewards[reward].pot
    return pots.index((pot, book.currency_of(settings, pot)))


def _pairs(pot: Int64s, encoded: pa.DictionaryArray) -> Int64s:
    pairs: Int64s = pot * max(len(encoded.dictionary), 1) + encoded.indices.to_numpy().astype(np.int64)
    return pairs
