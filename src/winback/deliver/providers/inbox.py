"""The inbox of the business's own app: rows among the facts, with read state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from winback.deliver import book
from winback.deliver.nouns import Fate, Outcome, Parcel, Receipt, Reply, Request
from winback.store import facts
from winback.store.workspace import Workspace


@dataclass(frozen=True)
class Inbox:
    """Puts messages where the app finds them; a row that is there already stays as it is."""

    name: str
    ws: Workspace
    medium: str = "inbox"

    def send(self, parcel: Parcel) -> Iterator[Outcome]:
        """Keep the letters; once kept they have arrived."""
        rows = [(each.id, each.customer_id, each.title, each.body, parcel.at_us) for each in parcel.letters]
        with facts.connection(self.ws) as connection, facts.transaction(connection):
            book.do_many(connection, "keep_inbox", rows)
        yield from (Outcome(each.id, Fate.DELIVERED) for each in parcel.letters)

    def ask(self, parcel: Parcel) -> Iterator[Outcome]:
        """What has a row was sent."""
        ids = book.packed(each.id for each in parcel.letters)
        with facts.connection(self.ws) as connection:
            there = {row[0] for row in book.fetch(connection, "in_inbox", [ids])}
        for each in parcel.letters:
            yield Outcome(each.id, Fate.DELIVERED if each.id in there else Fate.LATER)

    def heard(self, _: Request) -> Iterable[Receipt | Reply]:
        """The app says what was read through its own API."""
        raise ValueError("an inbox gives no receipts by call-back")
