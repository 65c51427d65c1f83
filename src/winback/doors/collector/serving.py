"""Serves the collector with Granian: processes that are started again when they fail."""

from __future__ import annotations

import ctypes
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from winback.app import open_workspace
from winback.doors.collector.application import Collector
from winback.terms.errors import Place, SettingsProblem

#: Requests that one process has in hand at once; the others wait in the kernel.
_AT_ONCE = 512
#: A commit that is done should not wait the usual 5 ms for the interpreter.
_SWITCH_SECONDS = 0.0005
_KILL_SECONDS = 10
_SET_PARENT_DEATH_SIGNAL = 1


def application(file: Path) -> Collector:
    """The collector of the workspace of this file, in a process of its own that ends with its parent."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    return Collector(open_workspace(file))


def serve(file: Path, *, host: str, port: int, workers: int) -> None:
    """Serve until interrupted or told to end; what was answered for is then handed over to ingest.

    Raises SettingsProblem where it cannot listen there, or a key in the environment is none.
    """
    from granian import Granian
    from granian.constants import Interfaces, Loops

    Collector(open_workspace(file))  # what is wrong with settings and keys is told here, once
    _check_address(host, port)
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
        workers_kill_timeout=_KILL_SECONDS,
        log_dictconfig=_logging(),
    )
    server.serve(target_loader=partial(application, file), wrap_loader=False)


def _check_address(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise SettingsProblem(
            f"cannot listen on {host}, port {port}: {error.strerror or error}",
            place=Place(file="winback.toml", field="collector.port"),
            todo="end what listens there, or give --host and --port",
        ) from None


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
