"""Help, and what is said of a wrong call, is told as the arguments, the workspace or the environment ask."""

import inspect
from pathlib import Path

import pytest
import typer
from babel.messages.pofile import read_po
from rich.cells import cell_len

from winback.doors.cli.usage import TEMPLATES, told
from winback.language import helper, speaker

SOURCE = Path(__file__).parents[2] / "src" / "winback"


@pytest.fixture
def chinese_shop(shop):
    text = (shop / "winback.toml").read_text(encoding="utf-8").replace('"en"', '"zh"')
    (shop / "winback.toml").write_text(text, encoding="utf-8")
    return shop


WRONG = {
    ("warnings", "list", "--level", "bad"): "现为 'bad'；可用：'low', 'medium', 'high'",
    ("warnings", "list", "--rows", "x"): "'--rows' 的值不对：应为整数，这段文本不是",
    ("warnings", "list", "--rows", "-3"): "应不小于 0",
    ("warnings", "show"): "缺少参数 'customer'。",
    ("warnings", "show", "a", "b"): "多出参数：b",
    ("profile", "--nope"): "没有选项 --nope",
    ("profile", "--as-of"): "选项 '--as-of' 需要一个值。",
    ("replay",): "缺少选项 '--first'。",
    ("plann",): "没有命令 'plann'。是不是 'plan'",
    ("--nope",): "没有选项 --nope",
}


@pytest.mark.usefixtures("chinese_shop")
@pytest.mark.parametrize(("call", "chinese"), WRONG.items())
def test_the_workspace_says_in_which_language_a_wrong_call_is_told(run, call, chinese):
    result = run(*call)
    assert result.exit_code == 2
    assert chinese in result.stderr
    assert "─ 错误 ─" in result.stderr


@pytest.mark.usefixtures("chinese_shop")
def test_how_it_is_called_rightly_is_told_in_it_too(run):
    lines = run("warnings", "show").stderr.splitlines()
    assert lines[0].startswith("用法：winback warnings show")
    assert lines[1] == "运行 'winback warnings show --help' 查看帮助。"


@pytest.mark.usefixtures("chinese_shop")
@pytest.mark.parametrize("more", [("--lang", "en"), ("--lang=en",), ("--json",)])
def test_arguments_and_machines_ask_for_english(run, more):
    told_in = run("warnings", "list", *more, "--level", "bad").stderr
    assert "Invalid value for '--level': 'bad' is not one of 'low', 'medium', 'high'." in told_in
    assert "Usage: winback" in told_in
    assert "Value error" not in told_in


def test_a_workspace_that_is_named_counts(run, chinese_shop, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (tmp_path / "winback.toml").rename(tmp_path / "other.toml")
    assert "No such option: --nope" in run("profile", "--nope").stderr
    assert "没有选项 --nope" in run("profile", "--nope", "-w", "../other.toml").stderr
    assert "没有选项 --nope" in run("profile", "--nope", "--workspace=../other.toml").stderr


def test_without_a_workspace_the_environment_says_it(run, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "没有命令 'ingst'。" in run("ingst").stderr


def test_titles_of_the_help_are_told_so_too_and_go_back(run):
    chinese = run("profile", "--help", "--lang", "zh").stdout
    assert "─ 选项 ─" in chinese
    assert "用法：winback profile" in chinese
    assert "[环境变量：" in chinese
    english = run("profile", "--help").stdout
    assert "─ Options ─" in english
    assert "Usage: winback profile" in english


def test_what_typer_says_is_known_to_the_catalogue():
    say = speaker("zh")
    assert [template for template in TEMPLATES if say(template) == template] == []


def test_prefixes_of_pydantic_reach_nobody():
    assert told("Invalid value for '--x': Value error, no good", str) == "Invalid value for '--x': no good"
    assert told("Assertion failed, no good", str) == "no good"


def commands(command, name="winback"):
    """Every command and group there is, with its name."""
    yield name, command
    for below in getattr(command, "commands", {}).values():
        yield from commands(below, f"{name} {below.name}")


def texts_of(command):
    """What a command and its options say of themselves, a paragraph each."""
    for text in (command.help, *(getattr(option, "help", None) for option in command.params)):
        yield from (" ".join(part.split()) for part in inspect.cleandoc(text or "").split("\n\n") if part)


def test_every_command_and_option_says_in_chinese_what_it_does():
    from winback.doors.cli.commands import app

    say = helper("zh")
    untold = {
        (name, text)
        for name, command in commands(typer.main.get_command(app))
        for text in texts_of(command)
        if say(text) == text
    }
    assert untold == set()


def test_no_translation_of_help_is_left_over():
    from winback.doors.cli.commands import app

    said = {text for _, each in commands(typer.main.get_command(app)) for text in texts_of(each)}
    frame = {
        "Examples",
        "Exit codes and every option: docs/reference/commands.md",
        "Show this message and exit.",
    }
    with (SOURCE / "locale" / "zh.help.po").open("rb") as written:
        assert {message.id for message in read_po(written) if message.id} - said == frame


@pytest.mark.parametrize("call", [("profile", "--help"), ("warnings",), ("warnings", "list", "-h"), ()])
def test_help_is_told_whole_in_the_readers_language(run, call, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")
    result = run(*call)
    told_in = result.stdout + result.stderr
    assert "显示本说明并结束。" in told_in
    assert "…" not in told_in
    assert "Show" not in told_in
    assert max(map(cell_len, told_in.splitlines())) <= 80
