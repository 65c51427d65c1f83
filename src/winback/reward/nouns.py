"""The nouns of reward: grants, claims, pots, entries, requests, and what a run did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class GrantState(StrEnum):
    """Where a grant stands. `as_if`: of a customer held out, counted as if given; no money is behind it."""

    GRANTED = "granted"
    HELD = "held"
    REFUSED = "refused"
    CLAIMED = "claimed"
    EXPIRED = "expired"
    REVERSED = "reversed"
    AS_IF = "as_if"


class ClaimState(StrEnum):
    """Where a claim stands; what waits or was refused stays for review."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    REFUSED = "refused"
    DISMISSED = "dismissed"


class Reason(StrEnum):
    """Why a grant was held or refused."""

    # The reward, or what is known of the customer, gives no amount.
    NO_SUCH_REWARD = "no_such_reward"
    NOT_KNOWN = "not_known"
    TOO_SMALL = "too_small"
    NO_PRIZE = "no_prize"
    NO_BIRTHDAY = "no_birthday"
    NOT_NEAR_BIRTHDAY = "not_near_birthday"
    NOBODY_NEW = "nobody_new"
    GIVEN_ALREADY = "given_already"
    COOLING_DOWN = "cooling_down"
    # The money.
    POT_EMPTY = "pot_empty"
    DAY_LIMIT = "day_limit"
    PLAYBOOK_LIMIT = "playbook_limit"
    CUSTOMER_LIMIT = "customer_limit"
    # People.
    APPROVAL = "approval"
    SAME_DEVICE = "same_device"
    SAME_INVITER = "same_inviter"
    REJECTED = "rejected"
    STOPPED = "stopped"
    BY_HAND = "by_hand"


class ClaimReason(StrEnum):
    """Why a claim waits or was refused."""

    NO_GRANT = "no_grant"
    NOT_THEIRS = "not_theirs"
    OTHER_REWARD = "other_reward"
    NOT_GRANTED = "not_granted"
    REVERSED = "reversed"
    CLAIMED_ALREADY = "claimed_already"
    TOO_EARLY = "too_early"
    EXPIRED = "expired"
    NO_PURCHASE = "no_purchase"
    TOO_MUCH = "too_much"


@dataclass(frozen=True)
class Grant:
    """What became of one grant treatment; its key is that of the treatment. Moments are microseconds, UTC."""

    id: int
    customer_id: str
    playbook: str
    step: str
    arm: str
    reward: str
    kind: str
    pot: str
    currency: str
    state: GrantState
    amount_minor: int
    face_minor: int
    claimed_minor: int
    purchase_min_minor: int
    conditions: str
    as_of: date
    granted_us: int
    expires_us: int
    changed_us: int
    reason: Reason | None
    maker: str
    approver: str | None


@dataclass(frozen=True)
class Claim:
    """A claim as it was judged; `claimed_minor` is what it cost."""

    id: int
    grant_id: int | None
    customer_id: str
    reward: str
    at_us: int
    told_minor: int | None
    claimed_minor: int
    state: ClaimState
    reason: ClaimReason | None
    who: str
    why: str


@dataclass(frozen=True)
class Pot:
    """The balances of a pot: funded = budget + outstanding + claimed + expired.

    The ledger holds what was put in as a balance below 0, so that all its accounts sum to 0.
    """

    name: str
    currency: str
    funded_minor: int
    budget_minor: int
    outstanding_minor: int
    claimed_minor: int
    expired_minor: int
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True)
class Limit:
    """How much of a pot a day or a playbook has been granted, and its limit."""

    scope: str
    key: str
    limit_minor: int | None
    used_minor: int


@dataclass(frozen=True)
class Request:
    """Somebody asked for more money in a pot; it waits for a second person."""

    id: int
    pot: str
    currency: str
    amount_minor: int
    maker: str
    made_us: int
    why: str
    state: str


@dataclass(frozen=True)
class Cost:
    """What the grants of a playbook's arm came to; money in minor units."""

    playbook: str
    arm: str
    pot: str
    currency: str
    grants: int
    granted_minor: int
    outstanding_minor: int
    claimed_minor: int
    expired_minor: int
    as_if: int
    as_if_minor: int


@dataclass(frozen=True)
class Offer:
    """A reward as settings declare it, told: kind, how its amount is found, what a claim needs."""

    name: str
    kind: str
    zh: str
    en: str
    pot: str
    way: str
    purchase_min_minor: int
    purchase_times: int
    product_kinds: tuple[str, ...]
    odds: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class ForeignClaims:
    """Claims of a reward that is none of ours, counted; they are left alone."""

    reward: str
    claims: int
    told_minor: int
    first: date
    last: date


@dataclass(frozen=True)
class RewardSummary:
    """What a run did: grants by state, why some were held or refused, claims, expiry, money moved.

    `foreign_claims` are those of others' rewards on the days looked at; they are counted and left alone.
    """

    now_us: int
    treatments: int = 0
    grants: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    claims: Mapping[str, int] = field(default_factory=dict)
    claim_reasons: Mapping[str, int] = field(default_factory=dict)
    foreign_claims: int = 0
    expired: int = 0
    granted_minor: int = 0
    claimed_minor: int = 0
    expired_minor: int = 0
    seconds: float = 0.0
