"""How events are taken over HTTP: where the collector listens, what it refuses, what its calls become."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from winback.settings.sources import CallMapping, Constant, EventMapping, Expression, Field_
from winback.terms.kinds import Kind

#: Sources that every workspace has, below `<data>/incoming`; no source of one's own may be so called.
BUILT_IN_SOURCES = ("collector", "deliver")

Mib = Annotated[int, Field(ge=1)]


def default_tracks() -> dict[str, str]:
    """Names of `track` calls, most out of Segment's lists of names, and what they become."""
    return {
        "Application Opened": Kind.VISIT,
        "Application Installed": Kind.VISIT,
        "Application Crashed": Kind.FAULT,
        "Signed Up": Kind.REGISTER,
        "Signed In": Kind.VISIT,
        "Order Completed": Kind.PURCHASE,
        "Order Refunded": Kind.REDEMPTION,
        "Balance Changed": Kind.BALANCE,
        "Push Notification Tapped": Kind.TOUCH,
        "Reward Claimed": Kind.CLAIM,
    }


def _first(*paths: str) -> Expression:
    """The first of these paths (`properties.revenue`) that is there."""
    found = (f"{holder}->>'$.{inner}'" for holder, inner in (path.split(".", 1) for path in paths))
    return Expression(sql=f"coalesce({', '.join(f'({each})' for each in found)}, NULL)")


def _said(*paths: str) -> Expression:
    """What a customer tells of themselves: of `identify` alone, as every call has a context."""
    return Expression(sql=f"CASE WHEN kind = '{Kind.REGISTER}' THEN {_first(*paths).sql} END")


_REVENUE = _first("properties.revenue", "properties.amount", "properties.total", "properties.value")
_WITHOUT_MONEY = ", ".join(f"'{kind}'" for kind in (Kind.REGISTER, Kind.VISIT, Kind.FAULT))
_ZONE = r"^[A-Z][A-Za-z_]+(/[A-Za-z_+-]+)+$|^UTC$"
_ANSWERED = f"kind IN ('{Kind.TOUCH}', '{Kind.CLAIM}')"
_CRASH = f"CASE WHEN event = 'Application Crashed' THEN 'crash' WHEN kind = '{Kind.FAULT}' THEN 'error' END"


def default_events() -> tuple[EventMapping, ...]:
    """What a call becomes where settings say nothing else."""
    return (_deed(), _answer(), _beginning())


def _deed() -> EventMapping:
    """What the customer did, or told of themselves."""
    zone = f"({_said('traits.time_zone', 'context.timezone').sql})"
    return EventMapping(
        kind="kind",
        customer="customer",
        at="at",
        id="messageId",
        where=f"kind IS NOT NULL AND NOT ({_ANSWERED})",
        amount=Expression(sql=f"CASE WHEN kind NOT IN ({_WITHOUT_MONEY}) THEN {_REVENUE.sql} END"),
        product=_first(
            "properties.product_id",
            "properties.sku",
            "properties.products[0].product_id",
            "properties.products[0].sku",
        ),
        product_kind=_first("properties.product_kind", "properties.products[0].product_kind"),
        detail=Expression(sql=f"coalesce(properties->>'$.detail', {_CRASH})"),
        version=_first("context.app.version"),
        channel=_said("traits.channel"),
        campaign=_said("traits.campaign", "context.campaign.name"),
        inviter=_said("traits.inviter"),
        birthday=Expression(sql=f"TRY_CAST({_said('traits.birthday').sql} AS DATE)"),
        language=_said("traits.language", "context.locale"),
        time_zone=Expression(sql=f"CASE WHEN regexp_full_match({zone}, '{_ZONE}') THEN {zone} END"),
    )


def _answer() -> EventMapping:
    """How the customer answered a message, or claimed a reward."""
    plain = ("message", "playbook", "step", "grant")
    what = f"coalesce(properties->>'$.what', CASE WHEN kind = '{Kind.TOUCH}' THEN 'clicked' END)"
    medium = "coalesce(properties->>'$.medium', 'push')"
    told: dict[str, Field_] = {name: Expression(sql=f"properties->'$.{name}'") for name in plain}
    told["what"] = Expression(sql=what)
    return EventMapping(
        kind="kind",
        customer="customer",
        at="at",
        id="messageId",
        where=_ANSWERED,
        amount=_REVENUE,
        detail=Expression(
            sql=f"CASE WHEN kind = '{Kind.CLAIM}' THEN properties->>'$.reward' ELSE {medium} END"
        ),
        attributes=told,
    )


def _beginning() -> EventMapping:
    """When the customer came, where identify tells it."""
    created = _first("traits.createdAt", "traits.created_at")
    return EventMapping(
        kind=Constant(const=Kind.REGISTER),
        customer="customer",
        at=created,
        id=Expression(sql="'created ' || customer"),
        where=f"kind = '{Kind.REGISTER}'"
        f" AND TRY_CAST(({created.sql}) AS TIMESTAMP WITH TIME ZONE) >= TIMESTAMPTZ '2000-01-01 00:00:00+00'",
    )


class ContactNames(BaseModel):
    """Keys at any depth of a call whose values are contacts: sealed or dropped at the door, never written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    phone: tuple[str, ...] = ("phone", "phoneNumber", "phone_number", "mobile")
    mail: tuple[str, ...] = ("email", "emailAddress", "email_address", "mail")
    push_token: tuple[str, ...] = ("token", "deviceToken", "device_token", "push_token", "pushToken")


class CollectorSection(BaseModel):
    """Events in over HTTP, in Segment's wire format."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8400
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    origins: tuple[str, ...] = ("*",)
    links: bool = True
    event_kib_max: Annotated[int, Field(ge=1, le=1024)] = 32
    batch_kib_max: Annotated[int, Field(ge=1, le=16384)] = 500
    batch_events_max: Annotated[int, Field(ge=1, le=100_000)] = 2500
    segment_seconds: Annotated[float, Field(gt=0, le=3600)] = 10.0
    segment_mib: Mib = 32
    waiting_mib_max: Mib = 32
    backlog_mib_max: Mib = 8192
    disk_free_mib_min: Annotated[int, Field(ge=0)] = 1024
    archive_days: Annotated[int, Field(ge=0, le=3650)] = 7
    anonymous: Literal["ignore", "keep"] = "ignore"
    browser_kinds: tuple[str, ...] = (Kind.VISIT, Kind.FAULT)
    tracks: dict[str, str] = Field(default_factory=default_tracks)
    contacts: ContactNames = ContactNames()
    events: tuple[CallMapping, ...] = ()

    @property
    def mappings(self) -> tuple[EventMapping, ...]:
        """What a call becomes: `events`, or the default where there are none."""
        own = tuple(EventMapping.model_validate(event.model_dump(exclude_none=True)) for event in self.events)
        return own or default_events()
