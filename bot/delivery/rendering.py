"""What a delivery says: its words are chosen at the moment of sending, for whoever reads them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.context import Delivery, Reader
from bot.delivery.outcomes import Outcomes
from bot.delivery.together import in_one
from bot.errors import DeliveryError, StorageError
from bot.log import Word
from bot.messages import Channel, Message, Stands
from bot.words import resting as resting_words
from bot.words.previews import covered
from storage.delivery import previews, together
from storage.members import members, resting

if TYPE_CHECKING:
    from bot.platform.naming import Names
    from bot.registry import Kind
    from storage.database.database import Database

log = logging.getLogger(__name__)


class Rendering:
    """Asks the cogs for the words, and the platforms for the names in them."""

    def __init__(self, database: Database, kinds: Mapping[str, Kind], names: Names, outcomes: Outcomes) -> None:
        self._database = database
        self._kinds = kinds
        self._names = names
        self._outcomes = outcomes

    async def render(self, delivery: Delivery, now: datetime) -> Message | None:
        reader = await self._reader(delivery, now)
        if delivery.kind != together.KIND:
            return await self._covered(delivery, await self._one(delivery, reader), delivery.id)
        said = []
        parts = await self._database.read(together.parts, delivery.id)
        for part in parts:
            message = await self._part(part, reader)
            if message is not None:
                said.append(message)
        return await self._covered(delivery, in_one(said), parts[0].id) if said else None

    async def _covered(self, delivery: Delivery, message: Message | None, row: int) -> Message | None:
        """Only that there is something, for whoever wants plain previews. ``row`` is what its button shows."""
        if message is None or isinstance(delivery.to, Channel):
            return message
        return covered(message, row) if await self._database.read(previews.is_plain, delivery.to) else message

    async def _one(self, delivery: Delivery, reader: Reader) -> Message | None:
        kind = self._kinds[delivery.kind]
        message = await kind.render(delivery, reader)
        if message is None:
            return None
        stands = Stands(kind.name, reader.now + kind.stands, kind.replaces)
        message = await self._with_word(delivery, replace(message, stands=stands))
        return (await self._names.fill_message(message)).on(f"d{delivery.id}")

    async def _with_word(self, delivery: Delivery, message: Message) -> Message:
        """That they are back rides on the next thing they had chosen: on this one, however often it is tried."""
        if isinstance(delivery.to, Channel) or not delivery.purpose:
            return message
        if not await self._database.read(resting.waiting, delivery.to):
            return message
        back = await self._database.write(resting.tell, delivery.to, delivery.id)
        return resting_words.with_word(message, [(one.community.name, one.owner) for one in back])

    async def _part(self, part: Delivery, reader: Reader) -> Message | None:
        """One of several in a message: what cannot be said, or need not be any more, leaves the others alone."""
        try:
            message = await self._one(part, reader)
        except (DeliveryError, StorageError, TimeoutError, OSError):
            raise
        except Exception:
            log.exception("delivery %d of kind %s failed", part.id, Word(part.kind))
            await self._outcomes.settle(part, "dead", reader.now, reason="failed")
            return None
        if message is None:
            await self._outcomes.settle(part, "skipped", reader.now, reason="nothing to say any more")
        return message

    async def _reader(self, delivery: Delivery, now: datetime) -> Reader:
        if isinstance(delivery.to, Channel):
            return Reader(None, None, now)
        profile = await self._database.read(members.profile, delivery.to)
        return Reader(delivery.account, delivery.to, now, profile.zone, profile.locale)
