"""In which language a problem is told: as was asked, as the workspace says, or as the environment does."""

from __future__ import annotations

import os
from contextvars import ContextVar

from winback.app import nothing_opened, opened_language
from winback.language import Language

#: What the options of this call asked for; machines (--json) are told in English.
_asked: ContextVar[Language | None] = ContextVar("asked", default=None)


def begin() -> None:
    """A new call: nothing is asked for yet, and nothing opened."""
    nothing_opened()
    _asked.set(None)


def ask(language: str | None) -> None:
    """What --lang says; what --json asked for stands."""
    if language is not None and _asked.get() is None:
        _asked.set("zh" if language == "zh" else "en")


def for_machines() -> None:
    """What --json asks for: problems stay in English, the same in every workspace."""
    _asked.set("en")


def of_problems() -> Language:
    """The language of what went wrong in this call."""
    return _asked.get() or opened_language() or of_environment()


def of_environment() -> Language:
    """Chinese where the locale of the process is, else English."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.startswith("zh") else "en"
