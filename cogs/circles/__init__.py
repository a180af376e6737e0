"""Circles: small groups that really meet, with two people who hold the space."""

from cogs.circles.after import CircleAfter
from cogs.circles.browse import Circles
from cogs.circles.calendar import CircleCalendar
from cogs.circles.drafts import CircleDrafts
from cogs.circles.feed import CircleFeed
from cogs.circles.filling import CircleFilling
from cogs.circles.host_care import CircleHostCare
from cogs.circles.host_notices import CircleHostNotices
from cogs.circles.joining import CircleJoining
from cogs.circles.leading import CircleHosts
from cogs.circles.meetings import CircleMeetings
from cogs.circles.mine import Mine as CirclesOfMine
from cogs.circles.notices import CircleNotices
from cogs.circles.places import CirclePlaces
from cogs.circles.stewards import CircleModeration
from cogs.circles.week import CirclesThisWeek

__all__ = [
    "CircleAfter",
    "CircleCalendar",
    "CircleDrafts",
    "CircleFeed",
    "CircleFilling",
    "CircleHostCare",
    "CircleHostNotices",
    "CircleHosts",
    "CircleJoining",
    "CircleMeetings",
    "CircleModeration",
    "CircleNotices",
    "CirclePlaces",
    "Circles",
    "CirclesOfMine",
    "CirclesThisWeek",
]
