"""The questions to experiment: the control group and definitions of a day, and who belongs where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.experiment import book
from winback.experiment.buckets import arm_of, below, buckets
from winback.experiment.checking import check
from winback.experiment.deciding import Decided, decided
from winback.experiment.nouns import Definition, Rotation
from winback.settings.playbooks import Playbook
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Place

__all__ = [
    "Decided",
    "Sides",
    "buckets",
    "check",
    "control_of",
    "definitions",
    "definitions_on",
    "rotation_on",
    "rotations",
    "sides",
    "would_be",
]


@dataclass(frozen=True)
class Sides:
    """Where customers belong in one experiment: the place of the arm, in control or not, held out or not."""

    arm: npt.NDArray[np.int32]
    in_control: npt.NDArray[np.bool_]
    in_holdout: npt.NDArray[np.bool_]

    @property
    def is_held_out(self) -> npt.NDArray[np.bool_]:
        """Who is not to be treated."""
        held: npt.NDArray[np.bool_] = self.in_control | self.in_holdout
        return held


def rotations(ws: Workspace) -> tuple[Rotation, ...]:
    """Every global control group, the latest last."""
    with facts.connection(ws) as connection:
        return book.rotations(connection)


def rotation_on(ws: Workspace, as_of: date) -> Rotation:
    """The control group that counts as of a date. Raises NotReadyProblem where there was none yet."""
    found = book.latest_rotation(rotations(ws), as_of)
    if found is None:
        raise NotReadyProblem(
            "there is no control group as of {as_of}",
            as_of=as_of,
            place=Place(file=str(ws.data)),
            todo="run winback plan",
        )
    return found


def definitions(ws: Workspace) -> tuple[Definition, ...]:
    """Every definition of every experiment, the latest last."""
    with facts.connection(ws) as connection:
        return book.definitions(connection)


def definitions_on(ws: Workspace, as_of: date) -> Mapping[str, Definition]:
    """The definition of each experiment that counts as of a date, by name."""
    return book.latest_definitions(definitions(ws), as_of)


def would_be(ws: Workspace, playbooks: Sequence[Playbook], as_of: date) -> Decided:
    """What would count as of a date if these were the playbooks; writes nothing."""
    with facts.connection(ws) as connection:
        return decided(ws, connection, playbooks, as_of)


def control_of(rotation: Rotation, ids: pa.Array) -> npt.NDArray[np.bool_]:
    """Who of these customers (ids) is in the control group."""
    return below(rotation.salt, rotation.share_bp, ids)


def sides(definition: Definition, rotation: Rotation, ids: pa.Array) -> Sides:
    """Where each of these customers (ids) belongs, by formula alone."""
    return Sides(
        arm=arm_of(definition.salt, definition.arms, ids),
        in_control=control_of(rotation, ids),
        in_holdout=below(definition.salt, definition.holdout_bp, ids),
    )
