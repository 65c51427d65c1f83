"""Every text of the shipped playbooks can be written, with what deliver knows when its step sends it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

import winback.plan
from winback.deliver.compose import news
from winback.deliver.texts import Message, message, texts_in
from winback.settings.deliver import TemplateSection
from winback.settings.model import Settings
from winback.settings.playbooks_read import read_playbook

FILES = sorted((Path(winback.plan.__file__).parent / "shipped").glob("*.toml"))
VALUES = {
    "customer.id": "ann",
    "customer.language": "zh",
    "customer.channel": "web",
    "customer.campaign": "spring",
    "workspace.name": "小店",
}
GRANT = {
    "grant.reward": "红包",
    "grant.amount": "18.80 CNY",
    "grant.purchase_min": "100.00 CNY",
    "grant.expires": "2026-07-01",
}
LINKS = {"link": "https://m.shop.example/c/x", "unsubscribe_url": "https://m.shop.example/u/x"}


def sendings(file: Path) -> list[tuple[str, str, bool]]:
    """Text, medium, and whether a grant is promised, of each message and survey step."""
    steps = tomllib.loads(file.read_text(encoding="utf-8"))["steps"]
    said = [(s.get("message", s.get("survey")), s) for s in steps]
    return [(name, s["medium"], "promises" in s) for name, s in said if name is not None]


def test_there_are_shipped_playbooks() -> None:
    assert len(FILES) > 5
    assert sum(len(sendings(file)) for file in FILES) > 10


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("links", [{}, LINKS], ids=["without links", "with links"])
def test_each_text_can_be_written(file: Path, language: str, links: dict[str, str]) -> None:
    texts = texts_in(file.read_text(encoding="utf-8"))
    for name, _, is_promise in sendings(file):
        text = message(TemplateSection.model_validate(texts[name]), language, name)
        values = VALUES | links | (GRANT if is_promise else {})
        assert text.body.write(values)
        text.title.write(values)


#: What claims that something is new, has changed, or was got ready.
CLAIMS = {
    "zh": (
        *("新", "动态", "好消息", "资讯", "本周", "季度", "开售", "额度", "先到先得", "整理", "修复"),
        *("安全", "好久", "过去", "多为"),
    ),
    "en": (
        *("new", "updated", "open again", "a new round", "gathered", "mended", "safe", "a while"),
        *("of the week", "the quarter", "are over", "what you bought"),
    ),
}
#: The texts that may claim something even so, and what must have been looked up on the way to their steps.
LOOKED_UP = {
    ("cause_frustrated", "mended"): {"fixed"},
    ("cause_panic", "good_news"): {"calm"},
    ("liked_product", "liquid"): {"purchase_share_liquid_life"},
    ("liked_product", "fixed_term"): {"purchase_share_fixed_term_life"},
    ("liked_product", "bonus_interest"): {"purchase_share_bonus_interest_life"},
}
GIVEN = ("customer.", "workspace.", "grant", "link", "unsubscribe_url", "news.")


def texts(language: str) -> Iterator[tuple[str, str, Message, bool]]:
    """Every shipped text: playbook, name, the text, whether each step that says it promises a grant."""
    for file in FILES:
        for name, section in texts_in(file.read_text(encoding="utf-8")).items():
            said = [promises for each, _, promises in sendings(file) if each == name]
            text = message(TemplateSection.model_validate(section), language, name)
            yield file.stem, name, text, bool(said) and all(said)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_value_in_a_text_comes_from_data_and_what_is_not_known_is_not_said(language: str) -> None:
    for playbook, name, text, is_promise in texts(language):
        assert all(used.startswith(GIVEN) for used in text.names), (playbook, name)
        known = VALUES | (GRANT if is_promise else {})
        for part in (text.title, text.body):
            written = part.write(known)
            assert all(str(VALUES[used]) in written for used in part.names if used in VALUES)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_new_is_claimed_where_the_business_has_told_no_news(language: str) -> None:
    for playbook, name, text, is_promise in texts(language):
        if (playbook, name) in LOOKED_UP:
            continue
        known = VALUES | (GRANT if is_promise else {})
        written = f"{text.title.write(known)} {text.body.write(known)}".lower()
        assert [claim for claim in CLAIMS[language] if claim in written] == [], (playbook, name)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_news_are_said_in_the_words_of_the_business(language: str) -> None:
    asked = set()
    for playbook, name, text, is_promise in texts(language):
        for used in text.names:
            if used.startswith("news."):
                asked.add(used)
                known = VALUES | (GRANT if is_promise else {}) | {used: "利率将于周一调整"}
                assert "利率将于周一调整" in text.body.write(known), (playbook, name)
    assert asked == {f"news.{each}" for each in ("calm", "industry", "policy", "products", "quarter")}


@pytest.mark.parametrize(("playbook", "name"), sorted(LOOKED_UP))
def test_what_is_claimed_even_so_was_looked_up_on_the_way(playbook: str, name: str) -> None:
    """A step that says it first is reached by that event, or by a branch on that feature, alone."""
    (file,) = (each for each in FILES if each.stem == playbook)
    steps = read_playbook(file.read_text(encoding="utf-8"), file.name).playbook.steps
    first = next(place for place, step in enumerate(steps) if step.message == name)
    ways_in: set[str] = set()
    for place, step in enumerate(steps[:first]):
        grants = {steps[at].name for at in range(place + 1, first) if steps[at].kind == "grant"}
        into = {steps[first].name} | grants
        if isinstance(step.on_reaction, dict):
            ways_in |= {event for event, to in step.on_reaction.items() if to in into}
        for case in step.branch or ():
            if case.to in into:
                ways_in |= {each["feature"] for each in case.when}
        assert step.next not in into, step.name
        assert step.next is not None or place + 1 != first or step.kind == "grant", step.name
    assert ways_in == LOOKED_UP[playbook, name]


def test_the_business_says_its_news_in_both_languages_in_the_settings() -> None:
    told = {"deliver": {"news": {"products": {"zh": "新品周一开售", "en": "On sale from Monday"}}}}
    settings = Settings.model_validate(told)
    assert news(settings, "zh") == {"news.products": "新品周一开售"}
    assert news(settings, "en") == {"news.products": "On sale from Monday"}
    with pytest.raises(ValidationError):
        Settings.model_validate({"deliver": {"news": {"products": {"zh": "只有中文", "en": ""}}}})
