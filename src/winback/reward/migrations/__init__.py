"""The history of the tables of reward."""
