"""Held-out customers walk the same steps as if treated, in the same numbers; nobody chose them."""

import pytest

from tests.plan.worlds import SAVE, go, on, rows, shop, written
from winback.experiment import read as experiment
from winback.plan import read
from winback.terms.time import day_number

QUIET = {f"c{n:03d}": [(0.5, "visit")] for n in range(200)}
HELD = SAVE.replace("holdout_share = 0.0", "holdout_share = 0.3")
WHICH = '[[steps]]\nname = "which"\nbranch = [{ arm = ["both"], to = "sms_then" }]\n'
FIRST_STEP = '[[steps]]\nname = "inbox_first"'
ARMS = HELD.replace("[enter]", "arms = { inbox = 0.5, both = 0.5 }\n[enter]").replace(
    FIRST_STEP, WHICH + FIRST_STEP
)


@pytest.fixture
def ws(tmp_path, facts_url):
    ws = shop(tmp_path, QUIET, facts_url, experiment={"control_share": 0.2})
    written(ws, HELD)
    go(ws, 8, 9, 10)
    return ws


def test_both_sides_walk_the_same_steps(ws):
    told = rows(ws, "treatment", "customer_id", "step", "due_us", "is_held_out")
    walked = {}
    for customer, step, due_us, is_held_out in told:
        walked.setdefault(bool(is_held_out), {}).setdefault(customer, []).append((due_us, step))
    assert len(walked[True]) + len(walked[False]) == 200
    assert 60 < len(walked[True]) < 120
    assert {str(sorted(each)) for side in walked.values() for each in side.values()} == {
        str(sorted(walked[True].popitem()[1]))
    }


def test_who_is_held_out_is_what_the_formula_says(ws):
    entries = read.entries(ws, "save")
    rotation = experiment.rotation_on(ws, on(8))
    sides = experiment.sides(
        experiment.definitions_on(ws, on(8))["save"], rotation, entries["customer_id"].combine_chunks()
    )
    expected = [
        "control" if c else "holdout" if h else None
        for c, h in zip(sides.in_control, sides.in_holdout, strict=True)
    ]
    assert entries["held_by"].to_pylist() == expected
    assert {"control", "holdout", None} == set(expected)


def test_a_treatment_of_a_held_out_customer_says_so(ws):
    held = {who for who, by in rows(ws, "entry", "customer_id", "held_by") if by is not None}
    told = rows(ws, "treatment", "customer_id", "is_held_out")
    assert all(bool(is_held_out) == (customer in held) for customer, is_held_out in told)


def test_a_later_rotation_changes_nothing_for_who_is_inside(ws):
    from winback.experiment.act import rotate

    before = rows(ws, "entry", "customer_id", "held_by")
    rotate(ws, on(11), "ling")
    go(ws, 12)
    assert rows(ws, "entry", "customer_id", "held_by") == before


def test_a_held_out_customer_has_the_arm_they_would_have_had(tmp_path, facts_url):
    ws = shop(tmp_path, QUIET, facts_url)
    written(ws, ARMS)
    go(ws, 8)
    told = set(rows(ws, "treatment", "arm", "is_held_out", "step"))
    assert {(arm, step) for arm, _, step in told} == {("inbox", "inbox_first"), ("both", "sms_then")}
    assert len(told) == 4


def test_those_who_enter_are_chosen_before_anybody_is_held_out(tmp_path):
    """The cap of a day takes the same customers whatever the holdout."""
    chosen = []
    for share in ("0.0", "0.5"):
        (tmp_path / share).mkdir()
        ws = shop(tmp_path / share, QUIET)
        capped = SAVE.replace("again_after_days", "a_day_max = 20\nagain_after_days")
        written(ws, capped.replace("holdout_share = 0.0", f"holdout_share = {share}"))
        go(ws, 8)
        chosen.append(rows(ws, "entry", "customer_id", "entered_day"))
    assert chosen[0] == chosen[1]
    assert {day for _, day in chosen[0]} == {day_number(on(8))}
    assert len(chosen[0]) == 20
