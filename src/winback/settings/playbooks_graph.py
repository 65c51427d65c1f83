"""What the steps of a playbook must agree on: they lead forward, every one is reached, promises are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from winback.settings.locate import Path
from winback.settings.playbooks import END, Playbook, Step, span_us
from winback.terms.told import Told

Found = Iterator[tuple[Path, Told]]
DAY_US = 86_400_000_000
_NONE = Told("none is there yet")


def ways(steps: Sequence[Step]) -> list[list[int]]:
    """For each step the places to which its outcomes lead, outcome 0 first; len(steps) is the end.

    Of a wait, outcome 0 is that the time is over and k is the k-th reaction; of a branch, 0 is that no case
    holds and k is the k-th case. Names that there are not lead to the end.
    """
    places = {step.name: place for place, step in enumerate(steps)} | {END: len(steps)}
    return [[places.get(name, len(steps)) for name in _named(steps, place)] for place in range(len(steps))]


def _named(steps: Sequence[Step], place: int) -> list[str]:
    step = steps[place]
    if step.kind == "end":
        return [END]
    after = steps[place + 1].name if place + 1 < len(steps) else END
    onward = step.next or after
    if step.branch is not None:
        return [onward, *(case.to for case in step.branch)]
    reactions = step.on_reaction
    if isinstance(reactions, dict):
        return [onward, *(reactions.get(kind, onward) for kind in step.until)]
    return [onward, *[reactions or onward for _ in step.until]]


@dataclass(frozen=True)
class Known:
    """What a workspace has that playbooks may name: kinds of events, texts of its own, rewards."""

    kinds: Sequence[str]
    texts: Sequence[str] = ()
    rewards: Sequence[str] = ()


def disagreements(playbook: Playbook, known: Known) -> Found:
    """Path and message of everything the parts of a playbook disagree on, and of names that there are not."""
    steps = playbook.steps
    yield from (leading := [*_names(steps), *_targets(steps)])
    yield from _reactions(steps, known.kinds)
    yield from _arms(playbook)
    yield from _names_of_others(playbook, known)
    if not leading:
        yield from _graph(playbook)


def _names_of_others(playbook: Playbook, known: Known) -> Found:
    """Texts and rewards."""
    texts = [*playbook.texts, *known.texts]
    said = set()
    for place, step in enumerate(playbook.steps):
        key, text = ("message", step.message) if step.message else ("survey", step.survey)
        if step.medium is not None and text is not None:
            said.add(text)
            if text not in texts:
                there = tuple(texts) or _NONE
                what = 'no text "{text}" stands in texts; there: {there}'
                yield ("steps", place, key), Told(what, text=text, there=there)
        if step.grant is not None and step.grant not in known.rewards:
            there = tuple(known.rewards) or _NONE
            what = 'no reward "{reward}" stands in rewards; there: {there}'
            yield ("steps", place, "grant"), Told(what, reward=step.grant, there=there)
    for name in playbook.texts:
        if name not in said:
            yield ("texts", name), Told('no step says the text "{name}"', name=name)


def _names(steps: Sequence[Step]) -> Found:
    seen = {END}
    for place, step in enumerate(steps):
        if step.name in seen:
            yield ("steps", place, "name"), Told('a step "{name}" is there already', name=step.name)
        seen.add(step.name)


def _targets(steps: Sequence[Step]) -> Found:
    for place, step in enumerate(steps):
        after = {each.name for each in steps[place + 1 :]} | {END}
        for path, name in _named_at(step):
            if name not in after:
                allowed = [*(each.name for each in steps[place + 1 :]), END]
                what = '"{name}" does not stand after this step; allowed: {allowed}'
                yield ("steps", place, *path), Told(what, name=name, allowed=allowed)


def _named_at(step: Step) -> Iterator[tuple[Path, str]]:
    if step.next is not None:
        yield ("next",), step.next
    for place, case in enumerate(step.branch or ()):
        yield ("branch", place, "to"), case.to
    if isinstance(step.on_reaction, dict):
        yield from ((("on_reaction", kind), name) for kind, name in step.on_reaction.items())
    elif step.on_reaction is not None:
        yield ("on_reaction",), step.on_reaction


def _reactions(steps: Sequence[Step], kinds: Sequence[str]) -> Found:
    for place, step in enumerate(steps):
        for number, reaction in enumerate(step.until):
            if reaction.partition(":")[0] not in kinds:
                what = 'found "{reaction}"; allowed: one of {kinds}, or kind:detail'
                said = Told(what, reaction=reaction, kinds=tuple(kinds))
                yield ("steps", place, "until", number), said
        if isinstance(step.on_reaction, dict):
            for kind in step.on_reaction:
                if kind not in step.until:
                    said = Told('"{kind}" is not waited for; until: {until}', kind=kind, until=step.until)
                    yield ("steps", place, "on_reaction", kind), said
        elif step.on_reaction is not None and not step.until:
            yield ("steps", place, "on_reaction"), Told("nothing is waited for; say what in until")


def _arms(playbook: Playbook) -> Found:
    for place, step in enumerate(playbook.steps):
        for number, case in enumerate(step.branch or ()):
            for arm in case.arm or ():
                if arm not in playbook.arm_shares:
                    what = 'no arm "{arm}" stands in arms; there: {there}'
                    said = Told(what, arm=arm, there=tuple(playbook.arm_shares))
                    yield ("steps", place, "branch", number, "arm"), said


def longest_us(playbook: Playbook) -> int:
    """How long the longest walk takes, microseconds."""
    steps, leads = playbook.steps, ways(playbook.steps)
    longest = [0] * (len(steps) + 1)
    for place, step in enumerate(steps):
        spent = longest[place] + (span_us(step.wait) if step.wait is not None else 0)
        for target in leads[place]:
            longest[target] = max(longest[target], spent)
    return longest[-1]


def _graph(playbook: Playbook) -> Found:
    """Every step is reached; a promised grant is passed on every way; a walk ends within measure_days."""
    steps, leads = playbook.steps, ways(playbook.steps)
    end = len(steps)
    passed: dict[int, set[str]] = {0: set()}
    for place, step in enumerate(steps):
        if place not in passed:
            yield ("steps", place, "name"), Told('no way leads to the step "{name}"', name=step.name)
            continue
        if step.promises is not None and step.promises not in passed[place]:
            what = 'no grant "{grant}" is given on every way that leads here'
            said = Told(what, grant=step.promises)
            yield ("steps", place, "promises"), said
        given = passed[place] | ({step.name} if step.grant is not None else set())
        for target in leads[place]:
            if place < target <= end:
                passed[target] = passed.get(target, given) & given
    if (days := -(-longest_us(playbook) // DAY_US)) > playbook.measure_days:
        what = "measure_days is {now}, but the longest walk takes {days} days; give at least {days}"
        yield ("measure_days",), Told(what, now=playbook.measure_days, days=days)
