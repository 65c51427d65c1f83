"""Which provider takes the next letters: by weight, none that rests, no more in a second than it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from winback.deliver import book
from winback.deliver.nouns import Carrier
from winback.settings.deliver import ProviderSection
from winback.terms.time import MICROS_PER_SECOND

#: Neighbouring batches fall far apart, so that each provider gets its share at once, not in runs.
_GOLDEN = 0.6180339887498949
#: A provider that fails rests 10 s, then twice as long each time, up to an hour.
REST_SECONDS, REST_SECONDS_MAX = 10, 3600


@dataclass(frozen=True)
class Lane:
    """A provider with what the settings say of it."""

    carrier: Carrier
    section: ProviderSection


def in_turn(lanes: Sequence[Lane], number: int) -> list[Lane]:
    """The lanes in the order in which they are asked: the first by weight, then the heaviest."""
    heavy = [lane for lane in lanes if lane.section.weight > 0]
    rest = sorted(lanes, key=lambda lane: -lane.section.weight)
    if not heavy:
        return rest
    at = (number * _GOLDEN) % 1 * sum(lane.section.weight for lane in heavy)
    for lane in heavy:
        at -= lane.section.weight
        if at < 0:
            break
    return [lane, *(each for each in rest if each is not lane)]


def awake(connection: Any, lanes: Sequence[Lane], now: int) -> list[Lane]:
    """Those that do not rest at the moment `now`."""
    found = []
    for lane in lanes:
        rows = book.fetch(connection, "provider_of", [lane.section.name])
        if not rows:  # a write that changes nothing would still wait for SQLite's one writer
            book.do(connection, "know_provider", [lane.section.name])
        if not rows or rows[0][1] <= now:
            found.append(lane)
    return found


def allowed(connection: Any, lane: Lane, now: int, wanted: int) -> int:
    """How many of `wanted` letters it takes in this second; they count as used. In a transaction."""
    most = lane.section.per_second_max
    if most is None:
        return wanted
    second = now // MICROS_PER_SECOND
    book.do(connection, "open_second", [second, lane.section.name, second])
    book.do(connection, "use_second", [0, lane.section.name])  # takes the row, so that no other worker counts
    used = int(book.fetch(connection, "provider_of", [lane.section.name])[0][3])
    taken = max(min(wanted, most - used), 0)
    book.do(connection, "use_second", [taken, lane.section.name])
    return taken


def works(connection: Any, lane: Lane) -> None:
    """It answered as it should."""
    if book.fetch(connection, "provider_of", [lane.section.name])[0][0] > 0:
        book.do(connection, "provider_works", [lane.section.name])


def fails(connection: Any, lane: Lane, now: int) -> None:
    """It rests, the longer the more often it failed in a row."""
    failures = int(book.fetch(connection, "provider_of", [lane.section.name])[0][0])
    seconds = min(REST_SECONDS * 2 ** min(failures, 10), REST_SECONDS_MAX)
    book.do(connection, "provider_fails", [now + seconds * MICROS_PER_SECOND, lane.section.name])
