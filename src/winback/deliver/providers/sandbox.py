"""The sandbox: sends nothing, and writes what it would send as NDJSON files below the data folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from winback.deliver.nouns import Fate, Letter, Outcome, Parcel, Receipt, Reply, Request
from winback.store.whole import written_whole

#: Letters of a contact that are shown in front and behind.
_SHOWN = 3


@dataclass(frozen=True)
class Sandbox:
    """Writes one file a batch below `folder`; asked again, it looks there."""

    name: str
    medium: str
    folder: Path

    def send(self, parcel: Parcel) -> Iterator[Outcome]:
        """Write the letters whole or not at all."""
        with written_whole(self._file(parcel)) as aside, aside.open("wb") as out:
            out.writelines(_line(letter, parcel.at_us) for letter in parcel.letters)
        yield from (Outcome(letter.id, Fate.SENT) for letter in parcel.letters)

    def ask(self, parcel: Parcel) -> Iterator[Outcome]:
        """What stands in the batch's file was sent; what does not was not."""
        written: set[int] = set()
        if self._file(parcel).exists():
            with self._file(parcel).open(encoding="utf-8") as lines:
                written = {msgspec.json.decode(line)["message"] for line in lines}
        for letter in parcel.letters:
            yield Outcome(letter.id, Fate.SENT if letter.id in written else Fate.LATER)

    def heard(self, _: Request) -> Iterable[Receipt | Reply]:
        """Nobody calls back from a sandbox."""
        raise ValueError("a sandbox gives no receipts")

    def _file(self, parcel: Parcel) -> Path:
        return self.folder / self.medium / f"{self.name}-{parcel.batch_id:012d}.ndjson"


def masked(contact: str) -> str:
    """A contact that cannot be used: its first and last letters."""
    if len(contact) <= 2 * _SHOWN:
        return "*" * len(contact)
    return f"{contact[:_SHOWN]}{'*' * (len(contact) - 2 * _SHOWN)}{contact[-_SHOWN:]}"


def _line(letter: Letter, at_us: int) -> bytes:
    written = {
        "message": letter.id,
        "customer": letter.customer_id,
        "at_us": at_us,
        "medium": letter.medium,
        "purpose": letter.purpose,
        "playbook": letter.playbook,
        "step": letter.step,
        "template": letter.template,
        "grant": letter.grant_id,
        "to": masked(letter.to),
        "title": letter.title,
        "body": letter.body,
    }
    return msgspec.json.encode(written) + b"\n"
