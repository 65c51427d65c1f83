"""The catalogue as plain DuckDB SQL: what tests hold the kernel against, and what a person may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from winback.ingest.nouns import OTHER_PRODUCT_BIT
from winback.ingest.read import lane_measures
from winback.profile.nouns import ALIVE, CUSTOMER, Catalogue, Feature
from winback.settings.model import Settings
from winback.terms.kinds import Fault, Kind


@dataclass(frozen=True)
class Tables:
    """What the query reads: `lanes[kind]` a table or `(SELECT …)` with customer, day and measures each, or
    `wide`, one with customer, day and a column `kind_measure` each, null where nothing of the kind happened.

    `asks` is a table of (customer, as_of) int32: the rows wanted. Where all have the one date `day` (number)
    it is enough to name the customers, and the query is simpler.
    """

    asks: str
    lanes: Mapping[str, str]
    wide: str | None = None
    day: int | None = None


@dataclass
class _Parts:
    """The pieces of the query: numbers by the relation they are grouped from."""

    catalogue: Catalogue
    tables: Tables
    numbers: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def as_of(self) -> str:
        """The date of a row."""
        return "as_of" if self.tables.day is None else str(self.tables.day)

    def put(self, relation: str, name: str, expression: str) -> str:
        self.numbers.setdefault(relation, {})[name] = expression
        return f'"{name}"'

    def column(self, kind: str, measure: str) -> str:
        return f'"{kind}_{measure}"' if self.tables.wide else f'"{measure}"'

    def relation(self, kind: str) -> str:
        return "wide" if self.tables.wide and kind != ALIVE else f"lane_{kind}"

    def day(self, kind: str) -> str:
        """The day where the row is one of this kind, null elsewhere."""
        if not self.tables.wide or kind == ALIVE:
            return "day"
        return f"CASE WHEN {self.column(kind, 'count')} IS NOT NULL THEN day END"


def features_sql(catalogue: Catalogue, tables: Tables, *, only: Sequence[str] | None = None) -> str:
    """The query that gives as_of, customer and all features (or `only` these), a row for each of `asks`."""
    parts = _Parts(catalogue, tables)
    wanted = [catalogue[name] for name in only] if only is not None else list(catalogue)
    columns = [f'{_feature(parts, feature)} AS "{feature.name}"' for feature in wanted]
    by = "customer, as_of" if tables.day is None else "customer"
    steps = [f"asks AS (SELECT {by} FROM {tables.asks})"]
    joins = ["FROM asks"]
    for relation, numbers in parts.numbers.items():
        listed = ",\n    ".join(f'{expression} AS "{name}"' for name, expression in numbers.items())
        source = _source(parts, relation) + (" JOIN asks USING (customer)" if tables.day is None else "")
        steps.append(
            f"n_{relation} AS (\n  SELECT {by},\n    {listed}\n"
            f"  FROM {source}\n  WHERE day < {parts.as_of} GROUP BY {by})"
        )
        joins.append(f"LEFT JOIN n_{relation} USING ({by})")
    return "\n".join(
        [
            "WITH " + ",\n".join(steps),
            f"SELECT {parts.as_of} AS as_of, customer,",
            "  " + ",\n  ".join(columns),
            *joins,
        ]
    )


def _source(parts: _Parts, relation: str) -> str:
    if relation == "wide":
        return str(parts.tables.wide)
    kind = relation.removeprefix("lane_").removesuffix("_gaps")
    if kind == ALIVE:
        days = " UNION ".join(_days(parts, alive) for alive in parts.catalogue.alive_kinds)
        return f"(SELECT *, day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS gap FROM ({days}))"
    if relation.endswith("_gaps"):
        days = _days(parts, kind)
        return f"(SELECT *, day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS gap FROM ({days}))"
    return parts.tables.lanes[kind]


def _days(parts: _Parts, kind: str) -> str:
    if parts.tables.wide:
        return (
            f"SELECT customer, day FROM {parts.tables.wide} WHERE {parts.column(kind, 'count')} IS NOT NULL"
        )
    return f"SELECT customer, day FROM {parts.tables.lanes[kind]}"


def _total(parts: _Parts, kind: str, measure: str, window: int | None) -> str:
    """Sum of a measure, or number of active days, over a window."""
    value = "1" if measure == "days" else parts.column(kind, measure)
    conditions = [] if window is None else [f"day >= {parts.as_of} - {window}"]
    if measure == "days" and parts.tables.wide and kind != ALIVE:
        conditions.append(f"{parts.column(kind, 'count')} IS NOT NULL")
    if conditions:
        value = f"CASE WHEN {' AND '.join(conditions)} THEN {value} END"
    name = f"{kind}_{measure}_{'life' if window is None else window}"
    return f"coalesce({parts.put(parts.relation(kind), name, f'CAST(sum({value}) AS BIGINT)')}, 0)"


def _last_day(parts: _Parts, kind: str) -> str:
    return parts.put(parts.relation(kind), f"{kind}_last_day", f"max({parts.day(kind)})")


def _first_day(parts: _Parts, kind: str) -> str:
    return parts.put(parts.relation(kind), f"{kind}_first_day", f"min({parts.day(kind)})")


def _at(parts: _Parts, kind: str, measure: str, window: int | None) -> str:
    """The last value as of the start of a window, of `as_of` where there is none."""
    day = parts.day(kind)
    if window is not None:
        day = f"CASE WHEN day < {parts.as_of} - {window} THEN {day} END"
    name = f"{kind}_{measure}_at_{'now' if window is None else window}"
    return parts.put(parts.relation(kind), name, f"arg_max({parts.column(kind, measure)}, {day})")


def _largest(parts: _Parts, kind: str, measure: str) -> str:
    return parts.put(parts.relation(kind), f"{kind}_{measure}_max", f"max({parts.column(kind, measure)})")


def _ratio(over: str, under: str) -> str:
    return f"CAST({over} AS DOUBLE) / CAST(nullif({under}, 0) AS DOUBLE)"


def _feature(parts: _Parts, f: Feature) -> str:  # noqa: PLR0911 - a line for each aggregate
    """The feature as an expression over the numbers of its lane."""
    kind, measure, window, how = f.kind, f.measure, f.window_days, f.aggregate
    if how in {"sum", "days"}:
        return _total(parts, kind, measure, window)
    if how == "since":
        return f"{parts.as_of} - {_last_day(parts, kind)}"
    if how == "to_alive":
        return f"{_last_day(parts, ALIVE)} - {_last_day(parts, kind)}"
    if how in {"largest", "peak"}:
        return _largest(parts, kind, measure)
    if how == "now":
        return _at(parts, kind, measure, None)
    if how in {"share", "mean"}:
        whole = f.of or (kind, "count")
        return _ratio(_total(parts, kind, measure, window), _total(parts, *whole, window))
    if how in {"trend", "change"}:
        return _compared(parts, f)
    if how == "fall":
        now, peak = _at(parts, kind, measure, None), _largest(parts, kind, measure)
        return f"CASE WHEN {peak} > 0 THEN {_ratio(f'({peak} - {now})', peak)} END"
    if how in {"gap_mean", "gap_spread", "gap_ratio"}:
        return _gaps(parts, f)
    if how == "variety":
        bits = parts.put(
            parts.relation(kind), f"{kind}_{measure}_bits", f"bit_or({parts.column(kind, measure)})"
        )
        return f"coalesce(bit_count({bits}), 0)"
    return _whole_life(parts, f)


def _compared(parts: _Parts, f: Feature) -> str:
    assert f.window_days is not None
    if f.aggregate == "change" and not f.is_step:
        now, then = _at(parts, f.kind, f.measure, None), _at(parts, f.kind, f.measure, f.window_days)
        return f"{now} - coalesce({then}, 0)"
    here = _total(parts, f.kind, f.measure, f.window_days)
    before = f"({_total(parts, f.kind, f.measure, 2 * f.window_days)} - {here})"
    return _ratio(here, before) if f.aggregate == "trend" else f"{here} - {before}"


def _gaps(parts: _Parts, f: Feature) -> str:
    days = _total(parts, f.kind, "days", None)
    last = _last_day(parts, f.kind)
    span = f"({last} - {_first_day(parts, f.kind)})"
    if f.aggregate == "gap_mean":
        value = _ratio(span, f"({days} - 1)")
    elif f.aggregate == "gap_ratio":
        value = _ratio(f"(({parts.as_of} - {last}) * ({days} - 1))", span)
    else:
        squares = "CAST(sum(CAST(gap AS BIGINT) * gap) AS BIGINT)"
        squares = parts.put(f"lane_{f.kind}_gaps", f"{f.kind}_gap_squares", squares)
        spread = f"{squares} * ({days} - 1) - CAST({span} AS BIGINT) * {span}"
        value = f"sqrt(CAST({spread} AS DOUBLE)) / CAST(({days} - 1) AS DOUBLE)"
    return f"CASE WHEN {days} > 1 THEN {value} END"


def _whole_life(parts: _Parts, f: Feature) -> str:
    if f.kind == CUSTOMER:
        firsts = [_first_day(parts, kind) for kind in parts.tables.lanes]
        return f"{parts.as_of} - coalesce({_first_day(parts, Kind.REGISTER)}, least({', '.join(firsts)}))"
    broken = f"gap > {parts.catalogue.churn_days}"
    if f.aggregate == "since_return":
        return (
            f"{parts.as_of} - {parts.put('lane_alive', 'run_start', f'max(CASE WHEN {broken} THEN day END)')}"
        )
    lapses = parts.put("lane_alive", "lapses", f"CAST(sum(CASE WHEN {broken} THEN 1 ELSE 0 END) AS BIGINT)")
    since = f"{parts.as_of} - {_last_day(parts, ALIVE)}"
    return f"coalesce({lapses}, 0) + CASE WHEN {since} > {parts.catalogue.churn_days} THEN 1 ELSE 0 END"


def lanes_from_events(settings: Settings, events: str) -> dict[str, str]:
    """The lanes as queries over `events`: a table of customer, day, at, kind, amount, product, product_kind,
    detail as the event log has them."""
    return {kind: _lane(settings, kind, events) for kind in lane_measures(settings)}


#: AT is a word of SQL.
_AT = '"at"'


def days_of_events(events: str, zone: str) -> str:
    """`events` with the column `day` (int32): the local day of `at` in the time zone."""
    local = f"CAST(timezone('{zone}', make_timestamptz({_AT})) AS DATE)"
    return f"(SELECT *, {local} - DATE '1970-01-01' AS day FROM {events})"


def _lane(settings: Settings, kind: str, events: str) -> str:
    columns = [f'{_measure(settings, m.name)} AS "{m.name}"' for m in lane_measures(settings)[kind]]
    return (
        f"(SELECT customer, day, {', '.join(columns)} FROM {events} WHERE kind = '{kind}'"
        " GROUP BY customer, day)"
    )


def _measure(settings: Settings, name: str) -> str:
    plain = {
        "count": "count(*)",
        "amount": "CAST(sum(amount) AS BIGINT)",
        "largest": "max(amount)",
        "balance": f"max({{'at': {_AT}, 'amount': amount}}).amount",
        "products": "count(DISTINCT product)",
    }
    if name in plain:
        return plain[name]
    if name == "product_kinds":
        bits = "".join(f" WHEN '{kind}' THEN {1 << i}" for i, kind in enumerate(settings.products.kinds))
        return f"bit_or(CASE product_kind{bits} ELSE {1 << OTHER_PRODUCT_BIT} END)"
    what, _, which = name.partition("_")
    column = "detail" if what == "count" and which in set(Fault) else "product_kind"
    value = "1" if what == "count" else "amount"
    return f"CAST(sum(CASE WHEN {column} = '{which}' THEN {value} ELSE 0 END) AS BIGINT)"
