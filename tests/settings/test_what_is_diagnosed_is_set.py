"""The rules of the diagnosis come from the settings, which are typed, checked and explained."""

import pytest

from winback.diagnose.clusters.nouns import ClusterRules
from winback.diagnose.faults.nouns import FaultRules
from winback.diagnose.nouns import FindingRules
from winback.diagnose.quality.nouns import QualityRules
from winback.diagnose.rules import rules_of


def test_without_settings_the_rules_are_the_usual_ones(load_text):
    rules = rules_of(load_text(""))
    assert rules.findings == FindingRules()
    assert rules.quality == QualityRules()
    assert rules.clusters == ClusterRules(country="CN")
    assert rules.faults == FaultRules()


def test_what_is_set_counts(load_text):
    rules = rules_of(
        load_text(
            "[findings]\nratio_min = 1.5\n[channel_quality]\nchurn_days = [30, 60]\n"
            '[registration_clusters]\ncountry = "DE"\n',
            WINBACK_FAULTS__RATE_RATIO_MIN="2",
        )
    )
    assert rules.findings == FindingRules(ratio_min=1.5)
    assert rules.quality.churn_days == (30, 60)
    assert rules.clusters.country == "DE"
    assert rules.faults.rate_ratio_min == 2.0


def test_holidays_are_those_of_the_time_zone_where_no_country_is_named(load_text):
    assert rules_of(load_text('[workspace]\ntime_zone = "Europe/London"\n')).clusters.country == "GB"


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("[findings]\nfalse_rate = 0\n", (2, "findings.false_rate"), "found 0; allowed: a number above 0"),
        ("[faults]\nquiet = 3\n", (2, "faults.quiet"), "unknown key 'quiet'"),
        (
            '[registration_clusters]\ncountry = "China"\n',
            (2, "registration_clusters.country"),
            "two capitals",
        ),
        ("[channel_quality]\nchurn_days = [60, 30]\n", (2, "channel_quality.churn_days"), "must ascend"),
        ("[channel_quality]\npayback_days_max = 20\n", (2, "channel_quality.payback_days_max"), "value_days"),
        ('[channels.web]\nzh = "网"\n', (1, "channels.web.en"), "is missing"),
        (
            '[channels.web]\nzh = "网"\nen = "web"\n[channels.shop]\nzh = "网"\nen = "shop"\n',
            (5, "channels.shop.zh"),
            'found "网", which web is called already',
        ),
    ],
)
def test_what_cannot_be_is_told_with_its_line(faults_of, text, place, what):
    [(line, key, found, _)] = faults_of(text)
    assert (line, key) == place
    assert what in found
