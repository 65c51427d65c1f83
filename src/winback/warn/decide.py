"""What happens to each warning as of a date: said in this one place, over whole columns, without a store."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from winback.settings.warn import WarnSection
from winback.warn.grade import Levels
from winback.warn.nouns import Closing, Move, Status
from winback.warn.truth import Flags

Days = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int8]

#: No such day.
NEVER = np.iinfo(np.int32).min // 2
#: Codes of moves, statuses and closings in columns; 0 is none.
MOVES = (None, Move.NEW, Move.RAISED, Move.LOWERED, Move.WOKEN, Move.SEEN, Move.CLOSED)
STATUSES = (None, Status.OPEN, Status.ACKNOWLEDGED, Status.SNOOZED, Status.CLOSED)
CLOSINGS = (None, Closing.CAME_BACK, Closing.CHURNED, Closing.CALM)


@dataclass(frozen=True)
class Standing:
    """The warnings of each customer before the date.

    `level` and `status` of the open one (0: none), when it was opened, when something last spoke for it, and
    until when it is snoozed (NEVER: not), whether a model ever spoke for it, the day whose events made the
    live pass raise it (NEVER: a run did); when the last closed one was closed, and its level.
    """

    level: Levels
    status: Codes
    opened: Days
    seen: Days
    snoozed_until: Days
    scored: Flags
    live: Days
    closed: Days
    closed_level: Levels


@dataclass(frozen=True)
class Today:
    """What is known as of the date `day`: levels found, who has churned, the last day alive (NEVER: none)."""

    day: int
    level: Levels
    churned: Flags
    last_alive: Days


@dataclass(frozen=True)
class Moves:
    """For each customer the move (0: none), the status after it, and why it was closed (0: was not)."""

    move: Codes
    status: Codes
    closing: Codes


def nobody(rows: int) -> Standing:
    """No warning of anybody, ever."""
    none, never = np.zeros(rows, np.int8), np.full(rows, NEVER, np.int32)
    return Standing(none, none, never, never, never, np.zeros(rows, np.bool_), never, never, none)


def unsilenced(found: Levels, standing: Standing) -> Levels:
    """The levels of a date on which no model spoke: a warning that a model spoke for keeps its own at least.

    So a night without scores ends no warning, and lowers none.
    """
    kept: Levels = np.where(standing.scored, np.maximum(found, standing.level), found).astype(np.int8)
    return kept


def still_live(found: Levels, standing: Standing, day: int, calm_days: int) -> Levels:
    """The levels as of a date: what the live pass saw goes on speaking for its warnings for `calm_days`."""
    speaks = (standing.level > 0) & (day - standing.live <= calm_days)
    kept: Levels = np.where(speaks, np.maximum(found, standing.level), found).astype(np.int8)
    return kept


def decide(standing: Standing, today: Today, section: WarnSection) -> Moves:
    """The move of each warning.

    Closed: `churned` where the customer is; `came_back` where nothing speaks for the warning any more and the
    customer showed life since it was opened (after the day whose events made the live pass raise it); `calm`
    where nothing has spoken for it for `calm_days`.
    A raised warning is open again, whoever had acknowledged or snoozed it; a snoozed one wakes on its day.
    New: where something speaks and none is open, unless one was closed less than `cooldown_days` ago at this
    level or above.
    """
    open_ = standing.level > 0
    quiet = open_ & (today.level == 0)
    due = open_ & (standing.status == STATUSES.index(Status.SNOOZED)) & (standing.snoozed_until <= today.day)
    closing = np.zeros(len(open_), np.int8)
    closing[quiet & (today.day - standing.seen >= section.calm_days)] = CLOSINGS.index(Closing.CALM)
    came_back = (today.last_alive >= standing.opened) & (today.last_alive > standing.live)
    closing[quiet & came_back] = CLOSINGS.index(Closing.CAME_BACK)
    closing[open_ & today.churned] = CLOSINGS.index(Closing.CHURNED)

    stays = open_ & (closing == 0)
    speaks = stays & (today.level > 0)
    move = np.zeros(len(open_), np.int8)
    move[speaks] = MOVES.index(Move.SEEN)
    move[stays & due] = MOVES.index(Move.WOKEN)
    move[speaks & (today.level < standing.level)] = MOVES.index(Move.LOWERED)
    move[speaks & (today.level > standing.level)] = MOVES.index(Move.RAISED)
    move[closing > 0] = MOVES.index(Move.CLOSED)
    move[~open_ & (today.level > 0) & ~_cooling(standing, today, section)] = MOVES.index(Move.NEW)
    return Moves(move, _status(standing, move, due), closing)


def _cooling(standing: Standing, today: Today, section: WarnSection) -> Flags:
    recent = today.day - standing.closed < section.cooldown_days
    cooling: Flags = recent & (today.level <= standing.closed_level)
    return cooling


def _status(standing: Standing, move: Codes, due: Flags) -> Codes:
    status = standing.status.copy()
    opens = due | np.isin(move, [MOVES.index(Move.NEW), MOVES.index(Move.RAISED)])
    status[opens] = STATUSES.index(Status.OPEN)
    status[move == MOVES.index(Move.CLOSED)] = STATUSES.index(Status.CLOSED)
    return status
