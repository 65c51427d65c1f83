"""What a tick would give, worked out in memory over the same walks: nobody is moved, nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.plan.library import Library, Version
from winback.plan.tables import TREATMENT_SCHEMA
from winback.plan.walks import NOT_ASKED, Edge, Walk, emissions

Int64s = npt.NDArray[np.int64]
#: The exits of customers (ids) who stand at a stop of a walk.
Exits = Callable[[tuple[int, int], list[str]], Int64s]

#: People who are about to go on: where each stands, and what treatments say of them.
STANDING_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("customer_id", pa.string()),
        ("walk_id", pa.int64()),
        ("stop", pa.int64()),
        ("outcome", pa.int64()),
        ("is_held_out", pa.bool_()),
        ("expected_minor", pa.int64()),
        ("why", pa.string()),
    ]
)


def given(library: Library, standing: pa.Table, exits: Exits, when: tuple[int, int]) -> pa.Table:
    """The treatments (TREATMENT_SCHEMA, by key) that these people get until each waits or has ended.

    `standing` has STANDING_SCHEMA; who is still to be asked (NOT_ASKED) is asked by `exits`. `when` is the
    day number as of which treatments are given, and the moment.
    """
    found = [TREATMENT_SCHEMA.empty_table()]
    while standing.num_rows:
        going = []
        for (walk_id, stop, outcome), rows in _alike(standing, ("walk_id", "stop", "outcome")):
            here = standing.take(pa.array(rows))
            if outcome == NOT_ASKED:
                going.append(_asked(here, (walk_id, stop), exits))
                continue
            version, walk = library.walk(walk_id)
            edge = _edge(walk, stop, outcome)
            found += [_treatments(here, (version, walk), each, when) for each in _told(version, edge)]
            if edge.is_asked:
                going.append(_placed(here, edge.next_stop, np.full(len(rows), NOT_ASKED)))
        standing = pa.concat_tables(going) if going else STANDING_SCHEMA.empty_table()
    return pa.concat_tables(found).sort_by("id").combine_chunks()


def at_start(version: Version, arms: Sequence[str], people: dict[str, Any]) -> pa.Table:
    """People at the start of a version, STANDING_SCHEMA; `arms` of each, `people` the other columns."""
    walks = {arm: version.walk_id(arm) for arm in version.playbook.arm_shares}
    zeros = np.zeros(len(arms), np.int64)
    columns = people | {"walk_id": [walks[arm] for arm in arms], "stop": zeros, "outcome": zeros}
    return pa.table([columns[name] for name in STANDING_SCHEMA.names], schema=STANDING_SCHEMA)


def given_on_the_way(library: Library, walk_id: int, exit_: tuple[int, int]) -> tuple[int, ...]:
    """The step keys of what is withdrawn with a way (stop and outcome) that was gone: all but grants."""
    version, walk = library.walk(walk_id)
    edge = next((e for e in walk.edges if (e.stop, e.outcome) == exit_), None)
    told = () if edge is None else _told(version, edge)
    return tuple(int(each["step_key"]) for each in told if each["kind"] != "grant")


def _alike(table: pa.Table, names: tuple[str, str, str]) -> Iterator[tuple[tuple[int, int, int], Int64s]]:
    """The rows that agree in these columns of whole numbers, group by group."""
    keys = np.column_stack([table[name].to_numpy() for name in names])
    each, group = np.unique(keys, axis=0, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(group.ravel(), minlength=len(each)))
    for number, key in enumerate(each.tolist()):
        yield (key[0], key[1], key[2]), order[ends[number - 1] if number else 0 : ends[number]]


def _asked(here: pa.Table, at: tuple[int, int], exits: Exits) -> pa.Table:
    return _placed(here, at[1], exits(at, here["customer_id"].to_pylist()))


def _placed(here: pa.Table, stop: int, outcome: Int64s) -> pa.Table:
    """The same people at a stop, each with an exit."""
    columns = {name: here[name] for name in here.column_names}
    columns |= {"stop": np.full(here.num_rows, stop, np.int64), "outcome": outcome.astype(np.int64)}
    return pa.table([columns[name] for name in STANDING_SCHEMA.names], schema=STANDING_SCHEMA)


def _edge(walk: Walk, stop: int, outcome: int) -> Edge:
    return next(each for each in walk.edges if (each.stop, each.outcome) == (stop, outcome))


def _told(version: Version, edge: Edge) -> Iterator[dict[str, Any]]:
    yield from emissions(version.playbook, edge.steps)


def _treatments(
    here: pa.Table, of: tuple[Version, Walk], step: dict[str, Any], when: tuple[int, int]
) -> pa.Table:
    """One step for each of these people, as the statement `emit` writes it."""
    (version, walk), entry = of, here["id"].to_numpy()
    promised = step["grant_key"]
    grant = pa.nulls(len(entry), pa.int64()) if promised is None else pa.array(entry ^ promised)
    said: dict[str, Any] = {
        "playbook": version.playbook.name,
        "version": version.number,
        "as_of_day": when[0],
        "due_us": when[1],
        "arm": walk.arm,
        "stopped_us": None,
        **{name: step[name] for name in ("step", "kind", "medium", "template", "purpose", "reward")},
    }
    each = {name: here[name] for name in ("customer_id", "is_held_out", "expected_minor", "why")}
    each |= {"id": entry ^ step["step_key"], "entry_id": entry, "grant_id": grant}
    columns = [
        each[field.name] if field.name in each else _repeated(said[field.name], field.type, len(entry))
        for field in TREATMENT_SCHEMA
    ]
    return pa.table(columns, schema=TREATMENT_SCHEMA)


def _repeated(value: Any, kind: pa.DataType, rows: int) -> pa.Array:
    return pa.nulls(rows, kind) if value is None else pa.repeat(pa.scalar(value, kind), rows)
