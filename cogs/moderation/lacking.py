"""A permission is missing: said to the moderators, who can give it, and to whoever waits for what it stops."""

from __future__ import annotations

from collections.abc import Mapping

from bot.cog import KeepsNothing, message
from bot.context import Delivery, Reader
from bot.messages import Message
from bot.words.i18n import N_, say
from storage.moderation import lacking

TOLD: Mapping[str, str] = {
    "let in": N_(
        "I may not let people into a place that I made here, so somebody waits outside. Once I have “Manage Threads”,"
        " or the power to invite, I let them in."
    ),
    "take out": N_(
        "I may not take people out of a place that I made here, so somebody who left or was separated can still read"
        " there. Once I have “Manage Threads”, or the power to kick, I do it."
    ),
    "close": N_(
        "I may not lock a place that I made here, so people whose pair has ended can still write there. Once I have"
        " “Manage Threads”, or the power to change who may speak, I do it."
    ),
}
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

    @message(lacking.LACKING)
    async def told(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(say(TOLD[str(delivery.args["what"])]), private=False)

    @message(lacking.WAITS)
    async def waits(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(say(WAITING[str(delivery.args["what"])]))
