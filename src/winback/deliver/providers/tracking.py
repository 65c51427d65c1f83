"""What mail services call back with, checked and understood by django-anymail's own views."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation

from winback.deliver.nouns import Receipt, Request, What
from winback.deliver.providers.opening import Opening
from winback.settings.secrets import secret
from winback.terms.errors import SettingsProblem

#: Services that sign their calls, and what anymail calls the key; the others may send user and password.
_SIGNED = {
    "mailersend": "signing_secret",
    "mailgun": "webhook_signing_key",
    "mailtrap": "signing_secret",
    "mandrill": "webhook_key",
    "postal": "webhook_key",
    "resend": "signing_secret",
    "sendgrid": "tracking_webhook_verification_key",
    "unisender_go": "api_key",
}
#: Services that take nothing of ours with a mail.
_KEYLESS = frozenset({"mailersend", "postal"})
#: How anymail calls the views of services; `Combined` takes mails as well.
_VIEWS = ("TrackingWebhookView", "CombinedWebhookView")
_WHATS = {
    "sent": What.SENT,
    "delivered": What.DELIVERED,
    "opened": What.READ,
    "clicked": What.CLICKED,
    "bounced": What.FAILED,
    "rejected": What.FAILED,
    "failed": What.FAILED,
    "complained": What.OPTED_OUT,
    "unsubscribed": What.OPTED_OUT,
}
#: Why a service gave up for good on an address; a block or a time that ran out say nothing of it.
_GONE = frozenset({"bounced", "invalid"})
#: What services call a bounce that may go away: by these words in what they sent.
_SOFT = frozenset({"softbounce", "soft_bounce", "soft", "transient", "temporary"})
#: Under this name a mail carries the key of its message, and call-backs bring it back.
KEY = "message"


@dataclass(frozen=True)
class Tracking:
    """The view of one service; `view` makes it, as anymail wants one for each call."""

    service: str
    view: Callable[[], Any]

    @property
    def carries_keys(self) -> bool:
        """Whether it takes the key of a message with a mail, and brings it back; else its own name does."""
        return self.service not in _KEYLESS

    def heard(self, request: Request) -> list[Receipt]:
        """The receipts in a call. Raises ValueError where it is not from the service."""
        view, asked = self.view(), _as_django(request)
        try:
            view.run_validators(asked)
            events = view.parse_events(asked)
        except SuspiciousOperation:
            raise ValueError(f"the call is not {self.service}'s") from None
        except (LookupError, TypeError, AttributeError, ImproperlyConfigured):
            raise ValueError(f"{self.service}'s call is not understood") from None
        found = (_receipt(event, request.at_us) for event in events)
        return [each for each in found if each is not None]


def _receipt(event: Any, now: int) -> Receipt | None:
    what = _WHATS.get(event.event_type)
    key = str((event.metadata or {}).get(KEY, ""))
    if what is None or not (key.isdigit() or event.message_id):
        return None
    at_us = now if event.timestamp is None else min(int(event.timestamp.timestamp() * 1_000_000), now)
    is_bad = what is What.FAILED and event.reject_reason in _GONE and not _is_soft(event.esp_event)
    return Receipt(
        what,
        at_us,
        int(key) if key.isdigit() and int(key) < 1 << 63 else None,
        ref=event.message_id,
        detail=str(event.reject_reason or event.event_type),
        is_bad_contact=is_bad,
        recipients=(event.recipient,) if event.recipient else (),
        agent=event.user_agent,
    )


def _is_soft(said: Any) -> bool:
    """Whether the service itself calls the bounce one that may go away."""
    get = getattr(said, "get", None)
    if get is None:
        return False
    words = (get(name) for name in ("Type", "type", "event", "Event", "bounce_type", "severity"))
    return any(str(word).lower().replace(" ", "") in _SOFT for word in words if word)


def _as_django(request: Request) -> Any:
    """The call as Django would have taken it."""
    from django.core.handlers.wsgi import WSGIRequest

    url = urlsplit(request.url)
    said = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": url.path,
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname or "localhost",
        "SERVER_PORT": str(url.port or 443),
        "wsgi.url_scheme": url.scheme or "https",
        "wsgi.input": io.BytesIO(request.body),
        "CONTENT_LENGTH": str(len(request.body)),
    }
    for name, value in request.headers.items():
        plain = name.upper().replace("-", "_")
        if plain != "CONTENT_LENGTH":
            said[plain if plain == "CONTENT_TYPE" else f"HTTP_{plain}"] = value
    return WSGIRequest(said)


def opened(opening: Opening, backend: str, url: str) -> Tracking | None:
    """How the service behind an anymail backend calls back; None where it is none that anymail can check.

    WINBACK_<NAME>_WEBHOOK holds the key it signs with, or `user:password` where it does not sign; without one
    a call of a service that signs is not taken, and for the others the secret address alone has to do.
    """
    service = backend.removeprefix("anymail.backends.").partition(".")[0]
    if not backend.startswith("anymail.backends.") or service in ("amazon_ses", "test", "console"):
        return None
    module = opening.load(f"anymail.webhooks.{service}")
    views = (each for name, each in sorted(vars(module).items()) if name.endswith(_VIEWS))
    view = next(views, None)
    if view is None:
        return None
    given = {"webhook_url": url} if service == "mandrill" else {}
    name = opening.secret_name("WEBHOOK")

    def made() -> Any:
        key = secret(name)
        field = _SIGNED.get(service)
        if field is not None and key is None:
            what, todo = "calls of {service} cannot be checked", "set {name} or {name}_FILE"
            raise SettingsProblem(what, service=service, name=name, todo=todo)
        with warnings.catch_warnings():
            # The address that a service calls is a secret of ours: it is not open to anyone.
            warnings.simplefilter("ignore")
            return view(**given, **({field or "webhook_secret": key} if key else {}))

    return Tracking(service, made)
