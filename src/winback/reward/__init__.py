"""Stage 9: treatments become grants on a double-entry ledger, under budgets that cannot be overspent."""
