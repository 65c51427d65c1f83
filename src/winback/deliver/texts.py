"""Templates of messages in Liquid: with limits, strict on unknown names, rendered once for equal values."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from liquid import BoundTemplate, Environment, FalsyStrictUndefined
from liquid.exceptions import LiquidError

from winback.settings.deliver import TemplateSection
from winback.terms.errors import Place, Problem
from winback.terms.told import Told

#: Names that a template may use.
NAMES = frozenset(
    {
        *("customer.id", "customer.language", "customer.channel", "customer.campaign", "workspace.name"),
        *("grant", "grant.reward", "grant.amount", "grant.purchase_min", "grant.expires"),
        *("link", "unsubscribe_url"),
    }
)
#: What the business itself says is new, by the names of `[deliver.news]`.
NEWS = "news."
#: Texts kept of one template; beyond these nothing is remembered, so that memory stays small.
_REMEMBERED_MAX = 20_000
#: So many parsed texts, and texts of versions of playbooks, are known again.
_TEXTS_KNOWN = 256
#: What stands between the values of a text, and which these are; None of one with tags or filters.
Plain = tuple[tuple[str, ...], tuple[str, ...]] | None


class _Limited(Environment):
    block_nesting_limit = 20
    context_depth_limit = 20
    loop_iteration_limit = 1_000
    local_namespace_limit = 10_000
    output_stream_limit = 20_000


_ENVIRONMENT = _Limited(undefined=FalsyStrictUndefined)


class TemplateProblem(Problem):
    """A template that cannot be read, or cannot be filled for this customer."""


@dataclass
class Written:
    """One parsed text; `write` renders it for the values of the names it uses."""

    source: str
    template: BoundTemplate
    names: tuple[str, ...]
    #: Where the text only names values: what stands between them, and which they are.
    plain: Plain = None
    _kept: dict[tuple[Any, ...], str] = field(default_factory=dict)

    def write(self, values: Mapping[str, Any]) -> str:
        """The text for these values (by dotted name). Raises TemplateProblem where one is missing."""
        if self.plain is not None:
            between, named = self.plain
            if not named:
                return between[0]
            parts = [between[0]]
            for name, text in zip(named, between[1:], strict=True):
                value = values.get(name)
                if not isinstance(value, str):
                    break
                parts += (value, text)
            else:
                whole = "".join(parts)
                if "\r" not in whole:  # Liquid makes a line end of it
                    return whole
        key = tuple(values.get(name) for name in self.names)
        found = self._kept.get(key)
        if found is None:
            found = self._render(values)
            if len(self._kept) < _REMEMBERED_MAX:
                self._kept[key] = found
        return found

    def _render(self, values: Mapping[str, Any]) -> str:
        try:
            return str(self.template.render(**nested(values)))
        except LiquidError as error:
            raise TemplateProblem("{said}", said=str(error).splitlines()[0]) from None


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """`{"a.b": 1}` as `{"a": {"b": 1}}`; what is None is not there, which `if` may ask."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        head, _, tail = name.partition(".")
        if not tail:
            found[head] = value
        elif value is not None:
            if found.get(head) is None:
                found[head] = {}
            found[head][tail] = value
    return found


def read_text(source: str, place: str = "") -> Written:
    """Parse a text. Raises TemplateProblem where it is no Liquid, or uses a name that there is not.

    What was parsed is known again; what it was filled with goes with who asked.
    """
    return Written(source, *_parsed(source, place))


@lru_cache(maxsize=_TEXTS_KNOWN)
def _parsed(source: str, place: str) -> tuple[BoundTemplate, tuple[str, ...], Plain]:
    """Template, names and `plain` of a text, as `Written` has them."""
    try:
        template = _ENVIRONMENT.from_string(source)
    except LiquidError as error:
        said = str(error).splitlines()[0]
        raise TemplateProblem("{said}", said=said, place=Place(field=place)) from None
    used = tuple(sorted(set(template.global_variable_paths())))
    strange = [name for name in used if name not in NAMES and not name.startswith(NEWS)]
    if strange:
        allowed = [*sorted(NAMES), Told("{news}… of [deliver.news]", news=NEWS)]
        what = "uses {strange}; allowed: {allowed}"
        raise TemplateProblem(what, strange=strange, allowed=allowed, place=Place(field=place))
    known = NAMES.union(used)
    names = {other for name in used for other in known if other == name or other.startswith(f"{name}.")}
    return template, tuple(sorted(names)), _plain(template, known)


def _plain(template: BoundTemplate, known: Iterable[str]) -> Plain:
    """What stands between the values of a text without tags and filters; None where it has some.

    Such a text is rendered once, with marks in place of the values; each further time is a join.
    """
    found = template.analyze()
    if found.filters or found.tags or found.locals or "grant" in template.global_variable_paths():
        return None
    marked = template.render(**nested({name: f"\x00{name}\x00" for name in known if name != "grant"}))
    parts = str(marked).split("\x00")
    return tuple(parts[::2]), tuple(parts[1::2])


@dataclass(frozen=True)
class Message:
    """A template of one language: title, body, and what providers fill into texts they keep themselves."""

    title: Written
    body: Written
    parameters: Mapping[str, Written]

    @cached_property
    def names(self) -> frozenset[str]:
        """All names that it uses."""
        parts = (self.title, self.body, *self.parameters.values())
        return frozenset(name for part in parts for name in part.names)


def message(section: TemplateSection, language: str, place: str) -> Message:
    """The template in a language: `zh` for every kind of Chinese, else `en`."""
    is_zh = language == "zh"
    title, body = (section.zh_title, section.zh) if is_zh else (section.en_title, section.en)
    parameters = {
        name: read_text(text, f"{place}.parameters.{name}") for name, text in section.parameters.items()
    }
    return Message(
        read_text(title, f"{place}.{language}_title"), read_text(body, f"{place}.{language}"), parameters
    )


#: The text of a playbook's version as it is kept; None where there is none.
Version = Callable[[str, int], str | None]


@dataclass
class Shelf:
    """All templates, parsed when first asked for: a playbook's own texts, then those of the workspace."""

    workspace: Mapping[str, TemplateSection]
    version: Version
    _sections: dict[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)
    _messages: dict[tuple[str, int, str, str], Message] = field(default_factory=dict)

    def find(self, playbook: str, version: int, name: str, language: str) -> Message:
        """Raises TemplateProblem where there is no such template, or it cannot be read."""
        key = (playbook, version, name, language)
        found = self._messages.get(key)
        if found is None:
            section = self._section(playbook, version, name)
            found = self._messages[key] = message(section, language, f"templates.{name}")
        return found

    def _section(self, playbook: str, version: int, name: str) -> TemplateSection:
        if (playbook, version) not in self._sections:
            self._sections[(playbook, version)] = texts_in(self.version(playbook, version))
        own = self._sections[(playbook, version)].get(name)
        if own is not None:
            return TemplateSection.model_validate(own)
        if name not in self.workspace:
            known = {*self.workspace, *self._sections[(playbook, version)]}
            allowed = ", ".join(sorted(known)) or "–"
            what = "no template {name!r} in playbook {playbook!r} or the workspace; there are: {allowed}"
            if not playbook:
                what = "no template {name!r} in the workspace; there are: {allowed}"
            raise TemplateProblem(what, name=name, playbook=playbook, allowed=allowed)
        return self.workspace[name]


@lru_cache(maxsize=_TEXTS_KNOWN)
def texts_in(text: str | None) -> Mapping[str, Any]:
    """The texts of a playbook as its version keeps it, in JSON or TOML."""
    if not text:
        return {}
    whole = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    found = whole.get("texts", {})
    return found if isinstance(found, dict) else {}
