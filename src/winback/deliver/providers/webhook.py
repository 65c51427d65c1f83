"""A webhook of the business's own, signed as Standard Webhooks says."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from standardwebhooks import Webhook

from winback.deliver.nouns import Fate, Letter, Outcome, Parcel, Receipt, Reply, Request, What
from winback.deliver.providers.opening import Opening, fate_of
from winback.deliver.providers.posting import call


@dataclass(frozen=True)
class SignedWebhook:
    """POSTs each message as JSON; by `webhook-id`, the message's key, a second copy is known."""

    name: str
    url: str
    timeout: float
    signer: Webhook
    medium: str = "webhook"

    def send(self, parcel: Parcel) -> Iterator[Outcome]:
        """One call a letter."""
        for letter in parcel.letters:
            yield self._send(letter, parcel.at_us)

    def ask(self, _: Parcel) -> Iterable[Outcome]:
        """A receiver cannot be asked."""
        return ()

    def heard(self, request: Request) -> Iterable[Receipt | Reply]:
        """Receipts signed in the same way: {"message", "what", "at_us"}."""
        from standardwebhooks import WebhookVerificationError

        try:
            said = self.signer.verify(request.body, dict(request.headers))
        except WebhookVerificationError as wrong:
            raise ValueError(str(wrong)) from None
        return [Receipt(What(said["what"]), int(said.get("at_us", request.at_us)), int(said["message"]))]

    def _send(self, letter: Letter, at_us: int) -> Outcome:
        text = json.dumps(_payload(letter), ensure_ascii=False)
        moment = datetime.fromtimestamp(at_us // 1_000_000, UTC)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "webhook-id": str(letter.id),
            "webhook-timestamp": str(at_us // 1_000_000),
            "webhook-signature": self.signer.sign(str(letter.id), moment, text),
        }
        try:
            answer = call("POST", self.url, timeout=self.timeout, headers=headers, body=text.encode())
        except (OSError, http.client.HTTPException) as error:
            return Outcome(letter.id, fate_of(error), error=type(error).__name__)
        if 200 <= answer.status < 300:
            return Outcome(letter.id, Fate.SENT)
        fate = Fate.DOWN if answer.status in (429, 502, 503, 504) else Fate.LATER
        return Outcome(
            letter.id, Fate.REJECTED if answer.status in (400, 410, 413) else fate, error=str(answer.status)
        )


def _payload(letter: Letter) -> dict[str, object]:
    return {
        "type": "winback.message",
        "message": letter.id,
        "customer": letter.customer_id,
        "playbook": letter.playbook,
        "step": letter.step,
        "purpose": letter.purpose,
        "grant": letter.grant_id,
        "title": letter.title,
        "body": letter.body,
        "parameters": dict(letter.parameters),
    }


def opened(opening: Opening) -> SignedWebhook:
    """The webhook of the settings: option `url`, secret WINBACK_<NAME>_SECRET (`whsec_…`)."""
    signer = Webhook(opening.secret("SECRET"))
    return SignedWebhook(opening.section.name, opening.option("url"), opening.section.timeout_seconds, signer)
