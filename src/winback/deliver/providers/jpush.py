"""Push messages through JPush with its own software."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from winback.deliver.nouns import Fate, Letter, Outcome, Parcel, Receipt, Reply, Request
from winback.deliver.providers.opening import Opening, fate_of

#: The audience is not there: the registration is gone.
_BAD_CONTACT = frozenset({1011})
_LATER = frozenset({1000, 1020, 1030})
_DOWN = frozenset({1004, 2002, 2003})


@dataclass(frozen=True)
class JPush:
    """One call a letter to one registration."""

    opening: Opening
    client: Any
    url: str
    medium: str = "push"

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self.opening.section.name

    def send(self, parcel: Parcel) -> Iterator[Outcome]:
        """Send letters one by one."""
        package = self.opening.load("jpush")
        for letter in parcel.letters:
            push = self._push(package, letter)
            try:
                answer = self.client._request(
                    "POST", _json(push.payload), self.url, "application/json", version=3
                )
            except Exception as error:
                yield _failed(letter.id, error)
                continue
            yield Outcome(letter.id, Fate.SENT, _ref(answer.text))

    def ask(self, _: Parcel) -> Iterable[Outcome]:
        """It knows messages by its own numbers only."""
        return ()

    def heard(self, _: Request) -> Iterable[Receipt | Reply]:
        """The app says itself what was opened."""
        raise ValueError("JPush gives no receipts by call-back")

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
