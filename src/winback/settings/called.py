"""What the workspace calls itself, its kinds, channels, campaigns and rules where people read them."""

from __future__ import annotations

from winback.language import Language
from winback.settings.model import Settings


def workspace_called(settings: Settings, language: str) -> str:
    """What the workspace calls itself; its name where it says nothing else."""
    section = settings.workspace
    return (section.zh if language == "zh" else section.en) or section.name


def kind_called(settings: Settings, name: str, language: Language) -> str:
    """What an event of a kind of the workspace's own is called; the name of any other kind."""
    label = settings.kinds.get(name)
    return name if label is None else label.zh if language == "zh" else label.en


def channel_called(settings: Settings, name: str, language: Language) -> str:
    """The label of a channel; its name where it has none."""
    label = settings.channels.get(name)
    return name if label is None else label.zh if language == "zh" else label.en


def campaign_called(settings: Settings, name: str, language: Language) -> str:
    """The label of a campaign; its name where it has none, or is not among those of the settings."""
    found = next((each for each in settings.campaigns if each.name == name), None)
    if found is None:
        return name
    return (found.zh if language == "zh" else found.en) or name


def rule_called(settings: Settings, name: str, language: Language) -> str:
    """What a rule says of itself; its name where it is not among those of the workspace, or says nothing."""
    rule = next((each for each in settings.rules if each.name == name), None)
    if rule is None:
        return name
    return (rule.zh if language == "zh" else rule.en) or name
