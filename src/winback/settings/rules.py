"""Rules over features, as settings say them: phases and trust grades are the first rule that holds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Condition(BaseModel):
    """One comparison of one feature; a feature that is not known fulfils none of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    feature: str
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _compares(self) -> Condition:
        if all(v is None for v in (self.at_least, self.at_most, self.above, self.below)):
            raise ValueError("give at least one of at_least, at_most, above, below")
        return self


class PhaseRule(BaseModel):
    """A phase of a customer's life holds where all of `all` (and, if given, any of `any`) hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    phase: Literal["novice", "growth", "mature"]
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()


class TrustRule(BaseModel):
    """A trust grade holds where all of `all` (and, if given, any of `any`) hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trust: Annotated[str, Field(pattern="^(low|middle|high)$")]
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()


def default_phases() -> tuple[PhaseRule, ...]:
    """Mature after half a year and six purchases; growth after ninety days; novice before."""
    return (
        PhaseRule(
            phase="mature",
            all=(
                Condition(feature="tenure_days", at_least=180),
                Condition(feature="purchase_count_life", at_least=6),
            ),
        ),
        PhaseRule(phase="growth", all=(Condition(feature="tenure_days", at_least=90),)),
        PhaseRule(phase="novice"),
    )


def default_trust() -> tuple[TrustRule, ...]:
    """High: half or more outside liquid products, or much money; low: liquid only and little money."""
    return (
        TrustRule(
            trust="high",
            all=(Condition(feature="purchase_count_life", at_least=2),),
            any=(
                Condition(feature="purchase_share_liquid_life", at_most=0.5),
                Condition(feature="purchase_largest_life", at_least=50_000_00),
            ),
        ),
        TrustRule(
            trust="low",
            all=(
                Condition(feature="purchase_share_liquid_life", at_least=1),
                Condition(feature="purchase_largest_life", below=10_000_00),
            ),
        ),
        TrustRule(trust="middle", all=(Condition(feature="purchase_count_life", at_least=1),)),
    )
