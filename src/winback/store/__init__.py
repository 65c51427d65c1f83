"""Opens the stores and keeps files whole; knows no stage."""
