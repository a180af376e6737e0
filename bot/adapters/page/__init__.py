"""The playground's platform as a page shows it: all that people write stands there too, and it outlives a restart.

It is the chat in memory, and does what Discord or Matrix do where those differ: forms shown whole or asked one by one,
choices to press or numbered, a private answer in the room where only one can see it or in the chat with Kith alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from bot.adapters.local import NAME, LocalAdapter, Posted
from bot.adapters.page import lines
from bot.adapters.page.lines import Kept, Line
from bot.bot import Bot
from bot.context import Context, Group, Incoming, Spot
from bot.incoming.lines import choosing
from bot.incoming.standing import corrections, questions
from bot.messages import Channel, Field, Form, Member, Message, Place, Text, plain

Style = Literal["discord", "matrix"]
STYLES: tuple[Style, ...] = get_args(Style)
DIRECT = "direct-"
"""Before a member's id: the channel of their chat with Kith alone."""
PRESSED = "pressed"
"""What ``Incoming.raw`` says of a press, and of a command chosen from the platform's own list."""
ADDRESSED = ("!", "/", "@kith", "kith")
"""How a line in a shared place begins that is for Kith. What begins otherwise is between members."""


class PageAdapter(LocalAdapter):
    """``lines`` is all that stands in the chats, oldest first; ``heard`` is told of each new one, ``moved`` of places
    that are others now.
    """

    def __init__(self, bot: Bot, kept: Kept) -> None:
        super().__init__(bot)
        self.style: Style = "discord"
        self.lines: list[Line] = []
        self.titles: dict[str, Text] = {}
        self.heard: Callable[[Line], None] = lambda _line: None
        self.moved: Callable[[], None] = lambda: None
        self._kept = kept
        for change in kept.read():
            self._take(**change)

    # -- what people do -----------------------------------------------------------------------------------------------

    async def write(self, member: Member, where: Channel, words: str, reply_to: int = 0) -> None:
        """A member writes where they are. In a shared place Kith hears only what is for it."""
        self._add(Line(0, where.id, self._at(), by=member.id, message=Message(plain(words))))
        line = words if where.id.startswith(DIRECT) else for_kith(words)
        if line is None:
            return
        self.said[member.id] = self.said.get(member.id, 0) + 1
        asked = self.lines[reply_to - 1] if 0 < reply_to <= len(self.lines) else None
        readable = asked is not None and not asked.by and asked.where == where.id and asked.reader in ("", member.id)
        pointed = questions.pointed(asked.message) if asked and readable else None
        incoming = replace(self.incoming_at(member, where), message=str(self.said[member.id]))
        await self._bot.run_text(incoming, line, pointed)

    async def choose(self, member: Member, where: Channel, button_id: str, words: str) -> None:
        """A member presses a button, or chooses from a list. ``words`` are its label, as they stand there."""
        self._add(Line(0, where.id, self._at(), member.id, member.id, pressed=True, message=Message(plain(words))))
        await self._bot.run_action(replace(self.incoming_at(member, where), raw=PRESSED), button_id)

    async def fill_in(self, member: Member, where: Channel, form_id: str, answers: dict[str, str]) -> None:
        """A member sends a form that was shown whole."""
        asked = (one.form for one in reversed(self.lines) if one.form and not one.by and one.reader == member.id)
        form = next((one for one in asked if one.id == form_id), None)
        if form is not None:
            words = plain(
                " · ".join(filter(None, (_said(field, answers.get(field.name, "")) for field in form.fields)))
            )
            at = Line(0, where.id, self._at(), member.id, member.id, pressed=True, message=Message(words))
            self._add(replace(at, form=form))
        await self._bot.run_action(replace(self.incoming_at(member, where), raw=PRESSED), form_id, answers)

    def incoming_at(self, member: Member, where: Channel) -> Incoming:
        if where.id.startswith(DIRECT):
            return self.incoming(member)
        return Incoming(member, where, next(room.place for room in self.rooms.values() if member.id in room.members))

    def places(self, member: Member) -> list[tuple[str, str, Text]]:
        """(channel, kind, name) of every chat that this member can open now."""
        rooms = [(id_, "room", plain(room.place.name)) for id_, room in self.rooms.items() if member.id in room.members]
        private = [
            (spot.channel.id, "moderators", plain(spot.name))
            for id_, room in self.rooms.items()
            for spot in self.spots_of.get(id_, ())
            if member.id in room.moderators
        ]
        groups = [(key, "group", self.titles[key]) for key, members in self.groups.items() if member.id in members]
        return [(f"{DIRECT}{member.id}", "direct", Text("Kith")), *rooms, *private, *groups]

    def as_on(self, style: Style) -> None:
        """From now on it behaves as this platform does."""
        self._change(style=style)

    def close(self, member: Member, *, closed: bool) -> None:
        """The member takes no direct messages any more, or takes them again."""
        self._change(closed=sorted(self.closed | {member.id} if closed else self.closed - {member.id}))

    # -- the port -----------------------------------------------------------------------------------------------------

    async def respond(self, context: Context, reply: Message | Form) -> None:
        if self.style == "matrix":
            is_private = isinstance(reply, Form) or reply.private
            await super().respond(self._alone(context) if is_private else context, reply)
        elif isinstance(reply, Form) and context.raw == PRESSED:
            await corrections.shown(self._bot.conversations, context, reply)
            shown = Line(0, context.channel.id, self._at(), context.member.id, message=Message(reply.title))
            self._add(replace(shown, form=reply))
        elif isinstance(reply, Form) or context.direct:
            await super().respond(self._alone(context), reply)
        else:
            await super().respond(context, corrections.where_nobody_types(reply))

    def _alone(self, context: Context) -> Context:
        """In the chat with Kith alone, wherever it was asked: what is typed there next may answer."""
        return replace(context, direct=True, channel=Channel(NAME, f"{DIRECT}{context.member.id}"))

    def _stand(self, to: Member | Channel, message: Message, key: str = "", *, where: Channel | None = None) -> str:
        """A private answer stands where it was asked."""
        alone = isinstance(to, Member)
        there = where.id if where else f"{DIRECT}{to.id}" if alone else to.id
        line = Line(0, there, self._at(), to.id if alone else "", message=message, key=key)
        self._add(replace(line, numbered=self.style == "matrix"))
        return self.posted[-1].id

    async def open_group(self, place: Place | None, members: Sequence[Member], title: Text, key: str) -> Group:
        inside = sorted(self.groups.get(key, set()) | {member.id for member in members})
        self._change(group=key, members=inside, title=str(title))
        return self._group(key)

    async def add_to_group(self, channel: Channel, member: Member) -> None:
        self._change(group=channel.id, members=sorted(self.groups[channel.id] | {member.id}))

    async def remove_from_group(self, channel: Channel, member: Member) -> None:
        if member.id in self.groups.get(channel.id, set()):
            self._change(group=channel.id, members=sorted(self.groups[channel.id] - {member.id}))

    async def close_group(self, channel: Channel) -> None:
        if channel.id in self.groups:
            self._change(group=channel.id, members=None)

    async def spots(self, place: Place, member: Member) -> Sequence[Spot]:
        moderates = await self.is_moderator(member, place)
        return [spot for spot in await super().spots(place, member) if moderates or not spot.private]

    # -- what is kept -------------------------------------------------------------------------------------------------

    def _at(self) -> datetime:
        return self._bot.now().astimezone(UTC)

    def _add(self, line: Line) -> None:
        line = replace(line, id=len(self.lines) + 1)
        self._change(line=lines.written(line))
        self.heard(line)

    def _change(self, **change: Any) -> None:
        self._kept.add(change)
        self._take(**change)
        if "group" in change:
            self.moved()

    def _take(self, **change: Any) -> None:
        """One change, made now or read from the file."""
        match change:
            case {"line": kept}:
                line = lines.read(kept)
                self.lines.append(line)
                if not line.by and not line.form:
                    to = Member(NAME, line.reader) if line.reader else Channel(NAME, line.where)
                    self.posted.append(Posted(to, line.message, line.key, str(len(self.posted) + 1)))
            case {"group": key, "members": None}:
                self.groups.pop(key, None)
            case {"group": key, "members": members}:
                self.groups[key] = set(members)
                self.titles[key] = plain(change["title"]) if "title" in change else self.titles[key]
            case {"closed": ids}:
                self.closed = set(ids)
            case {"style": style}:
                self.style = style


def _said(field: Field, answer: str) -> str:
    """An answer in the words of what was chosen."""
    labels = {option.value: str(option.label) for option in choosing.offered(field)}
    return ", ".join(labels.get(one, one) for one in answer.split()) if choosing.is_closed(field) else answer


def for_kith(words: str) -> str | None:
    """A line in a shared place without the address, if it has one."""
    said = words.strip()
    found = next((mark for mark in ADDRESSED if said.casefold().startswith(mark)), None)
    if found is None or (found == "kith" and said[4:5] not in ("", " ", ":", ",")):
        return None
    return said[len(found) :].lstrip(" :,") or "help"
