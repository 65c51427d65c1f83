"""Push messages through JPush with its own software."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winback.deliver.nouns import Fate, Letter, Outcome, Parcel, Receipt, Reply, Request
from winback.deliver.providers.opening import Opening, fate_of
from winback.store.whole import write_json

#: The audience is not there: the registration is gone.
_BAD_CONTACT = frozenset({1011})
_LATER = frozenset({1000, 1020, 1030})
_DOWN = frozenset({1004, 2002, 2003})
#: Marks that JPush gives out at once, at most.
_MARKS_AT_ONCE = 1000
_KEPT_SECONDS = 2 * 24 * 3600


@dataclass(frozen=True)
class JPush:
    """One call a letter to one registration, each under a mark (`cid`) of JPush's own.

    A push under the same mark within a day is not carried out again: JPush repeats its first answer. So the
    marks are on the disk before the first letter goes, and asking is sending under the same mark.
    """

    opening: Opening
    client: Any
    url: str
    medium: str = "push"
    asks_by_sending: bool = True

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self.opening.section.name

    def send(self, parcel: Parcel) -> Iterator[Outcome]:
        """Send letters one by one; without marks none goes."""
        try:
            marks = self._marks(len(parcel.letters))
        except Exception as error:
            yield from (Outcome(each.id, Fate.DOWN, error=type(error).__name__) for each in parcel.letters)
            return
        self._keep(parcel, marks)
        for letter, mark in zip(parcel.letters, marks, strict=True):
            yield self._sent(letter, mark)

    def ask(self, parcel: Parcel) -> Iterator[Outcome]:
        """Send once more under the mark of the first time; without one, as on another machine, nothing is."""
        file = self._file(parcel)
        known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        for letter in parcel.letters:
            mark = known.get(str(letter.id))
            found = None if mark is None else self._sent(letter, mark)
            if found is not None and found.fate not in (Fate.UNKNOWN, Fate.DOWN):
                yield found

    def heard(self, _: Request) -> Iterable[Receipt | Reply]:
        """The app says itself what was opened."""
        raise ValueError("JPush gives no receipts by call-back")

    def _marks(self, count: int) -> list[str]:
        """So many marks. Raises what the software raises, ValueError where there are fewer."""
        marks: list[str] = []
        for at in range(0, count, _MARKS_AT_ONCE):
            asked = {"count": min(_MARKS_AT_ONCE, count - at), "type": "push"}
            answer = self.client._request(
                "GET", None, f"{self.url}/cid", "application/json", version=3, params=asked
            )
            marks += [str(each) for each in answer.json()["cidlist"]]
        if len(marks) != count:
            raise ValueError("too few marks")
        return marks

    def _keep(self, parcel: Parcel, marks: Sequence[str]) -> None:
        """The marks of a batch, on the disk; those of past days, which JPush has forgotten, go."""
        known = {str(letter.id): mark for letter, mark in zip(parcel.letters, marks, strict=True)}
        write_json(self._file(parcel), known, indent=None)
        for file in self._file(parcel).parent.glob(f"{self.name}-*.json"):
            if file.stat().st_mtime < parcel.at_us / 1_000_000 - _KEPT_SECONDS:
                file.unlink(missing_ok=True)

    def _file(self, parcel: Parcel) -> Path:
        return self.opening.data / "jpush" / f"{self.name}-{parcel.batch_id:012d}.json"

    def _sent(self, letter: Letter, mark: str) -> Outcome:
        push = self._push(self.opening.load("jpush"), letter)
        push.cid = mark
        try:
            answer = self.client._request(
                "POST", _json(push.payload), self.url, "application/json", version=3
            )
        except Exception as error:
            return _failed(letter.id, error)
        return Outcome(letter.id, Fate.SENT, _ref(answer.text))

    def _push(self, package: Any, letter: Letter) -> Any:
        push = self.client.create_push()
        push.audience = package.audience(package.registration_id(letter.to))
        extras = {"message": str(letter.id)}
        push.notification = package.notification(
            alert=letter.body,
            android=package.android(alert=letter.body, title=letter.title or None, extras=extras),
            ios=package.ios(alert=letter.body, extras=extras),
        )
        push.platform = package.all_
        return push


def _json(payload: Any) -> str:
    return json.dumps(payload, ensure_ascii=True)


def _ref(text: str) -> str | None:
    """JPush's own number; None where a proxy in between ate the answer."""
    try:
        return str(json.loads(text)["msg_id"])
    except (ValueError, KeyError, TypeError):
        return None


def _failed(id: int, error: Exception) -> Outcome:
    if type(error).__name__ == "Unauthorized":
        return Outcome(id, Fate.DOWN, error="unauthorized")
    code = getattr(error, "error_code", None)
    if code is None:
        status = getattr(getattr(error, "response", None), "status_code", 0)
        return Outcome(id, Fate.DOWN if status in (429, 503) else fate_of(error), error=type(error).__name__)
    fates = ((_BAD_CONTACT, Fate.BAD_CONTACT), (_LATER, Fate.LATER), (_DOWN, Fate.DOWN))
    return Outcome(id, next((fate for codes, fate in fates if code in codes), Fate.REJECTED), error=str(code))


def opened(opening: Opening) -> JPush:
    """The app of the settings: secrets _KEY (app key) and _SECRET (master secret)."""
    package = opening.load("jpush")
    client = package.JPush(opening.secret("KEY"), opening.secret("SECRET"), opening.section.timeout_seconds)
    return JPush(opening, client, opening.option("url", "https://api.jpush.cn/v3/push"))
