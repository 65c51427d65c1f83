"""Money as whole minor units (fen, cents) with its currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from winback.terms.told import Told


@dataclass(frozen=True, order=True)
class Money:
    """An amount of minor units of one currency; `digits` of them make the decimals (2: 100 fen = 1 yuan)."""

    minor: int
    currency: str
    digits: int = 2

    def __str__(self) -> str:
        scaled = Decimal(self.minor).scaleb(-self.digits)
        return f"{scaled:,.{self.digits}f} {self.currency}"


def to_minor(text: str, digits: int) -> int:
    """Turn decimal text into minor units exactly.

    Raises ValueError where the text is no number or has more decimals than the currency.
    """
    try:
        scaled = Decimal(text.strip().replace(",", "")).scaleb(digits)
    except InvalidOperation:
        raise ValueError(Told("{text!r} is not a decimal number", text=text)) from None
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(Told("{text!r} has more than {digits} decimals", text=text, digits=digits))
    return int(scaled)
