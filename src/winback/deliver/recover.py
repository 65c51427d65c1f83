"""After a crash: what a lost worker had in hand is unknown until the provider, or a person, speaks."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from winback.deliver import book
from winback.deliver.carriers import Lane
from winback.deliver.compose import Claimed
from winback.deliver.drain import ERROR_LETTERS, Batch, Desk, settle
from winback.deliver.nouns import AsksBySending, Fate, Outcome, Parcel
from winback.store import facts
from winback.terms.time import MICROS_PER_SECOND

#: A provider is asked about messages that are not known for so long; then they wait for a person.
ASK_HOURS = 72
#: What stands in a message's row between why it is not known and why its provider could not be asked.
ASKING = "; asking: "
_HOUR_US = 3600 * MICROS_PER_SECOND
log = logging.getLogger("winback.deliver")


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
    now = desk.clock()
    found = book.fetch(desk.connection, "unknown_of_batch", [ids])
    claimed = [Claimed(*each[:-3]) for each in found]
    providers = {each[0]: each[-3] for each in found}
    reasons = {each[0]: each[-2] or "" for each in found}
    may_go = _may_go(desk, [one for one, each in zip(claimed, found, strict=True) if each[-1] > now])
    letters, _ = desk.writer.letters(desk.connection, medium, claimed)
    outcomes: list[tuple[str | None, Outcome]] = []
    for lane in desk.lanes.get(medium, ()):
        some = [letter for letter in letters if providers.get(letter.id) in (lane.section.name, None)]
        if isinstance(lane.carrier, AsksBySending):
            some = [letter for letter in some if letter.id in may_go]
        if some:
            said, error = _said(lane, Parcel(number, claimed_us, some, now))
            if error is not None:
                silent = {letter.id for letter in some} - {each.id for each in said}
                _note(desk, {id: reasons[id] for id in silent & reasons.keys()}, error)
            known = [each for each in said if is_settled or each.fate is not Fate.LATER]
            outcomes += [(lane.section.name, each) for each in known if each.id in providers]
    if not outcomes:
        return Counter()
    counted, _ = settle(desk, Batch(number, medium, (), claimed, claimed_us), outcomes, now)
    book.do(desk.connection, "untell_batch", [number])
    return counted


def _may_go(desk: Desk, claimed: Sequence[Claimed]) -> set[int]:
    """Those of whom neither the treatment was withdrawn meanwhile, nor the grant that it promises."""
    treatments = book.packed(one.treatment_id for one in claimed)
    stopped = {row[0] for row in book.fetch(desk.connection, "stopped_of", [treatments])}
    grants = book.packed(one.grant_id for one in claimed if one.grant_id is not None)
    standing = {row[0] for row in book.fetch(desk.connection, "standing_of", [desk.clock(), grants])}
    return {
        one.id
        for one in claimed
        if one.treatment_id not in stopped and (one.grant_id is None or one.grant_id in standing)
    }


def _said(lane: Lane, parcel: Parcel) -> tuple[list[Outcome], str | None]:
    """What the provider says, and the kind of error at which it stopped, if it did.

    Never the error's words: contacts may stand in them. What it says nothing of stays unknown.
    """
    said: list[Outcome] = []
    try:
        said.extend(lane.carrier.ask(parcel))
    except Exception as failed:  # whatever a provider's software raises, the others are asked all the same
        error = type(failed).__name__
        log.warning(
            "provider %s cannot be asked about %d messages of batch %d: %s",
            lane.section.name, len(parcel.letters), parcel.batch_id, error,
        )  # fmt: skip
        return said, error
    return said, None


def _note(desk: Desk, reasons: Mapping[int, str], error: str) -> None:
    """Messages and why they were not known so far; that asking failed is added, where operators look."""
    told = {id: f"{why.partition(ASKING)[0]}{ASKING}{error}"[:ERROR_LETTERS] for id, why in reasons.items()}
    rows = [[id, "unknown", text, None] for id, text in told.items() if text != reasons[id]]
    if rows:
        with book.writing(desk.ws, desk.connection):
            book.do(desk.connection, "note_unknown", [book.packed(rows)])
