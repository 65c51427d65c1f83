"""What pydantic says of a value, as a text whose template a door can translate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winback.terms.told import Told

#: Kinds of errors that people meet, as pydantic words them; the others are told as pydantic put them.
TEMPLATES = {
    "bool_type": "Input should be a valid boolean",
    "date_type": "Input should be a valid date",
    "date_from_datetime_parsing": "Input should be a valid date or datetime, {error}",
    "dict_type": "Input should be a valid dictionary",
    "extra_forbidden": "Extra inputs are not permitted",
    "finite_number": "Input should be a finite number",
    "float_type": "Input should be a valid number",
    "greater_than": "Input should be greater than {gt}",
    "greater_than_equal": "Input should be greater than or equal to {ge}",
    "int_from_float": "Input should be a valid integer, got a number with a fractional part",
    "int_parsing": "Input should be a valid integer, unable to parse string as an integer",
    "int_type": "Input should be a valid integer",
    "less_than": "Input should be less than {lt}",
    "less_than_equal": "Input should be less than or equal to {le}",
    "list_type": "Input should be a valid list",
    "literal_error": "Input should be {expected}",
    "missing": "Field required",
    "string_pattern_mismatch": "String should match pattern '{pattern}'",
    "string_type": "Input should be a valid string",
    "tuple_type": "Input should be a valid tuple",
}


def said(error: Mapping[str, Any]) -> Told:
    """What is wrong with a value, by pydantic or by a check of ours that it called."""
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return Told(context["error"].args[0])
    if (template := TEMPLATES.get(error["type"])) is None:
        return Told(error["msg"])
    told = Told(template, **context)
    return told if told == error["msg"] else Told(error["msg"])
