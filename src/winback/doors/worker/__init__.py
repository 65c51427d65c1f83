"""The worker: runs the flow by the clock, one at a time, night by night, and what changed in between."""
