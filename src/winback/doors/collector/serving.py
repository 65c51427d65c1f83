"""Serves the collector with Granian: processes that are started again when they fail."""

from __future__ import annotations

import ctypes
import logging
import logging.config
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from winback.app import carriers, open_workspace
from winback.deliver.read import LINKS_KEY
from winback.doors.collector.application import Collector
from winback.doors.collector.inboxes import InboxDoor
from winback.doors.links.application import PATHS, LinksDoor
from winback.settings.secrets import secret
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import Place, Problem, SettingsProblem
from winback.terms.told import Told

#: Requests that one process has in hand at once; the others wait in the kernel.
_AT_ONCE = 512
#: A commit that is done should not wait the usual 5 ms for the interpreter.
_SWITCH_SECONDS = 0.0005
_KILL_SECONDS = 10
_SET_PARENT_DEATH_SIGNAL = 1
log = logging.getLogger("winback.collector")


def application(file: Path) -> Collector:
    """The collector of the workspace of this file, in a process of its own that ends with its parent."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    return built(open_workspace(file))


def built(ws: Workspace) -> Collector:
    """The collector with the doors beside it: inboxes, and links where the setting says so."""
    collector = Collector(ws)
    collector.beside["inbox"] = InboxDoor(ws, collector.keys)
    if ws.settings.collector.links:
        door = LinksDoor(ws, _carriers(ws))
        collector.beside |= {path.strip("/"): door for path in PATHS}
    return collector


def _carriers(ws: Workspace) -> list[Any] | None:
    """Those whose call-backs are taken; None where one of them cannot be opened here."""
    try:
        return carriers(ws)
    except Problem as problem:
        log.warning("call-backs of providers are not taken, they are to come again: %s", problem.what)
        return None


def _tell_of_links(ws: Workspace) -> None:
    """Whether links in messages lead here."""
    if not ws.settings.collector.links:
        log.info("links of messages are not answered here: collector.links is false")
    elif secret(LINKS_KEY) is None:
        log.warning(
            "links of messages are not known: %s is not set; it must be the one that deliver has", LINKS_KEY
        )
    elif not ws.settings.deliver.links_url:
        log.info("messages carry no links: deliver.links_url is empty")


def serve(file: Path, *, host: str, port: int, workers: int) -> None:
    """Serve until interrupted or told to end; what was answered for is then handed over to ingest.

    Raises SettingsProblem where it cannot listen there, or a key in the environment is none.
    """
    from granian import Granian
    from granian.constants import Interfaces, Loops

    logging.config.dictConfig(_logging())
    ws = open_workspace(file)
    ring = Collector(ws).keys  # what is wrong with settings and keys is told here, once
    _tell_of_links(ws)
    if ring.read_inboxes or (ws.settings.collector.links and secret(LINKS_KEY)):
        with facts.connection(ws):  # the facts are asked: their tables are made here, once
            pass
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
            "cannot listen on {host}, port {port}: {why}",
            host=host,
            port=port,
            why=Told(error.strerror or type(error).__name__),
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
        "loggers": {"_granian": to_stderr, "winback": to_stderr},
    }
