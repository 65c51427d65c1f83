"""The simulator: counted from raw exports, never from the truth it was made from."""
