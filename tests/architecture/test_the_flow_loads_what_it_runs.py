"""The table of contents names every step once, and asking for one loads no other's engines."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from winback import flow


def test_every_step_that_is_told_can_be_run() -> None:
    assert list(flow.STEPS) == flow.__all__
    assert all(callable(getattr(flow, step)) for step in flow.STEPS)


def test_types_and_names_speak_of_the_same_steps() -> None:
    text = Path(flow.__file__).read_text(encoding="utf-8")
    for step, (module, function) in flow.STEPS.items():
        imported = f"from {module} import {function}" + ("" if step == function else f" as {step}")
        assert re.search(rf"^    {re.escape(imported)}(  # .*)?$", text, re.MULTILINE), step


def test_taking_events_in_loads_neither_models_nor_charts() -> None:
    asked = "import sys; from winback import flow; flow.ingest; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert not loaded & {"lightgbm", "sklearn", "altair", "pandas"}
    assert "winback.ingest.run" in loaded
