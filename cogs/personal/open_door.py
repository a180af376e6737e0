"""An open door: for those who asked for it, a word after a month of silence. Never more, never a question."""

from __future__ import annotations

from datetime import datetime

from bot.asking.doors import HELP_NOW, LOOK
from bot.cog import KeepsNothing, action, job, message
from bot.context import Context, Delivery, Reader
from bot.messages import STATELESS, Button, Message, Text
from bot.words.i18n import _
from storage.personal import open_door

BATCH = 500


class OpenDoor(KeepsNothing):  # the yes stands with all others
    """Perseverance with respect: nobody is written to who did not say yes to just this."""

    @job(every="day")
    async def plan_due(self, now: datetime) -> bool:
        return await self.write(open_door.plan_due, now, BATCH)

    @message(open_door.KIND, actions=("door.close",), late="expires")
    async def open(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(
            _("You asked me to say so now and then: the doors here are open, whenever you like. No answer is fine."),
            (
                Button(_("Look around"), LOOK, row=STATELESS),
                Button(_("Help now"), HELP_NOW, row=STATELESS),
                Button(_("Stop saying so"), "door.close"),
            ),
        )

    @action("door.close")
    async def close(self, context: Context, value: str) -> Text:
        await self.core.consenting.withdraw(context.me, [open_door.PURPOSE])
        return _("Noted. The doors stay open, and I don't mention them. `learn` shows them any time.")
