"""What became of a delivery, written down: settled for good, or tried again later."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from sqlite3 import Connection
from typing import TYPE_CHECKING

from bot.context import Delivery
from bot.delivery.tally import Tally
from bot.errors import StorageError
from bot.messages import Channel
from storage.delivery import deliveries
from storage.moderation import troubles

if TYPE_CHECKING:
    from storage.database.database import Database

log = logging.getLogger(__name__)

GIVE_UP = 300
"""Attempts after which a delivery without an end of its own is given up: about a day, in which the bot was there."""


class Outcomes:
    """What happened on a platform must be written, also after the disk was full."""

    def __init__(self, database: Database, tally: Tally) -> None:
        self._database = database
        self._tally = tally
        self._unwritten: list[Callable[[Connection], None]] = []

    async def catch_up(self) -> None:
        """Write down what could not be written."""
        while self._unwritten:
            await self._database.write(self._unwritten[0])
            del self._unwritten[0]

    async def settle(
        self,
        delivery: Delivery,
        state: deliveries.State,
        now: datetime,
        *,
        message_id: str | None = None,
        reason: str = "",
    ) -> None:
        if state == "sent":
            self._tally.sent(delivery, (now - delivery.due).total_seconds())
        else:
            self._tally.became(delivery, state)

        def work(connection: Connection) -> None:
            deliveries.settle(connection, delivery.id, state, now, message_id=message_id, reason=reason)
            troubles.of_post(connection, delivery, state, reason, now)

        await self.write(work)

    async def postpone(self, delivery: Delivery, delay: timedelta, now: datetime) -> None:
        """Try again later, unless that is too late. What a person would miss for good then waits in their inbox."""
        until = now + delay
        if until < delivery.expires if delivery.expires else delivery.attempts < GIVE_UP:
            self._tally.became(delivery, "postponed")
            await self.write(partial(deliveries.postpone, row=delivery.id, until=until))
        elif delivery.expires or isinstance(delivery.to, Channel):
            await self.settle(delivery, "dead", now, reason="too late")
        else:
            await self.settle(delivery, "inbox", now, reason="too late")

    async def refused(self, delivery: Delivery, now: datetime) -> None:
        """The platform hands nothing to this person now."""
        self._tally.became(delivery, "inbox")
        await self.write(partial(deliveries.refused, row=delivery.id, now=now))

    async def write(self, work: Callable[[Connection], None]) -> None:
        """What happened on a platform must be written; while the disk is full, it is kept for the next tick."""
        try:
            await self._database.write(work)
        except StorageError:
            log.exception("what became of a delivery could not be written yet")
            self._unwritten.append(work)
