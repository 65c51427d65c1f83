"""The gate: which messages may go now, set by set; the first rule that holds is the reason."""
