"""What kinds, windows and product kinds are called in both languages."""

from __future__ import annotations

from typing import NamedTuple

from winback.terms.kinds import Fault, Kind


class Words(NamedTuple):
    """The same thing in Chinese and English."""

    zh: str
    en: str


KIND_WORDS: dict[str, Words] = {
    Kind.REGISTER: Words("注册", "registration"),
    Kind.VISIT: Words("访问", "visit"),
    Kind.PURCHASE: Words("购买", "purchase"),
    Kind.REDEMPTION: Words("赎回", "redemption"),
    Kind.BALANCE: Words("余额记录", "balance record"),
    Kind.FAULT: Words("故障", "fault"),
    Kind.TOUCH: Words("触达", "touch"),
    Kind.CLAIM: Words("核销", "claim"),
}

#: Several events of a kind, in English; a kind of the workspace's own goes by its label as it stands.
SEVERAL: dict[str, str] = {
    Kind.VISIT: "visits",
    Kind.PURCHASE: "purchases",
    Kind.REDEMPTION: "redemptions",
    Kind.FAULT: "faults",
    Kind.TOUCH: "touches",
    Kind.CLAIM: "claims",
}

FAULT_WORDS = {
    Fault.LAG: Words("卡顿", "lags"),
    Fault.CRASH: Words("闪退", "crashes"),
    Fault.ERROR: Words("页面报错", "errors"),
}

_PRODUCTS = {
    "liquid": Words("活期", "liquid products"),
    "fixed_term": Words("定期", "fixed-term products"),
    "bonus_interest": Words("加息", "bonus-interest products"),
}


def product_words(product: str) -> Words:
    """What a product kind is called; its own name where nobody gave it another."""
    return _PRODUCTS.get(product, Words(product, product))


def window_words(window: int | None) -> Words:
    """The days before `as_of` that a feature looks at."""
    if window is None:
        return Words("累计", "in all")
    if window == 1:
        return Words("前一天", "on the last day")
    return Words(f"近{window}天", f"in the last {window} days")
