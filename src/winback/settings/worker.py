"""When the worker does what: nights, live passes, ticks, the lease, and how it tries again."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Seconds = Annotated[int, Field(ge=1, le=86_400)]


class WorkerSection(BaseModel):
    """The schedule of `winback worker`; times of day are those of the workspace's time zone."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    night_at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "02:00"
    sources_seconds: Seconds = 3600
    live_seconds: Seconds = 20
    tick_seconds: Seconds = 60
    lease_seconds: Annotated[int, Field(ge=5, le=3600)] = 120
    tries_max: Annotated[int, Field(ge=1, le=100)] = 3
    retry_seconds_min: Seconds = 60
    retry_seconds_max: Seconds = 3600

    @property
    def night(self) -> time:
        """The time of day at which a night is due."""
        return time.fromisoformat(self.night_at)

    @model_validator(mode="after")
    def _in_order(self) -> WorkerSection:
        if self.retry_seconds_min > self.retry_seconds_max:
            raise ValueError("retry_seconds_min must not be above retry_seconds_max")
        return self
