"""What is out of the usual in the whole base: warnings jump, a channel's churn jumps, visits fall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from winback.ingest import read as ingest
from winback.store.workspace import Workspace
from winback.terms.kinds import Kind
from winback.terms.time import MICROS_PER_SECOND, day_number, month_of
from winback.warn.gather import LAST_ALIVE
from winback.warn.nouns import AlertKind
from winback.warn.view import View, equals

#: Fewer earlier dates than this say nothing of what is usual.
RUNS_MIN, RUNS_MAX = 5, 14
CHURN_DAYS = 28
WEEKS = 4
#: Fewer visits a day than this are too few to tell a fall from chance.
VISITS_MIN = 100


@dataclass(frozen=True)
class Anomaly:
    """What was found: the count of the day and what is usual; `subject` is a channel or empty."""

    kind: AlertKind
    subject: str
    count: int
    usual: float


def jumps(count: int, before: Sequence[int], ratio: float) -> float | None:
    """What is usual, where `count` is `ratio` times that or more, and by more than chance; else None.

    Usual is the mean of the days before. By more than chance: three standard deviations of a Poisson count
    above it.
    """
    usual = sum(before) / len(before)
    is_jump = count >= ratio * usual and count - usual > 3 * sqrt(usual + 1)
    return usual if is_jump else None


def found(ws: Workspace, view: View, new: int, new_before: Sequence[int]) -> list[Anomaly]:
    """All anomalies as of the date of the view; `new` are its new warnings, `new_before` those of runs."""
    section = ws.settings.warn
    anomalies = []
    if len(new_before) >= RUNS_MIN and (usual := jumps(new, new_before, section.jump_ratio)) is not None:
        anomalies.append(Anomaly(AlertKind.WARNINGS_JUMP, "", new, usual))
    for channel, counts in churned_by_channel(view, ws.settings.churn.days).items():
        if (usual := jumps(counts[0], counts[1:], section.jump_ratio)) is not None:
            anomalies.append(Anomaly(AlertKind.CHURN_JUMP, channel, counts[0], usual))
    visits, usual_visits = visits_of(ws, view.as_of)
    if usual_visits >= VISITS_MIN and visits <= (1 - section.visits_fall) * usual_visits:
        anomalies.append(Anomaly(AlertKind.VISITS_FALL, "", visits, usual_visits))
    return anomalies


def found_live(ws: Workspace, cut_us: int, new: int, new_before: Sequence[int]) -> list[Anomaly]:
    """All anomalies of the day so far, up to the latest event (`cut_us`).

    `new` are warnings that the live pass raised on the date, `new_before` those on the dates of earlier runs.
    """
    section, anomalies = ws.settings.warn, []
    if len(new_before) >= RUNS_MIN and (usual := jumps(new, new_before, section.jump_ratio)) is not None:
        anomalies.append(Anomaly(AlertKind.WARNINGS_JUMP, "", new, usual))
    visits, usual_visits = visits_so_far(ws, cut_us)
    if usual_visits >= VISITS_MIN and visits <= (1 - section.visits_fall) * usual_visits:
        anomalies.append(Anomaly(AlertKind.VISITS_FALL, "", visits, usual_visits))
    return anomalies


def visits_so_far(ws: Workspace, cut_us: int) -> tuple[int, float]:
    """Visits on the day of a moment before it, and the mean by that time of day in the WEEKS weeks before.

    Counted out of the log of these days alone.
    """
    zone = ws.settings.workspace.zone
    moment = datetime.fromtimestamp(cut_us / MICROS_PER_SECOND, zone)
    first = ingest.manifest(ws).first_day
    counts = []
    with ws.duckdb() as db:
        for week in range(WEEKS + 1):
            cut = moment - timedelta(days=7 * week)
            if first is None or cut.date() < first:
                return 0, 0.0
            events = ingest.events(ws, cut.date(), cut.date() + timedelta(days=1), [Kind.VISIT])
            before = int(cut.timestamp() * MICROS_PER_SECOND)
            rows = db.execute(f'SELECT count(*) FROM ({events}) WHERE "at" <= {before}').fetchall()
            counts.append(int(rows[0][0]))
    return counts[0], sum(counts[1:]) / WEEKS


def churned_by_channel(view: View, churn_days: int) -> Mapping[str, list[int]]:
    """How many of each channel churned on the date, and on each of CHURN_DAYS days before (latest first).

    Who has come back since is not counted, on any of the days.
    """
    since = view.feature(LAST_ALIVE)
    ago = since.values - churn_days - 1
    among = since.known & (ago >= 0) & (ago <= CHURN_DAYS) & equals(view.words("state"), ("churned",))
    rows = pa.table(
        {
            "channel": pc.filter(view.words("channel"), pa.array(among)),
            "ago": pa.array(ago[among].astype(np.int32)),
        }
    )
    counted: dict[str, list[int]] = {}
    for row in rows.group_by(["channel", "ago"]).aggregate([([], "count_all")]).to_pylist():
        if row["channel"] is not None:
            counts = counted.setdefault(row["channel"], [0] * (CHURN_DAYS + 1))
            counts[row["ago"]] = row["count_all"]
    return counted


def visits_of(ws: Workspace, as_of: date) -> tuple[int, float]:
    """Visits on the day before the date, and the mean of the same weekday in the WEEKS weeks before it."""
    days = [as_of - timedelta(days=1 + 7 * week) for week in range(WEEKS + 1)]
    manifest = ingest.manifest(ws)
    if manifest.first_day is None or days[-1] < manifest.first_day:
        return 0, 0.0
    counts = {day_number(day): 0 for day in days}
    for month in sorted({month_of(day) for day in days}):
        lane = ingest.lane(ws, Kind.VISIT, month, manifest)
        wanted = lane.filter(pc.is_in(lane["day"], pa.array(list(counts), pa.int32())))
        for row in wanted.group_by("day").aggregate([("count", "sum")]).to_pylist():
            counts[row["day"]] += row["count_sum"]
    last, *before = (counts[day_number(day)] for day in days)
    return last, sum(before) / len(before)
