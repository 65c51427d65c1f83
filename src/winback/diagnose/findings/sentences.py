"""Findings as plain sentences, and the portrait of a group made of them, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from winback.diagnose.nouns import Condition, Finding, Group
from winback.diagnose.telling import channel_name
from winback.diagnose.words import interval, speak
from winback.ingest.read import FREE
from winback.language import NO_BREAK, Language, Say, number, percent
from winback.profile.nouns import Feature

#: A portrait is made of so many findings at most.
TRAITS_MAX = 4
#: So many conditions that say nearly the same are told beside a finding.
ALIKE_TOLD_MAX = 3


@dataclass(frozen=True)
class Wording:
    """What conditions are told with: features, how money is written, labels of attributes and kinds."""

    language: Language
    features: Mapping[str, Feature]
    currency: str
    minor_digits: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

    @property
    def say(self) -> Say:
        """The teller of the language."""
        return speak(self.language)

    def name(self, feature: str) -> str:
        """What a feature is called; a free attribute without a label goes by its own name, quoted."""
        found = self.features.get(feature)
        if found is not None:
            return found.zh if self.language == "zh" else found.en
        if feature in _NAMED:
            return self.say(feature)
        return self.attributes.get(feature) or f"“{feature.removeprefix(FREE)}”"

    def kind(self, name: str) -> str:
        """What an event of a kind is called; a kind of the workspace's own by its label there."""
        if name in self.kinds:
            return self.kinds[name]
        try:
            return self.say(name)
        except KeyError:
            return name


#: Names of features that are no numbers and so stand in no catalogue.
_NAMED = frozenset({"trust", "campaign", "language"})

_TIMES = {
    "purchase_count_life": ("never bought", "bought {times} at most", "bought {times} or more"),
    "purchase_days_life": ("never bought", "bought on {days} at most", "bought on {days} or more"),
}


_LAST_SEEN = re.compile(r"days_from_(\w+)_to_alive")


def condition_text(condition: Condition, wording: Wording) -> str:
    """A condition as the predicate of a sentence: `bought 2 times at most`, `最多购买 2 次`."""
    say = wording.say
    name = wording.name(condition.feature)
    if condition.is_name is not None:
        value = _named(condition, say)
        if condition.feature in {"trust", *wording.features}:
            return say("had {name}: {value}").format(name=name, value=value)
        return say("had {name}: “{value}”").format(name=name, value=value)
    unit = wording.features[condition.feature].unit if condition.feature in wording.features else "count"
    if unit in {"count", "days"}:
        return _counted(condition, name, wording)
    if condition.below is not None:
        if condition.feature.endswith("_largest_life"):
            text = say("never reached {value} in one {name}")
            kind = condition.feature.removesuffix("_largest_life")
            return text.format(name=wording.kind(kind), value=_value(condition.below, unit, wording))
        return say("had {name}: below {value}").format(
            name=name, value=_value(condition.below, unit, wording)
        )
    return say("had {name}: {value} or more").format(
        name=name, value=_value(condition.at_least or 0.0, unit, wording)
    )


def _named(condition: Condition, say: Say) -> str:
    """A name from the data as it is; a grade of trust in the language."""
    name = condition.is_name or ""
    return say(name) if condition.feature == "trust" else name


def _counted(condition: Condition, name: str, wording: Wording) -> str:
    """Whole numbers: below 3 is told as at most 2."""
    say = wording.say
    most = int(condition.below) - 1 if condition.below is not None else None
    least = int(condition.at_least or 0)
    after = _LAST_SEEN.fullmatch(condition.feature)
    if after:
        return _last_seen(wording.kind(after[1]), most, least, say)
    none, at_most, or_more = _TIMES.get(condition.feature, ("", "", ""))
    if none:
        if most == 0:
            return say(none)
        text = say(at_most) if most is not None else say(or_more)
        value = most if most is not None else least
        return text.format(times=_times(value, say), days=_days(value, say))
    if most == 0:
        return say("had none: {name}").format(name=name)
    if most is not None:
        return say("had {name}: {value} at most").format(name=name, value=number(most))
    return say("had {name}: {value} or more").format(name=name, value=number(least))


def _last_seen(kind: str, most: int | None, least: int, say: Say) -> str:
    """How long after their last event of a kind they were seen last."""
    if most == 0:
        return say("were last seen on the day of their last {kind}").format(kind=kind)
    if most is not None:
        return say("were last seen within {days} of their last {kind}").format(
            kind=kind, days=_days(most, say)
        )
    return say("were last seen {days} or more after their last {kind}").format(
        kind=kind, days=_days(least, say)
    )


def _times(value: int, say: Say) -> str:
    return say("once") if value == 1 else say("{n} times").format(n=number(value))


def _days(value: int, say: Say) -> str:
    return say("1 day") if value == 1 else say("{n} days").format(n=number(value))


def _value(value: float, unit: str, wording: Wording) -> str:
    if unit in {"money", "money_mean"}:
        major = value / 10**wording.minor_digits
        return f"{major:,.0f}{NO_BREAK}{wording.currency}"
    if unit == "ratio":
        return f"{value:g}"
    return f"{value:,g}"


def span_text(condition: Condition, wording: Wording) -> str:
    """A span or name of a drill, without the feature's name: `3 to 5`, `1,000 CNY to under 10,000 CNY`."""
    say = wording.say
    if condition.is_name is not None or condition.is_other:
        return say("others") if condition.is_other else _named(condition, say)
    low, high = condition.at_least, condition.below
    if low is None and high is None:
        return say("(not known)")
    unit = wording.features[condition.feature].unit if condition.feature in wording.features else "count"
    if unit in {"count", "days"}:
        return _whole_span(int(low or 0), None if high is None else int(high) - 1, say)
    first, last = (None if end is None else _value(end, unit, wording) for end in (low, high))
    if last is None:
        return say("{low} or more").format(low=first)
    if first is None:
        return say("under {high}").format(high=last)
    return say("{low} to under {high}").format(low=first, high=last)


def _whole_span(first: int, last: int | None, say: Say) -> str:
    if last is None:
        return say("{low} or more").format(low=number(first))
    return number(first) if first == last else f"{number(first)} – {number(last)}"


def alike_text(finding: Finding, wording: Wording) -> str:
    """Conditions that pick out nearly the same customers, in brackets; nothing where there are none."""
    if not finding.alike:
        return ""
    told = wording.say("; ").join(condition_text(each, wording) for each in finding.alike[:ALIKE_TOLD_MAX])
    return wording.say(" (nearly the same: {others})").format(others=told)


def group_text(group: Group, say: Say) -> str:
    """Whom a finding is about: `those lost from distribution in the novice phase`."""
    channel = channel_name(group.channel, say)
    if group.phase is None and group.channel is None:
        return say("those lost")
    if group.phase is None:
        return say("those lost from {channel}").format(channel=channel)
    if group.channel is None:
        return say("those lost in the {phase} phase").format(phase=say(group.phase))
    text = say("those lost from {channel} in the {phase} phase")
    return text.format(channel=channel, phase=say(group.phase))


def conditions_text(finding: Finding, wording: Wording) -> str:
    """All conditions of a finding."""
    return wording.say(" and ").join(condition_text(each, wording) for each in finding.conditions)


def ratio_text(finding: Finding) -> str:
    """The ratio with its interval; a dash where nobody stayed who fulfils the conditions."""
    if finding.ratio is None or finding.ratio_low is None or finding.ratio_high is None:
        return "–"
    return f"{finding.ratio:.2f} ({finding.ratio_low:.2f} – {finding.ratio_high:.2f})"


def sentence(finding: Finding, wording: Wording) -> str:
    """The finding with both shares, the ratio and its interval, the sample, and the false discovery rate."""
    say = wording.say
    text = say(
        "{share} of {group} {condition} ({interval}, {lost} lost); of those like them who stayed, "
        "{kept_share} ({kept_interval}, {kept} effective)."
    )
    both = text.format(
        share=percent(finding.churned.share),
        group=group_text(finding.group, say),
        condition=conditions_text(finding, wording),
        interval=interval(finding.churned),
        lost=number(finding.churned.whole),
        kept_share=percent(finding.stayed.share),
        kept_interval=interval(finding.stayed),
        kept=number(finding.stayed.whole),
    )
    return both + say(" ") + _ratio(finding, say)


def _ratio(finding: Finding, say: Say) -> str:
    q = say("q below 0.001") if finding.q < 0.001 else say("q = {q}").format(q=f"{finding.q:.3f}")
    if finding.ratio is None or finding.ratio_low is None or finding.ratio_high is None:
        return say("None of those who stayed did; {q}.").format(q=q)
    text = say("{ratio} times as common ({low} to {high}); {q}.")
    return text.format(
        ratio=f"{finding.ratio:.2f}", low=f"{finding.ratio_low:.2f}", high=f"{finding.ratio_high:.2f}", q=q
    )


def portrait(findings: Sequence[Finding], wording: Wording) -> str:
    """The group of these findings in one sentence: what is commonest among its churned comes first."""
    say = wording.say
    singles = [finding for finding in findings if len(finding.conditions) == 1]
    if not singles:
        return ""
    singles.sort(key=lambda finding: -(finding.churned.share or 0.0))
    traits = say("; ").join(
        f"{condition_text(finding.conditions[0], wording)} ({percent(finding.churned.share)})"
        for finding in singles[:TRAITS_MAX]
    )
    return say("Portrait of {group}: {traits}.").format(
        group=group_text(singles[0].group, say), traits=traits
    )
