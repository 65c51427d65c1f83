"""What happens to single customers from end to end, day by day."""
