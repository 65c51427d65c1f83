"""In which language a problem is told: as was asked, as the workspace says, or as the environment does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path

from winback.app import nothing_opened, opened_language, workspace_file
from winback.language import LANGUAGES, Language
from winback.settings.load import language_of
from winback.terms.errors import Problem

#: What the options of this call asked for; machines (--json) are told in English.
_asked: ContextVar[Language | None] = ContextVar("asked", default=None)


#: The arguments of this call.
_arguments: ContextVar[tuple[str, ...]] = ContextVar("arguments", default=())


def begin(arguments: Sequence[str] = ()) -> None:
    """A new call with these arguments: nothing is asked for yet, and nothing opened."""
    nothing_opened()
    _asked.set(None)
    _arguments.set(tuple(arguments))


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


def of_usage() -> Language:
    """The language of help, and of a call that could not be read: as its arguments say as far as they tell.

    Else as the workspace that they name says, or the nearest one; else as the environment does.
    """
    said = _of("--lang")
    if "--json" in _arguments.get():
        return "en"
    if said in LANGUAGES:
        return "zh" if said == "zh" else "en"
    named = _of("--workspace", "-w") or os.environ.get("WINBACK_WORKSPACE")
    try:
        return language_of(workspace_file(Path(named) if named else None)) or of_environment()
    except Problem:
        return of_environment()


def _of(*names: str) -> str | None:
    """The value that follows one of these options, or stands behind its equals sign."""
    arguments = _arguments.get()
    for place, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name in names:
            return value if equals else next(iter(arguments[place + 1 :]), None)
    return None


def of_environment() -> Language:
    """Chinese where the locale of the process is, else English."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.startswith("zh") else "en"
