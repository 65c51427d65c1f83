"""What every provider is opened with, and how the failures of its software are understood."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winback.deliver.nouns import Fate
from winback.settings.deliver import ProviderSection
from winback.settings.secrets import secret
from winback.terms.errors import Place, SettingsProblem

#: Failures after which nothing can have been sent: no connection was made.
_NO_CONNECTION = frozenset(
    {
        *("ConnectionRefusedError", "NewConnectionError", "ConnectTimeout", "ConnectTimeoutError"),
        *("gaierror", "NameResolutionError", "SMTPConnectError", "APIConnectionException"),
    }
)


@dataclass(frozen=True)
class Opening:
    """A provider's settings, the folder of the workspace's data, and where its call-backs are to go."""

    section: ProviderSection
    data: Path
    callback_url: str = ""

    def secret(self, what: str) -> str:
        """WINBACK_<NAME>_<WHAT>. Raises SettingsProblem where it is not set."""
        name = self.secret_name(what)
        value = secret(name)
        if value is None:
            raise SettingsProblem(
                "{name} is not set; provider {provider} needs it",
                name=name,
                provider=self.section.name,
                todo="set {name} or {name}_FILE",
            )
        return value

    def secret_name(self, what: str) -> str:
        """The variable that holds a secret of this provider."""
        return f"WINBACK_{self.section.name.upper()}_{what}"

    def option(self, name: str, default: str | None = None) -> str:
        """An option of the settings. Raises SettingsProblem where it has no default and is not given."""
        value = self.section.options.get(name, default)
        if value is None:
            place = Place(field=f"providers.{self.section.name}.options.{name}")
            what = "a provider of kind {kind} needs it"
            raise SettingsProblem(what, kind=self.section.kind, place=place)
        return value

    def kept_text(self, template: str) -> str:
        """What this provider calls a template. Raises KeyError where the settings do not say."""
        return self.section.templates[template]

    def load(self, module: str) -> Any:
        """The provider's own software. Raises SettingsProblem where it is not installed."""
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.ERROR)
        try:
            return importlib.import_module(module)
        except ImportError:
            package = module.partition(".")[0]
            raise SettingsProblem(
                "provider {provider} of kind {kind} needs the package {package}",
                provider=self.section.name,
                kind=self.section.kind,
                package=package,
                todo="pip install 'winback[providers]'",
            ) from None


def fate_of(error: BaseException) -> Fate:
    """DOWN where no connection was made, so that nothing was sent; else UNKNOWN."""
    return Fate.DOWN if any(type(each).__name__ in _NO_CONNECTION for each in _chain(error)) else Fate.UNKNOWN


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and everything it was made from, however the software holds it."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        held = (one.__cause__, one.__context__, *(getattr(one, name, None) for name in _HOLDERS), *one.args)
        waiting += [each for each in held if isinstance(each, BaseException)]


#: Loggers of providers' software that would write contacts into the log.
_TALKATIVE = (
    "alibabacloud",
    "firebase_admin",
    "httpx",
    "jpush",
    "tencentcloud_sdk_common",
    "twilio",
    "urllib3",
)
_HOLDERS = ("reason", "inner_exception", "cause", "_cause")
