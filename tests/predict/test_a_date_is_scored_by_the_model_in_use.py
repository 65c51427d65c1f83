"""A run scores all who are there with the promoted model, explains the riskiest, and does it once."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest

from tests.predict.conftest import PLAN
from tests.predict.workspace import KNOWN
from winback.predict import act, artefacts, read, scoring
from winback.predict.run import run, train
from winback.profile import read as profile
from winback.profile import run as profiling
from winback.settings.model import ChurnSection, FeatureSection
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Problem

Own = tuple[Workspace, str]


@pytest.fixture
def in_use(own_copy: Own) -> Workspace:
    ws, version = own_copy
    act.promote(ws, version, who="Lin", at="2025-08-01T09:00:00+08:00")
    return ws


def test_all_who_are_there_are_scored_and_no_one_else(in_use: Workspace) -> None:
    summary = run(in_use, KNOWN)
    profiling.run(in_use, KNOWN)
    states = profile.profiles(in_use, KNOWN)
    there = {
        row["customer"] for row in states.to_pylist() if row["state"] in {"active", "dormant", "returned"}
    }
    risks = read.risks(in_use, KNOWN)
    assert set(risks["customer"].to_pylist()) == there
    assert summary.customers == len(there) == risks.num_rows
    assert summary.expected == pytest.approx(risks["probability"].to_numpy().sum())


def test_scores_are_those_of_the_model_asked_directly(in_use: Workspace) -> None:
    run(in_use, KNOWN)
    artefact = scoring.in_use(in_use)
    ((table, customers),) = scoring.batches(in_use, KNOWN, artefact, None)
    risks = read.risks(in_use, KNOWN)
    assert np.array_equal(risks["customer"].to_numpy(), customers)
    assert np.array_equal(risks["probability"].to_numpy(), artefact.model.predict_proba(table)[:, 1])


def test_some_customers_are_scored_and_explained_as_all_are(in_use: Workspace) -> None:
    run(in_use, KNOWN, explained_max=10**6)
    risks = read.risks(in_use, KNOWN)
    some = risks["customer"].to_numpy()[::7]
    told = read.score_some(in_use, KNOWN, some)
    assert told is not None
    assert told.model == read.in_use(in_use)
    assert told.table.equals(risks.take(np.arange(risks.num_rows)[::7]).select(["customer", "probability"]))
    why = read.explain_some(in_use, told, some)
    all_why = read.reasons(in_use, KNOWN, some.tolist())
    without = [name for name in why.column_names if name != "usual"]
    assert why.select(without).equals(all_why.select(without))
    assert why["usual"].null_count == why.num_rows > len(some) / 2


def test_some_who_are_gone_are_not_scored(in_use: Workspace) -> None:
    run(in_use, KNOWN)
    there = set(read.risks(in_use, KNOWN)["customer"].to_pylist())
    everyone = np.arange(4000, dtype=np.int32)
    told = read.score_some(in_use, KNOWN, everyone)
    assert told is not None
    assert set(told.table["customer"].to_pylist()) == there
    assert len(there) < 4000


def test_running_twice_does_nothing_new_and_another_model_does(in_use: Workspace) -> None:
    assert run(in_use, KNOWN).fresh
    again = run(in_use, KNOWN)
    assert not again.fresh
    other = train(in_use, KNOWN - timedelta(days=7), plan=PLAN).version
    act.promote(in_use, other, who="Lin", at="2025-08-02T09:00:00+08:00", override=True, why="a test")
    later = run(in_use, KNOWN)
    assert (later.fresh, later.model) == (True, other)


def test_only_the_riskiest_are_explained(in_use: Workspace) -> None:
    run(in_use, KNOWN, explained_max=40)
    risks = read.risks(in_use, KNOWN)
    riskiest = risks["customer"].to_numpy()[np.argsort(-risks["margin"].to_numpy())[:40]]
    told = set(read.reasons(in_use, KNOWN)["customer"].to_pylist())
    assert told <= set(riskiest.tolist())
    assert len(told) > 35


def test_a_customer_is_told_with_reasons_in_both_languages(in_use: Workspace) -> None:
    run(in_use, KNOWN)
    risks = read.risks(in_use, KNOWN).sort_by([("probability", "descending")])
    risk = read.risk(in_use, KNOWN, risks["customer"][0].as_py())
    assert risk is not None
    assert risk.probability == risks["probability"][0].as_py()
    assert 1 <= len(risk.reasons) <= 3
    assert [reason.effect for reason in risk.reasons] == sorted(
        (r.effect for r in risk.reasons), reverse=True
    )
    english, chinese = (read.sentences(in_use, risk, language) for language in ("en", "zh"))
    assert len(english) == len(chinese) == len(risk.reasons)
    assert any("days ago, usually every" in sentence for sentence in english)
    assert any("天前，平时每" in sentence for sentence in chinese)


def test_who_was_not_there_has_no_risk(in_use: Workspace) -> None:
    run(in_use, KNOWN)
    there = set(read.risks(in_use, KNOWN)["customer"].to_pylist())
    gone = next(customer for customer in range(4000) if customer not in there)
    assert read.risk(in_use, KNOWN, gone) is None


def test_a_date_that_was_not_scored_is_told(in_use: Workspace) -> None:
    with pytest.raises(NotReadyProblem, match="have not been told"):
        read.risks(in_use, KNOWN)


def test_without_a_model_in_use_nothing_is_scored(own_copy: Own) -> None:
    with pytest.raises(NotReadyProblem, match="no model is in use"):
        run(own_copy[0], KNOWN)


def test_a_model_of_another_catalogue_is_refused(in_use: Workspace) -> None:
    other = in_use.settings.model_copy(update={"churn": ChurnSection(days=45)})
    with pytest.raises(Problem, match="another catalogue of features: features mean something else"):
        run(Workspace(other, in_use.root), KNOWN)


def test_a_new_feature_of_the_workspace_does_not_make_a_model_useless(in_use: Workspace) -> None:
    own = {
        "big_visits": FeatureSection(measure="visit.count", aggregate="sum", window_days=5, zh="访", en="v")
    }
    more = Workspace(in_use.settings.model_copy(update={"features": own}), in_use.root)
    assert run(more, KNOWN).customers == run(in_use, KNOWN).customers


def test_a_feature_that_is_gone_is_named(in_use: Workspace) -> None:
    version = artefacts.promoted(in_use) or ""
    file = artefacts.folder(in_use) / version / "model.json"
    told = json.loads(file.read_text())
    told["columns"][0] = "no_longer_here"
    file.write_text(json.dumps(told))
    with pytest.raises(Problem, match="lacks no_longer_here"):
        run(in_use, KNOWN)
