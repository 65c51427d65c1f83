"""Push messages through Firebase Cloud Messaging with its own software."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from winback.deliver.nouns import Fate, Letter, Outcome, Parcel, Receipt, Reply, Request
from winback.deliver.providers.opening import Opening, fate_of

_AT_ONCE = 100
_BAD_CONTACT = frozenset({"UnregisteredError", "SenderIdMismatchError"})
_DOWN = frozenset({"QuotaExceededError", "UnavailableError", "UnauthenticatedError", "ThirdPartyAuthError"})
_LATER = frozenset({"ResourceExhaustedError"})
_REJECTED = frozenset({"InvalidArgumentError", "PermissionDeniedError", "NotFoundError"})


@dataclass(frozen=True)
class Fcm:
    """Hundred letters at once, each its own call; the software's own repeats are switched off."""

    opening: Opening
    app: Any
    medium: str = "push"

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self.opening.section.name

    def send(self, parcel: Parcel) -> Iterator[Outcome]:
        """Send letters in parts."""
        messaging = self.opening.load("firebase_admin.messaging")
        for at in range(0, len(parcel.letters), _AT_ONCE):
            some = parcel.letters[at : at + _AT_ONCE]
            answers = messaging.send_each(
                [_message(messaging, letter) for letter in some], app=self.app
            ).responses
            for letter, answer in zip(some, answers, strict=True):
                if answer.success:
                    yield Outcome(letter.id, Fate.SENT, answer.message_id)
                else:
                    yield _failed(letter.id, answer.exception)

    def ask(self, _: Parcel) -> Iterable[Outcome]:
        """It keeps no list that could be asked."""
        return ()

    def heard(self, _: Request) -> Iterable[Receipt | Reply]:
        """The app says itself what was opened."""
        raise ValueError("FCM gives no receipts by call-back")


def _message(messaging: Any, letter: Letter) -> Any:
    notification = messaging.Notification(title=letter.title or None, body=letter.body)
    with warnings.catch_warnings():
        # Firebase wants installation ids; what apps register, and businesses keep, are tokens.
        warnings.simplefilter("ignore", DeprecationWarning)
        return messaging.Message(token=letter.to, notification=notification, data={"message": str(letter.id)})


def _failed(id: int, error: Any) -> Outcome:
    name = type(error).__name__
    fates = (
        (_BAD_CONTACT, Fate.BAD_CONTACT),
        (_LATER, Fate.LATER),
        (_DOWN, Fate.DOWN),
        (_REJECTED, Fate.REJECTED),
    )
    for names, fate in fates:
        if name in names:
            is_lost = name == "UnavailableError" and getattr(error, "http_response", None) is None
            return Outcome(id, fate_of(error) if is_lost else fate, error=name)
    return Outcome(id, fate_of(error), error=name)


def opened(opening: Opening, credential: Any = None) -> Fcm:
    """The project of the settings: option `project`; secret _KEY is the service account's JSON."""
    firebase = opening.load("firebase_admin")
    if credential is None:
        credential = opening.load("firebase_admin.credentials").Certificate(json.loads(opening.secret("KEY")))
    options = {"projectId": opening.option("project"), "httpTimeout": opening.section.timeout_seconds}
    known = firebase._apps.get(opening.section.name)
    if known is not None:
        firebase.delete_app(known)
    app = firebase.initialize_app(credential, options, name=opening.section.name)
    service = opening.load("firebase_admin.messaging")._get_messaging_service(app)
    adapters = opening.load("requests.adapters")
    for head in ("https://", "https://fcm.googleapis.com", "http://"):
        service._client.session.mount(head, adapters.HTTPAdapter(max_retries=0))
    if url := opening.option("url", ""):
        service._fcm_url = url
    return Fcm(opening, app)
