"""The history of the tables of deliver."""
