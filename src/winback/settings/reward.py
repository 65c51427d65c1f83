"""What customers can be given, out of which pots, and how giving is watched."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from winback.terms.told import Told

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Minor = Annotated[int, Field(ge=0, le=10**15)]
Money = Annotated[int, Field(ge=1, le=10**15)]
BasisPoints = Annotated[int, Field(ge=1, le=100_000)]
Days = Annotated[int, Field(ge=1, le=730)]
Count = Annotated[int, Field(ge=1, le=10_000)]

RewardKind = Literal[
    "trial_coupon",
    "trial_principal",
    "bonus_interest",
    "red_packet",
    "birthday_coupon",
    "draw",
    "referral_reward",
]
#: Ways to an amount, each known by its own key: exactly one stands in a reward.
WAYS = ("amount_minor", "steps", "share_bp", "policy", "prizes")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class StepSection(_Part):
    """A row of a table of amounts: from this value of `by` on, this much."""

    at_least: Annotated[int, Field(ge=0)]
    amount_minor: Minor


class PrizeSection(_Part):
    """A prize of a draw; its odds are its weight over the sum of all weights."""

    amount_minor: Minor
    weight: Annotated[int, Field(ge=1, le=1_000_000)]


class RewardSection(_Part):
    """A reward that can be granted: its kind, the way to its amount, and what a claim of it needs."""

    kind: RewardKind
    zh: str = ""
    en: str = ""
    pot: Name = "winback"
    amount_minor: Money | None = None
    steps: tuple[StepSection, ...] = ()
    share_bp: BasisPoints | None = None
    by: Name | None = None
    policy: Name | None = None
    prizes: tuple[PrizeSection, ...] = ()
    amount_min_minor: Minor = 0
    amount_max_minor: Money | None = None
    round_to_minor: Money = 1
    rate_bp: BasisPoints | None = None
    rate_days: Days | None = None
    expiry_days: Days = 30
    claim_by: Literal["claim", "purchase"] = "claim"
    purchase_min_minor: Minor = 0
    purchase_times: Annotated[int, Field(ge=0, le=1_000)] = 0
    product_kinds: tuple[Name, ...] = ()
    times_max: Count | None = None
    cooldown_days: Annotated[int, Field(ge=0, le=3650)] = 0
    birthday_days: Annotated[int, Field(ge=0, le=60)] = 7

    @model_validator(mode="after")
    def _one_way(self) -> RewardSection:
        ways = [way for way in WAYS if getattr(self, way) not in (None, ())]
        if len(ways) != 1:
            raise ValueError(Told("give exactly one of {keys}", keys=WAYS))
        if (ways[0] in ("steps", "share_bp")) != (self.by is not None):
            raise ValueError("by stands beside steps or share_bp, and only there: the feature they look at")
        limits = [step.at_least for step in self.steps]
        if limits != sorted(set(limits)):
            raise ValueError("steps: at_least must rise from row to row")
        if (ways[0] == "prizes") != (self.kind == "draw"):
            raise ValueError("prizes stand in a draw, and a draw has prizes")
        return self

    @model_validator(mode="after")
    def _fits_its_kind(self) -> RewardSection:
        has_rate = self.kind in ("trial_principal", "bonus_interest")
        if has_rate != (self.rate_bp is not None) or has_rate != (self.rate_days is not None):
            raise ValueError("rate_bp and rate_days belong to trial_principal and bonus_interest, both")
        if self.claim_by == "purchase" and not self.needs_purchase:
            raise ValueError('claim_by = "purchase" needs purchase_min_minor or purchase_times')
        if self.product_kinds and not self.needs_purchase:
            raise ValueError("product_kinds needs purchase_min_minor or purchase_times")
        if self.amount_max_minor is not None and self.amount_max_minor < self.amount_min_minor:
            raise ValueError("amount_max_minor is less than amount_min_minor")
        if self.kind == "bonus_interest" and not self.needs_purchase:
            raise ValueError("bonus_interest is interest on a purchase: give purchase_min_minor")
        return self

    @property
    def needs_purchase(self) -> bool:
        """Whether a claim needs a new purchase."""
        return self.purchase_min_minor > 0 or self.purchase_times > 0


class PotSection(_Part):
    """Money set aside for rewards, and how fast and to whom it may go."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    budget_minor: Minor = 0
    day_max_minor: Minor | None = None
    playbook_max_minor: Minor | None = None
    customer_max_minor: Minor | None = None
    customer_days: Days = 365
    approval_above_minor: Minor | None = None


class RewardWatchSection(_Part):
    """How late a claim may arrive, which signs of abuse hold a grant for review, claims of others' rewards.

    `foreign_claims`: of a reward that no setting names and that the customer was never granted; to ignore
    they are counted by day, to review each is refused and waits for a person.
    """

    foreign_claims: Literal["ignore", "review"] = "ignore"
    late_hours: Annotated[int, Field(ge=0, le=24 * 60)] = 24
    device_attribute: str = "device"
    device_customers_max: Count = 3
    inviter_grants_max: Count = 20
    sign_days: Days = 30


_PRIZES = ((100, 700), (500, 200), (2_000, 90), (8_800, 10))
_SHIPPED: dict[str, dict[str, Any]] = {
    "trial_coupon": {
        "kind": "trial_coupon",
        "zh": "体验券",
        "en": "trial coupon",
        "amount_minor": 1_000,
        "purchase_min_minor": 100_000,
        "expiry_days": 14,
    },
    "trial_principal": {
        "kind": "trial_principal",
        "zh": "体验金",
        "en": "trial principal",
        "amount_minor": 1_000_000,
        "rate_bp": 500,
        "rate_days": 7,
        "expiry_days": 7,
        "times_max": 1,
    },
    "bonus_interest": {
        "kind": "bonus_interest",
        "zh": "加息券",
        "en": "bonus-interest coupon",
        "amount_minor": 1_000_000,
        "rate_bp": 100,
        "rate_days": 30,
        "purchase_min_minor": 100_000,
        "product_kinds": ("bonus_interest",),
    },
    "value_red_packet": {
        "kind": "red_packet",
        "zh": "专属红包",
        "en": "red packet by past purchases",
        "share_bp": 100,
        "by": "purchase_amount_life",
        "amount_min_minor": 1_000,
        "amount_max_minor": 500_000,
        "round_to_minor": 100,
        "purchase_times": 10,
        "cooldown_days": 90,
    },
    "birthday_coupon": {
        "kind": "birthday_coupon",
        "zh": "生日礼券",
        "en": "birthday coupon",
        "amount_minor": 1_880,
    },
    "lucky_draw": {
        "kind": "draw",
        "zh": "幸运抽奖",
        "en": "lucky draw",
        "prizes": [{"amount_minor": amount, "weight": weight} for amount, weight in _PRIZES],
        "expiry_days": 14,
    },
    "referral_reward": {
        "kind": "referral_reward",
        "zh": "邀请递进奖励",
        "en": "progressive referral reward",
        "by": "grants",
        "steps": [{"at_least": n, "amount_minor": 100 * (2 * n + 1)} for n in range(5)],
    },
}


def default_rewards() -> dict[str, RewardSection]:
    """The rewards of the worked example, one of each kind; S6, S7, S8, S14, S20."""
    return {name: RewardSection.model_validate(each) for name, each in _SHIPPED.items()}


def default_pots() -> dict[str, PotSection]:
    """One pot: 100,000.00 in all, 10,000.00 a day, 5,000.00 a customer a year, approval above 1,000.00."""
    pot = PotSection(
        budget_minor=10_000_000,
        day_max_minor=1_000_000,
        customer_max_minor=500_000,
        approval_above_minor=100_000,
    )
    return {"winback": pot}


def _with_default_rewards(given: dict[str, RewardSection]) -> dict[str, RewardSection]:
    return default_rewards() | given


def _with_default_pots(given: dict[str, PotSection]) -> dict[str, PotSection]:
    return default_pots() | given


#: The shipped ones stand unless one of the same name is given.
Rewards = Annotated[dict[Name, RewardSection], AfterValidator(_with_default_rewards)]
Pots = Annotated[dict[Name, PotSection], AfterValidator(_with_default_pots)]
