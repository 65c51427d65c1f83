"""Phases, trust grades and states: the first rule that holds, over whole columns at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.profile.nouns import Catalogue, Phase, State
from winback.settings.model import ChurnSection, Settings
from winback.settings.rules import Condition
from winback.terms.errors import Place, SettingsProblem, gathered

Flags = npt.NDArray[np.bool_]
Columns = Mapping[str, pa.Array]


def check_rules(settings: Settings, catalogue: Catalogue) -> None:
    """Raises SettingsProblem with every feature that a rule names and the catalogue lacks."""
    problems = [
        SettingsProblem(
            'found "{feature}", which is no feature',
            feature=condition.feature,
            near=_near(condition.feature, catalogue),
            place=Place(file="winback.toml", field=f"{section}[{number}]"),
            todo="allowed: {near}; `winback profile --features` lists all",
        )
        for section, number, condition in _conditions(settings)
        if condition.feature not in catalogue
    ]
    if problems:
        raise gathered(problems, of="winback.toml")


def _conditions(settings: Settings) -> Iterator[tuple[str, int, Condition]]:
    for number, phase in enumerate(settings.phases, start=1):
        yield from (("phases", number, condition) for condition in (*phase.all, *phase.any))
    for number, trust in enumerate(settings.trust, start=1):
        yield from (("trust", number, condition) for condition in (*trust.all, *trust.any))


def _near(name: str, catalogue: Catalogue) -> Sequence[str]:
    import difflib

    return difflib.get_close_matches(name, catalogue.names, n=5, cutoff=0.3) or catalogue.names[:5]


def features_needed(settings: Settings) -> tuple[str, ...]:
    """The features that phases, trust and states are made of, each once."""
    named = [condition.feature for _, _, condition in _conditions(settings)]
    return tuple(dict.fromkeys(["days_since_alive", "days_since_return", *named]))


def phases(settings: Settings, columns: Columns, rows: int) -> pa.Array:
    """The phase of each row as text: the first rule that holds; novice where none does."""
    return phases_coded(settings, columns, rows).dictionary_decode()


def phases_coded(settings: Settings, columns: Columns, rows: int) -> pa.DictionaryArray:
    """The same as a dictionary: one byte a row, which names only where they are shown."""
    codes = _first_that_holds([(rule.phase, rule.all, rule.any) for rule in settings.phases], columns, rows)
    names = [*(rule.phase for rule in settings.phases), Phase.NOVICE.value]
    distinct = list(dict.fromkeys(names))
    place = np.array([distinct.index(name) for name in names], np.int8)
    return pa.DictionaryArray.from_arrays(place[codes], pa.array(distinct, pa.string()))


def trusts(settings: Settings, columns: Columns, rows: int) -> pa.Array:
    """The trust grade of each row as text: the first rule that holds; null where none does."""
    return first_that_holds([(rule.trust, rule.all, rule.any) for rule in settings.trust], columns, rows)


Rule = tuple[str, Sequence[Condition], Sequence[Condition]]


def first_that_holds(rules: Sequence[Rule], columns: Columns, rows: int) -> pa.Array:
    """The name of the first rule of which all of `all` and, where there are any, one of `any` hold."""
    codes = _first_that_holds(rules, columns, rows)
    names = pa.array([name for name, _, _ in rules], pa.string())
    return names.take(pa.array(codes, mask=codes == len(rules)))


def _first_that_holds(rules: Sequence[Rule], columns: Columns, rows: int) -> npt.NDArray[np.int8]:
    """The place of the first rule that holds; their number where none does."""
    codes = np.full(rows, len(rules), np.int8)
    for code in range(len(rules) - 1, -1, -1):
        _, every, some = rules[code]
        holds = np.ones(rows, np.bool_)
        for condition in every:
            holds &= fulfilled(condition, columns[condition.feature])
        if some:
            holds &= np.logical_or.reduce([fulfilled(c, columns[c.feature]) for c in some])
        codes[holds] = code
    return codes


def fulfilled(condition: Condition, column: pa.Array) -> Flags:
    """Where the condition holds; an unknown value fulfils nothing."""
    known = column.is_valid().to_numpy(zero_copy_only=False)
    value = column.fill_null(0).to_numpy(zero_copy_only=False)
    holds = known.copy()
    if condition.at_least is not None:
        holds &= value >= condition.at_least
    if condition.at_most is not None:
        holds &= value <= condition.at_most
    if condition.above is not None:
        holds &= value > condition.above
    if condition.below is not None:
        holds &= value < condition.below
    return np.asarray(holds, np.bool_)


#: Codes of states within `states`, in the order of `State`.
_NAMES = pa.array([state.value for state in State], pa.string())
_CODE = {state: code for code, state in enumerate(State)}


def states(churn: ChurnSection, columns: Columns) -> pa.Array:
    """The state of each row as text, from days_since_alive s and days_since_return r.

    never: s unknown; churned: s > days; returned: r at most returned_days; dormant: s > dormant_days;
    active: the rest.
    """
    alive, back = columns["days_since_alive"], columns["days_since_return"]
    since = alive.fill_null(0).to_numpy(zero_copy_only=False)
    returned = back.fill_null(churn.returned_days + 1).to_numpy(zero_copy_only=False)
    codes = np.full(len(since), _CODE[State.ACTIVE], np.int8)
    codes[since > churn.dormant_days] = _CODE[State.DORMANT]
    codes[returned <= churn.returned_days] = _CODE[State.RETURNED]
    codes[since > churn.days] = _CODE[State.CHURNED]
    codes[alive.is_null().to_numpy(zero_copy_only=False)] = _CODE[State.NEVER]
    return _NAMES.take(pa.array(codes))


def churned_days(churn: ChurnSection, as_of: npt.NDArray[np.int32], alive: pa.Array) -> pa.Array:
    """The first day as of which the customer was churned (date32); null where they are not."""
    since = alive.fill_null(0).to_numpy(zero_copy_only=False)
    day = as_of - since + churn.days + 1
    return pa.array(day.astype(np.int32), mask=since <= churn.days).cast(pa.date32())
