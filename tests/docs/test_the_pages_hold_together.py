"""Links lead somewhere, both READMEs say the same, words and stages are those of the code."""

import re
from pathlib import Path

import pytest
import typer

from winback.doors.cli.commands import app
from winback.terms.stages import STAGES

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]+)?\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def broken_links(page, text):
    """Targets that are not there, and headings that the target page lacks."""
    for target, anchor in LINK.findall(FENCE.sub("", text)):
        file = (page.parent / target) if target else page
        if not file.exists():
            yield target
        elif anchor and file.suffix == ".md" and anchor[1:] not in anchors(file.read_text(encoding="utf-8")):
            yield target + anchor


def anchors(text):
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    assert list(broken_links(page, page.read_text(encoding="utf-8"))) == []


def test_a_link_that_leads_nowhere_is_found():
    page = ROOT / "README.md"
    text = "[a](nowhere.md) [b](LICENSE) [c](GLOSSARY.md#laws) [d](GLOSSARY.md#none)\n```\n[e](x.md)\n```\n"
    assert list(broken_links(page, text)) == ["nowhere.md", "GLOSSARY.md#none"]


def test_every_page_of_the_docs_is_reached_from_the_index():
    index = text_of("docs/index.md")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "index.md" or f"({page.name})" in index, page.name


def test_both_readmes_have_the_same_parts_and_commands():
    english, chinese = text_of("README.md"), text_of("README.zh.md")
    for part in (r"^#+ ", r"^\| "):
        assert len(re.findall(part, english, re.MULTILINE)) == len(re.findall(part, chinese, re.MULTILINE))
    shown = [
        re.sub(r"<!-- demo -->.*?<!-- /demo -->", "", text, flags=re.DOTALL) for text in (english, chinese)
    ]
    fences = [re.sub(r" +# .*", "", "\n".join(FENCE.findall(text))) for text in shown]
    assert fences[0] == fences[1]


def test_commands_and_targets_that_pages_name_are_there():
    commands = set(typer.main.get_command(app).commands)
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    for page in PAGES:
        code = "\n".join(
            [
                *FENCE.findall(page.read_text(encoding="utf-8")),
                *re.findall(r"`[^`\n]+`", page.read_text(encoding="utf-8")),
            ]
        )
        for command in re.findall(r"(?:^|[`\s])winback ([a-z]+)\b", code):
            assert command in commands, (page.name, command)
        for target in re.findall(r"(?:^|`)make ([a-z]+)", code, re.MULTILINE):
            assert target in targets, (page.name, target)


def test_the_roadmap_tells_every_stage_as_the_code_does():
    rows = re.findall(
        r"^\| (\d+) \| \[?(\w+)[^|]*? (\S+) \| .* \| (\w[\w ]*) \|$", text_of("docs/roadmap.md"), re.MULTILINE
    )
    told = [(int(number), name, zh, built != "no") for number, name, zh, built in rows]
    assert told == [(stage.number, stage.name, stage.zh, stage.is_built) for stage in STAGES]


def test_words_in_use_are_used():
    table = text_of("GLOSSARY.md").split("## In use now")[1].split("## Kept for stages")[0]
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py"))
    words = [
        word
        for row in table.splitlines()[4:]
        for word in re.findall(r"`(\w+)`", row.split("|")[2] if row else "")
    ]
    assert len(words) > 30
    assert [word for word in words if not re.search(rf"\b{word}\b", code)] == []


def test_every_license_line_agrees():
    assert "Apache License" in text_of("LICENSE")
    assert 'license = "Apache-2.0"' in text_of("pyproject.toml")


@pytest.mark.parametrize(
    "name", ["Makefile", ".ci/run", "requirements.lock", "requirements-dev.lock", "pyproject.toml"]
)
def test_no_address_of_a_registry_is_written_down(name):
    assert not re.search(r"https?://|index-url|find-links", text_of(name).replace("--no-emit-index-url", ""))
