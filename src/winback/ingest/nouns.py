"""The nouns of ingest: what is in, and what a run of it did."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from winback.terms.told import Told

#: Where the built-in sources lie below the data folder: what the collector took, what came back of messages.
COLLECTED, DELIVERED = "incoming/collector", "incoming/deliver"

Aggregate = Literal["sum", "max", "last", "bits"]

#: Bit of `product_kinds` for a product kind that settings do not name, or none at all.
OTHER_PRODUCT_BIT = 62


@dataclass(frozen=True)
class Measure:
    """A column of a lane; `aggregate` is how the measures of several days become one."""

    kind: str
    name: str
    aggregate: Aggregate


@dataclass(frozen=True)
class LogFile:
    """One file of the event log: the events of one source on one local day, taken in one go.

    `kinds` are those of its events; empty where that is not known.
    """

    path: Path
    rows: int
    source: str
    intake: int
    kinds: tuple[str, ...] = ()

    def may_hold(self, kinds: Container[str]) -> bool:
        """Whether events of one of these kinds may be in it."""
        return not self.kinds or any(kind in kinds for kind in self.kinds)


@dataclass(frozen=True)
class LaneFile:
    """One month of one lane; `version` is that of the commit that wrote it."""

    path: Path
    rows: int
    version: int


@dataclass(frozen=True)
class Intake:
    """A source file (or a run of a query) that was taken: what it was, and what became of its rows."""

    number: int
    source: str
    path: str
    size: int
    modified_ns: int
    digest: str
    mapping: str
    rows: int
    contacts_refused: int
    version: int


@dataclass(frozen=True)
class Manifest:
    """What is in, as of the last commit. `version` grows with every commit; `customers` is the key count."""

    version: int = 0
    customers: int = 0
    days: Mapping[date, tuple[LogFile, ...]] = field(default_factory=dict)
    day_versions: Mapping[date, int] = field(default_factory=dict)
    lanes: Mapping[str, Mapping[str, LaneFile]] = field(default_factory=dict)
    registry: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    quarantine: tuple[Path, ...] = ()
    settled: tuple[Path, ...] = ()
    contacts_waiting: tuple[Path, ...] = ()
    intakes: tuple[Intake, ...] = ()
    law: str = ""
    measures: str = ""

    @property
    def first_day(self) -> date | None:
        """The earliest local day with an event; None where there is none."""
        return min(self.days, default=None)

    @property
    def last_day(self) -> date | None:
        """The latest local day with an event; None where there is none."""
        return max(self.days, default=None)

    @property
    def events(self) -> int:
        """How many events the log holds."""
        return sum(file.rows for files in self.days.values() for file in files)


@dataclass(frozen=True)
class Refusal:
    """A row that was refused: where it stands (`row` 1 = the first after a header) and why.

    `mapping` is the place (0 = first) of the event mapping that refused it, -1 where the row itself could
    not be read; `raw` is the row as JSON with contacts masked.
    """

    source: str
    file: str
    row: int
    mapping: int
    field: str
    reason: str
    raw: str


@dataclass(frozen=True)
class SourceSummary:
    """What became of the rows of one source in one run.

    Each row read gives one candidate event a mapping, so
    rows × mappings = events + duplicates + filtered + refused, where an unreadable row counts as `unreadable`
    and gives no candidate.
    """

    source: str
    files: int = 0
    files_skipped: int = 0
    rows: int = 0
    unreadable: int = 0
    candidates: int = 0
    events: int = 0
    duplicates: int = 0
    filtered: int = 0
    refused: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    contacts: int = 0
    contacts_refused: int = 0


@dataclass(frozen=True)
class IngestSummary:
    """What one run did, every row accounted for; `notes` are sentences a person should read."""

    sources: tuple[SourceSummary, ...] = ()
    customers_new: int = 0
    customers: int = 0
    days_touched: int = 0
    first_day: date | None = None
    last_day: date | None = None
    waiting_in_quarantine: int = 0
    repaired: int = 0
    version: int = 0
    seconds: float = 0.0
    notes: tuple[Told, ...] = ()

    @property
    def events(self) -> int:
        """Events taken in this run, over all sources."""
        return sum(source.events for source in self.sources)

    @property
    def refused(self) -> int:
        """Rows refused in this run, unreadable ones with them, over all sources."""
        return sum(source.refused + source.unreadable for source in self.sources)


@dataclass(frozen=True)
class Rehearsal:
    """What ingest would make of the first rows of a source; `problem` tells why nothing could be made.

    `reasons` counts refusals, `first_rows` names the first row of each (1 = the first after a header).
    """

    source: str
    files: int = 0
    columns: tuple[str, ...] = ()
    rows: int = 0
    unreadable: int = 0
    events: int = 0
    filtered: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    first_rows: Mapping[str, int] = field(default_factory=dict)
    has_contacts: bool = False
    problem: Told | None = None


@dataclass(frozen=True)
class QuarantineCount:
    """How many rows wait for repair, for one source, field and reason."""

    source: str
    field: str
    reason: str
    rows: int


@dataclass(frozen=True)
class ContactCount:
    """How many customers have a contact of one kind (phone, mail, push_token)."""

    kind: str
    customers: int
