"""Claims against grants and purchases: which claim is by the rules, which waits, which is refused and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from winback.reward.asked import Codes, Flags, Int64s
from winback.reward.nouns import ClaimReason, ClaimState, GrantState
from winback.store.compiled import inner, kept
from winback.terms.sources import digest_of

CLAIM_REASONS: tuple[ClaimReason | None, ...] = (None, *ClaimReason)
CLAIM_STATES = tuple(ClaimState)
GRANT_STATES = tuple(GrantState)

#: What a claim says of its grant: nothing, one that there is not, one of somebody else.
SAYS_NONE, SAYS_UNKNOWN, SAYS_ANOTHERS = -1, -2, -3
#: What a claim says of its amount, where it says none.
NO_AMOUNT = -1

_ACCEPTED, _WAITING, _REFUSED = (
    CLAIM_STATES.index(state) for state in (ClaimState.ACCEPTED, ClaimState.WAITING, ClaimState.REFUSED)
)
_GRANTED, _CLAIMED, _EXPIRED, _REVERSED = (
    GRANT_STATES.index(state)
    for state in (GrantState.GRANTED, GrantState.CLAIMED, GrantState.EXPIRED, GrantState.REVERSED)
)
(
    _NO_GRANT,
    _NOT_THEIRS,
    _OTHER_REWARD,
    _NOT_GRANTED,
    _WAS_REVERSED,
    _CLAIMED_ALREADY,
    _TOO_EARLY,
    _IS_EXPIRED,
    _NO_PURCHASE,
    _TOO_MUCH,
) = (CLAIM_REASONS.index(reason) for reason in ClaimReason)


@dataclass(frozen=True)
class Claims:
    """By customer, then moment, then key. `grant`: place among the grants, or SAYS_…; `told` or NO_AMOUNT."""

    customer: Int64s
    at: Int64s
    grant: Int64s
    reward: Int64s
    told: Int64s


@dataclass(frozen=True)
class Grants:
    """By customer, then expiry, then key. `kinds`: bits of the kinds of products that count, 0 for any."""

    customer: Int64s
    reward: Int64s
    state: Int64s
    begins: Int64s
    ends: Int64s
    amount: Int64s
    purchase_min: Int64s
    kinds: Int64s


@dataclass(frozen=True)
class Purchases:
    """By customer, then moment, then key. `kind`: the bit of the product's kind, 0 where not known."""

    customer: Int64s
    at: Int64s
    amount: Int64s
    kind: Int64s
    is_used: Flags


@dataclass(frozen=True)
class Matched:
    """For each claim: places of its grant and purchase (-1: none), state and reason by code."""

    grant: Int64s
    purchase: Int64s
    state: Codes
    why: Codes


def match(claims: Claims, grants: Grants, purchases: Purchases, closed_before: int) -> Matched:
    """Judge claims in their order; a grant is claimed once, a purchase fulfils one claim.

    A claim that lacks a purchase waits until its grant ended before `closed_before`, then it is refused.
    """
    first_grant, after_grant = _bounds(grants.customer, claims.customer)
    first_buy, after_buy = _bounds(purchases.customer, claims.customer)
    found = _match(
        (claims.at, claims.grant, claims.reward, claims.told),
        (
            grants.reward,
            grants.state.copy(),
            grants.begins,
            grants.ends,
            grants.amount,
            grants.purchase_min,
            grants.kinds,
        ),
        (purchases.at, purchases.amount, purchases.kind, purchases.is_used.copy()),
        (first_grant, after_grant, first_buy, after_buy),
        closed_before,
    )
    return Matched(*found)


def _bounds(sorted_: Int64s, values: Int64s) -> tuple[Int64s, Int64s]:
    """Where the rows of each value begin and end."""
    first, after = np.searchsorted(sorted_, values, "left"), np.searchsorted(sorted_, values, "right")
    return first.astype(np.int64), after.astype(np.int64)


@inner()
def _chosen(row: Any, claims: Any, grants: Any, first: Any, after: Any) -> Any:  # noqa: PLR0917
    """The grant that the claim says, else the first of its reward that is open, else the last; -1: none."""
    says, reward = claims[1][row], claims[2][row]
    if says != SAYS_NONE:
        return says if says >= 0 else -1
    last = -1
    for grant in range(first, after):
        if grants[0][grant] == reward:
            if _against(row, grant, claims, grants) == 0:
                return grant
            last = grant
    return last


@inner()
def _against(row: Any, grant: Any, claims: Any, grants: Any) -> Any:  # noqa: PLR0911
    """The code of what speaks against a claim of this grant at its moment, purchases aside; 0 for nothing."""
    at, reward = claims[0][row], claims[2][row]
    state = grants[1][grant]
    if grants[0][grant] != reward and reward >= 0:
        return _OTHER_REWARD
    if state == _CLAIMED:
        return _CLAIMED_ALREADY
    if state == _REVERSED:
        return _WAS_REVERSED
    if state not in (_GRANTED, _EXPIRED):
        return _NOT_GRANTED
    if at < grants[2][grant]:
        return _TOO_EARLY
    if at >= grants[3][grant]:
        return _IS_EXPIRED
    return 0


@inner()
def _fulfilled(window: Any, purchases: Any, first: Any, after: Any) -> Any:
    """The first unused purchase within the time of the grant that is large enough and of the right kind."""
    begins, ends, least, kinds = window
    at, amount, kind, used = purchases
    for place in range(first, after):
        if at[place] >= ends:
            break
        is_large = at[place] >= begins and amount[place] >= least
        if is_large and not used[place] and (kinds == 0 or kinds & kind[place]):
            return place
    return -1


def _made(digest: int) -> Callable[..., Any]:
    @kept()
    def match_all(claims: Any, grants: Any, purchases: Any, bounds: Any, closed_before: Any) -> Any:  # noqa: PLR0917
        at, says, _, told = claims
        _, states, begins, ends, amounts, least, kinds = grants
        first_grant, after_grant, first_buy, after_buy = bounds
        rows = len(at) if digest else 0
        of = np.full(rows, -1, np.int64)
        by = np.full(rows, -1, np.int64)
        state = np.full(rows, _REFUSED, np.int8)
        why = np.zeros(rows, np.int8)
        for row in range(rows):
            grant = _chosen(row, claims, grants, first_grant[row], after_grant[row])
            if grant < 0:
                why[row] = _NOT_THEIRS if says[row] == SAYS_ANOTHERS else _NO_GRANT
                continue
            of[row] = grant
            why[row] = _against(row, grant, claims, grants)
            if why[row]:
                continue
            if told[row] > amounts[grant]:
                why[row] = _TOO_MUCH
                continue
            if least[grant] > 0:
                window = (begins[grant], ends[grant], least[grant], kinds[grant])
                by[row] = _fulfilled(window, purchases, first_buy[row], after_buy[row])
                if by[row] < 0:
                    why[row] = _NO_PURCHASE
                    state[row] = _REFUSED if ends[grant] <= closed_before else _WAITING
                    continue
                purchases[3][by[row]] = True
            state[row] = _ACCEPTED
            states[grant] = _CLAIMED
        return of, by, state, why

    matched: Callable[..., Any] = match_all
    return matched


#: Codes are numbers of members in the enums of nouns: compiled anew when those change.
_match = _made(digest_of(__file__, "asked.py", "nouns.py"))
