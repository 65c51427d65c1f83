"""Where the playbooks of a workspace lie, and which of the shipped ones it uses."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class PlaybooksSection(BaseModel):
    """The folder of one's own playbooks beside `winback.toml`, and the shipped ones that are switched on.

    `silent_days_max`: where the newest sign of life is older, a source has gone silent, and nobody is let in.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    folder: str = "playbooks"
    silent_days_max: Annotated[int, Field(ge=1, le=60)] = 2
    shipped: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")], ...] = ()
