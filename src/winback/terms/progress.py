"""How long work tells a person how far it is; doors give a visible form, everyone else the silent one."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Tells of one piece of work at a time."""

    def start(self, label: str, total: int | None = None) -> None:
        """Begin a piece of work of `total` units (unknown where None)."""

    def advance(self, units: int = 1) -> None:
        """So many more units are done."""

    def say(self, text: str) -> None:
        """Tell something once, in a line of its own."""


class Silent:
    """The progress nobody watches."""

    def start(self, label: str, total: int | None = None) -> None:
        """Say nothing."""

    def advance(self, units: int = 1) -> None:
        """Say nothing."""

    def say(self, text: str) -> None:
        """Say nothing."""
