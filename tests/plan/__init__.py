"""Playbooks are walked step by step: each step once, nobody lost, those held out counted alike."""
