"""A wealth app that never was: its customers, their days, the exports it would write, and the truth behind them."""
