"""Secrets come from the environment, or from the file that <NAME>_FILE names; never from settings."""

from __future__ import annotations

import os
from pathlib import Path

from winback.terms.errors import Place, SettingsProblem


def secret(name: str) -> str | None:
    """The secret, without surrounding white space; None where it is not given.

    Raises SettingsProblem where it is given in both ways, or its file cannot be read.
    """
    value, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value and file:
        raise SettingsProblem(f"both {name} and {name}_FILE are set", todo="unset one of them")
    if not file:
        return value.strip() if value and value.strip() else None
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as failed:
        raise SettingsProblem(
            f"the file of {name} cannot be read: {failed}", place=Place(file=file, field=f"{name}_FILE")
        ) from failed


def needed(name: str, what_for: str) -> str:
    """The secret, which must be there.

    Raises SettingsProblem where it is not.
    """
    value = secret(name)
    if value is None:
        todo = f"set {name} or {name}_FILE"
        raise SettingsProblem(f"{name} is not set; it is needed {what_for}", todo=todo)
    return value
