"""The fake Discord, as a bed for the contract: Kith with all its cogs in one server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from bot.adapters.discord import DiscordAdapter
from bot.adapters.discord.commands import words
from bot.bot import Bot
from bot.clocks import phrases
from bot.cog import Settings
from bot.hosting.installation import DATABASE
from bot.incoming import parameters, text
from bot.incoming.lines import choosing, sharing
from bot.keys.crypto import Keyring
from bot.messages import Member, Place
from cogs import COGS
from storage.database.database import Database
from tests.adapters.contract import Seen
from tests.adapters.discord_world import config
from tests.beds.discord import FakeDiscord, Guild, Interaction, Message, Permission, Person, forms
from tests.beds.discord.messages import walk
from tests.beds.discord.things import User
from tests.beds.noon import Noon
from tests.prepared import prepared


class Server(Protocol):
    """Where the bot can be met: a server of the fake, and what reads commands as the bot there does."""

    bot: Bot
    adapter: DiscordAdapter
    fake: FakeDiscord
    guild: Guild


class DiscordActor:
    """Types in the direct conversation, uses slash commands in the server, presses and fills in as a client does."""

    def __init__(self, bed: Server, person: Person) -> None:
        self.member = Member("discord", person.id, person.name)
        self._bed = bed
        self._person = person

    async def say(self, line: str) -> Seen:
        self._person.read_all()
        self._person.say(line)
        return _seen(await self._person.next())

    async def say_in_room(self, line: str) -> Seen:
        command, rest = text.find(self._bed.bot.registry.commands, line)
        reading = parameters.Reading(self._bed.bot.now(), read_member=self._bed.adapter.read_member)
        options: dict[str, Any] = dict(sharing.split(command.name, command.parameters, rest, reading))
        for parameter in command.parameters:
            if parameters.of(parameter.annotation).name == "member" and parameter.name in options:
                user = reading.read_member(options[parameter.name])
                assert user is not None
                options[parameter.name] = Person(self._bed.fake, self._bed.guild.members[user.id])
        room = self._bed.guild.general
        return await self._answer(await self._person.slash(" ".join(words(command)), where=room, **options))

    async def press(self, seen: Seen, label: str) -> Seen:
        """What was seen is pressed, also where the message has gone on since: a finger may be slower."""
        assert isinstance(seen.raw, Message)
        if label in [one for _list, one, _value in seen.raw.options]:
            return await self._answer(await self._person.choose(seen.raw, label))
        return await self._answer(await self._person.press(seen.raw, label, late=label in seen.buttons))

    async def reply(self, seen: Seen, line: str) -> Seen:
        assert isinstance(seen.raw, Message)
        self._person.read_all()
        self._person.say(line, replies_to=seen.raw)
        return _seen(await self._person.next())

    async def fill(self, form: Seen, *answers: str) -> Seen:
        assert isinstance(form.raw, Interaction)
        assert form.raw.modal is not None
        parts = forms.inputs(form.raw.modal)
        names = [name for name in parts if not name.endswith(forms.BESIDE)]
        filled = {name: self._meant(parts[name], answer) for name, answer in zip(names, answers, strict=True)}
        return await self._answer(await self._person.submit(form.raw, **filled))

    def _meant(self, part: dict[str, Any], answer: str) -> str | User | Sequence[str]:
        """What a thumb does for these words: the days are ticked, and a person is chosen."""
        if part["type"] == forms.USERS:
            around = self._bed.guild.members.values()
            named = (one for one in around if answer.casefold() in (one.name.casefold(), one.id, f"<@{one.id}>"))
            return next(named, answer or ())
        if part["type"] == forms.BOXES:
            ticked = answer.split(", ")
            if {one["label"] for one in part["options"]} >= set(ticked):
                return ticked
            return [choosing.CODES[day] for day in sorted(phrases.read_days(answer).weekdays)]
        return answer

    async def next(self) -> Seen:
        return _seen(await self._person.next())

    async def mention(self, other: Member) -> str:
        return f"<@{other.id}>"

    async def room_texts(self) -> list[str]:
        return [message.text for message in self._person.sees(self._bed.guild.general)]

    async def in_group(self, channel_id: str) -> bool:
        return self._bed.fake.world.may_see(self._person.user, self._bed.fake.world.channels[channel_id])

    async def _answer(self, asked: Interaction) -> Seen:
        if asked.modal is not None:
            named = [part for part in walk(asked.modal["components"]) if part["type"] == 18]
            labels = [one["label"] for one in named if not one["component"]["custom_id"].endswith(forms.BESIDE)]
            return Seen(asked.modal["title"], questions=tuple(labels), raw=asked)
        answer = await asked.reply()
        self._person.read_all()
        return _seen(answer)


class DiscordBed:
    def __init__(self, folder: Path, fake: FakeDiscord) -> None:
        self._file = prepared(folder) / DATABASE
        self._keyring = Keyring.new()
        self._now = Noon()
        self._stack = AsyncExitStack()
        self.fake = fake
        self.guild = fake.add_guild()
        self.place = Place("discord", self.guild.id, self.guild.name)
        self.bot: Bot
        self.adapter: DiscordAdapter
        self._people = {name: fake.add_person(name.title(), self.guild) for name in ("alice", "bob")}
        self._people["mo"] = fake.add_person("Mo", self.guild, permissions=Permission.MANAGE_GUILD)
        self._people["eve"] = fake.add_person("Eve")
        self._actors = {name: DiscordActor(self, person) for name, person in self._people.items()}

    async def open(self) -> None:
        database = await self._stack.enter_async_context(await Database.open(self._file))
        self.bot = Bot(database, self._keyring, COGS, Settings(volunteer_days=0), self._now)
        self.adapter = DiscordAdapter(self.bot, config(self.fake))
        self.bot.adapters[self.adapter.name] = self.adapter
        await self.adapter.start()
        self._stack.push_async_callback(self.adapter.stop)

    async def close(self) -> None:
        await self._stack.aclose()

    def person(self, name: str) -> Person:
        return self._people[name]

    def actor(self, name: str) -> DiscordActor:
        return self._actors[name]

    async def restart(self) -> None:
        await self.close()
        await self.open()

    async def close_messages(self, name: str) -> None:
        self._people[name].close_dms()

    async def delivered(self, name: str, words: str) -> int:
        return sum(
            any(words in text for text in (message.text, *message.told)) for message in self._people[name].sees()
        )


def _seen(message: Message) -> Seen:
    labels = tuple([label for _list, label, _value in message.options] + [one.label for one in message.buttons])
    return Seen(message.text, labels, tuple(message.files), tuple(message.descriptions.values()), raw=message)


@asynccontextmanager
async def discord_bed(folder: Path) -> AsyncIterator[DiscordBed]:
    """Opened, and at the end every payload of the whole test has passed Discord's rules and ours."""
    async with FakeDiscord() as fake:
        bed = DiscordBed(folder, fake)
        await bed.open()
        try:
            yield bed
        finally:
            await bed.close()
