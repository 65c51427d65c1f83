"""Turns what pydantic says of a section into faults for people: path, what was found, what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic_core import ErrorDetails

from winback.settings import schema
from winback.settings.locate import Path
from winback.settings.model import Settings
from winback.settings.said import said
from winback.settings.secrets import holds_a_secret, names_a_secret
from winback.terms.told import Told

SHOWN_LETTERS_MAX = 60
_SECRET_ADVICE = Told("remove it here; set it as an environment variable, or name a file in <VARIABLE>_FILE")


@dataclass(frozen=True)
class Fault:
    """One thing that cannot be, at a path of the file."""

    path: Path
    what: Told
    todo: Told | None = None
    #: A fault of a table as a whole: the first of its keys that `what` names is where it stands.
    of_whole: bool = False


def explained(raw: dict[str, Any], errors: Iterable[ErrorDetails]) -> list[Fault]:
    """All faults of the errors, in their order; errors of a union's members become one fault."""
    plain: list[tuple[Path, ErrorDetails]] = []
    unions: dict[Path, dict[str, list[tuple[Path, ErrorDetails]]]] = {}
    for error in errors:
        path, union_path, tag = _real_path(error["loc"])
        if union_path is None:
            plain.append((path, error))
        else:
            unions.setdefault(union_path, {}).setdefault(tag, []).append((path, error))
    faults = [_fault(raw, path, error) for path, error in plain if not _only_follows(raw, path, error)]
    for path, members in unions.items():
        faults += _union_faults(raw, path, members)
    return faults


def unknown_key(path: Path, known: Iterable[str]) -> Fault:
    """The fault of a key that no setting has, with the nearest one that there is."""
    key, known = str(path[-1]), list(known)
    if names_a_secret(key):
        what = Told("unknown key {key!r}, and secrets never stand in this file", key=key)
        return Fault(path, what, _SECRET_ADVICE)
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    return Fault(
        path,
        Told("unknown key {key!r}; allowed: {allowed}", key=key, allowed=known),
        Told("did you mean {near!r}?", near=near[0]) if near else None,
    )


def secret_found(path: Path) -> Fault:
    """The fault of a password written into the file."""
    what, todo = Told("holds a password; secrets never stand in this file"), _SECRET_ADVICE
    if len(path) == 2:
        variable = f"WINBACK_{path[0]}__{path[1]}".upper()
        todo = Told("set {variable} (or …_FILE) in the environment", variable=variable)
    return Fault(path, what, todo)


def value_at(raw: Any, path: Path) -> Any:
    """The value at a path of the raw file; None where there is none."""
    for part in path:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def shown(value: Any) -> str:
    """A value as it would stand in the file, cut to what fits a line; passwords are not repeated."""
    if holds_a_secret(value):
        return "(hidden)"
    text = _toml(value)
    return text if len(text) <= SHOWN_LETTERS_MAX else f"{text[:SHOWN_LETTERS_MAX]}…"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{key} = {shown(each)}" for key, each in value.items()) + " }"
            if value
            else "{ }"
        )
    if isinstance(value, list):
        return "[" + ", ".join(shown(each) for each in value) + "]"
    if isinstance(value, str):
        return f'"{value}"'
    return value.isoformat() if isinstance(value, date) else str(value)


def _real_path(loc: tuple[int | str, ...]) -> tuple[Path, Path | None, str]:
    """The path in the file, the path of the union passed on the way (if any), and which member it was."""
    path: Path = ()
    union_path: Path | None = None
    tag = ""
    here: Any = Settings
    for part in loc:
        if part == "[key]":
            continue
        if len(schema.options(here)) > 1 and union_path != path:
            union_path, tag = path, str(part)
            here = next((model for model in schema.models(here) if model.__name__ == tag), str)
            continue
        path = (*path, part)
        members = schema.inner(here, part)
        here = _joined(members)
    return path, union_path, tag


def _joined(members: list[Any]) -> Any:
    joined = members[0] if members else str
    for member in members[1:]:
        joined = joined | member
    return joined


def _only_follows(raw: dict[str, Any], path: Path, error: ErrorDetails) -> bool:
    """Whether a list is called too short only because its items are wrong, which is told anyway."""
    return error["type"] == "too_short" and bool(value_at(raw, path))


def _fault(raw: dict[str, Any], path: Path, error: ErrorDetails, member: str | None = None) -> Fault:
    kind = error["type"]
    if kind == "extra_forbidden":
        above = [
            each for each in schema.models(schema.at(Settings, path[:-1])) if member in (None, each.__name__)
        ]
        return unknown_key(path, dict.fromkeys(key for model in above for key in model.model_fields))
    if kind == "missing":
        allowed = schema.described(schema.at(Settings, path))
        return Fault(path, Told("is missing; allowed: {allowed}", allowed=allowed))
    if kind == "value_error":
        return Fault(path, said(error), of_whole=True)
    if error["loc"][-1] == "[key]":
        what = "is no name that may stand here; allowed: {allowed}"
        return Fault(path, Told(what, allowed=_allowed_key(error)))
    return Fault(path, _found(value_at(raw, path), _allowed(path, error)))


def _found(value: Any, allowed: Told) -> Told:
    return Told("found {found}; allowed: {allowed}", found=shown(value), allowed=allowed)


def _allowed(path: Path, error: ErrorDetails) -> Told:
    if error["type"] == "too_short":
        return Told("a list of at least {count}", count=error["ctx"]["min_length"])
    return schema.described(schema.at(Settings, path))


def _allowed_key(error: ErrorDetails) -> Told:
    return schema.described(schema.text_of(error["ctx"]["pattern"])) if "ctx" in error else said(error)


def _union_faults(
    raw: dict[str, Any], path: Path, members: dict[str, list[tuple[Path, ErrorDetails]]]
) -> Iterator[Fault]:
    """The faults of the member that was meant, where the keys tell which; else what may stand there."""
    value = value_at(raw, path)
    allowed = schema.at(Settings, path)
    tables = {model.__name__: set(model.model_fields) for model in schema.models(allowed)}
    if isinstance(value, dict) and tables:
        strange = {name: len(set(value) - keys) for name, keys in tables.items()}
        fewest = [name for name, count in strange.items() if count == min(strange.values())]
        if len(fewest) == 1:
            meant = fewest[0]
            yield from (_fault(raw, inner_path, error, meant) for inner_path, error in members.get(meant, []))
            return
        known = dict.fromkeys(key for model in schema.models(allowed) for key in model.model_fields)
        if strangers := [key for key in value if key not in known]:
            yield from (unknown_key((*path, key), known) for key in strangers)
            return
    yield Fault(path, _found(value, schema.described(allowed)))
