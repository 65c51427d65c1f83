"""Begins a live base with its past, and lives one day of it at a time."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from winback.simulate import columns, registrations, truth
from winback.simulate.buffers import Buffers, buffers, taken
from winback.simulate.compiled import App
from winback.simulate.export import GrowingFile
from winback.simulate.live import effects, mail, tables
from winback.simulate.live import everybody as kept
from winback.simulate.live.answering import Answers, answer, promises
from winback.simulate.live.claiming import claim, known_grants, nothing_promised
from winback.simulate.live.everybody import Base
from winback.simulate.live.nouns import DaySummary
from winback.simulate.live.settings import MORE
from winback.simulate.making import EXPORTS, PARTS, Run, refuse, whole_or_nothing
from winback.simulate.nouns import DAYS, FIRST_DAY, Order, SimulationSummary
from winback.simulate.parameters import CAUSE_OF_DRIVER, CAUSES, Behaviour
from winback.simulate.people import people
from winback.simulate.walk import walk
from winback.simulate.world import planted, ways_of, world
from winback.terms.errors import Place, Problem
from winback.terms.progress import Progress, Silent

AHEAD_DAYS = 180
_ASIDE = ".day"


def begin(  # noqa: PLR0913 - what to simulate, each with its default
    out: Path,
    customers: int,
    days: int = DAYS,
    seed: int = 1,
    *,
    ahead_days: int = AHEAD_DAYS,
    first_day: date = FIRST_DAY,
    plain: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> SimulationSummary:
    """Write the past of a base that can go on for `ahead_days`: as `simulate.run.simulate`, and `live/`.

    `customers` register over all days, those to come too. Raises Problem where `out` holds something.
    """
    order = Order(customers, days + ahead_days, seed, first_day, plain=plain)
    refuse(out, order, force=force)
    began = time.monotonic()

    def make(aside: Path) -> Run:
        run = Run(aside, order, days)
        run.ways, run.more = _ways(order), MORE
        run.whole(progress or Silent())
        _keep(run, aside)
        return run

    run = whole_or_nothing(out, (kept.FOLDER, *PARTS), make)
    told = replace(order, days=days)
    return SimulationSummary(out, told, run.rows, run.truth_rows, seconds=time.monotonic() - began)


def _ways(order: Order) -> Behaviour:
    """As in any order, but coupons are claimed only where they were given."""
    return ways_of(order)._replace(coupon=0.0)


def _keep(run: Run, folder: Path) -> None:
    born = people(run.order, run.what.clusters)
    more = kept.drawn(born, run.order)
    leaves = pq.read_table(folder / "truth" / "leaves.parquet", columns=["customer", "leave_day", "cause"])
    leaves = leaves.sort_by("leave_day")
    who = leaves["customer"].to_numpy() - columns.FIRST_NUMBER
    more["cause"][who] = [CAUSES.index(cause) for cause in leaves["cause"].to_pylist()]
    base = Base(run.order, run.until, run.state, run.state.copy(), more, nothing_promised())
    kept.save(base, folder)
    for name, table in tables.nothing_yet(base).items():
        pq.write_table(table, folder / "raw" / f"{name}-{run.order.first_day:%Y-%m}.parquet")
    pq.write_table(tables.people(base), folder / "truth" / "live_people.parquet")
    text = json.dumps(effects.told(), ensure_ascii=False, indent=1)
    (folder / "truth" / "effects.json").write_text(text + "\n", encoding="utf-8")


class Living:
    """A live base, opened: its days are lived one after the other, each kept whole before the next."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = kept.load(folder)
        order = self.base.order
        self._what, self._ways = planted(order), _ways(order)
        self._world = world(order, self._what, self._ways)
        self._born = people(order, self._what.clusters)
        self._buffers = buffers(len(self._born), 1)
        self._steps: list[str] = []

    def live(self, sandbox: Path, grants: pa.Table) -> DaySummary:
        """Live one day: people come and go, then read what was sent (`sandbox`, NDJSON) and act on it later.

        `grants` (nouns.GRANTS) are those that messages may promise. Raises Problem where no day is left.
        """
        base = self.base
        if base.days_left < 1:
            raise Problem("this base has no days left", place=Place(file=str(self.folder)))
        rng = np.random.default_rng([base.order.seed, 6, base.day])
        gone_before = base.state["left"] == 1
        rows = self._walked(base.state)
        self._walked(base.twin)
        drivers = np.array(CAUSE_OF_DRIVER)[rows["leaves"]["driver"]]
        base.more["cause"][rows["leaves"]["customer"]] = drivers
        made = claim(base, self._born, rows, rng)
        rows["orders"] = np.concatenate([rows["orders"], made.orders])
        rows["balances"] = np.concatenate([rows["balances"], made.balances])
        said, fresh = self._read(sandbox, grants, rng)
        exports = {"claims": tables.claims(made, base), "callbacks": tables.call_backs(base, rng)}
        exports["receipts"] = tables.receipts(said, base, self._steps)
        self._write(rows, exports, said)
        summary = DaySummary(
            day=base.date,
            visits=len(rows["visits"]),
            messages=len(said.mail),
            read=int(said.read.sum()),
            clicked=int(said.clicked.sum()),
            put_off=int(said.put_off.sum()),
            claims=len(made.promises),
            left=len(rows["leaves"]),
            back=int((gone_before & (base.state["left"] == 0)).sum()),
        )
        self._next_day(fresh)
        return summary

    def _walked(self, state: npt.NDArray[Any]) -> dict[str, Any]:
        full: Buffers = self._buffers
        full.filled[:] = 0
        walk(self._born, state, (0, self.base.day, self.base.day + 1), App(self._world, self._ways, full))
        return {kind: rows.copy() for kind, rows in taken(full).items()}

    def _read(self, sandbox: Path, grants: pa.Table, rng: np.random.Generator) -> tuple[Answers, list[str]]:
        base = self.base
        lines, fresh = mail.new_messages(sandbox, base.seen)
        letters = mail.as_rows(lines, grants, (base.playbooks, self._steps))
        said = answer(base, self._born, letters, rng)
        new = promises((base, self._born), said, known_grants(base, grants), rng)
        base.promised = np.concatenate([base.promised, new])
        return said, fresh

    def _next_day(self, fresh: list[str]) -> None:
        base = self.base
        for cause in CAUSES:
            base.state[f"held_{cause}"] *= effects.HOLD_KEEP
        base.seen += fresh
        base.day += 1
        kept.save(base, self.folder)

    def _write(self, rows: dict[str, Any], exports: dict[str, pa.Table], said: Answers) -> None:
        """The day's files, aside first; a day that was killed is written once more, the same."""
        base, aside = self.base, self.folder / _ASIDE
        order, day = base.order, base.date
        versions = tuple(version.name for version in self._what.versions)
        made = {kind: columns.table(kind, rows[kind], order.first_day, versions) for kind in EXPORTS}
        made |= exports
        today = np.flatnonzero(self._born["day"] == base.day)
        some, first = self._born[today], int(today[0]) if len(today) else 0
        made["registrations"] = registrations.table(some, first, order, self._what.clusters)
        files = {f"raw/{kind}-{day}": table for kind, table in made.items()}
        registered = int((self._born["day"] <= base.day).sum())
        files[f"truth/live/{day}"] = tables.everybody(base, registered)
        files[f"truth/answers/{day}"] = tables.answers(said, base, self._steps)
        files[f"truth/live_leaves/{day}"] = truth.leaves(rows["leaves"], order.first_day, self._what)
        files[f"truth/live_customers/{day}"] = truth.customers(some, first, order.first_day, self._what)
        shutil.rmtree(aside, ignore_errors=True)
        for name, table in files.items():
            file = GrowingFile(aside / f"{name}.parquet")
            file.write(table)
            file.close()
            if table.num_rows:
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                file.path.replace(self.folder / f"{name}.parquet")
        shutil.rmtree(aside, ignore_errors=True)
