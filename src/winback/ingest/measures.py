"""Which measures each lane holds, as the settings say."""

from __future__ import annotations

from winback.ingest.nouns import Measure
from winback.settings.model import Settings
from winback.terms.kinds import Fault, Kind


def measures(settings: Settings) -> tuple[Measure, ...]:
    """All measures of all lanes, in the order of the kinds and of the columns of their lanes."""
    return tuple(m for kind in settings.event_kinds for m in _of_kind(settings, kind))


def lane_measures(settings: Settings) -> dict[str, tuple[Measure, ...]]:
    """The measures of each lane, by kind."""
    return {kind: tuple(_of_kind(settings, kind)) for kind in settings.event_kinds}


def carries_amount(settings: Settings, kind: str) -> bool:
    """Whether events of `kind` may carry money that adds up."""
    own = settings.kinds.get(kind)
    return own.amount if own else kind in {Kind.PURCHASE, Kind.REDEMPTION, Kind.CLAIM}


def _of_kind(settings: Settings, kind: str) -> list[Measure]:
    found = [Measure(kind, "count", "sum")]
    if carries_amount(settings, kind):
        found += [Measure(kind, "amount", "sum"), Measure(kind, "largest", "max")]
    if kind == Kind.PURCHASE:
        found += [Measure(kind, f"count_{product}", "sum") for product in settings.products.kinds]
        found += [Measure(kind, f"amount_{product}", "sum") for product in settings.products.kinds]
        found += [Measure(kind, "products", "sum"), Measure(kind, "product_kinds", "bits")]
    if kind == Kind.BALANCE:
        found.append(Measure(kind, "balance", "last"))
    if kind == Kind.FAULT:
        found += [Measure(kind, f"count_{fault}", "sum") for fault in Fault]
    return found
