"""Who is left out of everything, so that what playbooks do can be told from what would have happened."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class ExperimentSection(BaseModel):
    """The global control group: nobody in it is treated by any playbook."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    control_share: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    salt: Annotated[str, Field(min_length=1)] = "winback"
