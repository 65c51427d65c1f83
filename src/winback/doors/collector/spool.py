"""The spool: payloads into a segment, one fdatasync for all that wait, a rename hands it over to ingest."""

from __future__ import annotations

import fcntl
import os
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winback.store.whole import sync

#: How a segment is called while it is written to; ingest leaves names with a dot in front alone.
OPEN = ".open-"
_JOINED_BYTES = 4 << 20

#: Called in the committing thread: who waited, and what failed (None: their payloads are durable).
Answer = Callable[[Sequence[Any], OSError | None], None]


@dataclass
class Segment:
    """The file that is written to; bytes up to `durable` are on the disk."""

    path: Path
    handle: int
    began: float
    durable: int = 0


class Spool:
    """Commits in a thread of its own; `put` may be called from any other."""

    def __init__(self, folder: Path, answer: Answer, *, segment_bytes: int, segment_seconds: float) -> None:
        self.folder = folder
        self.failed_at = float("-inf")
        self._answer = answer
        self._segment_bytes, self._segment_seconds = segment_bytes, segment_seconds
        self._waiting: deque[tuple[bytes, Any]] = deque()
        self._wake = threading.Event()
        self._is_ending = False
        self._segment: Segment | None = None
        self._count = 0
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)

    def start(self) -> None:
        """Hand over what a killed collector left, and begin."""
        self.folder.mkdir(parents=True, exist_ok=True)
        recover(self.folder)
        self._thread.start()

    def put(self, payload: bytes, ticket: Any) -> None:
        """Let a payload (whole lines) wait for the next commit; `answer` then gets its ticket."""
        self._waiting.append((payload, ticket))
        if not self._wake.is_set():
            self._wake.set()

    def end(self) -> None:
        """Commit what waits, hand the segment over, and stop."""
        self._is_ending = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._is_ending or self._waiting:
                self._wake.wait(self._patience())
                self._wake.clear()
                taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
                if taken:
                    self._commit([payload for payload, _ in taken], [ticket for _, ticket in taken])
                if self._segment is not None and self._is_due(self._segment):
                    self._hand_over(self._segment)
            if self._segment is not None:
                self._hand_over(self._segment)
        except BaseException:
            # Without this thread nobody is ever answered: the process ends, and its server starts another.
            traceback.print_exc()
            os._exit(1)

    def _patience(self) -> float | None:
        if self._segment is None:
            return None
        return max(0.0, self._segment.began + self._segment_seconds - time.monotonic())

    def _is_due(self, segment: Segment) -> bool:
        is_old = time.monotonic() - segment.began >= self._segment_seconds
        return is_old or segment.durable >= self._segment_bytes or self._is_ending

    def _commit(self, payloads: Sequence[bytes], tickets: Sequence[Any]) -> None:
        failed: OSError | None = None
        try:
            segment = self._segment or self._begin()
            written = sum(_write(segment.handle, payload) for payload in _joined(payloads))
            os.fdatasync(segment.handle)
            segment.durable += written
        except OSError as error:
            failed = error
            self.failed_at = time.monotonic()
            self._give_up()
        self._answer(tickets, failed)

    def _begin(self) -> Segment:
        while True:
            self._count += 1
            name = f"{time.time_ns() // 1000:016d}-{os.getpid()}-{self._count:06d}.ndjson"
            path = self.folder / f"{OPEN}{name}"
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if path.exists():
                break
            # Another collector, just starting, took it for a dead one's before it was locked.
            os.close(handle)
        self._segment = Segment(path, handle, time.monotonic())
        sync(self.folder)
        return self._segment

    def _give_up(self) -> None:
        """After a failed write or sync only what was durable before is kept of the segment."""
        segment = self._segment
        if segment is None:
            return
        # Where even this fails, whole lines nobody was told of stay: a second copy is known by its id.
        with suppress(OSError):
            os.ftruncate(segment.handle, segment.durable)
            os.fsync(segment.handle)
        self._hand_over(segment)

    def _hand_over(self, segment: Segment) -> None:
        self._segment = None
        # What cannot be renamed now is handed over at the next start.
        with suppress(OSError):
            hand_over(segment.path, is_empty=segment.durable == 0)
        os.close(segment.handle)


def _joined(payloads: Sequence[bytes]) -> list[bytes]:
    """The payloads as few pieces, so that there are few calls to the system."""
    if sum(map(len, payloads)) <= _JOINED_BYTES:
        return [b"".join(payloads)]
    return list(payloads)


def _write(handle: int, payload: bytes) -> int:
    done = os.write(handle, payload)
    while done < len(payload):
        done += os.write(handle, memoryview(payload)[done:])
    return done


def hand_over(path: Path, *, is_empty: bool) -> None:
    """Give a segment its last name, under which ingest takes it; an empty one goes."""
    if is_empty:
        path.unlink(missing_ok=True)
    else:
        path.rename(path.with_name(path.name.removeprefix(OPEN)))


def recover(folder: Path) -> int:
    """Hand over segments whose collector is gone, without the torn line that a kill may leave; how many."""
    found = 0
    for path in sorted(folder.glob(f"{OPEN}*")):
        try:
            handle = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists():
                size = _without_torn_end(handle)
                os.fsync(handle)
                hand_over(path, is_empty=size == 0)
                found += 1
        except BlockingIOError:
            continue
        finally:
            os.close(handle)
    return found


def _without_torn_end(handle: int) -> int:
    """Cut what stands behind the last line end; returns the size."""
    size, step = os.fstat(handle).st_size, 1 << 16
    end = size
    while end > 0:
        start = max(0, end - step)
        place = os.pread(handle, end - start, start).rfind(b"\n")
        if place >= 0:
            end = start + place + 1
            break
        end = start
    if end < size:
        os.ftruncate(handle, end)
    return end
