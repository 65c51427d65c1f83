"""The rules of every look out of the settings."""

from __future__ import annotations

from dataclasses import dataclass

from babel.core import get_global

from winback.diagnose.clusters.nouns import ClusterRules
from winback.diagnose.faults.nouns import FaultRules
from winback.diagnose.nouns import FindingRules
from winback.diagnose.quality.nouns import QualityRules
from winback.settings.model import Settings


@dataclass(frozen=True)
class Rules:
    """What is looked at, and when it is stated."""

    findings: FindingRules
    quality: QualityRules
    clusters: ClusterRules
    faults: FaultRules


def rules_of(settings: Settings) -> Rules:
    """The rules that a workspace sets; holidays are those of its time zone's country where it names none."""
    clusters = settings.registration_clusters
    country = clusters.country or _country(settings.workspace.time_zone)
    return Rules(
        findings=FindingRules(**settings.findings.model_dump()),
        quality=QualityRules(**settings.channel_quality.model_dump()),
        clusters=ClusterRules(**{**clusters.model_dump(), "country": country}),
        faults=FaultRules(**settings.faults.model_dump()),
    )


def _country(time_zone: str) -> str:
    """The country of a time zone (from CLDR)."""
    return str(get_global("zone_territories").get(time_zone, ""))
