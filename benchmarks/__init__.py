"""Each module answers one question about speed or size, as ratios measured in one run."""
