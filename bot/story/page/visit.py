"""One page that looks at the community: what it asks for, each time with a secret, and what it is told.

All that a page shows comes in frames, JSON objects that say what they are: ``world``, ``clock``, ``member``, ``lines``,
``line``, ``file``, ``tour``, ``refused``. Whatever draws these draws the page, also without a server.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from zoneinfo import ZoneInfo

from bot.adapters.local import NAME
from bot.adapters.page import STYLES
from bot.adapters.page.drawing import Frame, draw, spans
from bot.adapters.page.lines import Line
from bot.errors import KithError
from bot.messages import Channel, Member
from bot.story.page.seats import Seats
from bot.story.page.world import PACES, World
from bot.story.playground import HOUR, MO, ROOM
from bot.story.tour.guide import Guide
from bot.words import names

LATEST = 200
"""Lines of a member's chats that a page is given when it opens them."""
LONGEST_LINE = 4000
MOST_WAITING = 2000
"""Frames for a page that does not read. Then it may come again."""

Asked = Mapping[str, object]


class Refused(KithError):
    """It is not for whoever asked."""


class Visit:
    """``take`` what the page sends, in order; ``tell_...`` what happened."""

    def __init__(
        self,
        world: World,
        seats: Seats,
        guide: Guide,
        send: Callable[[str], Awaitable[None]],
        close: Callable[[], Awaitable[object]],
    ) -> None:
        self._world = world
        self._seats = seats
        self._guide = guide
        self._send = send
        self.close = close
        self._waiting: asyncio.Queue[Callable[[], Awaitable[Frame]]] = asyncio.Queue(MOST_WAITING)
        self._closing: asyncio.Future[object] | None = None
        self._entered = False
        self._opened: dict[str, Member] = {}
        self._shown: dict[str, frozenset[str]] = {}
        self._does: dict[str, Callable[[Asked], Awaitable[None]]] = {
            "open": self._open,
            "write": self._write,
            "choose": self._choose,
            "fill in": self._fill_in,
            "take": self._close_messages,
            "file": self._file,
            "time": self._time,
            "style": self._style,
            "outage": self._outage,
            "tour": self._tour,
        }

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        telling = asyncio.create_task(self._tell_all())
        try:
            yield
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling

    # -- what it asks for ---------------------------------------------------------------------------------------------

    async def take(self, asked: Asked, may_enter: Callable[[object], bool]) -> None:
        try:
            if asked.get("do") == "enter":
                if not may_enter(asked.get("token")):
                    raise Refused("enter")
                await self._enter()
            else:
                await self._does[_words(asked, "do", self._does)](asked)
        except Refused:
            self._tell({"is": "refused", "do": str(asked.get("do"))[:20]})

    async def _enter(self) -> None:
        self._entered = True
        self._tell(self._clock())
        members: list[Frame] = [{**self._who(one), "secret": self._seats.secrets[one.id]} for one in self._world.people]
        self._tell({"is": "world", "name": self._community, "members": members})
        self.tell_tour()

    async def _open(self, asked: Asked) -> None:
        member = self._member(asked)
        self._opened[member.id] = member
        self._shown[member.id] = frozenset()
        self._tell(self._clock())
        self._tell_member(member)
        self._tell_lines(member)

    async def _write(self, asked: Asked) -> None:
        member, where = self._member(asked), self._where(asked)
        words, reply_to = _words(asked, "words"), asked.get("to", 0)
        if words.strip() and isinstance(reply_to, int):
            await self._act(member, lambda: self._world.chat.write(member, where, words, reply_to))

    async def _choose(self, asked: Asked) -> None:
        member, where = self._member(asked), self._where(asked)
        button, label = _words(asked, "id"), _words(asked, "label")
        await self._act(member, lambda: self._world.chat.choose(member, where, button, label))

    async def _fill_in(self, asked: Asked) -> None:
        member, where = self._member(asked), self._where(asked)
        form, answers = _words(asked, "form"), asked.get("answers")
        if not isinstance(answers, dict):
            raise Refused("answers")
        filled = {str(name)[:40]: str(answer)[:LONGEST_LINE] for name, answer in list(answers.items())[:5]}
        await self._act(member, lambda: self._world.chat.fill_in(member, where, form, filled))

    async def _act(self, member: Member, doing: Callable[[], Awaitable[None]]) -> None:
        await self._world.act(member, doing)
        self._tell_member(member)
        await self._guide.look()

    async def _close_messages(self, asked: Asked) -> None:
        member = self._member(asked)
        self._world.chat.close(member, closed=asked.get("messages") is False)
        self._tell_member(member)

    async def _file(self, asked: Asked) -> None:
        member, number, name = self._member(asked), asked.get("n"), _words(asked, "name")
        lines = self._world.chat.lines
        line = lines[number - 1] if isinstance(number, int) and 0 < number <= len(lines) else None
        file = next((one for one in line.message.files if one.name == name), None) if line else None
        if line is None or file is None or not self._reads(member, line):
            raise Refused("file")
        content = base64.b64encode(file.content).decode()
        self._tell({"is": "file", "of": member.id, "name": file.name, "content": content})

    async def _time(self, asked: Asked) -> None:
        self._must_have_entered()
        how = _words(asked, "how", ("hour", "morning", *PACES))
        if how == "hour":
            await self._world.wait(HOUR)
        elif how == "morning":
            await self._world.until_morning(self._member(asked))
        else:
            await self._world.go(PACES[PACES.index(how)])

    async def _style(self, asked: Asked) -> None:
        self._must_have_entered()
        self._world.chat.as_on(STYLES[STYLES.index(_words(asked, "style", STYLES))])
        self._world.turned()

    async def _outage(self, _asked: Asked) -> None:
        self._must_have_entered()
        await self._world.outage()

    async def _tour(self, asked: Asked) -> None:
        self._must_have_entered()
        await self._guide.ways[_words(asked, "how", self._guide.ways)]()

    # -- what it may --------------------------------------------------------------------------------------------------

    def _must_have_entered(self) -> None:
        if not self._entered:
            raise Refused("only the whole page turns the clock")

    def _member(self, asked: Asked) -> Member:
        """Whose secret it is."""
        return self._seats.members[_words(asked, "secret", self._seats.members)]

    def _where(self, asked: Asked) -> Channel:
        """A place that the member of the secret can open now."""
        where = _words(asked, "in")
        if where not in self._places(self._member(asked)):
            raise Refused("not theirs")
        return Channel(NAME, where)

    def _places(self, member: Member) -> frozenset[str]:
        return frozenset(id_ for id_, _kind, _name in self._world.chat.places(member))

    def _reads(self, member: Member, line: Line) -> bool:
        return line.where in self._places(member) and line.reader in ("", member.id)

    # -- what it is told ----------------------------------------------------------------------------------------------

    def tell_clock(self) -> None:
        self._tell(self._clock())

    def tell_tour(self) -> None:
        if self._entered and self._guide.frame is not None:
            self._tell(self._guide.frame)

    def tell_line(self, line: Line) -> None:
        for member in self._opened.values():
            if self._reads(member, line):
                self._later(partial(self._line, member, line))

    def tell_places(self) -> None:
        """Somebody came into a place or left it: what stands in one that is new to a member is told too."""
        for member in self._opened.values():
            if self._places(member) != self._shown[member.id]:
                self._tell_member(member)
                self._tell_lines(member)

    def _tell_member(self, member: Member) -> None:
        self._later(lambda: self._about(member))

    def _tell_lines(self, member: Member) -> None:
        self._shown[member.id] = self._places(member)
        self._later(lambda: self._lines(member))

    def _tell(self, frame: Frame) -> None:
        async def told() -> Frame:
            return frame

        self._later(told)

    def _later(self, frame: Callable[[], Awaitable[Frame]]) -> None:
        if self._waiting.full():
            self._closing = asyncio.ensure_future(self.close())
        else:
            self._waiting.put_nowait(frame)

    async def _tell_all(self) -> None:
        with suppress(ConnectionError):  # it has gone: the line to it ends by itself
            while True:
                frame = await (await self._waiting.get())()
                await self._send(json.dumps(frame, separators=(",", ":")))
                self._waiting.task_done()

    async def all_told(self) -> None:
        """Return when the page has been sent all there is to tell."""
        await self._waiting.join()

    def _who(self, member: Member) -> Frame:
        return {"id": member.id, "name": names.shown(member.name, member.id), "moderates": member == MO}

    @property
    def _community(self) -> str:
        return self._world.chat.rooms[ROOM.id].place.name

    # -- frames -------------------------------------------------------------------------------------------------------

    def _clock(self) -> Frame:
        world = self._world
        return {
            **{"is": "clock", "now": world.now.isoformat(), "pace": world.pace, "off": not world.is_on},
            **{"style": world.chat.style, "styles": STYLES},
        }

    async def _about(self, member: Member) -> Frame:
        zone = await self._world.zone_of(member)
        places = [
            {"id": id_, "kind": kind, "name": "".join(_bare(spans(name, self._world.now, zone)))}
            for id_, kind, name in self._world.chat.places(member)
        ]
        return {
            **{"is": "member", **self._who(member), "zone": zone.key},
            **{"messages": member.id not in self._world.chat.closed, "places": places, "community": self._community},
        }

    async def _lines(self, member: Member) -> Frame:
        zone = await self._world.zone_of(member)
        readable = [line for line in self._world.chat.lines if self._reads(member, line)]
        return {"is": "lines", "of": member.id, "lines": [self._drawn(line, zone) for line in readable[-LATEST:]]}

    async def _line(self, member: Member, line: Line) -> Frame:
        return {"is": "line", "of": member.id, "line": self._drawn(line, await self._world.zone_of(member))}

    def _drawn(self, line: Line, zone: ZoneInfo) -> Frame:
        return draw(line, zone, self._world.chat.names)


def _words(asked: Asked, name: str, among: Container[str] | None = None) -> str:
    """A value that must be there, as words, and one of these if they are few."""
    words = asked.get(name)
    if not isinstance(words, str) or len(words) > LONGEST_LINE or (among is not None and words not in among):
        raise Refused(name)
    return words


def _bare(drawn: list[str | list[str]]) -> list[str]:
    return [one if isinstance(one, str) else one[1] for one in drawn]
