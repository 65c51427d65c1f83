"""The few pages that customers see: plain HTML, no script, no address of anybody else."""

from __future__ import annotations

from html import escape

_SAID = {
    "zh": {
        "ask": "不再接收此类消息？",
        "button": "退订",
        "done": "已退订。您不会再收到此类消息。",
        "thanks": "谢谢。",
        "nothing": "此链接无效或已失效。",
    },
    "en": {
        "ask": "Receive no more messages of this kind?",
        "button": "Unsubscribe",
        "done": "You are unsubscribed. You will get no more messages of this kind.",
        "thanks": "Thank you.",
        "nothing": "This link is not valid, or not valid any more.",
    },
}
_HEAD = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="robots" content="noindex">'
)


def ask(language: str) -> bytes:
    """A button that unsubscribes; looking at the page does not."""
    said = _SAID[language]
    return _page(
        language, said["ask"], f'<form method="post"><button>{escape(said["button"])}</button></form>'
    )


def done(language: str) -> bytes:
    """It is done."""
    return _page(language, _SAID[language]["done"])


def thanks(language: str) -> bytes:
    """Where a link leads when the settings name no page."""
    return _page(language, _SAID[language]["thanks"])


def nothing_here(language: str) -> bytes:
    """The link is not ours."""
    return _page(language, _SAID[language]["nothing"])


def _page(language: str, text: str, more: str = "") -> bytes:
    head = f"<title>{escape(text)}</title>{_HEAD}"
    body = f"<p>{escape(text)}</p>{more}"
    page = f'<!doctype html><html lang="{language}"><head>{head}</head><body>{body}</body></html>'
    return page.encode()
