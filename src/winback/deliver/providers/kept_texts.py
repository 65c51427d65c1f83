"""SMS through accounts that keep the texts themselves: a letter goes by the code of its text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from winback.deliver.nouns import Fate, Letter, Outcome, Parcel
from winback.deliver.providers.opening import Opening

#: Providers of mainland China tell times of China, without saying so.
CHINA = timedelta(hours=8)


@dataclass(frozen=True)
class KeptTexts(ABC):
    """An account, opened; its own software tries nothing twice."""

    opening: Opening
    client: Any
    medium: str = "sms"

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self.opening.section.name

    def send(self, parcel: Parcel) -> Iterator[Outcome]:
        """Send letters one by one; those whose text has no code there cannot be."""
        for letter in parcel.letters:
            code = self.opening.section.templates.get(letter.template)
            if code is None:
                yield Outcome(letter.id, Fate.REJECTED, error=f"no template code for {letter.template}")
            else:
                yield self.sent(letter, code)

    @abstractmethod
    def sent(self, letter: Letter, code: str) -> Outcome:
        """Send one letter."""


def moment_in_china(text: str) -> int:
    """A time of China as microseconds UTC."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC) - CHINA
    return int(moment.timestamp()) * 1_000_000
