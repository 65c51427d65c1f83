"""How customers are warned of: rules, limits of levels, what a customer is worth, how often to tell."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Points = Annotated[int, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0)]
Days = Annotated[int, Field(ge=1, le=730)]
Share = Annotated[float, Field(ge=0, le=1)]
BasisPoints = Annotated[int, Field(ge=0, le=10_000)]
Cost = Annotated[float, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class RuleSection(_Part):
    """A rule: where all conditions of `when` hold, the customer is warned of at `level` at least.

    What a condition may say is told by the stage that knows them (docs/6-warn.md), with file, line and key.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    level: Literal["low", "medium", "high"]
    zh: str = ""
    en: str = ""
    when: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]


def default_rules() -> tuple[RuleSection, ...]:
    """S10: away for longer than active customers are, and holding less than nearly all of them."""
    away: dict[str, Any] = {"feature": "days_since_visit", "above_threshold": "visit_to"}
    empty: dict[str, Any] = {"feature": "balance_now", "below_threshold": "hold_over"}
    return (
        RuleSection(
            name="away_and_empty",
            level="high",
            zh="久未登录且余额很少",
            en="long away and hardly any balance",
            when=(away, empty),
        ),
    )


class WarnSection(_Part):
    """Early warnings: `levels_by` says by what the level of a customer is set."""

    levels_by: Literal["score", "capacity", "cost"] = "score"
    score_low: Points = 25
    score_medium: Points = 50
    score_high: Points = 75
    steady_points: Points = 5
    high_a_day_max: Count = 100
    medium_a_day_max: Count = 500
    low_a_day_max: Count = 2000
    high_cost: Cost = 10.0
    medium_cost: Cost = 2.0
    low_cost: Cost = 0.1
    saved_share: Share = 0.1
    horizon_days: Days = 30
    balance_margin_bp: BasisPoints = 100
    purchase_margin_bp: BasisPoints = 100
    cooldown_days: Count = 14
    calm_days: Days = 7
    catch_up_days_max: Days = 31
    alert_minutes_min: Count = 60
    anomaly_hours_min: Count = 24
    jump_ratio: Annotated[float, Field(gt=1)] = 2.0
    visits_fall: Annotated[float, Field(gt=0, lt=1)] = 0.3
    live_redeemed_share: Annotated[float, Field(gt=0, le=1)] = 0.8
    live_redeemed_min: Cost = 100.0
    live_level: Literal["low", "medium", "high"] = "high"

    @model_validator(mode="after")
    def _in_order(self) -> WarnSection:
        if not self.score_low <= self.score_medium <= self.score_high:
            raise ValueError("score_low, score_medium and score_high must not fall")
        if not self.low_cost <= self.medium_cost <= self.high_cost:
            raise ValueError("low_cost, medium_cost and high_cost must not fall")
        return self
