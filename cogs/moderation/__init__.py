"""What moderators do: set the bot up, look at cases, hold introductions, and see totals that tell on nobody."""

from __future__ import annotations

from cogs.moderation.cases import Cases
from cogs.moderation.community import CommunitySettings
from cogs.moderation.holds import Holds
from cogs.moderation.lacking import Lacking
from cogs.moderation.lines import Lines
from cogs.moderation.picture import Picture
from cogs.moderation.questions import Questions
from cogs.moderation.reports import Reports
from cogs.moderation.setup import Setup
from cogs.moderation.troubles import Troubles
from cogs.moderation.volunteers import Volunteers

__all__ = [
    "Cases",
    "CommunitySettings",
    "Holds",
    "Lacking",
    "Lines",
    "Picture",
    "Questions",
    "Reports",
    "Setup",
    "Troubles",
    "Volunteers",
]
