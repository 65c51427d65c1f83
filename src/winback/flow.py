"""The steps of the stages: the table of contents of the product.

Data flows from the first to the last; no step calls the next, each leaves rows for those to its right. Which
stages there are, and which are built, says `winback.terms.stages`. Doors import this only where they run a
step, because it loads every engine.
"""

from __future__ import annotations

from winback.diagnose.run import report
from winback.diagnose.run import run as diagnose
from winback.ingest.run import run as ingest
from winback.predict.run import run as predict
from winback.predict.run import train
from winback.profile.run import run as profile
from winback.simulate.run import simulate
from winback.warn.run import run as warn

__all__ = ["simulate", "ingest", "profile", "diagnose", "report", "train", "predict", "warn"]  # noqa: RUF022 - in the order of the flow
