"""The classifier reads Arrow, pandas, polars, mappings and arrays, with nulls and words in them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tests.predict.drawn import draw
from winback.predict.columns import categories_of, to_matrix
from winback.predict.estimator import ChurnClassifier

DRAWN = draw(9000)
MODEL = ChurnClassifier(n_jobs=1).fit(DRAWN.table, DRAWN.left)
EXPECTED = MODEL.predict_proba(DRAWN.table)[:, 1]


@pytest.mark.parametrize("form", ["pandas", "mapping", "batch", "polars"])
def test_the_same_table_in_another_form_gives_the_same_figures(form: str) -> None:
    table = DRAWN.table
    given = {
        "pandas": table.to_pandas,
        "mapping": lambda: {name: table[name] for name in table.column_names},
        "batch": lambda: table.combine_chunks().to_batches()[0],
        "polars": lambda: pytest.importorskip("polars").from_arrow(table),
    }[form]()
    assert np.array_equal(MODEL.predict_proba(given)[:, 1], EXPECTED)


def test_the_order_of_columns_and_columns_unknown_to_the_model_do_not_matter() -> None:
    turned = DRAWN.table.select(DRAWN.table.column_names[::-1]).append_column(
        "customer", pa.array(DRAWN.customers)
    )
    assert np.array_equal(MODEL.predict_proba(turned)[:, 1], EXPECTED)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="lacks 1 columns of the model: balance_now"):
        MODEL.predict_proba(DRAWN.table.drop_columns(["balance_now"]))


def test_a_word_never_seen_counts_as_unknown() -> None:
    rows = DRAWN.table.slice(0, 50)
    place = rows.column_names.index("channel")
    new = rows.set_column(place, "channel", pa.array(["brand new"] * 50))
    none = rows.set_column(place, "channel", pa.nulls(50, pa.string()))
    assert np.array_equal(MODEL.predict_proba(new), MODEL.predict_proba(none))


def test_words_matter_to_the_model() -> None:
    rows = DRAWN.table.slice(0, 500)
    place = rows.column_names.index("channel")
    risk = {
        channel: MODEL.predict_proba(rows.set_column(place, "channel", pa.array([channel] * 500)))[
            :, 1
        ].mean()
        for channel in ("ads", "supermarket")
    }
    assert risk["supermarket"] > 1.3 * risk["ads"]


def test_nulls_become_unknown_and_codes_do_not_hang_on_the_order_of_rows() -> None:
    table = pa.table({"n": pa.array([1, None, 3]), "w": pa.array(["b", None, "a"]), "f": [True, False, None]})
    known = categories_of(table)
    assert known == {"w": ("a", "b")} == categories_of(table.take([2, 1, 0]))
    matrix = to_matrix(table, ["n", "w", "f"], known)
    np.testing.assert_array_equal(matrix, [[1, 1, 1], [np.nan, np.nan, 0], [3, 0, np.nan]])


@pytest.mark.parametrize("column", [pa.array([float("inf")]), pa.array([1e300]), pa.array([b"x"])])
def test_what_a_model_cannot_take_is_refused_by_name(column: pa.Array) -> None:
    with pytest.raises(ValueError, match="column odd holds"):
        to_matrix(pa.table({"odd": column}), ["odd"], {})
