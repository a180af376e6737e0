"""What the features offer, by name: commands, actions, kinds of deliveries, questions about consent, their duties."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal, TypeVar

from bot.context import Context, Delivery, NewRules, Reader
from bot.messages import Button, Channel, Community, Form, Message, Person, Text

T = TypeVar("T")
Reply = str | Text | Message | Form | None
Handler = Callable[..., Awaitable[Reply]]
Every = Literal["tick", "hour", "day"]
Late = Literal["expires", "says so", "still true"]
Job = Callable[[datetime], Awaitable[bool | None]]
Work = Callable[[Connection], T]
Nearness = Literal["buddy", "circles"]
Follow = Callable[[Connection, NewRules, int], int | None]
"""Looks at some rows after a key, in one transaction, and moves what the new rules of their zones move. Returns the key
of the last one; None where no row is left."""

TOP_LEVEL = frozenset({"checkin", "buddy", "circle", "company", "quiet", "people", "help-now", "kith-mod"})


@dataclass(frozen=True)
class Command:
    """A command every adapter offers: ``/checkin on`` here, ``checkin on`` there.

    ``anyone``: it also answers members who have said yes to nothing. ``community``: it needs to know which community is
    meant, and asks where that is not clear. ``moderators``: the platform is asked each time. ``expensive``: it can be
    asked less often. ``about``: its name where it is offered on somebody; ``quotes``: and on what somebody wrote.
    """

    name: str
    help: str
    parameters: tuple[inspect.Parameter, ...]
    handler: Handler
    anyone: bool = False
    community: bool = False
    moderators: bool = False
    expensive: bool = False
    about: str = ""
    quotes: bool = False

    @property
    def description(self) -> str:
        return self.help.partition("\n")[0]

    @property
    def path(self) -> str:
        """The name where commands stand in groups: the seven doors at the top, everything else under ``kith``."""
        return self.name if self.name.split()[0] in TOP_LEVEL else f"kith {self.name}"


@dataclass(frozen=True)
class Action:
    """What a button or a sent form runs.

    ``stateless``: it needs no row and keeps nothing, so it also works before a yes and without a database. ``once``:
    the first press uses up the offer. ``rides``: its button may stand under whatever was delivered to the member.
    ``moderators`` and ``expensive`` as in ``Command``.
    """

    name: str
    handler: Handler
    stateless: bool = False
    once: bool = False
    rides: bool = False
    anyone: bool = False
    community: bool = False
    moderators: bool = False
    expensive: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of delivery: who renders it, and what to do where nobody can say whether it arrived.

    ``actions`` are those its buttons may run. ``unsure`` is the written policy for a first try that is older than the
    platform's memory, where the history cannot be read either: ``skip`` it, or ``resend`` it, as a repeat says so
    itself. ``late`` is what becomes of it after an outage: it ``expires`` with its window (each is planned with one),
    it comes and ``says so`` ("late by"), or it comes because it is ``still true``. ``stands`` is how long what is typed
    may answer it; with ``replaces`` only the newest of its kind is asked.
    """

    name: str
    render: Callable[[Delivery, Reader], Awaitable[Message | None]]
    actions: frozenset[str] = field(default_factory=frozenset)
    unsure: Literal["skip", "resend"] = "skip"
    late: Late = "still true"
    stands: timedelta = timedelta(days=1)
    replaces: bool = False


@dataclass(frozen=True)
class Setting:
    """One row of the settings screen: what it is, how it stands now, and the action that changes it in one tap."""

    label: Text
    state: Text
    action: str
    value: str = ""
    group: Literal["switch", "role", "dial"] = "dial"


@dataclass(frozen=True)
class Stand:
    """One line of where somebody stands, for any eyes. ``due``: None for what is so now. ``rests``: until `start`."""

    words: Text
    due: datetime | None = None
    rests: bool = False


@dataclass(frozen=True)
class Listener:
    """To whom a member may send words of theirs, both having agreed. ``purpose``: what the other's yes was to."""

    person: Person
    purpose: str
    community: Community | None = None


@dataclass(frozen=True)
class Measure:
    """A total for moderators, its exact count never shown. ``beside`` is neither the part nor its opposite."""

    name: str
    count: Callable[[Connection, Community, datetime], tuple[int, int]]
    words: Callable[[int, int], Text]
    place: Literal["needs", "picture", "more", "run"] = "picture"
    beside: tuple[Callable[[Connection, Community, datetime], int], Callable[[int], Text]] | None = None
    percent: bool = False  # ``words`` takes the part of a hundred
    whether: bool = False  # ``words`` takes 0 or 1 for the part: nobody or somebody, and no more is told


@dataclass(frozen=True)
class Ask:
    """One question. ``words`` says all of it, given the value the question is about (a schedule, a circle).

    ``then`` is the action that goes on after the yes, with the same value. ``adult``: it brings people together, so
    the line about age comes first, once. ``ageless``: that line never comes first, also not among adults. ``choices``
    are further buttons between yes and no.
    """

    name: str
    purposes: tuple[str, ...]
    words: Callable[[str], Text]
    then: str
    adult: bool = False
    ageless: bool = False
    choices: Callable[[str], tuple[Button, ...]] = lambda _value: ()


class Duties(ABC):
    """What every feature owes, and what it may add where others ask: the first two have no answer that fits them all.

    The duties are storage functions that run in one transaction with those of all other features.
    """

    @abstractmethod
    def export(self, person: Person) -> Work[dict[str, Any]]:
        """Everything this cog keeps about the person, as plain JSON values under titles a member understands."""

    @abstractmethod
    def forget(self, person: Person, community: Community | None) -> Work[None]:
        """Delete it, in one community or (None) everywhere, and tell those whom it concerns."""

    def channel_gone(self, _channel: Channel) -> Work[None]:
        """End what happened in a channel that is no more, and tell those whom it concerns."""
        return nothing_to_forget

    def works_again(self, _community: Community) -> Work[None]:
        """What a platform refused here it does again: whatever waited for that is due now."""
        return nothing_to_forget

    def withdrawn(self, _person: Person, _purpose: str) -> Work[None]:
        """The person has taken a yes back. Nothing is sent for it from now on; stop what was being done for it."""
        return nothing_to_forget

    async def settings(self, _context: Context) -> Sequence[Setting]:
        """What of this cog the settings screen shows to the member: each row can be changed in one tap."""
        return ()

    async def stands(self, _context: Context) -> Sequence[Stand]:
        """What of this cog lies ahead of the member, the next first. Nothing overdue, and nothing counted."""
        return ()

    def separate(self, _one: Person, _other: Person) -> Work[None]:
        """End what connects these two, at the wish of the first: they must not meet from now on."""
        return nothing_to_forget

    def derived_anew(self, _now: datetime) -> Work[None]:
        """The clock was ahead and is right: when something is next due, or was last done, is derived from ``now``."""
        return nothing_to_forget

    def partners(self, _person: Person, _community: Community) -> Work[frozenset[Person]]:
        """Who waits for this person here, and hears from moderators if everything is quiet about them."""
        return lambda _connection: frozenset()

    def listeners(self, _person: Person) -> Work[Sequence[Listener]]:
        """To whom this person may send words of their own: whom this cog connected them with, by a yes of both."""
        return lambda _connection: ()

    def resumed(self, _person: Person, _now: datetime) -> Work[bool]:
        """The person says `start`: take up again what waits for that. True if anything did."""
        return lambda _connection: False

    async def hears_of_pause(self, _person: Person) -> Text | None:
        """Who hears that the person pauses, in a sentence to them; None where this cog tells nobody."""
        return None

    def nearby(self, _person: Person, _community: Community) -> Work[Mapping[Nearness, frozenset[Person]]]:
        """Whom this cog has brought near the person here. They may be shown company requests and first hellos."""
        return lambda _connection: {}

    async def help_lines(self, _context: Context) -> Sequence[Text]:
        """What this cog puts on the member's own help card: people and places of theirs. Read at most for a second."""
        return ()

    async def said_first(self, _context: Context, _line: str) -> Message | None:
        """What comes before the answer to a line that somebody wrote to the bot alone. Nothing of the line is kept."""
        return None

    async def said_instead(self, _context: Context, _line: str) -> Message | None:
        """What to say to such a line where it is no command and answers nothing."""
        return None

    async def said_after(self, _context: Context, _line: str, _shown: Collection[str]) -> Message | None:
        """What to say to such a line if nothing is near to it, behind a screen with these actions on its buttons."""
        return None

    def by_the_clock(self) -> Sequence[Follow]:
        """What of this cog stands at wall times: each follows the rules of its zone (``bot.delivery.new_rules``)."""
        return ()

    async def said_without_words(self, _context: Context) -> Message | None:
        """What a picture or a voice answers, in the direct chat of somebody who said yes."""
        return None

    def measures(self) -> Iterable[Measure]:
        """The totals this cog adds to what moderators see."""
        return ()

    async def needs(self, _community: Community, _now: datetime) -> Sequence[Text]:
        """What the community needs from its moderators this week, one sentence each."""
        return ()

    async def feed(self, _code: str) -> bytes | None:
        """The calendar file behind a private address (``bot.hosting.feeds``); None where it is not one of this cog."""
        return None

    def asks(self) -> Iterable[Ask]:
        """What this cog asks before it keeps or sends anything."""
        return ()

    async def open_doors(self, context: Context) -> frozenset[str]:
        """The actions of this cog that open a door, as far as somebody stands behind it now (``bot.asking.doors``)."""
        return frozenset()

    async def rides_along(self, _context: Context) -> Message | None:
        """What this cog would ask once, beside the answer to a check-in that led nowhere else."""
        return None

    async def has_already(self, _context: Context) -> frozenset[str]:
        """The actions of this cog that would offer the member what they have: these are left out."""
        return frozenset()

    @abstractmethod
    def commands(self) -> Iterator[Command]:
        """What members can type."""

    @abstractmethod
    def actions(self) -> Iterator[Action]:
        """What buttons and forms run."""

    @abstractmethod
    def kinds(self) -> Iterator[Kind]:
        """What is sent without anybody asking."""

    @abstractmethod
    def jobs(self) -> Iterator[tuple[Job, Every, bool, bool]]:
        """What is done now and again, whether it erases, and whether it goes on after a farewell."""


class Registry:
    """All that is offered, by name. It is made empty: the features it is filled with look things up in it later."""

    def __init__(self) -> None:
        self.cogs: list[Duties] = []
        self.commands: dict[str, Command] = {}
        self.actions: dict[str, Action] = {}
        self.kinds: dict[str, Kind] = {}
        self.asks: dict[str, Ask] = {}
        self._jobs: list[tuple[Duties, Job, Every, bool, bool]] = []

    def listeners(self, person: Person) -> Work[Sequence[Listener]]:
        """Everybody whom any feature has connected with this person."""
        works = [cog.listeners(person) for cog in self.cogs]
        return lambda connection: [listener for work in works for listener in work(connection)]

    def jobs(self, every: Every, *, erasing: bool, stopped: bool = False) -> Iterator[tuple[Duties, Job]]:
        """What is to do each tick, hour or day: what erases if ``erasing``, and only what lasts if ``stopped``."""
        for cog, job, when, erases, lasts in self._jobs:
            if when == every and (erasing or not erases) and (lasts or not stopped):
                yield cog, job

    def add(self, cog: Duties) -> None:
        self.cogs.append(cog)
        self.commands.update({command.name: command for command in cog.commands()})
        self.actions.update({action.name: action for action in cog.actions()})
        self.kinds.update({kind.name: kind for kind in cog.kinds()})
        self.asks.update({ask.name: ask for ask in cog.asks()})
        self._jobs.extend((cog, *job) for job in cog.jobs())


def nothing_kept(_connection: Connection) -> dict[str, Any]:
    """The export of a cog that stores nothing about anybody."""
    return {}


def nothing_to_forget(_connection: Connection) -> None:
    """The forget of a cog that stores nothing about anybody."""
