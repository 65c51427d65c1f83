"""Stage 2: from the roll-up to one row a customer as of a date: features, phase, state and trust."""
