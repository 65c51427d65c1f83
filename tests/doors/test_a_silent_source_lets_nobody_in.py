"""Where no events come any more everybody looks away, so nobody is let into playbooks."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.doors.test_worker_acts import TEN, VISITS, comes_in, work
from tests.doors.test_worker_acts import world as shop_of_worker
from tests.doors.worker_bench import MORNING, rows
from tests.plan.worlds import SAVE
from winback import flow
from winback.doors import judged
from winback.ingest.read import manifest
from winback.settings.collector import BUILT_IN_SOURCES
from winback.store.workspace import Workspace

TODAY = datetime.now(UTC).date()
EVENTS = "\n".join(f"{key} = '{key}'" for key in ("kind", "customer", "at"))
ENTRIES = "SELECT count(*) FROM plan_entry"
ALERTS = "SELECT title FROM warn_alert WHERE kind = 'silent'"


@pytest.fixture
def shop(run, tmp_path):
    """Makes a shop with one playbook, of which ann was away for long and bob came so many days ago."""

    def made(days_ago: int, language: str = "en") -> Path:
        lines = ["customer,kind,at"]
        for customer, ago in (("ann", 60), ("bob", days_ago)):
            day = TODAY - timedelta(days=ago)
            lines += [
                f"{customer},register,{TODAY - timedelta(days=90)} 00:00:00",
                f"{customer},visit,{day} 00:00:00",
            ]
        (tmp_path / "app.csv").write_text("\n".join(lines), encoding="utf-8")
        text = f"[workspace]\nlanguage = '{language}'\ntime_zone = 'UTC'\n[experiment]\ncontrol_share = 0.0\n"
        text += f"[[sources]]\nname = 'app'\nformat = 'csv'\npath = 'app.csv'\n[[sources.events]]\n{EVENTS}\n"
        (tmp_path / "winback.toml").write_text(text, encoding="utf-8")
        (tmp_path / "playbooks").mkdir()
        (tmp_path / "playbooks" / "save.toml").write_text(SAVE, encoding="utf-8")
        assert run("ingest", "--quiet").exit_code == 0
        return tmp_path

    return made


def plan(run, *args: str) -> dict:
    """What `winback plan` did."""
    result = run("plan", "--json", *args)
    assert result.exit_code == 0, result.output
    found: dict = json.loads(result.stdout)
    return found


def entered(found: dict) -> int:
    """How many entered by a run."""
    return sum(each["entered"] for each in found["entered"])


def test_today_lets_people_in_while_events_come(run, shop):
    shop(1)
    found = plan(run)
    assert (entered(found), found["silent_since"]) == (1, None)


def test_events_of_today_do_not_make_it_tomorrow(run, shop):
    shop(0)
    assert plan(run)["as_of"] == str(TODAY)
    result = run("run", "--json", "--no-act")
    assert json.loads(result.stdout)["as_of"] == str(TODAY)
    assert json.loads(run("profile", "--json").stdout)["as_of"] == str(TODAY)


@pytest.mark.parametrize("asked", [(), ("--as-of", str(TODAY))])
def test_nobody_is_let_in_when_the_newest_event_is_old(run, shop, asked):
    root = shop(10)
    found = plan(run, *asked)
    assert (entered(found), found["silent_since"]) == (0, str(TODAY - timedelta(days=10)))
    assert (
        f"Nobody was let in: the newest sign of life is of {TODAY - timedelta(days=10)}"
        in run("plan", *asked).stdout
    )
    assert "没有让任何客户进入" in run("plan", *asked, "--lang", "zh").stdout
    assert [str(TODAY - timedelta(days=10)) in title for (title,) in _alerts(root)] == [True]


def test_a_night_says_so_and_goes_on(run, shop):
    root = shop(10)
    told = run("run", "--json", "-w", root)
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["acted"]["plan"]["silent_since"] == str(TODAY - timedelta(days=10))
    shown = run("run", "--lang", "zh", "-w", root).stdout
    assert "未让客户进入" in shown
    assert (
        "未让客户进入"
        not in run("run", "--lang", "zh", "-w", root, "--as-of", str(TODAY - timedelta(days=9))).stdout
    )


def test_the_day_stays_open_until_events_come_again(run, shop):
    root = shop(10)
    assert entered(plan(run)) == 0
    with (root / "app.csv").open("a", encoding="utf-8") as file:
        file.write(f"\nbob,visit,{TODAY - timedelta(days=1)} 01:00:00\n")
    assert run("ingest", "--quiet").exit_code == 0
    assert entered(plan(run)) == 1


def test_a_past_day_that_is_asked_for_is_judged_by_itself(run, shop):
    shop(10)
    assert entered(plan(run, "--as-of", str(TODAY - timedelta(days=9)))) == 1


def test_so_many_days_are_a_setting(run, shop):
    root = shop(10)
    file = root / "winback.toml"
    file.write_text("playbooks.silent_days_max = 20\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert entered(plan(run)) == 1


def test_claims_and_receipts_of_ones_own_are_no_sign_of_life(tmp_path: Path) -> None:
    ws = _quiet(tmp_path)
    comes_in(ws)
    flow.ingest(ws, sources=BUILT_IN_SOURCES, now=TEN)
    assert manifest(ws).last_day == date(2026, 1, 10)
    assert judged.silent_since(ws, date(2026, 1, 10)) == date(2026, 1, 1)


def test_a_simulated_business_lives_on_the_day_after_its_events(tmp_path: Path) -> None:
    ws = _quiet(tmp_path)
    assert judged.silent_since(ws, None) == date(2026, 1, 1)
    (tmp_path / "truth").mkdir()
    assert judged.silent_since(ws, None) is None


def test_the_worker_lets_nobody_in_and_tells_operators_once(tmp_path: Path) -> None:
    ws = _quiet(tmp_path)
    told = [line for line in work(ws, MORNING) if " plan:" in line]
    assert "nobody let in: no sign of life since 2026-01-01" in told[0]
    assert rows(ws, ENTRIES) == [(0,)]
    assert [("2026-01-01" in title) for (title,) in rows(ws, ALERTS)] == [True]


def _alerts(root: Path) -> list[tuple[str]]:
    """The titles of what operators are to be told of silence."""
    with sqlite3.connect(root / "data" / "facts.sqlite") as facts:
        found = facts.execute(ALERTS).fetchall()
    facts.close()
    return found


def _quiet(root: Path) -> Workspace:
    """The worker's shop, of which nobody came after the first day."""
    before = dict(VISITS)
    try:
        VISITS.update(dan=[0])
        return shop_of_worker(root)
    finally:
        VISITS.update(before)
