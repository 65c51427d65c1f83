"""The state of a customer follows from the alive days and the definition of churn alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import cases
from tests.diagnose.drawn import CHURN, FIRST, alive, state_told_slowly
from winback.diagnose.alive import first_alive, last_alive, spells, states
from winback.diagnose.nouns import STATES, Churn
from winback.profile.nouns import State

ORDER = list(STATES)


def state_on(days: list[int], as_of: int, churn: Churn = CHURN) -> State:
    return ORDER[states(alive([days]), churn, FIRST + as_of)[0]]


@pytest.mark.parametrize(
    ("days", "as_of", "state"),
    [
        ([], 40, State.NEVER),
        ([40], 40, State.NEVER),
        ([0], 1, State.ACTIVE),
        ([0], 15, State.ACTIVE),
        ([0], 16, State.DORMANT),
        ([0], 30, State.DORMANT),
        ([0], 31, State.CHURNED),
        ([0, 30], 31, State.ACTIVE),
        ([0, 31], 31, State.CHURNED),
        ([0, 31], 32, State.RETURNED),
        ([0, 31, 60], 61, State.RETURNED),
        ([0, 31, 60], 62, State.ACTIVE),
        ([0, 31], 52, State.RETURNED),
        ([0, 31], 62, State.CHURNED),
        ([0, 31, 80], 81, State.RETURNED),
    ],
)
def test_drawn_days_give_the_state(days: list[int], as_of: int, state: State) -> None:
    assert state_on(days, as_of) is state


histories = st.lists(st.lists(st.integers(0, 200), max_size=12), min_size=1, max_size=8)
definitions = st.builds(
    lambda days, dormant, returned: Churn(("visit",), days, min(dormant, days - 1), returned),
    st.integers(2, 60),
    st.integers(1, 59),
    st.integers(1, 60),
)


@settings(max_examples=cases(200), deadline=None)
@given(histories, definitions, st.integers(0, 260))
def test_the_bits_agree_with_the_law_read_out_slowly(
    days_of: list[list[int]], churn: Churn, as_of: int
) -> None:
    found = [ORDER[code] for code in states(alive(days_of), churn, FIRST + as_of)]
    assert found == [state_told_slowly(days, churn, as_of) for days in days_of]


@settings(max_examples=cases(100), deadline=None)
@given(histories, definitions, st.integers(0, 260))
def test_days_at_or_after_the_cut_change_nothing(days_of: list[list[int]], churn: Churn, as_of: int) -> None:
    whole = states(alive(days_of), churn, FIRST + as_of)
    cut = states(alive(days_of, before=as_of), churn, FIRST + as_of)
    assert whole.tolist() == cut.tolist()


@settings(max_examples=cases(100), deadline=None)
@given(histories, st.integers(1, 60))
def test_spells_cut_the_days_at_every_long_gap(days_of: list[list[int]], longest: int) -> None:
    expected = []
    for customer, days in enumerate(days_of):
        run: list[int] = []
        for day in sorted(set(days)):
            if run and day - run[-1] > longest:
                expected.append((customer, run[0], run[-1]))
                run = []
            run.append(day)
        if run:
            expected.append((customer, run[0], run[-1]))
    cut = spells(alive(days_of), longest)
    assert list(zip(cut.customer, cut.start - FIRST, cut.end - FIRST, strict=True)) == expected


def test_first_and_last_day_cross_empty_months() -> None:
    history = alive([[3, 200], [], [90]])
    assert (first_alive(history) - FIRST).tolist()[0] == 3
    assert (last_alive(history, FIRST + 200) - FIRST).tolist()[0] == 3
    assert (last_alive(history, FIRST + 201) - FIRST).tolist()[0] == 200
    found = [ORDER[code] for code in states(history, CHURN, FIRST + 91)]
    assert found == [State.CHURNED, State.NEVER, State.ACTIVE]
