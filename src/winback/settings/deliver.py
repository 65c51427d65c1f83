"""How customers are reached: providers, when not to disturb, how often at most, messages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from winback.settings.secrets import holds_a_secret, names_a_secret
from winback.terms.told import Told

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
Medium = Literal["inbox", "sms", "push", "email", "webhook"]
Purpose = Literal["marketing", "service"]
MEDIUMS: tuple[Medium, ...] = ("inbox", "sms", "push", "email", "webhook")
#: Kinds of providers, and the mediums that each can carry.
CARRIES: dict[str, tuple[Medium, ...]] = {
    "sandbox": MEDIUMS,
    "inbox": ("inbox",),
    "aliyun": ("sms",),
    "tencent": ("sms",),
    "twilio": ("sms",),
    "http_sms": ("sms",),
    "jpush": ("push",),
    "fcm": ("push",),
    "mail": ("email",),
    "webhook": ("webhook",),
}
#: Kinds of providers that call back; mail does where it goes through a service.
CALLS_BACK = frozenset({"aliyun", "tencent", "twilio", "http_sms", "mail", "webhook"})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ProviderSection(_Part):
    """One who carries messages of a medium; its secrets come from WINBACK_<NAME>_KEY and _SECRET."""

    name: Name
    medium: Medium
    kind: Literal[
        "sandbox", "inbox", "aliyun", "tencent", "twilio", "http_sms", "jpush", "fcm", "mail", "webhook"
    ]
    weight: Annotated[int, Field(ge=0, le=1000)] = 100
    per_second_max: Count | None = None
    per_day_max: Count | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 10.0
    options: dict[str, str] = {}
    templates: dict[Name, str] = {}

    @field_validator("options")
    @classmethod
    def _no_secrets(cls, given: dict[str, str]) -> dict[str, str]:
        for key, value in given.items():
            if names_a_secret(key) or holds_a_secret(value):
                what = "{key} would hold a secret; set WINBACK_<NAME>_KEY or _SECRET outside"
                raise ValueError(Told(what, key=key))
        return given

    @model_validator(mode="after")
    def _carries(self) -> ProviderSection:
        if self.medium not in CARRIES[self.kind]:
            carries = CARRIES[self.kind]
            what = "kind {kind} carries {carries}, not {medium}"
            raise ValueError(Told(what, kind=self.kind, carries=carries, medium=self.medium))
        return self


class CapSection(_Part):
    """At most `count` messages of a purpose (on one medium, where given) in any `hours` hours."""

    purpose: Purpose = "marketing"
    medium: Medium | None = None
    hours: Annotated[int, Field(ge=1, le=24 * 366)]
    count: Annotated[int, Field(ge=0, le=10_000)]


class TemplateSection(_Part):
    """A message in Liquid for both languages; `parameters` are what providers fill into texts they keep."""

    zh: str
    en: str
    zh_title: str = ""
    en_title: str = ""
    parameters: dict[Name, str] = {}


class NewsSection(_Part):
    """What is new, told by the business itself: `news.<name>` in texts, in the language of the customer."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


def default_caps() -> tuple[CapSection, ...]:
    """Marketing: one a day, three a week; service apart from it: five a day."""
    return (
        CapSection(purpose="marketing", hours=24, count=1),
        CapSection(purpose="marketing", hours=7 * 24, count=3),
        CapSection(purpose="service", hours=24, count=5),
    )


class DeliverSection(_Part):
    """The gate that every message passes, and how the outbox is drained."""

    quiet_from: Clock = "21:00"
    quiet_to: Clock = "09:00"
    quiet_purposes: tuple[Purpose, ...] = ("marketing",)
    trading_days_only: tuple[Purpose, ...] = ()
    marketing_needs_consent: tuple[Medium, ...] = ()
    caps: tuple[CapSection, ...] = Field(default_factory=default_caps)
    wait_hours_max: Annotated[int, Field(ge=1, le=24 * 60)] = 72
    clear_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 15
    batch_rows: Annotated[int, Field(ge=1, le=10_000)] = 1000
    tries_max: Annotated[int, Field(ge=1, le=20)] = 5
    retry_seconds: Annotated[int, Field(ge=1, le=86_400)] = 60
    lease_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 10
    sms_signature: str = ""
    sms_opt_out: str = "拒收请回复R"
    links_url: str = ""
    landing_url: str = ""
    scanner_seconds: Annotated[int, Field(ge=0, le=600)] = 5
    news: dict[Name, NewsSection] = {}

    @model_validator(mode="after")
    def _some_night(self) -> DeliverSection:
        if self.quiet_from == self.quiet_to and self.quiet_purposes:
            raise ValueError("quiet_from is quiet_to; for no quiet hours set quiet_purposes = []")
        return self
