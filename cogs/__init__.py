"""Every feature of the bot. Add yours here."""

from __future__ import annotations

from bot.cog import Cog

COGS: tuple[type[Cog], ...] = ()
