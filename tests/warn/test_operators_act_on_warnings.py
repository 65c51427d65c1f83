"""What an operator does with a warning: it is kept with who, when and why, and can be undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.warn.worlds import everything, histories, on, shop, walk
from winback.store.workspace import Workspace
from winback.terms.errors import Problem
from winback.warn import act, read
from winback.warn.act import By
from winback.warn.nouns import Closing, Status

VISITS = {"ann": [0], "bob": [0], "cat": list(range(0, 60, 3))}
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
LING = By("ling", NOW, "phoned")


@pytest.fixture
def ws(tmp_path: Path, facts_url: str) -> Workspace:
    """Ann and Bob are warned of as of day 8."""
    made = shop(tmp_path, VISITS, facts_url)
    walk(made, 8)
    return made


def status(ws: Workspace, customer: str) -> Status:
    return read.warnings_of(ws, customer)[0].status


def test_an_act_is_done_for_those_to_whom_it_applies(ws: Workspace) -> None:
    done = act.acknowledge(ws, ["ann", "cat", "nobody", "ann"], LING)
    assert (done.done, done.not_done) == (("ann",), ("cat", "nobody"))
    assert (status(ws, "ann"), status(ws, "bob")) == (Status.ACKNOWLEDGED, Status.OPEN)
    (change,) = read.warnings_of(ws, "ann")[0].history[1:]
    assert (change.who, change.why, change.as_of) == ("ling", "phoned", on(8))
    assert change.at_us == int(NOW.timestamp() * 1_000_000)


def test_the_same_act_at_the_same_moment_is_once(ws: Workspace) -> None:
    act.acknowledge(ws, ["ann"], LING)
    before = everything(ws)
    assert act.acknowledge(ws, ["ann"], LING).done == ()
    assert everything(ws) == before


def test_an_acknowledged_warning_is_open_again_when_it_is_raised(ws: Workspace) -> None:
    act.acknowledge(ws, ["ann"], LING)
    walk(ws, 14)
    assert status(ws, "ann") is Status.ACKNOWLEDGED
    walk(ws, 15)
    assert status(ws, "ann") is Status.OPEN


def test_a_snoozed_warning_wakes_on_its_day(ws: Workspace) -> None:
    act.snooze(ws, ["ann"], LING, on(11))
    walk(ws, 10)
    assert status(ws, "ann") is Status.SNOOZED
    assert read.warnings_of(ws, "ann")[0].snoozed_until == on(11)
    walk(ws, 11)
    assert status(ws, "ann") is Status.OPEN
    assert histories(ws, "ann")["ann"][-1] == (11, "woken", "medium")
    with pytest.raises(Problem, match="not after the last run"):
        act.snooze(ws, ["ann"], LING, on(11))


def test_a_warning_closed_by_hand_cools_down_and_can_be_opened_again(ws: Workspace) -> None:
    act.close(ws, ["ann"], LING)
    (closed,) = read.warnings_of(ws, "ann")
    assert (closed.status, closed.closing, closed.closed) == (Status.CLOSED, Closing.BY_HAND, on(8))
    walk(ws, 9)
    assert histories(ws, "ann")["ann"][-1] == (8, "closed", "medium"), "no new one while it cools down"
    act.reopen(ws, ["ann"], By("wei", NOW + timedelta(hours=1)))
    (again,) = read.warnings_of(ws, "ann")
    assert (again.status, again.closing, again.closed) == (Status.OPEN, None, None)
    walk(ws, 15)
    assert histories(ws, "ann")["ann"][-1] == (15, "raised", "high"), "it lives on"


def test_a_warning_is_not_closed_without_a_reason(ws: Workspace) -> None:
    with pytest.raises(Problem, match="--reason"):
        act.close(ws, ["ann"], By("ling", NOW, " "))


def test_an_act_between_a_killed_run_and_the_next_is_kept(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from winback.warn import run as stage

    class KilledError(Exception):
        pass

    def dies(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(stage.book, "apply_verdicts", dies)
        with pytest.raises(KilledError):
            stage.run(ws, on(9))
    act.close(ws, ["ann"], LING)
    act.acknowledge(ws, ["bob"], LING)
    walk(ws, 9)
    assert (status(ws, "ann"), status(ws, "bob")) == (Status.CLOSED, Status.ACKNOWLEDGED)
