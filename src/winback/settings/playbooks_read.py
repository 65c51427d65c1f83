"""Reads playbooks from their files, or tells all that is wrong in them with file, line and key."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from winback.settings import schema
from winback.settings.explain import shown, value_at
from winback.settings.load import dotted
from winback.settings.locate import Path as KeyPath
from winback.settings.locate import lines_of
from winback.settings.model import Settings
from winback.settings.playbooks import Playbook
from winback.settings.playbooks_graph import Known, disagreements
from winback.settings.said import said
from winback.terms.errors import Place, SettingsProblem, gathered
from winback.terms.told import Told

#: So many texts are kept as read: a night reads each playbook, and each version somebody walks, many times.
_READ_MAX = 256


@dataclass(frozen=True)
class PlaybookFile:
    """A playbook that is right in itself, with its text; `digest` is the same where the content is."""

    playbook: Playbook
    file: str
    text: str
    digest: str

    def place(self, path: KeyPath) -> Place:
        """Where a key of this file stands."""
        return _place(self.file, lines_of(self.text), path)


def shipped_names() -> tuple[str, ...]:
    """The names of the playbooks that come with winback."""
    return tuple(sorted(name.removesuffix(".toml") for name in _shipped_texts()))


def shipped_text(name: str) -> str | None:
    """The text of a playbook that comes with winback; None where there is none of that name."""
    return _shipped_texts().get(f"{name}.toml")


def playbook_files(settings: Settings, root: Path) -> tuple[PlaybookFile, ...]:
    """The workspace's own playbooks and the shipped ones that it switched on, by name.

    Raises SettingsProblem with every fault of every file. A file of one's own stands before a shipped one of
    the same name.
    """
    problems: list[SettingsProblem] = []
    found: dict[str, PlaybookFile] = {}
    for place, text in _texts(settings, root, problems):
        try:
            read = read_playbook(text, place, known_to(settings))
        except SettingsProblem as problem:
            problems += problem.each  # type: ignore[arg-type]
            continue
        if read.playbook.name in found:
            other = found[read.playbook.name].file
            where = read.place(("name",))
            what = "the playbook {name} stands in {other}"
            problems.append(SettingsProblem(what, name=read.playbook.name, other=other, place=where))
        found[read.playbook.name] = read
    if problems:
        raise gathered(problems, of="playbooks")
    return tuple(found[name] for name in sorted(found))


def known_to(settings: Settings) -> Known:
    """What this workspace has that playbooks may name."""
    return Known(tuple(settings.event_kinds), tuple(settings.templates), tuple(settings.rewards))


def read_playbook(text: str, file: str, known: Known | None = None) -> PlaybookFile:
    """The playbook that this text says; without `known`, as it was right once and is walked since.

    Raises SettingsProblem with every fault. The same text is read once.
    """
    return _read(text, file, known)


@lru_cache(maxsize=_READ_MAX)
def _read(text: str, file: str, known: Known | None) -> PlaybookFile:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsProblem("is not TOML: {why}", why=error, place=Place(file)) from None
    lines = lines_of(text)
    try:
        playbook = Playbook.model_validate_json(json.dumps(raw, default=str), strict=True)
    except ValidationError as error:
        faults = [_fault(raw, lines, each) for each in error.errors(include_url=False)]
        raise _gathered(file, lines, dict(faults)) from None
    if known is not None and (faults := list(disagreements(playbook, known))):
        raise _gathered(file, lines, dict(faults))
    content = json.dumps(playbook.model_dump(mode="json"), sort_keys=True).encode()
    return PlaybookFile(playbook, file, text, hashlib.sha256(content).hexdigest()[:16])


def _texts(settings: Settings, root: Path, problems: list[SettingsProblem]) -> Iterator[tuple[str, str]]:
    folder = root / settings.playbooks.folder
    own = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    for path in own:
        try:
            yield str(path), path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(SettingsProblem("cannot be read: {why}", why=error, place=Place(str(path))))
    shipped = _shipped_texts()
    for name in settings.playbooks.shipped:
        if name in {path.stem for path in own}:
            continue
        if f"{name}.toml" not in shipped:
            what = 'no playbook "{name}" is shipped; allowed: {allowed}'
            place = Place("winback.toml", field="playbooks.shipped")
            problems.append(SettingsProblem(what, name=name, allowed=shipped_names(), place=place))
            continue
        yield f"shipped/{name}.toml", shipped[f"{name}.toml"]


def _shipped_texts() -> dict[str, str]:
    folder = files("winback") / "plan" / "shipped"
    if not folder.is_dir():
        return {}
    return {
        each.name: each.read_text(encoding="utf-8")
        for each in folder.iterdir()
        if each.name.endswith(".toml")
    }


def _fault(raw: dict[str, Any], lines: dict[KeyPath, int], error: Any) -> tuple[KeyPath, Told]:
    """Path and message of what pydantic found; parts of its path that name a type are left out.

    A fault of a table as a whole stands at the first of its keys that the message names.
    """
    path: KeyPath = ()
    for part in error["loc"]:
        is_there = value_at(raw, (*path, part)) is not None
        if is_there or (part == error["loc"][-1] and error["type"] in ("missing", "extra_forbidden")):
            path = (*path, part)
    kind = error["type"]
    if kind == "extra_forbidden":
        known = [key for model in schema.models(schema.at(Playbook, path[:-1])) for key in model.model_fields]
        return path, Told("unknown key {key!r}; allowed: {allowed}", key=path[-1], allowed=known)
    if kind == "missing":
        described = schema.described(schema.at(Playbook, path))
        return path, Told("is missing; allowed: {allowed}", allowed=described)
    if kind == "value_error":
        what = said(error)
        named = [(*path, word) for word in re.findall(r"[a-z_]+", what) if (*path, word) in lines]
        return named[0] if named else path, what
    allowed = schema.at(Playbook, path)
    found = shown(value_at(raw, path))
    if allowed is None:
        return path, Told("found {found}; {said}", found=found, said=said(error))
    return path, Told("found {found}; allowed: {allowed}", found=found, allowed=schema.described(allowed))


def _gathered(file: str, lines: dict[KeyPath, int], faults: dict[KeyPath, Told]) -> SettingsProblem:
    problems = [SettingsProblem(what, place=_place(file, lines, path)) for path, what in faults.items()]
    return gathered(sorted(problems, key=lambda each: each.place.line or 0), of=file)


def _place(file: str, lines: dict[KeyPath, int], path: KeyPath) -> Place:
    line = next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), None)
    return Place(file, line, dotted(path) or None)
