"""Every text of the shipped playbooks can be written, with what deliver knows when its step sends it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import winback.plan
from winback.deliver.texts import message, texts_in
from winback.settings.deliver import TemplateSection

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
    """Text, medium, and whether a grant is promised, of each message step."""
    steps = tomllib.loads(file.read_text(encoding="utf-8"))["steps"]
    return [(s["message"], s["medium"], "promises" in s) for s in steps if "message" in s]


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


@pytest.mark.parametrize(("language", "claim"), [("zh", "已更新"), ("en", "updated")])
def test_the_urgent_message_claims_no_change_that_nobody_looked_up(language: str, claim: str) -> None:
    (file,) = (file for file in FILES if file.stem == "graded_warning")
    texts = texts_in(file.read_text(encoding="utf-8"))
    text = message(TemplateSection.model_validate(texts["sms_urgent"]), language, "sms_urgent")
    assert claim not in text.body.write(VALUES)
