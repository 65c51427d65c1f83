"""Drains the outbox: claimed in batches, written out, sent, settled; intent before deed, outcome after."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from winback.deliver import book, carriers
from winback.deliver.carriers import Lane
from winback.deliver.compose import CONTACT_KIND, Claimed, Writer
from winback.deliver.nouns import Clock, Fate, Letter, MessageState, Outcome, Parcel, Pause, Reason
from winback.deliver.telling import Teller, line
from winback.store.workspace import Workspace
from winback.terms.progress import Progress
from winback.terms.time import MICROS_PER_SECOND

#: What is kept of an error, at most.
ERROR_LETTERS = 200
#: Waits for the next second of a rate, and how often in one run at most.
PAUSE_SECONDS, PAUSES_MAX = 0.1, 36_000
_START = (-1, -1)
_SENT = frozenset({Fate.SENT, Fate.DELIVERED})


@dataclass(frozen=True)
class Desk:
    """All that a worker needs."""

    ws: Workspace
    connection: Any
    lanes: Mapping[str, Sequence[Lane]]
    writer: Writer
    clock: Clock
    pause: Pause | None
    progress: Progress
    teller: Teller
    #: Moment and key of the last message claimed, by medium.
    reached: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """Messages that this worker alone has in hand, and the lanes to try, in order."""

    id: int
    medium: str
    lanes: Sequence[Lane]
    claimed: Sequence[Claimed]
    at_us: int


def drain(desk: Desk, *, seconds_max: float | None = None) -> Counter[str]:
    """Send all that the gate let through, the mediums by turns; how many letters met which fate.

    No batch is begun after `seconds_max`.
    """
    counted: Counter[str] = Counter()
    now, pauses = desk.clock(), 0
    until = math.inf if seconds_max is None else now + seconds_max * MICROS_PER_SECOND
    left = [medium for (medium,) in book.fetch(desk.connection, "mediums_cleared", [now, now])]
    while left and desk.clock() < until:
        has_sent, slow = False, []
        for medium in left:
            batch = claim(desk, medium)
            if isinstance(batch, Batch):
                counted += deliver(desk, batch)
                has_sent = True
            if batch not in ("nothing", "asleep"):
                slow.append(medium)
        left = slow
        if left and not has_sent:
            if desk.pause is None or pauses == PAUSES_MAX:
                break
            desk.pause(PAUSE_SECONDS)
            pauses += 1
    return counted


def claim(desk: Desk, medium: str) -> Batch | str:
    """The next batch of a medium; `nothing` is left, all are `asleep`, or the `rate` is used up."""
    now, connection = desk.clock(), desk.connection
    lanes = carriers.awake(connection, desk.lanes.get(medium, ()), now)
    if not lanes:
        return "asleep"
    with book.writing(desk.ws, connection):
        number = int(book.fetch(connection, "begin_batch", [medium, "", now])[0][0])
        ordered = carriers.in_turn(lanes, number)
        first = ordered[0]
        rows_max = min(desk.ws.settings.deliver.batch_rows, first.section.per_second_max or 1_000_000)
        wanted = carriers.allowed(connection, first, now, rows_max)
        key = number, first.section.name, now, medium
        rows = [] if wanted == 0 else _rows(desk, key, wanted)
        if not rows:
            book.do(connection, "drop_batch", [number])
            return "rate" if wanted == 0 else "nothing"
        book.do(connection, "fill_batch", [book.packed(row[0] for row in rows), number])
    return Batch(number, medium, ordered, [Claimed(*row[:-1]) for row in sorted(rows)], now)


def _rows(desk: Desk, key: tuple[int, str, int, str], wanted: int) -> list[book.Row]:
    """The next messages, each with its moment behind it: on from the last ones, in the end from the first."""
    number, provider, now, medium = key
    for start in dict.fromkeys((desk.reached.get(medium, _START), _START)):
        given = [number, provider, now, medium, now, now, *start, wanted]
        if rows := book.fetch(desk.connection, "claim", given):
            desk.reached[medium] = max((row[-1], row[0]) for row in rows)
            return rows
    return []


def deliver(desk: Desk, batch: Batch) -> Counter[str]:
    """Send one batch; every letter gets its outcome, and the batch ends."""
    claimed = _promised_truly(desk, _not_withdrawn(desk, batch))
    letters, failed = desk.writer.letters(desk.connection, batch.medium, claimed)
    outcomes: list[tuple[str | None, Outcome]] = [(None, each) for each in failed]
    for place, lane in enumerate(batch.lanes):
        if not letters:
            break
        if place and carriers.allowed(desk.connection, lane, desk.clock(), len(letters)) < len(letters):
            continue
        found = _sent(lane, Parcel(batch.id, desk.clock(), letters))
        is_down = any(each.fate is Fate.DOWN for each in found)
        (
            carriers.fails(desk.connection, lane, desk.clock())
            if is_down
            else carriers.works(desk.connection, lane)
        )
        outcomes += [(lane.section.name, each) for each in found if each.fate is not Fate.DOWN]
        down = {each.id: each for each in found if each.fate is Fate.DOWN}
        letters = [letter for letter in letters if letter.id in down]
    outcomes += [(None, Outcome(letter.id, Fate.LATER, error="no provider works")) for letter in letters]
    now = desk.clock()
    counted, sent = settle(desk, batch, outcomes, now)
    if sent is not None:
        _keep(desk, batch, sent, now)
    desk.progress.advance(len(batch.claimed))
    return counted


def _keep(desk: Desk, batch: Batch, sent: Iterable[int], now: int) -> None:
    """The events of what was sent wait for their file."""
    known = {one.id: one for one in batch.claimed}
    found = (known[id] for id in sent)
    medium, told = batch.medium, MessageState.SENT.value
    desk.teller.keep(
        batch.id,
        [
            line((one.id, one.customer_id, medium, one.playbook, one.step, one.grant_id), told, now)
            for one in found
        ],
    )


def _not_withdrawn(desk: Desk, batch: Batch) -> list[Claimed]:
    """Those whose treatment still stands at the last moment."""
    ids = book.packed(one.treatment_id for one in batch.claimed)
    stopped = {row[0] for row in book.fetch(desk.connection, "stopped_of", [ids])}
    if not stopped:
        return list(batch.claimed)
    gone = [one.id for one in batch.claimed if one.treatment_id in stopped]
    book.do(desk.connection, "withdraw_some", [book.packed(gone)])
    return [one for one in batch.claimed if one.treatment_id not in stopped]


def _promised_truly(desk: Desk, claimed: Sequence[Claimed]) -> list[Claimed]:
    """Those whose grant, if they promise one, still stands at the last moment; the others are refused."""
    promised = {one.grant_id for one in claimed if one.grant_id is not None}
    if not promised:
        return list(claimed)
    now = desk.clock()
    standing = {row[0] for row in book.fetch(desk.connection, "standing_of", [now, book.packed(promised)])}
    gone = {one.id for one in claimed if one.grant_id is not None and one.grant_id not in standing}
    if gone:
        rows = book.packed([id, "refused", Reason.GRANT_REFUSED, None] for id in sorted(gone))
        with book.writing(desk.ws, desk.connection):
            book.do(desk.connection, "note_refusals", [now, rows])
            book.do(desk.connection, "refuse_some", [rows])
    return [one for one in claimed if one.id not in gone]


def _sent(lane: Lane, parcel: Parcel) -> list[Outcome]:
    """What the provider says of each letter; UNKNOWN where it says nothing."""
    found: dict[int, Outcome] = {}
    error = "no outcome"
    try:
        for outcome in lane.carrier.send(parcel):
            found[outcome.id] = outcome
    except Exception as failed:  # whatever a provider's software raises, letters may be on their way
        error = type(failed).__name__
    return [
        _clean(found.get(letter.id, Outcome(letter.id, Fate.UNKNOWN, error=error)), letter)
        for letter in parcel.letters
    ]


def _clean(outcome: Outcome, letter: Letter) -> Outcome:
    """The outcome without the contact, should the provider have repeated it."""
    if outcome.error is None:
        return outcome
    error = outcome.error.replace(letter.to, "…") if letter.to else outcome.error
    return Outcome(outcome.id, outcome.fate, outcome.ref, error[:ERROR_LETTERS])


def settle(
    desk: Desk, batch: Batch, outcomes: Iterable[tuple[str | None, Outcome]], now: int
) -> tuple[Counter[str], list[int] | None]:
    """Keep the outcomes of a batch and end it, all in one transaction; counts of fates, and who was sent.

    None for the latter where word on one of them was there before, so that only the facts can tell.
    """
    grouped: dict[tuple[str | None, Fate, str | None], list[Outcome]] = defaultdict(list)
    for provider, each in outcomes:
        grouped[(provider, each.fate, None if each.fate is Fate.SENT else each.error)].append(each)
    settled, sent = 0, []
    with book.writing(desk.ws, desk.connection):
        for (provider, fate, error), some in grouped.items():
            settled += _settle(desk, batch, (provider, fate, error, now), some)
            sent += [each.id for each in some if fate in _SENT]
        book.do(desk.connection, "end_batch", [now, batch.id])
    counted = Counter[str]()
    for (_, fate, _), some in grouped.items():
        counted[fate.value] += len(some)
    return counted, sent if settled == len(sent) else None


def _settle(
    desk: Desk, batch: Batch, how: tuple[str | None, Fate, str | None, int], some: Sequence[Outcome]
) -> int:
    """Keep outcomes that are alike; how many of them are now sent."""
    provider, fate, error, now = how
    connection, ids = desk.connection, book.packed(each.id for each in some)
    if fate in _SENT:
        state = MessageState.SENT if fate is Fate.SENT else MessageState.DELIVERED
        if all(each.ref is None for each in some):
            return book.do(connection, "settle_alike", [state.value, now, now, provider, None, ids])
        rows = book.packed([each.id, state.value, each.ref, None] for each in some)
        return book.do(connection, "settle_sent", [now, now, provider, rows])
    if fate is Fate.UNKNOWN:
        book.do(connection, "settle_alike", ["unknown", None, now, provider, error, ids])
    elif fate in (Fate.LATER, Fate.DOWN):
        _again(desk, batch, some, now)
    else:
        book.do(connection, "settle_alike", ["failed", None, None, provider, error, ids])
        if fate is Fate.BAD_CONTACT:
            bury(connection, batch, some, (provider or "", error or "", now))
    return 0


def _again(desk: Desk, batch: Batch, some: Sequence[Outcome], now: int) -> None:
    """Back-off: the wait doubles with each try; after the last one it has failed."""
    section = desk.ws.settings.deliver
    tries = {one.id: one.tries for one in batch.claimed}
    rows, over = [], []
    for each in some:
        if tries.get(each.id, 1) >= section.tries_max:
            over.append(each.id)
            continue
        wait = section.retry_seconds * 2 ** (tries.get(each.id, 1) - 1) * MICROS_PER_SECOND
        rows.append([each.id, "waiting", each.error, now + wait])
    if rows:
        book.do(desk.connection, "settle_again", [book.packed(rows)])
    if over:
        given = ["failed", None, None, None, "tried too often", book.packed(over)]
        book.do(desk.connection, "settle_alike", given)


def bury(connection: Any, batch: Batch, some: Sequence[Outcome], said: tuple[str, str, int]) -> None:
    """The contacts of these letters are wrong for good."""
    kind = CONTACT_KIND.get(batch.medium)
    if kind is None:
        return
    provider, error, now = said
    bad = {each.id for each in some}
    for one in batch.claimed:
        if one.id in bad:
            for (index,) in book.fetch(connection, "index_of_contact", [one.customer_id, kind]):
                book.do(
                    connection, "bury_contact", [kind, bytes(index), now, provider, error[:ERROR_LETTERS]]
                )
