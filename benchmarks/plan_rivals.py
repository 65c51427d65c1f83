"""One customer at a time: through the ORM, and as one job each in Procrastinate and in Celery.

Each does what the tick does for one customer, in one transaction: read the entry, its edge and what the edge
gives, write the treatment, move the entry. Queues are timed from handing the jobs over to the last one done.
Each runs in a process of its own, which is ended where it takes longer than LIMIT_SECONDS; then those count
whom it had moved by then.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from winback.settings.model import Settings
from winback.store import facts
from winback.store.workspace import Workspace

#: No rival takes longer, starting included.
LIMIT_SECONDS = 40.0

Few = tuple[int, int]


class Missing(Exception):  # noqa: N818 - it is no error, the rival is not there
    """The rival, or the server it needs, is not here."""


class Failed(Exception):  # noqa: N818 - said like Missing
    """The rival's process came to nothing."""


def contend(rival: str, ws: Workspace, few: Few) -> tuple[float, bool]:
    """Customers a second by a rival, and whether it was stopped by the limit.

    Raises Missing where it is not here, Failed where it broke, or had moved nobody when it was stopped.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    place = (ws.settings.storage.facts_url, ws.root)
    process = context.Process(target=_contend, args=(rival, place, few, there), daemon=True)
    process.start()
    there.close()
    began = time.perf_counter()
    try:
        told = here.recv() if here.poll(LIMIT_SECONDS) else None
    except EOFError:
        raise Failed("it broke; see what it said above") from None
    finally:
        process.terminate()
        process.join(5)
        if process.is_alive():
            process.kill()
            process.join()
    if isinstance(told, float):
        return told, False
    if told is not None:
        raise Missing(told)
    taken = time.perf_counter() - began
    if not (moved := _moved(ws, few)):
        raise Failed(f"it had moved nobody after {LIMIT_SECONDS:.0f} s")
    return moved / taken, True


def _contend(rival: str, place: tuple[str, Path], few: Few, there: Any) -> None:
    url, root = place
    ws = Workspace(Settings.model_validate({"storage": {"facts_url": url}}), root)
    try:
        with facts.connection(ws) as connection:
            there.send(float(RIVALS[rival](ws, connection, few)))
    except Missing as missing:
        there.send(str(missing))


def _moved(ws: Workspace, few: Few) -> int:
    """How many have gone on at the moment of these few."""
    with facts.connection(ws) as connection:
        from winback.plan.models import Entry

        found: int = Entry.objects.using(connection.alias).filter(began_us=few[1]).count()
    return found


def due(connection: Any, few: Few) -> list[int]:
    """Keys of the next entries that are due."""
    from winback.plan.models import Entry

    count, now = few
    rows = Entry.objects.using(connection.alias).filter(due_us__lte=now).order_by("due_us", "id")
    return list(rows.values_list("id", flat=True)[:count])


def advance_one(alias: str, key: int, now: int) -> None:
    """What a tick does, for one customer, through the ORM."""
    from django.db.transaction import atomic

    from winback.plan.models import Edge, Emission, Entry, Treatment

    with atomic(using=alias):
        entry = Entry.objects.using(alias).select_for_update().get(id=key)
        where = {"walk_id": entry.walk_id, "stop": entry.stop, "outcome": entry.outcome}
        edge = Edge.objects.using(alias).get(**where)
        for given in Emission.objects.using(alias).filter(**where):
            Treatment.objects.using(alias).get_or_create(
                id=entry.id ^ given.step_key,
                defaults={
                    "entry_id": entry.id,
                    "customer_id": entry.customer_id,
                    "playbook": entry.playbook,
                    "version": given.version,
                    "step": given.step,
                    "kind": given.kind,
                    "as_of_day": 20513,
                    "due_us": now,
                    "arm": entry.arm,
                    "is_held_out": entry.held_by is not None,
                    "medium": given.medium,
                    "template": given.template,
                    "purpose": given.purpose,
                    "expected_minor": entry.expected_minor,
                    "why": entry.why,
                },
            )
        entry.from_stop, entry.from_outcome = entry.stop, entry.outcome
        entry.stop, entry.outcome, entry.began_us = edge.next_stop, 0, now
        entry.due_us = None if edge.stay_us is None else now + edge.stay_us
        entry.save(using=alias)


def orm(_: Workspace, connection: Any, few: Few) -> float:
    """Customers a second, a loop over entries."""
    keys = due(connection, few)
    began = time.perf_counter()
    for key in keys:
        advance_one(connection.alias, key, few[1])
    return len(keys) / (time.perf_counter() - began)


def procrastinate(_: Workspace, connection: Any, few: Few) -> float:
    """Customers a second, one job each; the queue lies in the same PostgreSQL."""
    if connection.vendor != "postgresql":
        raise Missing("Procrastinate needs PostgreSQL")
    try:
        import procrastinate as queue
    except ImportError:
        raise Missing("procrastinate is not installed") from None
    keys, alias = due(connection, few), connection.alias
    place = connection.get_connection_params()
    kept = {name: place[name] for name in ("host", "port", "dbname", "user", "password") if place.get(name)}
    app = queue.App(connector=queue.SyncPsycopgConnector(kwargs=kept))

    @app.task(name="advance")
    def advance(key: int, now: int) -> None:
        advance_one(alias, key, now)

    with app.open():
        app.schema_manager.apply_schema()
        began = time.perf_counter()
        jobs: list[dict[str, Any]] = [{"key": key, "now": few[1]} for key in keys]
        advance.batch_defer(*jobs)
    worker = app.with_connector(queue.PsycopgConnector(kwargs=kept))
    with worker.replace_connector(worker.connector):
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, concurrency=2)
    return _done(connection, keys, began, few[1])


def celery(_: Workspace, connection: Any, few: Few) -> float:
    """Customers a second, one job each, the broker in memory: what a queue costs without any network."""
    try:
        from celery import Celery
        from celery.contrib.testing.worker import start_worker
    except ImportError:
        raise Missing("celery is not installed") from None
    keys, alias = due(connection, few), connection.alias
    app = Celery("bench", broker="memory://", backend=None)
    app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=64)

    @app.task(name="advance")
    def advance(key: int, now: int) -> None:
        advance_one(alias, key, now)

    began = time.perf_counter()
    with start_worker(app, pool="solo", perform_ping_check=False, loglevel="error"):
        for key in keys:
            advance.delay(key, few[1])
        return _done(connection, keys, began, few[1])


def _done(connection: Any, keys: Sequence[int], began: float, now: int) -> float:
    """Customers a second until the last of them has gone on."""
    from winback.plan.models import Entry

    left = len(keys)
    while left:
        left = Entry.objects.using(connection.alias).filter(id__in=keys[-500:], due_us__lte=now).count()
        if left:
            time.sleep(0.05)
    return len(keys) / (time.perf_counter() - began)


RIVALS: dict[str, Callable[[Workspace, Any, Few], float]] = {
    "one row at a time through the ORM": orm,
    "Procrastinate, one job a customer": procrastinate,
    "Celery, broker in memory, one job a customer": celery,
}
