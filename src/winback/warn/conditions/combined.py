"""`{ all = […] }`, `{ any = […] }`, `{ not = {…} }`: conditions joined, in three-valued logic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from winback.terms.told import Told
from winback.warn.conditions.part import Condition, Reading
from winback.warn.truth import Truth, all_of, any_of, negated
from winback.warn.view import Ask, View


@dataclass(frozen=True)
class _Joined:
    MARK: ClassVar[tuple[str, ...]] = ()

    parts: tuple[Condition, ...]

    @classmethod
    def read(cls, raw: Mapping[str, Any], at: str, reading: Reading) -> Self | None:
        """Reads every condition within, and complains of all that cannot be."""
        key = cls.MARK[0]
        others = [other for other in raw if other != key]
        if others:
            reading.complain(f"{at}.{others[0]}", Told("beside {key} nothing may stand", key=key))
            return None
        within = [raw[key]] if key == "not" else raw[key]
        if not isinstance(within, list | tuple) or not within:
            reading.complain(f"{at}.{key}", Told("allowed: a list of at least one condition"))
            return None
        tail = "" if key == "not" else "[{}]"
        found = [
            reading.parse(each, f"{at}.{key}{tail.format(n)}", reading)
            for n, each in enumerate(within, start=1)
        ]
        good = tuple(each for each in found if each is not None)
        return cls(good) if len(good) == len(found) else None

    def asks(self) -> Iterator[Ask]:
        """What the conditions within look at."""
        for part in self.parts:
            yield from part.asks()

    def limits(self, view: View) -> Iterator[tuple[str, float | None]]:
        """Those of the conditions within."""
        for part in self.parts:
            yield from part.limits(view)


class AllOf(_Joined):
    """Every condition holds; unknown where none fails but one is unknown."""

    MARK: ClassVar[tuple[str, ...]] = ("all",)

    def holds(self, view: View) -> Truth:
        """Kleene's and."""
        return all_of([part.holds(view) for part in self.parts])


class AnyOf(_Joined):
    """At least one condition holds; unknown where none holds but one is unknown."""

    MARK: ClassVar[tuple[str, ...]] = ("any",)

    def holds(self, view: View) -> Truth:
        """Kleene's or."""
        return any_of([part.holds(view) for part in self.parts])


class NotOf(_Joined):
    """The condition does not hold; unknown stays unknown."""

    MARK: ClassVar[tuple[str, ...]] = ("not",)

    def holds(self, view: View) -> Truth:
        """Kleene's not."""
        return negated(self.parts[0].holds(view))
