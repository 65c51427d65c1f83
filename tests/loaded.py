"""What a process that is forked off has loaded already: every step of the flow, the models of the tables."""

from tests.doors import acting_process, worker_process
from winback import flow
from winback.store import facts

steps = [getattr(flow, name) for name in flow.STEPS]
facts.prepare()
__all__ = ["acting_process", "steps", "worker_process"]
