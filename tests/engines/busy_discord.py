"""The fake Discord in a process of its own, with many channels and its own limits, for measuring how fast things go."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from tests.beds.discord import FakeDiscord
from tests.engines.processes import Json

CHANNELS = 500
SEND = "POST /channels/{channel_id}/messages"


class BusyDiscord:
    """Answers ``count`` with every message since the last time: when it came (seconds since 1970), and its words."""

    def __init__(self) -> None:
        self._fake = FakeDiscord()

    async def __aenter__(self) -> Self:
        await self._fake.start()
        guild = self._fake.world.add_guild("Many rooms")
        self._channels = [self._fake.world.add_channel(guild, f"room-{number}") for number in range(CHANNELS)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._fake.stop()

    async def answer(self, question: Json) -> Json:
        if question["ask"] == "begin":
            where = {"api": self._fake.rest_url, "gateway": self._fake.gateway_url}
            return {"channels": [channel.id for channel in self._channels], **where}
        messages = [
            (message.sent.timestamp(), message.text)
            for channel in self._channels
            for message in channel.messages.values()
        ]
        too_many = sum(call.status == 429 for call in self._fake.calls_to(SEND))
        for channel in self._channels:
            channel.messages.clear()
        self._fake.calls.clear()
        return {"messages": messages, "too_many": too_many}
