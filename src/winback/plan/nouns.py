"""The nouns of plan: treatments and what they are of, entries into playbooks, what a run did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class TreatmentKind(StrEnum):
    """What is to be done for a customer."""

    MESSAGE = "message"
    GRANT = "grant"
    CALL = "call"
    SURVEY = "survey"
    ALERT = "alert"


class Medium(StrEnum):
    """By which way a message goes."""

    INBOX = "inbox"
    SMS = "sms"
    PUSH = "push"
    EMAIL = "email"
    WEBHOOK = "webhook"


class Purpose(StrEnum):
    """What a message is for: marketing needs consent and counts under caps, service does not."""

    MARKETING = "marketing"
    SERVICE = "service"


class Ending(StrEnum):
    """Why a walk ended."""

    DONE = "done"
    STOPPED = "stopped"


class PlaybookState(StrEnum):
    """Whether a playbook is walked (`ON`), held as it is (`PAUSED`), or ended for all (`STOPPED`)."""

    ON = "on"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Treatment:
    """What one customer is to get by one step of a playbook; moments in microseconds UTC, money minor units.

    `id` is 63-bit, computed from playbook, customer, entry and step. `is_held_out`: walked as if, must not be
    done. `grant_id` is the treatment whose grant this message promises. `stopped_us`: withdrawn since then;
    who has not done it by then must not.
    """

    id: int
    entry_id: int
    customer_id: str
    playbook: str
    version: int
    step: str
    kind: TreatmentKind
    as_of: date
    due_us: int
    arm: str
    is_held_out: bool
    medium: Medium | None
    template: str | None
    purpose: Purpose | None
    reward: str | None
    grant_id: int | None
    expected_minor: int
    stopped_us: int | None
    why: str


@dataclass(frozen=True)
class Task:
    """A call or an alert that somebody is to do; `about` what the playbook says it is of.

    `due` is the day from which it is to be done, `expected_minor` the money expected to be kept by it.
    """

    id: int
    customer_id: str
    playbook: str
    step: str
    kind: TreatmentKind
    about: str | None
    due: date
    expected_minor: int
    why: str


class Limit(StrEnum):
    """What keeps one whom a playbook means from entering it; tried in this order."""

    STOPPED = "stopped"
    PAUSED = "paused"
    CHANNEL_LEFT = "channel_left"
    CHANNEL_FINE = "channel_fine"
    INSIDE = "inside"
    ONCE = "once"
    TOO_SOON = "too_soon"
    TIMES_MAX = "times_max"
    LAYER = "layer"
    A_DAY_MAX = "a_day_max"


@dataclass(frozen=True)
class Entered:
    """Of one playbook as of a date: whom it means, who enters, who of them is held out, who is kept out.

    `held_out` counts by group (control, holdout), `kept_out` by limit, `arms` those who enter by arm.
    """

    playbook: str
    version: int
    meant: int
    entered: int
    arms: dict[str, int]
    held_out: dict[str, int]
    kept_out: dict[str, int]


@dataclass(frozen=True)
class Channel:
    """A channel in a playbook for weak channels: `joined` on the first date on which it was weak.

    `weak_since` is the first of the dates in a row on which it was weak (None: it is not); `left` the date on
    which it left for good. `new_customers` came by it, or were brought by its customers, in the days looked
    at; `churned_share` of those ever alive (None: nobody was); `why` says why it is weak, or left.
    """

    playbook: str
    channel: str
    joined: date
    looked: date
    weak_since: date | None
    left: date | None
    new_customers: int
    churned_share: float | None
    why: str = ""


@dataclass(frozen=True)
class PlanSummary:
    """What one run did as of a date and a moment; not `fresh` where entries of the date were made before.

    `heard` reacted, `moves` were made, `treatments` given; `moved` counts those who went to a new version.
    `channels_left` are those that stayed weak and left a playbook as of this date. `silent_since` a day
    the sources told of no life, so nobody was let in.
    """

    as_of: date
    now_us: int
    fresh: bool
    entered: tuple[Entered, ...]
    heard: int
    moves: int
    treatments: int
    moved: dict[str, int]
    channels_left: tuple[Channel, ...] = ()
    silent_since: date | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Send:
    """What entrants may get by one step: how many of them at most, how many at once, and what each costs."""

    step: str
    kind: TreatmentKind
    medium: str | None
    people: int
    cost_minor: int
    at_once: int
    at_once_minor: int


@dataclass(frozen=True)
class Rehearsed:
    """What a playbook would do as of a date: who would enter, what they would get at once and at most.

    `cost_minor` is what the costliest way of the walk costs those who are not held out, in minor units.
    """

    as_of: date
    entered: Entered
    sends: tuple[Send, ...]
    at_once_minor: int
    cost_minor: int


@dataclass(frozen=True)
class Told:
    """One thing that a playbook asks of a customer: whether it holds, and the values it looked at."""

    asks: str
    holds: bool
    values: dict[str, str]


@dataclass(frozen=True)
class WhyNot:
    """Why a customer would or would not enter a playbook as of a date."""

    customer_id: str
    playbook: str
    as_of: date
    asks: tuple[Told, ...]
    is_meant: bool
    limit: Limit | None
    arm: str
    held_by: str | None

    @property
    def enters(self) -> bool:
        """Whether the customer would enter (held out or not)."""
        return self.is_meant and self.limit is None


@dataclass(frozen=True)
class Shown:
    """A playbook as it stands: how many entered it, are inside, held by a pause, held out.

    `state` is None and `version` 0 where it was never run, `file` None where its file is gone.
    """

    name: str
    zh: str
    en: str
    state: PlaybookState | None
    version: int
    layer: str
    priority: int
    entered: int
    inside: int
    held: int
    held_out: int
    file: str | None
