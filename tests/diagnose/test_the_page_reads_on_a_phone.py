"""In a browser the page asks for nothing, fits a phone's width, and opens all of itself in print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.diagnose.test_a_diagnosis_is_told_in_two_languages import diagnosis
from winback.diagnose.nouns import Table
from winback.diagnose.page import ROWS_OPEN_MAX, html_document, html_section, page
from winback.diagnose.words import speak

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is absent")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1200])
def test_the_page_fits_and_asks_for_nothing(browser: Any, tmp_path: Path, language: str, width: int) -> None:
    file = tmp_path / "page.html"
    file.write_text(page(diagnosis(), language), encoding="utf-8")
    tab = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    complaints: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(file.as_uri())
    assert asked == [file.as_uri()]
    assert complaints == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    for chart in tab.locator("figure svg").all():
        box = chart.bounding_box()
        assert box["x"] + box["width"] <= width
        assert box["height"] > 60
    tab.close()


def test_a_long_table_is_folded_on_screen_and_open_in_print(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    rows = tuple((f"row {number}",) for number in range(ROWS_OPEN_MAX + 1))
    long = Table("long", "says", ("name",), (False,), rows)
    short = Table("short", "says", ("name",), (False,), (("alone",),))
    sections = [html_section(table, "", speak("en")) for table in (long, short)]
    file.write_text(html_document(diagnosis(), "en", sections), encoding="utf-8")
    tab = browser.new_page()
    tab.goto(file.as_uri())
    assert tab.get_by_text("alone").is_visible()
    assert tab.get_by_text("table of 11 rows").is_visible()
    assert not tab.get_by_text("row 10").is_visible()
    tab.emulate_media(media="print")
    assert tab.get_by_text("row 10").is_visible()
    tab.close()
