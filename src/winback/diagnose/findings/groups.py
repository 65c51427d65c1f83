"""Groups that a person names, such as novice/distribution."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from winback.diagnose.nouns import PHASES, Group
from winback.diagnose.words import CHINESE
from winback.ingest.read import FREE
from winback.terms.errors import SettingsProblem
from winback.terms.told import Told

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
        raise _refused(
            Told("{text!r} is no group", text=text),
            Told("PHASE/CHANNEL with a phase of {phases}", phases=phases),
        )
    if phase not in phases:
        what = Told("there is no phase {phase!r} in {text!r}", phase=phase, text=text)
        raise _refused(what, phases)
    named: dict[str, str | None] = {ANY: None, **{name or NOT_KNOWN: name for name in channels}}
    known = {label: name for label, name in (called or {}).items() if name in channels} | named
    if channel not in known:
        allowed: Sequence[str] | Told = tuple(named)[:CHANNELS_NAMED_MAX]
        if (more := len(named) - CHANNELS_NAMED_MAX) > 0:
            allowed = Told("{some} and {more} more", some=allowed, more=more)
        what = Told("there is no channel {channel!r} in {text!r}", channel=channel, text=text)
        raise _refused(what, allowed)
    return Group(None if phase == ANY else phase, known[channel])


def feature_of(text: str, features: Sequence[str]) -> str:
    """The feature to drill by that this text names: its own name, or that of a free attribute alone.

    Raises SettingsProblem for what is neither.
    """
    found = next((name for name in (text, FREE + text) if name in features), None)
    if found is None:
        short = [name.removeprefix(FREE) for name in features]
        near = difflib.get_close_matches(text, short, n=5, cutoff=0.4) or short[-NEAREST_MAX:]
        what, todo = "nothing is known of {text!r} to drill by", "name one such as {near}"
        raise SettingsProblem(what, text=text, near=near, todo=todo)
    return found


def _refused(told: Told, allowed: Sequence[str] | Told) -> SettingsProblem:
    what, todo = "{told}; allowed: {allowed}", "name a group such as novice/* or */web"
    return SettingsProblem(what, told=told, allowed=allowed, todo=todo)
