"""What settings and playbooks say of the control group and of experiments, beside what stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from winback.experiment import book
from winback.experiment.nouns import BUCKETS, Definition, Rotation
from winback.settings.playbooks import Playbook
from winback.store.workspace import Workspace

BY_SETTINGS = "settings"


@dataclass(frozen=True)
class Decided:
    """The control group and the definition of each experiment as of a date; `new` ones do not stand yet."""

    rotation: Rotation
    definitions: dict[str, Definition]
    new: tuple[str, ...]
    is_new_rotation: bool


def decided(ws: Workspace, connection: Any, playbooks: Sequence[Playbook], as_of: date) -> Decided:
    """What counts as of the date; writes nothing."""
    rotation, is_new = _rotation(ws, book.rotations(connection), as_of)
    known = {each.experiment: each for each in book.definitions(connection)}
    found, new = {}, []
    for playbook in playbooks:
        wanted = _definition(ws, playbook, as_of)
        last = known.get(playbook.name)
        if last is not None and _same(last, wanted):
            found[playbook.name] = last
            continue
        found[playbook.name] = replace(wanted, number=last.number + 1 if last else 1)
        new.append(playbook.name)
    return Decided(rotation, found, tuple(new), is_new)


def _rotation(ws: Workspace, found: Sequence[Rotation], as_of: date) -> tuple[Rotation, bool]:
    """The control group that counts; another share under the same salt adds to it, or takes from it."""
    section = ws.settings.experiment
    share_bp = round(section.control_share * BUCKETS)
    last = found[-1] if found else None
    if last is not None and (last.share_bp == share_bp or as_of < last.from_day):
        return book.latest_rotation(found, as_of) or found[0], False
    number = 1 if last is None else last.number + 1
    salt = f"{section.salt}:control:1" if last is None else last.salt
    return Rotation(number, as_of, salt, share_bp, BY_SETTINGS), True


def _definition(ws: Workspace, playbook: Playbook, as_of: date) -> Definition:
    return Definition(
        experiment=playbook.name,
        number=0,
        from_day=as_of,
        layer=playbook.layer,
        measure_days=playbook.measure_days,
        salt=f"{ws.settings.experiment.salt}:{playbook.name}",
        holdout_bp=round(playbook.holdout_share * BUCKETS),
        arms=playbook.arm_shares,
    )


def _same(one: Definition, other: Definition) -> bool:
    """Whether both divide customers alike; the salt stays whatever it was."""
    like = replace(one, number=0, from_day=other.from_day, salt=other.salt)
    return like == other and list(one.arms) == list(other.arms)
