"""Names in the data as the workspace calls them where people read them; machines keep the names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from winback.diagnose.report_nouns import Report
from winback.ingest.read import FREE
from winback.language import Language
from winback.settings.called import workspace_called
from winback.settings.diagnose import LabelSection
from winback.settings.model import Settings

Found = TypeVar("Found")
#: Before the name of the workspace among the labels, so that a channel may have the same name.
OF_WORKSPACE = "workspace "


def channel_labels(settings: Settings, language: Language) -> dict[str, str]:
    """What each channel with a label is called."""
    return _in(settings.channels, language)


def attribute_labels(settings: Settings, language: Language) -> dict[str, str]:
    """What each free attribute with a label is called, by its feature's name."""
    return {FREE + name: label for name, label in _in(settings.attributes, language).items()}


def workspace_label(settings: Settings, language: Language) -> dict[str, str]:
    """What the workspace is called, where that is not its name."""
    name, called = settings.workspace.name, workspace_called(settings, language)
    return {} if called == name else {OF_WORKSPACE + name: called}


def kind_labels(settings: Settings, language: Language) -> dict[str, str]:
    """What an event of each kind of the workspace's own is called."""
    return {name: kind.zh if language == "zh" else kind.en for name, kind in settings.kinds.items()}


def _in(sections: Mapping[str, LabelSection], language: Language) -> dict[str, str]:
    return {name: label.zh if language == "zh" else label.en for name, label in sections.items()}


def labelled(found: Found, labels: Mapping[str, str]) -> Found:
    """A diagnosis or report with workspace and channels by their labels; equal where there are none."""
    return _labelled(found, labels) if labels else found


def _labelled(value: Any, labels: Mapping[str, str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_labelled(part, labels) for part in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {}
    for field in fields(value):
        old = getattr(value, field.name)
        if field.name == "channel":
            changed[field.name] = labels.get(old, old)
        elif field.name == "workspace":
            changed[field.name] = labels.get(OF_WORKSPACE + old, old)
        elif field.name == "channels_untold":
            changed[field.name] = tuple(labels.get(name, name) for name in old)
        elif isinstance(value, Report) and field.name == "channels":
            changed[field.name] = tuple(replace(c, group=labels.get(c.group, c.group)) for c in old)
        elif isinstance(old, tuple) or is_dataclass(old):
            changed[field.name] = _labelled(old, labels)
    return replace(value, **changed)
