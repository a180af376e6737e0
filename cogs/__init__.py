"""Every feature of the bot. Add yours here."""

from __future__ import annotations

from bot.cog import Cog
from cogs.about import About
from cogs.buddies.endings import Endings
from cogs.buddies.goals import Goals
from cogs.buddies.introductions import Introductions
from cogs.buddies.mentors import Mentors
from cogs.buddies.pairs import Pairs
from cogs.buddies.places import PairPlaces
from cogs.buddies.practice import Practice
from cogs.buddies.questions import PairQuestions
from cogs.buddies.rounds import Rounds
from cogs.buddies.signup import SignUp
from cogs.buddies.standing import Standing
from cogs.buddies.waiting import Waiting
from cogs.buddies.wishes import Wishes
from cogs.checkins import CheckInChoices, CheckIns, GoingOn, OpenCheckIn, Sharing, StartingCheckIns
from cogs.circles import (
    CircleAfter,
    CircleCalendar,
    CircleDrafts,
    CircleFeed,
    CircleFilling,
    CircleHostCare,
    CircleHostNotices,
    CircleHosts,
    CircleJoining,
    CircleMeetings,
    CircleModeration,
    CircleNotices,
    CirclePlaces,
    Circles,
    CirclesOfMine,
    CirclesThisWeek,
)
from cogs.clocks import Clocks
from cogs.company import Company, CompanyDrafting, CompanyEnding, Helping
from cogs.farewell import Farewell
from cogs.feedback import Feedback
from cogs.hello import Hello
from cogs.help_now import HelpNow
from cogs.inbox import Inbox
from cogs.linking import Linking
from cogs.moderation import (
    Cases,
    CommunitySettings,
    Holds,
    Lacking,
    Lines,
    Picture,
    Questions,
    Reports,
    Setup,
    Troubles,
    Volunteers,
)
from cogs.onboarding import Onboarding
from cogs.pause import Pause
from cogs.personal.notebook import Notebook
from cogs.personal.open_door import OpenDoor
from cogs.personal.own_dates import OwnDates
from cogs.personal.people import People
from cogs.personal.reminders import Reminders
from cogs.personal.repeating import RepeatingReminders
from cogs.personal.thanks import GivenAndReceived
from cogs.previews import Previews
from cogs.privacy import Privacy
from cogs.quiet import Quiet, QuietAlerts, QuietContacts, QuietStanding
from cogs.resting import Rests
from cogs.settings import Settings
from cogs.welcome import Welcome

COGS: tuple[type[Cog], ...] = (
    Onboarding,
    StartingCheckIns,
    CheckIns,
    GoingOn,
    CheckInChoices,
    Sharing,
    Quiet,
    QuietContacts,
    QuietStanding,
    QuietAlerts,
    SignUp,
    Wishes,
    Introductions,
    PairPlaces,
    PairQuestions,
    Pairs,
    Practice,
    Goals,
    Endings,
    Standing,
    Waiting,
    Mentors,
    Rounds,
    Company,
    CompanyDrafting,
    CompanyEnding,
    Helping,
    Hello,
    Welcome,
    OpenDoor,
    People,
    GivenAndReceived,
    Notebook,
    OwnDates,
    Reminders,
    RepeatingReminders,
    Circles,
    CirclesOfMine,
    CirclesThisWeek,
    CircleNotices,
    CircleDrafts,
    CircleFilling,
    CircleHosts,
    CircleHostNotices,
    CircleHostCare,
    CircleJoining,
    CircleFeed,
    CirclePlaces,
    CircleMeetings,
    CircleAfter,
    CircleCalendar,
    Settings,
    Pause,
    Rests,
    Clocks,
    Farewell,
    Inbox,
    Previews,
    HelpNow,
    Reports,
    Privacy,
    Linking,
    Feedback,
    About,
    Setup,
    Troubles,
    OpenCheckIn,
    Lacking,
    Lines,
    CommunitySettings,
    Questions,
    Volunteers,
    CircleModeration,
    Cases,
    Holds,
    Picture,
)
