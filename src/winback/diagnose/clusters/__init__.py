"""Registration clusters: when far more customers came than weekday and season explain, and who they were."""
