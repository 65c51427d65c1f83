"""Contributions become reasons: all features of one subject together, told by the one that says most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from winback.predict.columns import is_words
from winback.predict.hints import FeatureLike, subject
from winback.predict.linear import floats
from winback.predict.nouns import Reason, Weight

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
#: A reason raises the odds by at least this much in log-odds (about 5 %).
EFFECT_MIN = 0.05
#: What is usual for the customer, told beside a feature.
OWN_USUAL = {"days_since_visit": "visit_gap_mean"}
REASON_SCHEMA = pa.schema(
    [
        ("row", pa.int32()),
        ("rank", pa.int32()),
        ("kind", pa.string()),
        ("measure", pa.string()),
        ("effect", pa.float64()),
        ("feature", pa.string()),
        ("value", pa.float64()),
        ("word", pa.string()),
        ("usual", pa.float64()),
        ("own_usual", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Subjects:
    """Which columns of a model are about what.

    `of_column[c]` is the place in `all` of the subject of column c; `told_by[s]` is the column that always
    tells subject s, -1 where the one with the largest contribution does.
    """

    columns: tuple[str, ...]
    all: tuple[tuple[str, str], ...]
    of_column: Places
    told_by: Places

    @classmethod
    def of(cls, columns: Sequence[str], features: Sequence[FeatureLike]) -> Subjects:
        """Subjects by the catalogue; a column that is no feature of it (the channel) is its own subject."""
        known = {feature.name: subject(feature) for feature in features}
        told = [known.get(name, (name, name)) for name in columns]
        every = tuple(dict.fromkeys(told))
        since = {subject(feature): feature.name for feature in features if feature.aggregate == "since"}
        return cls(
            columns=tuple(columns),
            all=every,
            of_column=np.array([every.index(one) for one in told], np.int64),
            told_by=np.array([_place(columns, _preferred(one, since)) for one in every], np.int64),
        )

    def together(self, contributions: Floats) -> Floats:
        """Contributions (rows, columns + 1) by subject, shape (rows, subjects)."""
        found = np.zeros((len(contributions), len(self.all)))
        for column, place in enumerate(self.of_column):
            found[:, place] += contributions[:, column]
        return found


def weights(contributions: Floats, subjects: Subjects) -> tuple[Weight, ...]:
    """The share of each subject in all contributions (mean of sizes), the largest first."""
    sizes = np.abs(subjects.together(contributions)).mean(axis=0)
    total = float(sizes.sum()) or 1.0
    found = [Weight(*subjects.all[place], float(sizes[place]) / total) for place in range(len(sizes))]
    return tuple(sorted(found, key=lambda weight: -weight.share))


def reason_table(
    contributions: Floats, features: pa.Table, *, subjects: Subjects, usual: Floats, most: int = 3
) -> pa.Table:
    """The `most` strongest reasons of each row by REASON_SCHEMA; `row` counts from 0, `rank` from 1.

    `features` are the rows explained, with the columns of the model; `usual` (rows, columns) is what is usual
    for people like them. Only what raises the risk is a reason. `value` is null where the feature is a word
    or not known.
    """
    effects = subjects.together(contributions)
    strongest = np.argsort(-effects, axis=1, kind="stable")[:, :most]
    told = np.take_along_axis(effects, strongest, axis=1) >= EFFECT_MIN
    rows, rank = np.nonzero(told)
    about = strongest[rows, rank]
    column = _known(features, subjects.columns, rows, _told_by(contributions, subjects, rows, about))
    value, word, own = _figures(features, subjects.columns, rows, column)
    kinds, measures = zip(*subjects.all, strict=True)
    return pa.table(
        [
            pa.array(rows, pa.int32()),
            pa.array(rank + 1, pa.int32()),
            pa.array(kinds).take(pa.array(about)),
            pa.array(measures).take(pa.array(about)),
            effects[rows, about],
            pa.array(subjects.columns).take(pa.array(column)),
            pa.array(value, from_pandas=True),
            word,
            pa.array(usual[rows, column], from_pandas=True),
            pa.array(own, from_pandas=True),
        ],
        schema=REASON_SCHEMA,
    )


def to_reasons(table: pa.Table) -> tuple[Reason, ...]:
    """The reasons of one row, strongest first, from its part of a reason table."""
    return tuple(
        Reason(
            kind=row["kind"],
            measure=row["measure"],
            effect=row["effect"],
            feature=row["feature"],
            value=row["word"] if row["value"] is None else row["value"],
            usual=row["usual"],
            own_usual=row["own_usual"],
        )
        for row in table.sort_by("rank").to_pylist()
    )


def _preferred(about: tuple[str, str], since: dict[tuple[str, str], str]) -> str:
    # Visiting is told by the last visit; days alive count towards it only where visits are not known.
    if about == ("visit", "recency"):
        return "days_since_visit"
    return since.get(about, "") if about[1] == "recency" else ""


def _place(columns: Sequence[str], name: str) -> int:
    return list(columns).index(name) if name in columns else -1


def _told_by(contributions: Floats, subjects: Subjects, rows: Places, about: Places) -> Places:
    """The column that tells each reason: the preferred one of its subject, else the one that adds most."""
    told = subjects.told_by[about].copy()
    for number in range(len(subjects.all)):
        open_ones = np.flatnonzero((about == number) & (told < 0))
        own = np.flatnonzero(subjects.of_column == number)
        if len(open_ones):
            told[open_ones] = own[contributions[np.ix_(rows[open_ones], own)].argmax(axis=1)]
    return told


def _known(features: pa.Table, columns: Sequence[str], rows: Places, column: Places) -> Places:
    """In place of a last visit that there never was, the last sign of life: a shop may have no visits."""
    visit, alive = _place(columns, "days_since_visit"), _place(columns, "days_since_alive")
    if visit < 0 or alive < 0:
        return column
    never = features[columns[visit]].is_null().to_numpy(zero_copy_only=False)
    return np.where((column == visit) & never[rows], alive, column)


def _figures(
    features: pa.Table, columns: Sequence[str], rows: Places, column: Places
) -> tuple[Floats, pa.Array, Floats]:
    """The customer's value of each reason's column (number or word), and what is usual for the customer."""
    value, own = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    word = np.full(len(rows), None, object)
    for place in np.unique(column):
        mine = np.flatnonzero(column == place)
        taken = features[columns[place]].take(pa.array(rows[mine]))
        if is_words(taken.type):
            word[mine] = taken.cast(pa.string()).to_pylist()
        else:
            value[mine] = floats(taken)
        usual = OWN_USUAL.get(columns[place])
        if usual in features.column_names:
            own[mine] = floats(features[usual].take(pa.array(rows[mine])))
    return value, pa.array(word.tolist(), pa.string()), own
