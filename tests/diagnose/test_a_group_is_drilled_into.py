"""A group drilled into by a feature shows all its customers, span by span, on either side."""

from __future__ import annotations

import numpy as np
import pytest

from tests.diagnose.test_findings_are_told_plainly import EN, ZH
from winback.diagnose.findings.drilling import drill
from winback.diagnose.findings.groups import group_of
from winback.diagnose.findings.questions import Question, ask_name, ask_number
from winback.diagnose.findings.search import Sides
from winback.diagnose.nouns import Condition, Drill, Group
from winback.diagnose.reporting import drill_tables
from winback.terms.errors import SettingsProblem

BOUGHT = [0, 1, 2, 2, 3, 9, 9, 1, 4, 5]
CHURNED = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
TIMES = 40


def drawn(phase: int = 0) -> Sides:
    many = len(BOUGHT) * TIMES
    bought = ask_number("purchase_count_life", np.tile(np.array(BOUGHT, float), TIMES), "count")
    language = ask_name("language", np.tile([0, 1, 1, 1, 1, -1, 0, 0, 0, 0], TIMES), ("zh", "en"))
    assert isinstance(bought, Question)
    assert isinstance(language, Question)
    return Sides(
        churned=np.tile(np.array(CHURNED, np.bool_), TIMES),
        weight=np.ones(many),
        phase=np.full(many, phase),
        channel=np.zeros(many, np.int64),
        channels=("web",),
        questions=(bought, language),
    )


def only(features: tuple[str, ...]) -> Drill:
    (found,) = drill(drawn(), Group("novice", "web"), features)
    return found


def test_the_spans_of_a_number_add_up_to_everybody() -> None:
    rows = only(("purchase_count_life",)).rows
    assert sum(row.churned.part for row in rows) == rows[0].churned.whole == 5 * TIMES
    assert sum(row.stayed.part for row in rows) == rows[0].stayed.whole == 5 * TIMES
    spans = {(row.condition.at_least, row.condition.below): row for row in rows}
    assert spans[2.0, 3.0].churned.part == 2 * TIMES
    assert spans[6.0, None].stayed.part == 2 * TIMES


def test_a_name_not_known_is_a_row_of_its_own() -> None:
    rows = {row.condition.is_name: row for row in only(("language",)).rows}
    assert rows["en"].churned.part == 4 * TIMES
    assert rows[None].condition == Condition("language")
    assert rows[None].stayed.part == TIMES


def test_a_group_with_one_side_only_is_not_drilled() -> None:
    assert drill(drawn(phase=1), Group("novice", "web")) == ()


def test_a_drill_is_told_by_the_limit_below_which_most_of_the_lost_lie() -> None:
    (english,) = drill_tables((only(("purchase_count_life",)),), EN)
    (chinese,) = drill_tables((only(("purchase_count_life",)),), ZH)
    assert english.says.replace("\u00a0", " ") == (
        "80.0 % of those lost from web in the novice phase bought 2 times at most; "
        "of those like them who stayed, 20.0 %."
    )
    assert "最多购买 2 次" in chinese.says
    assert [row[0] for row in english.rows] == ["0", "1", "2", "3", "4 – 5", "6 or more"]


def test_a_group_is_named_by_phase_and_channel() -> None:
    channels = ("web", "shop/north", "")
    assert group_of("novice/web", channels) == Group("novice", "web")
    assert group_of("mature/shop/north", channels) == Group("mature", "shop/north")
    assert group_of("novice/*", channels) == Group("novice", None)
    assert group_of("*/?", channels) == Group(None, "")
    assert group_of("新手期/网站", channels, {"网站": "web", "gone": "no longer"}) == Group("novice", "web")


@pytest.mark.parametrize(
    ("wrong", "allowed"),
    [("novice", "PHASE/CHANNEL"), ("young/web", "novice, growth, mature"), ("novice/wep", "web, shop, ?")],
)
def test_a_group_that_there_is_not_is_refused_with_those_that_there_are(wrong: str, allowed: str) -> None:
    with pytest.raises(SettingsProblem) as refused:
        group_of(wrong, ("web", "shop", ""))
    assert allowed in str(refused.value)
