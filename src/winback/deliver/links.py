"""Links in messages: short signed tokens that name a message and say what a visit means."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from winback.settings.secrets import secret

KEY = "WINBACK_LINKS_KEY"
CLICK, UNSUBSCRIBE, CALLBACK = "c", "u", "r"
_SIGNATURE_BYTES = 10


@dataclass(frozen=True)
class Links:
    """Makes and reads links below `url`; without a url or a key there are none."""

    url: str
    key: bytes

    @property
    def are_made(self) -> bool:
        """Whether messages carry links of ours."""
        return bool(self.url and self.key)

    def link(self, action: str, message_id: int) -> str:
        """The address for a customer; empty where none are made."""
        return f"{self.url.rstrip('/')}/{action}/{self.token(action, message_id)}" if self.are_made else ""

    def token(self, action: str, message_id: int) -> str:
        """The message and a signature over it and the action; URL-safe."""
        head = message_id.to_bytes(8, "big")
        return base64.urlsafe_b64encode(head + self._sign(action, head)).decode().rstrip("=")

    def message_of(self, action: str, token: str) -> int | None:
        """The message that a token names; None where the signature is not ours."""
        try:
            plain = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (ValueError, binascii.Error):
            return None
        head, signature = plain[:8], plain[8:]
        if not self.key or not hmac.compare_digest(signature, self._sign(action, head)):
            return None
        return int.from_bytes(head, "big")

    def callback(self, provider: str) -> str:
        """Where a provider is to call back; empty where no links are made."""
        return f"{self.url.rstrip('/')}/{CALLBACK}/{self.mark(provider)}/{provider}" if self.are_made else ""

    def mark(self, provider: str) -> str:
        """What only we and the provider know of its address."""
        return base64.urlsafe_b64encode(self._sign(CALLBACK, provider.encode())).decode().rstrip("=")

    def is_ours(self, provider: str, mark: str) -> bool:
        """Whether a call-back came to the address that was given to this provider."""
        return bool(self.key) and hmac.compare_digest(mark, self.mark(provider))

    def _sign(self, action: str, head: bytes) -> bytes:
        return hmac.digest(self.key, action.encode() + head, hashlib.sha256)[:_SIGNATURE_BYTES]


def links(url: str) -> Links:
    """Links below `url` (`deliver.links_url`), signed with WINBACK_LINKS_KEY."""
    return Links(url, (secret(KEY) or "").encode())
