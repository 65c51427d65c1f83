"""Every message has its Chinese, keeps its blanks to fill, and what lacks one is told in English."""

import ast
import importlib
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from winback.language import LANGUAGES, day, number, percent, seconds, speaker

SOURCE = Path(__file__).parents[2] / "src" / "winback"


def catalogue(language):
    with (SOURCE / "locale" / f"{language}.po").open("rb") as written:
        return {message.id: message for message in read_po(written, locale=language) if message.id}


def words_of_stages():
    """The Chinese that stages keep in a dict CHINESE of their own."""
    for file in sorted(SOURCE.glob("*/*.py")):
        if re.search(r"^CHINESE\b", file.read_text(encoding="utf-8"), re.MULTILINE):
            yield from importlib.import_module(f"winback.{file.parent.name}.{file.stem}").CHINESE.items()


def messages_in(text):
    """All texts given to `say` in a module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "say":
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))


def test_every_message_of_the_code_is_in_the_chinese_catalogue():
    known = {*catalogue("zh"), *dict(words_of_stages())}
    missing = {
        (file.name, message)
        for file in SOURCE.rglob("*.py")
        for message in messages_in(file.read_text(encoding="utf-8"))
        if message not in known
    }
    assert missing == set()


def test_a_message_that_no_catalogue_has_would_be_found():
    assert list(messages_in('say("nobody translated {this}").format(this=1)')) == ["nobody translated {this}"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_are_there_and_fill_the_same_blanks(language):
    for key, message in catalogue(language).items():
        assert message.string, key
        assert not message.fuzzy, key
        assert set(re.findall(r"\{\w+\}", message.string)) == set(re.findall(r"\{\w+\}", key)), key


def test_words_of_stages_fill_the_same_blanks():
    for key, chinese in words_of_stages():
        assert set(re.findall(r"\{\w+\}", chinese)) == set(re.findall(r"\{\w+\}", key)), key


def test_what_lacks_a_translation_is_told_in_english():
    assert speaker("zh")("Nobody translated this") == "Nobody translated this"


def test_the_same_message_differs_by_language():
    assert (speaker("en")("refused"), speaker("zh")("refused")) == ("refused", "拒收")


def test_figures_carry_separators_units_and_signs():
    say = speaker("en")
    assert number(1234567) == "1,234,567"
    assert percent(0.4812) == "48.1\u00a0%"
    assert percent(None) == "–"
    assert seconds(2.345, say) == "2.3\u00a0s"
    assert seconds(75, say) == "1\u00a0min 15\u00a0s"
    assert seconds(75, speaker("zh")) == "1\u00a0分 15\u00a0秒"
    assert day(None) == "–"


def works_in(text):
    """All pieces of work that progress is told of in a module, but for those of one source."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "start" and node.args:
            label = node.args[0]
            if isinstance(label, ast.Constant) and isinstance(label.value, str):
                yield label.value


def test_every_piece_of_work_is_called_in_chinese_too():
    told = {label for file in SOURCE.rglob("*.py") for label in works_in(file.read_text(encoding="utf-8"))}
    assert len(told) > 15
    assert told - {*catalogue("zh")} == set()
