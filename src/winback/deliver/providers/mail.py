"""Mail through SMTP, or through whom django-anymail knows, with one-click unsubscribing by RFC 8058."""

from __future__ import annotations

import smtplib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from winback.deliver.nouns import Fate, Letter, Outcome, Parcel, Receipt, Reply, Request
from winback.deliver.providers.opening import Opening, fate_of
from winback.settings.secrets import secret

SMTP = "django.core.mail.backends.smtp.EmailBackend"
#: SMTP says 5xx for good; these of them mean that there is no such mailbox.
_NO_MAILBOX = frozenset({550, 551, 553})


@dataclass(frozen=True)
class Mail:
    """One connection a batch, one mail a letter."""

    opening: Opening
    backend: str
    options: dict[str, Any]
    medium: str = "email"

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self.opening.section.name

    def send(self, parcel: Parcel) -> Iterator[Outcome]:
        """Open the connection, send, close."""
        from django.core.mail import get_connection

        connection = get_connection(self.backend, **self.options)
        try:
            connection.open()
        except Exception as error:
            yield from (Outcome(each.id, Fate.DOWN, error=type(error).__name__) for each in parcel.letters)
            return
        try:
            for letter in parcel.letters:
                yield self._send(connection, letter)
        finally:
            connection.close()

    def ask(self, _: Parcel) -> Iterable[Outcome]:
        """Mail servers do not tell."""
        return ()

    def heard(self, _: Request) -> Iterable[Receipt | Reply]:
        """Bounces come by mail, and links tell the rest."""
        raise ValueError("mail gives no receipts by call-back")

    def _send(self, connection: Any, letter: Letter) -> Outcome:
        from django.core.mail import EmailMessage

        headers = {"Message-ID": f"<{letter.id}@{self.opening.option('domain', 'winback.invalid')}>"}
        if letter.unsubscribe_url:
            headers["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        sender = self.opening.option("from")
        mail = EmailMessage(
            letter.title, letter.body, sender, [letter.to], headers=headers, connection=connection
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            return Outcome(letter.id, _refused(code), error=str(code))
        except smtplib.SMTPResponseException as error:
            return Outcome(
                letter.id, Fate.LATER if error.smtp_code < 500 else Fate.REJECTED, error=str(error.smtp_code)
            )
        except Exception as error:
            return Outcome(letter.id, _fate(error), error=type(error).__name__)
        return Outcome(letter.id, Fate.SENT)


def _refused(code: int) -> Fate:
    if code in _NO_MAILBOX:
        return Fate.BAD_CONTACT
    return Fate.LATER if code < 500 else Fate.REJECTED


def _fate(error: Exception) -> Fate:
    """What an exception of anymail or the mail library means."""
    name = type(error).__name__
    status = getattr(error, "status_code", None)
    if name in ("AnymailRecipientsRefused", "AnymailInvalidAddress"):
        return Fate.BAD_CONTACT
    if isinstance(error, ValueError):
        return Fate.REJECTED
    if status is not None:
        return (
            Fate.DOWN if status in (401, 403, 429, 503) else Fate.REJECTED if status < 500 else Fate.UNKNOWN
        )
    return fate_of(error)


def opened(opening: Opening) -> Mail:
    """The server of the settings: `backend`, `from`, `host`, `port`, `tls`; secrets _KEY and _SECRET."""
    from winback.store.facts import prepare

    prepare()
    backend = opening.option("backend", SMTP)
    key, word = secret(opening.secret_name("KEY")), secret(opening.secret_name("SECRET"))
    if backend != SMTP:
        options: dict[str, Any] = {opening.option("key_field", "api_key"): opening.secret("KEY")}
        if url := opening.option("api_url", ""):
            options["api_url"] = url
        return Mail(opening, backend, options)
    options = {
        "host": opening.option("host"),
        "port": int(opening.option("port", "587")),
        "username": key or "",
        "password": word or "",
        "use_tls": opening.option("tls", "start") == "start",
        "use_ssl": opening.option("tls", "start") == "whole",
        "timeout": opening.section.timeout_seconds,
    }
    return Mail(opening, backend, options)
