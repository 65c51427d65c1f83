"""Tells operators things in Chinese or English, from gettext catalogues, and writes figures for them."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
#: Tells a message in the reader's language; the English text is its key.
Say = Callable[[str], str]

_HAN, _LATIN = "[\u4e00-\u9fff]", "[A-Za-z0-9%]"
_TOUCHING = re.compile(f"(?<={_HAN})(?={_LATIN})|(?<={_LATIN})(?={_HAN})")
#: Keeps a figure and its unit on one line.
NO_BREAK = "\u00a0"


@cache
def speaker(language: Language) -> Say:
    """The teller of a language; a message that its catalogue lacks is told in English."""
    return _teller(language, f"{language}.po")


@cache
def helper(language: Language) -> Say:
    """The teller of what commands and options say of themselves; what is not known is told in English."""
    return str if language == "en" else _teller(language, f"{language}.help.po")


def _teller(language: Language, name: str) -> Say:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    catalogue = files("winback") / "locale" / name
    with catalogue.open("rb") as written:
        messages = read_po(written, locale=language, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled).gettext


def spaced(text: str) -> str:
    """Text in which a blank stands between Chinese and Latin letters, figures or percent signs, as in print.

    Templates have these blanks themselves; this is for what fills them.
    """
    return _TOUCHING.sub(" ", text)


def number(value: int) -> str:
    """A whole number with separators of thousands."""
    return f"{value:,}"


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal; a dash where it is not known."""
    return "–" if share is None else f"{100 * share:.1f}{NO_BREAK}%"


def seconds(value: float, say: Say) -> str:
    """A span of time: seconds with one decimal below a minute, else minutes and seconds."""
    if value < 60:
        return f"{value:.1f}{NO_BREAK}{say('s')}"
    minutes, rest = divmod(round(value), 60)
    return f"{number(minutes)}{NO_BREAK}{say('min')} {rest}{NO_BREAK}{say('s')}"


def day(value: date | None) -> str:
    """A day as it is written everywhere (2026-03-01); a dash where there is none."""
    return "–" if value is None else value.isoformat()
