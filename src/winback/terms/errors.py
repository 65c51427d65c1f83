"""Errors meant for people: what happened, where, what is allowed, what to do."""

from __future__ import annotations

from collections.abc import Sequence
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
    """The workspace file or the environment says what cannot be; `each` lists all that was found."""

    exit_code = 2

    def __init__(
        self, what: str, *, place: Place | None = None, todo: str | None = None, each: Sequence[Problem] = ()
    ) -> None:
        self.each: tuple[Problem, ...] = tuple(each) or (self,)
        super().__init__(what, place=place, todo=todo)

    def __str__(self) -> str:
        if self.each == (self,):
            return super().__str__()
        return "\n".join([super().__str__(), *(str(problem) for problem in self.each)])


def gathered(problems: Sequence[SettingsProblem], *, of: str) -> SettingsProblem:
    """One problem for all the `problems` of the file `of`; a single one is itself."""
    if len(problems) == 1:
        return problems[0]
    return SettingsProblem(f"{len(problems)} settings cannot be as they are", place=Place(of), each=problems)


class DataProblem(Problem):
    """A source cannot be read, or a strict run met a bad row."""

    exit_code = 3


class BusyProblem(Problem):
    """Another run holds the workspace."""

    exit_code = 4


class NotReadyProblem(Problem):
    """What this step reads has not been made yet."""

    exit_code = 5
