"""A "how are you today?" at the hour each member chose."""

from cogs.checkins.choices import CheckInChoices
from cogs.checkins.cog import CheckIns
from cogs.checkins.going_on import GoingOn
from cogs.checkins.post import OpenCheckIn
from cogs.checkins.sharing import Sharing
from cogs.checkins.starting import StartingCheckIns

__all__ = ["CheckInChoices", "CheckIns", "GoingOn", "OpenCheckIn", "Sharing", "StartingCheckIns"]
