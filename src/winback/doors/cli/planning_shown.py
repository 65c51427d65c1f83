"""What runs and dry runs of `winback plan` tell alike: who entered, by what weak channels are judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from winback.doors.cli import shown
from winback.language import Language, day, number
from winback.plan.nouns import Entered
from winback.settings.playbooks_read import shipped_names
from winback.store.workspace import Workspace


def tell_no_playbook(ws: Workspace, language: Language) -> None:
    """That no playbook is there, and how to come by one."""
    from winback.plan.read import speak

    say = speak(language)
    text = say("No playbook is there: put one into {folder}, or switch a shipped one on in [playbooks].")
    shown.show_line(text.format(folder=ws.root / ws.settings.playbooks.folder))
    text = say("In winback.toml, for example: {lines}. Shipped are: {names}.")
    lines = '[playbooks] shipped = ["graded_warning"]'
    shown.show_line(text.format(lines=lines, names=say(", ").join(shipped_names())))


def show_judged_by(ws: Workspace, as_of: date, language: Language) -> None:
    """By what the channels of playbooks for weak ones are judged."""
    from winback.plan.read import channels_judged_by, speak

    say = speak(language)
    for playbook, made in channels_judged_by(ws, as_of).items():
        if made is None:
            text = say(
                "{playbook}: no diagnosis judges channels, their own figures do (winback diagnose --full)."
            )
            shown.show_line(text.format(playbook=playbook))
        else:
            text = say("{playbook}: the diagnosis as of {day} says which channels are weak.")
            shown.show_line(text.format(playbook=playbook, day=day(made)))


def show_entered(title: str, entered: Sequence[Entered], language: Language) -> None:
    """A row each playbook: whom it means, who entered, who is held out, whom limits keep out."""
    from winback.plan.read import speak, word

    say = speak(language)
    heads = [say(head) for head in ("playbook", "version", "meant", "entered", "held out", "kept out by")]
    rows = [
        (
            each.playbook,
            str(each.version),
            number(each.meant),
            number(each.entered),
            number(sum(each.held_out.values())),
            ", ".join(f"{word(limit, language)} {number(n)}" for limit, n in each.kept_out.items()),
        )
        for each in entered
    ]
    shown.show_table(title, heads, (False, True, True, True, True, False), rows)
