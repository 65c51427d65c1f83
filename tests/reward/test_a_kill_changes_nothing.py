"""A run that is killed anywhere leaves nothing half; the next one comes to the same end."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.reward.worlds import app, bought, claimed, everything, go, joined, law, more, treat
from winback.reward import book
from winback.settings import Settings
from winback.store import facts
from winback.store.workspace import Workspace

REWARDS: dict[str, dict[str, Any]] = {
    "coupon": {"kind": "trial_coupon", "amount_minor": 300, "expiry_days": 5, "times_max": 2},
    "packet": {"kind": "red_packet", "amount_minor": 900, "purchase_min_minor": 5000, "expiry_days": 30},
}


class Killed(BaseException):
    """Stands for a kill: no handler of the code may hold it back."""


def world(root: Path, facts_url: str) -> Workspace:
    """On day 17: five claims to settle, grants to expire, eight treatments to answer, in parts of three."""
    root.mkdir()
    people = [f"p{n}" for n in range(12)]
    pots = {"winback": {"budget_minor": 5200, "approval_above_minor": 800}}
    ws = app(root, joined(*people), facts_url, rewards=REWARDS, pots=pots)
    treat(ws, *({"id": n, "customer": people[n], "reward": "coupon"} for n in range(1, 9)))
    treat(ws, {"id": 9, "customer": "p9", "reward": "packet"})
    go(ws, 10)
    claims = [claimed(people[n], 12, "coupon") for n in (1, 2, 3)]
    claims += [claimed("p4", 9, "coupon"), bought("p9", 13, "60.00"), claimed("p9", 13, "packet")]
    more(ws, claims)
    later = {"reward": "coupon", "day": 16, "expected": 5}
    treat(ws, *({"id": 20 + n, "customer": people[n], **later} for n in range(1, 6)))
    treat(ws, *({"id": 30 + n, "customer": people[0], **later} for n in range(3)))
    return ws


def killing(ws: Workspace, at: int) -> int:
    """Run, killed before statement `at` of the facts; how many statements there were."""
    seen = 0

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == at:
            raise Killed
        return execute(sql, params, many, context)

    with facts.connection(ws) as connection, connection.execute_wrapper(wrapper):
        try:
            go(ws, 17)
        except Killed:
            return at
    return seen


def test_killed_before_any_statement_and_run_again_is_the_same(
    tmp_path: Path, facts_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "PART_ROWS", 3)
    ws = world(tmp_path / "world", facts_url)
    whole_run = copy_of(ws, tmp_path / "whole")
    statements = killing(whole_run, 0)
    end = everything(whole_run)
    assert statements > 60
    for at in range(1, statements + 1, 2 if facts_url.startswith("sqlite") else 5):
        again(copy_of(ws, tmp_path / f"killed_{at}"), at, end)


def copy_of(ws: Workspace, to: Path) -> Workspace:
    """The same workspace elsewhere, with facts of its own."""
    shutil.copytree(ws.root, to)
    url = ws.settings.storage.facts_url
    if url.startswith("postgresql"):
        head, mark, options = url.partition("?")
        server, _, name = head.rpartition("/")
        with psycopg.connect(f"{server}/postgres{mark}{options}", autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            connection.execute(f"CREATE DATABASE {to.name}_{name} TEMPLATE {name}")
        url = f"{server}/{to.name}_{name}{mark}{options}"
    sections = ws.settings.model_dump()
    sections["storage"]["facts_url"] = url
    return Workspace(Settings.model_validate(sections), to)


def again(ws: Workspace, at: int, first: dict[str, list[str]]) -> None:
    """Killed there, lawful in between, and in the end as if nothing had been."""
    killing(ws, at)
    law(ws)
    go(ws, 17)
    assert everything(ws) == first, at
    law(ws)
