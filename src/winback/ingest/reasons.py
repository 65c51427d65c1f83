"""Why a row is refused, in words: one of these, which are kept as text and read back to be told."""

from __future__ import annotations

import re
from functools import cache

from winback.terms.told import Told

#: All reasons that ingest and the collector give; some hold a figure or a name.
REASONS = (
    "no customer",
    "unknown kind",
    "time cannot be read",
    "time before {day}",
    "time in the future",
    "no amount",
    "unknown fault",
    "birthday cannot be read",
    "unknown time zone",
    "not a decimal number",
    "amount out of range",
    "more than {digits} decimals, or out of range",
    "negative amount",
    "{found} columns, where the header has {expected}",
    "text is not in the encoding",
    "not a JSON object",
    "not a line of the collector",
    "the event is no object with a type and an id",
    "the type is none of {types}",
    "neither userId nor anonymousId",
    "userId is not in UTF-8",
    "the currency is not {currency}",
    "the event cannot be read",
    "the event is nested too deeply",
    "more than {size} KB",
)


def reason_told(reason: str) -> Told:
    """A reason as it was kept (`no amount`, or with its field `amount: no amount`), to be told by a door."""
    for template, form in _forms():
        if found := form.fullmatch(reason):
            return Told(template, **found.groupdict())
    field, colon, rest = reason.partition(": ")
    return Told("{field}: {reason}", field=field, reason=reason_told(rest)) if colon else Told(reason)


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (each, re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^:]+)", re.escape(each)))) for each in REASONS
    )
