"""Tries every text before anybody is written to: can it be read, and filled with what its step will know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from winback.deliver.compose import news
from winback.deliver.texts import TemplateProblem, Written, read_text
from winback.settings.deliver import TemplateSection
from winback.settings.playbooks import Playbook
from winback.settings.playbooks_read import PlaybookFile, playbook_files
from winback.store.workspace import Workspace
from winback.terms.errors import Place, SettingsProblem
from winback.terms.told import Told

_FILE = "winback.toml"
_ALWAYS = {
    "customer.id": "C00042",
    "customer.language": "zh",
    "customer.channel": "web",
    "customer.campaign": "spring",
    "workspace.name": "shop",
}
_GRANT = {
    "grant.reward": "thanks",
    "grant.amount": "18.80",
    "grant.purchase_min": "100.00",
    "grant.expires": "2026-07-01",
}
_LINKS = {"link": "https://m.example/c/x", "unsubscribe_url": "https://m.example/u/x"}
_WHY = {
    "grant": Told("a step that promises nothing says it; put what tells of the grant into {% if grant %}"),
    "link": Told("set deliver.links_url, or ask {% if link %} first"),
    "news": Told("say it in [deliver.news], or ask {% if news.… %} first"),
}
#: Where a key of a text stands.
_At = Callable[[Sequence[str]], Place]


def faults(ws: Workspace) -> list[SettingsProblem]:
    """What is wrong with the texts of the workspace and of its playbooks, each with file and key.

    Raises SettingsProblem where a playbook itself cannot be read.
    """
    known = _ALWAYS | news(ws.settings, "en") | (_LINKS if ws.settings.deliver.links_url else {})
    found: list[SettingsProblem] = []
    for name, section in ws.settings.templates.items():
        found += _of_one(section, partial(_in_workspace, name), [known | _GRANT])
    for file in playbook_files(ws.settings, ws.root):
        for name, text in file.playbook.texts.items():
            tries = [known | (_GRANT if promises else {}) for promises in _promises(file.playbook, name)]
            section = TemplateSection.model_validate(text.model_dump())
            found += _of_one(section, partial(_in_playbook, file, name), tries)
    return found


def _in_workspace(name: str, keys: Sequence[str]) -> Place:
    return Place(_FILE, None, ".".join(("templates", name, *keys)))


def _in_playbook(file: PlaybookFile, name: str, keys: Sequence[str]) -> Place:
    return file.place(("texts", name, *keys))


def _promises(playbook: Playbook, text: str) -> list[bool]:
    """Whether a grant is promised, for each kind of step that says this text."""
    saying = [step for step in playbook.steps if text in (step.message, step.survey)]
    return sorted({step.promises is not None for step in saying})


def _of_one(
    section: TemplateSection, at: _At, tries: Sequence[Mapping[str, Any]]
) -> Iterator[SettingsProblem]:
    texts = {(name,): getattr(section, name) for name in ("zh", "en", "zh_title", "en_title")}
    more = {("parameters", name): text for name, text in section.parameters.items()}
    for keys, text in (texts | more).items():
        try:
            written = read_text(text)
            for values in tries:
                _fill(written, values)
        except TemplateProblem as problem:
            yield SettingsProblem(problem.what, place=at(keys), todo=problem.todo)


def _fill(written: Written, values: Mapping[str, Any]) -> None:
    try:
        written.write(values)
    except TemplateProblem as problem:
        missing = [name for name in written.names if name not in values]
        why = {_kind(name) for name in missing}
        raise TemplateProblem(problem.what, todo=_all(tuple(_WHY[each] for each in sorted(why)))) from None


def _all(words: Sequence[Told]) -> Told | None:
    """All of them, in one sentence; None where there are none."""
    if len(words) < 2:
        return words[0] if words else None
    return Told("{one}; {more}", one=words[0], more=_all(words[1:]))


def _kind(name: str) -> str:
    """Which of _WHY tells of a name that has no value."""
    return next((kind for kind in ("grant", "news") if name.startswith(kind)), "link")
