"""Errors meant for people: what happened, where, what is allowed, what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from winback.terms.told import Told


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
    """The root of all errors that are told to a person; `exit_code` is what the command ends with.

    `what` and `todo` are templates with named `fields`, or texts that are Told already: English here, said in
    another language by the door (`told`).
    """

    exit_code = 1

    def __init__(
        self, what: str, *, place: Place | None = None, todo: str | None = None, **fields: object
    ) -> None:
        self.what = _made(what, fields)
        self.place = place or Place()
        self.todo = None if todo is None else _made(todo, fields)
        super().__init__(str(self))

    def __str__(self) -> str:
        return str(self.whole)

    @property
    def whole(self) -> Told:
        """Place, message and advice."""
        where = str(self.place)
        head = Told("{where}: {what}", where=where, what=self.what) if where else self.what
        return Told("{what}\n  → {advice}", what=head, advice=self.todo) if self.todo else head

    def told(self, say: Callable[[str], str]) -> str:
        """All of it in the language of `say`."""
        return self.whole.told(say)


def _made(text: str, fields: dict[str, object]) -> Told:
    return text if isinstance(text, Told) else Told(text, **fields)


class SettingsProblem(Problem):
    """The workspace file or the environment says what cannot be; `each` lists all that was found."""

    exit_code = 2

    def __init__(
        self,
        what: str,
        *,
        place: Place | None = None,
        todo: str | None = None,
        each: Sequence[Problem] = (),
        **fields: object,
    ) -> None:
        self.each: tuple[Problem, ...] = tuple(each) or (self,)
        super().__init__(what, place=place, todo=todo, **fields)

    @property
    def whole(self) -> Told:
        """All that was found, a line or two each."""
        found = super().whole
        if self.each == (self,):
            return found
        for problem in self.each:
            found = Told("{one}\n{more}", one=found, more=problem.whole)
        return found


def gathered(problems: Sequence[SettingsProblem], *, of: str) -> SettingsProblem:
    """One problem for all the `problems` of the file `of`; a single one is itself."""
    if len(problems) == 1:
        return problems[0]
    what = "{count} settings cannot be as they are"
    return SettingsProblem(what, count=len(problems), place=Place(of), each=problems)


class DataProblem(Problem):
    """A source cannot be read, or a strict run met a bad row."""

    exit_code = 3


class BusyProblem(Problem):
    """Another run holds the workspace."""

    exit_code = 4


class NotReadyProblem(Problem):
    """What this step reads has not been made yet."""

    exit_code = 5
