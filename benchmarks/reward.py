"""How many grants and claims a second does reward settle, beside one row at a time through the ORM."""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from benchmarks.harness import Entry, against, record
from benchmarks.plan import workspaces
from winback.ingest.run import run as ingest
from winback.plan.book import chunks
from winback.reward.run import run
from winback.settings.model import Settings
from winback.store import facts
from winback.store.rows import put_once
from winback.store.workspace import Workspace
from winback.terms.time import day_number

START = datetime(2026, 3, 1, tzinfo=UTC)
#: No rival takes longer for its grants, nor for its claims.
LIMIT_SECONDS = 30.0
PACKET = {"kind": "red_packet", "amount_minor": 1_000, "purchase_min_minor": 10_000, "expiry_days": 30}
LIMITS = {"budget_minor": 10**13, "day_max_minor": 10**13, "customer_max_minor": 10**6}
EVENTS = {name: name for name in ("kind", "customer", "at", "amount", "detail")}
TREATMENT = (
    *("id", "entry_id", "customer_id", "playbook", "version", "step", "kind", "as_of_day", "due_us", "arm"),
    *("is_held_out", "reward", "expected_minor", "why"),
)


@dataclass(frozen=True)
class Size:
    """So many grant treatments, each claimed later, and so many for who takes one at a time."""

    grants: int
    few: int


SIZES = {"small": Size(100_000, 500), "full": Size(1_000_000, 3_000)}


def moment(day: float) -> datetime:
    """So many days after the start."""
    return START + timedelta(days=day)


def us(day: float) -> int:
    """The same in microseconds."""
    return int(moment(day).timestamp() * 1_000_000)


def with_events(ws: Workspace) -> Workspace:
    """The workspace with a source of events, a reward and a pot."""
    source = {"name": "app", "format": "parquet", "path": "app*.parquet", "events": [EVENTS]}
    said = ws.settings.model_dump() | {"sources": [source]}
    said |= {"rewards": {"packet": PACKET}, "pots": {"winback": LIMITS}, "workspace": {"time_zone": "UTC"}}
    root = ws.root / "workspace"
    root.mkdir()
    return replace(ws, settings=Settings.model_validate(said), root=root)


def put_events(ws: Workspace, kind: str, day: float, customers: int, **fields: str) -> None:
    """One event of a kind for each customer."""
    columns = {
        "kind": pa.array([kind]).take(pa.array(np.zeros(customers, np.int64))),
        "customer": pa.array([f"C{n:07d}" for n in range(customers)]),
        "at": pa.array(us(day) + np.arange(customers), pa.timestamp("us", "UTC")),
        "amount": pa.array([fields.get("amount")] * customers, pa.string()),
        "detail": pa.array([fields.get("detail")] * customers, pa.string()),
    }
    pq.write_table(pa.table(columns), ws.root / f"app_{kind}.parquet")


def put_treatments(ws: Workspace, customers: int, first: int = 0) -> list[int]:
    """A treatment for each customer from the first on, as plan leaves them; their keys."""
    keys: list[int] = np.random.default_rng(first).integers(1, 2**62, customers - first, np.int64).tolist()
    when = (day_number(moment(10).date()), us(10))
    rows = (
        (
            key,
            key,
            f"C{n:07d}",
            f"book_{n % 8}",
            1,
            "give",
            "grant",
            *when,
            "a",
            n % 10 == 9,
            "packet",
            n,
            "{}",
        )
        for n, key in enumerate(keys, start=first)
    )
    with facts.connection(ws) as connection:
        for some in chunks(rows):
            with facts.transaction(connection):
                put_once(connection, "plan_treatment", TREATMENT, some)
    return keys


def grant_one(alias: str, key: int, turn: int) -> None:
    """What a run does for one treatment, through the ORM, in a transaction of its own."""
    from django.db.models import F, Sum
    from django.db.transaction import atomic

    from winback.plan.models import Treatment
    from winback.reward.models import Book, Budget, Grant, Pot
    from winback.reward.models import Entry as Posted

    with atomic(using=alias):
        Book.objects.using(alias).select_for_update().get(id=1)
        given = Treatment.objects.using(alias).get(id=key)
        pot = Pot.objects.using(alias).get(name="winback")
        of_customer = Grant.objects.using(alias).filter(customer_id=given.customer_id, state="granted")
        used = of_customer.aggregate(money=Sum("amount_minor"))["money"] or 0
        if given.is_held_out or pot.budget_minor < 1_000 or used + 1_000 > 10**6:
            return
        shared = {"pot": "winback", "currency": "CNY", "amount_minor": 1_000, "turn": turn}
        plain = {name: getattr(given, name) for name in ("customer_id", "playbook", "step", "arm", "reward")}
        Grant.objects.using(alias).create(
            id=key, **plain, **shared, kind="red_packet", state="granted", face_minor=1_000, claimed_minor=0,
            purchase_min_minor=10_000, by_purchase=False, conditions="{}", expected_minor=0,
            as_of_day=given.as_of_day, granted_day=0, granted_us=us(10), expires_us=us(41), changed_us=us(10),
            maker="bench",
        )  # fmt: skip
        Posted.objects.using(alias).create(
            subject_id=key, kind="grant", from_account="budget", to_account="outstanding", at_us=us(10),
            who="bench", why="", **shared,
        )  # fmt: skip
        for scope, of in (("day", str(day_number(moment(10).date()))), ("playbook", given.playbook)):
            spent = Budget.objects.using(alias).filter(pot="winback", scope=scope, key=of)
            spent.update(used_minor=F("used_minor") + 1_000)


def claim_one(alias: str, key: int, customer: str, turn: int) -> None:
    """What a run does for one claim whose purchase is known already, through the ORM."""
    from django.db.transaction import atomic

    from winback.reward.models import Book, Claim, Grant
    from winback.reward.models import Entry as Posted

    with atomic(using=alias):
        Book.objects.using(alias).select_for_update().get(id=1)
        given = Grant.objects.using(alias).select_for_update().get(id=key)
        if given.state != "granted" or Claim.objects.using(alias).filter(purchase_key=key).exists():
            return
        Claim.objects.using(alias).create(
            id=key, grant_id=key, customer_id=customer, reward="packet", at_us=us(12), claimed_minor=1_000,
            purchase_key=key, state="accepted", who="bench", why="", judged_us=us(13), turn=turn,
        )  # fmt: skip
        Posted.objects.using(alias).create(
            subject_id=key, kind="claim", pot="winback", currency="CNY", from_account="outstanding",
            to_account="claimed", amount_minor=1_000, at_us=us(13), who="bench", why="", turn=turn,
        )  # fmt: skip
        given.state, given.claimed_minor = "claimed", 1_000
        given.save(using=alias)


def one_at_a_time(ws: Workspace, keys: list[int], first: int) -> tuple[tuple[float, bool], ...]:
    """Grants and claims a second of a loop over rows, and whether it was stopped by the limit."""
    with facts.connection(ws) as connection:
        granted = timed(lambda key: grant_one(connection.alias, key, 1), keys)
        given = [(key, n) for n, key in enumerate(keys, start=first) if n % 10 != 9]
        given = given[: round(granted[2] * 0.9)]
        claimed = timed(lambda each: claim_one(connection.alias, each[0], f"C{each[1]:07d}", 1), given)
    return granted[:2], claimed[:2]


def timed(one: Callable[[Any], None], rows: Sequence[Any]) -> tuple[float, bool, int]:
    """How many rows a second, whether the limit of seconds stopped it, and how many there were by then."""
    began, done = time.perf_counter(), 0
    for row in rows:
        one(row)
        done += 1
        if time.perf_counter() - began > LIMIT_SECONDS:
            break
    return done / (time.perf_counter() - began), done < len(rows), done


def measure(name: str, size: Size, label: str, ws: Workspace) -> Iterator[Entry]:
    """Grants of all treatments in one run, then all their claims in one run; then a few one at a time."""
    ws = with_events(ws)
    everybody = size.grants + size.few
    put_events(ws, "register", 0, everybody)
    ingest(ws, now=moment(1))
    put_treatments(ws, size.grants)
    gc.collect()
    began = time.perf_counter()
    granted = run(ws, moment(10))
    grants_rate = granted.treatments / (time.perf_counter() - began)
    assert granted.grants["granted"] == size.grants - size.grants // 10
    put_events(ws, "purchase", 11, size.grants, amount="120.00")
    put_events(ws, "claim", 12, size.grants, detail="packet")
    ingest(ws, now=moment(13))
    began = time.perf_counter()
    claimed = run(ws, moment(13))
    judged = sum(claimed.claims.values())
    claims_rate = judged / (time.perf_counter() - began)
    assert claimed.claims["accepted"] == granted.grants["granted"]
    keys = put_treatments(ws, everybody, size.grants)
    slow_grants, slow_claims = one_at_a_time(ws, keys, size.grants)
    told = f"{name}: {size.grants:,} treatments, then {judged:,} claims"
    for what, fast, slow in (("grants", grants_rate, slow_grants), ("claims", claims_rate, slow_claims)):
        question = f"{what} settled a second, limits kept, entries booked, {label}"
        stopped = f" (stopped after {LIMIT_SECONDS:.0f} s)" if slow[1] else ""
        rival = (f"ORM, one row at a time{stopped}", slow[0])
        yield against(question, told, subject=("winback reward", fast), rival=rival, unit=f"{what}/s")


def main() -> None:
    """Measure on both databases and record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=list(SIZES), default="small")
    name = parser.parse_args().size
    with tempfile.TemporaryDirectory(prefix="winback-bench-") as folder, workspaces(Path(folder)) as found:
        for label, ws in found.items():
            Console(stderr=True).print(label)
            record(list(measure(name, SIZES[name], label, ws)))


if __name__ == "__main__":
    main()
