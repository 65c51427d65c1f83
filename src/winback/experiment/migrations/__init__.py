"""The history of the tables of experiment."""
