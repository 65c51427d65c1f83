"""The catalogue is data: the shared kinds, the workspace's own kinds, and features of its own."""

import pytest

from winback.profile.catalogue import WINDOWS, catalogue
from winback.settings.model import FeatureSection, KindSection, Settings
from winback.terms.errors import SettingsProblem


def _with_feature(**section: object) -> Settings:
    return Settings(features={"mine": FeatureSection(zh="我的", en="mine", **section)})


def test_there_are_at_least_a_hundred_features_of_different_names_with_words_in_both_languages() -> None:
    found = catalogue(Settings())
    assert len(found) >= 100
    assert len(set(found.names)) == len(found)
    assert all(feature.zh and feature.en for feature in found)


def test_each_counted_kind_has_counts_and_active_days_over_every_window() -> None:
    found = catalogue(Settings())
    for kind in ("visit", "purchase", "redemption", "fault", "touch", "claim"):
        for window in WINDOWS:
            assert f"{kind}_count_{window}d" in found
            assert f"{kind}_days_{window}d" in found


def test_an_own_kind_of_the_workspace_has_its_features_without_code() -> None:
    settings = Settings(kinds={"call": KindSection(zh="通话", en="call", amount=True)})
    found = catalogue(settings)
    assert found["call_amount_30d"].zh == "近30天通话金额"
    assert {"call_count_7d", "call_days_life", "days_since_call", "call_largest_life"} <= set(found.names)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fault_count_30d", "faults in the last 30 days"),
        ("fault_crash_count_7d", "crashes in the last 7 days"),
        ("touch_days_1d", "days with touches on the last day"),
        ("purchase_amount_life", "amount of purchases in all"),
        ("purchase_largest_life", "largest amount of one purchase"),
        ("call_count_30d", "call in the last 30 days"),
    ],
)
def test_features_are_named_as_a_person_would_name_them(name: str, words: str) -> None:
    settings = Settings(kinds={"call": KindSection(zh="通话", en="call", amount=True)})
    assert catalogue(settings)[name].en == words


def test_an_own_feature_is_added_by_settings_alone() -> None:
    found = catalogue(_with_feature(measure="purchase.amount_liquid", aggregate="sum", window_days=45))
    assert found["mine"].window_days == 45
    assert (found["mine"].kind, found["mine"].measure, found["mine"].unit) == (
        "purchase",
        "amount_liquid",
        "money",
    )


def test_the_fingerprint_changes_with_what_decides_the_numbers_and_not_with_words() -> None:
    plain = _with_feature(measure="visit", aggregate="days", window_days=10)
    longer = _with_feature(measure="visit", aggregate="days", window_days=11)
    section = FeatureSection(measure="visit", aggregate="days", window_days=10, zh="别的", en="other words")
    renamed = Settings(features={"mine": section})
    assert catalogue(plain).fingerprint != catalogue(longer).fingerprint
    assert catalogue(plain).fingerprint == catalogue(renamed).fingerprint


@pytest.mark.parametrize(
    ("section", "field", "allowed"),
    [
        ({"measure": "visit.money", "aggregate": "sum"}, "features.mine.measure", "visit.count"),
        ({"measure": "visits", "aggregate": "days"}, "features.mine.measure", "visit, purchase"),
        ({"measure": "purchase.amount", "aggregate": "share"}, "features.mine.of", "purchase.amount"),
        ({"measure": "visit.count", "aggregate": "trend"}, "features.mine.window_days", "number of days"),
        ({"measure": "visit.count", "aggregate": "sum", "of": "visit.days"}, "features.mine.of", "share"),
    ],
)
def test_a_feature_that_cannot_be_names_its_key_and_what_is_allowed(
    section: dict[str, object], field: str, allowed: str
) -> None:
    with pytest.raises(SettingsProblem) as caught:
        catalogue(_with_feature(**section))
    assert caught.value.place.field == field
    assert allowed in str(caught.value)


def test_an_own_kind_that_would_give_two_features_one_name_is_refused() -> None:
    with pytest.raises(SettingsProblem, match="two features"):
        catalogue(Settings(kinds={"alive": KindSection(zh="活", en="alive")}))
