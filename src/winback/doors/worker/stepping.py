"""One step: kept as begun before it is done, its outcome after; what failed is tried again, ever later."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from winback.doors.worker import due, ledger
from winback.doors.worker.clock import Clock
from winback.doors.worker.task import Cadence, Job, Task
from winback.language import speaker
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import Problem
from winback.terms.time import MICROS_PER_SECOND, micros

#: A live step that failed is tried again after so long at most.
DEAF_SECONDS_MAX = 300
LEFT = "it was begun and never ended: the process was killed"


class LeaseLostError(Exception):
    """Another worker has the lease now."""


class Fate(Enum):
    """What became of a step: done (or given up), not due yet, failed (or waiting after a failure)."""

    DONE = "done"
    NOT_DUE = "not_due"
    FAILED = "failed"


@dataclass
class Round:
    """What one round did: steps done, steps that failed or wait after a failure, when to look again.

    `hopeless` are needed steps that have failed `tries_max` times or more. Moments: microseconds, UTC.
    """

    next_us: int
    done: int = 0
    failed: list[str] = field(default_factory=list)
    hopeless: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Turn:
    """Whose turn it is: the workspace, the job, the night (None between nights), whether it is the latest."""

    ws: Workspace
    job: Job
    night: date | None = None
    is_latest: bool = True

    @property
    def name(self) -> str:
        """The step as people are told of it."""
        return self.job.name if self.night is None else f"night {self.night} {self.job.name}"


def _back_off(turn: Turn, tries: int) -> int:
    """How long a step waits after so many tries; what hears customers is not deaf for long."""
    wait = due.back_off(tries, turn.ws.settings.worker)
    return min(wait, DEAF_SECONDS_MAX * MICROS_PER_SECOND) if turn.job.cadence is Cadence.LIVE else wait


class Steps:
    """Does steps for one owner of the lease, and keeps what became of them."""

    def __init__(self, clock: Clock, owner: str, tell: Callable[[str], None]) -> None:
        self._clock, self._owner, self._tell = clock, owner, tell

    def do(self, turn: Turn, found: Round) -> Fate:
        """The step, if it is due. Raises LeaseLostError where the lease is not this owner's any more."""
        with facts.connection(turn.ws) as connection:
            known = ledger.step(connection, turn.job.name, turn.night)
            fate = self._without_doing(connection, turn, known, found)
            if fate is not None:
                return fate
            tries = self._claim(connection, turn, known)
        began = micros(self._clock.now())
        try:
            task = Task(turn.ws, self._clock.now(), turn.night, turn.is_latest, self._clock)
            said = turn.job.does(task)
        except Exception as error:
            return self._failed(turn, tries, error, found)
        again = self._succeeded(turn, said, began)
        found.next_us = min(found.next_us, again or found.next_us)
        found.done += 1
        return Fate.DONE

    def _without_doing(
        self, connection: Any, turn: Turn, known: ledger.Step | None, found: Round
    ) -> Fate | None:
        """The fate of a step that is not to be done now; None where it is."""
        if known is None:
            return None
        if turn.night is not None and known.state in {"done", "given_up"}:
            return Fate.DONE
        hopeless = known.tries >= turn.ws.settings.worker.tries_max
        if known.state == "running" and hopeless and not turn.job.needed and turn.night is not None:
            ledger.do(connection, "give_up", [LEFT, turn.job.name, ledger.number(turn.night)])
            self.note(connection, turn, "given_up", LEFT)
            return Fate.DONE
        if known.due_us <= micros(self._clock.now()):
            return None
        found.next_us = min(found.next_us, known.due_us)
        if known.state in {"done", "given_up"}:
            return Fate.NOT_DUE
        self._count(turn, known.tries, found)
        return Fate.FAILED

    def _claim(self, connection: Any, turn: Turn, known: ledger.Step | None) -> int:
        """Keep that the step begins; the number of this try. What was killed once is tried again at once."""
        now_us, tries = micros(self._clock.now()), known.tries if known else 0
        again = now_us + (_back_off(turn, tries) if tries else 0)
        claim = [turn.job.name, ledger.number(turn.night), now_us, again, self._owner, now_us]
        if ledger.do(connection, "claim", claim) == 0:
            raise LeaseLostError
        if known is not None and known.state == "running":
            self.note(connection, turn, "left", f"{LEFT} ({known.owner})")
        return tries + 1

    def _failed(self, turn: Turn, tries: int, error: Exception, found: Round) -> Fate:
        section, now_us = turn.ws.settings.worker, micros(self._clock.now())
        say = speaker(turn.ws.settings.workspace.language)
        text = error.told(say) if isinstance(error, Problem) else f"{type(error).__name__}: {error}"
        gives_up = tries >= section.tries_max and not turn.job.needed and turn.night is not None
        state, again = "given_up" if gives_up else "failed", now_us + _back_off(turn, tries)
        with facts.connection(turn.ws) as connection:
            fail = [state, now_us, again, text[: ledger.TEXT_MAX], turn.job.name]
            ledger.do(connection, "fail", [*fail, ledger.number(turn.night), self._owner])
            self.note(connection, turn, state, text)
        if not isinstance(error, Problem):
            self._tell("".join(traceback.format_exception(error)).rstrip())
        seconds = (again - now_us) // MICROS_PER_SECOND
        later = "it is given up" if gives_up else f"try {tries}; the next one is in {seconds} s"
        self._tell(f"{turn.name} failed: {text} ({later})")
        if gives_up:
            return Fate.DONE
        found.next_us = min(found.next_us, again)
        self._count(turn, tries, found)
        return Fate.FAILED

    def _count(self, turn: Turn, tries: int, found: Round) -> None:
        if turn.name in found.failed:
            return
        found.failed.append(turn.name)
        if tries >= turn.ws.settings.worker.tries_max and (turn.job.needed or turn.night is None):
            found.hopeless.append(turn.name)

    def _succeeded(self, turn: Turn, said: str | None, began_us: int) -> int:
        """Keep what the step said; when it is due again, 0 for never."""
        section, now_us = turn.ws.settings.worker, micros(self._clock.now())
        every = {
            Cadence.SOURCES: section.sources_seconds,
            Cadence.LIVE: section.live_seconds,
            Cadence.TICK: section.tick_seconds,
        }
        again = 0 if turn.night is not None else due.next_slot(began_us, every[turn.job.cadence])
        with facts.connection(turn.ws) as connection:
            succeed = [now_us, now_us, again, (said or "")[: ledger.TEXT_MAX], turn.job.name]
            kept = ledger.do(connection, "succeed", [*succeed, ledger.number(turn.night), self._owner])
            if kept == 0:
                raise LeaseLostError
            if said is not None:
                self.note(connection, turn, "done", said)
        if said is not None:
            took = (now_us - began_us) / MICROS_PER_SECOND
            self._tell(f"{turn.name}: {said} ({took:.1f} s)")
        return again

    def note(self, connection: Any, turn: Turn, what: str, said: str) -> None:
        """A line of the log in the facts."""
        at = [micros(self._clock.now()), self._owner, turn.job.name, ledger.number(turn.night)]
        ledger.do(connection, "note", [*at, what, said[: ledger.TEXT_MAX]])
