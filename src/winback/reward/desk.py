"""What a run has on its desk: the workspace, the open facts, the moment, and who runs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from winback.reward.gather import Known
from winback.settings.model import Settings
from winback.store.workspace import Workspace
from winback.terms.progress import Progress, Silent
from winback.terms.time import day_number, day_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_US = 86_400_000_000


@dataclass(frozen=True)
class When:
    """`now_us` microseconds (UTC), `day` its local day number, `who` acts then."""

    now_us: int
    day: int
    who: str

    @classmethod
    def of(cls, settings: Settings, now: datetime, who: str) -> When:
        """The moment `now`, which has a zone."""
        local = now.astimezone(settings.workspace.zone).date()
        return cls((now - _EPOCH) // timedelta(microseconds=1), day_number(local), who)

    @property
    def date(self) -> date:
        """The local day."""
        return day_of(self.day)


@dataclass(frozen=True)
class Desk:
    """Everything that a step of a run needs beside its rows."""

    ws: Workspace
    connection: Any
    when: When
    known: Known
    progress: Progress = field(default_factory=Silent)

    @property
    def settings(self) -> Settings:
        """The settings of the workspace."""
        return self.ws.settings
