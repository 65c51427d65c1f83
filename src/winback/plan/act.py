"""The operator's verbs: pause, resume and stop a playbook.

The state counts first, then the people in parts; a verb that was killed is finished by giving it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from winback.plan import book
from winback.plan.nouns import PlaybookState
from winback.store import facts
from winback.store.lock import exclusive
from winback.store.workspace import Workspace
from winback.terms.errors import Place, Problem
from winback.terms.told import Told

#: What was given longer ago than a message may wait (60 days) is done, or given up, already.
WITHDRAWN_US = 60 * 86_400_000_000


@dataclass(frozen=True)
class By:
    """Who acts, at which moment (with its zone), and why."""

    who: str
    now: datetime
    why: str = ""

    @property
    def now_us(self) -> int:
        """The moment in microseconds UTC."""
        return int(self.now.timestamp() * 1_000_000)


@dataclass(frozen=True)
class Done:
    """What became of a playbook: its state, how many people were touched, how many treatments withdrawn."""

    playbook: str
    state: PlaybookState
    people: int
    withdrawn: int = 0


def pause(ws: Workspace, playbook: str, by: By) -> Done:
    """Hold everybody inside where they are, with the time that is left; nobody enters meanwhile.

    Raises Problem for a playbook that was never run, and for one that is stopped.
    """
    with _acting(ws, playbook, by, PlaybookState.PAUSED) as connection:
        people = book.in_parts(connection, "next_inside", ("hold", by.now_us), [playbook])
    return Done(playbook, PlaybookState.PAUSED, people)


def resume(ws: Workspace, playbook: str, by: By) -> Done:
    """Let everybody who is held go on with the time that was left; raises as `pause` does."""
    with _acting(ws, playbook, by, PlaybookState.ON) as connection:
        book.do(connection, "set_heard", [None, None])
        people = book.in_parts(connection, "next_inside", ("let_go", by.now_us), [playbook])
    return Done(playbook, PlaybookState.ON, people)


def stop(ws: Workspace, playbook: str, by: By) -> Done:
    """End it for everybody inside, and withdraw what was not done yet; a stopped playbook stays stopped.

    Whether a treatment was done by then, the stages to the right know; from now on it must not be. Raises
    Problem without a reason, and for a playbook that was never run.
    """
    if not by.why.strip():
        raise Problem("a playbook is stopped with a reason only", todo="say why with --reason")
    with _acting(ws, playbook, by, PlaybookState.STOPPED) as connection:
        people = book.in_parts(connection, "next_inside", ("end_all", by.now_us), [playbook])
        moment = min(by.now_us, *(row[0] for row in book.fetch(connection, "clock")))
        lately = [playbook, moment - WITHDRAWN_US]
        withdrawn = book.in_parts(connection, "next_open", ("withdraw_all", by.now_us), lately)
    return Done(playbook, PlaybookState.STOPPED, people, withdrawn)


def task_done(ws: Workspace, task: int, by: By) -> None:
    """Keep that a call or an alert was done, by whom and what came of it (`by.why`).

    Raises Problem without a word on that, and where no such task is open.
    """
    if not by.why.strip():
        raise Problem("a task is done with a word on what came of it only", todo="say it with --outcome")
    with facts.connection(ws) as connection, facts.transaction(connection):
        if book.do(connection, "keep_task_done", [by.now_us, by.who, by.why, task]) == 0:
            todo = "winback tasks list shows those that are open"
            raise Problem("no open task {task}", task=task, todo=todo)


@contextmanager
def _acting(ws: Workspace, playbook: str, by: By, to: PlaybookState) -> Iterator[Any]:
    """The facts, with the playbook's new state in them."""
    with exclusive(ws.data / "plan.lock", wait_seconds=60.0), facts.connection(ws) as connection:
        known = {row[0]: PlaybookState(row[1]) for row in book.fetch(connection, "playbooks")}
        if playbook not in known:
            raise Problem(
                'no playbook "{playbook}" was ever run; there: {there}',
                playbook=playbook,
                there=tuple(known) or Told("none was ever run"),
                place=Place(field="playbook"),
                todo="run winback plan",
            )
        if known[playbook] is PlaybookState.STOPPED and to is not PlaybookState.STOPPED:
            todo = "give it another name to begin anew"
            raise Problem("{playbook} is stopped, for good", playbook=playbook, todo=todo)
        with book.part(connection):
            if known[playbook] is not to:
                book.do(connection, "keep_act", [playbook, by.now_us, to.value, by.who, by.why])
                book.do(connection, "set_state", [to.value, by.now_us, by.who, playbook])
        yield connection
