"""The step: reads the roll-up, the registry and features, and writes who left as known at a date."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import numpy as np
import numpy.typing as npt

from winback.diagnose import structure
from winback.diagnose.alive import STATE_CODES, Alive, Int32s, Spells, first_alive, last_alive, spells, states
from winback.diagnose.bits import NO_DAY
from winback.diagnose.clusters.from_log import clusters_from
from winback.diagnose.definitions import definitions, judged_at
from winback.diagnose.faults.from_log import faults_from
from winback.diagnose.findings.asking import is_asked, questions
from winback.diagnose.findings.comparing import Comparison, compare
from winback.diagnose.findings.drilling import drill, drilled_by
from winback.diagnose.findings.groups import feature_of, group_of
from winback.diagnose.findings.search import Sides, search
from winback.diagnose.flows import flows
from winback.diagnose.labels import channel_labels
from winback.diagnose.nouns import (
    PHASES,
    Churn,
    Definitions,
    Diagnosis,
    Drill,
    FindingRules,
    Group,
    Retention,
)
from winback.diagnose.over_time import structure_by_month
from winback.diagnose.quality.from_log import quality_from
from winback.diagnose.quality.nouns import Quality
from winback.diagnose.read import CHANNELS_FILE, folder
from winback.diagnose.reading import (
    Customers,
    read_alive,
    read_customers,
    read_graded,
    read_phases,
    read_said,
)
from winback.diagnose.report_nouns import Report
from winback.diagnose.retention import lives, retention_by
from winback.diagnose.rules import rules_of
from winback.diagnose.stored import plain, to_json
from winback.ingest import read as ingest
from winback.language import LANGUAGES
from winback.profile import read as profile
from winback.profile.nouns import State
from winback.store.whole import write_json
from winback.store.workspace import Workspace
from winback.terms.progress import Progress, Silent
from winback.terms.time import day_number, day_of


def run(
    ws: Workspace, as_of: date, *, churn: Churn | None = None, progress: Progress | None = None
) -> Diagnosis:
    """Diagnose as known at the start of `as_of`, keep it below the data folder, and return it.

    `churn` replaces the definition of the workspace file. Raises NotReadyProblem where nothing has been
    ingested.
    """
    told = progress or Silent()
    by = churn or Churn.of(ws.settings.churn)
    told.start("diagnose", 2)
    alive = read_alive(ws, by.kinds, as_of)
    told.advance()
    found = _diagnose(ws, by, alive, read_customers(ws, as_of), as_of=as_of)
    write_json(folder(ws, as_of) / "diagnosis.json", to_json(found))
    told.advance()
    return found


def report(
    ws: Workspace,
    as_of: date,
    *,
    churn: Churn | None = None,
    churn_days: Sequence[int] = (),
    groups: Sequence[str] = (),
    by: Sequence[str] = (),
    progress: Progress | None = None,
) -> Report:
    """The whole diagnosis as known at the start of `as_of`: `run`, and the deeper looks beside it.

    churn_days: tried as definitions, those of the settings where none are given; groups: PHASE/CHANNEL,
    drilled into before the worst one; by: features and attributes to drill by, the usual ones where none are
    given. Keeps diagnosis.json and report.json below the data folder. Raises as `run` does, and
    SettingsProblem for a group or a feature that there is not.
    """
    told, rules = progress or Silent(), rules_of(ws.settings)
    means = churn or Churn.of(ws.settings.churn)
    told.start("diagnose", 7)
    day, first = day_number(as_of), _first_day(ws)
    alive, customers = read_alive(ws, means.kinds, as_of), read_customers(ws, as_of)
    chosen = _chosen(ws, groups, customers.channels)
    cut = spells(alive, means.days)
    told.advance()
    with ThreadPoolExecutor(1) as beside:
        faults = beside.submit(faults_from, ws, alive, cut, customers, as_of=as_of, rules=rules.faults)
        diagnosis = _diagnose(ws, means, alive, customers, as_of=as_of)
        write_json(folder(ws, as_of) / "diagnosis.json", to_json(diagnosis))
        told.advance()
        tried = _tried(ws, alive, means.kinds, churn_days or ws.settings.diagnose.churn_days, as_of=day)
        moved = flows(alive, means, first_day=first, as_of=day)
        shifted = structure_by_month(cut, partial(read_phases, ws), first_day=first, as_of=day)
        told.advance()
        landmark = day - min(ws.settings.diagnose.landmark_days, max(1, (day - first) // 2))
        cohorts, channels, phases = _retention(ws, cut, alive, customers, as_of=day, landmark=landmark)
        told.advance()
        sides, left_out = _sides(ws, means, alive, customers, as_of=day, rules=rules.findings)
        features = _drilled_by(sides, by)
        findings = search(sides, left_out=left_out)
        told.advance()
        clusters = clusters_from(ws, alive, cut, customers, as_of=as_of, rules=rules.clusters)
        quality = quality_from(ws, cut, customers, as_of=as_of, rules=rules.quality)
        told.advance()
    found = Report(
        diagnosis=diagnosis,
        definitions=tried,
        flows=moved,
        structure_by_month=shifted,
        cohorts=cohorts,
        channels=channels,
        phases=phases,
        landmark=day_of(landmark),
        findings=findings,
        chosen=chosen,
        chosen_by=features if by else (),
        drills=_drills(sides, [*chosen, _worst_group(diagnosis)], features),
        quality=quality,
        clusters=clusters,
        faults=faults.result(),
    )
    write_json(folder(ws, as_of) / "report.json", plain(found))
    keep_channels(ws, quality)
    told.advance()
    return found


def channels(ws: Workspace, as_of: date) -> Quality:
    """Judge every channel as known at the start of `as_of`, and keep the verdicts, without the rest.

    Raises NotReadyProblem where nothing has been ingested.
    """
    by = Churn.of(ws.settings.churn)
    cut = spells(read_alive(ws, by.kinds, as_of), by.days)
    rules = rules_of(ws.settings).quality
    found = quality_from(ws, cut, read_customers(ws, as_of), as_of=as_of, rules=rules)
    keep_channels(ws, found)
    return found


def keep_channels(ws: Workspace, found: Quality) -> None:
    """The verdicts below the data folder, where `read.channel_verdicts` finds them."""
    write_json(folder(ws, found.as_of) / CHANNELS_FILE, plain(found))


def _chosen(ws: Workspace, groups: Sequence[str], channels: Sequence[str]) -> tuple[Group, ...]:
    """The groups asked for, each once; a channel may go by its label in any language."""
    called = {label: name for each in LANGUAGES for name, label in channel_labels(ws.settings, each).items()}
    return tuple(dict.fromkeys(group_of(text, channels, called) for text in groups))


def _tried(
    ws: Workspace, alive: Alive, kinds: tuple[str, ...], days: Sequence[int], *, as_of: int
) -> Definitions:
    """Definitions of churn side by side."""
    at, wrong_max = judged_at(_first_day(ws), as_of, days), ws.settings.diagnose.wrong_share_max
    return definitions(alive, kinds, days, at=at, as_of=as_of, wrong_max=wrong_max)


def _first_day(ws: Workspace) -> int:
    first = ingest.manifest(ws).first_day
    assert first is not None, "a manifest without days is not ready"
    return day_number(first)


def _diagnose(ws: Workspace, churn: Churn, alive: Alive, customers: Customers, *, as_of: date) -> Diagnosis:
    day = day_number(as_of)
    state = states(alive, churn, day)
    last = last_alive(alive, day).astype(np.int64)
    churned = state == STATE_CODES[State.CHURNED]
    cut = np.where(churned, last + churn.days + 1, day).astype(np.int32)
    known, phase = customers.known, read_phases(ws, cut)
    counted = structure.tally(state[known], phase[known], customers.channel[known], customers.channels)
    return Diagnosis(
        workspace=ws.settings.workspace.name,
        as_of=as_of,
        churn=churn,
        total=structure.total(counted),
        by_phase=structure.by_phase(counted),
        by_channel=structure.by_channel(counted),
        by_channel_phase=structure.by_channel_phase(counted),
        structure=structure.churned_by_phase(counted),
    )


Curves = tuple[Retention, ...]


def _retention(
    ws: Workspace, cut: Spells, alive: Alive, customers: Customers, *, as_of: int, landmark: int
) -> tuple[Curves, Curves, Curves]:
    """Curves by month of coming, by channel, and by phase at the landmark.

    Customers who had registered before the log began are not watched from their first alive day: how long
    they had been alive is not known.
    """
    started, least = first_alive(alive), ws.settings.diagnose.curve_customers_min
    before = (customers.registered != NO_DAY) & (customers.registered < _first_day(ws))
    came = lives(cut, alive.customers, since=np.where(before, NO_DAY, started).astype(np.int32), as_of=as_of)
    months, names = _months(started)
    there = np.full(alive.customers, landmark, np.int32)
    stayed = lives(cut, alive.customers, since=there, as_of=as_of)
    return (
        retention_by(names, months, came, least),
        tuple(
            sorted(
                retention_by(customers.channels, customers.channel, came, least),
                key=lambda curve: -curve.customers,
            )
        ),
        retention_by(PHASES, read_phases(ws, there), stayed, least),
    )


def _months(day: Int32s) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """The place of each day's month among all months there are (-1 for no day), and the months."""
    months = day.astype("datetime64[D]").astype("datetime64[M]")
    known = day != NO_DAY
    names, places = np.unique(months[known], return_inverse=True)
    codes = np.full(len(day), -1, np.int64)
    codes[known] = places
    return codes, tuple(str(name) for name in names)


def _worst_group(diagnosis: Diagnosis) -> Group:
    """The channel within a phase that most of the churned come from."""
    worst = max(diagnosis.by_channel_phase, key=lambda cell: cell.counts.churned, default=None)
    return Group(None, None) if worst is None else Group(worst.phase, worst.channel)


def _drills(sides: Sides, groups: Sequence[Group], features: Sequence[str]) -> tuple[Drill, ...]:
    """Every group drilled into once, in order."""
    return tuple(found for group in dict.fromkeys(groups) for found in drill(sides, group, features))


def _drilled_by(sides: Sides, by: Sequence[str]) -> tuple[str, ...]:
    """The features to drill by: those named, or the usual. Raises SettingsProblem for one there is not."""
    if not by:
        return drilled_by(sides)
    return tuple(dict.fromkeys(feature_of(text, sides.asked) for text in by))


def _sides(
    ws: Workspace, churn: Churn, alive: Alive, customers: Customers, *, as_of: int, rules: FindingRules
) -> tuple[Sides, int]:
    """The churned and those who stayed, as of the day after each was seen, and how many were left out."""
    sides = _compared(churn, alive, customers, as_of)
    order = np.argsort(sides.customer, kind="stable")
    customer, seen = sides.customer[order], sides.seen[order]
    cut = seen + np.int32(1)
    asked = [feature for feature in profile.catalogue(ws.settings) if is_asked(feature)]
    table, phase, trust = read_graded(ws, customer, cut, [feature.name for feature in asked])
    names = {**read_said(ws, customer, cut, free_max=rules.attributes_max), "trust": trust}
    compared = Sides(
        churned=sides.churned[order],
        weight=sides.weight[order],
        phase=phase,
        channel=customers.channel[customer],
        channels=customers.channels,
        questions=questions(
            table,
            asked,
            names,
            minor_digits=ws.settings.workspace.minor_digits,
            names_max=rules.names_max,
        ),
        rules=rules,
        asked=(*(feature.name for feature in asked), *names),
    )
    return compared, sides.left_out


def _compared(churn: Churn, alive: Alive, customers: Customers, as_of: int) -> Comparison:
    state, last = states(alive, churn, as_of), last_alive(alive, as_of)
    started = first_alive(alive)
    months, names = _months(started)
    stratum = customers.channel * (len(names) + 1) + months + 1
    _, compact = np.unique(stratum, return_inverse=True)
    gone = state == STATE_CODES[State.CHURNED]
    return compare(
        alive,
        compact,
        started,
        last_of_churned=np.where(gone, last, NO_DAY).astype(np.int32),
        stayed=(state == STATE_CODES[State.ACTIVE]) | (state == STATE_CODES[State.DORMANT]),
        as_of=as_of,
    )
