"""The line of a key that a stage complains about: stages name keys, only the file knows lines."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from winback.settings.locate import Path as KeyPath
from winback.settings.locate import lines_of
from winback.terms.errors import Place


def placed(place: Place, file: Path) -> Place:
    """The place with its whole path and its line, where it is a key of the workspace file and has none.

    Items of a list go by name (`sources.orders.path`) or by place, 1 = the first (`phases[2]`).
    """
    if place.file != file.name or place.line is not None:
        return place
    try:
        text = file.read_text(encoding="utf-8-sig")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return place
    return Place(str(file), _line(text, _path(raw, place.field)), place.field)


def _path(raw: Any, field: str | None) -> KeyPath:
    """As much of the path as the file has."""
    path: KeyPath = ()
    for part in re.findall(r"[^.\[\]]+", field or ""):
        key: str | int | None = part if isinstance(raw, dict) and part in raw else None
        if isinstance(raw, list):
            key = next((i for i, each in enumerate(raw) if part in (_name(each), str(i + 1))), None)
        if key is None:
            break
        path, raw = (*path, key), raw[key]
    return path


def _name(item: Any) -> Any:
    return item.get("name") if isinstance(item, dict) else None


def _line(text: str, path: KeyPath) -> int | None:
    return lines_of(text).get(path) if path else None
