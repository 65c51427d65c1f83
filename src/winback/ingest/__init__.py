"""Stage 1: events from outside into the event log, the roll-up, the customer registry and the contacts."""
