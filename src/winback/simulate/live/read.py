"""The question to a folder: does a simulated base live there."""

from __future__ import annotations

from winback.simulate.live.everybody import is_live

__all__ = ["is_live"]
