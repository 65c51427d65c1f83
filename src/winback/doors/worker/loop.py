"""The loop: takes the lease, does what is due in order, looks again when more is, ends between two steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from enum import Enum
from threading import Event

from winback.doors.worker import due, ledger
from winback.doors.worker.clock import Clock
from winback.doors.worker.jobs import JOBS, warned_up_to
from winback.doors.worker.lease import BEATS, Held, new_owner
from winback.doors.worker.stepping import Fate, LeaseLostError, Round, Steps, Turn
from winback.doors.worker.task import Cadence, Job
from winback.language import speaker
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import BusyProblem, Problem
from winback.terms.time import MICROS_PER_SECOND, micros
from winback.terms.told import Told

#: After an error that is no step's own (the database is away), at most so long until the next round.
PAUSE_SECONDS_MAX = 60
#: So long after the lease was lost the worker asks for it again.
PAUSE_SECONDS_LOST = 5
#: Between two rounds at least so long passes.
REST_SECONDS = 0.1


class Mode(Enum):
    """For ever; each step that is due once; or until nothing is due and nothing waits to be tried again."""

    FOREVER = "forever"
    ONCE = "once"
    UNTIL_IDLE = "until_idle"


class Worker:
    """One worker of a workspace, which is opened anew for each round, so that settings can change."""

    def __init__(
        self,
        open_workspace: Callable[[], Workspace],
        clock: Clock,
        *,
        jobs: Sequence[Job] = JOBS,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._open, self._clock, self._jobs, self._tell = open_workspace, clock, tuple(jobs), tell
        self._ws = open_workspace()
        self.owner = new_owner()
        self._lease = Held(self._ws, clock, self.owner)
        self._steps = Steps(clock, self.owner, tell)
        self._unread = ""
        #: Set it, and the worker ends after the step that it is at.
        self.stop = Event()

    def run(self, mode: Mode) -> list[str]:
        """Work; the names of the steps that failed in the last round.

        Raises BusyProblem where another worker holds the lease, unless it is to work for ever: then it
        stands by.
        """
        if mode is Mode.FOREVER:
            self._for_ever()
            return []
        if not self._lease.take():
            holder = self._lease.holder()
            raise BusyProblem(
                "another worker ({owner}) is at work",
                owner=holder.owner if holder else Told("unknown"),
                todo="winback worker status tells what it does",
            )
        self._lease.beat()
        try:
            return self._for_now(mode)
        except LeaseLostError:
            raise BusyProblem("another worker has taken the lease over") from None
        finally:
            self._lease.give_back()

    def _for_now(self, mode: Mode) -> list[str]:
        while True:
            found = self._round()
            if mode is Mode.ONCE or not found.failed or found.hopeless or self.stop.is_set():
                return found.failed
            self._wait(found)

    def _for_ever(self) -> None:
        wrong = 0
        self._tell(f"worker {self.owner} starts")
        while not self.stop.is_set():
            try:
                self._go_on()
                wrong = 0
            except LeaseLostError:
                self._tell("another worker has taken the lease over")
                self._clock.wait(PAUSE_SECONDS_LOST, self.stop)
            except Exception as error:
                wrong += 1
                pause = min(2**wrong, PAUSE_SECONDS_MAX)
                self._tell(f"error: {type(error).__name__}: {error}; the next round is in {pause} s")
                self._clock.wait(pause, self.stop)
        try:
            self._lease.give_back()
        except Exception as error:
            self._tell(f"error: the lease could not be given back: {error}")
        self._tell(f"worker {self.owner} has ended")

    def _go_on(self) -> None:
        """A round, or a wait for the lease that another worker holds."""
        if self._lease.take():
            self._lease.beat()
            self._wait(self._round())
            return
        holder = self._lease.holder()
        self._tell(f"stands by: {holder.owner if holder else 'another worker'} is at work")
        while not self.stop.is_set() and not self._lease.take():
            self._clock.wait(self._ws.settings.worker.lease_seconds / BEATS, self.stop)

    def _wait(self, found: Round) -> None:
        seconds = (found.next_us - micros(self._clock.now())) / MICROS_PER_SECOND
        most = self._ws.settings.worker.tick_seconds
        self._clock.wait(min(max(seconds, REST_SECONDS), most), self.stop)

    def _round(self) -> Round:
        """All that is due now: nights in order, then what comes again and again."""
        self._read_settings()
        if not self._lease.take():
            raise LeaseLostError
        section, now = self._ws.settings.worker, self._clock.now()
        found = Round(micros(now) + section.tick_seconds * MICROS_PER_SECOND)
        latest = due.latest_night(now, self._ws.settings.workspace.zone, section.night)
        for night in self._nights(latest):
            if not self._night(night, latest, found):
                break
        for cadence in (Cadence.SOURCES, Cadence.LIVE, Cadence.TICK):
            self._again(cadence, found)
        return found

    def _again(self, cadence: Cadence, found: Round) -> None:
        """What comes again and again, as far as it is due."""
        for job in self._of(cadence):
            if self.stop.is_set():
                return
            if self._steps.do(Turn(self._ws, job), found) is Fate.FAILED and job.needed:
                return

    def _read_settings(self) -> None:
        """The workspace file as it is now; where it cannot be, the last one that could is gone on with."""
        try:
            fresh, wrong = self._open(), ""
            if fresh.settings.storage != self._ws.settings.storage:
                wrong = "[storage] has changed; end this worker and start it again"
        except Problem as problem:
            wrong = problem.told(speaker(self._ws.settings.workspace.language))
        if not wrong:
            self._ws = fresh
        elif wrong != self._unread:
            self._tell(f"error: {wrong}\nThe settings as they were are gone on with.")
        self._unread = wrong

    def _of(self, cadence: Cadence) -> list[Job]:
        return [job for job in self._jobs if job.cadence is cadence]

    def _nights(self, latest: date) -> list[date]:
        with facts.connection(self._ws) as connection:
            done = ledger.last_night(connection)
        if done is None and (by_hand := warned_up_to(self._ws)) is not None and by_hand < latest:
            done = by_hand
        return due.nights_due(done, latest, self._ws.settings.warn.catch_up_days_max)

    def _night(self, night: date, latest: date, found: Round) -> bool:
        """One night from where it stands; whether all of it is done. Between steps customers are heard."""
        is_latest = night == latest
        for job in self._of(Cadence.NIGHT):
            if self.stop.is_set():
                return False
            turn, before = Turn(self._ws, job, night, is_latest), found.done
            if (is_latest or job.catches_up) and self._steps.do(turn, found) is Fate.FAILED:
                return False
            if found.done > before:
                self._again(Cadence.LIVE, found)
        now_us = micros(self._clock.now())
        with facts.connection(self._ws) as connection:
            kept = [ledger.number(night), self.owner, now_us, now_us, now_us]
            if ledger.do(connection, "night_done", kept):
                ledger.do(connection, "note", [now_us, self.owner, "night", kept[0], "done", ""])
                self._tell(f"night {night} is done")
            ledger.forget_old(connection, now_us)
        return True
