"""Groups that a person names, such as novice/distribution."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from winback.diagnose.nouns import PHASES, Group
from winback.diagnose.words import CHINESE
from winback.ingest.read import FREE
from winback.terms.errors import SettingsProblem

#: Stands for any phase, or any channel.
ANY = "*"
#: Names the channel of those whose channel is not known.
NOT_KNOWN = "?"
_PHASE_CALLED = {CHINESE[phase]: phase for phase in PHASES}
#: A message names so many channels.
CHANNELS_NAMED_MAX = 30
#: So many features are named where none is like the one that was given.
NEAREST_MAX = 8


def group_of(text: str, channels: Sequence[str], called: Mapping[str, str] | None = None) -> Group:
    """The group that `PHASE/CHANNEL` names; * is any of them, ? the channel that is not known.

    A channel goes by its name or by what it is `called` (label to name), a phase also by its Chinese name.

    Raises SettingsProblem for what is no such pair, a phase there is not, or a channel not in `channels`.
    """
    said, slash, channel = text.partition("/")
    phase = _PHASE_CALLED.get(said, said)
    phases = (*PHASES, ANY)
    if not slash:
        raise _refused(f"{text!r} is no group", f"PHASE/CHANNEL with a phase of {', '.join(phases)}")
    if phase not in phases:
        raise _refused(f"there is no phase {phase!r} in {text!r}", ", ".join(phases))
    named: dict[str, str | None] = {ANY: None, **{name or NOT_KNOWN: name for name in channels}}
    known = {label: name for label, name in (called or {}).items() if name in channels} | named
    if channel not in known:
        allowed = ", ".join(list(named)[:CHANNELS_NAMED_MAX])
        more = len(named) - CHANNELS_NAMED_MAX
        raise _refused(
            f"there is no channel {channel!r} in {text!r}",
            allowed + (f" and {more} more" if more > 0 else ""),
        )
    return Group(None if phase == ANY else phase, known[channel])


def feature_of(text: str, features: Sequence[str]) -> str:
    """The feature to drill by that this text names: its own name, or that of a free attribute alone.

    Raises SettingsProblem for what is neither.
    """
    found = next((name for name in (text, FREE + text) if name in features), None)
    if found is None:
        short = [name.removeprefix(FREE) for name in features]
        near = difflib.get_close_matches(text, short, n=5, cutoff=0.4) or short[-NEAREST_MAX:]
        todo = f"name one such as {', '.join(near)}"
        raise SettingsProblem(f"nothing is known of {text!r} to drill by", todo=todo)
    return found


def _refused(what: str, allowed: str) -> SettingsProblem:
    return SettingsProblem(f"{what}; allowed: {allowed}", todo="name a group such as novice/* or */web")
