"""The facts of experiment, read and written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from winback.experiment.nouns import Definition, Rotation
from winback.store.sql import named
from winback.terms.time import day_number, day_of


def rotations(connection: Any) -> tuple[Rotation, ...]:
    """Every control group, the latest last."""
    rows = _fetch(connection, "rotations")
    return tuple(Rotation(n, day_of(day), salt, share, who) for n, day, salt, share, who in rows)


def definitions(connection: Any) -> tuple[Definition, ...]:
    """Every definition, by experiment, the latest last."""
    rows = _fetch(connection, "definitions")
    return tuple(
        Definition(name, number, day_of(day), layer, days, salt, holdout_bp, arms=dict(json.loads(arms)))
        for name, number, day, layer, days, salt, holdout_bp, arms in rows
    )


def keep_rotation(connection: Any, rotation: Rotation) -> None:
    """Add a control group."""
    row = [rotation.number, day_number(rotation.from_day), rotation.salt, rotation.share_bp, rotation.who]
    _do(connection, "keep_rotation", row)


def keep_definition(connection: Any, each: Definition) -> None:
    """Add a definition."""
    head = [each.experiment, each.number, day_number(each.from_day), each.layer, each.measure_days]
    arms = json.dumps(list(each.arms.items()), ensure_ascii=False)
    _do(connection, "keep_definition", [*head, each.salt, each.holdout_bp, arms])


def latest_rotation(found: Sequence[Rotation], as_of: date) -> Rotation | None:
    """The control group that counts as of a date."""
    return next((each for each in reversed(found) if each.from_day <= as_of), None)


def latest_definitions(found: Sequence[Definition], as_of: date) -> dict[str, Definition]:
    """The definition of each experiment that counts as of a date."""
    return {each.experiment: each for each in found if each.from_day <= as_of}


def _fetch(connection: Any, name: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(named("experiment")[name])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _do(connection: Any, name: str, parameters: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(named("experiment")[name], list(parameters))
