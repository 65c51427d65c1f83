"""When to take no more: before the disk is full, before ingest is too far behind, before memory is."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from winback.settings.collector import CollectorSection

_MIB = 1 << 20
#: How long a disk that failed is left alone.
_REST_SECONDS = 1.0


@dataclass(frozen=True)
class Refusal:
    """Why nothing is taken now, with the status and the seconds after which to try again."""

    status: int
    code: str
    message: str
    retry_seconds: int


_FULL = Refusal(503, "disk_full", "too little room on the disk", 30)
_FAILED = Refusal(503, "disk_failed", "the disk did not take it", 2)
_BEHIND = Refusal(429, "backlog", "events are not taken in as fast as they come", 30)
_BUSY = Refusal(429, "busy", "too much is waiting for the disk", 1)


class Pressure:
    """Looks at the disk now and then, and at what waits for it at every request."""

    def __init__(self, folder: Path, section: CollectorSection) -> None:
        self._folder = folder
        self._free_min = section.disk_free_mib_min * _MIB
        self._backlog_max = section.backlog_mib_max * _MIB
        self._waiting_max = section.waiting_mib_max * _MIB
        self._held: Refusal | None = None
        self.waiting_bytes = 0
        self.failed_at = float("-inf")

    def look(self) -> None:
        """See how much room there is, and how much ingest has not taken yet."""
        if free_bytes(self._folder) < self._free_min + self.waiting_bytes:
            self._held = _FULL
        elif backlog_bytes(self._folder) > self._backlog_max:
            self._held = _BEHIND
        elif time.monotonic() - self.failed_at < _REST_SECONDS:
            self._held = _FAILED
        else:
            self._held = None

    def refusal(self, size: int) -> Refusal | None:
        """Why a request of so many bytes is not taken now; None where it is."""
        if self._held is not None:
            return self._held
        return _BUSY if self.waiting_bytes + size > self._waiting_max else None

    def failed(self) -> Refusal:
        """The disk failed just now: what those who waited for it are told."""
        self.failed_at = time.monotonic()
        self._held = _FAILED
        return _FAILED


def free_bytes(folder: Path) -> int:
    """Room that is left to this process on the disk of the folder."""
    stat = os.statvfs(folder)
    return stat.f_bavail * stat.f_frsize


def backlog_bytes(folder: Path) -> int:
    """Size of all segments that ingest has not put away yet."""
    total = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                total += entry.stat().st_size if entry.is_file() else 0
            except FileNotFoundError:
                continue
    return total
