"""The source files that are in, found by their names, and by their sizes where they bear another name now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from winback.ingest.nouns import Intake


class Taken:
    """Intakes by source and path, and by source and size: one look, however many files a source has.

    Those of the manifest, thousands after some years, are one to a source and path.
    """

    def __init__(self, intakes: Sequence[Intake]) -> None:
        self._before = intakes
        self._by_path = {(intake.source, intake.path): intake for intake in intakes}
        self._added: dict[tuple[str, str], list[Intake]] = defaultdict(list)
        self._by_size: dict[tuple[str, int], list[Intake]] | None = None
        self.last = max((intake.number for intake in intakes), default=0)

    def add(self, intake: Intake) -> None:
        """One more is in."""
        self._added[intake.source, intake.path].append(intake)
        if self._by_size is not None:
            self._by_size[intake.source, intake.size].append(intake)
        self.last = max(self.last, intake.number)

    def of_path(self, source: str, path: str) -> list[Intake]:
        """What was taken of a source under that name."""
        before = self._by_path.get((source, path))
        added = self._added.get((source, path), [])
        return added if before is None else [before, *added]

    def of_size(self, source: str, size: int) -> list[Intake]:
        """What was taken of a source with so many bytes, under whatever name."""
        if self._by_size is None:
            self._by_size = defaultdict(list)
            added = (intake for intakes in self._added.values() for intake in intakes)
            for intake in (*self._before, *added):
                self._by_size[intake.source, intake.size].append(intake)
        return self._by_size.get((source, size), [])
