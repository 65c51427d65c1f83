"""How who left is diagnosed: curves, findings, channels, bunches of registrations, faults, and labels."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from winback.terms.told import Told

Days = Annotated[int, Field(ge=1, le=730)]
DaysList = Annotated[tuple[Days, ...], Field(min_length=1)]
Count = Annotated[int, Field(ge=1)]
FalseRate = Annotated[float, Field(gt=0, le=0.2)]
Ratio = Annotated[float, Field(ge=1)]
BasisPoints = Annotated[int, Field(ge=0, le=10_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DiagnoseSection(_Part):
    """What the report tries and draws."""

    churn_days: DaysList = (14, 30, 60, 90)
    wrong_share_max: Annotated[float, Field(gt=0, lt=1)] = 0.1
    curve_customers_min: Count = 50
    landmark_days: Days = 180


class FindingsSection(_Part):
    """What sets the churned of a group apart, and when it is stated."""

    false_rate: FalseRate = 0.01
    ratio_min: Ratio = 1.25
    side_min: Annotated[int, Field(ge=10)] = 50
    alike_min: Annotated[float, Field(gt=0, le=1)] = 0.6
    singles_max: Count = 8
    pairs_max: Annotated[int, Field(ge=0)] = 4
    names_max: Annotated[int, Field(ge=1, le=200)] = 40
    attributes_max: Annotated[int, Field(ge=0, le=100)] = 20


class ChannelQualitySection(_Part):
    """What a channel must bring, and how long it is followed."""

    margin_rate_bp: BasisPoints = 50
    purchase_margin_bp: BasisPoints = 0
    value_days: Days = 90
    conversion_days: DaysList = (30, 90)
    churn_days: DaysList = (30, 60, 90, 180)
    churn_max: Annotated[float, Field(gt=0, lt=1)] = 0.8
    payback_days_max: Days = 365
    customers_min: Count = 100

    @model_validator(mode="after")
    def _ascend(self) -> ChannelQualitySection:
        for name in ("conversion_days", "churn_days"):
            days = getattr(self, name)
            if list(days) != sorted(set(days)):
                raise ValueError(Told("{name} must ascend, each number once", name=name))
        if self.payback_days_max < self.value_days:
            raise ValueError("payback_days_max must not be less than value_days")
        return self


class RegistrationClustersSection(_Part):
    """What counts as a bunch of registrations."""

    false_rate: FalseRate = 0.01
    ratio_min: Ratio = 1.25
    days_min: Annotated[int, Field(ge=14)] = 28
    per_day_min: Annotated[float, Field(gt=0)] = 1.0
    follow_days: Days = 60
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""


class FaultsSection(_Part):
    """How crashes, lag and errors are held against like days without."""

    quiet_days: Days = 30
    recent_days: Days = 30
    leave_days: Days = 30
    false_rate: FalseRate = 0.05
    exposed_min: Annotated[int, Field(ge=10)] = 50
    rate_ratio_min: Ratio = 1.5


class LabelSection(_Part):
    """What a name in the data is called where people read it."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]
