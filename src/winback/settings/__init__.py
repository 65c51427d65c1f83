"""The workspace file and the environment as one typed, checked object."""

from winback.settings.model import Settings

__all__ = ["Settings"]
