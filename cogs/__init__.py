"""Every feature of the bot. Add yours here."""

from __future__ import annotations

from bot.cog import Cog
from cogs.about import About
from cogs.checkins import CheckIns
from cogs.help_now import HelpNow
from cogs.onboarding import Onboarding
from cogs.pause import Pause
from cogs.privacy import Privacy

COGS: tuple[type[Cog], ...] = (Onboarding, CheckIns, Pause, HelpNow, Privacy, About)
