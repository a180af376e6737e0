"""The real Discord adapter against the fake Discord, for the crash engine."""

from __future__ import annotations

from collections import Counter
from types import TracebackType
from typing import Self

from bot.adapters.discord import DiscordAdapter
from bot.bot import Bot
from bot.hosting.config import DiscordConfig
from bot.keys.secret import Secret
from bot.messages import Member
from bot.platform.adapter import Adapter
from tests.beds.discord import FakeDiscord, Person, Rule
from tests.beds.discord.things import Channel, Kind
from tests.engines.processes import Json

SEND = "POST /channels/{channel_id}/messages"
OPEN = "POST /channels/{channel_id}/threads"
NAME = "discord"
PLENTY = 1_000_000


class DiscordPlatform:
    """The fake, in a process of its own. Its limits are lifted: how fast things go is not what is tried here."""

    def __init__(self) -> None:
        self._fake = FakeDiscord()
        self._people: list[Person] = []

    async def __aenter__(self) -> Self:
        await self._fake.start()
        limits = self._fake.limits
        limits.global_per_second, limits.default, limits.rules = PLENTY, Rule(PLENTY, 1.0), {}
        self._guild = self._fake.add_guild()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._fake.stop()

    async def answer(self, question: Json) -> Json:
        match question["ask"]:
            case "begin":
                self._fake.calls.clear()
                self._people = [self._fake.add_person(f"Alice {n}", self._guild) for n in range(question["people"])]
                for thread in self._threads():
                    self._fake.world.remove_channel(thread)
                where = {
                    "place": self._guild.id,
                    "token": self._fake.token,
                    "api": self._fake.rest_url,
                    "gateway": self._fake.gateway_url,
                }
                return {"people": [person.id for person in self._people], **where}
            case "skip":
                self._fake.clock.skip(question["seconds"])
            case "lose reply":
                self._fake.faults.lose_reply(OPEN if question.get("of") == "room" else SEND)
            case "groups":
                ours = self._fake.world.bot.id
                return {"groups": [[guest for guest in thread.members if guest != ours] for thread in self._threads()]}
            case "count":
                said = (message.text for person in self._people for message in person.sees() if message.author.bot)
                return {"seen": Counter(said), "broken": self._fake.take_violations()}
        return {}

    def _threads(self) -> list[Channel]:
        return [channel for channel in self._guild.channels if channel.kind is Kind.PRIVATE_THREAD]


def config(where: Json) -> DiscordConfig:
    return DiscordConfig(token=Secret(where["token"]), api=where["api"], gateway=where["gateway"])


async def log_in(bot: Bot, adapter: DiscordAdapter, where: Json) -> None:
    """Able to speak. Nobody listens to the gateway: nothing is said to the bot here."""
    bot.adapters[NAME] = adapter
    await adapter._client.login(where["token"])


async def connect(bot: Bot, where: Json) -> Adapter:
    adapter = DiscordAdapter(bot, config(where))
    await log_in(bot, adapter, where)
    return adapter


async def listen(bot: Bot, where: Json) -> Adapter:
    """Connected to the gateway too: which servers there are is heard there."""
    adapter = DiscordAdapter(bot, config(where))
    bot.adapters[NAME] = adapter
    await adapter.start()
    return adapter


def member(person_id: str) -> Member:
    return Member(NAME, person_id)
