"""Which features are asked what sets the churned apart, and the questions made of a table of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.diagnose.findings.questions import Question, ask_name, ask_number
from winback.profile.nouns import Feature

#: A named feature: the place of each customer's name (negative: not known), and the names.
Named = tuple[npt.NDArray[np.integer], tuple[str, ...]]

#: How long ago someone was last there, and how often someone had left, is churn itself and no cause of it.
_OF_CHURN = frozenset({"since", "since_return", "gap_ratio", "lapses"})
#: Not known because nothing ever was: that is 0.
_NONE_IS_ZERO = frozenset({"largest", "peak", "now"})
#: Windows that are asked; those between them tell the same.
_WINDOWS = frozenset({None, 30, 90})


def is_asked(feature: Feature) -> bool:
    """Whether a feature may set the churned apart: not what defines churn, not age (both sides share it)."""
    return (
        feature.aggregate not in _OF_CHURN
        and feature.aggregate != "tenure"
        and feature.window_days in _WINDOWS
        and not feature.is_step
    )


def questions(
    features: pa.Table,
    catalogue: Iterable[Feature],
    names: Mapping[str, Named],
    *,
    minor_digits: int,
    names_max: int = 40,
) -> tuple[Question, ...]:
    """The questions of all asked features of a table (one row a customer) and of all named ones."""
    asked = [
        ask_number(feature.name, _floats(features.column(feature.name), feature), feature.unit, minor_digits)
        for feature in catalogue
        if is_asked(feature)
    ]
    asked += [ask_name(name, codes, known, names_max) for name, (codes, known) in names.items()]
    return tuple(question for question in asked if question is not None)


def named(column: pa.ChunkedArray | pa.Array) -> Named:
    """A column of text as places in its names, which stand in alphabetical order; null is not known."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    coded = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
    names = [str(name) for name in coded.dictionary.to_pylist()]
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.empty(len(names) + 1, np.int64)
    place[order] = np.arange(len(names))
    place[-1] = -1
    codes = coded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)
    return place[codes], tuple(names[i] for i in order)


def _floats(column: pa.ChunkedArray, feature: Feature) -> npt.NDArray[np.float64]:
    """The values, NaN where not known; who never bought has bought for 0 at most, and holds 0."""
    values: npt.NDArray[np.float64] = column.cast(pa.float64()).to_numpy()
    return np.nan_to_num(values, nan=0.0) if feature.aggregate in _NONE_IS_ZERO else values
