"""The step: sources in, log and lanes and registry out, in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from winback.ingest.nouns import IngestSummary
from winback.store.workspace import Workspace
from winback.terms.progress import Progress, Silent


def run(  # noqa: PLR0913 - each is one switch of the command
    ws: Workspace,
    *,
    now: datetime,
    sources: Sequence[str] | None = None,
    retry: bool = False,
    strict: bool = False,
    wait_seconds: float = 60.0,
    progress: Progress | None = None,
) -> IngestSummary:
    """Take in what the sources hold that is not in yet; with `retry`, what was repaired in quarantine.

    `now` (with its zone) bounds what counts as future. `sources` names those to read, all where None.
    Raises BusyProblem where another run holds the workspace longer than `wait_seconds`, SettingsProblem
    where a mapping cannot be, DataProblem where a source cannot be read or, with `strict`, at the first bad
    row; then nothing of this run is taken.
    """
    raise NotImplementedError(ws, now, sources, retry, strict, wait_seconds, progress or Silent())
