"""The step: sources in, log and lanes and registry out, in one commit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import datetime

from winback.ingest import contacts, incoming, leftovers, manifest, quarantine, work
from winback.ingest.desk import Desk, furnish
from winback.ingest.keys import load_kernels
from winback.ingest.nouns import IngestSummary, Manifest, SourceSummary
from winback.ingest.reading import mapping_of, read_source
from winback.ingest.retry import retry as retry_waiting
from winback.ingest.settle import commit, law_of
from winback.settings.collector import BUILT_IN_SOURCES
from winback.settings.sources import Source
from winback.store.lock import exclusive
from winback.store.workspace import Workspace
from winback.terms.errors import Place, SettingsProblem
from winback.terms.progress import Progress, Silent
from winback.terms.told import Told

#: So many names of calls that became no event are told.
_NAMES_TOLD = 10
#: Sections of the settings under which staged work was made.
_STAGED_UNDER = ("workspace", "sources", "kinds", "products", "limits", "collector")


def run(
    ws: Workspace,
    *,
    now: datetime,
    sources: Sequence[str] | None = None,
    retry: bool = False,
    strict: bool = False,
    wait_seconds: float = 60.0,
    progress: Progress | None = None,
    rows_per_step: int | None = None,
) -> IngestSummary:
    """Take in what the sources hold that is not in yet; with `retry`, what waits in quarantine instead.

    `now` (with its zone) bounds what counts as future. `sources` names those to read, all where None;
    `rows_per_step` bounds memory and what a kill may lose. Work staged by a killed run is gone on with.
    Raises BusyProblem where another run holds the workspace longer than `wait_seconds`, SettingsProblem
    where a mapping cannot be, DataProblem where a source cannot be read or, with `strict`, at the first bad
    row; then nothing of this run is taken.
    """
    began = time.monotonic()
    progress = progress or Silent()
    with exclusive(ws.data / "lock", wait_seconds=wait_seconds, progress=progress):
        known = manifest.load(ws.data)
        _check_law(ws, known)
        known = _deliver_contacts(ws, known)
        law = ws.settings.fingerprint(*_STAGED_UNDER)
        journal = work.Work(known.version, law, known.customers) if strict else work.load(ws.data, known, law)
        leftovers.clean(ws.data, known, journal, now)
        with ws.duckdb() as db, ThreadPoolExecutor(ws.threads) as pool:
            desk = Desk(ws, known, journal, db, pool, contacts.safe(), now, strict, progress)
            desk.rows_per_step = rows_per_step or desk.rows_per_step
            pool.submit(load_kernels)
            furnish(db, ws, known, journal)
            _read(desk, _chosen(ws, sources), retry)
            new = commit(desk) if _has_news(desk) else known
        leftovers.end(ws.data, desk.loose)
        new = _deliver_contacts(ws, new)
        incoming.put_away(ws, new, now)
        return replace(_summary(desk, new), seconds=time.monotonic() - began)


def _read(desk: Desk, chosen: list[Source], retry: bool) -> None:
    opened = desk.work.open
    unfinished = [s for s in _sources(desk.ws) if opened is not None and s.name == opened.source]
    if unfinished and (retry or unfinished[0] not in chosen):
        read_source(desk, unfinished[0])
    if retry:
        retry_waiting(desk, chosen)
        return
    for source in sorted(chosen, key=lambda s: s not in unfinished):
        read_source(desk, source)


def _chosen(ws: Workspace, names: Sequence[str] | None) -> list[Source]:
    known = {source.name: source for source in _sources(ws)}
    if not (ws.settings.sources or names or (ws.data / "incoming").exists()):
        raise SettingsProblem(
            "the workspace has no sources", place=Place(file="winback.toml", field="sources"), todo="add one"
        )
    for name in names or ():
        if name not in known:
            raise SettingsProblem(
                "there is no source {name!r}; there are {known}", name=name, known=tuple(known)
            )
    return [source for source in known.values() if names is None or source.name in names]


def _sources(ws: Workspace) -> tuple[Source, ...]:
    return (*ws.settings.sources, *incoming.built_in(ws.settings))


def _check_law(ws: Workspace, known: Manifest) -> None:
    if known.days and known.law != law_of(ws):
        raise SettingsProblem(
            "the events were taken under {then!r} (time zone, currency, minor digits),"
            " the settings now say {now!r}",
            then=known.law,
            now=law_of(ws),
            place=Place(file="winback.toml", field="workspace"),
            todo="set them back, or delete the data folder and take everything in again",
        )


def _has_news(desk: Desk) -> bool:
    staged = desk.work
    lanes_old = bool(desk.manifest.days) and desk.manifest.measures != desk.ws.settings.fingerprint(
        "kinds", "products"
    )
    return lanes_old or bool(
        staged.log or staged.quarantine or staged.settled or staged.contacts or staged.intakes
    )


def _deliver_contacts(ws: Workspace, known: Manifest) -> Manifest:
    """Bring contacts that a commit left waiting into the facts store."""
    if not known.contacts_waiting:
        return known
    contacts.store(ws, known.contacts_waiting)
    delivered = replace(known, contacts_waiting=())
    manifest.save(ws.data, delivered)
    return delivered


def _summary(desk: Desk, new: Manifest) -> IngestSummary:
    tallies = desk.work.tallies
    waiting = quarantine.waiting_count(new.quarantine, new.settled)
    return IngestSummary(
        sources=tuple(SourceSummary(source=name, **asdict(tally)) for name, tally in tallies.items()),
        customers_new=new.customers - desk.manifest.customers,
        customers=new.customers,
        days_touched=len(desk.work.log),
        first_day=new.first_day,
        last_day=new.last_day,
        waiting_in_quarantine=waiting,
        repaired=desk.work.repaired,
        version=new.version,
        notes=tuple(_notes(desk)),
    )


def _notes(desk: Desk) -> list[Told]:
    notes = []
    taken = {(intake.source, intake.mapping) for intake in desk.manifest.intakes}
    for source in desk.ws.settings.sources:
        if any(name == source.name and mapping != mapping_of(source) for name, mapping in taken):
            notes.append(
                Told(
                    "The mapping of source {source} has changed; events taken before keep the old one."
                    " Delete the data folder to take everything in anew.",
                    source=source.name,
                )
            )
    for name, tally in desk.work.tallies.items():
        if tally.contacts_refused and name in BUILT_IN_SOURCES:
            notes.append(
                Told(
                    "Source {source}: {count} contacts were dropped at the door: {key}"
                    " was not set there, they came with a browser's key, or stood where they are of nobody.",
                    source=name,
                    count=tally.contacts_refused,
                    key=contacts.KEY,
                )
            )
        elif tally.contacts_refused:
            notes.append(
                Told(
                    "Source {source}: {count} contacts were not kept, as {key} is not"
                    " set. Set it and run ingest again: the files are then read for their contacts.",
                    source=name,
                    count=tally.contacts_refused,
                    key=contacts.KEY,
                )
            )
    if desk.left_out:
        most = sorted(desk.left_out.items(), key=lambda pair: (-pair[1], pair[0]))[:_NAMES_TOLD]
        notes.append(
            Told(
                "Source collector: {count} calls became no event: {names}."
                " collector.tracks says what each name becomes.",
                count=sum(desk.left_out.values()),
                names=[f"{name} ({count})" for name, count in most],
            )
        )
    return notes
