"""Reads `winback.toml` and the environment into checked settings, or tells all that is wrong at once."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from winback.language import LANGUAGES, Language
from winback.settings import cross, schema
from winback.settings.environment import overrides
from winback.settings.explain import Fault, explained, secret_found, unknown_key
from winback.settings.locate import Path as KeyPath
from winback.settings.locate import lines_of
from winback.settings.model import Settings, WorkspaceSection
from winback.settings.secrets import secrets_in
from winback.terms.errors import Place, SettingsProblem, gathered
from winback.terms.told import Told

_LANGUAGE = WorkspaceSection.model_fields["language"]
_LANGUAGE_LINE = re.compile(r"^\s*language\s*=\s*[\"'](?P<language>zh|en)[\"']", re.MULTILINE)
_WHERE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


def load(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings that the file and the environment (`os.environ` where not given) say.

    Raises SettingsProblem with every fault: its place (file, line, key), what was found and what is allowed.
    """
    text = _read(path)
    raw = _parsed(path, text)
    given, problems = overrides(os.environ if environ is None else environ)
    written_secrets = [secret_found(at) for at in secrets_in(raw)]
    for (section, key), (_, value) in given.items():
        table = raw.setdefault(str(section), {})
        if isinstance(table, dict):
            table[key] = value
    sections, faults = _sections(raw)
    crossed = (Fault(at, what) for at, what in cross.disagreements(sections))
    lines = lines_of(text)
    for fault in (*faults, *written_secrets, *crossed):
        problems.append(_problem(path, lines, given, fault))
    if problems:
        raise gathered(sorted(problems, key=lambda each: each.place.line or 0), of=str(path))
    return Settings(**sections)


def language_of(path: Path, environ: Mapping[str, str] | None = None) -> Language | None:
    """The language of the operators, as far as a file that may be wrong can tell it; None if not."""
    environ = os.environ if environ is None else environ
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return None
    try:
        said = tomllib.loads(text).get("workspace", {}).get("language", _LANGUAGE.default)
    except (tomllib.TOMLDecodeError, AttributeError):
        found = _LANGUAGE_LINE.search(text)
        said = found["language"] if found else None
    said = environ.get("WINBACK_WORKSPACE__LANGUAGE", said)
    return next((language for language in LANGUAGES if language == said), None)


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsProblem(
            "cannot be read: {why}",
            why=Told(error.strerror or type(error).__name__),
            place=Place(file=str(path)),
            todo="`winback init` writes a new one",
        ) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SettingsProblem("is not UTF-8 text", place=Place(file=str(path), line=line)) from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = _WHERE.search(str(error))
        what = Told(_WHERE.sub("", str(error)))
        line = text.count("\n") + 1
        if where and where["line"]:
            line = int(where["line"])
            what = Told("{what}, column {column}", what=what, column=where["column"])
        place, todo = Place(file=str(path), line=line), _toml_advice(text, line)
        raise SettingsProblem("is not TOML here: {why}", why=what, place=place, todo=todo) from None


def _toml_advice(text: str, line: int) -> Told:
    lines = text.splitlines()
    said = lines[line - 1].strip() if line <= len(lines) else ""
    if not said:
        return Told("something before this line is not closed")
    return Told("the line reads: {said}", said=said)


def _sections(raw: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Each section checked by itself, so that a fault in one does not hide those of another."""
    known = Settings.model_fields
    faults = [unknown_key((key,), known) for key in raw if key not in known]
    sections: dict[str, Any] = {}
    for name, field in known.items():
        if name not in raw:
            sections[name] = field.get_default(call_default_factory=True)
            continue
        try:
            sections[name] = _checked(schema.field_annotation(field), raw[name])
        except ValidationError as error:
            details = error.errors(include_url=False)
            for detail in details:
                detail["loc"] = (name, *detail["loc"])
            faults += explained(raw, details)
    return sections, faults


def _checked(annotation: Any, value: Any) -> Any:
    """Checked as JSON, the only strict form that takes lists for tuples: "30" is no number, true is not 1."""
    return TypeAdapter(annotation).validate_json(json.dumps(value, default=_json), strict=True)


def _json(value: object) -> str:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no TOML value")


def _problem(
    file: Path, lines: dict[KeyPath, int], given: Mapping[KeyPath, tuple[str, Any]], fault: Fault
) -> SettingsProblem:
    path = _sharpened(lines, fault)
    for depth in range(len(path), 1, -1):
        if path[:depth] in given:
            variable, _ = given[path[:depth]]
            return SettingsProblem(
                fault.what, place=Place(file="environment", field=variable), todo=fault.todo
            )
    line = next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), None)
    return SettingsProblem(fault.what, place=Place(str(file), line, dotted(path)), todo=fault.todo)


def _sharpened(lines: Iterable[KeyPath], fault: Fault) -> KeyPath:
    """A fault of a whole table stands at the first key of it that the message names."""
    keys = set(lines) if fault.of_whole else set()
    for word in re.findall(r"[A-Za-z_]\w*", fault.what):
        if (*fault.path, word) in keys:
            return (*fault.path, word)
    return fault.path


def dotted(path: KeyPath) -> str:
    """A path for people: `sources[1].events[2].amount`, the first of a list being 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text
