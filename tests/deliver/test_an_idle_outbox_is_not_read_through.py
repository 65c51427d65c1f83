"""What deliver asks every few seconds is looked up: the sent messages of years are not read for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.deliver.worlds import NOON, business, go, treat
from winback.deliver import book
from winback.store import facts

# statement, its parameters, the index that answers it
LOOKED_UP = [
    ("mediums_at_work", [NOON, NOON], "deliver_message_open"),
    ("unknown_batches", [0], "deliver_message_open"),
    ("mark_unknown", [1], "deliver_message_open"),
    ("release_held", [NOON], "deliver_message_held"),
    ("latest_taken", [], "deliver_message_first_due"),
    ("due", [NOON, NOON, NOON], "deliver_message_due"),
    ("mediums_cleared", [NOON, NOON], "deliver_message_due"),
    ("due_treatments", [0, NOON], "COVERING INDEX plan_treatment_due"),
    ("open_states", [], "deliver_message_open"),
    ("sent_since", [0, 0, NOON], "deliver_message_first_due"),
]
READ_THROUGH = re.compile(r"SCAN (deliver_message|message)(?! USING)")


@pytest.mark.parametrize(("name", "parameters", "index"), LOOKED_UP)
def test_it_is_looked_up(tmp_path: Path, name: str, parameters: list[Any], index: str) -> None:
    with facts.connection(business(tmp_path)) as connection, connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + book.statement(connection, name), parameters or None)
        plan = [str(row[3]) for row in cursor.fetchall()]
    assert [step for step in plan if READ_THROUGH.search(step)] == []
    assert any(index in step for step in plan), plan


@pytest.mark.parametrize(("limit", "times"), [(None, 0), (5, 1)])
def test_sent_messages_are_counted_only_for_providers_with_a_limit(
    tmp_path: Path, facts_url: str, monkeypatch: pytest.MonkeyPatch, limit: int | None, times: int
) -> None:
    provider = {"name": "sandbox_inbox", "medium": "inbox", "kind": "sandbox"}
    limited = {} if limit is None else {"per_day_max": limit}
    ws = business(tmp_path, facts_url, providers=[provider | limited])
    treat(ws, {"id": 1})
    asked: list[str] = []
    fetch = book.fetch

    def heard(connection: Any, name: str, parameters: Any = ()) -> Any:
        asked.append(name)
        return fetch(connection, name, parameters)

    monkeypatch.setattr(book, "fetch", heard)
    assert go(ws).outcomes == {"sent": 1}
    assert asked.count("sent_since") == times
