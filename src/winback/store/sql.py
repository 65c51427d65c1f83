"""Named SQL: each stage keeps its statements in queries.sql, `-- name: thing` with a line of explanation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
import pyarrow as pa

from winback.terms.errors import Place, Problem

_HEAD = re.compile(r"^--\s*name:\s*([a-z][a-z0-9_]*)\s*$")


@cache
def named(stage: str) -> dict[str, str]:
    """The statements of `winback.<stage>`, by name.

    Raises Problem where a statement has no name, no line of explanation, or a name that is taken.
    """
    text = (files(f"winback.{stage}") / "queries.sql").read_text(encoding="utf-8")
    return parse(text, f"{stage}/queries.sql")


def parse(text: str, file: str = "queries.sql") -> dict[str, str]:
    """Split the text of a queries.sql into statements by name, without their comments."""
    found: dict[str, str] = {}
    name, explained, lines, began = "", False, [], 0
    for number, line in enumerate([*text.splitlines(), "-- name: end_of_file"], start=1):
        head = _HEAD.match(line)
        if head is None:
            if not line.strip():
                continue
            if line.lstrip().startswith("--"):
                explained = True
            elif not name:
                raise Problem("a statement stands before the first name", place=Place(file, number))
            else:
                lines.append(line)
            continue
        if name:
            _keep(found, name, "\n".join(lines) if explained else None, Place(file, began))
        name, explained, lines, began = head[1], False, [], number
    return found


def arrow(
    db: duckdb.DuckDBPyConnection, statement: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None
) -> pa.Table:
    """The rows that a SELECT gives, as an Arrow table."""
    return db.sql(statement, params=parameters).to_arrow_table()


def literal(text: str) -> str:
    """Text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _keep(found: dict[str, str], name: str, statement: str | None, place: Place) -> None:
    if statement is None:
        raise Problem("{name} has no line that explains it", name=name, place=place)
    if not statement.strip():
        raise Problem("{name} has no statement", name=name, place=place)
    if name in found:
        raise Problem("{name} is there twice", name=name, place=place)
    found[name] = statement.rstrip().removesuffix(";")
