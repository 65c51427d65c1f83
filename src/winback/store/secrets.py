"""Secrets that a step cannot do without."""

from __future__ import annotations

from winback.settings.secrets import secret
from winback.terms.errors import SettingsProblem

__all__ = ["needed", "secret"]


def needed(name: str, what_for: str) -> str:
    """The secret, which must be there.

    Raises SettingsProblem where it is not.
    """
    value = secret(name)
    if value is None:
        what, todo = "{name} is not set; it is needed {what_for}", "set {name} or {name}_FILE"
        raise SettingsProblem(what, name=name, what_for=what_for, todo=todo)
    return value
