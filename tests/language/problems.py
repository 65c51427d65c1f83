"""Reads off the source what people are told when something goes wrong: the templates and their fields."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

#: What a door says of arguments of the command that cannot be.
DOORS = {"BadParameter"}
#: Folders in which a ValueError is what pydantic is told of a setting.
CHECKED = {"settings", "conditions"}
#: Arguments of a problem that are no fields of its template.
OWN = {"place", "todo", "each"}


@dataclass(frozen=True)
class Template:
    """A template with the names of the fields that it is given."""

    where: str
    text: str
    given: frozenset


def places_of(text):
    """The names of the places in a template: {name}, {name!r}, {name:,}."""
    return set(re.findall(r"(?<!\{)\{([a-z_]+)(?:![rs])?(?::[^{}]*)?\}", text))


def called(node):
    return getattr(node.func, "id", getattr(node.func, "attr", None))


def problems_among(trees):
    """The names of `Problem` and of every class below it."""
    names = {"Problem"}
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    while more := {
        each.name
        for each in classes
        if each.name not in names
        and any(getattr(base, "id", getattr(base, "attr", None)) in names for base in each.bases)
    }:
        names |= more
    return names


def trees_below(folder):
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(Path(folder).rglob("*.py"))}


def told_in(trees):
    """All templates, and the places where a text is told that no door could translate."""
    names = problems_among(trees.values())
    templates, bare = [], []
    for file, tree in trees.items():
        for node in ast.walk(tree):
            checks = {"ValueError"} if file.parent.name in CHECKED else set()
            if not isinstance(node, ast.Call) or called(node) not in {*names, *DOORS, *checks, "Told"}:
                continue
            where = f"{file.name}:{node.lineno}"
            given = frozenset(each.arg for each in node.keywords if each.arg) - OWN
            texts = [*node.args[:1], *(each.value for each in node.keywords if each.arg == "todo")]
            for text in texts:
                found, odd = _read(text, tree)
                templates += [Template(where, each, given) for each in found]
                bare += [where] * odd
    return templates, bare


def _read(text, tree):
    """The templates of an argument, and whether it is put together where it should be a template."""
    if isinstance(text, ast.Constant):
        return ([text.value] if isinstance(text.value, str) else []), False
    if isinstance(text, ast.IfExp | ast.BoolOp):
        parts = [text.body, text.orelse] if isinstance(text, ast.IfExp) else text.values
        read = [_read(part, tree) for part in parts]
        return [each for found, _ in read for each in found], any(odd for _, odd in read)
    if isinstance(text, ast.Name):
        read = [_read(value, None) for value in _assigned(text, tree)] if tree is not None else []
        return [each for found, _ in read for each in found], any(odd for _, odd in read)
    is_call = isinstance(text, ast.Call)
    return [], isinstance(text, ast.JoinedStr | ast.BinOp) or (
        is_call and called(text) in ("format", "join", "str")
    )


def _assigned(name, tree):
    """What a name was set to last before it is used, in the function around it or in the module."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= name.lineno <= node.end_lineno
    ]
    scope = max(around, key=lambda node: node.lineno, default=tree)
    found = [
        (node.lineno, value)
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign) and node.lineno <= name.lineno
        for target, value in _pairs(node)
        if getattr(target, "id", None) == name.id
    ]
    return [value for line, value in found if line == max(line for line, _ in found)]


def _pairs(node):
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=False)
        else:
            yield target, node.value
