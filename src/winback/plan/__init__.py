"""Stage 8: playbooks, walked step by step, become treatments."""
