"""Who asks or reads, where and when: what a handler knows of a request and of places, what renders for a reader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from bot.messages import Channel, Community, Member, Person, Place, Text


@dataclass(frozen=True, slots=True)
class Spot:
    """A channel of a community where the bot may write, as its platform lists it. ``private``: not every member can
    read it.
    """

    channel: Channel
    name: str
    private: bool


Lack = Literal["write", "private groups", "history", "events"]
"""What permissions keep the bot from: writing, places for a few, reading what it has said, dates in the calendar."""


@dataclass(frozen=True, slots=True)
class Group:
    """A private place the bot opened for a few members. ``visible_to`` says truthfully who else could open it."""

    channel: Channel
    visible_to: Text = field(default_factory=Text)


@dataclass(frozen=True, slots=True)
class Event:
    """A date for a platform's own calendar, which everybody in a place may see. ``key`` names it for good."""

    key: str
    title: Text
    starts: datetime
    ends: datetime
    spot: Text
    about: Text


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a platform says of a request. Adapters make it; the bot turns it into a ``Context``.

    ``place`` is None in a direct conversation. ``message`` is the platform's id of what the member wrote, also where it
    was changed or taken back since. ``raw`` is the platform's own event, for the adapter that made it.
    """

    member: Member
    channel: Channel
    place: Place | None = None
    locale: str = "en"
    message: str = ""
    about: Member | None = None
    quoted: str = ""
    whole_forms: bool = False
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
    pressed: str = ""
    """The id of that button; empty for a command."""
    greets: bool = False
    """A greeting was typed rather than a command: it shows, and ends nothing."""
    message: str = ""
    """The platform's id of what the member wrote; empty for a press."""
    about: Member | None = None
    """On whom the command was opened, where it was opened on somebody or on what they wrote."""
    quoted: str = ""
    """Where that stands which they wrote, as an address."""
    whole_forms: bool = False
    """A form opened now is shown whole, and its choices can be ticked."""
    raw: Any = field(default=None, repr=False, compare=False)

    @property
    def chat(self) -> Channel | None:
        """By what it is remembered where this chat stands: its channel; None for the one direct conversation."""
        return None if self.direct else self.channel

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

    @property
    def here(self) -> Community:
        """The community, in a handler that runs only where it is settled."""
        if self.community is None:
            raise LookupError("this handler runs only in a community")
        return self.community


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message that nobody is waiting for at this moment: planned in a transaction, sent once, or recorded as
    skipped.

    ``key`` names the occurrence ("checkins.prompt:12:2026-03-28"): one row per key, ever. ``args`` holds ids, never
    text; words on their way to somebody the writer chose travel encrypted in ``body``. ``purpose`` is the consent it
    needs ("" for an answer to the member's own act). ``picked``: the member chose this time, quiet hours do not hold
    it. ``capped``: nobody scheduled it, so it counts towards the daily cap. ``unasked``: neither did anybody ask for it
    or write it, so it comes still more rarely. ``opening``: nothing was sent to this person on this platform yet.
    ``zone``: it is due at a wall time there, whatever becomes of the rules of that zone.
    """

    to: Person | Channel
    kind: str
    key: str
    due: datetime
    expires: datetime | None = None
    purpose: str = ""
    community: Community | None = None
    args: Mapping[str, int | str] = field(default_factory=dict)
    body: bytes | None = None
    picked: bool = False
    capped: bool = False
    unasked: bool = False
    id: int = 0
    account: Member | None = None
    first_try: datetime | None = None
    attempts: int = 0
    opening: bool = False
    zone: str = ""


@dataclass(frozen=True)
class NewRules:
    """The rules of these zones are others than those by which instants were derived. ``number``: the how manieth time
    that happens, so that whoever is told of it is told once.
    """

    zones: frozenset[str]
    number: int
    now: datetime

    @cached_property
    def names(self) -> str:
        """The zones as SQLite takes a list in."""
        return json.dumps(sorted(self.zones))


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a delivery is rendered, and when. ``zone`` is an IANA name; None in a shared place."""

    member: Member | None
    person: Person | None
    now: datetime
    zone: str = "UTC"
    locale: str = "en"

    @property
    def me(self) -> Person:
        """The person, in a message that goes to nobody else."""
        if self.person is None:
            raise LookupError("this message goes to people only")
        return self.person
