"""What stands in the place of a message whose reader wants plain previews."""

from __future__ import annotations

from bot.messages import Button, Message
from bot.words.i18n import _

SHOW = "previews.show"


def covered(message: Message, row: int) -> Message:
    """That there is something, and the button that shows it."""
    return Message(_("Something from Kith."), (Button(_("Show"), SHOW, row=f"d{row}"),), stands=message.stands)
