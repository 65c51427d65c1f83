"""A model is put to use by an act with a name and a reason, and taken back the same way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from winback.predict import act, artefacts, read
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Problem

WHO: dict[str, Any] = {"who": "Lin", "at": "2025-08-01T09:00:00+08:00"}
Own = tuple[Workspace, str]


def beaten_by(ws: Workspace, version: str, rival: str) -> None:
    """Let a rival be better, in the card on disk."""
    file = artefacts.folder(ws) / version / "card.json"
    card = json.loads(file.read_text(encoding="utf-8"))
    for entry in card["rivals"]:
        if entry["name"] == rival:
            entry["log_loss_ahead"]["value"] = 0.01
    file.write_text(json.dumps(card), encoding="utf-8")


def twin(ws: Workspace, version: str, name: str) -> str:
    """The same model under another version."""
    import shutil

    shutil.copytree(artefacts.folder(ws) / version, artefacts.folder(ws) / name)
    return name


def test_a_model_that_beats_its_rivals_is_promoted(own_copy: Own) -> None:
    ws, version = own_copy
    assert artefacts.promoted(ws) is None
    promotion = act.promote(ws, version, why="first model", **WHO)
    assert (promotion.before, promotion.overrides) == (None, ())
    assert [kept.in_use for kept in read.models(ws)] == [True]
    assert read.card(ws).version == version
    assert read.promotions(ws) == (promotion,)


def test_promoting_what_is_in_use_changes_nothing(own_copy: Own) -> None:
    ws, version = own_copy
    first = act.promote(ws, version, **WHO)
    assert act.promote(ws, version, why="again", **WHO) == first
    assert len(read.promotions(ws)) == 1


def test_a_model_that_a_rival_beats_is_refused_by_name(own_copy: Own) -> None:
    ws, version = own_copy
    beaten_by(ws, version, "logistic")
    with pytest.raises(Problem, match="does not beat logistic"):
        act.promote(ws, version, **WHO)
    assert artefacts.promoted(ws) is None


def test_an_override_needs_a_reason_and_is_on_record(own_copy: Own) -> None:
    ws, version = own_copy
    beaten_by(ws, version, "logistic")
    with pytest.raises(Problem, match="needs a reason"):
        act.promote(ws, version, override=True, why=" ", **WHO)
    promotion = act.promote(ws, version, override=True, why="the rival has no reasons to tell", **WHO)
    assert promotion.overrides == ("logistic",)
    assert read.promotions(ws)[-1].why == "the rival has no reasons to tell"


def test_rolling_back_goes_to_the_version_before_and_twice_to_the_one_before_that(own_copy: Own) -> None:
    ws, first = own_copy
    second, third = twin(ws, first, "2025-08-01-b"), twin(ws, first, "2025-09-01-c")
    for version in (first, second, third):
        act.promote(ws, version, **WHO)
    assert act.rollback(ws, why="worse than said", **WHO).version == second
    assert act.rollback(ws, why="that one too", **WHO).version == first
    with pytest.raises(NotReadyProblem, match="no other model"):
        act.rollback(ws, why="once more", **WHO)
    assert [promotion.back for promotion in read.promotions(ws)] == [False, False, False, True, True]


def test_after_a_rollback_a_new_promotion_goes_on_from_there(own_copy: Own) -> None:
    ws, first = own_copy
    second = twin(ws, first, "2025-08-01-b")
    act.promote(ws, first, **WHO)
    act.promote(ws, second, **WHO)
    act.rollback(ws, why="worse", **WHO)
    third = twin(ws, first, "2025-09-01-c")
    act.promote(ws, third, **WHO)
    assert act.rollback(ws, why="worse too", **WHO).version == first


def test_a_version_that_is_not_there_is_told(own_copy: Own) -> None:
    with pytest.raises(NotReadyProblem, match="no model '2020-nothing'"):
        act.promote(own_copy[0], "2020-nothing", **WHO)


def test_without_a_model_in_use_there_is_no_card(own_copy: Own) -> None:
    with pytest.raises(NotReadyProblem, match="there is no model"):
        read.card(own_copy[0])
