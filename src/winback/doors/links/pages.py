"""The few pages that customers see: plain HTML, no script, nothing from anybody else's address."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape

_SAID = {
    "zh": {
        "ask": "不再接收{purpose}{medium}？",
        "button": "退订",
        "no": "误点了？关闭此页即可，不会有任何变化。",
        "done": "已退订。您不会再收到{purpose}{medium}。",
        "thanks": "谢谢。",
        "nothing": "此链接无效或已失效。",
        "marketing": "营销",
        "service": "服务",
        "inbox": "站内信",
        "sms": "短信",
        "push": "推送",
        "email": "邮件",
        "webhook": "消息",
    },
    "en": {
        "ask": "Receive no more {purpose} {medium}?",
        "button": "Unsubscribe",
        "no": "Here by mistake? Close this page; nothing changes.",
        "done": "You are unsubscribed. You will get no more {purpose} {medium}.",
        "thanks": "Thank you.",
        "nothing": "This link is not valid, or not valid any more.",
        "marketing": "marketing",
        "service": "service",
        "inbox": "messages in the app",
        "sms": "text messages",
        "push": "push messages",
        "email": "mail",
        "webhook": "messages",
    },
}
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;"
    "font:1.05rem/1.6 system-ui,'PingFang SC','Noto Sans CJK SC',sans-serif;"
    "background:Canvas;color:CanvasText}"
    "main{max-width:26rem;padding:2rem 1.5rem;text-align:center}"
    "h1{font-size:1rem;font-weight:600;opacity:.7;margin:0 0 1.5rem;overflow-wrap:anywhere}"
    "p{font-size:1.25rem;margin:0 0 1.5rem}"
    "small{display:block;opacity:.7;margin-top:1.5rem}"
    "button{font:inherit;padding:.7rem 2.2rem;border:0;border-radius:.5rem;background:#b3261e;color:#fff;"
    "cursor:pointer}"
    "button:focus-visible{outline:3px solid #1a73e8;outline-offset:3px}"
)
_STYLE_MARK = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
#: What a browser may do with these pages: show them in our style, and send their one form back to us.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_MARK}'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'"
)


@dataclass(frozen=True)
class Reader:
    """Who reads a page: in `zh` or `en`, of which business."""

    language: str
    business: str = ""


def ask(reader: Reader, medium: str, purpose: str) -> bytes:
    """A button that unsubscribes; looking at the page does not."""
    said = _SAID[reader.language]
    form = f'<form method="post"><button>{escape(said["button"])}</button></form>'
    return _page(reader, _of(said, "ask", medium, purpose), f"{form}<small>{escape(said['no'])}</small>")


def done(reader: Reader, medium: str, purpose: str) -> bytes:
    """It is done."""
    return _page(reader, _of(_SAID[reader.language], "done", medium, purpose))


def thanks(reader: Reader) -> bytes:
    """Where a link leads when the settings name no page."""
    return _page(reader, _SAID[reader.language]["thanks"])


def nothing_here(reader: Reader) -> bytes:
    """The link is not ours."""
    return _page(reader, _SAID[reader.language]["nothing"])


def _of(said: dict[str, str], which: str, medium: str, purpose: str) -> str:
    return said[which].format(medium=said[medium], purpose=said[purpose])


def _page(reader: Reader, text: str, more: str = "") -> bytes:
    head = (
        f'<meta charset="utf-8"><title>{escape(text)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><style>{_STYLE}</style>'
    )
    business = f"<h1>{escape(reader.business)}</h1>" if reader.business else ""
    body = f"<main>{business}<p>{escape(text)}</p>{more}</main>"
    page = f'<!doctype html><html lang="{reader.language}"><head>{head}</head><body>{body}</body></html>'
    return page.encode()
