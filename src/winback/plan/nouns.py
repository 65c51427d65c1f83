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
