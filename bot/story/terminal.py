"""The playground at a terminal: be any member of a small community, and let time pass."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bot.adapters.local import Posted
from bot.adapters.local.drawing import Page
from bot.clocks import phrases
from bot.clocks.times import friendly_time, friendly_zone, month_name, weekday_name
from bot.errors import UserError
from bot.incoming import text
from bot.messages import Channel, File, Member, Place
from bot.story.playground import ALICE, CAST, MO, ROOM, Playground

WELCOME = """\
A small community, on this computer only. You are Alice: try `start` or `help`.
`/wait 1d` lets a day pass, `/be bob` makes you Bob, `/help` shows the rest.\
"""
HELP = """\
/be NAME     speak as Alice, Bob, Chandra, Dana, or Mo, who moderates
/room        speak in the room everybody is in; /direct is the chat with Kith alone
/wait 1d     let time pass: 20 min, 3 hours, 2 weeks
/now         what time it is here
/who         who is here
/close       take no direct messages any more, or take them again
/quit        leave; so does Ctrl-D
Anything else goes to Kith. A choice is answered by its number or its words.\
"""

MINE, OTHERS = "  ", "        "
"""How far what the bot says is set in: to whoever is typing, and to others."""


class Terminal:
    """Reads lines, gives them to the bot as one of the members, and shows what everybody gets to read."""

    def __init__(self, playground: Playground, page: Page, files: Path) -> None:
        self._playground = playground
        self._page = page
        self._files = files
        self._me = ALICE
        self._place: Place | None = None
        self._commands: dict[str, Callable[[str], Awaitable[None]]] = {
            "be": self._be,
            "close": self._close,
            "direct": self._direct,
            "help": self._help,
            "now": self._now,
            "room": self._room,
            "wait": self._wait,
            "who": self._who,
        }

    @property
    def prompt(self) -> str:
        place = f" in {self._place.name}" if self._place else ""
        return f"{self._me.id}{place}> "

    def run(self, runner: asyncio.Runner) -> None:
        """Until the input ends, or somebody wants to leave."""
        print(self._page.paragraph(WELCOME))
        while True:
            try:
                line = _read(self.prompt).strip()
                if line in ("/quit", "/exit"):
                    return
                runner.run(self.take(line))
            except (EOFError, KeyboardInterrupt):
                print()
                return

    async def take(self, line: str) -> None:
        """One line somebody typed: a command to the playground, or something said to the bot."""
        if not line:
            return
        if not line.startswith("/"):
            await self._show(await self._playground.say(self._me, line, self._place))
            return
        word, _, rest = line[1:].partition(" ")
        command = self._commands.get(word.casefold())
        if command is None:
            self._note(f"/{word} is nothing I know. /help shows what there is.")
            return
        await command(rest.strip())

    # -- commands -----------------------------------------------------------------------------------------------------

    async def _be(self, name: str) -> None:
        found = [member for member in CAST if name and member.id.startswith(name.casefold())]
        if len(found) != 1:
            self._note(f"Be one of {', '.join(member.name for member in CAST)}: for example /be bob.")
            return
        [self._me] = found
        self._place = None

    async def _room(self, _rest: str) -> None:
        self._place = ROOM
        self._note(f"Everybody in {ROOM.name} reads what you type now. /direct leads back.")

    async def _direct(self, _rest: str) -> None:
        self._place = None

    async def _wait(self, words: str) -> None:
        try:
            zone = await self._playground.zone_of(self._me)
            duration = phrases.read_span(words, self._playground.now, zone)
        except UserError:
            self._note("How long? /wait 20 min, /wait 3 hours, /wait 1d; up to a year.")
            return
        async for said in self._playground.wait(duration):
            self._note(f"[{await self._time()}]")
            await self._show(said)
        self._note(f"[{await self._time()}] You waited.")

    async def _now(self, _rest: str) -> None:
        self._note(f"It is {await self._time()}.")

    async def _who(self, _rest: str) -> None:
        for member in CAST:
            notes = [
                *(["you"] if member == self._me else []),
                *(["moderator"] if member == MO else []),
                *(["takes no direct messages"] if member.id in self._playground.chat.closed else []),
            ]
            self._note(member.name + (f" ({', '.join(notes)})" if notes else ""))

    async def _close(self, _rest: str) -> None:
        closed = self._playground.chat.closed
        closed ^= {self._me.id}
        takes = "no direct messages now" if self._me.id in closed else "direct messages again"
        self._note(f"{self._me.name} takes {takes}.")

    async def _help(self, _rest: str) -> None:
        for line in HELP.splitlines():
            self._note(line)

    # -- showing ------------------------------------------------------------------------------------------------------

    async def _show(self, said: Sequence[Posted]) -> None:
        for posted in said:
            zone = await self._playground.zone_of(self._me if isinstance(posted.to, Channel) else posted.to)
            drawn = self._page.draw(text.render(posted.message), self._playground.now, zone)
            if posted.to != self._me:
                drawn = f"{self._reader(posted.to)}: {drawn}"
            print(self._page.paragraph(drawn, MINE if posted.to == self._me else OTHERS))
            for file in posted.message.files:
                if file.alt:  # the words above say all of it, and nothing of a picture stays on disk
                    continue
                self._note(f"[file] {self._save(file)}")

    def _reader(self, to: Member | Channel) -> str:
        if isinstance(to, Member):
            return f"to {to.name or self._playground.chat.names.get(to.id, to.id)}"
        return f"in {ROOM.name}" if to.id == ROOM.id else f"in {to.id}"

    def _save(self, file: File) -> Path:
        path = self._files / Path(file.name).name
        path.write_bytes(file.content)
        return path

    def _note(self, line: str) -> None:
        """Something the playground says, not the bot."""
        print(self._page.dim(line))

    async def _time(self) -> str:
        zone = await self._playground.zone_of(self._me)
        now = self._playground.now.astimezone(zone)
        day = f"{weekday_name(now.weekday())} {now.day} {month_name(now.month)}"
        return f"{day}, {friendly_time(now.time())}, {friendly_zone(zone)}"


def page() -> Page:
    """Standard output: as wide as it is, coloured only on a terminal whose owner likes it so (no-color.org)."""
    width = min(shutil.get_terminal_size().columns, 100)
    return Page(width, colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR"))


def _read(prompt: str) -> str:
    """A line of standard input, shown too where it does not come from a keyboard. Raises EOFError at its end."""
    if sys.stdin.isatty():
        return input(prompt)
    line = input()
    print(prompt + line)
    return line
