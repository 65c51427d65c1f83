"""Two processes at once, past the lock of the workspace: no budget is overspent, nothing is granted twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.processes import CONTEXT, Forked
from tests.reward.worlds import app, claimed, go, joined, law, moment, more, rows, states, treat
from winback.reward import act, book, read
from winback.reward.claiming import claim_all
from winback.reward.desk import Desk, When
from winback.reward.gather import Known
from winback.reward.granting import grant_all
from winback.settings import Settings
from winback.store import facts
from winback.store.workspace import Workspace

COUPON: dict[str, Any] = {"kind": "trial_coupon", "amount_minor": 300}


def grant_alone(settings: str, root: str, gate: Any, part_rows: int) -> None:
    """Grant in a process of its own, without the workspace's lock, in small parts."""
    _beside(settings, root, gate, part_rows, grant_all)


def claim_alone(settings: str, root: str, gate: Any, part_rows: int) -> None:
    """Settle claims in the same way."""
    _beside(settings, root, gate, part_rows, claim_all)


def _beside(settings: str, root: str, gate: Any, part_rows: int, work: Any) -> None:
    book.PART_ROWS = part_rows
    ws = Workspace(Settings.model_validate_json(settings), Path(root))
    with facts.connection(ws) as connection:
        desk = Desk(ws, connection, When.of(ws.settings, moment(11), "winback"), Known(ws))
        gate.wait()
        work(desk)


def at_once(ws: Workspace, work: Any, part_rows: int) -> None:
    """Two processes begin together, and both end well."""
    gate = CONTEXT.Barrier(2)
    both = [Forked(work, ws.settings.model_dump_json(), str(ws.root), gate, part_rows) for _ in range(2)]
    assert [each.end() for each in both] == [(0, "")] * 2


@pytest.mark.parametrize(
    ("limit", "of_pot"),
    [
        ("budget_minor", 30_000),
        ("day_max_minor", 30_000),
        ("playbook_max_minor", 30_000),
        ("customer_max_minor", 300),
    ],
)
def test_two_runs_together_spend_no_more_than_one_may(
    tmp_path: Path, facts_url: str, limit: str, of_pot: int
) -> None:
    pots = {"winback": {"budget_minor": 10**9, limit: of_pot}}
    ws = app(tmp_path, (), facts_url, rewards={"c": COUPON}, pots=pots)
    go(ws, 9)
    treat(
        ws, *({"id": n, "customer": f"c{n % 100}", "reward": "c", "expected": n % 7} for n in range(1, 301))
    )
    at_once(ws, grant_alone, 10)
    granted = [n for n, (state, _) in states(ws).items() if state == "granted"]
    assert len(states(ws)) == 300
    assert len(granted) == 100
    law(ws)


def test_two_runs_together_grant_each_treatment_once(tmp_path: Path, facts_url: str) -> None:
    ws = app(tmp_path, (), facts_url, rewards={"c": COUPON}, pots={"winback": {"budget_minor": 10**9}})
    go(ws, 9)
    treat(ws, *({"id": n, "customer": f"c{n}", "reward": "c"} for n in range(1, 201)))
    at_once(ws, grant_alone, 7)
    assert {state for state, _ in states(ws).values()} == {"granted"}
    (pot,) = read.budgets(ws)
    assert pot.outstanding_minor == 200 * 300
    assert rows(ws, "SELECT count(*) FROM reward_entry WHERE kind = 'grant'") == [(200,)]
    law(ws)


def test_two_runs_together_pay_each_claim_once(tmp_path: Path, facts_url: str) -> None:
    people = [f"c{n}" for n in range(60)]
    ws = app(tmp_path, joined(*people), facts_url, rewards={"c": COUPON})
    treat(ws, *({"id": n + 1, "customer": each, "reward": "c"} for n, each in enumerate(people)))
    go(ws, 10)
    more(ws, [claimed(each, 10.5, "c") for each in people])
    at_once(ws, claim_alone, 5)
    assert rows(ws, "SELECT state, count(*) FROM reward_claim GROUP BY state") == [("accepted", 60)]
    (pot,) = read.budgets(ws)
    assert (pot.outstanding_minor, pot.claimed_minor) == (0, 60 * 300)
    law(ws)


def test_a_grant_approved_twice_at_once_counts_once(tmp_path: Path, facts_url: str) -> None:
    pots = {"winback": {"budget_minor": 1000, "approval_above_minor": 100}}
    ws = app(tmp_path, (), facts_url, rewards={"c": COUPON}, pots=pots)
    treat(ws, {"id": 1, "customer": "a", "reward": "c"})
    go(ws, 10)
    first = act.approve(ws, [1], act.By("ling", moment(10)))
    second = act.approve(ws, [1], act.By("ming", moment(10)))
    assert (first.done, second.done) == ((1,), ())
    assert read.budgets(ws)[0].outstanding_minor == 300
    law(ws)
