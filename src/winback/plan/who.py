"""Who a playbook means: entry and cases of branches, held against everybody as of a date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from winback.ingest import read as ingest
from winback.settings.playbooks import Playbook, Who
from winback.settings.playbooks_read import PlaybookFile
from winback.store.sql import arrow, named
from winback.store.workspace import Workspace
from winback.terms.errors import Place, SettingsProblem, gathered
from winback.warn import read as warn
from winback.warn.nouns import Level

Flags = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.int8]

_WORDS = ("state", "phase", "trust", "channel", "campaign")
#: Causes and tags come as events of these kinds of the workspace's own; `detail` is the word.
CAUSE, TAG = "cause", "tag"


@dataclass(frozen=True)
class Everybody:
    """All customers in key order as of a date: what holds, their words, warnings and what they are worth."""

    as_of: date
    ids: pa.Array
    table: pa.Table
    holds: Mapping[str, Flags]
    level: Levels
    expected_minor: npt.NDArray[np.int64]
    has_warning: Flags

    @property
    def rows(self) -> int:
        """How many customers there are."""
        return len(self.ids)


def asked_of(file: PlaybookFile) -> dict[str, Who]:
    """Everything that a playbook asks of customers, by the key at which it stands."""
    asked: dict[str, Who] = {"enter": file.playbook.enter}
    for place, step in enumerate(file.playbook.steps):
        for number, case in enumerate(step.branch or ()):
            asked[f"steps[{place + 1}].branch[{number + 1}]"] = case
    return asked


def group(playbook: Playbook, digest: str, key: str) -> str:
    """The name of what stands at a key of a version of a playbook."""
    return f"{playbook.name}/{digest}/{key}"


def case_key(stop: int, outcome: int) -> str:
    """The key of the case that opens this exit of this stop."""
    return f"steps[{stop}].branch[{outcome}]"


def read_groups(ws: Workspace, files: Sequence[PlaybookFile]) -> warn.Asked:
    """The conditions of all these playbooks.

    Raises SettingsProblem with every fault, by file, line and key.
    """
    groups: dict[str, list[tuple[str, Any]]] = {}
    problems: list[SettingsProblem] = []
    for file in files:
        mine: dict[str, list[tuple[str, Any]]] = {}
        for key, who in asked_of(file).items():
            mine[group(file.playbook, file.digest, key)] = list(conditions(key, who))
            problems += _unknown_kinds(ws, file, key, who)
        try:
            warn.read_conditions(ws.settings, mine)
        except SettingsProblem as found:
            problems += [_placed(file, each) for each in found.each]
        groups |= mine
    if problems:
        raise gathered(problems, of="playbooks")
    return warn.read_conditions(ws.settings, groups)


def conditions(key: str, who: Who) -> Iterator[tuple[str, Any]]:
    """What the conditions of warn say of it, each with the key at which it stands."""
    words = {name: list(found) for name in _WORDS if (found := getattr(who, name)) is not None}
    if words:
        yield key, words
    if who.event is not None:
        said = who.event.model_dump(exclude_none=True)
        yield f"{key}.event", {"events": said.pop("kind"), "at_least": 1, **said}
    for number, raw in enumerate(who.when, start=1):
        yield f"{key}.when[{number}]", raw


def _unknown_kinds(ws: Workspace, file: PlaybookFile, key: str, who: Who) -> Iterator[SettingsProblem]:
    for name, kind in (("cause", CAUSE), ("tag", TAG)):
        if getattr(who, name) is not None and kind not in ws.settings.event_kinds:
            what = 'causes and tags come as events of kind "{kind}", which this workspace does not have'
            todo = "declare [kinds.{kind}] in winback.toml, and map a source to it; `detail` is the word"
            yield SettingsProblem(what, kind=kind, place=_place(file, f"{key}.{name}"), todo=todo)


def _placed(file: PlaybookFile, problem: Any) -> SettingsProblem:
    return SettingsProblem(problem.what, place=_place(file, problem.place.field or ""), todo=problem.todo)


def _place(file: PlaybookFile, field: str) -> Place:
    """The place of a key such as `enter.when[1].feature`."""
    path: list[str | int] = []
    for part in field.replace("]", "").replace("[", ".").split("."):
        path.append(int(part) - 1 if part.isdigit() else part)
    found = file.place(tuple(path))
    return Place(found.file, found.line, field)


def everybody_on(
    ws: Workspace, dates: Sequence[date], asked: warn.Asked, whos: Mapping[str, Who]
) -> Iterator[Everybody]:
    """Everybody on each date; `whos` names for each group of `asked` what it is of."""
    ids = ingest.ids(ws)
    for found in warn.found_on(ws, dates, asked):
        rows = len(ids)
        level, risk, has_warning = _warnings(ws, found.as_of, ids)
        holds = {
            name: found.holds[name] & _own(ws, found.as_of, who, (level, rows)) for name, who in whos.items()
        }
        expected = np.where(has_warning, risk, found.value_minor)
        yield Everybody(found.as_of, ids, found.table, holds, level, expected, has_warning)


def _own(ws: Workspace, as_of: date, who: Who, known: tuple[Levels, int]) -> Flags:
    """What conditions of warn do not say: the level of the open warning, cause, tag, birthday."""
    level, rows = known
    holds = np.ones(rows, np.bool_)
    if who.warning is not None:
        holds &= np.isin(level, [int(Level[word.upper()]) for word in who.warning])
    if who.cause is not None:
        holds &= _told(ws, as_of, "latest_word", (CAUSE, who.cause, rows))
    if who.tag is not None:
        holds &= _told(ws, as_of, "any_word", (TAG, who.tag, rows))
    if who.birthday_in_days is not None:
        holds &= birthdays(ingest.registry(ws, as_of)["birthday"], as_of, who.birthday_in_days)
    return holds


def _warnings(ws: Workspace, as_of: date, ids: pa.Array) -> tuple[Levels, npt.NDArray[np.int64], Flags]:
    """The level of each customer's open warning as of the date (0: none), what is expected lost, whether."""
    level, risk = np.zeros(len(ids), np.int8), np.zeros(len(ids), np.int64)
    table = warn.open_on(ws, as_of)
    keys = pc.index_in(table["customer_id"].combine_chunks(), value_set=ids)
    known = keys.is_valid().to_numpy(zero_copy_only=False)
    at = keys.fill_null(0).to_numpy(zero_copy_only=False)[known]
    level[at] = table["level"].to_numpy()[known]
    risk[at] = table["expected_minor"].to_numpy()[known]
    return level, risk, level > 0


def _told(ws: Workspace, as_of: date, statement: str, what: tuple[str, tuple[str, ...], int]) -> Flags:
    """Whose latest (or any) event of a kind before the date says one of these words."""
    kind, words, rows = what
    holds = np.zeros(rows, np.bool_)
    events = ingest.details(ws, kind, as_of)
    with ws.duckdb() as db:
        if events is None:
            db.execute(f"CREATE TEMP VIEW told AS {ingest.events(ws, before=as_of, kinds=[kind])}")
        else:
            db.register("told", events)
        found = arrow(db, named("plan")[statement], {"words": list(words)})
    holds[found["customer"].to_numpy()] = True
    return holds


def birthdays(birthday: pa.ChunkedArray, as_of: date, in_days: int) -> Flags:
    """Whose birthday falls `in_days` after the date; 29 February is kept on the 28th in other years."""
    day = as_of + timedelta(days=in_days)
    months, days = pc.month(birthday).fill_null(0), pc.day(birthday).fill_null(0)
    month, of_month = (each.to_numpy() for each in (months, days))
    holds: Flags = (month == day.month) & (of_month == day.day)
    is_leap = (day + timedelta(days=1)).month == 2
    if day.month == 2 and day.day == 28 and not is_leap:
        holds |= (month == 2) & (of_month == 29)
    return holds


def day_of_moment(ws: Workspace, now_us: int) -> date:
    """The local day of a moment: what is known as of its start decides."""
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(now_us / 1_000_000, UTC)
    return moment.astimezone(ws.settings.workspace.zone).date()
