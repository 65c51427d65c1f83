"""What the settings allow at each path, read off the models: for error messages and for the reference."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

from winback.settings.locate import Path
from winback.terms.told import Told, either

_PATTERNS = {
    r"^[a-z][a-z0-9_]{0,39}$": Told("a name of a-z, 0-9 and _ that begins with a letter, at most 40 long"),
    r"^[a-z][a-z0-9_-]{0,39}$": Told(
        "a name of a-z, 0-9, _ and - that begins with a letter, at most 40 long"
    ),
    r"^[A-Z][A-Z0-9_]*$": Told("the name of an environment variable, in capitals"),
    r"^([A-Z]{2})?$": Told("a country code of two capitals such as CN, or nothing"),
    r"^[A-Z]{3}$": Told("a currency code of three capitals such as CNY"),
    "^(low|middle|high)$": Told("low, middle or high"),
}
_PLAIN = {
    int: Told("a whole number"),
    float: Told("a number"),
    bool: Told("true or false"),
    date: Told("a date such as 2026-03-01"),
    Any: Told("any value"),
}


def options(annotation: Any) -> list[Any]:
    """The members of a union, `None` left out; anything else is the only option."""
    base, marks = _bare(annotation)
    if get_origin(base) in (Union, types.UnionType):
        return [each for member in get_args(base) if member is not type(None) for each in options(member)]
    return [Annotated[base, *marks] if marks else base]


def inner(annotation: Any, part: str | int) -> list[Any]:
    """What may stand under key or index `part` of a value of this annotation; empty where nothing may."""
    found: list[Any] = []
    for option in options(annotation):
        base, _ = _bare(option)
        if isinstance(base, type) and issubclass(base, BaseModel):
            if part in base.model_fields:
                found += options(field_annotation(base.model_fields[str(part)]))
        elif get_origin(base) is dict and isinstance(part, str):
            found += options(get_args(base)[1])
        elif get_origin(base) is tuple and isinstance(part, int):
            found += options(get_args(base)[0])
    return found


def at(root: type[BaseModel], path: Path) -> Any:
    """What may stand at `path` below `root`, as one annotation; None where nothing may."""
    here: Any = root
    for part in path:
        members = inner(here, part)
        if not members:
            return None
        here = Union[tuple(members)]  # noqa: UP007 - built at run time
    return here


def general(root: type[BaseModel], path: Path) -> str:
    """A path with free names as NAME and places in lists as []: `sources[].events[].attributes.NAME`."""
    text = ""
    for depth, part in enumerate(path):
        fields = {name for model in models(at(root, path[:depth])) for name in model.model_fields}
        name = part if part in fields else "NAME"
        text += "[]" if isinstance(part, int) else f".{name}" if text else str(name)
    return text


def keys(annotation: Any, head: str = "") -> Iterator[tuple[str, Any, FieldInfo | None]]:
    """Every key below an annotation: its general path, its annotation, and its field where it has one."""
    for option in options(annotation):
        base, _ = _bare(option)
        if get_origin(base) is tuple:
            yield from keys(get_args(base)[0], f"{head}[]")
        elif get_origin(base) is dict:
            yield f"{head}.NAME", get_args(base)[1], None
            yield from keys(get_args(base)[1], f"{head}.NAME")
        for model in models(option):
            for name, field in model.model_fields.items():
                path = f"{head}.{name}" if head else name
                yield path, field_annotation(field), field
                yield from keys(field_annotation(field), path)


def models(annotation: Any) -> list[type[BaseModel]]:
    """The models among the options of an annotation."""
    bare = [_bare(option)[0] for option in options(annotation)]
    return [each for each in bare if isinstance(each, type) and issubclass(each, BaseModel)]


def field_annotation(field: FieldInfo) -> Any:
    """The annotation of a field together with its limits."""
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def text_of(pattern: str) -> Any:
    """The annotation of text of this form."""
    return Annotated[str, Field(pattern=pattern)]


def described(annotation: Any) -> Told:
    """What is allowed, in words: `a whole number from 1 to 730`."""
    return either(*dict.fromkeys(_described_one(option) for option in options(annotation)))


def _described_one(annotation: Any) -> Told:
    base, marks = _bare(annotation)
    origin = get_origin(base)
    if origin is Literal:
        return either(*(str(each) for each in get_args(base)))
    if origin is tuple:
        return Told("a list [ … ] of {what}", what=described(get_args(base)[0]))
    if origin is dict:
        return Told("a table of names, each {what}", what=described(get_args(base)[1]))
    if isinstance(base, type) and issubclass(base, BaseModel):
        return Told("a table {{ {keys} }}", keys=tuple(base.model_fields))
    if base is str:
        return _described_text(marks)
    return _bounded(_PLAIN[base], marks)


def _described_text(marks: list[Any]) -> Told:
    for mark in marks:
        if (pattern := getattr(mark, "pattern", None)) is not None:
            return _PATTERNS.get(pattern) or Told("text of the form {pattern}", pattern=pattern)
        if getattr(mark, "max_length", None) == 1:
            return Told("a single character")
    return Told("text")


def _bounded(what: Told, marks: list[Any]) -> Told:
    limit = {
        name: getattr(mark, name)
        for mark in marks
        for name in ("ge", "gt", "le", "lt")
        if hasattr(mark, name)
    }
    if "ge" in limit and "le" in limit:
        return Told("{what} from {least} to {most}", what=what, least=limit["ge"], most=limit["le"])
    for name, value in limit.items():
        what = _bound(name, what, value)
    return what


def _bound(name: str, what: Told, limit: object) -> Told:
    if name == "ge":
        return Told("{what} at least {limit}", what=what, limit=limit)
    if name == "gt":
        return Told("{what} above {limit}", what=what, limit=limit)
    if name == "le":
        return Told("{what} at most {limit}", what=what, limit=limit)
    return Told("{what} below {limit}", what=what, limit=limit)


def _bare(annotation: Any) -> tuple[Any, list[Any]]:
    """The annotation without `Annotated`, and the marks it carried."""
    if get_origin(annotation) is not Annotated:
        return annotation, []
    base, *marks = get_args(annotation)
    inner_base, inner_marks = _bare(base)
    flat = [each for mark in marks for each in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
    return inner_base, inner_marks + flat
