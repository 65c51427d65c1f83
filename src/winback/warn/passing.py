"""The nouns of a live pass: the pass itself, the warnings it looks at, and the verdicts it writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from winback.store.workspace import Workspace
from winback.terms.time import day_number
from winback.warn.book import Row
from winback.warn.news import News
from winback.warn.nouns import Level, Move, Status
from winback.warn.rules import Rule
from winback.warn.truth import Flags


@dataclass(frozen=True)
class Warned:
    """The latest warning of a customer, as far as the live pass looks at it."""

    opened: int
    status: Status
    level: int
    closed: int | None
    scored: bool
    live: int | None

    @property
    def is_open(self) -> bool:
        """Whether it still stands."""
        return self.status is not Status.CLOSED


@dataclass(frozen=True)
class Pass:
    """One live pass: the last run's date, the last day with news, the moment, and the rules in use."""

    ws: Workspace
    as_of: date
    last_day: date
    now_us: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Known:
    """The news, the latest warning of each customer in them, and who redeemed nearly all."""

    news: News
    warned: dict[str, Warned]
    gone: Flags


@dataclass(frozen=True)
class Told:
    """What is kept of one who comes to a level: minor units; `rule` is empty where the model said so."""

    probability: float | None
    value: int
    expected: int
    rule: str
    reasons: str
    phase: str | None
    channel: str | None


def move_of(this: Pass, mine: Warned | None, level: Level) -> Move | None:
    """What becomes of the warning of one who comes to this level now; None: nothing."""
    section, day = this.ws.settings.warn, day_number(this.as_of)
    if mine is None:
        return Move.NEW
    if mine.is_open:
        return Move.RAISED if mine.level < level else None
    cools = mine.closed is not None and day - mine.closed < section.cooldown_days
    if cools and level <= mine.level:
        return None
    return Move.REOPENED if mine.opened == day else Move.NEW


def row_of(this: Pass, who: tuple[str, Warned | None], to: tuple[Move, Level], told: Told) -> Row:
    """The verdict that brings one customer to a level."""
    (customer, mine), (move, level) = who, to
    is_new = mine is None or move is Move.NEW
    opened = day_number(this.as_of) if mine is None or is_new else mine.opened
    before = 0 if mine is None or is_new else mine.level
    says = (move.value, before, int(level), Status.OPEN.value, None)
    money = (told.probability, told.value, told.expected)
    return (customer, opened, *says, *money, told.rule, told.reasons, told.phase, told.channel)
