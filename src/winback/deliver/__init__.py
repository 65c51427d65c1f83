"""Stage 10, deliver: treatments become messages, through the gate, to a medium, at most once."""
