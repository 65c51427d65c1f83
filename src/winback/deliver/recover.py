"""After a crash: what a lost worker had in hand is unknown until the provider, or a person, speaks."""

from __future__ import annotations

from collections import Counter
from typing import Any

from winback.deliver import book
from winback.deliver.carriers import Lane
from winback.deliver.compose import Claimed
from winback.deliver.drain import Batch, Desk, settle
from winback.deliver.nouns import Fate, Outcome, Parcel
from winback.store import facts
from winback.terms.time import MICROS_PER_SECOND

#: A provider is asked about messages that are not known for so long; then they wait for a person.
ASK_HOURS = 72
_HOUR_US = 3600 * MICROS_PER_SECOND


def recover(desk: Desk) -> Counter[str]:
    """Find batches whose worker was lost, and ask about everything that is not known; the fates found."""
    now = desk.clock()
    lease = desk.ws.settings.deliver.lease_minutes * 60 * MICROS_PER_SECOND
    counted: Counter[str] = Counter()
    for number, _, _, _, _ in book.fetch(desk.connection, "open_batches", [now - lease]):
        with facts.transaction(desk.connection):
            counted["lost"] += max(book.do(desk.connection, "mark_unknown", [number]), 0)
            book.do(desk.connection, "end_batch", [now, number])
    rows = book.fetch(desk.connection, "unknown_batches", [now - ASK_HOURS * _HOUR_US])
    for row in rows:
        counted += _asked(desk, row, is_settled=row[3] <= now - lease)
    return +counted


def _asked(desk: Desk, row: tuple[Any, ...], *, is_settled: bool) -> Counter[str]:
    """The fates that the provider of one batch can tell; its events are told anew.

    That a letter is not in a provider's list means that it was not sent only once the list `is_settled`:
    lists come some time after the sending.
    """
    number, medium, _, claimed_us, ids = row
    found = book.fetch(desk.connection, "unknown_of_batch", [ids])
    claimed = [Claimed(*each[:-1]) for each in found]
    providers = {each[0]: each[-1] for each in found}
    letters, _ = desk.writer.letters(desk.connection, medium, claimed)
    outcomes: list[tuple[str | None, Outcome]] = []
    for lane in desk.lanes.get(medium, ()):
        some = [letter for letter in letters if providers.get(letter.id) in (lane.section.name, None)]
        if some:
            said = _said(lane, Parcel(number, claimed_us, some))
            known = [each for each in said if is_settled or each.fate is not Fate.LATER]
            outcomes += [(lane.section.name, each) for each in known if each.id in providers]
    if not outcomes:
        return Counter()
    counted = settle(desk, Batch(number, medium, (), claimed, claimed_us), outcomes)
    book.do(desk.connection, "untell_batch", [number])
    return counted


def _said(lane: Lane, parcel: Parcel) -> list[Outcome]:
    """What the provider says; nothing where it cannot be reached: then the messages stay unknown."""
    try:
        return list(lane.carrier.ask(parcel))
    except Exception:
        return []
