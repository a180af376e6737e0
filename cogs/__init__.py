"""Every feature of the bot. Add yours here."""

from __future__ import annotations

from bot.cog import Cog
from cogs.about import About
from cogs.checkins import CheckIns
from cogs.feedback import Feedback
from cogs.help_now import HelpNow
from cogs.inbox import Inbox
from cogs.linking import Linking
from cogs.moderation import Cases, CommunitySettings, Holds, Lines, Picture, Reports, Setup
from cogs.onboarding import Onboarding
from cogs.pause import Pause
from cogs.privacy import Privacy
from cogs.settings import Settings

COGS: tuple[type[Cog], ...] = (
    Onboarding,
    CheckIns,
    Settings,
    Pause,
    Inbox,
    HelpNow,
    Reports,
    Privacy,
    Linking,
    Feedback,
    About,
    Setup,
    Lines,
    CommunitySettings,
    Cases,
    Holds,
    Picture,
)
