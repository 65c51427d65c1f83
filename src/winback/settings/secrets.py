"""Secrets come from the environment, or from the file that <NAME>_FILE names; never from `winback.toml`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from winback.settings.locate import Path as KeyPath
from winback.terms.errors import Place, SettingsProblem
from winback.terms.told import Told

_PASSWORD_IN_ADDRESS = re.compile(r"://[^/@\s:]*:[^/@\s]+@|\bpassword\s*=\s*\S", re.IGNORECASE)
_SECRET_NAME = re.compile(r"(^|_)(key|secret|password|passwd|token)$", re.IGNORECASE)


def secret(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """The secret `name`: the variable itself, or the text of the file `<name>_FILE`; None where neither.

    White space around it does not count, and empty is not set.

    Raises SettingsProblem where both are set or the file cannot be read.
    """
    plain, file = (environ.get(name) or "").strip(), environ.get(f"{name}_FILE")
    if plain and file:
        raise SettingsProblem(
            "both {name} and {name}_FILE are set",
            name=name,
            place=Place(file="environment", field=name),
            todo="set one of them",
        )
    if not file:
        return plain or None
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsProblem(
            "cannot read the file {file!r}: {why}",
            file=file,
            why=Told(getattr(error, "strerror", None) or "not UTF-8 text"),
            place=Place(file="environment", field=f"{name}_FILE"),
        ) from None


def names_a_secret(key: str) -> bool:
    """Whether a key of this name would hold a secret."""
    return _SECRET_NAME.search(key) is not None


def holds_a_secret(value: object) -> bool:
    """Whether text holds a password, as an address `…://user:password@host` or `password=…` does."""
    return isinstance(value, str) and _PASSWORD_IN_ADDRESS.search(value) is not None


def secrets_in(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The paths of all texts below `value` that hold a password."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from secrets_in(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from secrets_in(inner, (*path, index))
    elif holds_a_secret(value):
        yield path
