"""Mail through SMTP, or through whom django-anymail knows, with one-click unsubscribing by RFC 8058.

What becomes of mails comes back by call-backs of the service, or as reports in a mailbox.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from winback.deliver.nouns import Fate, Letter, Outcome, Parcel, Receipt, Reply, Request, Returned
from winback.deliver.providers import mailbox, tracking
from winback.deliver.providers.bounces import is_gone, receipts_in, status_in
from winback.deliver.providers.opening import Opening, fate_of
from winback.settings.secrets import secret

SMTP = "django.core.mail.backends.smtp.EmailBackend"
#: SMTP says 5xx for good; these mean that there is no such mailbox, unless a finer code says otherwise.
_NO_MAILBOX = frozenset({550, 551, 553})


@dataclass(frozen=True)
class Mail:
    """One connection a batch, one mail a letter."""

    opening: Opening
    backend: str
    options: dict[str, Any]
    tracking: tracking.Tracking | None = None
    box: mailbox.Box | None = None
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

    def heard(self, request: Request) -> Iterable[Receipt | Reply]:
        """What the service tells, where it is one that anymail can check."""
        if self.tracking is None:
            raise ValueError("mail by SMTP gives no receipts by call-back")
        return self.tracking.heard(request)

    def fetched(self, now: int) -> Iterator[Returned]:
        """The reports in the mailbox of the option `bounces`; nothing where there is none."""
        for raw, done in self.box.unread() if self.box else ():
            found = receipts_in(raw, self._domain, now)
            yield Returned(found, partial(done, bool(found)))

    @property
    def _domain(self) -> str:
        return self.opening.option("domain", "winback.invalid")

    def _send(self, connection: Any, letter: Letter) -> Outcome:
        mail = self._mail(connection, letter)
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return Outcome(letter.id, _refused(code, words), error=str(code))
        except smtplib.SMTPResponseException as error:
            return Outcome(
                letter.id, Fate.LATER if error.smtp_code < 500 else Fate.REJECTED, error=str(error.smtp_code)
            )
        except Exception as error:
            return Outcome(letter.id, _fate(error), error=type(error).__name__)
        return Outcome(letter.id, Fate.SENT, _ref(mail))

    def _mail(self, connection: Any, letter: Letter) -> Any:
        """The mail; where reports go to another address than answers, that is the sender on the envelope."""
        from django.core.mail import EmailMessage

        headers = {"Message-ID": f"<{letter.id}@{self._domain}>"}
        if letter.unsubscribe_url:
            headers["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        sender = self.opening.option("from")
        envelope = self.opening.option("return_path", "")
        if envelope and self.backend == SMTP:
            headers["From"], sender = sender, envelope
        mail: Any = EmailMessage(
            letter.title, letter.body, sender, [letter.to], headers=headers, connection=connection
        )
        if self.tracking is not None and self.tracking.carries_keys:
            mail.metadata = {tracking.KEY: str(letter.id)}
        return mail


def _ref(mail: Any) -> str | None:
    """The service's own name for a mail, by which its call-backs may go."""
    said = getattr(getattr(mail, "anymail_status", None), "message_id", None)
    return said if isinstance(said, str) else None


def _refused(code: int, words: bytes | str = b"") -> Fate:
    finer = status_in(words.decode("utf-8", "replace") if isinstance(words, bytes) else words)
    if is_gone(finer) or (not finer and code in _NO_MAILBOX):
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
    """The server of the settings: `backend`, `from`, `host`, `port`, `tls`, `return_path`, `bounces`.

    Secrets _KEY and _SECRET; _BOUNCES opens the mailbox, _WEBHOOK checks the calls of a service.
    """
    from winback.store.facts import prepare

    prepare()
    backend = opening.option("backend", SMTP)
    key, word = secret(opening.secret_name("KEY")), secret(opening.secret_name("SECRET"))
    if backend != SMTP:
        options: dict[str, Any] = {opening.option("key_field", "api_key"): opening.secret("KEY")}
        if url := opening.option("api_url", ""):
            options["api_url"] = url
        return Mail(
            opening, backend, options, tracking.opened(opening, backend, opening.callback_url), _box(opening)
        )
    options = {
        "host": opening.option("host"),
        "port": int(opening.option("port", "587")),
        "username": key or "",
        "password": word or "",
        "use_tls": opening.option("tls", "start") == "start",
        "use_ssl": opening.option("tls", "start") == "whole",
        "timeout": opening.section.timeout_seconds,
    }
    return Mail(opening, backend, options, box=_box(opening))


def _box(opening: Opening) -> mailbox.Box | None:
    """The mailbox of the option `bounces`; its password is WINBACK_<NAME>_BOUNCES."""
    address = opening.option("bounces", "")
    if not address:
        return None
    password = secret(opening.secret_name("BOUNCES"))
    return mailbox.opened(address, opening.data, password, opening.section.timeout_seconds)
