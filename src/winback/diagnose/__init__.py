"""Stage 4: who left, through which channel, when they had come, and what sets them apart."""
