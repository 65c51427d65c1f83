"""The days at which windows begin and end, for all dates together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from winback.profile.reading import Moments


def moments(days: Sequence[int], windows: Sequence[int]) -> Moments:
    """The cuts of these dates (day numbers): each date and, for each window w, the day w before it."""
    edges = np.array([[day, *(day - window for window in windows)] for day in days], np.int64)
    cut, place = np.unique(edges, return_inverse=True)
    edge = np.column_stack([place.reshape(edges.shape), np.full(len(days), len(cut))])
    return Moments(np.array(days, np.int32), cut.astype(np.int32), edge.astype(np.int32))
