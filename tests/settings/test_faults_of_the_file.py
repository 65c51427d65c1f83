"""Whatever is wrong in the file is told with line, key, what was found and what is allowed, all at once."""

import pytest

from winback.settings.load import load
from winback.terms.errors import SettingsProblem

SOURCE = (
    '[[sources]]\nname = "orders"\nformat = "csv"\npath = "o.csv"\n'
    '[[sources.events]]\ncustomer = "c"\nat = "t"\n'
)


def test_a_correct_file_is_read_with_the_defaults_for_the_rest(load_text):
    settings = load_text(
        '[churn]\ndays = 45\n[[campaigns]]\nname = "x"\nfirst_day = 2026-01-01\nlast_day = 2026-01-09\n'
    )
    assert settings.churn.days == 45
    assert settings.churn.dormant_days == 15
    assert settings.campaigns[0].last_day.day == 9
    assert len(settings.phases) == 3


def test_an_empty_file_is_a_workspace_of_defaults(load_text):
    assert load_text("").workspace.time_zone == "Asia/Shanghai"


def test_a_byte_order_mark_is_passed_over(load_text):
    assert load_text("\ufeff[churn]\ndays = 40\n").churn.days == 40


@pytest.mark.parametrize(
    ("text", "line", "key", "what", "advice"),
    [
        ('[churn]\ndays = "30"', 2, "churn.days", 'found "30"; allowed: a whole number from 1 to 730', None),
        (
            "[churn]\n\ndays = true",
            3,
            "churn.days",
            "found true; allowed: a whole number from 1 to 730",
            None,
        ),
        ("churn.days = 0", 1, "churn.days", "found 0; allowed: a whole number from 1 to 730", None),
        (
            "churn = 3",
            1,
            "churn",
            "found 3; allowed: a table { kinds, days, dormant_days, returned_days }",
            None,
        ),
        ("[workspace]\nlanguage='fr'", 2, "workspace.language", 'found "fr"; allowed: zh or en', None),
        ("[workspace]\nname = 3", 2, "workspace.name", "found 3; allowed: text", None),
        (
            "[workspace]\ncurrency = 'yuan'",
            2,
            "workspace.currency",
            'found "yuan"; allowed: a currency code of three capitals such as CNY',
            None,
        ),
        (
            "[churn]\ndyas = 3",
            2,
            "churn.dyas",
            "unknown key 'dyas'; allowed: kinds, days, dormant_days, returned_days",
            "did you mean 'days'?",
        ),
        (
            "[storage]\nmemory_gib_max = nan",
            2,
            "storage.memory_gib_max",
            "found nan; allowed: a number at least 0.5",
            None,
        ),
        (
            "[limits]\nfirst_day = 'soon'",
            2,
            "limits.first_day",
            'found "soon"; allowed: a date such as 2026-03-01',
            None,
        ),
        (
            "[churn]\nkinds = [\n 'visit',\n 'login',\n]",
            4,
            "churn.kinds[2]",
            'found "login"; allowed: register, visit, purchase, redemption, balance, fault, touch, claim',
            None,
        ),
        (
            "[kinds.visit]\nzh='a'\nen='b'",
            1,
            "kinds.visit",
            "visit is a kind every workspace has; choose another name",
            None,
        ),
        ("[kinds.signed]\nzh='a'", 1, "kinds.signed.en", "is missing; allowed: text", None),
        (
            "[kinds]\nBad = { zh='a', en='b' }",
            2,
            "kinds.Bad",
            "is no name that may stand here; allowed: a name of a-z, 0-9 and _ that begins with a letter, "
            "at most 40 long",
            None,
        ),
    ],
)
def test_a_fault_names_line_key_found_and_allowed(faults_of, text, line, key, what, advice):
    assert faults_of(text) == [(line, key, what, advice)]


def test_sections_that_do_not_exist_are_named_with_the_nearest_that_does(faults_of):
    [(line, key, what, advice)] = faults_of("\n[churns]\ndays = 3")
    assert (line, key, advice) == (2, "churns", "did you mean 'churn'?")
    assert what.startswith("unknown key 'churns'; allowed: workspace, storage, sources,")


def test_a_fault_between_two_keys_stands_at_the_key_it_names_first(faults_of):
    [(line, key, what, _)] = faults_of("[churn]\ndays = 20\ndormant_days = 25")
    assert (line, key) == (3, "churn.dormant_days")
    assert what == "dormant_days 25 must be less than days 20"


def test_all_faults_of_all_sections_are_told_at_once_in_the_order_of_the_file(faults_of):
    text = "[churn]\ndays = 0\nkind = 1\n[workspace]\nlanguage = 3\n[limits]\namount_max = -1\n"
    assert [(line, key) for line, key, _, _ in faults_of(text)] == [
        (2, "churn.days"),
        (3, "churn.kind"),
        (5, "workspace.language"),
        (7, "limits.amount_max"),
    ]


def test_faults_between_sections_are_told_beside_faults_within_others(faults_of):
    text = "[churn]\nkinds = ['login']\n[workspace]\nlanguage = 3\n"
    assert [key for _, key, _, _ in faults_of(text)] == ["churn.kinds[1]", "workspace.language"]


def test_the_whole_message_counts_the_faults_and_lists_each(load_text):
    with pytest.raises(SettingsProblem) as caught:
        load_text("[churn]\ndays = 0\nkind = 1\n")
    first, second, *_ = str(caught.value).splitlines()
    assert first.endswith("winback.toml: 2 settings cannot be as they are")
    assert second.endswith("winback.toml:2, churn.days: found 0; allowed: a whole number from 1 to 730")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "line", "advice"),
    [
        ("[churn]\ndays = \n", 2, "the line reads: days ="),
        ("[churn\ndays = 3\n", 1, "the line reads: [churn"),
        ("a = 1\na = 2\n", 2, "the line reads: a = 2"),
        ("x = [1,\n 2\n", 3, "something before this line is not closed"),
    ],
)
def test_a_fault_of_toml_itself_names_its_line(faults_of, text, line, advice):
    [(found_line, key, what, found_advice)] = faults_of(text)
    assert (found_line, key, found_advice) == (line, None, advice)
    assert what.startswith("is not TOML here: ")


def test_a_file_that_is_not_there_is_told_so(tmp_path):
    with pytest.raises(SettingsProblem, match=r"gone\.toml: cannot be read: No such file"):
        load(tmp_path / "gone.toml", {})


def test_a_file_in_another_encoding_is_refused_at_its_line(tmp_path):
    path = tmp_path / "winback.toml"
    path.write_bytes('[workspace]\nname = "工作"\n'.encode("gb18030"))
    with pytest.raises(SettingsProblem, match=r"winback\.toml:2: is not UTF-8 text"):
        load(path, {})


def test_two_sources_of_one_name_are_refused_at_the_second(faults_of):
    text = SOURCE + 'kind = { const = "visit" }\n' + SOURCE + 'kind = { const = "visit" }\n'
    assert faults_of(text) == [(10, "sources[2].name", 'a source "orders" stands above already', None)]


def test_a_zone_that_does_not_exist_is_refused_for_a_source_too(faults_of):
    text = SOURCE.replace("path", "time_zone = 'Mars/Base'\npath", 1) + 'kind = { const = "visit" }\n'
    assert faults_of(text)[0][:2] == (4, "sources[1].time_zone")
