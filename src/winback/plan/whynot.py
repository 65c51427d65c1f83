"""Why a customer would, or would not, enter a playbook: all that it asks, one by one, and the limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from winback.experiment import read as experiment
from winback.ingest import read as ingest
from winback.plan.choose import LIMITS, choose, meant_by_any
from winback.plan.enter import held_by
from winback.plan.nouns import Limit, Told, WhyNot
from winback.plan.rehearse import close_channels, standing, told_of
from winback.plan.who import Everybody, conditions, everybody_on, group, read_groups
from winback.settings.playbooks import Who
from winback.settings.playbooks_read import PlaybookFile, playbook_files
from winback.store.workspace import Workspace
from winback.terms import told
from winback.terms.errors import Place, Problem
from winback.warn import read as warn
from winback.warn.nouns import Level


def why(ws: Workspace, customer_id: str, playbook: str, as_of: date) -> WhyNot:
    """What the playbook asks of the customer as of a date, and the limit that keeps them out.

    Entries that stand count, other customers too: a day may be full, another playbook may come first. Raises
    Problem where there is no such playbook or customer, and otherwise as `run` does.
    """
    files = playbook_files(ws.settings, ws.root)
    file, key = _file(files, playbook), _key(ws, customer_id)
    parts = dict(parts_of(file.playbook.enter))
    alone = {name: list(conditions(f"enter.{name}", part)) for name, part in parts.items()}
    whole = {group(f.playbook, f.digest, "enter"): f.playbook.enter for f in files}
    asked = warn.Asked({**read_groups(ws, files).rules, **warn.read_conditions(ws.settings, alone).rules})
    (everybody,) = everybody_on(ws, [as_of], asked, whole | parts)
    arm, held = _side(ws, files, playbook, (everybody, key))
    return WhyNot(
        customer_id=customer_id,
        playbook=playbook,
        as_of=as_of,
        asks=tuple(
            Told(name, bool(everybody.holds[name][key]), _values(everybody, key, part))
            for name, part in parts.items()
        ),
        is_meant=bool(everybody.holds[group(file.playbook, file.digest, "enter")][key]),
        limit=_limit(ws, files, playbook, (everybody, key)),
        arm=arm,
        held_by=held,
    )


def parts_of(who: Who) -> Iterator[tuple[str, Who]]:
    """Each thing that is asked, alone, by its key."""
    for name in Who.model_fields:
        if name != "when" and (found := getattr(who, name)) is not None:
            yield name, Who(**{name: found})
    for number, raw in enumerate(who.when, start=1):
        yield f"when[{number}]", Who(when=(raw,))


def _file(files: Sequence[PlaybookFile], playbook: str) -> PlaybookFile:
    for file in files:
        if file.playbook.name == playbook:
            return file
    there = tuple(each.playbook.name for each in files) or told.Told("none is there")
    what = 'no playbook "{playbook}"; there: {there}'
    raise Problem(what, playbook=playbook, there=there, place=Place(field="playbook"))


def _key(ws: Workspace, customer_id: str) -> int:
    key = ingest.customer_key(ws, customer_id)
    if key is None:
        what = "no event of {customer} was ever taken in"
        raise Problem(what, customer=customer_id, place=Place(field="customer"))
    return key


def _limit(
    ws: Workspace, files: Sequence[PlaybookFile], playbook: str, at: tuple[Everybody, int]
) -> Limit | None:
    """What keeps the customer out, were they meant."""
    everybody, key = at
    shelf = standing(ws, files, is_one_day=True)
    asked = meant_by_any(files, everybody)
    asked[key] = True
    past, stands = told_of(ws, everybody, asked)
    close_channels(ws, shelf, (everybody, past), stands)
    names = [file.playbook.name for file in files]
    for choice in choose(shelf, names, everybody, past):
        if choice.version.playbook.name == playbook:
            found: Limit | None = LIMITS[choice.limit[key]]
            return found
    return None


def _side(
    ws: Workspace, files: Sequence[PlaybookFile], playbook: str, at: tuple[Everybody, int]
) -> tuple[str, str | None]:
    """The arm, and the group that would hold the customer out."""
    everybody, key = at
    decided = experiment.would_be(ws, [file.playbook for file in files], everybody.as_of)
    definition = decided.definitions[playbook]
    sides = experiment.sides(definition, decided.rotation, everybody.ids.slice(key, 1))
    return list(definition.arms)[sides.arm[0]], held_by(sides)[0]


def _values(everybody: Everybody, key: int, who: Who) -> dict[str, str]:
    """The values of the customer at which it looks, as text; a dash where unknown."""
    names = [name for name in ("state", "phase", "trust", "channel", "campaign") if getattr(who, name)]
    names += [name for raw in who.when for name in _named(raw)]
    found = {
        name: everybody.table[name][key].as_py()
        for name in dict.fromkeys(names)
        if name in everybody.table.column_names
    }
    if who.warning is not None:
        level = int(everybody.level[key])
        found["warning"] = Level(level).word if level else None
    return {name: "–" if value is None else str(value) for name, value in found.items()}


def _named(raw: Any) -> Iterator[str]:
    """Every feature or word that a condition names, however deep."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            if key in ("feature", "usual") and isinstance(value, str):
                yield value
            elif key in ("state", "phase", "trust", "channel", "campaign"):
                yield key
            else:
                yield from _named(value)
    elif isinstance(raw, list | tuple):
        for each in raw:
            yield from _named(each)
