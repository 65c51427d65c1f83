"""Stage 6: risk and rules become graded early warnings, with their history; operators are told."""
