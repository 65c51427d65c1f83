"""What model is wanted: how far ahead it looks, what it learns from, how it is trained."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Days = Annotated[int, Field(ge=1, le=730)]
Dates = Annotated[int, Field(ge=1, le=366)]
Count = Annotated[int, Field(ge=0)]


class PredictSection(BaseModel):
    """The risk of churn: `train_where_none` lets `winback run` train the first model by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    train_where_none: bool = False
    horizon_days: Days | None = None
    capacity_a_day: Annotated[int, Field(ge=1)] = 200
    every_days: Days = 7
    train_dates_max: Dates = 26
    calibrate_dates: Dates = 1
    test_dates: Dates = 1
    rows_max: Annotated[int, Field(ge=1000)] = 1_000_000
    calibration: Literal["better", "platt", "isotonic"] = "better"
    monotone: bool = True
    without: tuple[str, ...] = ()
    seed: Count = 0
    tuning_trials: Annotated[int, Field(ge=0, le=1000)] = 0
    explained_max: Count = 50_000
