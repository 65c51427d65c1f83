"""Every setting of `winback.toml`, typed and checked, with the defaults of the worked example."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from winback.settings import cross
from winback.settings.collector import CollectorSection
from winback.settings.deliver import DeliverSection, ProviderSection, TemplateSection
from winback.settings.diagnose import (
    ChannelQualitySection,
    DiagnoseSection,
    FaultsSection,
    FindingsSection,
    LabelSection,
    RegistrationClustersSection,
)
from winback.settings.experiment import ExperimentSection
from winback.settings.playbooks_section import PlaybooksSection
from winback.settings.predict import PredictSection
from winback.settings.reward import Pots, Rewards, RewardWatchSection, default_pots, default_rewards
from winback.settings.rules import PhaseRule, TrustRule, default_phases, default_trust
from winback.settings.sources import Source
from winback.settings.warn import RuleSection, WarnSection, default_rules
from winback.settings.worker import WorkerSection
from winback.terms.kinds import Kind
from winback.terms.told import Told

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Section(BaseModel):
    """A table of the file: unknown keys are errors, nothing changes after the start."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        told = Told("{name!r} is no time zone; allowed is an IANA name such as Asia/Shanghai", name=name)
        raise ValueError(told) from None
    return name


class WorkspaceSection(Section):
    """Who and where: language of the operators, zone in which days begin, currency.

    `zh` and `en` are what it is called where people read it; its name where they are not given.
    """

    name: str = "workspace"
    zh: str = ""
    en: str = ""
    language: Literal["zh", "en"] = "zh"
    time_zone: str = "Asia/Shanghai"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    minor_digits: Annotated[int, Field(ge=0, le=4)] = 2

    _zone = field_validator("time_zone")(_known_zone)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days begin and end."""
        return ZoneInfo(self.time_zone)


class StorageSection(Section):
    """Where data lies and how much of the machine may be used."""

    data: str = "data"
    facts_url: str = "sqlite:///facts.sqlite"
    threads_max: Annotated[int, Field(ge=1, le=256)] | None = None
    memory_gib_max: Annotated[float, Field(ge=0.5)] = 3.0

    @field_validator("facts_url")
    @classmethod
    def _known_engine(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("allowed is sqlite:///FILE (below the data folder) or postgresql://…")
        return url


class KindSection(Section):
    """A kind of event of the workspace's own."""

    zh: str
    en: str
    amount: bool = False


class ChurnSection(Section):
    """S1: who counts as gone. `days` without any event of `kinds` is churn."""

    kinds: tuple[str, ...] = (Kind.VISIT, Kind.PURCHASE)
    days: Annotated[int, Field(ge=1, le=730)] = 30
    dormant_days: Annotated[int, Field(ge=1, le=730)] = 15
    returned_days: Annotated[int, Field(ge=1, le=730)] = 30

    @model_validator(mode="after")
    def _in_order(self) -> ChurnSection:
        if not self.kinds:
            raise ValueError("kinds is empty; at least one kind must count as alive")
        if self.dormant_days >= self.days:
            told = Told(
                "dormant_days {dormant} must be less than days {days}",
                dormant=self.dormant_days,
                days=self.days,
            )
            raise ValueError(told)
        return self


class ProductSection(Section):
    """Which product kinds there are, and which product belongs to which kind."""

    kinds: tuple[Name, ...] = ("liquid", "fixed_term", "bonus_interest")
    of: dict[str, Name] = {}

    @model_validator(mode="after")
    def _few_and_known(self) -> ProductSection:
        if len(self.kinds) > 62:
            raise ValueError("at most 62 product kinds")
        for product, kind in self.of.items():
            if kind not in self.kinds:
                what = "product {product!r} is of kind {kind!r}; allowed: {allowed}"
                raise ValueError(Told(what, product=product, kind=kind, allowed=self.kinds))
        return self


class FeatureSection(Section):
    """A feature of the workspace's own, declared without code (see docs/2-profile.md)."""

    measure: str
    aggregate: Literal["sum", "days", "since", "mean", "share", "change", "trend"]
    window_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    of: str | None = None
    zh: str
    en: str


class CampaignSection(Section):
    """A campaign that may have brought registrations; `last_day` belongs to it.

    `zh` and `en` are what it is called where people read it; its name where they are not given.
    """

    name: str
    zh: str = ""
    en: str = ""
    first_day: date
    last_day: date
    channel: str | None = None
    cost: Annotated[float, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> CampaignSection:
        if self.last_day < self.first_day:
            told = Told(
                "last_day {last} is before first_day {first}", last=self.last_day, first=self.first_day
            )
            raise ValueError(told)
        return self


class ChannelCostSection(Section):
    """What a channel costs: for each registration, or in all over a span of days."""

    channel: str
    per_registration: Annotated[float, Field(ge=0)] | None = None
    total: Annotated[float, Field(ge=0)] | None = None
    first_day: date | None = None
    last_day: date | None = None

    @model_validator(mode="after")
    def _one_form(self) -> ChannelCostSection:
        if (self.per_registration is None) == (self.total is None):
            raise ValueError("give either per_registration or total, not both and not neither")
        return self


class LimitsSection(Section):
    """What is believable in an event; what is not goes to quarantine."""

    amount_max: Annotated[float, Field(gt=0)] = 10_000_000_000.0
    future_minutes_max: Annotated[int, Field(ge=0)] = 10
    first_day: date = date(2000, 1, 1)


class Settings(Section):
    """The whole workspace file."""

    workspace: WorkspaceSection = WorkspaceSection()
    storage: StorageSection = StorageSection()
    sources: tuple[Source, ...] = ()
    kinds: dict[Name, KindSection] = {}
    products: ProductSection = ProductSection()
    churn: ChurnSection = ChurnSection()
    phases: tuple[PhaseRule, ...] = Field(default_factory=default_phases)
    trust: tuple[TrustRule, ...] = Field(default_factory=default_trust)
    features: dict[Name, FeatureSection] = {}
    campaigns: tuple[CampaignSection, ...] = ()
    channel_costs: tuple[ChannelCostSection, ...] = ()
    channels: dict[str, LabelSection] = {}
    attributes: dict[str, LabelSection] = {}
    limits: LimitsSection = LimitsSection()
    diagnose: DiagnoseSection = DiagnoseSection()
    findings: FindingsSection = FindingsSection()
    channel_quality: ChannelQualitySection = ChannelQualitySection()
    registration_clusters: RegistrationClustersSection = RegistrationClustersSection()
    faults: FaultsSection = FaultsSection()
    collector: CollectorSection = CollectorSection()
    predict: PredictSection = PredictSection()
    warn: WarnSection = WarnSection()
    worker: WorkerSection = WorkerSection()
    rules: tuple[RuleSection, ...] = Field(default_factory=default_rules)
    experiment: ExperimentSection = ExperimentSection()
    playbooks: PlaybooksSection = PlaybooksSection()
    rewards: Rewards = Field(default_factory=default_rewards)
    pots: Pots = Field(default_factory=default_pots)
    reward: RewardWatchSection = RewardWatchSection()
    deliver: DeliverSection = DeliverSection()
    providers: tuple[ProviderSection, ...] = ()
    templates: dict[Name, TemplateSection] = {}

    @property
    def event_kinds(self) -> tuple[str, ...]:
        """All kinds of this workspace: the shared ones first, its own after them by name."""
        return cross.known_kinds(dict(self))

    @model_validator(mode="after")
    def _sections_agree(self) -> Settings:
        for path, what in cross.disagreements(dict(self)):
            raise ValueError(Told("{where}: {what}", where=".".join(map(str, path)), what=what))
        return self

    def fingerprint(self, *sections: str) -> str:
        """A short stable digest of the named sections, for knowing whether derived data is still theirs."""
        import hashlib
        import json

        dump: dict[str, Any] = self.model_dump(mode="json", include=set(sections))
        return hashlib.sha256(json.dumps(dump, sort_keys=True).encode()).hexdigest()[:16]
