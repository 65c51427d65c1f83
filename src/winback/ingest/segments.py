"""Segments of the collector: a call a line, as the door wrote it, become rows that mappings know."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from winback.ingest.chunks import Chunk, Unreadable, numbered
from winback.ingest.fields import Typed, moment_sql
from winback.ingest.mapping import ROW
from winback.ingest.order import Ints
from winback.settings.collector import CollectorSection
from winback.settings.sources import Source
from winback.store.sql import arrow, identifier, literal
from winback.terms.kinds import WITH_AMOUNT, Kind

#: What of a call mappings may name beside what is prepared for them; objects are JSON text.
CALL = (
    "type",
    "event",
    "name",
    "userId",
    "anonymousId",
    "groupId",
    "previousId",
    "messageId",
    "timestamp",
    "properties",
    "traits",
    "context",
)
TYPES = ("track", "identify", "page", "screen", "alias", "group")
#: Sealed contacts of a row, and how many of it the door dropped; no mapping names them.
SEALED_JSON, DROPPED = "winback_sealed", "winback_dropped"
_ROWS_AT_ONCE = 200_000


class CallSource(Source):
    """The built-in source of calls; it knows what `kind` a call is."""

    collector: CollectorSection
    kinds: tuple[str, ...]
    currency: str


def calls(db: duckdb.DuckDBPyConnection, source: CallSource, content: bytes) -> Iterator[Chunk]:
    """The calls of a segment. A line that a kill or a lost disk left behind is unreadable, not an error."""
    lines = content.decode("utf-8", "replace").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    for start in range(0, len(lines), _ROWS_AT_ONCE):
        yield _chunk(db, source, lines[start : start + _ROWS_AT_ONCE], start)


def read_calls(db: duckdb.DuckDBPyConnection, source: CallSource, path: Path) -> Iterator[Chunk]:
    """The calls of a segment file."""
    return calls(db, source, path.read_bytes())


def _chunk(db: duckdb.DuckDBPyConnection, source: CallSource, lines: list[str], start: int) -> Chunk:
    rows: Ints = pa.array(range(start + 1, start + len(lines) + 1), pa.int64()).to_numpy()
    db.register("lines", numbered(pa.table({"line": pa.array(lines, pa.string())}), rows))
    shape = {"r": "BIGINT", "s": "VARCHAR", "k": "VARCHAR", "b": "BIGINT", "t": "VARCHAR", "x": "VARCHAR"}
    inner = {"c": "VARCHAR", "d": "BIGINT", "e": dict.fromkeys(CALL, "VARCHAR")}
    opened = f"from_json(line, {literal(json.dumps(shape | inner))})"
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE opened AS SELECT *, {_why_not_sql(source)} AS why_not FROM"
        f" (SELECT * EXCLUDE (o), o.r AS r, o.s AS s, o.k AS k, o.b AS b, o.x AS x, o.c AS c, o.d AS d,"
        f" coalesce(o.t, o.e.type) AS type, {_fields()} FROM"
        f" (SELECT {identifier(ROW)}, line, CASE WHEN json_valid(line) THEN {opened} END AS o FROM lines))"
    )
    bad = db.execute(
        f"SELECT {identifier(ROW)}, why_not, line FROM opened WHERE why_not IS NOT NULL ORDER BY 1"
    ).fetchall()
    table = arrow(db, _rows_sql(source))
    db.execute("DROP TABLE opened")
    db.unregister("lines")
    unreadable = tuple(Unreadable(row, why, line) for row, why, line in bad)
    return Chunk(table, table.num_rows + len(unreadable), unreadable)


def _fields() -> str:
    traits = "coalesce(o.e.traits, o.e.context->>'$.traits')"
    plain = (
        f"o.e.{identifier(name)} AS {identifier(name)}" for name in CALL if name not in {"type", "traits"}
    )
    return f"{', '.join(plain)}, {traits} AS traits"


def _why_not_sql(source: CallSource) -> str:
    """SQL for why a call cannot be one, null where it can."""
    types = ", ".join(literal(each) for each in TYPES)
    money = ", ".join(literal(kind) for kind in sorted(WITH_AMOUNT))
    own, said = literal(source.currency), "upper(properties->>'$.currency')"
    return (
        "CASE WHEN r IS NULL OR k IS NULL THEN 'not a line of the collector' WHEN x IS NOT NULL THEN x"
        " WHEN type IS NULL AND messageId IS NULL AND userId IS NULL AND anonymousId IS NULL"
        " THEN 'the event is no object with a type and an id'"
        f" WHEN type IS NULL OR type NOT IN ({types}) THEN 'the type is none of {' '.join(TYPES)}'"
        f" WHEN {_text('userId')} IS NULL AND {_text('anonymousId')} IS NULL"
        " THEN 'neither userId nor anonymousId'"
        " WHEN contains(userId, chr(65533)) THEN 'userId is not in UTF-8'"
        f" WHEN {_kind_sql(source)} IN ({money}) AND {said} != {own}"
        f" THEN 'the currency is not ' || {own} END"
    )


def _text(name: str) -> str:
    return f"nullif(trim({name}), '')"


def _kind_sql(source: CallSource) -> str:
    """SQL for the kind of a call; null where it is left out."""
    named = dict(source.collector.tracks)
    plain = "regexp_replace(lower(trim(event)), '[^a-z0-9]+', '_', 'g')"
    own = [kind for kind in source.kinds if kind not in set(Kind)]
    tracks = " ".join(f"WHEN {literal(name)} THEN {literal(kind)}" for name, kind in named.items())
    declared = f"WHEN {plain} IN ({', '.join(map(literal, own))}) THEN {plain}" if own else ""
    known = f"CASE trim(event) {tracks} ELSE CASE WHEN false THEN NULL {declared} END END"
    return (
        f"(CASE type WHEN 'identify' THEN {literal(Kind.REGISTER)} WHEN 'page' THEN {literal(Kind.VISIT)}"
        f" WHEN 'screen' THEN {literal(Kind.VISIT)} WHEN 'track' THEN {known} END)"
    )


def _rows_sql(source: CallSource) -> str:
    user, anonymous = _text("userId"), _text("anonymousId")
    customer = f"coalesce({user}, {anonymous})" if source.collector.anonymous == "keep" else user
    browser = ", ".join(map(literal, source.collector.browser_kinds)) or "NULL"
    kind = f"CASE WHEN {customer} IS NULL THEN NULL WHEN b = 1 AND {_kind_sql(source)} NOT IN ({browser})"
    kind += f" THEN NULL ELSE {_kind_sql(source)} END"
    columns = ", ".join(identifier(name) for name in CALL)
    first = f'first_value("at") OVER (PARTITION BY messageId ORDER BY {identifier(ROW)})'
    return (
        f'SELECT * REPLACE (make_timestamp(CASE WHEN messageId IS NULL THEN "at" ELSE {first} END) AS "at")'
        f' FROM (SELECT {identifier(ROW)}, {kind} AS kind, {customer} AS customer, {_at_sql()} AS "at",'
        f" k AS source, make_timestamp(r) AS receivedAt, {columns}, c AS {SEALED_JSON},"
        f" coalesce(d, 0) AS {DROPPED} FROM opened WHERE why_not IS NULL) ORDER BY 1"
    )


def _at_sql() -> str:
    """SQL for when it happened by our clock, in microseconds; null where the sender's time cannot be read.

    As Segment has it: received − (sent − said), so a sender whose clock is wrong is put right.
    """
    said, sent = (
        moment_sql(Typed(name, "VARCHAR"), None, lambda local: local) for name in ('"timestamp"', "s")
    )
    return (
        f"CASE WHEN {_text(chr(34) + 'timestamp' + chr(34))} IS NULL THEN r"
        f" WHEN ({sent}) IS NULL THEN ({said}) ELSE r - (({sent}) - ({said})) END"
    )
