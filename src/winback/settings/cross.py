"""What sections of the settings must agree on among themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from winback.settings.collector import BUILT_IN_SOURCES
from winback.settings.locate import Path
from winback.settings.reward import default_rewards
from winback.settings.sources import CallMapping, Constant, Renamed
from winback.terms.kinds import Kind

#: Sections by name, each checked by itself already.
Sections = Mapping[str, Any]
Found = Iterator[tuple[Path, str]]


def disagreements(sections: Sections) -> Found:
    """Path and message of everything the sections disagree on; a check that lacks a section is left out."""
    for needed, check in _CHECKS:
        if all(name in sections for name in needed):
            yield from check(sections)


def known_kinds(sections: Sections) -> tuple[str, ...]:
    """All kinds of the workspace: the shared ones first, its own after them by name."""
    return (*[kind.value for kind in Kind], *sorted(sections["kinds"]))


def _own_kinds_are_new(sections: Sections) -> Found:
    for own in sections["kinds"]:
        if own in set(Kind):
            yield ("kinds", own), f"{own} is a kind every workspace has; choose another name"


def _kinds_alive_are_known(sections: Sections) -> Found:
    known = known_kinds(sections)
    for index, kind in enumerate(sections["churn"].kinds):
        if kind not in known:
            yield ("churn", "kinds", index), f'found "{kind}"; allowed: {", ".join(known)}'


def _source_names_differ(sections: Sections) -> Found:
    seen: set[str] = set()
    for index, source in enumerate(sections["sources"]):
        if source.name in seen:
            yield ("sources", index, "name"), f'a source "{source.name}" stands above already'
        if source.name in BUILT_IN_SOURCES:
            said = f'found "{source.name}", a source every workspace has; allowed: any other name'
            yield ("sources", index, "name"), said
        seen.add(source.name)


def _source_zones_are_known(sections: Sections) -> Found:
    for index, source in enumerate(sections["sources"]):
        try:
            ZoneInfo(source.time_zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            said = f'found "{source.time_zone}"; allowed: an IANA time zone such as Asia/Shanghai'
            yield ("sources", index, "time_zone"), said


def _mapped_kinds_are_known(sections: Sections) -> Found:
    known = known_kinds(sections)
    for index, source in enumerate(sections["sources"]):
        for number, event in enumerate(source.events):
            for tail, kind in _kinds_named(event):
                if kind not in known:
                    path: Path = ("sources", index, "events", number, "kind", *tail)
                    yield path, f'found "{kind}"; allowed: {", ".join(known)}'


def _kinds_named(event: CallMapping) -> Iterator[tuple[Path, str]]:
    if isinstance(event.kind, Constant):
        yield ("const",), event.kind.const
    elif isinstance(event.kind, Renamed):
        yield from ((("map", value), kind) for value, kind in event.kind.map.items())
        if event.kind.default is not None:
            yield ("default",), event.kind.default


def _rewards_name_what_there_is(sections: Sections) -> Found:
    pots, kinds, shipped = sections["pots"], sections["products"].kinds, default_rewards()
    for name, reward in sections["rewards"].items():
        if reward.pot not in pots:
            yield ("rewards", name, "pot"), f'found "{reward.pot}"; allowed: {", ".join(pots)}'
        for index, kind in enumerate(reward.product_kinds):
            if kind not in kinds and reward != shipped.get(name):
                said = f'found "{kind}"; allowed: {", ".join(kinds)}'
                yield ("rewards", name, "product_kinds", index), said


def _collected_kinds_are_known(sections: Sections) -> Found:
    known, collector = known_kinds(sections), sections["collector"]
    for name, kind in collector.tracks.items():
        if kind not in known:
            yield ("collector", "tracks", name), f'found "{kind}"; allowed: {", ".join(known)}'
    for index, kind in enumerate(collector.browser_kinds):
        if kind not in known:
            yield ("collector", "browser_kinds", index), f'found "{kind}"; allowed: {", ".join(known)}'
    for number, event in enumerate(collector.events):
        for tail, kind in _kinds_named(event):
            if kind not in known:
                path: Path = ("collector", "events", number, "kind", *tail)
                yield path, f'found "{kind}"; allowed: {", ".join(known)}'


def _labels_differ(sections: Sections) -> Found:
    """Two channels, or two attributes, are never called the same in one language."""
    for section in ("channels", "attributes"):
        for language in ("zh", "en"):
            seen: dict[str, str] = {}
            for name, label in sections[section].items():
                said = getattr(label, language)
                if said in seen:
                    yield (section, name, language), f'found "{said}", which {seen[said]} is called already'
                seen.setdefault(said, name)


_CHECKS: tuple[tuple[tuple[str, ...], Callable[[Sections], Found]], ...] = (
    (("kinds",), _own_kinds_are_new),
    (("kinds", "churn"), _kinds_alive_are_known),
    (("sources",), _source_names_differ),
    (("sources",), _source_zones_are_known),
    (("kinds", "sources"), _mapped_kinds_are_known),
    (("channels", "attributes"), _labels_differ),
    (("kinds", "collector"), _collected_kinds_are_known),
    (("rewards", "pots", "products"), _rewards_name_what_there_is),
)
