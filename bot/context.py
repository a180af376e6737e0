"""What a handler knows about the request it is answering."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.messages import Channel, Community, Member, Person, Place


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a platform says of a request. Adapters make it; the bot turns it into a ``Context``.

    ``place`` is None in a direct conversation. ``raw`` is the platform's own event, for the adapter that made it.
    """

    member: Member
    channel: Channel
    place: Place | None = None
    locale: str = "en"
    raw: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Context:
    """Who asked, in which community, where, and when.

    ``person`` is None until the member's first yes: before that nothing about them is kept. ``community`` is None in a
    direct conversation until a row or a question settles it. ``now`` is UTC.
    """

    member: Member
    person: Person | None
    community: Community | None
    channel: Channel
    now: datetime
    locale: str = "en"
    direct: bool = False
    row: str = ""
    """What a pressed button was offered on: ``d<delivery>``, ``o<offer>``, ``-``; empty for a command."""
    raw: Any = field(default=None, repr=False, compare=False)

    @property
    def delivery(self) -> int | None:
        """The delivery that a pressed button stands under, if it stands under one."""
        return int(self.row[1:]) if self.row.startswith("d") else None

    @property
    def me(self) -> Person:
        """The person, in a handler that runs only for members who said yes (not marked ``anyone``)."""
        if self.person is None:
            raise LookupError("this handler runs only for members who said yes")
        return self.person
