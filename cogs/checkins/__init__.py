"""A "how are you arriving today?" at the hour each member chose."""

from cogs.checkins.cog import CheckIns

__all__ = ["CheckIns"]
