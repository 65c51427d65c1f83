"""Playbooks by the clock: nights treat, live passes hear; a kill anywhere, or two at once, end the same."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.doors import acting_process
from tests.doors.live_shop import PLAYBOOK
from tests.doors.test_worker_kills import finish, kill
from tests.doors.worker_bench import MORNING, FakeClock, rows
from tests.processes import Forked
from tests.warn.worlds import RULES, shop
from winback.doors.worker.jobs import JOBS, Cadence
from winback.doors.worker.loop import Mode, Worker
from winback.doors.worker.status import status
from winback.store import facts
from winback.store.workspace import Workspace

#: All but dan are away as of the first night; then ann opens the app, ben claims, cat does nothing.
VISITS = {"ann": [0], "ben": [0], "cat": [0], "dan": list(range(60))}
#: Ten in the morning, when quiet hours are over.
TEN = MORNING + timedelta(hours=4)
LIVE = [job.name for job in JOBS if job.cadence in (Cadence.SOURCES, Cadence.LIVE)]
#: Rows of these have keys that are computed; those of the others are numbered as they come.
KEYED = ("plan_entry", "plan_treatment", "deliver_message", "reward_grant", "reward_claim")


def world(root: Path, url: str = "sqlite:///facts.sqlite") -> Workspace:
    """A shop with a playbook, whose settings a process of its own can read."""
    root.mkdir(exist_ok=True)
    (root / "playbooks").mkdir()
    (root / "playbooks" / "save.toml").write_text(PLAYBOOK, encoding="utf-8")
    sections: dict[str, Any] = {
        "rules": RULES[:1],
        "experiment": {"control_share": 0.0},
        "worker": {"lease_seconds": 5},
        "rewards": {"thanks": {"kind": "red_packet", "amount_minor": 500}},
    }
    made = shop(root, VISITS, url, **sections)
    source = made.settings.sources[0].model_copy(update={"path": "app*.csv"})
    ws = Workspace(made.settings.model_copy(update={"sources": (source,)}), root)
    (root / "settings.json").write_text(ws.settings.model_dump_json(by_alias=True), encoding="utf-8")
    return ws


def comes_in(ws: Workspace) -> None:
    """At half past nine ann opens the app, and ben claims his red packet."""
    visit = "customer,kind,at,amount,channel\nann,visit,2026-01-10 09:30:00,,\n"
    (ws.root / "app2.csv").write_text(visit, encoding="utf-8")
    claim = {
        "id": "1",
        "customer": "ben",
        "at": "2026-01-10T01:30:00+00:00",
        "kind": "claim",
        "detail": "thanks",
    }
    folder = ws.data / "incoming" / "deliver"
    folder.mkdir(parents=True, exist_ok=True)
    line = json.dumps(claim | {"amount": None, "attributes": {}})
    (folder / "claims.ndjson").write_text(line + "\n", encoding="utf-8")


def work(ws: Workspace, moment: datetime) -> list[str]:
    """All that is due at the moment; the lines told."""
    told: list[str] = []
    assert Worker(lambda: ws, FakeClock(moment), tell=told.append).run(Mode.UNTIL_IDLE) == []
    return told


def treated(root: Path, url: str = "sqlite:///facts.sqlite") -> Workspace:
    """The shop after its first night, when what customers did since has come in."""
    ws = world(root, url)
    work(ws, MORNING)
    comes_in(ws)
    return ws


def ends(ws: Workspace) -> dict[str, list[str]]:
    """Every row of every stage, without moments and numbers that are drawn."""
    found = {}
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        for table in [name for name in names if name.startswith(("warn_", "plan_", "reward_", "deliver_"))]:
            cursor.execute(f"SELECT * FROM {table}")
            columns = [column[0] for column in cursor.description]
            told = {name for name in columns if not name.endswith("_us")} - _drawn(table)
            kept = sorted(told)  # a migration may leave columns in another order on SQLite than on PostgreSQL
            each = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
            found[table] = sorted(str([row[name] for name in kept]) for row in each)
    found.pop("plan_asked", None)  # it lives within one connection
    return found


def _drawn(table: str) -> set[str]:
    drawn = {
        "summary",
        "turn",
        "batch_id",
        "ids",
        "version",
        "log_version",
        "heard_version",
        "parts",
        "is_told",
    }
    return drawn if table in KEYED else drawn | {"id"}


def start(ws: Workspace, moment: datetime, when: str) -> Forked:
    return Forked(acting_process.main, ws.root, moment.isoformat(), when)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """How it ends where nobody is killed."""
    ws = treated(tmp_path_factory.mktemp("whole"))
    work(ws, TEN)
    work(ws, TEN + timedelta(minutes=5))
    return ends(ws)


def test_a_night_goes_on_to_the_playbooks_and_by_day_it_hears(tmp_path: Path, facts_url: str) -> None:
    ws = treated(tmp_path, facts_url)
    messages = "SELECT customer_id, state FROM deliver_message ORDER BY 1"
    assert rows(ws, messages) == [("ann", "waiting"), ("ben", "waiting"), ("cat", "waiting")], "it is night"
    told = [line.rsplit(" (", 1)[0] for line in work(ws, TEN)]
    assert told == [
        "sources: 2 events, 0 rows refused",
        "live warn: 1 closed, 0 raised, 0 new",
        "live plan: 2 reacted, 0 treatments given",
        "live reward: claims accepted 1",
        "live deliver: let through 1, withdrawn 2, sent 1",
    ]
    assert rows(ws, messages) == [("ann", "withdrawn"), ("ben", "withdrawn"), ("cat", "sent")]
    granted = "SELECT customer_id, state FROM reward_grant ORDER BY 1"
    assert rows(ws, granted) == [("ann", "granted"), ("ben", "claimed"), ("cat", "granted")]
    assert rows(ws, "SELECT customer_id FROM warn_warning WHERE status = 'closed'") == [("ann",)]
    assert [line.split(":")[0] for line in work(ws, TEN + timedelta(seconds=20))] == ["live ingest"]
    assert work(ws, TEN + timedelta(seconds=40)) == [], "nothing came in since"


def test_without_playbooks_nobody_is_treated(tmp_path: Path) -> None:
    ws = world(tmp_path)
    (tmp_path / "playbooks" / "save.toml").unlink()
    told = work(ws, MORNING)
    assert not [line for line in told if " experiment" in line or " plan" in line]
    assert rows(ws, "SELECT * FROM plan_entry") == rows(ws, "SELECT * FROM experiment_rotation") == []


def test_who_is_inside_a_playbook_goes_on_where_its_file_is_gone(tmp_path: Path) -> None:
    ws = treated(tmp_path)
    (tmp_path / "playbooks" / "save.toml").unlink()
    work(ws, TEN)
    ended = "SELECT customer_id FROM plan_entry WHERE ended_us IS NOT NULL ORDER BY 1"
    assert rows(ws, ended) == [("ann",), ("ben",)]


@pytest.mark.slow
@pytest.mark.parametrize("when", [*LIVE, *(f"after:{name}" for name in LIVE)])
def test_a_live_pass_that_was_killed_ends_the_same(
    tmp_path: Path, when: str, whole: dict[str, list[str]]
) -> None:
    ws = treated(tmp_path)
    kill(start(ws, TEN, when))
    work(ws, TEN + timedelta(minutes=5))
    assert ends(ws) == whole
    assert [line.what for line in status(ws, TEN + timedelta(minutes=6)).log].count("left") == 1


@pytest.mark.slow
@pytest.mark.parametrize("when", ["experiment", "plan", "after:plan", "after:reward", "after:deliver"])
def test_a_night_that_was_killed_while_it_treats_ends_the_same(
    tmp_path: Path, when: str, whole: dict[str, list[str]]
) -> None:
    ws = world(tmp_path)
    kill(start(ws, MORNING, when))
    work(ws, MORNING + timedelta(minutes=5))
    comes_in(ws)
    work(ws, TEN)
    work(ws, TEN + timedelta(minutes=5))
    assert ends(ws) == whole


@pytest.mark.slow
def test_two_workers_at_once_treat_everybody_once(
    tmp_path: Path, facts_url: str, whole: dict[str, list[str]]
) -> None:
    ws = treated(tmp_path, facts_url)
    for process in [start(ws, TEN, "paced") for _ in range(2)]:
        finish(process)
    work(ws, TEN + timedelta(minutes=5))
    assert ends(ws) == whole
