"""Rules of winback.toml: the shipped one, and faults with file, line and key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.warn.views import view
from winback.app import located, open_workspace
from winback.profile.catalogue import catalogue
from winback.settings.model import Settings
from winback.terms.errors import SettingsProblem
from winback.warn.nouns import Level, ShownLimit
from winback.warn.rules import Rule, held, limits, names, read_rules

WRONG = """\
[[rules]]
name = "typo"
level = "low"
when = [
    { feature = "days_since_visit", above = 3 },
    { any = [
        { feature = "days_since_vist", above = 3 },
    ] },
]

[[rules]]
name = "typo"
level = "low"
when = [{ state = ["gone"] }]
"""


def rules(settings: Settings) -> tuple[Rule, ...]:
    return read_rules(settings, catalogue(settings).names)


def test_the_shipped_rule_takes_its_limits_from_active_customers() -> None:
    (shipped,) = rules(Settings())
    assert (shipped.name, shipped.level) == ("away_and_empty", Level.HIGH)
    assert shipped.figures == ("days_since_visit", "balance_now")
    of = view(
        limits={"visit_to": 15.0, "hold_over": 100_00.0},
        days_since_visit=[16, 15, 40, None, 40],
        balance_now=[99_99, 0, 100_00, 0, None],
    )
    assert held([shipped], of).tolist() == [1, 0, 0, 0, 0]
    assert list(limits([shipped], of)) == [
        ShownLimit("away_and_empty", "days_since_visit > visit_to", 15.0),
        ShownLimit("away_and_empty", "balance_now < hold_over", 100_00.0),
    ]


def test_a_rule_whose_limits_cannot_be_told_holds_for_nobody() -> None:
    of = view(limits={"visit_to": None, "hold_over": None}, days_since_visit=[400, 1], balance_now=[0, 0])
    assert not held(rules(Settings()), of).any()


def test_every_fault_is_told_with_file_line_and_key(tmp_path: Path) -> None:
    (tmp_path / "winback.toml").write_text(WRONG, encoding="utf-8")
    ws = open_workspace(tmp_path)
    with pytest.raises(SettingsProblem) as caught:
        rules(ws.settings)
    told = located(caught.value)
    assert isinstance(told, SettingsProblem)
    found = [(each.place.line, each.place.field) for each in told.each]
    assert found == [
        (7, "rules[1].when[2].any[1].feature"),
        (12, "rules[2].name"),
        (14, "rules[2].when[1].state"),
    ]
    assert "days_since_visit" in str(told), "the nearest feature is named"


def test_which_rules_hold_is_told_by_name() -> None:
    sections = [
        {"name": f"r{n}", "level": "low", "when": [{"feature": "balance_now", "above": n}]} for n in range(62)
    ]
    found = rules(Settings.model_validate({"rules": sections}))
    bits = held(found, view(balance_now=[0, 2, 100]))
    assert names(found, int(bits[1])) == ("r0", "r1")
    assert len(names(found, int(bits[2]))) == 62
    assert bits.dtype == np.int64


def test_more_rules_than_bits_are_refused() -> None:
    section = {"level": "low", "when": [{"feature": "balance_now", "above": 1}]}
    many = Settings.model_validate({"rules": [{"name": f"r{n}", **section} for n in range(63)]})
    with pytest.raises(SettingsProblem, match="at most 62 rules"):
        rules(many)
