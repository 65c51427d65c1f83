"""The nouns of diagnosis: the definition of churn, counts by state, rates with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from winback.profile.nouns import Phase, State
from winback.settings.model import ChurnSection

#: The states in the order in which tables and charts show them.
STATES = (State.ACTIVE, State.DORMANT, State.RETURNED, State.CHURNED, State.NEVER)
#: The phases of a customer's life in order; what the tables and charts go by.
PHASES = (Phase.NOVICE.value, Phase.GROWTH.value, Phase.MATURE.value)
#: The name of the channel of a customer whose channel is not known.
UNKNOWN = ""


@dataclass(frozen=True)
class Churn:
    """Who counts as gone: `days` without any event of `kinds`.

    A customer quiet for more than `dormant_days` is dormant; one who came back after having churned
    counts as returned for `returned_days` days.
    """

    kinds: tuple[str, ...]
    days: int
    dormant_days: int
    returned_days: int

    @classmethod
    def of(cls, section: ChurnSection) -> Churn:
        """The definition that the workspace file gives."""
        return cls(section.kinds, section.days, section.dormant_days, section.returned_days)

    def with_days(self, days: int) -> Churn:
        """The same definition with another number of days; dormant stays below it."""
        return replace(self, days=days, dormant_days=min(self.dormant_days, days - 1))


@dataclass(frozen=True)
class Rate:
    """`part` of `whole`, with a 95 % Wilson interval; share and interval are None where `whole` is 0."""

    part: int
    whole: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Counts:
    """How many customers stand in each state."""

    active: int
    dormant: int
    returned: int
    churned: int
    never: int

    @property
    def customers(self) -> int:
        """All of them."""
        return self.active + self.dormant + self.returned + self.churned + self.never

    @property
    def ever_alive(self) -> int:
        """Those who were alive at least once; only they can churn."""
        return self.customers - self.never


@dataclass(frozen=True)
class Cell:
    """The customers of a phase and a channel (None: of all); `churn` is churned of ever alive."""

    phase: str | None
    channel: str | None
    counts: Counts
    churn: Rate


@dataclass(frozen=True)
class PhaseShare:
    """What share of all churned customers were in `phase` when they churned."""

    phase: str
    rate: Rate


@dataclass(frozen=True)
class Diagnosis:
    """Who is leaving, as known at the start of the day `as_of`.

    The phase of a churned customer is the phase on the day the customer churned; of all others, the
    phase on `as_of`. Cells of `by_channel_phase` without customers are left out.
    """

    workspace: str
    as_of: date
    churn: Churn
    total: Cell
    by_phase: tuple[Cell, ...]
    by_channel: tuple[Cell, ...]
    by_channel_phase: tuple[Cell, ...]
    structure: tuple[PhaseShare, ...]


@dataclass(frozen=True)
class Table:
    """A table to be shown: texts in one language; `numeric` tells which columns are set to the right."""

    title: str
    says: str
    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class DefinitionOutcome:
    """What a definition of `days` would have said on a past day, and what then happened.

    lost: called lost of those ever alive by then; came_back: of those called lost, alive again later
    (wrongly called lost); missed: of those not called lost, never alive again.
    """

    days: int
    lost: Rate
    came_back: Rate
    missed: Rate


@dataclass(frozen=True)
class Definitions:
    """Definitions of churn side by side, judged at the start of `at` by what happened until `as_of`.

    `curve` holds the outcome for every number of days, for the plot; `suggested_days` is the least number
    of days at which at most `wrong_max` of those called lost came back, None where there is none.
    """

    kinds: tuple[str, ...]
    at: date
    as_of: date
    outcomes: tuple[DefinitionOutcome, ...]
    curve: tuple[DefinitionOutcome, ...]
    wrong_max: float
    suggested_days: int | None


@dataclass(frozen=True)
class Flow:
    """One month's coming and going: [first_day, before) and the states at the start of `before`.

    Only those who were active once are counted, so `counts.never` is 0.
    present_before + came + came_back - lost = present_after, where present is active, dormant or returned.
    """

    first_day: date
    before: date
    present_before: int
    came: int
    came_back: int
    lost: int
    counts: Counts

    @property
    def present_after(self) -> int:
        """Those who had come and had not churned at the start of `before`."""
        return self.counts.active + self.counts.dormant + self.counts.returned


@dataclass(frozen=True)
class MonthStructure:
    """Those lost in one month, [first_day, before), by the phase of each on the day of being lost."""

    first_day: date
    before: date
    phases: tuple[PhaseShare, ...]

    @property
    def lost(self) -> int:
        """How many were lost in the month."""
        return self.phases[0].rate.whole


@dataclass(frozen=True)
class Kept:
    """The share not yet churned `day` days after the start, with a 95 % interval; `at_risk` were watched."""

    day: int
    share: float
    low: float | None
    high: float | None
    at_risk: int


@dataclass(frozen=True)
class Retention:
    """A Kaplan-Meier curve of one group: how many were watched, how many churned, and what is kept when."""

    group: str
    customers: int
    churned: int
    kept: tuple[Kept, ...]
    median_days: int | None


@dataclass(frozen=True)
class Condition:
    """Something that holds for a customer or not: below a limit, at least a limit, or a name.

    In a finding exactly one of the three is given; a feature that is not known fulfils none of them. Limits
    are in the feature's own unit (money: minor units). `is_other`, in drills only: any name too rare to be
    asked by itself.
    """

    feature: str
    below: float | None = None
    at_least: float | None = None
    is_name: str | None = None
    is_other: bool = False


@dataclass(frozen=True)
class Group:
    """The cell a finding is about: a phase, a channel, both, or (None, None) everybody."""

    phase: str | None
    channel: str | None


@dataclass(frozen=True)
class Finding:
    """What sets the churned of a group apart: all of `conditions` hold more often among them.

    churned, stayed: how often they hold among each; those who stayed are weighted to the cohorts of the
    churned, and their `whole` is the effective number of customers after that; ratio: one share over the
    other with its 95 % interval (None: nobody among those who stayed); q: the false discovery rate at which
    it would just be stated; alike: conditions that pick out nearly the same customers.
    """

    group: Group
    conditions: tuple[Condition, ...]
    churned: Rate
    stayed: Rate
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    q: float
    alike: tuple[Condition, ...]


@dataclass(frozen=True)
class FindingRules:
    """How findings are searched and stated.

    false_rate: expected share of false ones among all stated; ratio_min: a finding must be so many times as
    common among the churned, at the low end of its interval; side_min: a group needs so many customers on
    either side; alike_min: conditions that agree on the customers of a group to this correlation are told as
    one; singles_max, pairs_max: so many are told of a group; names_max: so many names of a named feature are
    asked, the others together; attributes_max: so many free attributes are asked, those said most.
    """

    false_rate: float = 0.01
    ratio_min: float = 1.25
    side_min: int = 50
    alike_min: float = 0.6
    singles_max: int = 8
    pairs_max: int = 4
    names_max: int = 40
    attributes_max: int = 20


@dataclass(frozen=True)
class Findings:
    """All findings, those of larger groups first, the strongest of a group first.

    looked_at: how many conditions and pairs were tested in all groups; churned, stayed: how many customers
    of either were compared; left_out: lost customers without anybody like them who stayed.
    """

    findings: tuple[Finding, ...]
    looked_at: int
    churned: int
    stayed: int
    left_out: int
    rules: FindingRules = FindingRules()


@dataclass(frozen=True)
class DrillRow:
    """One answer to a question within a group: how many of the churned and of those who stayed give it.

    The condition is a span of the feature (at_least and below may both be given), a name, or any other name;
    nothing of these: not known. Those who stayed are weighted as in a `Finding`.
    """

    condition: Condition
    churned: Rate
    stayed: Rate


@dataclass(frozen=True)
class Drill:
    """A group drilled into by one feature: all its spans or names, which add up to the whole."""

    group: Group
    feature: str
    rows: tuple[DrillRow, ...]


@dataclass(frozen=True)
class ChannelVerdicts:
    """The verdict on each channel as known at the start of `as_of`: keep, watch or stop, then its grounds."""

    as_of: date
    channels: Mapping[str, tuple[str, ...]]
