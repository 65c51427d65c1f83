"""The nouns of predict as plain JSON values and back."""

from __future__ import annotations

from dataclasses import asdict, fields, is_dataclass
from datetime import date
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from winback.predict.nouns import ModelCard

#: Grows with every change of the form; a card of another form cannot be read.
FORM = 1


def card_to_json(card: ModelCard) -> dict[str, Any]:
    """Every figure of the card; shares are fractions of 1, days are ISO dates."""
    return {"form": FORM, **to_plain(asdict(card))}


def card_from_json(value: dict[str, Any]) -> ModelCard:
    """The card that `card_to_json` wrote. Raises ValueError where its form is another."""
    if value.get("form") != FORM:
        raise ValueError(f"the card has the form {value.get('form')}; this winback reads form {FORM}")
    card: ModelCard = from_plain(ModelCard, {key: item for key, item in value.items() if key != "form"})
    return card


def to_plain(value: Any) -> Any:
    """Values as JSON has them: tuples as lists, dates as text."""
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def from_plain(kind: Any, value: Any) -> Any:
    """The value as the annotation says: dataclasses, tuples, dictionaries, dates, and what may be None.

    A field that came later, and is not there, has its default.
    """
    if get_origin(kind) in (Union, UnionType):
        if value is None:
            return None
        kind = next(one for one in get_args(kind) if one is not type(None))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(
            **{
                field.name: from_plain(hints[field.name], value[field.name])
                for field in fields(kind)
                if field.name in value
            }
        )  # type: ignore[operator]
    if get_origin(kind) is tuple:
        return tuple(from_plain(get_args(kind)[0], item) for item in value)
    if get_origin(kind) is dict:
        return {key: from_plain(get_args(kind)[1], item) for key, item in value.items()}
    return date.fromisoformat(value) if kind is date else value
