"""What all kinds of conditions share: how one is read from its table, and how a number meets its limits."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from winback.settings.said import said
from winback.terms.errors import Place, SettingsProblem
from winback.terms.told import Told
from winback.warn.truth import Column, Flags, Truth
from winback.warn.view import Ask, View

FILE = "winback.toml"


class Condition(Protocol):
    """Something that holds, does not hold, or cannot be told, for every customer as of a date."""

    def asks(self) -> Iterator[Ask]:
        """What it looks at."""

    def holds(self, view: View) -> Truth:
        """For every customer of the view."""

    def limits(self, view: View) -> Iterator[tuple[str, float | None]]:
        """The limits it takes from the data, with what they are called; None where they cannot be told."""


@dataclass
class Reading:
    """What is known while conditions are read: what may be named, and every problem found so far."""

    features: tuple[str, ...]
    kinds: tuple[str, ...]
    parse: Callable[[Any, str, Reading], Condition | None]
    problems: list[SettingsProblem] = field(default_factory=list)

    def complain(self, at: str, what: Told, todo: Told | None = None) -> None:
        """Keep a problem of the key at this place."""
        self.problems.append(SettingsProblem(what, place=Place(FILE, field=at), todo=todo))


class Kind(Protocol):
    """A kind of condition: known by the key `MARK`, which no kind read before it has."""

    MARK: ClassVar[tuple[str, ...]]

    @classmethod
    def read(cls, raw: Mapping[str, Any], at: str, reading: Reading) -> Condition | None:
        """The condition of this table; None, and complaints, where it says what cannot be."""


class Part(BaseModel):
    """A condition that is a flat table."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    MARK: ClassVar[tuple[str, ...]] = ()
    #: Keys whose values must be features, and kinds of events.
    OF_FEATURES: ClassVar[tuple[str, ...]] = ()
    OF_KINDS: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def read(cls, raw: Mapping[str, Any], at: str, reading: Reading) -> Self | None:
        """The condition of this table; None, and complaints, where it says what cannot be."""
        try:
            found = cls.model_validate(raw)
        except ValidationError as error:
            told: set[object] = set()
            for each in error.errors(include_url=False):
                if (key := each["loc"][:1]) not in told:
                    _complain(each, at, cls, reading)
                told.add(key)
            return None
        before = len(reading.problems)
        for name in cls.OF_FEATURES:
            _is_known(getattr(found, name), f"{at}.{name}", reading.features, reading)
        for name in cls.OF_KINDS:
            _is_known(getattr(found, name), f"{at}.{name}", reading.kinds, reading)
        return found if len(reading.problems) == before else None

    def asks(self) -> Iterator[Ask]:
        """The features it names, on the date itself."""
        for key in self.OF_FEATURES:
            if (name := getattr(self, key)) is not None:
                yield Ask("feature", name)

    def limits(self, view: View) -> Iterator[tuple[str, float | None]]:  # noqa: ARG002 - most take none
        """No limit from the data."""
        return iter(())


class Limited(Part):
    """A flat condition on one number; limits that are given must all be kept."""

    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _compares(self) -> Self:
        if all(v is None for v in (self.at_least, self.at_most, self.above, self.below)):
            raise ValueError("give at least one of at_least, at_most, above, below")
        return self

    def within(self, column: Column) -> Truth:
        """Where the number keeps all limits; unknown where the number is."""
        holds: Flags = column.known.copy()
        if self.at_least is not None:
            holds &= column.values >= self.at_least
        if self.at_most is not None:
            holds &= column.values <= self.at_most
        if self.above is not None:
            holds &= column.values > self.above
        if self.below is not None:
            holds &= column.values < self.below
        return Truth(holds, column.known)


def _complain(error: Any, at: str, kind: type[BaseModel], reading: Reading) -> None:
    place = ".".join([at, *map(str, error["loc"][:1])])
    if error["type"] == "extra_forbidden":
        what, allowed = "unknown key {key!r}; allowed: {allowed}", tuple(kind.model_fields)
        reading.complain(place, Told(what, key=error["loc"][0], allowed=allowed))
    elif error["type"] == "missing":
        reading.complain(place, Told("is missing"))
    else:
        reading.complain(place, said(error))


def _is_known(name: str | None, at: str, known: tuple[str, ...], reading: Reading) -> None:
    if name is None or name in known:
        return
    near = difflib.get_close_matches(name, known, n=5, cutoff=0.3) or known[:5]
    what = Told('found "{name}", which there is not', name=name)
    reading.complain(at, what, Told("allowed: {allowed}", allowed=near))
