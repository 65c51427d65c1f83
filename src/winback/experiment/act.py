"""The operator's verb: rotate the global control group."""

from __future__ import annotations

from datetime import date

from winback.experiment import book
from winback.experiment.nouns import Rotation
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Place, Problem


def rotate(ws: Workspace, from_day: date, who: str) -> Rotation:
    """A new control group from this day on, drawn anew; those before it keep counting for their days.

    Raises NotReadyProblem where there is none yet, Problem for a day that is not after that of the last.
    """
    with facts.connection(ws) as connection, facts.transaction(connection):
        found = book.rotations(connection)
        if not found:
            raise NotReadyProblem(
                "there is no control group yet", place=Place(file=str(ws.data)), todo="run winback plan"
            )
        last = found[-1]
        if from_day <= last.from_day:
            raise Problem(
                "the control group of {last} is the last; a new one begins after it",
                last=last.from_day,
                todo="give a later day",
            )
        number = last.number + 1
        salt = f"{ws.settings.experiment.salt}:control:{number}"
        rotation = Rotation(number, from_day, salt, last.share_bp, who)
        book.keep_rotation(connection, rotation)
    return rotation
