"""What sections of the settings must agree on among themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from winback.settings.collector import BUILT_IN_SOURCES
from winback.settings.locate import Path
from winback.settings.reward import default_rewards
from winback.settings.sources import CallMapping, Constant, Renamed
from winback.terms.kinds import Kind
from winback.terms.told import Told

#: Sections by name, each checked by itself already.
Sections = Mapping[str, Any]
Found = Iterator[tuple[Path, Told]]


def disagreements(sections: Sections) -> Found:
    """Path and message of everything the sections disagree on; a check that lacks a section is left out."""
    for needed, check in _CHECKS:
        if all(name in sections for name in needed):
            yield from check(sections)


def known_kinds(sections: Sections) -> tuple[str, ...]:
    """All kinds of the workspace: the shared ones first, its own after them by name."""
    return (*[kind.value for kind in Kind], *sorted(sections["kinds"]))


def _among(found: str | None, allowed: Iterable[str]) -> Told:
    """What is said of a word that is not one of those allowed."""
    return Told('found "{found}"; allowed: {allowed}', found=found, allowed=tuple(allowed))


def _own_kinds_are_new(sections: Sections) -> Found:
    for own in sections["kinds"]:
        if own in set(Kind):
            yield ("kinds", own), Told("{own} is a kind every workspace has; choose another name", own=own)


def _kinds_alive_are_known(sections: Sections) -> Found:
    known = known_kinds(sections)
    for index, kind in enumerate(sections["churn"].kinds):
        if kind not in known:
            yield ("churn", "kinds", index), _among(kind, known)


def _source_names_differ(sections: Sections) -> Found:
    seen: set[str] = set()
    for index, source in enumerate(sections["sources"]):
        if source.name in seen:
            yield ("sources", index, "name"), Told('a source "{name}" stands above already', name=source.name)
        if source.name in BUILT_IN_SOURCES:
            what = 'found "{name}", a source every workspace has; allowed: any other name'
            said = Told(what, name=source.name)
            yield ("sources", index, "name"), said
        seen.add(source.name)


def _source_zones_are_known(sections: Sections) -> Found:
    for index, source in enumerate(sections["sources"]):
        try:
            ZoneInfo(source.time_zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            what = 'found "{zone}"; allowed: an IANA time zone such as Asia/Shanghai'
            said = Told(what, zone=source.time_zone)
            yield ("sources", index, "time_zone"), said


def _mapped_kinds_are_known(sections: Sections) -> Found:
    known = known_kinds(sections)
    for index, source in enumerate(sections["sources"]):
        for number, event in enumerate(source.events):
            for tail, kind in _kinds_named(event):
                if kind not in known:
                    path: Path = ("sources", index, "events", number, "kind", *tail)
                    yield path, _among(kind, known)


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
            yield ("rewards", name, "pot"), _among(reward.pot, pots)
        for index, kind in enumerate(reward.product_kinds):
            if kind not in kinds and reward != shipped.get(name):
                said = _among(kind, kinds)
                yield ("rewards", name, "product_kinds", index), said


def _collected_kinds_are_known(sections: Sections) -> Found:
    known, collector = known_kinds(sections), sections["collector"]
    for name, kind in collector.tracks.items():
        if kind not in known:
            yield ("collector", "tracks", name), _among(kind, known)
    for index, kind in enumerate(collector.browser_kinds):
        if kind not in known:
            yield ("collector", "browser_kinds", index), _among(kind, known)
    for number, event in enumerate(collector.events):
        for tail, kind in _kinds_named(event):
            if kind not in known:
                path: Path = ("collector", "events", number, "kind", *tail)
                yield path, _among(kind, known)


def _labels_differ(sections: Sections) -> Found:
    """Two channels, or two attributes, are never called the same in one language."""
    for section in ("channels", "attributes"):
        for language in ("zh", "en"):
            seen: dict[str, str] = {}
            for name, label in sections[section].items():
                said = getattr(label, language)
                if said in seen:
                    what = 'found "{said}", which {other} is called already'
                    yield (section, name, language), Told(what, said=said, other=seen[said])
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
