"""The composition root: from the workspace file and the environment to an opened workspace."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

from winback.language import Language
from winback.settings.deliver import MEDIUMS, ProviderSection
from winback.settings.load import language_of, load
from winback.settings.place import placed
from winback.store.workspace import Workspace
from winback.terms.errors import Place, Problem, SettingsProblem, gathered

if TYPE_CHECKING:
    from winback.deliver.nouns import Carrier

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


def nothing_opened() -> None:
    """A new call: what the one before it opened is forgotten."""
    _opened.set(None)


def located(problem: Problem) -> Problem:
    """The problem with the lines of the keys it names, where those stand in the opened workspace's file."""
    file = _opened.get()
    if file is None or not isinstance(problem, SettingsProblem):
        return problem
    each = [SettingsProblem(one.what, place=placed(one.place, file), todo=one.todo) for one in problem.each]
    return gathered(each, of=str(file))


def opened_language() -> Language | None:
    """What the workspace opened last says, also where its file cannot be as it is; None where none was."""
    file = _opened.get()
    return None if file is None else language_of(file)


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


def carriers(ws: Workspace) -> list[Carrier]:
    """Those who carry messages, opened as [[providers]] says; sandboxes for all mediums where it says none.

    Raises SettingsProblem where a secret, an option or a provider's software is missing.
    """
    from winback.deliver.read import callback_url

    if not ws.settings.providers:
        return [_sandbox(ws, f"sandbox_{medium}", medium) for medium in MEDIUMS]
    return [_carrier(ws, section, callback_url(ws, section.name)) for section in ws.settings.providers]


def _sandbox(ws: Workspace, name: str, medium: str) -> Carrier:
    from winback.deliver.providers.sandbox import Sandbox

    return Sandbox(name, medium, ws.data / "sandbox")


def _carrier(ws: Workspace, section: ProviderSection, callback: str) -> Carrier:
    """One provider, known by its kind: the one place where providers are named."""
    if section.kind == "sandbox":
        return _sandbox(ws, section.name, section.medium)
    if section.kind == "inbox":
        from winback.deliver.providers.inbox import Inbox

        return Inbox(section.name, ws)
    from winback.deliver.providers import aliyun, fcm, http_sms, jpush, mail, tencent, twilio, webhook
    from winback.deliver.providers.opening import Opening

    by_kind: dict[str, Callable[[Opening], Carrier]] = {
        "aliyun": aliyun.opened,
        "tencent": tencent.opened,
        "twilio": twilio.opened,
        "http_sms": http_sms.opened,
        "jpush": jpush.opened,
        "fcm": fcm.opened,
        "mail": mail.opened,
        "webhook": webhook.opened,
    }
    return by_kind[section.kind](Opening(section, ws.data, callback))


def _nothing_there(where: str) -> SettingsProblem:
    return SettingsProblem(
        "no {file} is here",
        file=FILE_NAME,
        place=Place(file=where),
        todo="`winback init` writes one; --workspace names one that lies elsewhere",
    )
