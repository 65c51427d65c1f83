"""One field of an event as SQL: text, money and time out of whatever type the source gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from winback.store.sql import literal

_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)"
_LOCAL = r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?)?"
_ZONED = _LOCAL + r" ?(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)"
_SIGNED = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"}
_INTEGERS = _SIGNED | {"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
EPOCH_FORMATS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}


@dataclass(frozen=True)
class Typed:
    """An SQL expression and its DuckDB type."""

    sql: str
    type: str


def text_sql(field: Typed) -> str:
    """SQL for trimmed text, empty text as null; whole doubles lose their `.0`."""
    if field.type in {"DOUBLE", "FLOAT"}:
        whole = f"{field.sql} = trunc({field.sql}) AND abs({field.sql}) < 1e15"
        return (
            f"CASE WHEN {whole} THEN CAST(CAST({field.sql} AS BIGINT) AS VARCHAR)"
            f" ELSE CAST({field.sql} AS VARCHAR) END"
        )
    text = field.sql if field.type == "VARCHAR" else f"CAST({field.sql} AS VARCHAR)"
    return f"nullif(trim({text}), '')"


def minor_sql(field: Typed, digits: int) -> str:
    """SQL for exact minor units (BIGINT), null where the value is no number or has more decimals.

    Doubles are first turned to their shortest decimal text, so 0.29 is 29 and not 28.
    """
    scale = 10**digits
    if field.type in _INTEGERS:
        return f"TRY_CAST(CAST({field.sql} AS HUGEINT) * {scale} AS BIGINT)"
    if field.type.startswith("DECIMAL"):
        wide = f"TRY_CAST({field.sql} AS DECIMAL(38, {_decimals(field.type)}))"
        exact = f"{wide} = round({wide}, {digits})" if _decimals(field.type) > digits else "true"
        return f"CASE WHEN {exact} THEN TRY_CAST(TRY({wide} * {scale}) AS BIGINT) END"
    text = _plain_number_sql(field)
    plain = rf"[+-]?([0-9]{{1,18}}(\.[0-9]{{0,{digits}}}0*)?|\.[0-9]{{1,{max(digits, 1)}}}0*)"
    if digits == 0:
        plain = r"[+-]?([0-9]{1,18}(\.0*)?|\.0+)"
    exponent = f"{_NUMBER}[eE][+-]?[0-9]{{1,3}}"
    return (
        f"CASE WHEN regexp_full_match({text}, '{plain}')"
        f" THEN TRY_CAST(TRY_CAST({text} AS DECIMAL(24, {digits})) * {scale} AS BIGINT)"
        f" WHEN regexp_full_match({text}, '{exponent}') AND {_exponent_exact_sql(text, digits)}"
        f" THEN TRY_CAST(TRY(TRY_CAST({text} AS DECIMAL(38, {digits})) * {scale}) AS BIGINT) END"
    )


def is_number_sql(field: Typed) -> str:
    """SQL that tells whether the value is a finite decimal number at all."""
    if field.type in _INTEGERS or field.type.startswith("DECIMAL"):
        return f"{field.sql} IS NOT NULL"
    return f"regexp_full_match({_plain_number_sql(field)}, '{_NUMBER}([eE][+-]?[0-9]{{1,3}})?')"


def _plain_number_sql(field: Typed) -> str:
    text = text_sql(field) if field.type == "VARCHAR" else f"CAST({field.sql} AS VARCHAR)"
    if field.type != "VARCHAR":
        return text
    grouped = r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?"
    return f"CASE WHEN regexp_full_match({text}, '{grouped}') THEN replace({text}, ',', '') ELSE {text} END"


def _exponent_exact_sql(text: str, digits: int) -> str:
    """Whether mantissa × 10^exponent has at most `digits` decimals."""
    mantissa = f"regexp_extract({text}, '^[+-]?([0-9.]*)', 1)"
    exponent = f"CAST(regexp_extract({text}, '[eE]([+-]?[0-9]+)$', 1) AS INTEGER)"
    decimals = f"(length({mantissa}) - coalesce(nullif(instr({mantissa}, '.'), 0), length({mantissa})))"
    figures = f"replace({mantissa}, '.', '')"
    zeros = f"(length({figures}) - length(rtrim({figures}, '0')))"
    return f"({decimals} - {zeros} - {exponent} <= {digits} OR rtrim({figures}, '0') = '')"


def _decimals(type_name: str) -> int:
    return int(type_name.rstrip(")").split(",")[1])


def moment_sql(field: Typed, time_format: str | None, utc: Callable[[str], str]) -> str:
    """SQL for the moment in microseconds UTC; `utc` makes local microseconds UTC."""
    if field.type == "VARCHAR":
        return _text_moment_sql(text_sql(field), time_format, utc)
    value = field.sql
    if field.type == "TIMESTAMP WITH TIME ZONE":
        return f"epoch_us({value})"
    if field.type.startswith("TIMESTAMP") or field.type == "DATE":
        return utc(f"epoch_us(CAST({value} AS TIMESTAMP))")
    if field.type in {"DOUBLE", "FLOAT"} or field.type.startswith("DECIMAL"):
        return f"CAST(round({_scaled_sql(value, time_format)}) AS BIGINT)"
    if field.type in _INTEGERS:
        return f"TRY_CAST({_scaled_sql(f'CAST({value} AS HUGEINT)', time_format)} AS BIGINT)"
    return _text_moment_sql(text_sql(field), time_format, utc)


def _text_moment_sql(text: str, time_format: str | None, utc: Callable[[str], str]) -> str:
    if time_format in EPOCH_FORMATS:
        return f"TRY_CAST(round({_scaled_sql(f'TRY_CAST({text} AS DECIMAL(30, 6))', time_format)}) AS BIGINT)"
    if time_format:
        parsed = f"try_strptime({text}, {literal(time_format)})"
        if "%z" in time_format or "%Z" in time_format:
            return f"epoch_us({parsed})"
        return utc(f"epoch_us({parsed})")
    return _any_text_sql(text, utc)


def _any_text_sql(text: str, utc: Callable[[str], str]) -> str:
    number = f"TRY_CAST({text} AS DECIMAL(30, 6))"
    zoned = f"epoch_us(TRY_CAST(replace({text}, ',', '.') AS TIMESTAMP WITH TIME ZONE))"
    local = f"epoch_us(TRY_CAST(replace({text}, ',', '.') AS TIMESTAMP))"
    compact = f"epoch_us(try_strptime({text}, ['%Y%m%d', '%Y%m%dT%H%M%S', '%Y%m%dT%H%M']))"
    return (
        f"CASE WHEN regexp_full_match({text}, '{_LOCAL}') THEN {utc(local)}"
        f" WHEN regexp_full_match({text}, '{_ZONED}') THEN {zoned}"
        rf" WHEN regexp_full_match({text}, '[0-9]{{8}}(T[0-9]{{4}}([0-9]{{2}})?)?') THEN {utc(compact)}"
        rf" WHEN regexp_full_match({text}, '-?[0-9]{{9,16}}(\.[0-9]+)?')"
        f" THEN TRY_CAST(round({_scaled_sql(number, None)}) AS BIGINT) END"
    )


def _scaled_sql(number: str, time_format: str | None) -> str:
    """Epoch seconds, milliseconds or microseconds as microseconds; by size, unless the format says which."""
    if time_format in EPOCH_FORMATS:
        return f"{number} * {EPOCH_FORMATS[time_format]}"
    return (
        f"CASE WHEN abs({number}) < 100000000000 THEN {number} * 1000000"
        f" WHEN abs({number}) < 100000000000000 THEN {number} * 1000 ELSE {number} END"
    )
