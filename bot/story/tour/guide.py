"""Leads a visitor through the steps: says what is next, does it if they like, and looks whether they did it themselves.
What is nobody's to decide is played at once.

Where the visitor stands is kept in the community's database, so a tour that was left, or cut short, goes on there.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import takewhile
from typing import Any

from bot.adapters.local import NAME
from bot.adapters.page import DIRECT
from bot.adapters.page.lines import Line
from bot.messages import Button, Channel
from bot.story.page.world import MODERATORS, World
from bot.story.playground import CAST, HOUR, ROOM
from bot.story.tour import kept
from bot.story.tour.steps import STEPS, Deed, Played, Step
from storage.database import platforms

KEY = "guided"
END = "Write as anybody, or turn the clock. “Five guided minutes” begins the tour again."
LONGEST_WAIT = 14 * 24
"""Hours after which what a step waits for does not come any more: something else was chosen before."""


class Guide:
    """``frame`` is what a page shows of the tour, None while nobody takes it; ``changed`` is told of each new one."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._going = asyncio.Lock()
        self._at = len(STEPS)
        self._deed = self._seen = self._from = 0
        self._before: kept.Kept = {}
        self._folded: list[list[int]] = []  # first and last line of what was played and needs no reading
        self._played: list[str] = []  # which of it lasts
        self._on = self._lost = False
        self.frame: dict[str, Any] | None = None
        self.changed: Callable[[], None] = lambda: None
        self.ways: Mapping[str, Callable[[], Awaitable[None]]] = {
            **{"begin": self.begin, "next": self.next, "skip": self.skip, "leave": self.leave},
        }

    # -- what the visitor does ----------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Where the tour stood when the community was closed."""
        written = await self._world.playground.bot.database.read(platforms.state, NAME, KEY)
        if written is not None:
            self._on, self._at, self._deed, self._seen, self._from, self._before, *rest = json.loads(written)
            self._folded, self._played = rest
            await self._show()

    async def begin(self) -> None:
        async with self._going:
            self._on = True
            await self._world.go("still")
            if self._at >= len(STEPS):
                await self._enter(0)
            elif self._lost:
                await self._once_more()
            await self._show()

    async def leave(self) -> None:
        self._on = False
        await self._show()

    async def next(self) -> None:
        """Do what is next for the visitor; at the end of a step, go on to the one after it."""
        async with self._going:
            if not self._on or self._at >= len(STEPS):
                return
            if self._lost:
                await self._once_more()
            elif self._deed == len(self._step.deeds):
                await self._forth()
            elif isinstance(deed := self._step.deeds[self._deed], Deed):
                self._lost = not await self._do(deed)
                await self._look()
            await self._show()

    async def skip(self) -> None:
        async with self._going:
            if self._on and self._at < len(STEPS):
                await self._forth()
                await self._show()

    async def look(self) -> None:
        """Somebody did something: perhaps it is what was next."""
        if self._on and not self._going.locked():
            async with self._going:
                if await self._look():
                    await self._show()

    async def _forth(self) -> None:
        self._at += 1
        if self._at < len(STEPS):
            await self._enter(self._at)

    # -- how it goes on -----------------------------------------------------------------------------------------------

    @property
    def _step(self) -> Step:
        return STEPS[self._at]

    async def _enter(self, at: int) -> None:
        self._at, self._deed, self._lost = at, 0, False
        self._from = self._seen = len(self._world.chat.lines)
        self._before = await kept.of(self._world.playground.bot, self._step.you)
        await self._others()

    async def _once_more(self) -> None:
        """The step again, with all that belongs to it: what was thought to last may have been undone."""
        self._played = [one for one in self._played if not one.startswith(f"{self._at}.")]
        await self._enter(self._at)

    async def _look(self) -> bool:
        """Whether what was next was done, by the visitor or for them; then the others do what is theirs."""
        begun = self._deed
        lines = self._world.chat.lines
        while self._at < len(STEPS) and self._deed < len(self._step.deeds) and self._seen < len(lines):
            line, deed = lines[self._seen], self._step.deeds[self._deed]
            self._seen += 1
            if isinstance(deed, Deed) and line.by == deed.who.id and str(line.message.text) == deed.words:
                self._deed += 1
                self._lost = False
                await self._others()
        return self._deed != begun

    async def _others(self) -> None:
        """Everything up to what is the visitor's own: other people act, and time passes."""
        deeds = self._step.deeds
        while self._deed < len(deeds) and isinstance(played := deeds[self._deed], Played):
            mark = f"{self._at}.{self._deed}"
            if mark not in self._played:
                came = await self._play(played)
                self._lost = not came and not played.once
            if self._lost:
                break
            if played.once and mark not in self._played:
                self._played.append(mark)
            self._deed += 1
        self._seen = len(self._world.chat.lines)

    async def _play(self, played: Played) -> bool:
        """Whether it came to what it is about: what is not asked again is left out, but for the last of it.

        What came last is what is read; all else since the visitor's own last deed is folded.
        """
        came = False
        lines = self._world.chat.lines
        own = (number for number in range(len(lines), self._from, -1) if lines[number - 1].by == self._step.you.id)
        begun = last = next(own, len(lines))
        for deed in played.deeds:
            last = len(lines)
            if deed.how == "is asked":
                last = await self._wait_for(deed)
                came = self._button(deed) is not None
            else:
                came = await self._do(deed)
        if last > begun:
            self._folded.append([lines[begun].id, lines[last - 1].id])
        return came

    async def _wait_for(self, deed: Deed) -> int:
        """How many lines there were before the hour in which it came."""
        before = len(self._world.chat.lines)
        for _hour in range(LONGEST_WAIT):
            if self._button(deed):
                return before
            before = len(self._world.chat.lines)
            await self._world.wait(HOUR)
        return before

    async def _do(self, deed: Deed) -> bool:
        """Whether it could be done: a button may not be there, as somebody chose something else before."""
        chat, where = self._world.chat, Channel(NAME, f"{DIRECT}{deed.who.id}")
        last = next((line for line in reversed(chat.lines) if line.reader == deed.who.id), None)
        if deed.how == "presses":
            button = self._button(deed)
            if button is None:
                return False
            await self._world.act(deed.who, lambda: chat.choose(deed.who, where, button.id, deed.words))
        elif deed.how == "answers" and last and (form := last.form):
            answers = dict(zip((one.name for one in form.fields), deed.words.split(" · "), strict=False))
            await self._world.act(deed.who, lambda: chat.fill_in(deed.who, where, form.id, answers))
        else:
            for words in deed.words.split(" · "):
                await self._world.act(deed.who, partial(chat.write, deed.who, where, words))
        return True

    def _button(self, deed: Deed) -> Button | None:
        """The last that this member was shown with these words in this step."""
        for line in reversed(self._world.chat.lines[self._from :]):
            if not line.by and line.reader == deed.who.id:
                for button in line.message.buttons:
                    if str(button.label) == deed.words:
                        return button
        return None

    # -- what is shown ------------------------------------------------------------------------------------------------

    async def _show(self) -> None:
        self.frame = await self._drawn()
        database = self._world.playground.bot.database
        written = [self._on, self._at, self._deed, self._seen, self._from, self._before, self._folded, self._played]
        await database.write(platforms.set_state, NAME, KEY, json.dumps(written))
        self.changed()

    async def _drawn(self) -> dict[str, Any]:
        frame: dict[str, Any] = {"is": "tour", "on": self._on, "of": len(STEPS), "folded": self._folded.copy()}
        if not self._on or self._at >= len(STEPS):
            return frame | {"at": min(self._at, len(STEPS)), "ended": self._at >= len(STEPS), "about": END}
        step = self._step
        frame |= {"at": self._at, "title": step.title, "who": step.you.id, "beside": step.beside.id, "lost": self._lost}
        if self._lost:
            return frame
        if self._deed < len(step.deeds) and isinstance(deed := step.deeds[self._deed], Deed):
            begins = all(isinstance(one, Played) for one in step.deeds[: self._deed])
            said = [step.about, self._says()] if begins else [self._says() or step.about]
            following = {"name": deed.who.name, "how": deed.how, "words": deed.words}
            return frame | {"about": [one for one in said if one], "next": following}
        after = await kept.of(self._world.playground.bot, step.you)
        new = kept.changes(self._before, after)
        return frame | {
            "happened": f"{self._says()} {self._happened()}".strip(),
            "kept": new,
            "named": kept.named(new, step.kept),
            "of_whom": step.you.name,
            "entries": sum(map(len, after.values())),
            "then": STEPS[self._at + 1].title if step is not STEPS[-1] else "",
        }

    def _says(self) -> str:
        """What was played since the visitor's last own deed."""
        played = takewhile(lambda one: isinstance(one, Played), reversed(self._step.deeds[: self._deed]))
        return " ".join(one.says for one in reversed([*played]) if isinstance(one, Played))

    def _happened(self) -> str:
        """Whom Kith spoke to in this step, read from the chats themselves."""
        spoken = [line for line in self._world.chat.lines[self._from :] if not line.by]
        to = [member.name or member.id for member in CAST if any(line.reader == member.id for line in spoken)]
        where = {self._place(line) for line in spoken if not line.reader}
        alone = f"Kith wrote to {_listed(to)}, each alone." if len(to) > 1 else f"Kith wrote to {_listed(to)} alone."
        return f"{alone} It wrote in {_listed(sorted(where))} too." if where else f"{alone} Nowhere else."

    def _place(self, line: Line) -> str:
        shared = {ROOM.id: self._world.chat.rooms[ROOM.id].place.name, MODERATORS.channel.id: "the moderators' room"}
        return shared.get(line.where, "a place of their own")


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "nobody"
