"""Why a warning was given, as sentences: the figures that its rules looked at, and the model's reasons."""

from __future__ import annotations

import json
from datetime import date

from winback.language import Language
from winback.profile import read as profile
from winback.profile.nouns import Feature
from winback.store.workspace import Workspace
from winback.terms.money import Money
from winback.warn import risk


def told(ws: Workspace, reasons: str | None, as_of: date, language: Language) -> tuple[str, ...]:
    """Kept reasons as sentences without full stops: the model's first, then the figures of the rules."""
    if not reasons:
        return ()
    kept = json.loads(reasons)
    said = risk.sentences(ws, kept["model"], as_of, language)
    known = profile.catalogue(ws.settings)
    figures = tuple(
        figure(ws, known[name], value, language) for name, value in kept["figures"].items() if name in known
    )
    return (*said, *figures)


def figure(ws: Workspace, feature: Feature, value: float | None, language: Language) -> str:
    """One figure with what it means."""
    meaning = feature.zh if language == "zh" else feature.en
    mark = "：" if language == "zh" else ": "
    return f"{meaning}{mark}{written(ws, feature, value)}"


def written(ws: Workspace, feature: Feature, value: float | None) -> str:
    """A figure as people write it: money with its currency, whole numbers whole; a dash where not known."""
    if value is None:
        return "–"
    section = ws.settings.workspace
    if feature.unit in {"money", "money_mean"}:
        return str(Money(round(value), section.currency, section.minor_digits))
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
