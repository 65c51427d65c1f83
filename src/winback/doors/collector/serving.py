"""Serves the collector with Granian: processes that are started again when they fail."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

from winback.app import open_workspace
from winback.doors.collector.application import Collector

#: Requests that one process has in hand at once; the others wait in the kernel.
_AT_ONCE = 512
#: A commit that is done should not wait the usual 5 ms for the interpreter.
_SWITCH_SECONDS = 0.0005


def application(path: Path) -> Collector:
    """The collector of the workspace of this file, in a process of its own."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    return Collector(open_workspace(path))


def serve(file: Path, *, host: str, port: int, workers: int) -> None:
    """Serve until interrupted or told to end; what was answered for is then handed over to ingest."""
    from granian import Granian
    from granian.constants import Interfaces, Loops

    server: Any = Granian(
        "winback.collector",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        loop=Loops.asyncio,
        workers=workers,
        websockets=False,
        backpressure=_AT_ONCE,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        log_dictconfig=_logging(),
    )
    server.serve(target_loader=partial(application, file), wrap_loader=False)


def _logging() -> dict[str, Any]:
    """Lines about the service on standard error; nothing of any request."""
    form = "%(asctime)s %(levelname)s %(message)s"
    handler = {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}
    to_stderr = {"handlers": ["err"], "level": "INFO", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": form}},
        "handlers": {"err": handler},
        "loggers": {"_granian": to_stderr, "winback.collector": to_stderr},
    }
