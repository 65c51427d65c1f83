"""The tick: all who are due, in all playbooks, go on; each chunk is one transaction.

Twice is once: a treatment's key is computed and a customer who has gone on is not due any more. Two ticks at
once take turns chunk by chunk. After a kill the chunks that counted stand, and the next tick does the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from winback.plan import book


@dataclass(frozen=True)
class Moved:
    """How many moves were made, and how many treatments given."""

    moves: int = 0
    treatments: int = 0

    def __add__(self, other: Moved) -> Moved:
        return Moved(self.moves + other.moves, self.treatments + other.treatments)


#: Finds exits for those who stand where exits are asked; how many it found.
Ask = Callable[[], int]


def tick(connection: Any, now_us: int, as_of_day: int, *, rows_max: int = book.PART_ROWS) -> Moved:
    """Move everybody who is due at `now_us` once or more, until nobody is due whose exit is known."""
    moved = Moved()
    while True:
        step = _one_part(connection, now_us, as_of_day, rows_max)
        moved += step
        if step.moves == 0:
            return moved


def _one_part(connection: Any, now_us: int, as_of_day: int, rows_max: int) -> Moved:
    with book.part(connection):
        given = book.do(connection, "emit", [as_of_day, now_us, now_us, rows_max])
        moves = book.do(connection, "advance", [now_us, now_us, now_us, now_us, rows_max])
    return Moved(moves, given)


def tick_and_ask(connection: Any, now_us: int, as_of_day: int, ask: Ask) -> Moved:
    """Tick, ask those who stand at a branch, and tick again, until nobody has to be asked."""
    moved = tick(connection, now_us, as_of_day)
    while ask():
        moved += tick(connection, now_us, as_of_day)
    return moved
