"""Columns that are looked at again share a room, each alone in its place until no lane needs it any more."""

from itertools import combinations

import numpy as np
import pytest

from tests.profile.lanes import plan_of
from tests.profile.test_the_kernel_says_what_plain_sql_says import workspace
from winback.ingest.read import lane_measures
from winback.profile.catalogue import catalogue
from winback.profile.programme import INT32, Plan, plan
from winback.settings.model import Settings


def _lives(made: Plan) -> dict[int, tuple[int, int]]:
    """The first and the last lane of each column."""
    of, found = made.programme, {}
    for lane in range(len(of.column_first) - 1):
        for column in of.column[of.column_first[lane] : of.column_first[lane + 1]]:
            found[int(column)] = (lane, lane)
    for lane in range(len(of.derivation_first) - 1):
        for _, _, *made_of in of.derivation[of.derivation_first[lane] : of.derivation_first[lane + 1]]:
            for column in (int(each) for each in made_of if each >= 0):
                found[column] = (found[column][0], max(found[column][1], lane))
    return found


def _plans() -> list[Plan]:
    settings = Settings()
    some = catalogue(settings).only(["visit_gap_spread", "visit_count_7d", "balance_now", "tenure_days"])
    return [plan_of(workspace("UTC")), plan(some, lane_measures(settings))]


@pytest.mark.parametrize("made", _plans(), ids=["all features", "some"])
def test_two_that_are_needed_at_the_same_time_stand_apart(made: Plan) -> None:
    of, lives = made.programme, _lives(made)
    size = np.where(of.width == INT32, 4, 8)
    worked_on = np.flatnonzero(of.place >= 0).tolist()
    assert worked_on
    for one, other in combinations(worked_on, 2):
        if lives[one][0] <= lives[other][1] and lives[other][0] <= lives[one][1]:
            apart = (
                of.place[one] + size[one] <= of.place[other] or of.place[other] + size[other] <= of.place[one]
            )
            assert apart, (one, other)
    assert np.all(of.place[worked_on] % size[worked_on] == 0)
    assert of.worked_on == max(of.place[worked_on] + size[worked_on])


@pytest.mark.parametrize("made", _plans(), ids=["all features", "some"])
def test_what_is_written_where_it_stays_is_never_null_and_nothing_is_made_of_it(made: Plan) -> None:
    of = made.programme
    stays = np.flatnonzero(of.place < 0).tolist()
    assert stays
    assert not set(stays) & set(of.derivation[:, 1:].ravel().tolist())
    assert not any(list(made.catalogue)[column].may_be_null for column in stays)


def test_room_is_used_again() -> None:
    of = plan_of(workspace("UTC")).programme
    assert of.worked_on < np.where(of.width == INT32, 4, 8)[of.place >= 0].sum() / 2
