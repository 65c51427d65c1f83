"""A problem is told as --lang asks, else as the workspace or the environment says; to machines in English."""

import pytest


@pytest.fixture
def chinese_shop(shop):
    text = (shop / "winback.toml").read_text(encoding="utf-8").replace('"en"', '"zh"')
    (shop / "winback.toml").write_text(text, encoding="utf-8")
    return shop


@pytest.mark.usefixtures("chinese_shop")
def test_the_workspace_says_which_language(run):
    result = run("diagnose")
    assert result.exit_code == 5
    assert result.stderr.splitlines()[-2].endswith("：尚未收入任何事件")
    assert result.stderr.splitlines()[-1] == "  → 请运行 winback ingest"


@pytest.mark.usefixtures("chinese_shop")
def test_what_is_asked_for_goes_first(run):
    assert "no events have been taken in" in run("diagnose", "--lang", "en").stderr


@pytest.mark.usefixtures("chinese_shop")
def test_machines_are_told_in_english(run):
    assert "no events have been taken in" in run("diagnose", "--json").stderr


@pytest.mark.usefixtures("chinese_shop")
def test_an_argument_that_cannot_be_is_told_in_it_too(run):
    assert "'soon' 不是日期" in run("diagnose", "--lang", "zh", "--as-of", "soon").stderr


def test_a_file_that_cannot_be_read_still_says_its_language(run, chinese_shop):
    text = (chinese_shop / "winback.toml").read_text(encoding="utf-8")
    (chinese_shop / "winback.toml").write_text(text + "[churn\n", encoding="utf-8")
    assert "此处不是 TOML" in run("check").stderr
    (chinese_shop / "winback.toml").write_text(text + "[churn]\ndays = 0\nday = 1\n", encoding="utf-8")
    told = run("check").stderr
    assert "2 处设置有误" in told
    assert "churn.days：现为 0；可用：1 到 730 的整数" in told


def test_the_variable_of_the_language_counts(run, shop, monkeypatch):
    monkeypatch.setenv("WINBACK_WORKSPACE__LANGUAGE", "zh")
    assert "尚未收入任何事件" in run("diagnose").stderr


@pytest.mark.parametrize(
    ("locale", "told"), [("zh_CN.UTF-8", "这里没有 winback.toml"), ("C", "no winback.toml")]
)
def test_without_a_workspace_the_environment_says_it(run, monkeypatch, locale, told):
    monkeypatch.setenv("LC_ALL", locale)
    assert told in run("diagnose").stderr


@pytest.mark.usefixtures("chinese_shop")
def test_reasons_of_refused_rows_are_told_in_it(run):
    assert "customer：没有客户编号" in run("check").stdout
    assert "没有客户编号" in run("ingest", "--quiet").stdout
    assert "没有客户编号" in run("quarantine", "list").stdout
