"""The history of the tables of plan."""
