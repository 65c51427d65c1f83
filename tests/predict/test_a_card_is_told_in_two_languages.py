"""The card says in words and figures how good a model is, in Chinese and English, without a network."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from winback.language import Language
from winback.predict import card_telling as telling
from winback.predict.card_page import page
from winback.predict.card_words import CHINESE
from winback.predict.nouns import Drift, Interval, ModelCard, TrainSummary, Weight
from winback.store.workspace import Workspace


@pytest.fixture(scope="module")
def card(trained: tuple[Workspace, TrainSummary]) -> ModelCard:
    return trained[1].card


def with_base_rate(card: ModelCard, rate: float) -> ModelCard:
    return replace(card, scores=replace(card.scores, base_rate=Interval(rate, rate, rate)))


def test_98_percent_is_less_than_nothing_where_2_percent_leave(card: ModelCard) -> None:
    english = telling.accuracy_says(with_base_rate(card, 0.02), "en")
    assert english[0].startswith("Of 1,000 customers, 20 leave within 30 days.")
    assert "right about 980 of them" in english[0]
    assert english[1] == "So “98 % accurate” is less than saying nothing at all."
    assert telling.accuracy_says(with_base_rate(card, 0.02), "zh")[1] == "所以“准确率 98%”还不如什么都不说。"


def test_98_percent_is_told_in_customers_found_where_more_leave(card: ModelCard) -> None:
    english = telling.accuracy_says(with_base_rate(card, 0.12), "en")[1]
    assert "at least 100 of the 120 who leave must be found, without one false alarm" in english


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_loads_nothing_and_holds_every_part(card: ModelCard, language: Language) -> None:
    text = page(card, language)
    assert not re.search(r'(?:src|href)="', text.replace('href="#', ""))
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)
    assert text.count("<section>") == 15
    assert text.count("<svg") == text.count('<figure role="img"') == 4
    assert text.count("<table>") == 11
    HTMLParser().feed(text)


def test_a_chart_never_stands_without_its_table(card: ModelCard) -> None:
    for section in page(card, "en").split("<section>")[1:]:
        assert "<figure" not in section or "<table>" in section


def test_the_chinese_page_has_no_english_sentence(card: ModelCard) -> None:
    text = page(card, "zh")
    words = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", text, flags=re.S)
    english = {key for key in CHINESE if len(key.split()) > 2 and "{" not in key}
    assert not [key for key in english if key in words]


def test_equal_cards_give_equal_pages(card: ModelCard) -> None:
    assert page(card, "en") == page(card, "en")


def test_the_headline_names_the_rivals_that_are_not_beaten(card: ModelCard) -> None:
    rivals = tuple(
        replace(rival, auc_ahead=Interval(-0.01, None, None))
        if rival.name in {"logistic", "bgnbd"}
        else rival
        for rival in card.rivals
    )
    beaten = replace(card, rivals=rivals)
    assert "does not beat logistic, BG/NBD" in telling.headline(beaten, "en")
    assert "逻辑回归、BG/NBD 期望次数" in telling.headline(beaten, "zh")
    assert telling.headline(card, "en") == "It beats every rival in both AUC and log loss."


def test_ahead_is_above_nothing_where_the_model_is_better(card: ModelCard) -> None:
    rival = replace(
        card.rivals[0], auc_ahead=Interval(0.1, 0.05, 0.2), log_loss_ahead=Interval(-0.02, -0.03, -0.01)
    )
    row = telling.rivals_table(replace(card, rivals=(rival,)), "en").rows[1]
    assert row[-4:] == ("0.1000", "0.0500 – 0.2000", "0.0200", "0.0100 – 0.0300")
    assert "above 0, this model is the better one" in telling.rivals_table(card, "en").says
    assert "领先大于 0 表示本模型更好" in telling.rivals_table(card, "zh").says


def drifted(card: ModelCard, score: float) -> ModelCard:
    moved = (
        Drift(None, score),
        Drift("visit_count_life", 0.9, grows=True),
        Drift("balance_change_7d", 0.6),
        Drift("tenure_days", 0.2, grows=True),
    )
    return replace(card, drift=moved)


def test_drift_says_what_moves_by_time_alone_and_what_is_to_be_looked_at(card: ModelCard) -> None:
    table = telling.drift_table(drifted(card, 0.02), "en")
    assert [row[0] for row in table.rows] == [
        "(the score itself)", "balance_change_7d", "visit_count_life", "tenure_days",
    ]  # fmt: skip
    assert [row[2] for row in table.rows] == ["", "", "grows by time alone", "grows by time alone"]
    assert "2 features have moved much, 1 of them by time alone" in table.says
    assert "The score itself has hardly moved" in table.says
    assert "2 个特征变化很大，其中 1 个只是随时间增长" in telling.drift_table(drifted(card, 0.02), "zh").says


def test_a_score_that_moved_much_asks_for_another_model(card: ModelCard) -> None:
    assert "train anew" in telling.drift_table(drifted(card, 0.3), "en").says
    assert "score itself has" not in telling.drift_table(drifted(card, 0.2), "en").says


def test_a_trained_card_knows_which_features_grow_by_time_alone(card: ModelCard) -> None:
    grows = {drift.feature: drift.grows for drift in card.drift}
    assert grows["tenure_days"]
    assert not any(grow for name, grow in grows.items() if name and name.endswith("d"))
    assert not any(grow for name, grow in grows.items() if name and name.startswith("days_since_visit"))


def test_channels_and_own_kinds_are_called_by_their_labels(card: ModelCard) -> None:
    called = {"webshop": ("网店", "web shop"), "maturity": ("产品到期", "product due")}
    own = replace(
        card, called=called, by_channel={"webshop": card.scores}, churn_kinds=("visit", "maturity"),
        weights=(Weight("maturity", "recency", 0.4),),
    )  # fmt: skip
    assert "登录或产品到期" in telling.definition(own, "zh")
    assert telling.weights_table(own, "zh").rows[0][0] == "产品到期 · 多久没来"
    assert telling.weights_table(own, "en").rows[0][0] == "product due · recency"
    assert "网店" in page(own, "zh")
    assert "webshop" not in page(own, "zh")


def test_names_in_latin_letters_are_set_apart_from_chinese(card: ModelCard) -> None:
    assert "以 Platt 法校准" in telling.origin_table(replace(card, calibration="platt"), "zh").says
    assert "以保序回归校准" in telling.origin_table(replace(card, calibration="isotonic"), "zh").says
    last = next(rival for rival in card.rivals if rival.name == "bgnbd")
    beaten = replace(card, rivals=(replace(last, auc_ahead=Interval(-0.01, None, None)),))
    assert "都胜过 BG/NBD 期望次数，" in telling.headline(beaten, "zh")


def test_every_score_stands_with_its_interval_and_meaning(card: ModelCard) -> None:
    table = telling.scores_table(card, "en")
    assert [row[0] for row in table.rows] == [title for _, title, _, _ in telling.SCORES]
    assert all(len(row[2]) > 3 and len(row[3]) > 10 for row in table.rows)


def test_names_of_channels_are_escaped(card: ModelCard) -> None:
    odd = replace(card, by_channel={"<script>x</script>": card.scores})
    assert "<script>" not in page(odd, "en")


def test_lead_time_is_told_or_that_there_is_none(card: ModelCard) -> None:
    assert "churn came" in telling.lead_says(card, "en")
    none = replace(card, lead_time=replace(card.lead_time, customers=0))
    assert telling.lead_says(none, "zh") == "人力所及的预警中没有正确的。"
