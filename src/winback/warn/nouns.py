"""The nouns of warn: levels, early warnings and their history, what a run did, what operators are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How urgent a warning is."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """The level as it stands in settings."""
        return self.name.lower()


class Status(StrEnum):
    """Where a warning stands; all but `CLOSED` are open ones."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Move(StrEnum):
    """What happened to a warning. `SEEN` leaves no row in the history: it holds as it did."""

    NEW = "new"
    RAISED = "raised"
    LOWERED = "lowered"
    WOKEN = "woken"
    SEEN = "seen"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    REOPENED = "reopened"


class Closing(StrEnum):
    """Why a warning was closed."""

    CAME_BACK = "came_back"
    CHURNED = "churned"
    CALM = "calm"
    BY_HAND = "by_hand"


@dataclass(frozen=True)
class Change:
    """One row of a warning's history: `who` is `winback`, `winback live` or an operator.

    `why` names the rules, or the reason given; `probability` and `reasons` are those of that day; `at_us` is
    the moment of an operator's act or of a live pass (microseconds, UTC), None for a step of a run.
    """

    as_of: date
    move: Move
    level_from: Level | None
    level: Level
    who: str
    why: str
    probability: float | None
    reasons: tuple[str, ...]
    at_us: int | None


@dataclass(frozen=True)
class EarlyWarning:
    """A warning of one customer with its history; money is in minor units.

    `score` is 100 times the probability, None where no model spoke; `value_minor` what the customer would
    have brought in the horizon, `expected_minor` that times the probability.
    """

    customer_id: str
    status: Status
    level: Level
    opened: date
    changed: date
    seen: date
    probability: float | None
    score: int | None
    value_minor: int
    expected_minor: int | None
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    phase: str | None
    channel: str | None
    snoozed_until: date | None
    closed: date | None
    closing: Closing | None
    history: tuple[Change, ...] = ()


@dataclass(frozen=True)
class ShownLimit:
    """A limit that a rule took from the data: which, its value (None: too few customers to tell)."""

    rule: str
    says: str
    value: float | None


@dataclass(frozen=True)
class SliderStep:
    """What a limit of the score would do: how many it would warn of, expected right and wrong.

    `right` is the sum of the calibrated probabilities of those warned, `wrong` the rest of them;
    `saved_minor` the expected value saved less what it costs to follow all of them up, at the cost of level
    low, medium and high. The limits of all three levels are read off the same steps.
    """

    score: int
    warned: int
    right: float
    wrong: float
    value_minor: int
    saved_minor: tuple[int, int, int]


@dataclass(frozen=True)
class WarnSummary:
    """What one run did as of a date. `fresh` is False where all was done already.

    `moves` counts by kind of move, `levels` the open warnings by level, `closed` the closed ones by reason;
    `caught_up` are missed dates that were walked before this one. `policy` is the fingerprint of the policy
    that judged, `policy_waiting` that of another which winback.toml holds, not switched on.
    """

    as_of: date
    fresh: bool
    customers: int
    watched: int
    model: str | None
    moves: dict[str, int] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    closed: dict[str, int] = field(default_factory=dict)
    by_rule: dict[str, int] = field(default_factory=dict)
    value_minor: int = 0
    limits: tuple[ShownLimit, ...] = ()
    slider: tuple[SliderStep, ...] = ()
    alerts: int = 0
    caught_up: tuple[date, ...] = ()
    policy: str = ""
    policy_waiting: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class LiveSummary:
    """What a live pass did at a moment (`at_us`), on top of the last run, as of `as_of` (None: no run yet).

    `fresh` is False where nothing had come since the last pass; `days` are the local days looked at,
    `customers` those with events on them, `model` the version that scored them (None: rules alone).
    """

    as_of: date | None
    at_us: int
    fresh: bool
    days: tuple[date, ...] = ()
    customers: int = 0
    closed: int = 0
    raised: int = 0
    new: int = 0
    alerts: int = 0
    model: str | None = None
    seconds: float = 0.0


class AlertKind(StrEnum):
    """What operators are told of."""

    DIGEST = "digest"
    HIGH = "high"
    WARNINGS_JUMP = "warnings_jump"
    CHURN_JUMP = "churn_jump"
    VISITS_FALL = "visits_fall"
    SILENT = "silent"
    ASKED = "asked"


@dataclass(frozen=True)
class Asked:
    """A playbook asks operators to look at a customer; `about` says what of, money in minor units."""

    playbook: str
    about: str
    customer_id: str
    expected_minor: int


@dataclass(frozen=True)
class Alert:
    """One thing to tell operators; `subject` tells apart alerts of one kind (a channel)."""

    kind: AlertKind
    as_of: date
    subject: str
    title: str
    body: str


@dataclass(frozen=True)
class AlertSummary:
    """What became of the alerts in one go of sending; `held` wait because one like them went out lately."""

    sent: int = 0
    failed: int = 0
    held: int = 0
    unknown: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Hits:
    """Of so many warnings, how many were right (the customer churned in the horizon), wrong, undecided."""

    warned: int
    right: int
    wrong: int
    undecided: int


@dataclass(frozen=True)
class ReplayedDay:
    """What one day of a replay asked of the team."""

    as_of: date
    new: int
    raised: int
    open: int


@dataclass(frozen=True)
class Spoke:
    """On how many days of a replay a model told the probabilities; `model` None: none did, rules alone.

    `learnt_days` of them the model had learnt from: it knew what came of them, and looks better than it is.
    None where the model is gone, so that nobody can tell.
    """

    model: str | None
    days: int
    learnt_days: int | None = 0


@dataclass(frozen=True)
class Replayed:
    """What a policy would have done on each day of [first, last]; money in minor units.

    `churned` are churns on the days after `first` up to `last`; `caught` of them had a warning opened at most
    `horizon_days` before, `missed` had none. `repeated` are warnings of a customer after their first.
    `lead_days` are 10, 50 and 90 % quantiles of the days from a right warning to the churn. `known_to` is the
    last date whose outcome the log tells: later horizons are undecided. `spoke` are the models that told the
    probabilities; a record from before this was kept has none.
    """

    policy: str
    first: date
    last: date
    known_to: date
    horizon_days: int
    hits: Hits
    by_level: dict[str, Hits]
    churned: int
    caught: int
    missed: int
    repeated: int
    lead_days: tuple[float, ...]
    load_mean: float
    load_max: int
    value_warned_minor: int
    value_caught_minor: int
    days: tuple[ReplayedDay, ...]
    spoke: tuple[Spoke, ...] = ()


#: Why a first run switched a policy on by itself; told in the language of the reader.
SHIPPED = "first run: the policy that winback is shipped with"
FIRST = "first run: there was no policy before this one; no replay of it is asked for"
OWN_REASONS = (SHIPPED, FIRST)


@dataclass(frozen=True)
class Switched:
    """A policy was switched on; `at_us` is None where a run did it by itself as of a date."""

    fingerprint: str
    as_of: date | None
    at_us: int | None
    who: str
    why: str
    is_override: bool


@dataclass(frozen=True)
class PolicyShown:
    """A policy by its fingerprint: whether it is in use and whether winback.toml holds it, and its past.

    `body` are its rules and levels as JSON values; `replays` are the replays on record, the latest last.
    Levels go by the probability, so what a policy does hangs on the model as well: `replayed_with` are the
    models that spoke on any day of its replays.
    """

    fingerprint: str
    in_use: bool
    in_file: bool
    body: dict[str, object]
    switched: tuple[Switched, ...]
    replays: tuple[Replayed, ...]

    @property
    def replayed_with(self) -> tuple[str, ...]:
        """The models that told probabilities on a day of its replays, in the order of the records."""
        told = [spoke.model for replay in self.replays for spoke in replay.spoke if spoke.model is not None]
        return tuple(dict.fromkeys(told))


@dataclass(frozen=True)
class Kept:
    """What replay promised of a policy beside what came of it live (None: no run of it is done)."""

    fingerprint: str
    promised: Replayed | None
    live: Replayed | None
