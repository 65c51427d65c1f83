"""A diagnosis is told in Chinese and English, on a page that needs nothing from outside."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from tests.diagnose.drawn import CHURN
from tests.diagnose.markup import Tags
from winback.diagnose import structure
from winback.diagnose.nouns import Cell, Churn, Counts, Diagnosis
from winback.diagnose.page import page
from winback.diagnose.rates import rate
from winback.diagnose.stored import from_json, to_json
from winback.diagnose.structure import Tally
from winback.diagnose.telling import definition, headline, tables

# channel × phase × (active, dormant, returned, churned, never)
COUNTS = {
    "distribution": [[100, 20, 5, 480, 3], [50, 5, 1, 20, 0], [0, 0, 0, 0, 0]],
    "<b>odd & 渠道": [[60, 10, 0, 10, 0], [80, 5, 1, 90, 0], [200, 5, 1, 90, 0]],
    "": [[5, 1, 1, 1, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]],
}


def diagnosis(counts: dict[str, list[list[int]]] = COUNTS, churn: Churn = CHURN) -> Diagnosis:
    import numpy as np

    counted = Tally(tuple(counts), np.array(list(counts.values()), np.int64))
    return Diagnosis(
        workspace="a <shop>",
        as_of=date(2026, 3, 1),
        churn=churn,
        total=structure.total(counted),
        by_phase=structure.by_phase(counted),
        by_channel=structure.by_channel(counted),
        by_channel_phase=structure.by_channel_phase(counted),
        structure=structure.churned_by_phase(counted),
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_well_formed_and_points_nowhere(language: str) -> None:
    told = page(diagnosis(), language)
    tags = Tags(told)
    assert tags.open == []
    assert tags.links == []
    assert "http" not in re.sub(r"http://www\.w3\.org/[^\"]*", "", told).replace("http-equiv", "")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_names_from_data_cannot_become_markup(language: str) -> None:
    told = page(diagnosis(), language)
    assert "<b>odd" not in told
    assert "<b>odd & 渠道" in Tags(told).text
    assert "a <shop>" in Tags(told).text


def test_the_worst_is_named_with_its_interval_beside_the_rate_of_all() -> None:
    by_channel = tables(diagnosis(), "en")[2]
    assert by_channel.says == (
        "The distribution channel has the highest churn rate: "
        "73.4\u00a0% (95 % interval 70.0\u00a0% to 76.6\u00a0%), "
        "against 55.7\u00a0% of all customers."
    )


def test_a_cell_too_small_to_compare_is_not_called_the_worst() -> None:
    told = tables(
        diagnosis(
            {"big": [[60, 0, 0, 40, 0]] * 3, "good": [[99, 0, 0, 1, 0]] * 3, "small": [[0, 0, 0, 9, 0]] * 3}
        ),
        "en",
    )
    assert "big channel has the highest" in told[2].says
    assert "small" not in told[3].says


def test_what_does_not_stand_out_is_not_called_the_worst() -> None:
    alike = diagnosis({"web": [[60, 0, 0, 41, 0]] * 3, "shop": [[60, 0, 0, 40, 0]] * 3})
    assert tables(alike, "en")[2].says.startswith("No channel stands out: the highest churn rate, of the web")
    assert tables(alike, "en")[3].says == "No channel stands out within a phase."
    assert tables(alike, "zh")[1].says.startswith("没有时期明显偏高")


def test_the_phases_of_the_churned_are_told_in_chinese() -> None:
    assert tables(diagnosis(), "zh")[0].says.startswith(
        "在 691 位流失客户中，491 位流失时处于新手期：71.1\u00a0%"
    )


def test_the_definition_names_the_kinds_and_days() -> None:
    churn = Churn(kinds=("purchase", "my_kind"), days=90, dormant_days=60, returned_days=30)
    assert "no purchase or my_kind for more than 90 days" in definition(diagnosis(churn=churn), "en")
    assert "超过 90 天没有购买或my_kind" in definition(diagnosis(churn=churn), "zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nobody_and_nothing_can_be_told_too(language: str) -> None:
    nobody = diagnosis({"web": [[0, 0, 0, 0, 7], [0] * 5, [0] * 5]})
    assert headline(nobody, language)
    assert tables(nobody, language)[0].says in {"No customer has churned.", "没有客户流失。"}
    assert Tags(page(nobody, language)).open == []


def test_a_diagnosis_survives_json() -> None:
    there_and_back = from_json(json.loads(json.dumps(to_json(diagnosis()))))
    assert there_and_back == diagnosis()


def test_a_hundred_channels_do_not_make_the_page_endless() -> None:
    many = diagnosis({f"channel {i}": [[50, 0, 0, i, 0], [1] * 5, [1] * 5] for i in range(100)})
    assert len(tables(many, "en")[2].rows) == 31
    assert len(many.by_channel) == 100


def test_the_page_is_the_same_twice() -> None:
    assert page(diagnosis(), "zh") == page(diagnosis(), "zh")


def test_empty_counts_have_no_rate() -> None:
    assert Cell("novice", None, Counts(0, 0, 0, 0, 0), rate(0, 0)).churn.share is None
