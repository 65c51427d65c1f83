"""Who, of those who wait, has reacted: what is new in the event log is read in one pass for all playbooks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from winback.ingest import read as ingest
from winback.plan import book
from winback.plan.library import Library
from winback.plan.walks import Reaction
from winback.plan.who import day_of_moment
from winback.settings.playbooks_graph import longest_us
from winback.store.sql import arrow, named
from winback.store.workspace import Workspace
from winback.terms.kinds import Kind

Exit = tuple[int, int, int]
_COLUMNS = {"entry_id": pa.int64(), "customer_id": pa.string(), "walk_id": pa.int64()}
_COLUMNS |= {"stop": pa.int64(), "began_us": pa.int64(), "due_us": pa.int64()}


@dataclass(frozen=True)
class News:
    """Events that nobody was told of: those from a moment on, and those taken in after a version of the log.

    `version` None: the log was not heard before, everything from the moment on is news.
    """

    from_us: int
    now_us: int
    version: int | None = None
    oldest: date | None = None

    def events(self, ws: Workspace, kinds: list[str]) -> str:
        """SQL over their events of these kinds; some may come twice."""
        first, last = day_of_moment(ws, self.from_us), day_of_moment(ws, self.now_us)
        by_time = ingest.events(ws, first, last + timedelta(days=1), kinds)
        found = f'SELECT * FROM ({by_time}) WHERE "at" >= {self.from_us}'
        if self.version is not None:
            found += f" UNION ALL {ingest.events_taken_since(ws, self.version, self.oldest, kinds)}"
        return found


@dataclass(frozen=True)
class Heard:
    """Who reacted: entry, stop and exit of each, those who let go of what was given on the way, and ids."""

    exits: list[book.Row]
    withdrawing: list[book.Row]
    customers: list[str]


def hear(ws: Workspace, connection: Any, library: Library, now_us: int) -> int:
    """Let everybody who reacted before `now_us`, and before their time was over, take that exit; how many.

    Only events at or after the moment the wait began count. Whose time was over first goes the ordinary way,
    however late this is run. Only customers of whom events are new since the last time are looked at, except
    the first time and after people were moved or let go.
    """
    heard = reacted(ws, connection, library, now_us)
    letting_go = set(heard.withdrawing)
    others = [row for row in heard.exits if row not in letting_go]
    for withdrawing, rows in ((True, heard.withdrawing), (False, others)):
        book.answer(connection, rows, now_us, asked=0, withdrawing=withdrawing)
    book.do(connection, "set_heard", [now_us, ingest.manifest(ws).version])
    return len(heard.exits)


def reacted(ws: Workspace, connection: Any, library: Library, now_us: int) -> Heard:
    """Who reacted, as `hear` says; nobody is moved, nothing is kept."""
    version = ingest.manifest(ws).version
    if not book.fetch(connection, "is_waiting"):
        return Heard([], [], [])
    listening = _reactions(library)
    last_us, last_version = book.fetch(connection, "heard_up_to")[0]
    with ws.duckdb() as db:
        if last_us is None or last_version > version:
            waiting = _waiting(ws, book.fetch(connection, "waiting"), now_us)
            news = News(pc.min(waiting["began_us"]).as_py() or now_us, now_us)
            _tell(ws, db, news, _awaited(listening, waiting).values())
        else:
            news = News(last_us, now_us, last_version, _oldest(ws, library, now_us))
            _tell(ws, db, news, listening.values(), once=True)
            book.ask(connection, _customers(ws, db, now_us))
            waiting = _waiting(ws, book.fetch(connection, "waiting_of"), now_us)
        heard = _heard(db, waiting, _awaited(listening, waiting))
    of = [waiting[name].to_pylist() for name in ("entry_id", "walk_id", "customer_id")]
    known = {entry: (walk, customer) for entry, walk, customer in zip(*of, strict=True)}
    withdrawing = [row for row in heard if listening[known[row[0]][0], *row[1:]].withdraws]
    return Heard(heard, withdrawing, sorted({known[row[0]][1] for row in heard}))


def _reactions(library: Library) -> dict[Exit, Reaction]:
    """What all walks listen for, by walk, stop and exit."""
    return {
        (version.walk_id(walk.arm), each.stop, each.outcome): each
        for version in library.versions.values()
        for walk in version.walks
        for each in walk.reactions
    }


def _oldest(ws: Workspace, library: Library, now_us: int) -> date:
    """The first day of which news can matter: no wait is older than the longest walk."""
    longest = max((longest_us(each.playbook) for each in library.versions.values()), default=0)
    return day_of_moment(ws, max(now_us - longest, 0))


def _tell(
    ws: Workspace,
    db: duckdb.DuckDBPyConnection,
    news: News,
    reactions: Iterable[Reaction],
    *,
    once: bool = False,
) -> None:
    """Make `told` of the news that these reactions listen for: a view, or read at once for many questions."""
    kinds = sorted({each.kind for each in reactions})
    db.execute(_TOLD.format(what="TABLE" if once else "VIEW", events=news.events(ws, kinds)))


def _customers(ws: Workspace, db: duckdb.DuckDBPyConnection, now_us: int) -> list[str]:
    """The customers of whom there is news that somebody may wait for."""
    keys = arrow(db, named("plan")["new_customers"], {"now_us": now_us})["customer"]
    ids = ingest.ids(ws)
    found: list[str] = ids.take(keys.combine_chunks()).to_pylist()
    return found


def _waiting(ws: Workspace, rows: list[book.Row], now_us: int) -> pa.Table:
    """Who waits, with their key and the moment until which a reaction counts."""
    columns = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
    table = pa.table(
        [pa.array(c, kind) for c, kind in zip(columns, _COLUMNS.values(), strict=True)], names=list(_COLUMNS)
    )
    ids = ingest.ids(ws)
    table = table.append_column("customer", pc.index_in(table["customer_id"], value_set=ids))
    until = pc.min_element_wise(table["due_us"], pa.scalar(now_us))
    return table.append_column("until_us", until).filter(pc.is_valid(table["customer"]))


def _awaited(listening: dict[Exit, Reaction], waiting: pa.Table) -> dict[Exit, Reaction]:
    """The reactions that those who wait may show."""
    walks = set(pc.unique(waiting["walk_id"]).to_pylist())
    return {at: each for at, each in listening.items() if at[0] in walks}


def _heard(db: duckdb.DuckDBPyConnection, waiting: pa.Table, awaited: dict[Exit, Reaction]) -> list[book.Row]:
    """Entry, stop and exit of each who reacted."""
    keyed = [(*at, each.kind, each.detail) for at, each in awaited.items()]
    if not keyed:
        return []
    columns = list(zip(*keyed, strict=True))
    names = {"walk_id": pa.int64(), "stop": pa.int64(), "outcome": pa.int64()}
    names |= {"kind": pa.string(), "detail": pa.string()}
    exits = pa.table(
        {name: pa.array(c, kind) for (name, kind), c in zip(names.items(), columns, strict=True)}
    )
    db.register("waiting", waiting)
    db.register("reactions", exits)
    found = arrow(db, named("plan")["heard"])
    return [tuple(row.values()) for row in found.to_pylist()]


#: What a reaction is told by: of a touch what became of it (`what`), else the detail.
_TOLD = (
    'CREATE TEMP {what} told AS SELECT customer, "at", kind,'
    f" CASE WHEN kind = '{Kind.TOUCH}' THEN json_extract_string(attributes, '$.what') ELSE detail END AS word"
    " FROM ({events})"
)
