"""Settings from the environment: WINBACK_<SECTION>__<KEY>, or with _FILE the file that holds it."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from winback.settings.locate import Path
from winback.settings.model import Settings
from winback.settings.secrets import secret
from winback.terms.errors import Place, SettingsProblem
from winback.terms.told import Told

PREFIX = "WINBACK_"


def sections_with_keys() -> dict[str, type[BaseModel]]:
    """The sections that are one table each; only their keys can be given by the environment."""
    fields = Settings.model_fields.items()
    return {
        name: field.annotation
        for name, field in fields
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


def overrides(environ: Mapping[str, str]) -> tuple[dict[Path, tuple[str, Any]], list[SettingsProblem]]:
    """For each path that is overridden the variable and its value; and what is wrong with variables."""
    found: dict[Path, tuple[str, Any]] = {}
    problems: list[SettingsProblem] = []
    for variable in _variables(environ):
        section, _, key = variable.removeprefix(PREFIX).lower().partition("__")
        try:
            _known(variable, section, key)
            text = secret(variable, environ) or ""
        except SettingsProblem as problem:
            problems.append(problem)
        else:
            found[(section, key)] = (variable, _typed(section, key, text))
    return found, problems


def _variables(environ: Mapping[str, str]) -> Iterator[str]:
    """Names of overrides, `_FILE` taken off, each once, in order."""
    ours = (name for name in environ if name.startswith(PREFIX) and "__" in name)
    yield from sorted({name.removesuffix("_FILE") for name in ours})


def _known(variable: str, section: str, key: str) -> None:
    sections = sections_with_keys()
    place = Place(file="environment", field=variable)
    if section not in sections:
        near = _nearest(section, sections)
        todo = _meant(f"{PREFIX}{near}__{key}") if near else None
        allowed = tuple(sections)
        raise SettingsProblem("no such section; allowed: {allowed}", allowed=allowed, place=place, todo=todo)
    keys = sections[section].model_fields
    if key not in keys:
        head = f"{PREFIX}{section.upper()}__"
        near = _nearest(key, keys)
        todo = _meant(f"{head}{near}") if near else None
        what = "no such setting; allowed after {head}: {allowed}"
        raise SettingsProblem(what, head=head, allowed=tuple(keys), place=place, todo=todo)


def _meant(variable: str) -> Told:
    return Told("did you mean {variable}?", variable=variable.upper())


def _nearest(word: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word, list(known), n=1)), None)


def _typed(section: str, key: str, text: str) -> Any:
    """The value as TOML would read it (30, true, ["visit"]); what is no TOML value is text."""
    if sections_with_keys()[section].model_fields[key].annotation is str:
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
