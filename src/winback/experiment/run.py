"""The step: the control group and the experiment of every playbook, kept with the day they count from."""

from __future__ import annotations

from datetime import date

from winback.experiment import book
from winback.experiment.deciding import decided
from winback.experiment.nouns import ExperimentSummary
from winback.settings.playbooks_read import playbook_files
from winback.store import facts
from winback.store.workspace import Workspace


def run(ws: Workspace, as_of: date) -> ExperimentSummary:
    """Keep what settings and playbooks say now, from `as_of` on, where it differs from what stood.

    Run again it changes nothing. Raises SettingsProblem where a playbook says what cannot be.
    """
    playbooks = [each.playbook for each in playbook_files(ws.settings, ws.root)]
    with facts.connection(ws) as connection, facts.transaction(connection):
        found = decided(ws, connection, playbooks, as_of)
        if found.is_new_rotation:
            book.keep_rotation(connection, found.rotation)
        for name in found.new:
            book.keep_definition(connection, found.definitions[name])
    return ExperimentSummary(as_of, found.rotation, len(playbooks), found.new)
