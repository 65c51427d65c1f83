"""The environment overrides the file, and its faults name the variable."""

import pytest

from winback.settings.environment import sections_with_keys


def test_a_variable_wins_over_the_file(load_text):
    assert load_text("[churn]\ndays = 45\n", WINBACK_CHURN__DAYS="60").churn.days == 60


def test_a_variable_may_give_a_section_the_file_lacks(load_text):
    assert load_text("", WINBACK_CHURN__KINDS='["visit"]').churn.kinds == ("visit",)


def test_text_is_taken_as_it_stands(load_text):
    assert load_text("", WINBACK_WORKSPACE__NAME="30").workspace.name == "30"


def test_a_file_may_hold_the_value(load_text, tmp_path):
    (tmp_path / "url").write_text("postgresql://me:word@host/db\n")
    settings = load_text("", WINBACK_STORAGE__FACTS_URL_FILE=str(tmp_path / "url"))
    assert settings.storage.facts_url == "postgresql://me:word@host/db"


def test_variables_of_other_uses_are_left_alone(load_text):
    assert load_text("", WINBACK_CONTACTS_KEY="x", PATH="/bin", WINBACK_WORKSPACE="/w").churn.days == 30


@pytest.mark.parametrize(
    ("variable", "value", "what", "advice"),
    [
        ("WINBACK_CHURN__DAYS", "soon", 'found "soon"; allowed: a whole number from 1 to 730', None),
        (
            "WINBACK_CHURN__DAY",
            "3",
            "no such setting; allowed after WINBACK_CHURN__: kinds, days, dormant_days, returned_days",
            "did you mean WINBACK_CHURN__DAYS?",
        ),
        (
            "WINBACK_SOURCES__NAME",
            "x",
            f"no such section; allowed: {', '.join(sections_with_keys())}",
            None,
        ),
        ("WINBACK_CHURN__KINDS", "['login']", None, None),
    ],
)
def test_a_fault_names_the_variable(faults_of, variable, value, what, advice):
    [(line, key, found, found_advice)] = faults_of("", **{variable: value})
    assert (line, key) == (None, variable)
    if what:
        assert (found, found_advice) == (what, advice)
    else:
        assert found.startswith('found "login"; allowed: register,')


def test_faults_of_the_file_and_of_the_environment_are_told_together(faults_of):
    found = faults_of("[churn]\ndays = 0\n", WINBACK_LIMITS__AMOUNT_MAX="-3")
    assert [key for _, key, _, _ in found] == ["WINBACK_LIMITS__AMOUNT_MAX", "churn.days"]
