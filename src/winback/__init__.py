"""Sees customers leaving before they leave, and brings them back."""

__version__ = "0.1.0"
