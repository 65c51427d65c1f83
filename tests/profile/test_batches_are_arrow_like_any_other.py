"""Batches of features are laid out by hand; whoever takes one must not notice."""

import numpy as np
import pyarrow as pa
import pytest

from tests.profile.lanes import keys, lanes_of, plan_of
from tests.profile.test_the_kernel_says_what_plain_sql_says import FIRST, many_events, workspace
from winback.ingest.read import lane_measures
from winback.profile import walk
from winback.profile.catalogue import catalogue
from winback.profile.lanes import mapped
from winback.profile.programme import Plan, plan
from winback.settings.model import Settings
from winback.terms.errors import NotReadyProblem
from winback.terms.time import day_number


def _batch(the_plan: Plan, customers: int, hidden: bool = False) -> pa.RecordBatch:
    lanes = lanes_of(workspace("UTC"), many_events())
    request = walk.shared(the_plan, keys(customers), [day_number(FIRST) + 100])
    return next(
        iter(walk.batches(the_plan, mapped(the_plan, lanes.__getitem__), request, threads=1, hidden=hidden))
    )


@pytest.mark.parametrize("customers", [1, 7, 8, 63, 64, 65, 300])
def test_nulls_are_counted_as_they_are(customers: int) -> None:
    batch = _batch(plan_of(workspace("UTC")), customers)
    batch.validate(full=True)
    for column in batch.columns:
        assert column.null_count == sum(value is None for value in column.to_pylist())


def test_a_batch_outlives_what_made_it_and_can_be_written_and_cut() -> None:
    batch = _batch(plan_of(workspace("UTC")), 300, hidden=True)
    copy = pa.RecordBatch.from_pylist(batch.to_pylist(), schema=batch.schema)
    assert copy.equals(batch)
    part = batch.slice(13, 100)
    assert part.equals(copy.slice(13, 100))
    assert pa.ipc.read_record_batch(batch.serialize(), batch.schema).equals(copy)


@pytest.mark.parametrize("rows", [1, 2, 8, 9, 64, 1000])
def test_any_choice_of_features_can_be_laid_out(rows: int) -> None:
    settings = Settings()
    for names in (["tenure_days"], ["visit_gap_spread"], ["visit_count_7d", "balance_now"]):
        the_plan = plan(catalogue(settings).only(names), lane_measures(settings))
        found = walk.layout(the_plan, rows)
        assert found.schema.names == ["as_of", "customer", *names]
        asked = np.sort(found.values[found.values > 0])
        assert len(asked) == len(names), "what nobody asks for has no place"
        assert np.all(np.diff(asked) >= 4 * rows)


def test_a_lane_rolled_up_under_other_settings_is_not_ready() -> None:
    lanes = dict(lanes_of(workspace("UTC"), many_events()))
    lanes["purchase"] = [month.drop_columns("amount_liquid") for month in lanes["purchase"]]
    with pytest.raises(NotReadyProblem, match="no amount_liquid"):
        mapped(plan_of(workspace("UTC")), lanes.__getitem__)
