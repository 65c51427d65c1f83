"""The same features by Polars: lazy, streaming, a group-by a lane, the lanes joined on the customer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from winback.profile.nouns import ALIVE, CUSTOMER, Catalogue, Feature


class _Lanes:
    """The numbers wanted from each lane, and the features made of them."""

    def __init__(self, known: Catalogue, kinds: tuple[str, ...], day: int) -> None:
        self.known, self.kinds, self.day = known, kinds, day
        self.wanted: dict[str, dict[str, pl.Expr]] = {kind: {} for kind in (*kinds, ALIVE)}

    def put(self, kind: str, name: str, expression: pl.Expr) -> pl.Expr:
        self.wanted[kind][f"{kind}:{name}"] = expression
        return pl.col(f"{kind}:{name}")

    def total(self, kind: str, measure: str, window: int | None) -> pl.Expr:
        value = pl.lit(1, pl.Int64) if measure == "days" else pl.col(measure)
        if window is None:
            total = pl.len().cast(pl.Int64) if measure == "days" else value.sum()
        else:
            total = pl.when(pl.col("day") >= self.day - window).then(value).otherwise(0).sum()
        return self.put(kind, f"{measure}:{window}", total).fill_null(0)

    def last(self, kind: str) -> pl.Expr:
        return self.put(kind, "last", pl.col("day").max().cast(pl.Int64))

    def first(self, kind: str) -> pl.Expr:
        return self.put(kind, "first", pl.col("day").min().cast(pl.Int64))

    def at(self, kind: str, measure: str, window: int | None) -> pl.Expr:
        """Lane files are sorted by customer and day and read in order, so the last value is the latest."""
        value = pl.col(measure)
        if window is not None:
            value = value.filter(pl.col("day") < self.day - window)
        return self.put(kind, f"{measure}:at:{window}", value.last())

    def feature(self, f: Feature) -> pl.Expr:
        made = _MAKERS.get(f.aggregate, _other)
        return made(self, f).alias(f.name)


def _sum(lanes: _Lanes, f: Feature) -> pl.Expr:
    return lanes.total(f.kind, f.measure, f.window_days)


def _since(lanes: _Lanes, f: Feature) -> pl.Expr:
    return lanes.day - lanes.last(f.kind)


def _largest(lanes: _Lanes, f: Feature) -> pl.Expr:
    return lanes.put(f.kind, f"{f.measure}:max", pl.col(f.measure).max())


def _now(lanes: _Lanes, f: Feature) -> pl.Expr:
    return lanes.at(f.kind, f.measure, None)


def _change(lanes: _Lanes, f: Feature) -> pl.Expr:
    return lanes.at(f.kind, f.measure, None) - lanes.at(f.kind, f.measure, f.window_days).fill_null(0)


def _fall(lanes: _Lanes, f: Feature) -> pl.Expr:
    now, peak = _now(lanes, f), _largest(lanes, f)
    return pl.when(peak > 0).then((peak - now) / peak)


def _share(lanes: _Lanes, f: Feature) -> pl.Expr:
    whole = lanes.total(*(f.of or (f.kind, "count")), f.window_days)
    return pl.when(whole != 0).then(lanes.total(f.kind, f.measure, f.window_days) / whole)


def _trend(lanes: _Lanes, f: Feature) -> pl.Expr:
    assert f.window_days is not None
    here = lanes.total(f.kind, f.measure, f.window_days)
    before = lanes.total(f.kind, f.measure, 2 * f.window_days) - here
    return pl.when(before != 0).then(here / before)


def _variety(lanes: _Lanes, f: Feature) -> pl.Expr:
    bits = lanes.put(f.kind, f"{f.measure}:bits", pl.col(f.measure).bitwise_or())
    return bits.bitwise_count_ones().cast(pl.Int64).fill_null(0)


def _gap(lanes: _Lanes, f: Feature) -> pl.Expr:
    days, last = lanes.total(f.kind, "days", None), lanes.last(f.kind)
    span = last - lanes.first(f.kind)
    if f.aggregate == "gap_mean":
        value = span / (days - 1)
    elif f.aggregate == "gap_ratio":
        value = (lanes.day - last) * (days - 1) / span
    else:
        gap = pl.col("day").diff().cast(pl.Int64)
        squares = lanes.put(f.kind, "squares", (gap * gap).sum())
        value = (squares * (days - 1) - span * span).sqrt() / (days - 1)
    return pl.when(days > 1).then(value)


def _to_alive(lanes: _Lanes, f: Feature) -> pl.Expr:
    return lanes.last(ALIVE) - lanes.last(f.kind)


def _other(lanes: _Lanes, f: Feature) -> pl.Expr:
    if f.kind == CUSTOMER:
        firsts = [lanes.first(kind) for kind in lanes.kinds]
        return lanes.day - pl.coalesce(lanes.first("register"), pl.min_horizontal(firsts))
    broken = pl.col("day").diff() > lanes.known.churn_days
    if f.aggregate == "since_return":
        run = pl.col("day").filter(broken).max().cast(pl.Int64)
        return lanes.day - lanes.put(ALIVE, "run", run)
    lapses = lanes.put(ALIVE, "lapses", broken.sum().cast(pl.Int64)).fill_null(0)
    return lapses + ((lanes.day - lanes.last(ALIVE)) > lanes.known.churn_days).fill_null(False).cast(pl.Int64)


_MAKERS: dict[str, Callable[[_Lanes, Feature], pl.Expr]] = {
    "sum": _sum,
    "days": _sum,
    "since": _since,
    "largest": _largest,
    "peak": _largest,
    "now": _now,
    "change": _change,
    "fall": _fall,
    "share": _share,
    "mean": _share,
    "trend": _trend,
    "variety": _variety,
    "to_alive": _to_alive,
    "gap_mean": _gap,
    "gap_spread": _gap,
    "gap_ratio": _gap,
}


def polars_features(
    here: Path, day: int, known: Catalogue, *, kinds: tuple[str, ...], customers: int
) -> pl.DataFrame:
    """All features of all customers as of a day (number), by key, from the lanes as Parquet."""
    lanes = _Lanes(known, kinds, day)
    columns = [lanes.feature(feature) for feature in known]
    joined = pl.LazyFrame({"customer": pl.int_range(customers, dtype=pl.Int32, eager=True)})
    for kind in (*kinds, ALIVE):
        if not lanes.wanted[kind]:
            continue
        rows = _alive_days(here, known) if kind == ALIVE else _lane(here, kind)
        wanted = [expression.alias(name) for name, expression in lanes.wanted[kind].items()]
        numbers = rows.filter(pl.col("day") < day).group_by("customer").agg(wanted)
        joined = joined.join(numbers, on="customer", how="left", maintain_order="left")
    return joined.select("customer", *columns).collect(engine="streaming")


def _lane(here: Path, kind: str) -> pl.LazyFrame:
    return pl.scan_parquet(here / "parquet" / kind / "*.parquet")


def _alive_days(here: Path, known: Catalogue) -> pl.LazyFrame:
    lanes = [_lane(here, kind).select("customer", "day") for kind in known.alive_kinds]
    return pl.concat(lanes).unique().sort("customer", "day")
