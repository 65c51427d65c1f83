"""A queries.sql is split by name, and each statement is explained."""

from __future__ import annotations

import duckdb
import pytest

from winback.store.sql import arrow, identifier, literal, named, parse
from winback.terms.errors import Problem


def test_a_statement_is_found_by_its_name() -> None:
    text = (
        "-- name: one\n-- Says one.\nSELECT 1;\n\n-- name: two\n-- Says two,\n-- at length.\nSELECT\n    2;\n"
    )
    assert parse(text) == {"one": "SELECT 1", "two": "SELECT\n    2"}


def test_the_statements_of_a_stage_come_with_it() -> None:
    assert named("ingest")["count_contacts"].startswith("SELECT kind")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT 1;", "queries.sql:1: a statement stands before the first name"),
        ("-- name: one\nSELECT 1;", "queries.sql:1: one has no line that explains it"),
        ("-- name: one\n-- Nothing.\n", "queries.sql:1: one has no statement"),
        ("-- name: a\n-- A.\nSELECT 1\n-- name: a\n-- B.\nSELECT 2", "queries.sql:4: a is there twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(Problem) as problem:
        parse(text)
    assert str(problem.value) == told


@pytest.mark.parametrize("word", ["plain", "it's", 'a "b" c', "名字", ""])
def test_text_and_names_survive_being_quoted(word: str) -> None:
    with duckdb.connect(":memory:") as db:
        assert arrow(db, f"SELECT {literal(word)} AS x")["x"].to_pylist() == [word]
        if word:
            assert arrow(db, f"SELECT 1 AS {identifier(word)}").column_names == [word]
