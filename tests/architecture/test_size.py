"""Modules have at most 400 lines, function bodies at most 50; every module opens with a sentence."""

import ast

import pytest

MODULE_LINES_MAX = 400
BODY_LINES_MAX = 50
FORBIDDEN_NAMES = {
    "utils",
    "util",
    "common",
    "helpers",
    "helper",
    "base",
    "core",
    "misc",
    "manager",
    "managers",
}


def faults_of(file, text):
    """One sentence for each thing in a module that is too long, unsaid or badly named."""
    tree = ast.parse(text)
    faults = []
    if (lines := len(text.splitlines())) > MODULE_LINES_MAX:
        faults.append(f"{file}: {lines} lines")
    if text.strip() and not (ast.get_docstring(tree) or "").strip():
        faults.append(f"{file}: does not open with a sentence")
    if FORBIDDEN_NAMES & set(file.with_suffix("").parts):
        faults.append(f"{file}: a name that says nothing")
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and (long := body_lines(node)) > BODY_LINES_MAX
        ):
            faults.append(f"{file}: {node.name} has a body of {long} lines")
    return faults


def body_lines(function):
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def python_files(root):
    for part in ("src", "tests", "benchmarks", "docs", "examples"):
        for file in (root / part).rglob("*.py"):
            if "migrations" not in file.parts:
                yield file


def test_the_house_keeps_to_its_sizes(root):
    faults = []
    for file in python_files(root):
        faults += faults_of(file.relative_to(root), file.read_text(encoding="utf-8"))
    assert faults == []


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("a.py", '"""Says."""\n' + "x = 1\n" * 400, "a.py: 401 lines"),
        (
            "a.py",
            '"""Says."""\n\n\ndef f():\n    """Says."""\n' + "    x = 1\n" * 51,
            "a.py: f has a body of 51 lines",
        ),
        ("a.py", "x = 1\n", "a.py: does not open with a sentence"),
        ("utils/a.py", '"""Says."""\n', "utils/a.py: a name that says nothing"),
    ],
)
def test_what_is_too_long_unsaid_or_badly_named_is_found(tmp_path, name, text, fault):
    file = tmp_path / name
    assert faults_of(file.relative_to(tmp_path), text) == [fault]


def test_what_just_fits_is_let_pass(tmp_path):
    text = '"""Says."""\n\n\ndef f():\n    """Says."""\n' + "    x = 1\n" * 50
    text += "\n" * (MODULE_LINES_MAX - len(text.splitlines()))
    assert faults_of(tmp_path.relative_to(tmp_path) / "a.py", text) == []
