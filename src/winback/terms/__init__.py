"""The words every stage shares; standard library only."""
