"""Rivals of the collector: the same taking of a batch, as durable, in FastAPI and in a Django async view."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any


class Committer:
    """Appends to one file; one fdatasync for all that wait, as the collector has it."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, payload: bytes) -> None:
        """Returns when the payload is on the disk."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((payload, done))
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._commit())
        await done

    async def _commit(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            content = b"".join(payload for payload, _ in taken)
            await asyncio.get_running_loop().run_in_executor(None, self._write, content)
            for _, done in taken:
                done.set_result(None)

    def _write(self, content: bytes) -> None:
        os.write(self._handle, content)
        os.fdatasync(self._handle)


def lines(batch: list[dict[str, Any]]) -> bytes:
    """An event a line."""
    return "".join(json.dumps(event) + "\n" for event in batch).encode()


def _spool() -> Path:
    return Path(os.environ["WINBACK_BENCH_SPOOL"])


def fastapi() -> Any:
    """A FastAPI application whose model says what a batch is."""
    from fastapi import FastAPI
    from pydantic import BaseModel

    class Event(BaseModel):
        type: str
        event: str | None = None
        userId: str | None = None  # noqa: N815 - Segment's name
        anonymousId: str | None = None  # noqa: N815
        messageId: str  # noqa: N815
        timestamp: str | None = None
        properties: dict[str, Any] = {}
        context: dict[str, Any] = {}
        integrations: dict[str, Any] = {}

    class Batch(BaseModel):
        batch: list[Event]
        sentAt: str | None = None  # noqa: N815

    application, committer = FastAPI(), Committer(_spool())

    async def take(body: Batch) -> dict[str, bool]:
        await committer.put(lines([event.model_dump() for event in body.batch]))
        return {"success": True}

    take.__annotations__["body"] = Batch
    application.post("/v1/batch")(take)
    return application


def django() -> Any:
    """A Django application with one async view."""
    from django.conf import settings
    from django.core.handlers.asgi import ASGIHandler
    from django.http import HttpRequest, JsonResponse
    from django.urls import path

    committer = Committer(_spool())

    async def take(request: HttpRequest) -> JsonResponse:
        body = json.loads(request.body)
        await committer.put(lines(body["batch"]))
        return JsonResponse({"success": True})

    class Urls:
        urlpatterns = (path("v1/batch", take),)

    settings.configure(
        ROOT_URLCONF=Urls,
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="bench",
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    )
    import django as whole

    whole.setup()
    return ASGIHandler()
