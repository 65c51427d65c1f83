"""The kinds of events that every workspace knows, in their fixed order."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What happened; a workspace may add kinds of its own beside these."""

    REGISTER = "register"
    VISIT = "visit"
    PURCHASE = "purchase"
    REDEMPTION = "redemption"
    BALANCE = "balance"
    FAULT = "fault"
    TOUCH = "touch"
    CLAIM = "claim"


#: Kinds whose events must carry an amount of money.
WITH_AMOUNT = frozenset({Kind.PURCHASE, Kind.REDEMPTION, Kind.BALANCE})
#: Kinds whose events may carry an amount of money.
MAY_HAVE_AMOUNT = WITH_AMOUNT | {Kind.CLAIM}


class Fault(StrEnum):
    """The `detail` of a fault event."""

    LAG = "lag"
    CRASH = "crash"
    ERROR = "error"
