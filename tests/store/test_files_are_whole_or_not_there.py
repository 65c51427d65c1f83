"""A file is replaced in one step, or stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from winback.store.whole import write_json, written_whole


def test_equal_values_are_equal_files(tmp_path: Path) -> None:
    write_json(tmp_path / "a", {"b": 1, "a": "值"})
    write_json(tmp_path / "b", {"a": "值", "b": 1})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert json.loads((tmp_path / "a").read_text()) == {"a": "值", "b": 1}


def test_what_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file"
    with written_whole(target) as aside:
        aside.write_text("before")
    with pytest.raises(ZeroDivisionError):
        _write_half(target)
    assert target.read_text() == "before"
    assert list(target.parent.iterdir()) == [target]


def _write_half(target: Path) -> None:
    with written_whole(target) as aside:
        aside.write_text("half")
        raise ZeroDivisionError
