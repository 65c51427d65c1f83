"""SMS through a gateway that takes HTTP, Kannel by default, with delivery receipts."""

from __future__ import annotations

import http.client
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from winback.deliver.nouns import Fate, Letter, Outcome, Parcel, Receipt, Reply, Request, What
from winback.deliver.providers.opening import Opening, fate_of
from winback.deliver.providers.posting import call
from winback.deliver.sms import length

#: Kannel's delivery states: 1 arrived, 2 did not; 4 queued and 8 handed on say nothing new; 16 refused.
_STATES = {"1": What.DELIVERED, "2": What.FAILED, "16": What.FAILED}
_RECEIPTS_WANTED = "19"


@dataclass(frozen=True)
class HttpSms:
    """One GET a letter; `from` is mandatory with Kannel."""

    name: str
    url: str
    sender: str
    login: Mapping[str, str]
    callback_url: str
    timeout: float
    medium: str = "sms"

    def send(self, parcel: Parcel) -> Iterator[Outcome]:
        """Send letters one by one."""
        for letter in parcel.letters:
            try:
                answer = call("GET", f"{self.url}?{self._query(letter)}", timeout=self.timeout)
            except (OSError, http.client.HTTPException) as error:
                yield Outcome(letter.id, fate_of(error), error=type(error).__name__)
                continue
            yield Outcome(
                letter.id, _fate(answer.status), error=None if answer.status < 300 else str(answer.status)
            )

    def ask(self, _: Parcel) -> Iterable[Outcome]:
        """A gateway keeps no list that could be asked."""
        return ()

    def heard(self, request: Request) -> Iterable[Receipt | Reply]:
        """`message` and `status` are a receipt, `from` and `text` a reply."""
        query = request.query
        if "message" in query and "status" in query:
            what = _STATES.get(query["status"])
            detail = f"status {query['status']}"
            return [Receipt(what, request.at_us, int(query["message"]), detail=detail)] if what else []
        if "from" in query and "text" in query:
            return [Reply(query["from"], query["text"])]
        raise ValueError("neither a receipt nor a reply")

    def _query(self, letter: Letter) -> str:
        asked = {**self.login, "from": self.sender, "to": letter.to, "text": letter.body, "charset": "UTF-8"}
        if length(letter.body).encoding == "UCS-2":
            asked["coding"] = "2"
        if self.callback_url:
            asked["dlr-mask"] = _RECEIPTS_WANTED
            asked["dlr-url"] = f"{self.callback_url}?message={letter.id}&status=%d"
        return urlencode(asked, quote_via=quote)


def _fate(status: int) -> Fate:
    if status < 300:
        return Fate.SENT
    if status == 503:
        return Fate.LATER
    return Fate.DOWN if status in (401, 403, 429, 502, 504) else Fate.REJECTED


def opened(opening: Opening) -> HttpSms:
    """The gateway of the settings: options `url`, `from`; secrets _KEY (user) and _SECRET (password)."""
    user = opening.option("user_field", "username"), opening.option("password_field", "password")
    login = dict(zip(user, (opening.secret("KEY"), opening.secret("SECRET")), strict=True))
    return HttpSms(
        opening.section.name,
        opening.option("url"),
        opening.option("from"),
        login,
        opening.callback_url,
        opening.section.timeout_seconds,
    )
