"""Every feature of the bot. Add yours here."""

from __future__ import annotations

from bot.cog import Cog
from cogs.about import About
from cogs.checkins import CheckInChoices, CheckIns, OpenCheckIn, Sharing
from cogs.circles import CircleDrafts, CircleHostNotices, CircleHosts, CircleNotices, Circles
from cogs.company import Company, Helping
from cogs.feedback import Feedback
from cogs.help_now import HelpNow
from cogs.inbox import Inbox
from cogs.linking import Linking
from cogs.moderation import Cases, CommunitySettings, Holds, Lines, Picture, Reports, Setup
from cogs.notebook import Notebook
from cogs.onboarding import Onboarding
from cogs.own_dates import OwnDates
from cogs.pause import Pause
from cogs.privacy import Privacy
from cogs.quiet import Quiet, QuietAlerts, QuietContacts
from cogs.reminders import Reminders
from cogs.settings import Settings

COGS: tuple[type[Cog], ...] = (
    Onboarding,
    CheckIns,
    CheckInChoices,
    Sharing,
    Quiet,
    QuietContacts,
    QuietAlerts,
    Company,
    Helping,
    Circles,
    CircleNotices,
    CircleDrafts,
    CircleHosts,
    CircleHostNotices,
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
    Notebook,
    OwnDates,
    Reminders,
    OpenCheckIn,
    Lines,
    CommunitySettings,
    Cases,
    Holds,
    Picture,
)
