"""A blank stands between Chinese and Latin letters or figures, in texts as they stand and once filled."""

import ast
import re
from pathlib import Path

import pytest

from winback.language import spaced

SOURCE = Path(__file__).parents[2] / "src" / "winback"
#: What gateways of short messages ask for, letter by letter.
AS_IT_STANDS = {"拒收请回复R"}


def chinese_of_stages():
    """Each text of each dict CHINESE, with its file."""
    for file in SOURCE.rglob("*.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "CHINESE":
                for each in ast.walk(node.value):
                    if isinstance(each, ast.Constant):
                        yield file.name, each.value


def chinese_of_files():
    """Each line of the catalogue, of the shipped playbooks and of the files that init writes."""
    for file in (*SOURCE.glob("locale/*.po"), *SOURCE.glob("plan/shipped/*"), *SOURCE.rglob("starting/*")):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield file.name, line


@pytest.mark.parametrize("texts", [chinese_of_stages, chinese_of_files])
def test_no_text_of_the_house_lets_them_touch(texts):
    found = list(texts())
    assert len(found) > 500
    for allowed in AS_IT_STANDS:
        found = [(file, text.replace(allowed, "")) for file, text in found]
    plain = [(file, re.sub(r"\\[nt]", " ", text)) for file, text in found]
    assert [(file, text) for file, text in plain if spaced(text) != text] == []


def test_what_fills_a_text_is_set_apart_too():
    assert spaced("以Platt 法校准") == "以 Platt 法校准"
    assert spaced("胜过BG/NBD 期望次数，占50%的") == "胜过 BG/NBD 期望次数，占 50% 的"
    assert spaced("（Platt）、“A”") == "（Platt）、“A”"
