"""One simulation under way: month by month and chunk by chunk, put in place as a whole at the end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa

from winback.simulate import columns, registrations, truth
from winback.simulate.buffers import Buffers, buffers, newborn, taken
from winback.simulate.compiled import App
from winback.simulate.dirt import Dirt
from winback.simulate.export import GrowingFile
from winback.simulate.nouns import Order
from winback.simulate.people import people
from winback.simulate.walk import walk
from winback.simulate.workspace_file import GB18030, More, workspace_toml
from winback.simulate.world import months, planted, ways_of, world
from winback.terms.errors import Place, Problem
from winback.terms.progress import Progress

CHUNK = 50_000
_ASIDE = ".simulating"
PARTS = ("raw", "truth", "winback.toml")
EXPORTS = ("visits", "orders", "redemptions", "balances", "app_quality", "messages", "coupons", "maturities")


def refuse(out: Path, order: Order, *, force: bool) -> None:
    """Raises Problem for an order that cannot be, and for a folder that holds something."""
    if order.customers < 1 or order.customers > 2_000_000:
        raise Problem(
            "cannot simulate {count:,} customers", count=order.customers, todo="give 1 to 2,000,000"
        )
    if order.days < 1 or order.days > 3_000:
        raise Problem("cannot simulate {count:,} days", count=order.days, todo="give 1 to 3,000")
    if out.exists() and not out.is_dir():
        raise Problem("is a file, not a folder", place=Place(file=str(out)))
    if not force and out.exists() and any(entry.name != _ASIDE for entry in out.iterdir()):
        todo = "choose an empty folder, or give --force to replace raw/, truth/ and winback.toml in it"
        raise Problem("the folder is not empty", place=Place(file=str(out)), todo=todo)


def whole_or_nothing(out: Path, parts: tuple[str, ...], make: Callable[[Path], Run]) -> Run:
    """Let `make` write into a folder aside, then move its parts in: all of them, or nothing."""
    aside = out / _ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        run = make(aside)
        _put_in_place(aside, out, parts)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return run


def _put_in_place(aside: Path, out: Path, parts: tuple[str, ...]) -> None:
    """Move the finished parts in; `winback.toml` last, so that it stands only beside whole data."""
    (out / "winback.toml").unlink(missing_ok=True)
    for part in parts:
        target = out / part
        if target.is_dir():
            shutil.rmtree(target)
        (aside / part).replace(target)


class Run:
    """One simulation under way: the customers, their state, and the files that grow.

    With `until` only so many of the order's days are walked and written; a live mode goes on from there.
    """

    def __init__(self, folder: Path, order: Order, until: int | None = None) -> None:
        self.folder = folder
        self.order = order
        self.until = until or order.days
        self.more: More | None = None
        self.what = planted(order)
        self.ways = ways_of(order)
        self.world = world(order, self.what, self.ways)
        self.dirt = Dirt(order.seed) if order.dirty else None
        self.rows: dict[str, int] = {}
        self.truth_rows: dict[str, int] = {}
        self._versions = tuple(v.name for v in self.what.versions)
        self._truth = {
            name: GrowingFile(folder / "truth" / f"{name}.parquet") for name in ("leaves", "hazard")
        }
        size = min(CHUNK, order.customers)
        self._pair = (buffers(size, 31), buffers(size, 31))

    def whole(self, progress: Progress) -> None:
        """Draw the customers, walk them through all days, write everything."""
        everybody = people(self.order, self.what.clusters)
        self.state = newborn(len(everybody), self.order.seed)
        born = everybody[everybody["day"] < self.until]
        self._people(born)
        spans = months(self.order.first_day, self.until)
        firsts = range(0, len(born), CHUNK)
        progress.start("simulate", total=len(spans) * len(firsts))
        for number, span in enumerate(spans):
            files = self._month_files(span[0])
            for chunk, full in enumerate(self._walked(born, span, firsts)):
                self._write(full, files, (number, chunk), last=number == len(spans) - 1)
                progress.advance()
            for kind, file in files.items():
                file.close()
                self.rows[kind] = self.rows.get(kind, 0) + file.rows
        for name, file in self._truth.items():
            file.close()
            self.truth_rows[name] = file.rows
        self._notes()

    def _month_files(self, month: str) -> dict[str, GrowingFile]:
        return {kind: self._export_file(kind, f"-{month}") for kind in EXPORTS}

    def _export_file(self, kind: str, suffix: str = "") -> GrowingFile:
        encoding = "gb18030" if kind in GB18030 else "utf-8"
        return GrowingFile(self.folder / "raw" / f"{kind}{suffix}.{self.order.format}", encoding)

    def _people(self, born: Any) -> None:
        """The registration export and the hidden traits."""
        day = self.order.first_day
        export = self._export_file("registrations")
        hidden = GrowingFile(self.folder / "truth" / "customers.parquet")
        for first in range(0, len(born), CHUNK):
            some = born[first : first + CHUNK]
            export.write(registrations.table(some, first, self.order, self.what.clusters))
            hidden.write(truth.customers(some, first, day, self.what))
        export.close()
        hidden.close()
        self.rows["registrations"], self.truth_rows["customers"] = export.rows, hidden.rows

    def _walked(self, born: Any, span: tuple[str, int, int], firsts: range) -> Iterator[Buffers]:
        """Each chunk's rows of one month; the next chunk is walked while this one is written."""
        _, first, after = span

        def one(number: int, row: int) -> Buffers:
            full = self._pair[number % 2]
            full.filled[:] = 0
            part = slice(row, row + CHUNK)
            app = App(self.world, self.ways, full)
            walk(born[part], self.state[part], (row, first, after), app)
            return full

        with ThreadPoolExecutor(1) as pool:
            ahead: Future[Buffers] = pool.submit(one, 0, firsts[0])
            for number in range(len(firsts)):
                full = ahead.result()
                if number + 1 < len(firsts):
                    ahead = pool.submit(one, number + 1, firsts[number + 1])
                yield full

    def _write(
        self, full: Buffers, files: dict[str, GrowingFile], place: tuple[int, int], *, last: bool
    ) -> None:
        rows = taken(full)
        for kind in EXPORTS:
            made = columns.table(kind, rows[kind], self.order.first_day, self._versions)
            for table in self._soiled(kind, made, place, last):
                files[kind].write(table)
        self._truth["leaves"].write(truth.leaves(rows["leaves"], self.order.first_day, self.what))
        self._truth["hazard"].write(truth.hazard(rows["hazard"], self.order.first_day))

    def _soiled(self, kind: str, table: pa.Table, place: tuple[int, int], last: bool) -> list[pa.Table]:
        if self.dirt is not None and kind == "orders":
            return self.dirt.orders(table, place)
        if self.dirt is not None and kind == "visits":
            return self.dirt.visits(table, place, last)
        return [table]

    def _notes(self) -> None:
        text = json.dumps(truth.planted(self.order, self.what), ensure_ascii=False, indent=1)
        (self.folder / "truth" / "planted.json").write_text(text + "\n", encoding="utf-8")
        toml = workspace_toml(self.order, self.what, self.more)
        (self.folder / "winback.toml").write_text(toml, encoding="utf-8")
