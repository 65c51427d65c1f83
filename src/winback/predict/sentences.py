"""Reasons as sentences: what the customer did, and what is usual for them and for people like them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from winback.language import Language
from winback.predict.hints import FeatureLike
from winback.predict.nouns import Reason
from winback.predict.words import LAST, rounded, speak
from winback.terms.money import Money


@dataclass(frozen=True)
class Currency:
    """How money of the workspace is written, and what its own kinds of events are called in the language."""

    code: str = "CNY"
    minor_digits: int = 2
    kinds: Mapping[str, str] = field(default_factory=dict)


def sentence(
    reason: Reason, feature: FeatureLike | None, *, language: Language, currency: Currency | None = None
) -> str:
    """One reason in `zh` or `en`, without a full stop.

    `feature` is what the catalogue says of `reason.feature`; None for the channel.
    """
    if feature is None:
        say = speak(language)
        return (
            say("came by channel {word}").format(word=reason.value)
            if reason.value
            else say("channel not known")
        )
    currency = currency or Currency()
    what = LAST[feature.kind][language == "en"] if feature.kind in LAST else currency.kinds.get(feature.kind)
    if feature.aggregate == "since" and what is not None:
        return _since(reason, what, language)
    return _figure(reason, feature, language, currency)


def _since(reason: Reason, what: str, language: Language) -> str:
    say = speak(language)
    if not isinstance(reason.value, float):
        return say("no {what} so far").format(what=what)
    told = say("last {what} {value} days ago").format(what=what, value=rounded(reason.value))
    if reason.own_usual is not None:
        return told + say(", usually every {own}").format(own=rounded(reason.own_usual))
    if isinstance(reason.usual, float):
        return told + say(", people like them {usual}").format(usual=rounded(reason.usual))
    return told


def _figure(reason: Reason, feature: FeatureLike, language: Language, currency: Currency) -> str:
    say = speak(language)
    what = feature.zh if language == "zh" else feature.en
    if not isinstance(reason.value, float):
        return say("{meaning}: not known").format(meaning=what)
    told = say("{meaning}: {value}").format(meaning=what, value=_written(reason.value, feature, currency))
    if not isinstance(reason.usual, float):
        return told
    usual = _written(reason.usual, feature, currency)
    return told + say(" (people like them: {usual})").format(usual=usual)


def _written(value: float, feature: FeatureLike, currency: Currency) -> str:
    if feature.unit in {"money", "money_mean"}:
        return str(Money(round(value), currency.code, currency.minor_digits))
    if feature.unit == "ratio" and feature.aggregate in {"share", "fall"}:
        return f"{100 * value:.0f} %"
    return rounded(value)
