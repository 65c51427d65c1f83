"""The search for what sets the churned of a group apart: single conditions and pairs, honestly corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc
from scipy.stats import false_discovery_control
from scipy.stats.contingency import relative_risk

from winback.diagnose.findings.questions import UNKNOWN_BIN, Question
from winback.diagnose.nouns import PHASES, Condition, Finding, FindingRules, Findings, Group
from winback.diagnose.rates import CONFIDENCE, rate

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

#: A group that is so much of the one above it would only say the same again.
NEARLY_ALL = 0.9
#: A test is made where every one of its four cells is expected to hold so many.
EXPECTED_MIN = 5
#: So many candidates of a group are held against each other.
CANDIDATES_MAX = 48
_CHUNK_ROWS = 1 << 16
_BINS = int(UNKNOWN_BIN) + 1


@dataclass(frozen=True)
class Sides:
    """The customers compared: who churned, the place of each one's phase and channel, and the questions.

    asked: the features that questions were made of, also those of which all are alike and no question came;
    weight: how much each one counts; 1 for the churned, and for those who stayed what makes them as many
    as the churned of each stratum (`comparing.Comparison.weight`).
    """

    churned: Bools
    weight: Floats
    phase: npt.NDArray[np.integer]
    channel: npt.NDArray[np.integer]
    channels: tuple[str, ...]
    questions: tuple[Question, ...]
    rules: FindingRules = field(default_factory=FindingRules)
    asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Members:
    """The customers of a group: their places, which side each is on, and the effective weights.

    cells: which cells of a phase and a channel the group is made of; scale: what the weights of those who
    stayed, and of the churned, were multiplied by.
    """

    group: Group
    places: Places
    churned: Bools
    weight: Floats
    cells: Places
    scale: Floats


@dataclass(frozen=True)
class _Candidate:
    conditions: tuple[Condition, ...]
    holds: Bools
    strength: float
    p: float


@dataclass(frozen=True)
class _Tables:
    """Two by two tables, arrays of one shape: with and without the condition, churned and stayed."""

    lost_with: Floats
    lost: Floats
    kept_with: Floats
    kept: Floats

    def strength(self) -> Floats:
        """Pearson's chi-square of independence, one degree of freedom; 0 where a margin is empty."""
        whole, having = self.lost + self.kept, self.lost_with + self.kept_with
        product = self.lost * self.kept * having * (whole - having)
        cross = self.lost_with * self.kept - self.kept_with * self.lost
        return np.divide(whole * cross**2, product, out=np.zeros(product.shape), where=product > 0)

    def may_be_tested(self) -> Bools:
        """Whether all four cells are expected to hold enough, so that chi-square tells the truth."""
        whole, having = np.maximum(self.lost + self.kept, 1), self.lost_with + self.kept_with
        least = np.minimum(self.lost, self.kept) * np.minimum(having, whole - having) / whole
        return least >= EXPECTED_MIN

    def ratio_low(self) -> Floats:
        """The low end of the 95 % interval of the ratio of shares (Katz et al. 1978), 0 where unknown."""
        with np.errstate(divide="ignore", invalid="ignore"):
            log = np.log(self.lost_with / self.lost) - np.log(self.kept_with / self.kept)
            error = np.sqrt(1 / self.lost_with - 1 / self.lost + 1 / self.kept_with - 1 / self.kept)
            low = np.exp(log - 1.959963984540054 * error)
        only_lost = (self.kept_with == 0) & (self.lost_with > 0)
        return np.where(only_lost, np.inf, np.nan_to_num(low, nan=0.0))


def search(sides: Sides, *, left_out: int = 0) -> Findings:
    """All findings of all groups: everybody, each phase, each channel, each channel within a phase.

    Singles: every limit and name of every question, in every group, tested by chi-square; corrected for the
    limits of a question after Bonferroni, and for all questions in all groups after Benjamini and Hochberg
    (1995). Pairs: of the singles stated for a group, where each half
    tells something among those who fulfil the other; they are a family of their own below the singles
    (Yekutieli 2008).
    """
    rules = sides.rules
    groups = list(_groups(sides))
    singles = _singles(sides, groups)
    limit, q_of = _family([p for tests in singles for p in _best_of_each_question(tests)], rules.false_rate)
    found: list[Finding] = []
    pairs: list[_Pair] = []
    for members, tests in zip(groups, singles, strict=True):
        stated = [test for test in tests if test.p <= limit and test.worth]
        kept = _merged(_candidates(members, stated), rules.alike_min)
        for candidate, alike in kept[: rules.singles_max]:
            found.append(_finding(members, candidate, q=q_of(candidate.p), alike=alike))
        pairs += _pairs(members, [candidate for candidate, _ in kept])
    found += _stated_pairs(pairs, rules)
    order = {members.group: place for place, members in enumerate(groups)}
    found.sort(key=lambda finding: (order[finding.group], len(finding.conditions)))
    churned = int(sides.churned.sum())
    looked_at = sum(len(tests) for tests in singles) + len(pairs)
    return Findings(tuple(found), looked_at, churned, len(sides.churned) - churned, left_out, rules)


def _groups(sides: Sides) -> Iterator[_Members]:
    """The groups to look at, without those that are nearly all of the group above them."""
    everybody = np.ones(len(sides.churned), np.bool_)
    of_phase = {name: sides.phase == place for place, name in enumerate(PHASES)}
    cells = [(Group(None, None), everybody, everybody)]
    cells += [(Group(phase, None), mine, everybody) for phase, mine in of_phase.items()]
    for place, channel in enumerate(sides.channels):
        of_it = sides.channel == place
        cells.append((Group(None, channel), of_it, everybody))
        cells += [(Group(phase, channel), mine & of_it, mine) for phase, mine in of_phase.items()]
    for group, mine, above in cells:
        lost, size = int((sides.churned & mine).sum()), int(mine.sum())
        nearly_all = mine is not above and size >= NEARLY_ALL * int(above.sum())
        if min(lost, size - lost) >= sides.rules.side_min and not nearly_all:
            yield _members(sides, group, np.flatnonzero(mine))


def _members(sides: Sides, group: Group, places: Places) -> _Members:
    churned, weight = sides.churned[places], sides.weight[places]
    scale = np.array([_scale(weight[~churned]), _scale(weight[churned])])
    phases = [number for number, phase in enumerate(PHASES) if group.phase in (None, phase)]
    channels = [number for number, name in enumerate(sides.channels) if group.channel in (None, name)]
    cells = np.array([phase * len(sides.channels) + channel for phase in phases for channel in channels])
    return _Members(group, places, churned, weight * scale[churned.astype(np.int8)], cells, scale)


@dataclass(frozen=True)
class _Test:
    """A test of a question in a group; `p` is corrected for all tests of that question (Bonferroni)."""

    question: Question
    condition: Condition
    strength: float
    p: float
    worth: bool


def _singles(sides: Sides, groups: Sequence[_Members]) -> list[list[_Test]]:
    """Every test of each group that may be made; customers are counted once a question, cell by cell."""
    found: list[list[_Test]] = [[] for _ in groups]
    cell = sides.phase.astype(np.int64) * len(sides.channels) + sides.channel
    base = (cell * 2 + sides.churned) * _BINS
    size = len(PHASES) * len(sides.channels) * 2 * _BINS
    totals = [
        [float(members.weight[side].sum()) for side in (~members.churned, members.churned)]
        for members in groups
    ]
    for question in sides.questions:
        counted = np.bincount(base + question.bins, sides.weight, size).reshape(-1, 2, _BINS)
        for number, (members, sums) in enumerate(zip(groups, totals, strict=True)):
            counts = counted[members.cells].sum(axis=0) * members.scale[:, None]
            found[number] += _tests(question, counts[:, : question.width].T, sums, sides.rules)
    return found


def _tests(question: Question, counts: Floats, sums: Sequence[float], rules: FindingRules) -> list[_Test]:
    """The tests of a question in a group: churn-leaning side, p, and whether it is worth stating."""
    table, below = _tables(question, counts, sums)
    usable = np.flatnonzero(table.may_be_tested())
    strength = table.strength()
    p = np.minimum(chdtrc(1, strength) * len(usable), 1.0)
    worth = table.ratio_low() >= rules.ratio_min
    return [
        _Test(
            question,
            question.condition(int(place), below=bool(below[place])),
            float(strength[place]),
            float(p[place]),
            bool(worth[place]),
        )
        for place in usable
    ]


def _best_of_each_question(tests: Sequence[_Test]) -> list[float]:
    best: dict[str, float] = {}
    for test in tests:
        best[test.question.feature] = min(test.p, best.get(test.question.feature, 1.0))
    return list(best.values())


def effective(weight: Floats, churned: Bools) -> Floats:
    """The weights of a group, scaled so that each side adds up to its effective number.

    That is (sum of weights)² / sum of squared weights (Kish 1965): a side of unlike weights tells as much
    as so many customers of like weight.
    """
    scale = np.array([_scale(weight[~churned]), _scale(weight[churned])])
    return np.asarray(weight * scale[churned.astype(np.int8)])


def _scale(weight: Floats) -> float:
    return float(weight.sum() / (weight**2).sum()) if len(weight) else 1.0


def _tables(question: Question, counts: Floats, sums: Sequence[float]) -> tuple[_Tables, Bools]:
    """The tables of all tests of a question within a group, each turned to its churn-leaning side.

    counts: shape (bins, 2), those who stayed and the churned; sums: all of either, the unknown among them.
    """
    kept, lost = sums
    having = question.inside().astype(np.float64) @ counts
    upper = counts.sum(axis=0)[None, :] - having
    below = having[:, 1] * kept >= having[:, 0] * lost
    turned = np.where(below[:, None], having, 0.0 if question.names else upper)
    sizes = np.ones(len(below))
    return _Tables(turned[:, 1], lost * sizes, turned[:, 0], kept * sizes), below


def _family(p: Sequence[float], false_rate: float) -> tuple[float, Callable[[float], float]]:
    """The largest p that is stated (-1: none is), and the false discovery rate of a p of the family."""
    if not p:
        return -1.0, lambda _: 1.0
    values = np.sort(np.array(p))
    adjusted = false_discovery_control(values, method="bh")
    stated = values[adjusted <= false_rate]
    limit = float(stated.max()) if len(stated) else -1.0
    return limit, lambda one: float(adjusted[min(np.searchsorted(values, one), len(values) - 1)])


def _candidates(members: _Members, tests: Sequence[_Test]) -> list[_Candidate]:
    """The strongest test of each feature in a group with the customers it holds for, the strongest first."""
    best: dict[str, _Test] = {}
    for test in sorted(tests, key=lambda test: -test.strength):
        best.setdefault(test.question.feature, test)
    return [
        _Candidate(
            (test.condition,), test.question.holds(test.condition)[members.places], test.strength, test.p
        )
        for test in list(best.values())[:CANDIDATES_MAX]
    ]


def _table_of(members: _Members, holds: Bools) -> _Tables:
    sums = []
    for side in (members.churned, ~members.churned):
        sums += [members.weight[holds & side].sum(), members.weight[side].sum()]
    return _Tables(*(np.asarray(value, np.float64) for value in sums))


def _together(candidates: Sequence[_Candidate], weight: Floats) -> Floats:
    """How much weight of customers fulfils both of any two candidates: a matrix, chunk by chunk of rows."""
    found = np.zeros((len(candidates), len(candidates)))
    for start in range(0, len(weight), _CHUNK_ROWS):
        rows = slice(start, start + _CHUNK_ROWS)
        holds = np.stack([candidate.holds[rows] for candidate in candidates]).astype(np.float64)
        found += (holds * weight[rows]) @ holds.T
    return found


def _agreement(candidates: Sequence[_Candidate]) -> Floats:
    """The correlation of any two candidates over the customers of the group, counted on bits."""
    many = len(candidates[0].holds)
    bits = np.stack([np.packbits(candidate.holds) for candidate in candidates])
    both = np.stack([np.bitwise_count(bits & row).sum(axis=1, dtype=np.int64) for row in bits]).astype(float)
    alone = np.diag(both)
    spread = np.sqrt(np.maximum(alone * (many - alone), 1))
    agreement: Floats = (many * both - np.outer(alone, alone)) / np.outer(spread, spread)
    return agreement


def _merged(
    candidates: Sequence[_Candidate], alike_min: float
) -> list[tuple[_Candidate, tuple[Condition, ...]]]:
    """Candidates that pick out nearly the same customers become one: the strongest speaks for the rest."""
    if not candidates:
        return []
    agree = _agreement(candidates)
    alike: dict[int, list[Condition]] = {}
    for place, candidate in enumerate(candidates):
        leader = next((other for other in alike if agree[place, other] >= alike_min), None)
        if leader is None:
            alike[place] = []
        else:
            alike[leader].append(candidate.conditions[0])
    return [(candidates[place], tuple(others)) for place, others in alike.items()]


@dataclass(frozen=True)
class _Pair:
    """Two stated conditions of a group; p is the larger of each half's test among those of the other."""

    members: _Members
    halves: tuple[_Candidate, _Candidate]
    strength: float
    p: float


def _pairs(members: _Members, kept: Sequence[_Candidate]) -> list[_Pair]:
    """The pairs of stated conditions of which each half tells something among those who fulfil the other."""
    if len(kept) < 2:
        return []
    lost = _together(kept, members.weight * members.churned)
    stayed = _together(kept, members.weight * ~members.churned)
    within = _Tables(lost, np.diag(lost)[None, :], stayed, np.diag(stayed)[None, :])
    p, tells = chdtrc(1, within.strength()), within.may_be_tested() & (within.ratio_low() > 1)
    ones = np.ones_like(lost)
    sums = [float(members.weight[side].sum()) for side in (members.churned, ~members.churned)]
    whole = _Tables(lost, sums[0] * ones, stayed, sums[1] * ones).strength()
    return [
        _Pair(members, (kept[i], kept[j]), float(whole[i, j]), float(max(p[i, j], p[j, i])))
        for i, j in combinations(range(len(kept)), 2)
        if tells[i, j] and tells[j, i]
    ]


def _stated_pairs(pairs: Sequence[_Pair], rules: FindingRules) -> list[Finding]:
    limit, q_of = _family([pair.p for pair in pairs], rules.false_rate)
    of_group: dict[Group, list[_Pair]] = {}
    for pair in pairs:
        if pair.p <= limit:
            of_group.setdefault(pair.members.group, []).append(pair)
    found = []
    for stated in of_group.values():
        stated.sort(key=lambda pair: -pair.strength)
        for pair in stated[: rules.pairs_max]:
            one, other = pair.halves
            both = _Candidate(
                (*one.conditions, *other.conditions), one.holds & other.holds, pair.strength, pair.p
            )
            found.append(_finding(pair.members, both, q=q_of(pair.p), alike=()))
    return found


def _finding(members: _Members, candidate: _Candidate, *, q: float, alike: tuple[Condition, ...]) -> Finding:
    table = _table_of(members, candidate.holds)
    sums = [round(float(v)) for v in (table.lost_with, table.lost, table.kept_with, table.kept)]
    risk = relative_risk(*sums)
    ratio: tuple[float | None, float | None, float | None] = (None, None, None)
    if sums[2]:
        interval = risk.confidence_interval(CONFIDENCE)
        ratio = (float(risk.relative_risk), float(interval.low), float(interval.high))
    return Finding(
        members.group, candidate.conditions, rate(sums[0], sums[1]), rate(sums[2], sums[3]), *ratio, q, alike
    )
