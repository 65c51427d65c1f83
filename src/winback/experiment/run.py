"""The step: the control group and the experiment of every playbook, kept with the day they count from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from winback.experiment import book
from winback.experiment.nouns import BUCKETS, Definition, ExperimentSummary, Rotation
from winback.settings.playbooks import Playbook
from winback.settings.playbooks_read import playbook_files
from winback.store import facts
from winback.store.workspace import Workspace

BY_SETTINGS = "settings"


def run(ws: Workspace, as_of: date) -> ExperimentSummary:
    """Keep what settings and playbooks say now, from `as_of` on, where it differs from what stood.

    Run again it changes nothing. Raises SettingsProblem where a playbook says what cannot be.
    """
    playbooks = [each.playbook for each in playbook_files(ws.settings, ws.root)]
    with facts.connection(ws) as connection, facts.transaction(connection):
        rotation = _rotation(ws, connection, as_of)
        known = {each.experiment: each for each in book.definitions(connection)}
        new = []
        for playbook in playbooks:
            wanted = _definition(ws, playbook, as_of)
            last = known.get(playbook.name)
            if last is not None and _same(last, wanted):
                continue
            book.keep_definition(connection, replace(wanted, number=last.number + 1 if last else 1))
            new.append(playbook.name)
    return ExperimentSummary(as_of, rotation, len(playbooks), tuple(new))


def _rotation(ws: Workspace, connection: Any, as_of: date) -> Rotation:
    """The control group that counts; another share under the same salt adds to it, or takes from it."""
    section, found = ws.settings.experiment, book.rotations(connection)
    share_bp = round(section.control_share * BUCKETS)
    last = found[-1] if found else None
    if last is not None and (last.share_bp == share_bp or as_of < last.from_day):
        return book.latest_rotation(found, as_of) or found[0]
    number = 1 if last is None else last.number + 1
    salt = f"{section.salt}:control:1" if last is None else last.salt
    rotation = Rotation(number, as_of, salt, share_bp, BY_SETTINGS)
    book.keep_rotation(connection, rotation)
    return rotation


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
    return replace(one, number=0, from_day=other.from_day, salt=other.salt) == other and list(
        one.arms
    ) == list(other.arms)
