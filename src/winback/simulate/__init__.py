"""A wealth app that never was: its customers, their days, its exports, and the truth behind them."""
