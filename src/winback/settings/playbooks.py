"""A playbook as its TOML file says it: who enters, the steps, the texts; checked part by part."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from winback.terms.told import Told, either

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Cost = Annotated[float, Field(ge=0)]
Words = Annotated[tuple[str, ...], Field(min_length=1)]
Level = Literal["low", "medium", "high"]

_SPAN = re.compile(r"^([1-9][0-9]{0,4})(d|h|m)$")
_UNIT_US = {"d": 86_400_000_000, "h": 3_600_000_000, "m": 60_000_000}
#: The step that ends a walk may be named without being there.
END = "end"
ARM = "all"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def span_us(text: str) -> int:
    """A span such as `3d`, `12h` or `30m` in microseconds. Raises ValueError where it is none."""
    found = _SPAN.match(text)
    if found is None:
        what = "found {text!r}; allowed: a whole number of days, hours or minutes: 3d, 12h, 30m"
        raise ValueError(Told(what, text=text))
    return int(found[1]) * _UNIT_US[found[2]]


class EventPart(_Part):
    """Something that happened lately: an event of `kind` (and `detail`) on the `days` days before a date."""

    kind: str
    detail: str | None = None
    days: Annotated[int, Field(ge=1, le=365)] = 1


class Who(_Part):
    """Customers: all that is given must hold. Of a list, any word."""

    warning: Annotated[tuple[Level, ...] | None, Field(min_length=1)] = None
    state: Words | None = None
    phase: Words | None = None
    trust: Words | None = None
    channel: Words | None = None
    campaign: Words | None = None
    cause: Words | None = None
    tag: Words | None = None
    event: EventPart | None = None
    birthday_in_days: Annotated[int, Field(ge=0, le=60)] | None = None
    when: tuple[dict[str, Any], ...] = ()

    @property
    def is_anybody(self) -> bool:
        """Whether nothing is asked."""
        return not self.when and all(
            getattr(self, name) is None for name in Who.model_fields if name != "when"
        )


class Enter(Who):
    """Who enters a playbook, and how often."""

    again_after_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    times_max: Annotated[int, Field(ge=1)] | None = None
    a_day_max: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Enter:
        if self.is_anybody:
            raise ValueError(Told("says nobody; give at least one of {keys}", keys=tuple(Who.model_fields)))
        return self


class WeakChannels(_Part):
    """A play for channels that are weak, for as long as they do not stay so.

    By diagnosis, the verdict on the channel decides where one of the last `diagnosis_days_max` days stands:
    stop is weak, keep is not. Where it says watch, or there is none, the channel's own figures do: weak as of
    a date where fewer than `new_customers_below` came by it, or were brought by its customers, in the
    `look_days` before; or where more than `churned_share_above` of its customers who were ever alive have
    left. Weak on every date looked at for `leave_after_days`, it leaves the play for good.
    """

    by_diagnosis: bool = True
    diagnosis_days_max: Annotated[int, Field(ge=1, le=365)] = 31
    new_customers_below: Annotated[int, Field(ge=1)] | None = None
    churned_share_above: Share | None = None
    look_days: Annotated[int, Field(ge=1, le=365)] = 14
    leave_after_days: Annotated[int, Field(ge=1, le=365)] = 30

    @model_validator(mode="after")
    def _something(self) -> WeakChannels:
        if self.new_customers_below is None and self.churned_share_above is None:
            raise ValueError(
                "does not say when a channel is weak; give new_customers_below or churned_share_above"
            )
        return self


class Case(Who):
    """One way of a branch: who goes `to` which step. `arm`: only those of these arms."""

    arm: Words | None = None
    to: str

    @model_validator(mode="after")
    def _something(self) -> Case:
        if self.is_anybody and self.arm is None:
            raise ValueError("asks nothing; give arm, or something that a customer is; the rest goes `next`")
        return self


class Step(_Part):
    """A step: one of the keys of KINDS says which kind; `next`, where not given, is the next in the file."""

    name: Name
    next: str | None = None
    message: str | None = None
    medium: Literal["inbox", "sms", "push", "email", "webhook"] | None = None
    purpose: Literal["marketing", "service"] | None = None
    promises: str | None = None
    wait: str | None = None
    until: tuple[str, ...] = ()
    on_reaction: str | dict[str, str] | None = None
    withdraw: bool = True
    branch: Annotated[tuple[Case, ...], Field(min_length=1)] | None = None
    grant: str | None = None
    call: str | None = None
    survey: str | None = None
    alert: str | None = None
    end: Literal[True] | None = None
    cost: Cost = 0.0

    @property
    def kind(self) -> str:
        """Which of KINDS it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @field_validator("wait")
    @classmethod
    def _span(cls, text: str | None) -> str | None:
        if text is not None:
            span_us(text)
        return text

    @model_validator(mode="after")
    def _one_kind(self) -> Step:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            if not given:
                raise ValueError(Told("says nothing; give exactly one of {keys}", keys=KINDS))
            said = " and ".join(given)
            raise ValueError(Told("says {said}; give exactly one of {keys}", said=said, keys=KINDS))
        for key, kinds in _BELONGS.items():
            is_given = key in self.model_fields_set
            if is_given and given[0] not in kinds:
                what = "{key} stands with {kinds} only, not with {other}"
                raise ValueError(Told(what, key=key, kinds=either(*kinds), other=given[0]))
        if given[0] == "message" and self.medium is None:
            raise ValueError("medium is missing: by which way does the message go")
        return self


KINDS = ("message", "wait", "branch", "grant", "call", "survey", "alert", "end")
_BELONGS = {
    "medium": ("message", "survey"),
    "purpose": ("message", "survey"),
    "promises": ("message",),
    "until": ("wait",),
    "on_reaction": ("wait",),
    "withdraw": ("wait",),
    "next": ("message", "wait", "branch", "grant", "call", "survey", "alert"),
    "cost": ("message", "grant", "call", "survey"),
}


class Text(_Part):
    """The words of a message, in Liquid, for customers who read Chinese and for those who read English."""

    zh: str
    en: str
    zh_title: str = ""
    en_title: str = ""
    parameters: dict[Name, str] = {}


class Playbook(_Part):
    """A whole playbook."""

    name: Name
    zh: str
    en: str
    priority: Annotated[int, Field(ge=0, le=100)] = 50
    purpose: Literal["marketing", "service"] = "marketing"
    layer: Name = "main"
    measure_days: Annotated[int, Field(ge=1, le=3650)] = 30
    holdout_share: Share = 0.1
    arms: dict[Name, Annotated[float, Field(gt=0)]] = {}
    saved_share: Share = 0.1
    when_changed: Literal["finish", "move"] = "finish"
    weak_channels: WeakChannels | None = None
    enter: Enter
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=200)]
    texts: dict[Name, Text] = {}

    @property
    def arm_shares(self) -> dict[str, float]:
        """The share of each arm, 1 in all; one arm `all` where none are named."""
        whole = sum(self.arms.values())
        return {name: share / whole for name, share in self.arms.items()} if self.arms else {ARM: 1.0}
