"""What an import may be, by the rule of the house; pure functions over a list of imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

STAGES = (
    *("ingest", "profile", "listen", "diagnose", "predict", "warn"),
    *("experiment", "plan", "reward", "deliver", "learn", "simulate"),
)
#: What each part of the house may see of a stage that is not its own.
SEEN_BY = {
    "doors": {"nouns", "read", "act"},
    "app": {"nouns", "read"},
    "flow": {"nouns", "read", "run"},
}
PLUG_IN_PLACES = {"plugins", "providers"}
#: Parts of a stage that have nouns, read and run of their own.
PARTS_LIKE_STAGES = {("simulate", "live")}


def imports_of(package: Path) -> list[tuple[str, str]]:
    """Every import inside a package, as (importing module, imported module), both with full names."""
    found = []
    for file in sorted(package.rglob("*.py")):
        module = _name(package, file)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            found += [(module, target) for target in _targets(node, module, file, package)]
    return found


def faults_of(imports: list[tuple[str, str]]) -> list[str]:
    """One sentence for each import that the rule of the house forbids."""
    return sorted({fault for importer, imported in imports for fault in _faults(importer, imported)})


def _faults(importer: str, imported: str) -> Iterator[str]:
    said = f"{importer} imports {imported}"
    here, there = importer.split("."), _as_of_its_stage(imported.split("."))
    if here[1:2] == ["terms"] and there[0] not in {*sys.stdlib_module_names, "winback"}:
        yield f"{said}: terms use the standard library only"
    if there[0] != "winback" or len(there) < 2 or len(here) < 2:
        return
    if here[1] == "simulate" and there[1] not in {"simulate", "settings", "terms", "language", "store"}:
        yield f"{said}: the simulator knows nothing of the stages it feeds"
    if PLUG_IN_PLACES & set(there) and here[1] != "app" and here[:3] != there[:3]:
        yield f"{said}: plug-ins and providers are named only in app"
    if there[1] in STAGES and there[1] != here[1]:
        yield from _across(said, here, there)
    elif there[1] in STAGES and len(there) > 2:
        if there[2] in {"run", "act"} and here != there[: len(here)]:
            yield f"{said}: {there[2]} is called from outside only"
        if here[2:3] == ["nouns"] and there[2] != "nouns":
            yield f"{said}: nouns know only nouns"


def _as_of_its_stage(module: list[str]) -> list[str]:
    """The module's name without the part of its stage that is like a stage."""
    return [*module[:2], *module[3:]] if tuple(module[1:3]) in PARTS_LIKE_STAGES else module


def _across(said: str, here: list[str], there: list[str]) -> Iterator[str]:
    part = there[2] if len(there) > 2 else "(the package itself)"
    if PLUG_IN_PLACES & set(there):
        return
    allowed = SEEN_BY.get(here[1], {"nouns", "read"})
    if here[2:3] == ["nouns"]:
        allowed = {"nouns"}
    if part not in allowed:
        yield f"{said}: of another stage, {here[1]} may see only {', '.join(sorted(allowed))}"


def _targets(node: ast.AST, module: str, file: Path, package: Path) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = module.split(".") if file.name == "__init__.py" else module.split(".")[:-1]
        head = ".".join(above[: len(above) - node.level + 1]) if node.level else ""
        source = ".".join(part for part in (head, node.module or "") if part)
        yield from (_module_or_name(package, source, alias.name) for alias in node.names)


def _module_or_name(package: Path, source: str, name: str) -> str:
    """`from a.b import c` imports the module a.b.c where there is one, else a.b."""
    inside = package.parent.joinpath(*source.split("."), name)
    return f"{source}.{name}" if inside.is_dir() or inside.with_suffix(".py").is_file() else source


def _name(package: Path, file: Path) -> str:
    parts = file.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
