"""The mapping section as SQL: each row of a chunk becomes candidate events, good or refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from winback.ingest.fields import Typed, is_number_sql, minor_sql, moment_sql, text_sql
from winback.ingest.measures import carries_amount
from winback.ingest.moments import day_sql, offsets, utc_sql
from winback.settings.model import Settings
from winback.settings.sources import Constant, EventMapping, Expression, Field_, Renamed, Source
from winback.store.sql import identifier, literal
from winback.terms.errors import Place, SettingsProblem
from winback.terms.kinds import WITH_AMOUNT, Fault, Kind
from winback.terms.time import start_of_day

CONTACTS = ("phone", "mail", "push_token")
TEXTS = ("product", "product_kind", "detail", "version")
SAID = ("channel", "campaign", "inviter", "birthday", "language", "time_zone")
FIELDS = ("kind", "customer", "at", "id", "amount", *TEXTS, *SAID, *CONTACTS)
#: The column that numbers the rows of a source file, 1 = the first.
ROW = "winback_row"
#: What stands in a quarantined row in the place of a contact.
MASK = "***"
_WORD = re.compile(r"[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*|\"(?:[^\"]|\"\")+\"")


@dataclass(frozen=True)
class Terms:
    """What a mapping needs beside itself: the settings, the source, the moment after which all is future."""

    settings: Settings
    source: Source
    now: datetime

    def changes(self, zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
        """The zone's offsets within the believable time."""
        return offsets(zone, self.settings.limits.first_day, self.now.astimezone(UTC).date())

    def utc(self, local: str) -> str:
        """SQL for the moment of a local time of the source, both in microseconds."""
        zone = ZoneInfo(self.source.time_zone) if self.source.time_zone else self.settings.workspace.zone
        return utc_sql(local, self.changes(zone))


def expressions(mapping: EventMapping) -> Iterator[tuple[str, Field_]]:
    """The mapped fields of one mapping, attributes as `attributes.<name>`."""
    for name in FIELDS:
        field = getattr(mapping, name)
        if field is not None:
            yield name, field
    for name, field in mapping.attributes.items():
        yield f"attributes.{name}", field


def columns_of(field: Field_) -> set[str]:
    """The columns a field may look at; for SQL every word in it, which is more than enough."""
    if isinstance(field, str):
        return {field}
    if isinstance(field, Renamed):
        return {field.column}
    return words(field.sql) if isinstance(field, Expression) else set()


def words(sql: str) -> set[str]:
    """Every word of an SQL text that could be a column."""
    return {word.strip('"').replace('""', '"') for word in _WORD.findall(sql)}


def wanted_columns(source: Source) -> set[str]:
    """The columns that plain and renamed fields need; those must be there."""
    return {
        column
        for mapping in source.events
        for _, field in expressions(mapping)
        if not isinstance(field, Expression)
        for column in columns_of(field)
    }


def possible_columns(source: Source) -> set[str]:
    """Every column that any field or filter may look at."""
    found = {c for mapping in source.events for _, field in expressions(mapping) for c in columns_of(field)}
    return found | {word for mapping in source.events if mapping.where for word in words(mapping.where)}


def contact_columns(source: Source) -> set[str]:
    """Every column out of which a contact is made; their values never lie anywhere in clear."""
    return {
        column
        for mapping in source.events
        for name, field in expressions(mapping)
        if name in CONTACTS
        for column in columns_of(field)
    }


def expression_sql(field: Field_) -> str:
    """SQL for the raw value of a field."""
    if isinstance(field, str):
        return identifier(field)
    if isinstance(field, Constant):
        return literal(field.const)
    if isinstance(field, Expression):
        return f"TRY({field.sql})"
    column = f"CAST({identifier(field.column)} AS VARCHAR)"
    if not field.map:
        return f"coalesce({column}, {literal(field.default)})" if field.default is not None else column
    whens = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in field.map.items())
    return f"CASE {column} {whens} ELSE {column if field.default is None else literal(field.default)} END"


def candidates_sql(terms: Terms, index: int, types: Mapping[str, str]) -> str:
    """SELECT of the candidates that mapping `index` makes of `chunk`; `types` are those of its fields.

    Columns: row, mapping, kind, id, at, day, amount, bad_field, bad_reason (both null where the event is
    good), and of message, the texts, attributes, what was said those that are mapped; all contacts or none.
    """
    mapping = terms.source.events[index]
    fields = dict(expressions(mapping))
    raw = ", ".join(f"{expression_sql(f)} AS {identifier('f_' + name)}" for name, f in fields.items())
    where = f" WHERE ({mapping.where})" if mapping.where else ""
    typed = {name: Typed(identifier("f_" + name), types[name]) for name in fields}
    parsed = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in _parsed(terms, mapping, typed).items())
    given = ", given_birthday" if mapping.birthday is not None else ""
    day = day_sql('"at"', terms.changes(terms.settings.workspace.zone))
    return (
        f"SELECT * EXCLUDE (bad_place), CASE WHEN bad_place IS NULL THEN {day} END AS day,"
        f" split_part(bad_place, '|', 1) AS bad_field, split_part(bad_place, '|', 2) AS bad_reason FROM ("
        f"SELECT * EXCLUDE (number_ok, kind_text{given}), {_verdict_sql(terms, mapping)} AS bad_place FROM ("
        f"SELECT {identifier(ROW)} AS row, {index} AS mapping, {parsed} FROM ("
        f"SELECT {identifier(ROW)}, {raw} FROM chunk{where})))"
    )


def types_sql(source: Source, index: int) -> str:
    """SELECT of the raw fields of a mapping, to ask DuckDB for their types."""
    fields = expressions(source.events[index])
    return f"SELECT {', '.join(f'{expression_sql(f)} AS {identifier(n)}' for n, f in fields)} FROM chunk"


def _parsed(terms: Terms, mapping: EventMapping, typed: Mapping[str, Typed]) -> dict[str, str]:
    digits = terms.settings.workspace.minor_digits
    none = "CAST(NULL AS VARCHAR)"
    amount = typed.get("amount")
    birthday = typed.get("birthday")
    moment = moment_sql(typed["at"], terms.source.time_format, terms.utc)
    found = {
        "kind_text": text_sql(typed["kind"]),
        "id": text_sql(typed["customer"]),
        "at": moment,
        "amount": minor_sql(amount, digits) if amount else "CAST(NULL AS BIGINT)",
        "number_ok": f"CASE WHEN {text_sql(amount)} IS NULL THEN NULL ELSE {is_number_sql(amount)} END"
        if amount
        else "CAST(NULL AS BOOLEAN)",
    }
    if "id" in typed:
        found["message"] = text_sql(typed["id"])
    if mapping.attributes:
        found["attributes"] = _attributes_sql(mapping)
    if birthday:
        found |= {"birthday": f"TRY_CAST({text_sql(birthday)} AS DATE)", "given_birthday": text_sql(birthday)}
    for name in (*TEXTS, *(s for s in SAID if s != "birthday"), *CONTACTS):
        if name in typed:
            found[name] = text_sql(typed[name])
        elif name in CONTACTS and typed.keys() & set(CONTACTS):
            found[name] = none
    for name in typed.keys() & set(CONTACTS):
        found[name] = f"nullif({found[name]}, {literal(MASK)})"
    return found | {"kind": f"TRY_CAST({found['kind_text']} AS event_kind)"}


def _attributes_sql(mapping: EventMapping) -> str:
    pairs = ", ".join(f"{literal(name)}, {identifier('f_attributes.' + name)}" for name in mapping.attributes)
    return f"CAST(json_object({pairs}) AS VARCHAR)"


def _verdict_sql(terms: Terms, mapping: EventMapping) -> str:
    """SQL for `field|reason` of the first thing wrong, null where nothing is."""
    limits = terms.settings.limits
    first = start_of_day(limits.first_day, terms.settings.workspace.zone)
    last = int(terms.now.timestamp() * 1_000_000) + limits.future_minutes_max * 60_000_000
    checks = [
        ("id IS NULL", "customer|no customer"),
        ("kind IS NULL", "kind|unknown kind"),
        ('"at" IS NULL', "at|time cannot be read"),
        (f'"at" < {first}', f"at|time before {limits.first_day}"),
        (f'"at" > {last}', "at|time in the future"),
        *(_amount_checks(terms) if mapping.amount is not None else ()),
        (f"amount IS NULL AND kind IN ({_kinds(WITH_AMOUNT)})", "amount|no amount"),
    ]
    if mapping.detail is not None:
        faults = ", ".join(literal(fault) for fault in Fault)
        checks.append((f"kind = {literal(Kind.FAULT)} AND detail NOT IN ({faults})", "detail|unknown fault"))
    if mapping.birthday is not None:
        checks.append(("given_birthday IS NOT NULL AND birthday IS NULL", "birthday|birthday cannot be read"))
    if mapping.time_zone is not None:
        checks.append(("time_zone NOT IN (SELECT name FROM known_zones)", "time_zone|unknown time zone"))
    whens = " ".join(f"WHEN {condition} THEN {literal(verdict)}" for condition, verdict in checks)
    return f"CASE {whens} END"


def _amount_checks(terms: Terms) -> tuple[tuple[str, str], ...]:
    digits = terms.settings.workspace.minor_digits
    most = int(terms.settings.limits.amount_max * 10**digits)
    adding = {kind for kind in terms.settings.event_kinds if carries_amount(terms.settings, kind)}
    never_negative = sorted(adding - set(terms.settings.kinds))
    return (
        ("number_ok = false", "amount|not a decimal number"),
        (f"abs(amount) > {most}", "amount|amount out of range"),
        ("number_ok AND amount IS NULL", f"amount|more than {digits} decimals, or out of range"),
        (f"amount < 0 AND kind IN ({_kinds(never_negative)})", "amount|negative amount"),
    )


def _kinds(kinds: frozenset[Kind] | list[str]) -> str:
    return ", ".join(literal(str(kind)) for kind in sorted(kinds))


def missing_column(source: Source, column: str, found: list[str]) -> SettingsProblem:
    """The error for a mapped column that the source lacks."""
    return SettingsProblem(
        "source {source!r} maps the column {column!r}, which is not there; it has {found}",
        source=source.name,
        column=column,
        found=found,
        place=Place(file="winback.toml", field=f"sources.{source.name}"),
        todo="correct the mapping, or the file",
    )
