"""A sentence for people that a door can still tell in another language: a template and what fills it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class Told(str):
    """English text that remembers its `template` and its named `fields`, so that a door can translate it.

    A field may be a Told itself, or a list or tuple, which is told as a list of words. A template without
    fields is text as it stands. It is `str` everywhere else: what compares or logs it sees English.
    """

    template: str
    fields: Mapping[str, object]

    def __new__(cls, template: str, /, **fields: object) -> Told:
        """The template filled with the fields. Raises KeyError where one is missing."""
        if isinstance(template, cls) and not fields:
            return template
        told = super().__new__(cls, _filled(template, fields, str))
        told.template = template
        told.fields = fields
        return told

    def told(self, say: Callable[[str], str]) -> str:
        """The text with its template, and all templates within it, said by `say`."""
        return _filled(say(self.template), self.fields, say)

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """What makes it anew in another process."""
        return (self.template,), dict(self.fields)


def _filled(template: str, fields: Mapping[str, object], say: Callable[[str], str]) -> str:
    if not fields:
        return template
    return template.format_map({name: _field(value, say) for name, value in fields.items()})


def _field(value: object, say: Callable[[str], str]) -> object:
    if isinstance(value, Told):
        return value.told(say)
    if isinstance(value, tuple | list):
        return say(", ").join(str(_field(each, say)) for each in value)
    return value


def either(*words: str) -> Told:
    """`a or b or c`, each of which may be a Told."""
    *rest, last = words
    return Told("{one} or {other}", one=either(*rest), other=last) if rest else Told(last)
