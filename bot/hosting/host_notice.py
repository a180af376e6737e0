"""Tells whoever hosts Kith what only they can mend, and that a report waits which only they may see.

Each is told once until it is mended: to the host's contact where that is an account on a platform that is connected,
else in the log. It goes past the outbox, which needs the very disk it is about.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Collection, Mapping
from typing import Literal

from bot.clocks.clock import Clock, monotonic, utc_now
from bot.clocks.rules import published, running
from bot.errors import DeliveryError, FatalError, StorageError
from bot.log import Word
from bot.messages import Message
from bot.platform.adapter import Adapter
from bot.words.i18n import N_, say
from storage.database import platforms
from storage.database.database import Database, Trouble
from storage.members import zones
from storage.moderation import cases

log = logging.getLogger(__name__)

Cause = Trouble | Literal["clock", "token"]

WORDS: Mapping[Cause, str] = {
    "full": N_("The disk that Kith writes to is full. Nothing new is kept until there is room again."),
    "clock": N_(
        "The clock of the computer that I run on is wrong. I plan, erase and send nothing until it is right."
        " `kith clock` says more, on that computer."
    ),
    "damaged": N_("Kith's database is damaged. Stop Kith and put a backup back with `kith restore`."),
    "held": N_(
        "Another program has read Kith's database for an hour, so what was deleted is still in its log."
        " `kith doctor` names the program."
    ),
    "replica": N_("Litestream has taken nothing of Kith's database for an hour. `kith doctor` says what can be done."),
    "token": N_("A platform refuses Kith's token or password. Put a new one into the configuration, and start again."),
}

REPORT = N_("A report waits that only you may see. `kith cases` shows it, on the computer that I run on.")
"""Nothing of the report itself: a lock screen shows it to whoever is near."""

LOOK_EVERY = 10.0
"""Seconds between two looks at what the database has met."""

MENDED_AFTER = 3600.0
"""Seconds without another refusal after which a trouble counts as mended. A write that needs no room goes well even
while the disk is full, so one that went well proves nothing."""

RULES = {
    "restart": N_(
        "Newer rules of time zones are installed than those I work by. Restart me, and what was promised at a wall time"
        " follows them."
    ),
    "old": N_(
        "The rules of time zones that I work by are more than 60 days old. `kith doctor` says how to get newer ones."
    ),
}

_LAST_REPORT = ("host", "report")
_LAST_RULES = ("host", "rules")
FIRST_LOOK, A_DAY = 3600.0, 86400.0
"""Seconds after the start until the rules of time zones are looked at, and from one such look to the next."""

DEADLINE = 10.0
"""Seconds one platform may take to take a notice."""


class HostNotice:
    """``connected`` are the names of the platforms that can be written to now; it is read at each notice."""

    def __init__(
        self,
        contact: str,
        database: Database,
        adapters: Mapping[str, Adapter],
        connected: Collection[str],
        now: Clock = utc_now,
    ) -> None:
        self._now = now
        self._rules_again = monotonic() + FIRST_LOOK
        self._contact = contact
        self._database = database
        self._adapters = adapters
        self._connected = connected
        self._told: dict[Cause, float] = {}
        self._reports_again = 0.0

    async def watch(self) -> None:
        """Look at what the database has met, for ever."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Tell of each trouble met since the last look."""
        met, self._database.troubles = self._database.troubles, set()
        for trouble in sorted(met):
            await self.tell(trouble)
        try:
            await self._look_for_reports()
            if monotonic() >= self._rules_again:
                self._rules_again = monotonic() + A_DAY
                await self.look_at_rules()
        except StorageError:
            log.exception("it cannot be looked whether a report waits for the host")

    async def _look_for_reports(self) -> None:
        """Each report that only the host may see is told once, also across a restart; where that fails, tried again."""
        newest = await self._database.read(cases.newest_for_host)
        told = int(await self._database.read(platforms.state, *_LAST_REPORT) or 0)
        if newest <= told or not self._connected or monotonic() < self._reports_again:
            return
        if await self._reaches_contact(Message(say(REPORT))):
            await self._database.write(platforms.set_state, *_LAST_REPORT, str(newest))
            return
        self._reports_again = monotonic() + MENDED_AFTER
        log.error("a report waits that only the host may see, and no message reaches the host: kith cases")

    async def look_at_rules(self) -> None:
        """Are the rules of time zones here the newest, and not too old? The host is told once of each release."""
        used = await self._database.read(zones.in_use)
        stand = published.look(running.in_use(), running.newest_installed(), used.since, self._now())
        mark = f"{stand.state} {running.newest_installed()}"
        if stand.state == "ok" or await self._database.read(platforms.state, *_LAST_RULES) == mark:
            return
        if not await self._reaches_contact(Message(say(RULES[stand.state]))):
            log.warning("the rules of time zones want a look (%s): kith doctor says what to do", Word(stand.state))
        await self._database.write(platforms.set_state, *_LAST_RULES, mark)

    async def tell(self, cause: Cause) -> None:
        """Once, until it has not happened again for an hour."""
        now, before = monotonic(), self._told.get(cause)
        self._told[cause] = now
        if before is not None and now - before < MENDED_AFTER:
            return
        if await self._reaches_contact(Message(say(WORDS[cause]))):
            return
        if cause == "full":
            log.error("the disk is full: nothing new is kept until there is room again")
        elif cause == "damaged":
            log.error("the database is damaged: stop Kith and put a backup back with `kith restore`")
        # With a dead token Kith ends, and its last line says so; the others are logged where they are found.

    async def _reaches_contact(self, message: Message) -> bool:
        for name in sorted(self._connected):
            member = self._adapters[name].read_member(self._contact)
            if member is None:
                continue
            try:
                async with asyncio.timeout(DEADLINE):
                    await self._adapters[name].send(member, message, secrets.token_hex(8))
            except (DeliveryError, FatalError, StorageError, TimeoutError, OSError):
                continue
            return True
        return False
