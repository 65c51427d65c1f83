"""What predict says, in English and Chinese, and how figures are written."""

from __future__ import annotations

from winback.language import NO_BREAK, Language, Say
from winback.predict.nouns import Interval

#: What happened last, by kind of event: Chinese, English.
LAST = {
    "visit": ("登录", "visit"),
    "alive": ("活跃", "sign of life"),
    "purchase": ("购买", "purchase"),
    "redemption": ("赎回", "redemption"),
    "balance": ("余额变动", "change of balance"),
    "fault": ("故障", "fault"),
    "touch": ("触达", "touch"),
    "claim": ("核销", "claim"),
    "register": ("注册", "registration"),
}

CHINESE = {
    # reasons
    "last {what} {value} days ago": "最近一次{what}在 {value} 天前",
    "no {what} so far": "至今没有{what}",
    ", usually every {own}": "，平时每 {own} 天一次",
    ", people like them {usual}": "，同类客户为 {usual} 天前",
    "{meaning}: {value}": "{meaning}：{value}",
    "{meaning}: not known": "{meaning}：未知",
    " (people like them: {usual})": "（同类客户：{usual}）",
    "came by channel {word}": "来自渠道“{word}”",
    "channel not known": "渠道未知",
}


def speak(language: Language) -> Say:
    """The teller of a language. Raises KeyError for a message that has no Chinese."""
    return CHINESE.__getitem__ if language == "zh" else str


def decimal(value: float | None, digits: int = 3) -> str:
    """A number with so many decimals; a dash where it is not known."""
    return "–" if value is None else f"{value:,.{digits}f}"


def rounded(value: float) -> str:
    """A figure as people say it: whole from 10 on, else one decimal that is not 0."""
    return f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:,.1f}"


def percent_interval(interval: Interval) -> str:
    """The interval in percent; a dash where there is none."""
    if interval.low is None or interval.high is None:
        return "–"
    return f"{100 * interval.low:.1f} – {100 * interval.high:.1f}{NO_BREAK}%"


def decimal_interval(interval: Interval, digits: int = 3) -> str:
    """The interval with so many decimals; a dash where there is none."""
    if interval.low is None or interval.high is None:
        return "–"
    return f"{interval.low:.{digits}f} – {interval.high:.{digits}f}"
