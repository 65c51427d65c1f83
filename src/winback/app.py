"""The composition root: from the workspace file and the environment to an opened workspace."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path

from winback.settings.load import load
from winback.settings.place import placed
from winback.store.workspace import Workspace
from winback.terms.errors import Place, Problem, SettingsProblem, gathered

FILE_NAME = "winback.toml"
#: The file of the workspace opened last in this context.
_opened: ContextVar[Path | None] = ContextVar("opened", default=None)


def open_workspace(path: Path | None = None) -> Workspace:
    """The workspace of a file, or of a folder that holds `winback.toml`; without a path, the nearest above.

    Raises SettingsProblem where there is none, or where it says what cannot be.
    """
    file = workspace_file(path)
    _opened.set(file)
    return Workspace(settings=load(file), root=file.parent)


def located(problem: Problem) -> Problem:
    """The problem with the lines of the keys it names, where those stand in the opened workspace's file."""
    file = _opened.get()
    if file is None or not isinstance(problem, SettingsProblem):
        return problem
    each = [SettingsProblem(one.what, place=placed(one.place, file), todo=one.todo) for one in problem.each]
    return gathered(each, of=str(file))


def workspace_file(path: Path | None = None) -> Path:
    """Where the workspace file lies. Raises SettingsProblem where there is none."""
    if path is not None:
        found = path / FILE_NAME if path.is_dir() else path
        if not found.is_file():
            raise _nothing_there(str(found))
        return found.resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    raise _nothing_there(f"{here} and above")


def _nothing_there(where: str) -> SettingsProblem:
    return SettingsProblem(
        f"no {FILE_NAME} is here",
        place=Place(file=where),
        todo="`winback init` writes one; --workspace names one that lies elsewhere",
    )
