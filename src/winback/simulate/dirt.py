"""What goes wrong in exports: rows nobody can use, rows sent twice, rows that come late.

Nothing good is lost: an unusable row is a spoiled copy beside the good one, a row sent twice is
equal to its first, and a late row stands in the file of the next month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.simulate.columns import money

_BAD_RATE, _TWICE_RATE, _LATE_RATE = 0.003, 0.002, 0.002
_TIME, _AMOUNT, _WHO = "下单时间", "金额", "客户号"
_FUTURE_MICROS = 4_070_908_800_000_000  # 2099-01-01
_TOO_MUCH_FEN = 2_000_000_000_000_00


def _with(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


def _no_customer(table: pa.Table) -> pa.Table:
    return _with(table, _WHO, pa.nulls(len(table), pa.int64()))


def _no_time(table: pa.Table) -> pa.Table:
    return _with(table, _TIME, pa.nulls(len(table), pa.timestamp("us")))


def _future(table: pa.Table) -> pa.Table:
    return _with(table, _TIME, pa.array(np.full(len(table), _FUTURE_MICROS)).cast(pa.timestamp("us")))


def _negative(table: pa.Table) -> pa.Table:
    return _with(table, _AMOUNT, money(-np.arange(1, len(table) + 1, dtype=np.int64) * 100))


def _too_much(table: pa.Table) -> pa.Table:
    return _with(table, _AMOUNT, money(np.full(len(table), _TOO_MUCH_FEN)))


_SPOILERS: dict[str, Callable[[pa.Table], pa.Table]] = {
    "no customer": _no_customer,
    "no time": _no_time,
    "time in the future": _future,
    "negative amount": _negative,
    "amount out of range": _too_much,
}


class Dirt:
    """Spoils what is about to be written, the same way for the same seed; remembers how much."""

    def __init__(self, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self._seed = seed
        self._late: list[pa.Table] = []

    @property
    def bad(self) -> int:
        """How many unusable rows were put in."""
        return sum(self.counts[reason] for reason in _SPOILERS)

    def orders(self, table: pa.Table, place: tuple[int, int]) -> list[pa.Table]:
        """The table, some of it twice, and spoiled copies; place = (month, chunk)."""
        rng = np.random.default_rng([self._seed, 3, *place])
        twice = self._some(table, rng.random(len(table)) < _TWICE_RATE, "sent twice")
        spoiled = []
        fate = rng.random(len(table)) / _BAD_RATE * len(_SPOILERS)
        for number, (reason, spoil) in enumerate(_SPOILERS.items()):
            chosen = self._some(table, (fate >= number) & (fate < number + 1), reason)
            spoiled.append(spoil(chosen))
        return [table, twice, *spoiled]

    def visits(self, table: pa.Table, place: tuple[int, int], last: bool) -> list[pa.Table]:
        """The table without its late rows, after what was late before; nothing is late in the last month."""
        before, self._late = (self._late, []) if place[1] == 0 else ([], self._late)
        if last:
            return [*before, table]
        rng = np.random.default_rng([self._seed, 4, *place])
        luck = rng.random(len(table))
        late, twice = luck < _LATE_RATE, (luck >= _LATE_RATE) & (luck < _LATE_RATE + _TWICE_RATE)
        self._late += [self._some(table, late, "late"), self._some(table, twice, "sent twice")]
        return [*before, table.filter(pa.array(~late))]

    def _some(self, table: pa.Table, which: npt.NDArray[np.bool_], reason: str) -> pa.Table:
        self.counts[reason] += int(which.sum())
        return table.filter(pa.array(which))
