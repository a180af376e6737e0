"""The stage of the story: people type and press, time passes, and everything that is said is written down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self, TextIO
from zoneinfo import ZoneInfo

from bot.adapters.local import Posted
from bot.adapters.local.drawing import Page
from bot.clocks.phrases import read_moment
from bot.messages import Button, Member, Message, Place
from bot.story.playground import ROOM, Playground
from storage.checkins import checkins
from storage.delivery import deliveries

ZONE = ZoneInfo("Europe/Berlin")
"""Where the clock of the story hangs."""

PAGE = Page(width=100)
MARGIN = " " * 7
MOST_CHOICES, FEW_CHOICES = 8, 5
"""A transcript of a long list of choices shows where it begins."""


@dataclass(frozen=True)
class Result:
    """What the week came to: check-ins asked and answered, and messages promised that did not arrive, or came twice."""

    prompts: int
    answers: int
    lost: int
    repeated: int

    def __str__(self) -> str:
        return f"story: {self.prompts} prompts, {self.answers} answers, {self.lost} lost, {self.repeated} repeated"


class Stage:
    """``say``, ``press`` and ``until`` move the story on; ``tell`` is its narrator."""

    def __init__(self, folder: Path, out: TextIO) -> None:
        self._folder = folder
        self._out = out
        self._stack = AsyncExitStack()
        self._printed = ""
        self._prompts = self._answers = 0
        self.playground: Playground

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, out: TextIO, now: datetime) -> AsyncIterator[Self]:
        stage = cls(folder, out)
        await stage._enter(now)
        try:
            yield stage
        finally:
            await stage._stack.aclose()

    async def _enter(self, now: datetime) -> None:
        self.playground = await self._stack.enter_async_context(Playground.open(self._folder, now))

    # -- what happens -------------------------------------------------------------------------------------------------

    def tell(self, words: str) -> None:
        """The narrator."""
        self._write("\n" + PAGE.paragraph(words, "  "))

    async def say(self, member: Member, *lines: str, in_room: bool = False) -> None:
        """A member types to Kith, directly or in the room, one line after another."""
        place: Place | None = ROOM if in_room else None
        for line in lines:
            self._heading()
            self._write(PAGE.paragraph(f"{member.name}{', in the room' if place else ''}: {line}", MARGIN).lstrip())
            before = await self._answered()
            await self._show(await self.playground.say(member, line, place))
            self._answers += max(0, await self._answered() - before)

    async def press(self, member: Member, *labels: str) -> None:
        """A member presses buttons one after another, each of the last message that has it."""
        for label in labels:
            self._heading()
            self._write(f"{member.name} presses [{label}]")
            before = await self._answered()
            await self.playground.chat.press(member, self._button(member, label))
            await self.playground.bot.tick(self.playground.now)
            self._answers += max(0, await self._answered() - before)
            await self._show(self.playground.unread())

    async def until(self, moment: str) -> None:
        """Let time pass, up to a moment such as ``tuesday 19:05``, and write down what Kith says meanwhile."""
        end = read_moment(moment, self.playground.now, ZONE).instant
        async for said in self.playground.wait(end - self.playground.now):
            self._heading()
            await self._show(said, fresh=True)

    async def blackout(self, hours: float) -> None:
        """The machine loses its power: nothing runs for a while, then the bot starts again on what is on its disk."""
        before = self.playground
        await self._stack.aclose()
        await self._enter(before.now + timedelta(hours=hours))
        self.playground.chat.posted = before.chat.posted
        self.playground.chat.closed = before.chat.closed
        self.playground.unread()

    async def close(self) -> Result:
        """The last line: what was promised, counted against what stands in the chats."""
        result = await self.count()
        self._write(f"\n{result}")
        return result

    async def count(self) -> Result:
        states = await self.playground.bot.database.read(deliveries.counts)
        keys = [posted.key for posted in self.playground.chat.posted if posted.key]
        unsent = states.get("sent", 0) - len(set(keys))
        return Result(
            prompts=self._prompts,
            answers=self._answers,
            lost=max(0, unsent) + states.get("dead", 0) + states.get("unknown", 0) + states.get("sending", 0),
            repeated=len(keys) - len(set(keys)),
        )

    # -- how it is written --------------------------------------------------------------------------------------------

    def _button(self, member: Member, label: str) -> Button:
        for message in reversed(self.playground.chat.read(member)):
            for button in message.buttons:
                if str(button.label) == label:
                    return button
        raise LookupError(f"{member.name} has no button {label!r}")

    def _heading(self) -> None:
        """The day, whenever a new one begins."""
        day = f"{self.playground.now.astimezone(ZONE):%A}"
        if day != self._printed:
            self._printed = day
            self._write(f"\n── {day} " + "─" * (PAGE.width - len(day) - 4))

    async def _answered(self) -> int:
        """Check-ins answered so far, of members who are still there."""
        return await self.playground.bot.database.read(checkins.answered)

    async def _show(self, said: list[Posted], *, fresh: bool = False) -> None:
        for posted in sorted(said, key=_order):
            zone = await self.playground.zone_of(posted.to) if isinstance(posted.to, Member) else ZONE
            clock = f"{self.playground.now.astimezone(ZONE):%H:%M}  " if fresh else MARGIN
            words = f"Kith to {self._name(posted, zone)}: {PAGE.draw(posted.message.text, self.playground.now, zone)}"
            self._write(clock + PAGE.paragraph(words, MARGIN).lstrip())
            self._write_choices(posted.message)
            self._prompts += bool(posted.key) and any(one.action == "checkins.skip" for one in posted.message.buttons)

    def _name(self, posted: Posted, zone: ZoneInfo) -> str:
        """Who reads it, and what their own clock shows where it is not the story's."""
        if not isinstance(posted.to, Member):
            return "the room" if posted.to.id == ROOM.id else "their own place"
        name = self.playground.chat.names[posted.to.id]
        there = self.playground.now.astimezone(zone)
        elsewhere = posted.key and there.utcoffset() != there.astimezone(ZONE).utcoffset()
        return f"{name} ({there:%H:%M} there)" if elsewhere else name

    def _write_choices(self, message: Message) -> None:
        if message.files:
            self._write(MARGIN + "with " + ", ".join(file.name for file in message.files))
        if message.buttons:
            shown = [f"[{button.label}]" for button in message.buttons]
            if len(shown) > MOST_CHOICES:
                shown = [*shown[:FEW_CHOICES], f"... and {len(shown) - FEW_CHOICES} more"]
            self._write(PAGE.paragraph("  ".join(shown), MARGIN + "  "))

    def _write(self, text: str) -> None:
        print(text, file=self._out)


def _order(posted: Posted) -> tuple[bool, str]:
    """Replies first. What goes out at one moment to several people goes side by side, so it is told by name."""
    return bool(posted.key), posted.to.id if posted.key and isinstance(posted.to, Member) else ""
