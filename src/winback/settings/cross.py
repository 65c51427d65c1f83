"""What sections of the settings must agree on among themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from winback.settings.locate import Path
from winback.settings.sources import Constant, EventMapping, Renamed
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


def _kinds_named(event: EventMapping) -> Iterator[tuple[Path, str]]:
    if isinstance(event.kind, Constant):
        yield ("const",), event.kind.const
    elif isinstance(event.kind, Renamed):
        yield from ((("map", value), kind) for value, kind in event.kind.map.items())
        if event.kind.default is not None:
            yield ("default",), event.kind.default


_CHECKS: tuple[tuple[tuple[str, ...], Callable[[Sections], Found]], ...] = (
    (("kinds",), _own_kinds_are_new),
    (("kinds", "churn"), _kinds_alive_are_known),
    (("sources",), _source_names_differ),
    (("sources",), _source_zones_are_known),
    (("kinds", "sources"), _mapped_kinds_are_known),
)
