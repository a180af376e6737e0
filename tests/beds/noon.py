"""The bot's own clock where the platform keeps real time: it is noon when a test begins, whatever the hour is."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clocks.clock import utc_now


class Noon:
    """The last noon in UTC, and from there on as time goes: for nobody there it is quiet, and no day ends.

    The last, not the next: what the platform dates must not be older than what the bot remembers of it.
    """

    def __init__(self) -> None:
        now = utc_now()
        noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
        self._since = now - (noon if noon <= now else noon - timedelta(days=1))

    def __call__(self) -> datetime:
        return utc_now() - self._since
