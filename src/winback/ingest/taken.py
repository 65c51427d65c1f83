"""The source files that are in, found by their names, and by their sizes where they bear another name now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from winback.ingest.nouns import Intake


class Taken:
    """Intakes by source and path, and by source and size: one look, however many files a source has."""

    def __init__(self, intakes: Iterable[Intake]) -> None:
        self._by_path: dict[tuple[str, str], list[Intake]] = defaultdict(list)
        self._by_size: dict[tuple[str, int], list[Intake]] = defaultdict(list)
        self.last = 0
        for intake in intakes:
            self.add(intake)

    def add(self, intake: Intake) -> None:
        """One more is in."""
        self._by_path[intake.source, intake.path].append(intake)
        self._by_size[intake.source, intake.size].append(intake)
        self.last = max(self.last, intake.number)

    def of_path(self, source: str, path: str) -> list[Intake]:
        """What was taken of a source under that name."""
        return self._by_path.get((source, path), [])

    def of_size(self, source: str, size: int) -> list[Intake]:
        """What was taken of a source with so many bytes, under whatever name."""
        return self._by_size.get((source, size), [])
