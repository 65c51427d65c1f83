"""A warning policy: the rules and the settings of levels, with a fingerprint by which it is known."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from winback.settings.model import Settings
from winback.settings.warn import RuleSection, WarnSection

#: Settings of `[warn]` that are no part of a policy: telling operators, catching up, the live pass.
NOT_POLICY = frozenset(
    {
        "catch_up_days_max",
        "alert_minutes_min",
        "anomaly_hours_min",
        "jump_ratio",
        "visits_fall",
        "live_redeemed_share",
        "live_redeemed_min",
        "live_level",
    }
)
#: What a rule is called in words changes nothing it does.
_WORDS = ("zh", "en")
_LETTERS = 12


def body(settings: Settings) -> dict[str, Any]:
    """What the policy of these settings says, as JSON values."""
    warn = settings.warn.model_dump(mode="json", exclude=set(NOT_POLICY))
    return {"rules": [rule.model_dump(mode="json") for rule in settings.rules], "warn": warn}


def fingerprint(settings: Settings) -> str:
    """A short stable digest of what the policy does: the same rules and levels have the same."""
    plain = body(settings)
    for rule in plain["rules"]:
        for name in _WORDS:
            del rule[name]
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_LETTERS]


def to_text(settings: Settings) -> str:
    """The policy as it is kept in the facts."""
    return json.dumps(body(settings), sort_keys=True, ensure_ascii=False)


def under(settings: Settings, text: str) -> Settings:
    """These settings with the policy that `to_text` wrote in the place of their own.

    A key that this version does not know any more is left out; one that is new has its default.
    """
    kept = json.loads(text)
    own = settings.warn.model_dump(include=set(NOT_POLICY))
    known = {name: value for name, value in kept["warn"].items() if name in WarnSection.model_fields}
    rules = tuple(RuleSection.model_validate(rule) for rule in kept["rules"])
    return settings.model_copy(update={"rules": rules, "warn": WarnSection(**{**known, **own})})
