"""Times of every usual form become moments, and moments the local days of the workspace."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.drawn import csv, events, parquet, source, take, workspace
from winback.ingest.moments import day_sql, offsets, utc_sql

TEN_IN_SHANGHAI = datetime(2026, 3, 1, 2, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 10:00",
        "2026-03-01T10:00:00",
        "2026/3/1 10:00:00",
        "2026-03-01T02:00:00Z",
        "2026-03-01T10:00:00+08:00",
        "2026-03-01 10:00:00.000+0800",
        "2026-03-01 03:00+01",
        "20260301T1000",
        "1772330400",
        "1772330400.0",
        "1772330400000",
    ],
)
def test_a_time_is_read_in_every_usual_form(root: Path, text: str) -> None:
    assert _moment(root, text) == TEN_IN_SHANGHAI


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-02-30", "10:00", "2026-03-01 10:00 Mars/Olympus", "2026-03-01T10:00:00+8", ""]
)
def test_what_is_no_time_is_refused(root: Path, text: str) -> None:
    assert _moment(root, text) is None


def test_a_day_alone_is_its_beginning_in_the_zone_of_the_source(root: Path) -> None:
    assert _moment(root, "2026-03-01", time_zone="Europe/Paris") == datetime(2026, 2, 28, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%d.%m.%Y %H:%M", "01.03.2026 10:00"),
        ("%d/%m/%Y %H:%M %z", "01/03/2026 04:00 +0200"),
        ("epoch_s", "1772330400"),
        ("epoch_ms", "1772330400000"),
        ("epoch_us", "1772330400000000"),
    ],
)
def test_a_source_may_say_how_it_writes_times(root: Path, form: str, text: str) -> None:
    assert _moment(root, text, time_format=form) == TEN_IN_SHANGHAI


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 3, 1, 10),
        datetime(2026, 3, 1, 10, tzinfo=ZoneInfo("Asia/Shanghai")),
        1772330400,
        1772330400.0,
        1772330400123,
    ],
)
def test_typed_times_are_read_as_they_are(root: Path, value: Any) -> None:
    parquet(root / "app.parquet", [{"customer": "a", "kind": "visit", "at": value, "amount": None}])
    ws = workspace(root, source(format="parquet"))
    take(ws)
    [(micros,)] = events(ws, '"at"')
    assert (EPOCH + timedelta(microseconds=micros)).replace(microsecond=0) == TEN_IN_SHANGHAI


def test_a_day_ends_at_midnight_of_the_workspace(root: Path) -> None:
    csv(
        root / "app.csv",
        """customer,kind,at,amount
        a,visit,2026-02-28T15:59:59.999999Z,
        b,visit,2026-02-28T16:00:00Z,""",
    )
    ws = workspace(root, source())
    take(ws)
    assert events(ws, "id, DATE '1970-01-01' + day") == [("a", date(2026, 2, 28)), ("b", date(2026, 3, 1))]


ZONES = ["Asia/Shanghai", "America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]


@settings(deadline=None)
@given(st.datetimes(datetime(2005, 1, 1), datetime(2026, 12, 31)), st.sampled_from(ZONES))
def test_local_times_are_those_of_the_time_zone_database(local: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    wanted = (local.replace(tzinfo=zone, fold=0).astimezone(UTC) - EPOCH) // timedelta(microseconds=1)
    changes = offsets(zone, date(2000, 1, 1), date(2027, 1, 1))
    micros = (local.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    assert _number(utc_sql("$m", changes), micros) == wanted


@settings(deadline=None)
@given(st.datetimes(datetime(2005, 1, 1), datetime(2026, 12, 31)), st.sampled_from(ZONES))
def test_local_days_are_those_of_the_time_zone_database(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    wanted = (moment.replace(tzinfo=UTC).astimezone(zone).date() - date(1970, 1, 1)).days
    changes = offsets(zone, date(2000, 1, 1), date(2027, 1, 1))
    micros = (moment.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    assert _number(day_sql("$m", changes), micros) == wanted


@pytest.mark.parametrize(
    ("local", "wanted"),
    [
        ("2026-03-08 01:59:59", "2026-03-08T06:59:59Z"),
        ("2026-03-08 02:30:00", "2026-03-08T07:30:00Z"),
        ("2026-03-08 03:00:00", "2026-03-08T07:00:00Z"),
        ("2025-11-02 01:30:00", "2025-11-02T05:30:00Z"),
        ("2025-11-02 02:00:00", "2025-11-02T07:00:00Z"),
    ],
)
def test_hours_that_come_twice_or_never_follow_the_stated_rule(root: Path, local: str, wanted: str) -> None:
    assert _moment(root, local, time_zone="America/New_York") == datetime.fromisoformat(wanted)


def _moment(root: Path, text: str, **over: Any) -> datetime | None:
    csv(root / "app.csv", f"customer,kind,at,amount\na,visit,{text},")
    ws = workspace(root, source(**over))
    if not take(ws).events:
        return None
    [(micros,)] = events(ws, '"at"')
    return EPOCH + timedelta(microseconds=micros)


def _number(sql: str, micros: int) -> int:
    with duckdb.connect(":memory:") as db:
        return int(db.execute(f"SELECT {sql}", {"m": micros}).fetchall()[0][0])
