"""Training reads only what was known, keeps a version whole, and makes the same one once."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from tests.predict.conftest import PLAN
from tests.predict.workspace import FIRST, KNOWN
from winback.predict import artefacts, read
from winback.predict.audit import changed_by_later_data
from winback.predict.dataset import Wanted, read_rows
from winback.predict.nouns import TrainingPlan, TrainSummary
from winback.predict.outcomes import NONE
from winback.predict.run import train
from winback.predict.stored import card_from_json, card_to_json
from winback.profile import read as profile
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Problem, SettingsProblem
from winback.terms.time import day_number

Trained = tuple[Workspace, TrainSummary]


def test_folds_lie_before_what_was_known_with_an_embargo_between(trained: Trained) -> None:
    card = trained[1].card
    horizon = timedelta(days=card.horizon_days)
    assert max(card.test.dates) + horizon <= KNOWN
    assert max(card.calibrate.dates) + horizon <= min(card.test.dates)
    assert max(card.train.dates) + horizon <= min(card.calibrate.dates)
    assert card.embargoed


def test_its_trees_come_from_all_rows_settled_before_the_test(trained: Trained) -> None:
    ws, summary = trained
    card = summary.card
    assert card.refit is not None
    assert card.refit.rows > card.train.rows + card.calibrate.rows
    assert max(card.calibrate.dates) < max(card.refit.dates) < min(card.test.dates)
    (tested,) = card.test.dates
    wanted = Wanted(("days_since_alive",), card.horizon_days, settled_by=tested)
    rows = read_rows(ws, [max(card.refit.dates)], wanted)
    # A week before the test only those are settled who had been away for so long that they must be churned
    # by then, unless they came back; some of them did.
    assert (rows.last + ws.settings.churn.days + 1 <= day_number(tested)).all()
    assert 0 < rows.left.sum() < len(rows)


def test_it_beats_every_rival_on_the_same_rows(trained: Trained) -> None:
    card = trained[1].card
    assert card.unbeaten == ()
    assert {rival.name for rival in card.rivals} >= {
        "base_rate",
        "last_visit",
        "best_recency",
        "logistic",
        "bgnbd",
    }
    assert {rival.scores.rows for rival in card.rivals} == {card.scores.rows}
    assert (card.scores.calibration_error.value or 1) < 0.06


def test_the_card_tells_seen_from_unseen_and_each_phase_and_channel(trained: Trained) -> None:
    card = trained[1].card
    assert card.seen.rows + card.unseen.rows == card.scores.rows == card.test.rows
    assert card.unseen.rows > 20
    assert set(card.by_channel) == {"ads", "invitation"}
    assert sum(scores.rows for scores in card.by_phase.values()) == card.scores.rows
    assert sum(weight.share for weight in card.weights) == pytest.approx(1)


def test_the_same_training_is_done_once(own_copy: tuple[Workspace, str]) -> None:
    ws, version = own_copy
    files = {path: path.stat().st_mtime_ns for path in (artefacts.folder(ws) / version).iterdir()}
    again = train(ws, KNOWN, plan=PLAN)
    assert (again.version, again.fresh) == (version, False)
    assert {path: path.stat().st_mtime_ns for path in (artefacts.folder(ws) / version).iterdir()} == files
    assert read.models(ws)[0].version == version


def test_a_kept_model_says_the_same_after_loading(trained: Trained) -> None:
    ws, summary = trained
    wanted = Wanted(tuple(profile.catalogue(ws.settings).names), 30)
    rows = read_rows(ws, summary.card.test.dates, wanted)
    loaded = artefacts.load(ws, summary.version)
    risk = loaded.model.predict_proba(rows.features)[:, 1]
    assert np.average(risk) == pytest.approx(rows.left.mean(), abs=0.05)
    from sklearn.metrics import log_loss

    assert log_loss(rows.left, risk) == pytest.approx(summary.card.scores.log_loss.value, rel=1e-9)


def test_the_card_comes_back_from_json(trained: Trained) -> None:
    card = trained[1].card
    assert card_from_json(json.loads(json.dumps(card_to_json(card)))) == card
    with pytest.raises(ValueError, match="form 0"):
        card_from_json({"form": 0})


def test_rows_are_those_who_were_there_with_features_of_that_day(trained: Trained) -> None:
    ws, _ = trained
    day = FIRST + timedelta(days=120)
    rows = read_rows(ws, [day], Wanted(("days_since_alive", "visit_count_30d"), 30))
    away = rows.features["days_since_alive"].to_numpy()
    assert away.max() <= 30
    assert np.array_equal(rows.days - rows.last, away)
    assert set(rows.features["channel"].to_pylist()) == {"ads", "invitation"}
    assert np.array_equal(rows.left, rows.churned != NONE)
    churned = rows.churned[rows.left]
    assert (churned > day_number(day)).all()
    assert (churned <= day_number(day) + 30).all()


def test_at_most_so_many_rows_of_a_date_are_drawn_and_the_same_again(trained: Trained) -> None:
    ws, _ = trained
    wanted = Wanted(("days_since_alive",), 30, rows_max=100)
    one, two = (read_rows(ws, [FIRST + timedelta(days=d) for d in (100, 107)], wanted) for _ in range(2))
    assert len(one) == 200
    assert np.array_equal(one.customers, two.customers)


def test_features_do_not_change_when_later_events_are_taken_away(trained: Trained) -> None:
    ws, _ = trained
    day = FIRST + timedelta(days=100)
    kept = profile.features_on(ws, [day])

    def features_of(whole: bool) -> pa.Table:
        if whole:
            return pa.Table.from_batches(kept).sort_by("customer").drop_columns("as_of")
        later = day + timedelta(days=40)
        batches = profile.features_on(ws, [day, later])
        both = pa.Table.from_batches(batches)
        return (
            both.filter(pa.compute.equal(both["as_of"], pa.scalar(day)))
            .sort_by("customer")
            .drop_columns("as_of")
        )

    assert changed_by_later_data(features_of) == ()


def test_too_little_history_is_told(trained: Trained) -> None:
    with pytest.raises(NotReadyProblem, match="too few"):
        train(trained[0], FIRST + timedelta(days=100), plan=PLAN)


def test_a_feature_to_leave_out_must_be_there(trained: Trained) -> None:
    with pytest.raises(SettingsProblem, match="no feature nonsense"):
        train(trained[0], KNOWN, plan=TrainingPlan(without=("nonsense",)))


def test_a_model_without_the_channel_can_be_trained_and_is_another_version(
    own_copy: tuple[Workspace, str],
) -> None:
    ws, version = own_copy
    bare = train(ws, KNOWN, plan=TrainingPlan(capacity=25, spacing=PLAN.spacing, without=("channel",)))
    assert bare.version != version
    assert bare.card.features == artefacts.load(ws, version).card.features - 1
    assert len(read.models(ws)) == 2


def test_a_folder_of_another_form_is_refused(own_copy: tuple[Workspace, str]) -> None:
    ws, version = own_copy
    file = artefacts.folder(ws) / version / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"form": 0}))
    with pytest.raises(Problem, match="has the form 0"):
        artefacts.load(ws, version)
