"""The chat in memory, as a bed for the contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.local import LocalAdapter
from bot.bot import Bot
from bot.incoming import text
from bot.messages import Member, Message, Place
from bot.story.playground import ROOM, Playground
from tests.adapters.contract import Seen
from tests.cast import ALICE, BOB, EVE, MO
from tests.prepared import at_home

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class LocalActor:
    def __init__(self, bed: LocalBed, member: Member) -> None:
        self.member = member
        self._bed = bed
        self._read = 0

    async def say(self, line: str) -> Seen:
        return self._seen(await self._bed.adapter.say(self.member, line))

    async def say_in_room(self, line: str) -> Seen:
        return self._seen(await self._bed.adapter.say(self.member, line, ROOM))

    async def press(self, seen: Seen, label: str) -> Seen:
        assert isinstance(seen.raw, Message)
        [button] = [one for one in seen.raw.buttons if str(one.label) == label]
        return self._seen(await self._bed.adapter.press(self.member, button))

    async def reply(self, seen: Seen, line: str) -> Seen:
        assert isinstance(seen.raw, Message)
        return self._seen(await self._bed.adapter.say(self.member, line, reply_to=seen.raw))

    async def fill(self, form: Seen, *answers: str) -> Seen:
        for answer in answers:
            form = await self.say(answer)
        return form

    async def next(self) -> Seen:
        messages = self._bed.adapter.read(self.member)
        self._read += 1
        return self._seen(messages[self._read - 1])

    async def mention(self, other: Member) -> str:
        return f"@{other.name}"

    async def room_texts(self) -> list[str]:
        posted = self._bed.adapter.posted
        return [str(one.message.text) for one in posted if not isinstance(one.to, Member) and one.to.id == ROOM.id]

    async def in_group(self, channel_id: str) -> bool:
        return self.member.id in self._bed.adapter.groups.get(channel_id, set())

    def _seen(self, message: Message) -> Seen:
        self._read = len(self._bed.adapter.read(self.member))
        buttons = tuple(str(button.label) for button in message.buttons)
        words = str(text.render(message))
        questions = (words,) if "`cancel` stops" in words else ()
        files = tuple(file.name for file in message.files)
        pictures = tuple(str(file.alt) for file in message.files if file.alt)
        return Seen(words, buttons, files, pictures, questions, message)


class LocalBed:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = AsyncExitStack()
        self._actors = {
            name: LocalActor(self, member)
            for name, member in {"alice": ALICE, "bob": BOB, "mo": MO, "eve": EVE}.items()
        }
        self.place: Place = ROOM
        self.playground: Playground

    async def open(self) -> None:
        self.playground = await self._stack.enter_async_context(at_home(self._folder, NOON))

    async def close(self) -> None:
        await self._stack.aclose()

    @property
    def bot(self) -> Bot:
        return self.playground.bot

    @property
    def adapter(self) -> LocalAdapter:
        return self.playground.chat

    def actor(self, name: str) -> LocalActor:
        return self._actors[name]

    async def restart(self) -> None:
        """The platform remembers what was said; the bot starts anew."""
        before = self.adapter
        await self.close()
        await self.open()
        self.adapter.posted, self.adapter.groups = before.posted, before.groups

    async def close_messages(self, name: str) -> None:
        self.adapter.closed.add(name)

    async def delivered(self, name: str, words: str) -> int:
        return sum(words in one.text for one in self.adapter.read(self.actor(name).member))


@asynccontextmanager
async def local_bed(folder: Path) -> AsyncIterator[LocalBed]:
    bed = LocalBed(folder)
    await bed.open()
    try:
        yield bed
    finally:
        await bed.close()
