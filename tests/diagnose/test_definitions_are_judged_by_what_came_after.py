"""A definition of churn is judged by how many of those it called lost came back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import cases
from tests.diagnose.drawn import FIRST, alive
from winback.diagnose.definitions import definitions, judged_at


def judged(days_of: list[list[int]], days: list[int], at: int, as_of: int):  # type: ignore[no-untyped-def]
    return definitions(alive(days_of), ("visit",), days, at=FIRST + at, as_of=FIRST + as_of)


def test_each_definition_counts_its_lost_and_those_who_came_back() -> None:
    days_of = [[0], [0, 120], [60], [60, 110], [95], [95, 101], []]
    found = judged(days_of, [30, 90], 100, 200)
    thirty, ninety = found.outcomes
    assert (thirty.lost.part, thirty.lost.whole) == (4, 6)
    assert (thirty.came_back.part, thirty.came_back.whole) == (2, 4)
    assert (thirty.missed.part, thirty.missed.whole) == (1, 2)
    assert (ninety.lost.part, ninety.came_back.part, ninety.missed.part) == (2, 1, 2)


def test_exactly_so_many_days_of_silence_is_not_yet_lost() -> None:
    assert judged([[70]], [30], 100, 200).outcomes[0].lost.part == 0
    assert judged([[69]], [30], 100, 200).outcomes[0].lost.part == 1


def test_what_happens_at_or_after_as_of_is_not_known() -> None:
    assert judged([[0, 200]], [30], 100, 200).outcomes[0].came_back.part == 0


def test_the_least_days_with_few_wrongly_called_lost_are_suggested() -> None:
    came_back_late = [[100 - silence, 150] for silence in range(1, 21)]
    stayed_away = [[100 - silence] for silence in range(30, 60)]
    found = judged(came_back_late + stayed_away, [30], 100, 200)
    by_days = {outcome.days: outcome.came_back for outcome in found.curve}
    assert found.suggested_days == 17
    assert by_days[17].share == 3 / 33
    assert (by_days[16].share or 0) > 0.10


def test_nothing_is_suggested_where_everybody_comes_back() -> None:
    assert judged([[10 * i, 150] for i in range(9)], [30], 100, 200).suggested_days is None


def test_the_day_of_judgement_leaves_history_and_future() -> None:
    assert judged_at(0, 1000, [14, 30]) == 910
    assert judged_at(0, 1000, [14, 180]) == 820
    assert judged_at(900, 1000, [14, 180]) == 950


@settings(max_examples=cases(60), deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 200), max_size=6), min_size=1, max_size=10),
    st.integers(1, 60),
    st.integers(1, 150),
)
def test_outcomes_agree_with_counting_by_hand(days_of: list[list[int]], count: int, at: int) -> None:
    known = [days for days in days_of if any(day < at for day in days)]
    lost = [days for days in known if at - max(d for d in days if d < at) > count]
    back = [days for days in lost if any(at <= d < 180 for d in days)]
    outcome = judged(days_of, [count], at, 180).outcomes[0]
    assert (outcome.lost.part, outcome.lost.whole) == (len(lost), len(known))
    assert (outcome.came_back.part, outcome.came_back.whole) == (len(back), len(lost))
