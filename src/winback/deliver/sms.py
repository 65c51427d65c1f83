"""Short messages: how long they are and how many parts they take, signature and the way out."""

from __future__ import annotations

from dataclasses import dataclass

#: The letters of GSM 03.38: one septet each; those of its extension take two.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
GSM7_ONE, GSM7_PART, UCS2_ONE, UCS2_PART = 160, 153, 70, 67
ENGLISH_WAY_OUT = "Reply STOP to opt out"
#: Whole messages that opt out; anything longer is a message to a person.
STOP_WORDS = frozenset(
    {"R", "TD", "T", "N", "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "退订"}
)


@dataclass(frozen=True)
class Length:
    """The size of a short message: `units` are septets of GSM-7 or 16-bit letters of UCS-2."""

    encoding: str
    units: int
    parts: int


def length(text: str) -> Length:
    """The size of a text. An escape pair or a surrogate pair is never cut in two between parts."""
    if all(letter in _BASIC or letter in _EXTENDED for letter in text):
        widths = [2 if letter in _EXTENDED else 1 for letter in text]
        return Length("GSM-7", sum(widths), _parts(widths, GSM7_ONE, GSM7_PART))
    widths = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
    return Length("UCS-2", sum(widths), _parts(widths, UCS2_ONE, UCS2_PART))


def _parts(widths: list[int], one: int, part: int) -> int:
    if sum(widths) <= one:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return parts


def dressed(body: str, language: str, *, signature: str, way_out: str, purpose: str) -> str:
    """The text as it goes out: 【signature】 in front, in marketing the way out behind."""
    if language == "zh":
        head, tail = f"【{signature}】", way_out
    else:
        head, tail = f"{signature}: ", f" {ENGLISH_WAY_OUT}" if way_out else ""
    text = body if body.startswith(head) or not signature else head + body
    if purpose != "marketing" or not tail.strip() or text.endswith(tail):
        return text
    return text + tail


def opts_out(text: str) -> bool:
    """Whether a reply, as a whole, is a word that opts out."""
    return text.strip().strip(".。!！").upper() in STOP_WORDS
