"""Compiled code that calls other files is kept under the text of them all."""

from __future__ import annotations

import re
from pathlib import Path

import winback
from winback.profile import derive
from winback.terms.sources import digest_of


def test_the_digest_changes_with_any_of_the_files(tmp_path: Path) -> None:
    first, second = tmp_path / "first.py", tmp_path / "second.py"
    first.write_text("a = 1\n")
    second.write_text("b = 1\n")
    before = digest_of(str(first), "second.py")
    assert before == digest_of(str(first), "second.py") > 0
    second.write_text("b = 2\n")
    assert digest_of(str(first), "second.py") != before


def test_the_kernel_of_features_names_every_file_it_is_compiled_from() -> None:
    folder = Path(derive.__file__).parent
    compiled = {
        file.name for file in folder.glob("*.py") if re.search(r"@(inner|kept|intrinsic)\b", file.read_text())
    }
    assert compiled <= set(derive.COMPILED)
    assert "programme.py" in derive.COMPILED, "its numbers are compiled in"


def test_only_what_is_called_from_python_is_kept_of_the_kernel() -> None:
    folder = Path(derive.__file__).parent
    kept = {name: (folder / name).read_text().count("@kept(") for name in derive.COMPILED}
    assert {name: count for name, count in kept.items() if count} == {"derive.py": 1, "kernel.py": 1}


def test_compiled_code_is_declared_in_one_way() -> None:
    root = Path(winback.__file__).parent
    told = {file.relative_to(root).as_posix() for file in root.rglob("*.py") if "njit" in file.read_text()}
    assert told == {"store/compiled.py", "simulate/oracle.py"}, "the oracle is for tests, and never kept"
