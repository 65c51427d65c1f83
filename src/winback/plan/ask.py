"""Which case of a branch holds for those who stand at it: judged as of the local day of the moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from winback.plan import book
from winback.plan.library import Library
from winback.plan.walks import NOT_ASKED, otherwise
from winback.plan.who import Everybody, case_key, everybody_on, group, read_groups
from winback.settings.playbooks import Who
from winback.settings.playbooks_read import PlaybookFile
from winback.store.workspace import Workspace


class Asker:
    """Asks those who stand at a branch which way they go; judges a date once, however often it is asked."""

    def __init__(self, ws: Workspace, connection: Any, library: Library, when: tuple[date, int]) -> None:
        self._ws, self._connection, self._library = ws, connection, library
        self._as_of, self._now_us = when
        self._known: dict[int, Everybody] = {}

    def __call__(self) -> int:
        """Let everybody who is asked take their exit; how many there were."""
        rows = book.fetch(self._connection, "unasked", [self._now_us])
        if not rows:
            return 0
        answers = list(self._answers(rows))
        book.answer(self._connection, answers, self._now_us, asked=NOT_ASKED, withdrawing=False)
        return len(answers)

    def _answers(self, rows: list[book.Row]) -> Iterator[book.Row]:
        columns = list(zip(*rows, strict=True))
        walk_ids, stops = np.array(columns[2]), np.array(columns[3])
        for walk_id, stop in sorted(set(zip(columns[2], columns[3], strict=True))):
            here = np.flatnonzero((walk_ids == walk_id) & (stops == stop))
            outcomes = self.exits((walk_id, stop), [columns[1][place] for place in here])
            for place, outcome in zip(here.tolist(), outcomes.tolist(), strict=True):
                yield columns[0][place], stop, outcome

    def told(self, version_key: int, everybody: Everybody) -> None:
        """What holds for the cases of a version on the date is known already, and not worked out again."""
        if everybody.as_of == self._as_of:
            self._known[version_key] = everybody

    def exits(self, at: tuple[int, int], customers: list[str]) -> npt.NDArray[np.int64]:
        """The exit of each of these customers who stand at a stop; who is not known goes the ordinary way."""
        version, walk = self._library.walk(at[0])
        everybody = self._everybody(version.key, version.file)
        keys = pc.index_in(pa.array(customers, pa.string()), value_set=everybody.ids)
        known = keys.is_valid().to_numpy(zero_copy_only=False)
        key = keys.fill_null(0).to_numpy(zero_copy_only=False)
        found = np.full(len(customers), otherwise(version.playbook, walk.arm, at[1]), np.int64)
        for outcome, _ in reversed(walk.cases[at[1]]):
            name = group(version.playbook, version.file.digest, case_key(at[1], outcome))
            found[known & everybody.holds[name][key]] = outcome
        return found

    def _everybody(self, version_key: int, file: PlaybookFile) -> Everybody:
        if version_key not in self._known:
            whos = cases_of(file)
            (found,) = everybody_on(self._ws, [self._as_of], read_groups(self._ws, [file]), whos)
            self._known[version_key] = found
        return self._known[version_key]


def cases_of(file: PlaybookFile) -> Mapping[str, Who]:
    """The cases of a playbook by the name of their group."""
    return {
        group(file.playbook, file.digest, case_key(place, outcome)): case
        for place, step in enumerate(file.playbook.steps, start=1)
        for outcome, case in enumerate(step.branch or (), start=1)
    }
