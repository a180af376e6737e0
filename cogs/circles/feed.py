"""A member's own calendar behind a private address, where the host has opened one: titles and times, nothing else."""

from __future__ import annotations

import hmac
import re

from bot.cog import KeepsNothing, action
from bot.context import Context
from bot.messages import Button, Message, Text
from bot.words.i18n import _
from cogs.circles import entries, ics
from storage.circles import feeds

CODE = re.compile(r"(?P<row>[1-9][0-9]{0,14})-(?P<proof>[0-9a-f]{32})")


class CircleFeed(KeepsNothing):  # that there is an address stands with Circles
    """Makes the address, changes it, and says what stands behind it."""

    @action("circles.feed")
    async def address(self, context: Context, value: str) -> Message:
        """The address as it is; a first one where there is none. ``value`` is "new" for another one, "off" for none."""
        if not self.core.settings.calendar:
            return Message(_("There are no calendar addresses here. The file can be asked for at any time."))
        if value == "off":
            await self.write(feeds.close, context.me)
            return Message(_("Done. The address leads nowhere any more."))
        row = await self.read(feeds.of, context.me)
        if row is None or value == "new":
            row = await self.write(feeds.renew, context.me, context.now)
        address = Text(f"{self.core.settings.calendar}/{self._code(row)}.ics")
        words = _(
            "Your own calendar address. A calendar that takes it in follows every change:\n{address}\n"
            "Whoever has it sees the titles and times of your circles, so keep it to yourself. `circle calendar new`"
            " makes another one."
        )
        buttons = (
            Button(_("Another address"), "circles.feed", "new"),
            Button(_("No address any more"), "circles.feed", "off"),
        )
        return Message(words.format(address=address), buttons)

    async def feed(self, code: str) -> bytes | None:
        """The calendar behind an address; None where it leads nowhere, for whatever reason."""
        found = CODE.fullmatch(code)
        if found is None or not hmac.compare_digest(code, self._code(int(found["row"]))):
            return None
        person = await self.read(feeds.reader, int(found["row"]))
        if person is None:
            return None
        now = self.core.now()
        dates = await entries.of_person(self, person, now)
        return ics.write([one._replace(about="", spot="") for one in dates], now)

    def _code(self, row: int) -> str:
        """``12-4f1c...``: the row, and what only this installation can write beside it."""
        key = self.core.keyring.derive("circle feed")
        return f"{row}-{hmac.digest(key, str(row).encode(), 'sha256').hex()[:32]}"
