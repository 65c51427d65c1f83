"""Groups that a person names, such as novice/distribution."""

from __future__ import annotations

from collections.abc import Sequence

from winback.diagnose.nouns import PHASES, Group
from winback.terms.errors import SettingsProblem

#: Stands for any phase, or any channel.
ANY = "*"
#: Names the channel of those whose channel is not known.
NOT_KNOWN = "?"
#: A message names so many channels.
CHANNELS_NAMED_MAX = 30


def group_of(text: str, channels: Sequence[str]) -> Group:
    """The group that `PHASE/CHANNEL` names; * is any of them, ? the channel that is not known.

    Raises SettingsProblem for what is no such pair, a phase there is not, or a channel not in `channels`.
    """
    phase, slash, channel = text.partition("/")
    phases = (*PHASES, ANY)
    if not slash:
        raise _refused(f"{text!r} is no group", f"PHASE/CHANNEL with a phase of {', '.join(phases)}")
    if phase not in phases:
        raise _refused(f"there is no phase {phase!r} in {text!r}", ", ".join(phases))
    named: dict[str, str | None] = {ANY: None, **{name or NOT_KNOWN: name for name in channels}}
    if channel not in named:
        allowed = ", ".join(list(named)[:CHANNELS_NAMED_MAX])
        more = len(named) - CHANNELS_NAMED_MAX
        raise _refused(
            f"there is no channel {channel!r} in {text!r}",
            allowed + (f" and {more} more" if more > 0 else ""),
        )
    return Group(None if phase == ANY else phase, named[channel])


def _refused(what: str, allowed: str) -> SettingsProblem:
    return SettingsProblem(f"{what}; allowed: {allowed}", todo="name a group such as novice/* or */web")
