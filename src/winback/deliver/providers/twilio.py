"""SMS through Twilio with its own software."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from winback.deliver.nouns import Fate, Letter, Outcome, Parcel, Receipt, Reply, Request, What
from winback.deliver.providers.opening import Opening, fate_of

_BAD_CONTACT = frozenset({21211, 21214, 21217, 21614, 30005, 30006})
_LATER = frozenset({20429, 30001, 30022})
_DOWN = frozenset({20003, 20005, 21408})
_STATES = {"delivered": What.DELIVERED, "read": What.READ, "undelivered": What.FAILED, "failed": What.FAILED}
_FATES = {"delivered": Fate.DELIVERED, "undelivered": Fate.REJECTED, "failed": Fate.REJECTED}
_LISTED_MAX = 50


@dataclass(frozen=True)
class Twilio:
    """One call a letter; asked again, it is known by number, day and text."""

    opening: Opening
    client: Any
    validator: Any
    medium: str = "sms"

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self.opening.section.name

    def send(self, parcel: Parcel) -> Iterator[Outcome]:
        """Send letters one by one."""
        for letter in parcel.letters:
            try:
                made = self.client.messages.create(**self._said(letter))
            except Exception as error:
                yield _failed(letter.id, error)
                continue
            yield Outcome(letter.id, Fate.SENT, made.sid)

    def ask(self, parcel: Parcel) -> Iterator[Outcome]:
        """Look for each letter among the messages to its number since then."""
        since = datetime.fromtimestamp(parcel.at_us // 1_000_000, UTC).replace(hour=0, minute=0, second=0)
        for letter in parcel.letters:
            listed = self.client.messages.list(to=letter.to, date_sent_after=since, limit=_LISTED_MAX)
            if found := [each for each in listed if each.body == letter.body]:
                yield Outcome(letter.id, _FATES.get(found[0].status, Fate.SENT), found[0].sid)
            elif len(listed) < _LISTED_MAX:
                yield Outcome(letter.id, Fate.LATER, error="not in the provider's list")

    def heard(self, request: Request) -> Iterable[Receipt | Reply]:
        """A form signed by Twilio."""
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        signature = {name.lower(): value for name, value in request.headers.items()}.get(
            "x-twilio-signature", ""
        )
        if not self.validator.validate(request.url, form, signature):
            raise ValueError("the signature is not Twilio's")
        if "MessageStatus" in form:
            what, code = _STATES.get(form["MessageStatus"]), form.get("ErrorCode", "")
            is_bad = code.isdigit() and int(code) in _BAD_CONTACT
            ref = form["MessageSid"]
            return [Receipt(what, request.at_us, ref=ref, detail=code, is_bad_contact=is_bad)] if what else []
        return [Reply(form["From"], form.get("Body", ""))]

    def _said(self, letter: Letter) -> dict[str, str]:
        said = {"to": letter.to, "from_": self.opening.option("from"), "body": letter.body}
        if self.opening.callback_url:
            said["status_callback"] = self.opening.callback_url
        return said


def _failed(id: int, error: Exception) -> Outcome:
    code, status = getattr(error, "code", None), getattr(error, "status", None)
    if status is None:
        return Outcome(id, fate_of(error), error=type(error).__name__)
    fates = ((_BAD_CONTACT, Fate.BAD_CONTACT), (_LATER, Fate.LATER), (_DOWN, Fate.DOWN))
    for codes, fate in fates:
        if code in codes:
            return Outcome(id, fate, error=str(code))
    if status in (429, 503):
        return Outcome(id, Fate.DOWN, error=str(status))
    return Outcome(id, Fate.UNKNOWN if status >= 500 else Fate.REJECTED, error=str(code or status))


def opened(opening: Opening) -> Twilio:
    """The account of the settings: option `from`; secrets _KEY (account SID) and _SECRET (token)."""
    rest = opening.load("twilio.rest")
    http = opening.load("twilio.http.http_client").TwilioHttpClient(timeout=opening.section.timeout_seconds)
    client = rest.Client(opening.secret("KEY"), opening.secret("SECRET"), http_client=http)
    if url := opening.option("url", ""):
        client.api.base_url = url
    validator = opening.load("twilio.request_validator").RequestValidator(opening.secret("SECRET"))
    return Twilio(opening, client, validator)
