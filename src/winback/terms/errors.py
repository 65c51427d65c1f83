"""Errors meant for people: what happened, where, what is allowed, what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where a problem stands: a file, a line (1 = first) and a field or key, as far as they are known."""

    file: str | None = None
    line: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        head = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        if self.field is None:
            return head
        return f"{head}, {self.field}" if head else self.field


class Problem(Exception):  # noqa: N818 - it is what a person reads
    """The root of all errors that are told to a person; `exit_code` is what the command ends with."""

    exit_code = 1

    def __init__(self, what: str, *, place: Place | None = None, todo: str | None = None) -> None:
        self.what = what
        self.place = place or Place()
        self.todo = todo
        super().__init__(str(self))

    def __str__(self) -> str:
        where = str(self.place)
        head = f"{where}: {self.what}" if where else self.what
        return f"{head}\n  → {self.todo}" if self.todo else head


class SettingsProblem(Problem):
    """The workspace file or the environment says something that cannot be."""

    exit_code = 2


class DataProblem(Problem):
    """A source cannot be read, or a strict run met a bad row."""

    exit_code = 3


class BusyProblem(Problem):
    """Another run holds the workspace."""

    exit_code = 4


class NotReadyProblem(Problem):
    """What this step reads has not been made yet."""

    exit_code = 5
