"""Features of the workspace's own: `[features.x]` of the settings, checked against what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from winback.ingest.nouns import Measure
from winback.profile.nouns import ALIVE, Aggregate, Feature, Unit
from winback.settings.model import FeatureSection, Settings
from winback.terms.errors import Place, SettingsProblem
from winback.terms.told import Told

#: Aggregates that compare or divide by a window, and so cannot do without one.
NEED_WINDOW = frozenset({"change", "trend"})


def own_features(
    settings: Settings, lanes: Mapping[str, tuple[Measure, ...]], *, taken: frozenset[str]
) -> Iterator[Feature]:
    """The features that the settings declare, in the order of the file.

    Raises SettingsProblem with the key and what is allowed.
    """
    for name, section in settings.features.items():
        if name in taken or name in {"customer", "as_of"}:
            what = Told("{name} is the name of a feature every workspace has", name=name)
            raise _problem(name, "", what, Told("choose another name"))
        yield _own(name, section, lanes)


def _own(name: str, section: FeatureSection, lanes: Mapping[str, tuple[Measure, ...]]) -> Feature:
    how: Aggregate = section.aggregate
    kind, measure = _known_measure(name, "measure", section.measure, lanes, bare=how in {"days", "since"})
    if how in NEED_WINDOW and section.window_days is None:
        raise _problem(
            name, "window_days", Told("{how} needs window_days", how=how), Told("give a number of days")
        )
    if how == "since" and section.window_days is not None:
        raise _problem(name, "window_days", Told("since looks at all days"), Told("leave window_days out"))
    of = None
    if how == "share":
        if section.of is None:
            raise _problem(
                name, "of", Told("a share needs `of`, the measure of the whole"), _allowed(lanes, "sum")
            )
        of = _known_measure(name, "of", section.of, lanes, bare=False)
    elif section.of is not None:
        raise _problem(
            name, "of", Told("{how} takes no `of`", how=how), Told('leave it out, or set aggregate = "share"')
        )
    if how in {"days", "since"}:
        measure = "days"
    return Feature(
        name, kind, measure, section.window_days, how, _unit(how, measure), section.zh, section.en, of
    )


def _known_measure(
    name: str, key: str, said: str, lanes: Mapping[str, tuple[Measure, ...]], *, bare: bool
) -> tuple[str, str]:
    kind, dot, measure = said.partition(".")
    if kind in lanes or kind == ALIVE:
        if bare and not dot:
            return kind, "days"
        if measure == "days" and (bare or kind != ALIVE):
            return kind, "days"
        if kind in lanes:
            names = {
                m.name
                for m in lanes[kind]
                if m.aggregate == "sum" or (key == "measure" and m.name == "balance")
            }
            if measure in names:
                return kind, measure
    raise _problem(name, key, Told('found "{said}"', said=said), _allowed(lanes, "sum", bare=bare))


def _unit(how: Aggregate, measure: str) -> Unit:
    money = measure.startswith("amount") or measure == "balance"
    if how in {"share", "trend"}:
        return "ratio"
    if how == "mean":
        return "money_mean" if money else "mean"
    if measure == "days":
        return "days"
    return "money" if money else "count"


def _allowed(lanes: Mapping[str, tuple[Measure, ...]], aggregate: str, *, bare: bool = False) -> Told:
    names = [f"{kind}.{m.name}" for kind, found in lanes.items() for m in found if m.aggregate == aggregate]
    kinds = [*lanes, ALIVE] if bare else [f"{kind}.days" for kind in lanes]
    return Told("allowed: {allowed}", allowed=kinds if bare else [*names, *kinds])


def _problem(name: str, key: str, what: Told, todo: Told) -> SettingsProblem:
    field = f"features.{name}.{key}" if key else f"features.{name}"
    return SettingsProblem(what, place=Place(file="winback.toml", field=field), todo=todo)
