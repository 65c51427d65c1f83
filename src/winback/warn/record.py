"""A replay as it is kept on record, and read again."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from winback.warn.nouns import Hits, Replayed, ReplayedDay, Spoke

_DATES = ("first", "last", "known_to")


def to_text(found: Replayed) -> str:
    """The figures as JSON; equal replays are equal texts."""
    return json.dumps(asdict(found), default=date.isoformat, ensure_ascii=False, sort_keys=True)


def from_text(text: str) -> Replayed:
    """The replay that `to_text` wrote."""
    plain: dict[str, Any] = json.loads(text)
    for name in _DATES:
        plain[name] = date.fromisoformat(plain[name])
    plain["hits"] = Hits(**plain["hits"])
    plain["by_level"] = {level: Hits(**hits) for level, hits in plain["by_level"].items()}
    plain["lead_days"] = tuple(plain["lead_days"])
    days = [each | {"as_of": date.fromisoformat(each["as_of"])} for each in plain["days"]]
    plain["days"] = tuple(ReplayedDay(**each) for each in days)
    plain["spoke"] = tuple(Spoke(**each) for each in plain.get("spoke", ()))
    return Replayed(**plain)
