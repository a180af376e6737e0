"""Looks an installation over before it is started, or while it runs: what is well, and what to do about what is not.

A module for each ground: each is a function of what it looks at, and returns findings. ``looking`` asks them in turn.
What only a platform can say stands beside its address, in ``bot/adapters/reach/``.
"""

from bot.hosting.doctor.findings import Finding, State, status
from bot.hosting.doctor.looking import look_over

__all__ = ["Finding", "State", "look_over", "status"]
