"""`{ state = ["dormant"], phase = ["novice", "growth"] }`: who the customer is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from winback.terms.told import Told
from winback.warn.conditions.part import Part
from winback.warn.truth import Truth, all_of
from winback.warn.view import WORDS, Ask, View, equals, valid

Words = Annotated[tuple[str, ...], Field(min_length=1)]


class Among(Part):
    """State, phase, trust, channel and campaign are each one of those given; all that are given count."""

    MARK: ClassVar[tuple[str, ...]] = WORDS

    state: Annotated[
        tuple[Literal["active", "dormant", "churned", "returned", "never"], ...] | None, Field(min_length=1)
    ] = None
    phase: Annotated[tuple[Literal["novice", "growth", "mature"], ...] | None, Field(min_length=1)] = None
    trust: Annotated[tuple[Literal["low", "middle", "high"], ...] | None, Field(min_length=1)] = None
    channel: Words | None = None
    campaign: Words | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self._given():
            raise ValueError(Told("give at least one of {words}", words=WORDS))
        return self

    def asks(self) -> Iterator[Ask]:
        """The words that it names."""
        yield from (Ask("word", name) for name in self._given())

    def holds(self, view: View) -> Truth:
        """Unknown where a word is unknown and no other one is wrong."""
        parts = []
        for name, words in self._given().items():
            column = view.words(name)
            parts.append(Truth(equals(column, words), valid(column)))
        return all_of(parts)

    def _given(self) -> dict[str, tuple[str, ...]]:
        each = {name: getattr(self, name) for name in WORDS}
        return {name: words for name, words in each.items() if words is not None}
