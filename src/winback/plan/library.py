"""Playbooks and their versions on the facts store: what is entered now, and what people inside still walk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from winback.plan import book
from winback.plan.nouns import PlaybookState
from winback.plan.walks import ARMS_MAX, START, Walk, emissions, walks
from winback.settings.playbooks import Playbook
from winback.settings.playbooks_read import PlaybookFile, read_playbook
from winback.terms.time import day_number


@dataclass(frozen=True)
class Version:
    """One content of a playbook; `key` is its row, and its walks are numbered from `key * ARMS_MAX` on."""

    key: int
    number: int
    file: PlaybookFile

    @property
    def playbook(self) -> Playbook:
        """What it says."""
        return self.file.playbook

    @cached_property
    def walks(self) -> tuple[Walk, ...]:
        """Its walks, one an arm."""
        return walks(self.playbook)

    def walk_id(self, arm: str) -> int:
        """The key of the walk of an arm."""
        return self.key * ARMS_MAX + list(self.playbook.arm_shares).index(arm)


@dataclass(frozen=True)
class Library:
    """All versions that people may walk, by key; of each playbook its state and the version entered now."""

    versions: dict[int, Version]
    states: dict[str, PlaybookState]
    current: dict[str, int]

    def walk(self, walk_id: int) -> tuple[Version, Walk]:
        """Whose walk this is."""
        version = self.versions[walk_id // ARMS_MAX]
        return version, version.walks[walk_id % ARMS_MAX]

    def entered(self, names: Sequence[str]) -> Iterator[Version]:
        """The versions entered now of these playbooks."""
        yield from (self.versions[self.current[name]] for name in names if name in self.current)


def keep(connection: Any, files: Sequence[PlaybookFile], when: tuple[date, int]) -> dict[str, int]:
    """Keep what is new in these files as of a date and moment; how many inside moved to a new version.

    Each file is one transaction: a version and its walks are there together or not at all.
    """
    moved = {}
    for file in files:
        with book.part(connection):
            moved[file.playbook.name] = _keep_one(connection, file, when)
    return {name: people for name, people in moved.items() if people}


def load(connection: Any) -> Library:
    """What is on the facts store. Raises SettingsProblem where a version is not understood any more."""
    versions = dict(_versions(connection))
    rows = book.fetch(connection, "playbooks")
    by_number = {(v.playbook.name, v.number): key for key, v in versions.items()}
    return Library(
        versions,
        {name: PlaybookState(state) for name, state, *_ in rows},
        {name: by_number[name, number] for name, _, number, *_ in rows},
    )


def _versions(connection: Any) -> Iterator[tuple[int, Version]]:
    for key, name, number, _, text, _ in book.fetch(connection, "versions"):
        file = read_playbook(text, f"version {number} of {name}")
        yield key, Version(key, number, file)


def _keep_one(connection: Any, file: PlaybookFile, when: tuple[date, int]) -> int:
    name, (as_of, now_us) = file.playbook.name, when
    known = [version for _, version in _versions(connection) if version.playbook.name == name]
    new = next((version for version in known if version.file.digest == file.digest), None)
    if new is None:
        number = len(known) + 1
        book.do(connection, "keep_version", [name, number, file.digest, file.text, day_number(as_of)])
        new = next(v for _, v in _versions(connection) if (v.playbook.name, v.number) == (name, number))
        _compile(connection, new)
    book.do(connection, "keep_playbook", [name, new.number, now_us, "winback"])
    entered = {row[0]: row[2] for row in book.fetch(connection, "playbooks")}[name]
    if entered == new.number:
        return 0
    book.do(connection, "set_version", [new.number, name])
    if file.playbook.when_changed == "finish":
        return 0
    book.do(connection, "set_heard", [None, None])
    return sum(_move(connection, version, new) for version in known if version.key != new.key)


def _compile(connection: Any, version: Version) -> None:
    for walk in version.walks:
        key = version.walk_id(walk.arm)
        rows = [(key, e.stop, e.outcome, e.next_stop, e.stay_us, e.is_asked) for e in walk.edges]
        book.do_many(connection, "keep_edge", rows)
        given = [
            (key, edge.stop, edge.outcome, each.pop("place"), version.number, *each.values())
            for edge in walk.edges
            for each in emissions(version.playbook, edge.steps)
        ]
        book.do_many(connection, "keep_emission", given)


def _move(connection: Any, old: Version, new: Version) -> int:
    """Move those of an old version who stand where the new one has a wait of the same name; how many."""
    places = {step.name: place + 1 for place, step in enumerate(new.playbook.steps) if step.kind == "wait"}
    moved = 0
    for arm in old.playbook.arm_shares:
        if arm not in new.playbook.arm_shares:
            continue
        stops = {START: START} | {
            place + 1: places[step.name]
            for place, step in enumerate(old.playbook.steps)
            if step.kind == "wait" and step.name in places
        }
        for before, after in stops.items():
            row = [new.walk_id(arm), after, old.walk_id(arm), before]
            moved += book.do(connection, "move_stop", row)
    return moved
