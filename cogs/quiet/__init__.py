"""Quiet alerts: people a member chose are told if the member goes quiet. The member is asked first, always."""

from cogs.quiet.cog import Quiet
from cogs.quiet.contacts import QuietContacts
from cogs.quiet.standing import QuietStanding
from cogs.quiet.telling import QuietAlerts

__all__ = ["Quiet", "QuietAlerts", "QuietContacts", "QuietStanding"]
