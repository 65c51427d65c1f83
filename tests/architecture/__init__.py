"""The house holds its own shape: who imports whom, who touches which table, how long things are."""
