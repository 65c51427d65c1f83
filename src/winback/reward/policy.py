"""Policies of amounts: read from TOML, put in force with who and why, kept with their versions."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from winback.reward import book
from winback.reward.asked import PolicyRule
from winback.settings.said import said
from winback.terms.errors import Place, SettingsProblem


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Limits(_Part):
    """A feature within limits; money features in minor units."""

    feature: str
    at_least: float | None = None
    below: float | None = None


class Rule(_Part):
    """Where every feature is within its limits, this much; the first rule that holds counts."""

    when: tuple[Limits, ...] = ()
    amount_minor: int = Field(ge=0, le=10**15)


class Policy(_Part):
    """A list of rules; who meets none gets nothing."""

    rules: tuple[Rule, ...] = Field(min_length=1)


def read(file: Path, features: Sequence[str]) -> Policy:
    """The policy of a TOML file. Raises SettingsProblem where it says what cannot be."""
    try:
        policy = Policy.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsProblem("is not TOML: {why}", why=error, place=Place(str(file))) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
        raise SettingsProblem(said(first), place=Place(str(file), field=at)) from None
    for number, rule in enumerate(policy.rules, start=1):
        for limits in rule.when:
            if limits.feature not in features:
                place = Place(str(file), field=f"rules.{number}.when")
                what = 'found "{feature}", which is no feature'
                raise SettingsProblem(what, feature=limits.feature, place=place)
    return policy


def to_json(policy: Policy) -> str:
    """The policy as it is kept."""
    return policy.model_dump_json()


def in_force(connection: Any) -> dict[str, tuple[PolicyRule, ...]]:
    """The rules of every policy in force, by name."""
    found = {}
    for name, _, text in book.fetch(connection, "policy_now"):
        rules = Policy.model_validate(json.loads(text)).rules
        found[name] = tuple(
            PolicyRule({each.feature: (each.at_least, each.below) for each in rule.when}, rule.amount_minor)
            for rule in rules
        )
    return found
