"""Between two runs: who came back is closed at once, who takes the money out is warned of at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.drawn import take
from tests.warn.worlds import FIRST, everything, on, shop, walk
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.time import day_number
from winback.warn import act, book, read
from winback.warn.act import By
from winback.warn.nouns import LiveSummary
from winback.warn.run import live, run

#: ann and bob are away; cat and dan are always there; each holds what they bought.
VISITS = {"ann": [0], "bob": [0], "cat": list(range(9)), "dan": list(range(9))}


def at(day: int, hour: float = 12) -> datetime:
    """A moment of a day, in the time zone of the shop (UTC+8)."""
    midnight = datetime.fromisoformat(f"{FIRST}T00:00:00+08:00")
    return midnight + timedelta(days=day, hours=hour)


def comes_in(ws: Workspace, name: str, *events: tuple[str, str, datetime, str]) -> None:
    """More events (customer, kind, moment, amount) come in as a file of their own."""
    lines = ["customer,kind,at,amount,channel"]
    lines += [f"{who},{kind},{when:%Y-%m-%d %H:%M:%S},{amount}," for who, kind, when, amount in events]
    (ws.root / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    take(ws)


@pytest.fixture
def ws(tmp_path: Path, facts_url: str) -> Workspace:
    """A shop warned of as of the ninth day, whose further files are app*.csv."""
    made = shop(tmp_path, VISITS, facts_url)
    source = made.settings.sources[0].model_copy(update={"path": "app*.csv"})
    made = Workspace(made.settings.model_copy(update={"sources": (source,)}), made.root)
    walk(made, 8, 9)
    return made


def moves(ws: Workspace, customer: str) -> list[tuple[Any, ...]]:
    """Day, move, level, who and why of everything that happened to a customer's warnings."""
    changes = [c for w in reversed(read.warnings_of(ws, customer)) for c in w.history]
    return [((c.as_of - FIRST).days, c.move.value, c.level.word, c.who, c.why) for c in changes]


NEW = (8, "new", "medium", "winback", "away")


def test_who_came_back_is_closed_at_once(ws: Workspace) -> None:
    comes_in(ws, "app2", ("ann", "visit", at(9, 11), ""))
    found = live(ws, at(9))
    assert (found.closed, found.new, found.raised, found.customers) == (1, 0, 0, 1)
    assert (found.as_of, found.days) == (on(9), (on(9),))
    assert moves(ws, "ann") == [NEW, (9, "closed", "medium", "winback live", "came_back")]
    (ann,) = read.warnings_of(ws, "ann")
    assert ann.history[-1].at_us == int(at(9).timestamp() * 1_000_000)
    assert moves(ws, "bob") == [NEW]


def test_nothing_is_done_twice(ws: Workspace) -> None:
    comes_in(ws, "app2", ("ann", "visit", at(9, 11), ""), ("cat", "redemption", at(9, 11), "9000"))
    assert live(ws, at(9)).fresh
    before = everything(ws)
    assert not live(ws, at(9, 13)).fresh, "nothing came in since"
    comes_in(ws, "app3", ("dan", "visit", at(9, 12), ""))
    again = live(ws, at(9, 14))
    assert (again.fresh, again.closed, again.new, again.raised) == (True, 0, 0, 0)
    assert everything(ws) == before


def test_who_redeems_nearly_all_is_warned_of_at_once(ws: Workspace) -> None:
    comes_in(
        ws, "app2", ("cat", "redemption", at(9, 11), "7200.00"), ("dan", "redemption", at(9, 11), "7199")
    )
    found = live(ws, at(9))
    assert (found.new, found.alerts) == (1, 1)
    assert moves(ws, "cat") == [(9, "new", "high", "winback live", "redeemed_nearly_all")]
    assert moves(ws, "dan") == [], "one short of four fifths"
    (cat,) = read.warnings_of(ws, "cat", "en")
    assert cat.value_minor > 0
    assert cat.phase == "novice"


def test_money_that_comes_back_the_same_day_raises_nothing(ws: Workspace) -> None:
    comes_in(ws, "app2", ("cat", "redemption", at(9, 11), "9000"), ("cat", "purchase", at(9, 11.5), "5000"))
    assert live(ws, at(9)).new == 0


def test_who_is_warned_of_already_is_raised_and_not_closed_by_the_visit(ws: Workspace) -> None:
    comes_in(ws, "app2", ("ann", "visit", at(9, 11), ""), ("ann", "redemption", at(9, 11), "1000.00"))
    found = live(ws, at(9))
    assert (found.closed, found.raised) == (0, 1)
    assert moves(ws, "ann")[1:] == [(9, "raised", "high", "winback live", "redeemed_nearly_all")]


def test_the_next_runs_go_on_with_what_the_live_pass_raised(ws: Workspace) -> None:
    comes_in(ws, "app2", ("cat", "visit", at(9, 11), ""), ("cat", "redemption", at(9, 11), "9000"))
    live(ws, at(9))
    walk(ws, *range(10, 16))
    assert len(moves(ws, "cat")) == 1, "no run ends it while calm_days last"
    comes_in(ws, "app3", ("cat", "visit", at(15, 9), ""))
    walk(ws, 16, 17)
    assert moves(ws, "cat")[1:] == [(17, "closed", "high", "winback", "came_back")]


def test_who_brings_the_money_back_is_closed_at_once(ws: Workspace) -> None:
    comes_in(ws, "app2", ("cat", "redemption", at(9, 11), "9000"))
    live(ws, at(9))
    walk(ws, 10)
    comes_in(ws, "app3", ("cat", "visit", at(10, 9), ""))
    assert live(ws, at(10, 10)).closed == 0, "a visit is not money"
    comes_in(ws, "app4", ("cat", "purchase", at(10, 11), "8000"))
    assert live(ws, at(10)).closed == 1


def test_live_or_not_the_next_night_ends_the_same(ws: Workspace, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    plain = shop(tmp_path / "plain", VISITS)
    source = plain.settings.sources[0].model_copy(update={"path": "app*.csv"})
    plain = Workspace(plain.settings.model_copy(update={"sources": (source,)}), plain.root)
    walk(plain, 8, 9)
    for each in (ws, plain):
        comes_in(each, "app2", ("ann", "visit", at(9, 11), ""))
    live(ws, at(9))
    walk(ws, 10)
    walk(plain, 10)
    assert [m[1] for m in moves(ws, "ann")] == [m[1] for m in moves(plain, "ann")] == ["new", "closed"]
    assert read.open_warnings(ws)["customer_id"].to_pylist() == ["bob"]
    assert read.open_warnings(plain)["customer_id"].to_pylist() == ["bob"]


def test_who_takes_the_money_out_on_the_day_of_a_closing_is_opened_again(ws: Workspace) -> None:
    walk(ws, 10)
    act.close(ws, ["bob"], By("ling", at(10, 9), "phoned"))
    comes_in(ws, "app2", ("bob", "redemption", at(10, 11), "1000"))
    assert live(ws, at(10)).new == 1, "a higher level does not wait for the cool-down"
    act.close(ws, ["bob"], By("ling", at(10, 13), "phoned again"))
    comes_in(ws, "app3", ("bob", "redemption", at(10, 14), "0.01"))
    again = live(ws, at(10, 15))
    assert (again.new, again.raised) == (0, 0), "the same level waits"


def test_before_the_first_run_and_while_one_is_under_way_nothing_is_done(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    assert live(ws, at(9)) == LiveSummary(None, int(at(9).timestamp() * 1_000_000), fresh=False)
    with facts.connection(ws) as connection:
        book.do(connection, "begin_run", [day_number(on(9))])
    assert not live(ws, at(9)).fresh
    assert run(ws, on(9)).fresh


def test_late_events_of_earlier_days_are_left_to_the_next_run(ws: Workspace) -> None:
    comes_in(ws, "app2", ("ann", "visit", at(7, 11), ""))
    assert not live(ws, at(9)).fresh
    assert moves(ws, "ann") == [NEW]


def test_a_kill_between_the_parts_is_made_good_by_the_next_pass(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    comes_in(ws, "app2", ("ann", "visit", at(9, 11), ""), ("bob", "visit", at(9, 11), ""))
    monkeypatch.setattr(book, "PART_ROWS", 1)
    do, seen = book.do, []

    def dies(connection: Any, name: str, parameters: Any = ()) -> int:
        seen.append(name)
        if seen.count("live_close") == 2:
            raise KeyboardInterrupt
        return do(connection, name, parameters)

    with monkeypatch.context() as patch:
        patch.setattr(book, "do", dies)
        with pytest.raises(KeyboardInterrupt):
            live(ws, at(9))
    assert read.open_warnings(ws).num_rows == 1, "the first part counts, the second does not"
    assert live(ws, at(9, 13)).closed == 1
    assert read.open_warnings(ws).num_rows == 0
    assert everything(ws)["warn_verdict"] == []
    assert [len(moves(ws, each)) for each in ("ann", "bob")] == [2, 2]


def test_a_warning_of_the_same_date_that_was_closed_is_opened_again(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    source = ws.settings.sources[0].model_copy(update={"path": "app*.csv"})
    ws = Workspace(ws.settings.model_copy(update={"sources": (source,)}), ws.root)
    walk(ws, 8)
    act.close(ws, ["bob"], By("ling", at(8, 9), "phoned"))
    comes_in(ws, "app2", ("bob", "redemption", at(8, 11), "1000"))
    assert live(ws, at(8)).raised == 1
    (bob,) = read.warnings_of(ws, "bob")
    assert (bob.status, bob.level.word, bob.closed) == ("open", "high", None)
    assert [m[1:] for m in moves(ws, "bob")][1:] == [
        ("closed", "medium", "ling", "phoned"),
        ("reopened", "high", "winback live", "redeemed_nearly_all"),
    ]
