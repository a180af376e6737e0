"""What Kith answers: kept until it is said, at once or when its turn has come, over a restart too.

The words are in the database meanwhile, encrypted, for a day at most. The event they answer is handled with them, in
one transaction: what was asked for is done once, however long its answer takes, and whenever the bot is killed.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from bot.adapters.matrix.content import Content, Reading, contents
from bot.adapters.matrix.limits.lanes import Lanes, cancelled
from bot.adapters.matrix.limits.queues import Limits
from bot.adapters.matrix.rooms import NAME, Rooms
from bot.bot import Bot
from bot.errors import CannotReach, DeliveryError, FatalError, StorageError
from bot.keys.crypto import DecryptionError
from bot.messages import Channel, File, Message, Text
from bot.platform.memory import Memory
from bot.words.i18n import _
from storage.delivery import answers

log = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds that an answer waits for the database."""

SOON = 5.0
"""Seconds after which what comes next waits for an answer no longer, and the room it was asked for in hears that it
will come."""

LONGEST_PAUSE = 30.0
"""Seconds between tries while the homeserver is away."""


@dataclass(frozen=True)
class Answer:
    """As it will be said. Without a channel it goes where the two are alone, as soon as there is such a room; ``asked``
    is the room of others it was asked for in.
    """

    account: str
    channel: Channel | None
    asked: Channel | None
    events: list[Content]
    files: tuple[File, ...]
    transaction: str

    def written(self) -> str:
        where = [[one.id, one.thread] if one else None for one in (self.channel, self.asked)]
        files = [[file.name, base64.b64encode(file.content).decode(), str(file.alt)] for file in self.files]
        return json.dumps([self.account, where, self.events, files, self.transaction])

    @classmethod
    def read(cls, written: str) -> Answer:
        account, where, events, files, transaction = json.loads(written)
        channel, asked = (Channel(NAME, *one) if one else None for one in where)
        found = tuple(File(name, base64.b64decode(content), Text(alt)) for name, content, alt in files)
        return cls(account, channel, asked, events, found, transaction)


Say = Callable[[Channel, Answer], Awaitable[object]]
"""Says an answer in a room, in its turn."""


class Answers:
    """One lane for each member: their answers come in order, and nobody waits for anybody else's."""

    def __init__(self, bot: Bot, memory: Memory, rooms: Rooms, limits: Limits, say: Say) -> None:
        self._bot = bot
        self._memory = memory
        self._rooms = rooms
        self._limits = limits
        self._say = say
        self._lanes = Lanes()
        self._told: dict[str, str] = {}
        """Rooms in which it was said that many ask at once, and on which day."""

    async def load(self) -> None:
        """Go on with what waited when the bot was stopped."""
        for row, who in await self._bot.database.read(answers.waiting, NAME, self._bot.now()):
            self._lanes.add(who, partial(self._deliver, row))

    async def give(self, answer: Answer, event_id: str) -> None:
        """Keep it, say it, and come back once it is said; if it has to wait, as soon as that is known."""
        who = self._who(answer.account)
        try:
            row = await self._keep(answer, who, event_id)
        except (StorageError, TimeoutError) as error:  # it still comes, unless a restart is faster
            log.error("an answer could not be kept: %s", type(error))
            saying = self._lanes.add(who, partial(self._until_said, answer))
        else:
            self._memory.marked(event_id)
            saying = self._lanes.add(who, partial(self._deliver, row))
        if answer.channel and not self._limits.wait("send"):
            await asyncio.wait([saying], timeout=SOON)

    def _meanwhile(self, channel: Channel) -> None:
        """In the room somebody asked in: one line, once a day, however often the bot is started."""
        day = f"{self._bot.now():%Y-%m-%d}"
        if self._told.get(channel.id) == day:
            return
        self._told[channel.id] = day
        transaction = hashlib.sha256(f"many at once in {channel.id} on {day}".encode()).hexdigest()[:22]
        said = Message(_("Many at once: I'll write to each of you, or write to me directly."))
        line = contents(said, Reading(self._bot.now(), ZoneInfo("UTC")))
        everybody = Answer("", channel, None, line, (), transaction)
        self._lanes.add(channel.id, partial(self._until_said, everybody))

    async def stop(self) -> None:
        await cancelled(self._lanes.tasks)

    def _who(self, account: str) -> bytes:
        return self._bot.core.keyring.pseudonym(NAME, account)

    async def _keep(self, answer: Answer, who: bytes, event_id: str) -> int:
        keyring, written = self._bot.core.keyring, answer.written()

        def seal(row: int) -> bytes:
            return keyring.encrypt(written, "answers", "words", row)

        async with asyncio.timeout(PATIENCE):
            return await self._bot.database.write(answers.keep, NAME, who, event_id, seal, self._bot.now())

    async def _deliver(self, row: int) -> None:
        try:
            sealed = await self._bot.database.read(answers.words, row, self._bot.now())
            if sealed is None:
                return
            written = self._bot.core.keyring.decrypt(sealed, "answers", "words", row)
            if await self._until_said(Answer.read(written)):
                await self._bot.database.write(answers.said, row)
        except (StorageError, DecryptionError) as error:  # it is taken up again at the next start
            log.error("an answer that waits cannot be read or put away: %s", type(error))

    async def _until_said(self, answer: Answer) -> bool:
        """Said, or known to be in vain. False: only the host can mend it."""
        pause = 0.5
        while True:
            try:
                await self._say(answer.channel or await self._own_room(answer), answer)
            except CannotReach as error:
                log.info("an answer that waited cannot be given: %s", error)
            except FatalError:
                return False
            except DeliveryError as error:
                log.info("an answer goes on waiting: %s", error)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
                continue
            return True

    async def _own_room(self, answer: Answer) -> Channel:
        room = asyncio.ensure_future(self._rooms.direct_with(answer.account, reopen=True, within=None))
        try:
            done, _waiting = await asyncio.wait([room], timeout=SOON)
            if not done and answer.asked:
                self._meanwhile(answer.asked)
            return Channel(NAME, await room)
        finally:
            room.cancel()
