"""Looks for features that know the future: too good alone, or changed by data after the date."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from winback.predict.columns import categories_of, to_matrix
from winback.predict.nouns import Suspect
from winback.predict.rows import Rows
from winback.terms.errors import Problem
from winback.terms.told import Told

#: A single feature that tells the future this well is rather a leak than luck.
AUC_MAX = 0.985
#: So well may the mere knowing of a feature tell who leaves.
UNKNOWN_AUC_MAX = 0.9
#: So much better than days since the last sign of life must a feature be to be suspected.
RECENCY_MARGIN = 0.005

#: Gives features of the same customers in the same order, from all data or only from that before the date.
FeaturesOf = Callable[[bool], pa.Table]


def suspects(
    rows: Rows, *, auc_max: float = AUC_MAX, unknown_auc_max: float = UNKNOWN_AUC_MAX
) -> tuple[Suspect, ...]:
    """Features that alone tell who left too well, in either direction, the worst first.

    Days since the last sign of life may tell nearly all where the horizon is much shorter than the days of
    churn. They are counted from `rows` itself, and so know no future; a feature is too good above them.
    """
    auc_max = max(auc_max, _either_way((rows.days - rows.last) * 1.0, rows.left) + RECENCY_MARGIN)
    names = rows.features.column_names
    matrix = to_matrix(rows.features, names, categories_of(rows.features))
    found = []
    for place, name in enumerate(names):
        column = matrix[:, place]
        unknown = np.isnan(column)
        alone = _either_way(column[~unknown], rows.left[~unknown])
        missing = _either_way(unknown * 1.0, rows.left)
        if alone > auc_max:
            found.append(Suspect(name, "too_good", alone))
        if missing > unknown_auc_max:
            found.append(Suspect(name, "unknown_tells", missing))
    return tuple(sorted(found, key=lambda suspect: -suspect.figure))


def changed_by_later_data(features_of: FeaturesOf) -> tuple[Suspect, ...]:
    """Features of a past date that are others when all data from that date on is taken away.

    `features_of(True)` must give them from all data, `features_of(False)` only from data before the date.
    Raises ValueError where the two have other columns or rows.
    """
    whole, cut = features_of(True), features_of(False)
    if whole.column_names != cut.column_names or whole.num_rows != cut.num_rows:
        raise ValueError("the two tables of features have other columns or rows")
    found = []
    for name in whole.column_names:
        before, after = whole[name].combine_chunks(), cut[name].combine_chunks()
        if not before.equals(after):
            differing = sum(a != b for a, b in zip(before.to_pylist(), after.to_pylist(), strict=True))
            found.append(Suspect(name, "changes", differing / whole.num_rows))
    return tuple(found)


def refuse(found: tuple[Suspect, ...]) -> None:
    """Raises Problem that names every suspect; a model must not learn from them."""
    if not found:
        return
    raise Problem(
        "{count} features may know the future: {suspects}",
        count=len(found),
        suspects=_all([_said(suspect) for suspect in found]),
        todo="leave them out with --without, or mend how they are made",
    )


def _all(words: Sequence[Told]) -> Told:
    return words[0] if len(words) == 1 else Told("{one}; {more}", one=words[0], more=_all(words[1:]))


def _said(suspect: Suspect) -> Told:
    name, figure = suspect.feature, suspect.figure
    if suspect.why == "changes":
        what = "{name} ({percent:.1f} % of its values change when later data is taken away)"
        return Told(what, name=name, percent=100 * figure)
    if suspect.why == "too_good":
        return Told("{name} (tells who leaves alone, AUC {auc:.3f})", name=name, auc=figure)
    return Told("{name} (tells who leaves by being unknown alone, AUC {auc:.3f})", name=name, auc=figure)


def _either_way(score: NDArray[np.floating], left: NDArray[np.bool_]) -> float:
    """AUC of a score, or of its opposite where that is better; 0.5 where a class is missing."""
    from scipy.stats import rankdata

    positive, negative = int(left.sum()), int((~left).sum())
    if not positive or not negative:
        return 0.5
    ranks = rankdata(score)[left].sum()
    auc = (ranks - positive * (positive + 1) / 2) / (positive * negative)
    return float(max(auc, 1 - auc))
