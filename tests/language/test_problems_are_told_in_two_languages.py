"""What goes wrong is told in Chinese too: every template has its Chinese, which fills the same places."""

import ast
import pickle
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.language.problems import places_of, told_in, trees_below
from winback.ingest.reasons import REASONS, reason_told
from winback.language import speaker
from winback.settings.load import load
from winback.settings.said import TEMPLATES
from winback.terms.errors import Place, Problem, SettingsProblem
from winback.terms.told import Told

SOURCE = Path(__file__).parents[2] / "src" / "winback"


@pytest.fixture(scope="module")
def told():
    return told_in(trees_below(SOURCE))


@pytest.fixture(scope="module")
def chinese():
    with (SOURCE / "locale" / "zh.po").open("rb") as written:
        return {message.id: message.string for message in read_po(written, locale="zh") if message.id}


def test_every_template_has_its_chinese(told, chinese):
    templates, _ = told
    assert len(templates) > 150
    assert {each.text: each.where for each in templates if each.text not in chinese} == {}


def test_the_chinese_fills_the_places_of_the_english(told, chinese):
    templates, _ = told
    odd = [
        each
        for each in templates
        if each.text in chinese and places_of(chinese[each.text]) != places_of(each.text)
    ]
    assert odd == []


def test_every_place_of_a_template_is_given(told):
    templates, _ = told
    assert [each for each in templates if each.given and not places_of(each.text) <= each.given] == []
    assert [each for each in templates if not each.given and places_of(each.text)] == []


def test_what_is_kept_as_text_and_what_pydantic_says_has_its_chinese(chinese):
    for text in (*REASONS, *TEMPLATES.values(), "Permission denied", "No such file or directory"):
        assert places_of(chinese.get(text, "")) == places_of(text), text
        assert text in chinese


@pytest.mark.parametrize(
    ("kept", "template"),
    [
        ("amount: no amount", "no amount"),
        ("at: time before 2000-01-01", "time before {day}"),
        ("row: 3 columns, where the header has 4", "{found} columns, where the header has {expected}"),
    ],
)
def test_a_reason_is_read_back_to_its_template(kept, template):
    told = reason_told(kept)
    assert (told, told.fields["reason"].template) == (kept, template)


def test_a_reason_that_nobody_knows_is_told_as_it_was_kept():
    assert reason_told("something: else") == "something: else"


def test_no_message_is_put_together_before_it_is_told(told):
    _, bare = told
    assert bare == []


@pytest.mark.parametrize(
    "source",
    [
        'raise Problem(f"no pot {pot}")',
        'raise Problem("no pot " + pot)',
        'raise Problem("no pot {}".format(pot))',
        'raise Lost("odd", todo=f"give {pot}")',
        'def f(pot):\n    said = f"no pot {pot}"\n    raise Lost(said)',
        'raise typer.BadParameter(f"no pot {pot}")',
        'Told(f"no pot {pot}")',
    ],
)
def test_a_message_put_together_would_be_found(source):
    tree = ast.parse(f"class Lost(Problem):\n    pass\n{source}")
    assert told_in({Path("odd.py"): tree})[1]


def test_templates_are_found_in_choices_and_in_names():
    source = 'said = "a {b}" if x else "c"\nraise Problem(said, todo=None if y else "d", b=1)'
    templates, bare = told_in({Path("odd.py"): ast.parse(source)})
    assert ([each.text for each in templates], bare) == (["a {b}", "c", "d"], [])


def test_a_problem_reads_the_same_in_english_and_is_told_in_chinese():
    problem = Problem(
        "no pot {pot}; allowed: {allowed}", todo="see {pot}", pot="a", allowed=("b", "c"), place=Place("x", 3)
    )
    assert str(problem) == "x:3: no pot a; allowed: b, c\n  → see a"
    words = {"no pot {pot}; allowed: {allowed}": "没有 {pot}；可用：{allowed}", "see {pot}": "参见 {pot}"}
    shared = speaker("zh")
    assert problem.told(lambda text: words.get(text) or shared(text)) == "x:3：没有 a；可用：b、c\n  → 参见 a"


def test_a_told_within_a_told_is_told_too():
    outer = Told("found {what}", what=Told("a number"))
    assert outer == "found a number"
    assert outer.told({"found {what}": "发现{what}", "a number": "数字"}.__getitem__) == "发现数字"


def test_braces_of_what_was_found_are_left_alone():
    assert Problem("found {found}", found="{x}").what == "found {x}"
    assert Problem("is not TOML: {").what == "is not TOML: {"


def test_it_goes_to_another_process():
    there = pickle.loads(pickle.dumps(Told("no {what}", what=Told("pot"))))
    assert (there, there.fields["what"].template) == ("no pot", "pot")


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("[churn]\ndays = 0\n", "churn.days：现为 0；可用：1 到 730 的整数"),
        ("[churn]\nday = 3\n", "没有 'day' 这个设置；可用：kinds、days、dormant_days、returned_days"),
        ("[[campaigns]]\nname = 'x'\nlast_day = 2026-01-01\n", "缺少；可用：日期，如 2026-03-01"),
        ("[churn]\ndays = 'x'\n", '现为 "x"；可用：1 到 730 的整数'),
        ("[workspace]\nlanguage = 'de'\n", '现为 "de"；可用：zh 或 en'),
        ("[churn]\ndays = 10\n", "dormant_days 15 必须小于 days 10"),
        ("[churn\n", "此处不是 TOML"),
    ],
)
def test_settings_that_cannot_be_are_told_in_chinese(tmp_path, text, chinese):
    (tmp_path / "winback.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsProblem) as caught:
        load(tmp_path / "winback.toml", {})
    assert chinese in caught.value.told(speaker("zh"))
