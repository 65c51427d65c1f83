"""Does the report tell what was planted, and no more? Many simulated apps, each told of from end to end."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from pathlib import Path
from statistics import mean
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from benchmarks.diagnose import day_after_all, take, workspace
from benchmarks.harness import RESULTS, Entry, against, record
from winback.diagnose.nouns import Condition, Drill, Group
from winback.diagnose.report_nouns import Report
from winback.diagnose.run import report
from winback.diagnose.telling import comparable, stands_out, worst
from winback.simulate.run import simulate

PAGE = RESULTS.parents[1] / "docs" / "4-diagnose.md"
QUESTION = "the report against the simulator's truth"
#: The rate of false findings that is stated.
FALSE_RATE = 0.01
#: What was told, a figure, what it is held against, and the unit.
Row = tuple[str, float, tuple[str, float], str]
#: What people say of themselves and what has no effect on anything in the simulated app.
WITHOUT_EFFECT = frozenset({"attributes.region", "attributes.device", "language"})
#: The finance supermarkets stand aside: they come and go with their contract, and lose nearly all.
USUAL = ("distribution", "invitation", "organic", "app_store")
CELL = Group("novice", "distribution")
BY = (
    "purchase_count_life",
    "purchase_largest_life",
    "purchase_count_bonus_interest_life",
    "region",
    "device",
)


@dataclass(frozen=True)
class Size:
    """So many worlds with all that is planted, and so many with nothing planted."""

    planted: int
    plain: int
    customers: int = 15_000
    days: int = 400


SIZES = {"small": Size(2, 1), "full": Size(20, 20)}


@dataclass
class Told:
    """What was told of the worlds of one kind: shares a world, and counts over all."""

    novices: list[float] = field(default_factory=list)
    few_purchases: list[float] = field(default_factory=list)
    small_amounts: list[float] = field(default_factory=list)
    no_bonus: list[float] = field(default_factory=list)
    supermarket: list[float] = field(default_factory=list)
    worlds: int = 0
    worst_as_in_the_case: int = 0
    bunches_planted: int = 0
    bunches_met: int = 0
    bunches_found: int = 0
    bunches_false: int = 0
    versions_planted: int = 0
    versions_met: int = 0
    versions_found: int = 0
    versions_false: int = 0
    stopped_rightly: int = 0
    stopped_wrongly: int = 0
    findings: int = 0
    findings_without_effect: int = 0
    channels_standing_out: int = 0


def add(told: Told, found: Report, truth: dict[str, Any]) -> None:
    """Hold one report against its world."""
    told.worlds += 1
    cells = {(c.channel, c.phase): c.churn.share or 0.0 for c in found.diagnosis.by_channel_phase}
    told.novices.append(found.diagnosis.structure[0].rate.share or 0.0)
    most = {phase: max(USUAL, key=lambda name: cells.get((name, phase), 0.0)) for phase in PHASES_WORST}
    told.worst_as_in_the_case += most == PHASES_WORST
    _drilled(told, found)
    _bunches(told, found, truth)
    faulty = {version["name"] for version in truth["versions"] if version["faulty"]}
    called = {version.version for version in found.faults.versions if version.standing == "faulty"}
    told.versions_planted += len(faulty)
    told.versions_met += len(faulty & called)
    told.versions_found += len(called)
    told.versions_false += len(called - faulty)
    stopped = {channel.channel for channel in found.quality.channels if channel.verdict == "stop"}
    told.stopped_rightly += "finance_supermarket" in stopped
    told.stopped_wrongly += len(stopped - {"finance_supermarket"})
    told.findings += len(found.findings.findings)
    told.findings_without_effect += sum(
        any(each.feature in WITHOUT_EFFECT for each in finding.conditions)
        for finding in found.findings.findings
    )
    loudest = worst(found.diagnosis.by_channel)
    told.channels_standing_out += loudest is not None and stands_out(
        loudest, found.diagnosis.total.churn, len(comparable(found.diagnosis.by_channel))
    )
    shares = {cell.channel: cell.churn.share for cell in found.diagnosis.by_channel}
    told.supermarket.append(shares.get("finance_supermarket") or 0.0)


#: The channel that loses most in each phase, as the practice reported it.
PHASES_WORST = {"novice": "distribution", "growth": "invitation", "mature": "invitation"}


def _drilled(told: Told, found: Report) -> None:
    of = {drill.feature: drill for drill in found.drills if drill.group == CELL}
    for into, feature, below in (
        (told.few_purchases, "purchase_count_life", 3.0),
        (told.small_amounts, "purchase_largest_life", 10_000_00.0),
        (told.no_bonus, "purchase_count_bonus_interest_life", 1.0),
    ):
        if feature in of:
            into.append(_share_below(of[feature], below))


def _share_below(drill: Drill, limit: float) -> float:
    """The share of the churned of a drill below a limit; the limit must be one of its own."""
    assert Condition(drill.feature, below=limit).below in {row.condition.below for row in drill.rows}
    below = [row for row in drill.rows if row.condition.below is not None and row.condition.below <= limit]
    return sum(row.churned.part for row in below) / drill.rows[0].churned.whole


def _bunches(told: Told, found: Report, truth: dict[str, Any]) -> None:
    spans = [
        (date.fromisoformat(each["first_day"]), date.fromisoformat(each["last_day"]))
        for each in truth["clusters"]
    ]
    bunches = [(bunch.first_day, bunch.last_day) for bunch in found.clusters.clusters]
    told.bunches_planted += len(spans)
    told.bunches_met += sum(any(_meet(bunch, span) for bunch in bunches) for span in spans)
    told.bunches_found += len(bunches)
    told.bunches_false += sum(not any(_meet(bunch, span) for span in spans) for bunch in bunches)


def _meet(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def world(size: Size, seed: int, *, plain: bool) -> Told:
    """Simulate one world, take it in, and hold its report against what was planted in it."""
    with tempfile.TemporaryDirectory(prefix="winback-truth-") as root:
        folder = Path(root) / "world"
        simulate(folder, size.customers, size.days, seed, plain=plain)
        _join_months(folder / "raw")
        take(folder)
        ws = workspace(folder)
        told = Told()
        chosen = "/".join((CELL.phase or "", CELL.channel or ""))
        truth = json.loads((folder / "truth" / "planted.json").read_text(encoding="utf-8"))
        add(told, report(ws, day_after_all(ws), groups=[chosen], by=BY), truth)
        return told


def _join_months(raw: Path) -> None:
    """One file a kind instead of one a month: the same rows, taken in in a third of the time."""
    for first in sorted(raw.glob("*-????-??.parquet")):
        kind = first.name[: -len("-2025-01.parquet")]
        months = sorted(raw.glob(f"{kind}-????-??.parquet"))
        if first == months[0] and len(months) > 1:
            rows = pa.concat_tables([pq.read_table(month) for month in months])
            for month in months[1:]:
                month.unlink()
            pq.write_table(rows, first)


#: A world by whether nothing is planted in it, and its seed.
World = tuple[bool, int]


def measure(size: Size, journal: Path, *, jobs: int, shown: Callable[[Any], None]) -> dict[World, Told]:
    """What was told of every world of this size; those in the journal are not made again."""
    done = _noted(journal)
    wanted = [(plain, seed + 1) for plain in (True, False) for seed in range(_worlds(size, plain))]
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        under_way = {
            pool.submit(world, size, seed, plain=plain): (plain, seed)
            for plain, seed in wanted
            if (plain, seed) not in done
        }
        for each in as_completed(under_way):
            plain, seed = under_way[each]
            done[plain, seed] = each.result()
            entry = {"plain": plain, "seed": seed, "told": asdict(each.result())}
            with journal.open("a", encoding="utf-8") as notes:
                notes.write(json.dumps(entry) + "\n")
            shown(entry)
    return {each: done[each] for each in wanted}


def _worlds(size: Size, plain: bool) -> int:
    return size.plain if plain else size.planted


def _noted(journal: Path) -> dict[World, Told]:
    lines = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
    return {(each["plain"], each["seed"]): Told(**each["told"]) for each in map(json.loads, lines)}


def together(worlds: Iterable[Told]) -> Told:
    """What was told of several worlds: shares side by side, counts added up."""
    whole = Told()
    for told in worlds:
        for each in fields(Told):
            setattr(whole, each.name, getattr(whole, each.name) + getattr(told, each.name))
    return whole


def entries(name: str, size: Size, told: Told, nothing: Told) -> list[Entry]:
    """The table: what was told against what was planted, and where nothing was planted."""
    label = f"{name}: {size.planted} seeds of {size.customers:,} customers over {size.days} days"
    empty = f"{name}: {size.plain} seeds with nothing planted"
    return [
        against(QUESTION, of, subject=(what, value), rival=rival, unit=unit, runs=worlds)
        for of, worlds, rows in (
            (label, told.worlds, [*_as_in_the_case(told), *_as_planted(told)]),
            (empty, nothing.worlds, _where_nothing_was(nothing)),
        )
        for what, value, rival, unit in rows
    ]


def _as_in_the_case(told: Told) -> list[Row]:
    """What the case reports of the app that is simulated."""
    case = "reported in the case"
    return [
        ("novices among the churned, mean", 100 * mean(told.novices), (case, 48.0), "%"),
        (
            "worst channels by phase as in the case",
            told.worst_as_in_the_case,
            ("worlds", told.worlds),
            "worlds",
        ),
        (
            "of churned novices from distribution: bought at most twice, mean",
            100 * mean(told.few_purchases),
            (case, 90.0),
            "%",
        ),
        ("… never reached 10,000 in one purchase, mean", 100 * mean(told.small_amounts), (case, 80.0), "%"),
        ("… never bought a bonus-interest product, mean", 100 * mean(told.no_bonus), (case, 80.0), "%"),
        ("churned of the finance supermarkets, mean", 100 * mean(told.supermarket), (case, 95.0), "%"),
    ]


def _as_planted(told: Told) -> list[Row]:
    """What was planted, and what was told without cause."""
    good, rate = ("good channels", 4 * told.worlds), f"{FALSE_RATE:.0%} of all findings"
    return [
        ("channels rightly told to stop", told.stopped_rightly, ("planted", told.worlds), "channels"),
        ("channels wrongly told to stop", told.stopped_wrongly, good, "channels"),
        ("planted bunches found", told.bunches_met, ("planted", told.bunches_planted), "bunches"),
        ("bunches found and not planted", told.bunches_false, ("found", told.bunches_found), "bunches"),
        ("planted faulty versions found", told.versions_met, ("planted", told.versions_planted), "versions"),
        ("versions called faulty wrongly", told.versions_false, ("called", told.versions_found), "versions"),
        (
            "findings on what has no effect (region, device, language)",
            told.findings_without_effect,
            (rate, FALSE_RATE * told.findings),
            "findings",
        ),
    ]


def _where_nothing_was(nothing: Told) -> list[Row]:
    """What was told where nothing was planted."""
    worlds, rate = ("worlds", nothing.worlds), f"{FALSE_RATE:.0%} of all findings"
    stopped = nothing.stopped_rightly + nothing.stopped_wrongly
    return [
        ("bunches found", nothing.bunches_found, worlds, "bunches"),
        ("versions called faulty", nothing.versions_found, worlds, "versions"),
        ("channels told to stop", stopped, ("channels", 5 * nothing.worlds), "channels"),
        ("channels said to stand out", nothing.channels_standing_out, worlds, "channels"),
        (
            "findings on what has no effect",
            nothing.findings_without_effect,
            (rate, FALSE_RATE * nothing.findings),
            "findings",
        ),
    ]


def table(kept: list[dict[str, Any]]) -> str:
    """The rows of the largest size measured as a table for the page of the stage."""
    mine = [entry for entry in kept if entry["question"] == QUESTION]
    full = [entry for entry in mine if entry["size"].startswith("full")] or mine
    lines = ["| told | | against | | worlds |", "| --- | ---: | --- | ---: | ---: |"]
    for entry in full:
        world = " (nothing planted)" if "nothing planted" in entry["size"] else ""
        values = (f"{entry[f'{side}_value']:,.4g} {entry['unit']}" for side in ("subject", "rival"))
        mine_is, rival_is = values
        lines.append(
            f"| {entry['subject']}{world} | {mine_is} | {entry['rival']} | {rival_is} | {entry['runs']} |"
        )
    return "\n".join(lines)


def put_in_page() -> None:
    """Put the table between its marks in docs/4-diagnose.md."""
    head, rest = PAGE.read_text(encoding="utf-8").split("<!-- truth: python -m benchmarks.truth -->\n", 1)
    tail = rest.split("<!-- end of truth -->", 1)[1]
    kept = json.loads(RESULTS.read_text(encoding="utf-8"))
    mark = "<!-- truth: python -m benchmarks.truth -->\n"
    PAGE.write_text(f"{head}{mark}{table(kept)}\n<!-- end of truth -->{tail}", encoding="utf-8")


def main() -> None:
    """Measure the size that was asked for, and put its table in the page."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--size", choices=sorted(SIZES), default="small")
    asked.add_argument("--jobs", type=int, default=1, help="so many worlds at a time")
    asked.add_argument("--resume", action="store_true", help="go on with a run that was cut short")
    given = asked.parse_args()
    name, size = given.size, SIZES[given.size]
    journal = RESULTS.with_name(f"truth-{name}.jsonl")
    journal.parent.mkdir(exist_ok=True)
    if not given.resume:
        journal.unlink(missing_ok=True)
    told = measure(size, journal, jobs=given.jobs, shown=Console().print)
    planted, nothing = (together(told[each] for each in told if each[0] is plain) for plain in (False, True))
    record(entries(name, size, planted, nothing))
    if name == "full":
        put_in_page()


if __name__ == "__main__":
    main()
