"""Kith itself stops: everybody who agreed to be written to hears it once, and where they stand says it until then."""

from __future__ import annotations

from datetime import datetime

from bot.clocks.times import calendar_day
from bot.cog import KeepsNothing, job, message
from bot.context import Delivery, Reader
from bot.messages import Message
from bot.words import farewell as words
from storage.members import farewell

BATCH = 200


class Farewell(KeepsNothing):  # what the host said is nobody's
    """The host says the day with `kith farewell`; what comes after it is in ``bot.incoming.resting`` and the gate."""

    @job(every="tick")
    async def tell(self, now: datetime) -> bool:
        return await self.write(farewell.plan, now, BATCH)

    @message(farewell.DAY, late="expires")
    async def day(self, delivery: Delivery, reader: Reader) -> Message | None:
        found = await self.read(farewell.standing)
        if found is None or found.number != delivery.args["number"]:
            return None  # another day was said, or that I stay
        return Message(words.stops(calendar_day(found.day, reader.now.date())), private=reader.member is not None)

    @message(farewell.STAYS)
    async def stays(self, delivery: Delivery, reader: Reader) -> Message | None:
        found, number = await self.read(farewell.said), int(delivery.args["number"])
        if found is None or found.number != number:
            return None
        told = await self.read(farewell.was_told, number, delivery.args["whom"])
        return Message(words.stays(), private=reader.member is not None) if told else None
