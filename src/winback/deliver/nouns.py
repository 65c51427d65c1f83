"""The nouns of deliver: messages and their states, letters and their fates, refusals, receipts, summaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

#: The moment now, in microseconds UTC: the clock that a door hands in.
Clock = Callable[[], int]
#: Waits so many seconds.
Pause = Callable[[float], None]


class MessageState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD = "held"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    AS_IF = "as_if"


class Reason(StrEnum):
    """Why the gate does not let a message through, in the order in which it asks."""

    WITHDRAWN = "withdrawn"
    EMERGENCY_HOLD = "emergency_hold"
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    NO_CONTACT = "no_contact"
    DEAD_CONTACT = "dead_contact"
    QUIET_HOURS = "quiet_hours"
    NO_TRADING_DAY = "no_trading_day"
    TOO_LATE = "too_late"
    FREQUENCY_CAP = "frequency_cap"
    PROVIDER_LIMIT = "provider_limit"
    GRANT_REFUSED = "grant_refused"
    GRANT_AWAITED = "grant_awaited"


class Fate(StrEnum):
    """What became of a letter, as the provider says.

    LATER: not sent, this letter may be tried again. DOWN: not sent, the provider does not work now.
    REJECTED: not sent and never will be. BAD_CONTACT: the same, because the address is wrong for good.
    UNKNOWN: it may have been sent.
    """

    SENT = "sent"
    DELIVERED = "delivered"
    LATER = "later"
    DOWN = "down"
    REJECTED = "rejected"
    BAD_CONTACT = "bad_contact"
    UNKNOWN = "unknown"


class What(StrEnum):
    """What a receipt says."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    CLICKED = "clicked"
    FAILED = "failed"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True)
class Letter:
    """A message written out for one customer: `to` is the contact in clear, empty where none is needed."""

    id: int
    customer_id: str
    medium: str
    purpose: str
    template: str
    playbook: str
    step: str
    grant_id: int | None
    to: str = field(repr=False)
    title: str = field(repr=False)
    body: str = field(repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    unsubscribe_url: str = field(default="", repr=False)


@dataclass(frozen=True)
class Parcel:
    """Letters of one batch that go to a provider at once; `at_us` is the moment.

    Where a provider is asked what became of them, `asked_us` is the moment, and `at_us` when they were taken.
    """

    batch_id: int
    at_us: int
    letters: Sequence[Letter]
    asked_us: int = 0


@dataclass(frozen=True)
class Outcome:
    """The fate of one letter; `ref` is the provider's own name for it, `error` its code, never a contact."""

    id: int
    fate: Fate
    ref: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Receipt:
    """What came back: of which message (its id, or the provider's ref), what, when (microseconds, UTC).

    `recipients`, where a provider names them: a failure buries only these contacts. `agent`: the program that
    read or clicked, None where the provider does not say.
    """

    what: What
    at_us: int
    message_id: int | None = None
    ref: str | None = None
    detail: str = ""
    is_bad_contact: bool = False
    recipients: tuple[str, ...] = field(default=(), repr=False)
    agent: str | None = None


@dataclass(frozen=True)
class Returned:
    """A mail that a mailbox gave back: what it tells; `done` is called once that is kept."""

    receipts: Sequence[Receipt]
    done: Callable[[], None]


@dataclass(frozen=True)
class Reply:
    """What a customer wrote back to an SMS, and from which number."""

    sender: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True)
class Request:
    """A call-back of a provider, as the door took it: query and form as they came, and the body."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at_us: int
    url: str = ""


class Carrier(Protocol):
    """One provider, opened: what the contract suite holds each of them to."""

    @property
    def name(self) -> str:
        """Its name in the settings."""

    @property
    def medium(self) -> str:
        """What it carries."""

    def send(self, parcel: Parcel) -> Iterable[Outcome]:
        """Send letters; the outcome of each as soon as it is known. Letters without one are UNKNOWN."""

    def ask(self, parcel: Parcel) -> Iterable[Outcome]:
        """What became of letters that may have been sent; the ones it cannot tell are left out.

        A carrier that `asks_by_sending` (see there) is only asked for letters that may still go.
        """

    def heard(self, request: Request) -> Iterable[Receipt | Reply]:
        """The receipts and replies in a call-back. Raises ValueError where it is not from the provider."""


@runtime_checkable
class AsksBySending(Protocol):
    """A carrier that is asked by sending once more under the mark of the first time.

    The provider answers with the first result where there is one; else the letter goes out now.
    """

    asks_by_sending: bool


@runtime_checkable
class Fetching(Protocol):
    """A carrier to whose mailbox word comes back; it has to be looked for there."""

    @property
    def name(self) -> str:
        """Its name in the settings."""

    def fetched(self, now: int) -> Iterator[Returned]:
        """What was not read yet. Raises whatever the mailbox raises."""


@dataclass(frozen=True)
class GateSummary:
    """What the gate did: how many it let through, and how many not, by reason."""

    judged: int = 0
    cleared: int = 0
    as_if: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DeliverSummary:
    """What one run did: messages taken in, judged, and their outcomes; `unknown` waits for a person.

    `heard`: what came back by mailboxes; `states`: how many messages are not through yet, by state.
    """

    taken: int = 0
    gate: GateSummary = GateSummary()
    outcomes: Mapping[str, int] = field(default_factory=dict)
    told: int = 0
    heard: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class RefusalRow:
    """One refusal of a message."""

    at_us: int
    reason: str
    until_us: int | None


@dataclass(frozen=True)
class MessageRow:
    """A message as it stands, with everything that the gate and the providers said of it."""

    id: int
    customer_id: str
    playbook: str
    step: str
    medium: str
    template: str
    purpose: str
    state: str
    first_due_us: int
    due_us: int
    sent_us: int | None
    provider: str | None
    reason: str | None
    note: str | None
    refusals: tuple[RefusalRow, ...] = ()
    receipts: tuple[tuple[str, int, bool], ...] = ()


@dataclass(frozen=True)
class InboxRow:
    """A message in a customer's inbox."""

    message_id: int
    title: str
    body: str
    sent_us: int
    read_us: int | None


@dataclass(frozen=True)
class Still:
    """A clock that stands still, as replays and tests want it."""

    moment: int

    def __call__(self) -> int:
        """The same moment, always."""
        return self.moment


@dataclass(frozen=True)
class Timing:
    """How time passes for a run: a clock (else `now` holds all along) and a wait for a provider's rate.

    After `seconds_max` by that clock the run takes no further batch; what is left is the next run's.
    """

    clock: Clock | None = None
    pause: Pause | None = None
    seconds_max: float | None = None
