"""The history of the tables of warn."""
