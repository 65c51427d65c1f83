"""What happens to a warning as of a date: new, raised, lowered, woken, closed, and a time to cool down."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from winback.settings.warn import WarnSection
from winback.warn.decide import CLOSINGS, MOVES, NEVER, STATUSES, Standing, Today, decide
from winback.warn.nouns import Closing, Move, Status

DAY = 1000
SECTION = WarnSection(cooldown_days=14, calm_days=7)


def outcome(found: int = 0, *, churned: bool = False, alive: int = 0, **standing: Any) -> tuple[Any, ...]:
    """Move, status and closing of one customer: `alive` the last day of life, `standing` what was before."""
    before = {"level": 0, "status": None, "opened": NEVER, "seen": NEVER, "snoozed_until": NEVER}
    before |= {"scored": False, "live": NEVER, "closed": NEVER, "closed_level": 0} | standing
    before["status"] = STATUSES.index(before["status"])
    types = {"level": np.int8, "status": np.int8, "closed_level": np.int8, "scored": np.bool_}
    columns = {name: np.array([value], types.get(name, np.int32)) for name, value in before.items()}
    today = Today(DAY, np.array([found], np.int8), np.array([churned]), np.array([alive], np.int32))
    moves = decide(Standing(**columns), today, SECTION)
    return MOVES[moves.move[0]], STATUSES[moves.status[0]], CLOSINGS[moves.closing[0]]


def opened(level: int, status: Status = Status.OPEN, **more: Any) -> dict[str, Any]:
    return {"level": level, "status": status, "opened": DAY - 5, "seen": DAY - 1} | more


def test_what_is_found_first_is_new() -> None:
    assert outcome(2) == (Move.NEW, Status.OPEN, None)
    assert outcome(0) == (None, None, None)


def test_a_warning_that_holds_is_seen_and_stays_as_it_was() -> None:
    for status in (Status.OPEN, Status.ACKNOWLEDGED):
        assert outcome(2, **opened(2, status)) == (Move.SEEN, status, None)


def test_a_raised_warning_is_open_again_whoever_had_taken_it() -> None:
    for status in (Status.OPEN, Status.ACKNOWLEDGED, Status.SNOOZED):
        assert outcome(3, **opened(2, status, snoozed_until=DAY + 9)) == (Move.RAISED, Status.OPEN, None)


def test_a_lowered_warning_stays_with_who_has_it() -> None:
    assert outcome(1, **opened(2, Status.ACKNOWLEDGED)) == (Move.LOWERED, Status.ACKNOWLEDGED, None)
    assert outcome(1, **opened(2, Status.SNOOZED, snoozed_until=DAY + 1))[1] is Status.SNOOZED


@pytest.mark.parametrize(("until", "move"), [(DAY + 1, Move.SEEN), (DAY, Move.WOKEN), (DAY - 3, Move.WOKEN)])
def test_a_snoozed_warning_wakes_on_its_day(until: int, move: Move) -> None:
    status = Status.OPEN if move is Move.WOKEN else Status.SNOOZED
    assert outcome(2, **opened(2, Status.SNOOZED, snoozed_until=until)) == (move, status, None)


def test_who_churned_is_not_warned_of_any_more() -> None:
    assert outcome(0, churned=True, **opened(3)) == (Move.CLOSED, Status.CLOSED, Closing.CHURNED)


def test_who_showed_life_since_and_is_at_risk_no_more_came_back() -> None:
    assert outcome(0, alive=DAY - 5, **opened(3)) == (Move.CLOSED, Status.CLOSED, Closing.CAME_BACK)
    assert outcome(0, alive=DAY - 6, **opened(3)) == (None, Status.OPEN, None), "alive before it was opened"
    assert outcome(3, alive=DAY - 1, **opened(3)) == (Move.SEEN, Status.OPEN, None), "still at risk"


def test_a_warning_that_nothing_speaks_for_is_closed_after_a_while() -> None:
    assert outcome(0, **opened(3, seen=DAY - 6))[0] is None
    assert outcome(0, **opened(3, seen=DAY - 7)) == (Move.CLOSED, Status.CLOSED, Closing.CALM)


def test_a_closed_warning_cools_down_unless_the_new_one_is_higher() -> None:
    assert outcome(2, closed=DAY - 13, closed_level=2)[0] is None
    assert outcome(2, closed=DAY - 14, closed_level=2)[0] is Move.NEW
    assert outcome(3, closed=DAY - 1, closed_level=2)[0] is Move.NEW
