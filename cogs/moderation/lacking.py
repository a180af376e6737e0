"""A permission is missing: said to whoever waits for what it stops. Moderators hear of it as of any trouble."""

from __future__ import annotations

from collections.abc import Mapping

from bot.cog import KeepsNothing, message
from bot.context import Delivery, Reader
from bot.messages import Message
from bot.words.i18n import N_, say
from storage.moderation import lacking

WAITING: Mapping[str, str] = {
    "open": N_("I lack a permission to open a place for you. I have told the moderators, and I try again."),
    "let in": N_("I lack a permission to let you into the place. I have told the moderators, and I try again."),
    "take out": N_(
        "You are still in the place of a circle: I lack a permission to take you out. I have told the moderators, and I"
        " try again. You can leave it yourself."
    ),
    "close": N_(
        "The place of the two of you is still open: I lack a permission to lock it. I have told the moderators, and I"
        " try again. You can leave it yourself."
    ),
}


class Lacking(KeepsNothing):
    """Nothing is taken for done that was not done."""

    @message(lacking.WAITS)
    async def waits(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(say(WAITING[str(delivery.args["what"])]))
