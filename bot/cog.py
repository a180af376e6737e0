"""How a feature is written: decorators mark a cog's commands, actions, messages and jobs. ``Core`` is what it gets."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from sqlite3 import Connection
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from bot.asking import consenting
from bot.asking.consenting import VOLUNTEER_DAYS, Consenting
from bot.asking.leaving import Leaving
from bot.asking.permissions import Permissions
from bot.asking.platforms import Platforms
from bot.asking.resting import Resting
from bot.clocks.clock import Clock
from bot.clocks.quiet_hours import DEFAULT_QUIET_HOURS, QuietHours
from bot.clocks.times import friendly_instant
from bot.context import Context, Delivery
from bot.delivery import arrival, gate, together
from bot.incoming.conversation import Conversations
from bot.incoming.limits import Limits
from bot.incoming.offering import Offering
from bot.incoming.waiting import FirstWords, WaitingWords
from bot.keys.crypto import DecryptionError, Keyring, Row
from bot.messages import LEAD, SMALL, Channel, Community, Message, Person, Text
from bot.platform.adapter import Adapter
from bot.platform.groups import Groups
from bot.registry import (
    Action,
    Command,
    Duties,
    Every,
    Job,
    Kind,
    Late,
    Registry,
    Reply,
    Work,
    nothing_kept,
    nothing_to_forget,
)
from bot.words.i18n import _
from storage.database.database import Database

P = ParamSpec("P")
T = TypeVar("T")
BODY = ("deliveries", "body")
"""Where words on their way are encrypted, under the key of their delivery."""

M = TypeVar("M", bound=Callable[..., Any])


@dataclass(frozen=True)
class Settings:
    """What the host decided, as far as members notice it."""

    host: str = "the person who hosts me"
    zone: str = "UTC"
    limits: Limits | None = None
    without_notebook: frozenset[str] = frozenset()
    """Platforms where members keep no notes, because the host has not allowed it."""
    without_tender: frozenset[str] = frozenset()
    """Platforms where tender questions are off until moderators have read what they may ask there."""
    quiet: QuietHours = DEFAULT_QUIET_HOURS
    daily_cap: int = gate.DAILY_CAP
    volunteer_days: int = VOLUNTEER_DAYS
    """After how many days volunteers begin without a yes, where moderators have not said."""
    calendar: str = ""
    """Where members' own calendars are found on the web; empty where the host has opened no port for them."""


@dataclass
class Core:
    """What every cog is given: where things are kept, what else is offered, and who may be asked."""

    database: Database
    keyring: Keyring
    registry: Registry
    settings: Settings
    now: Clock
    adapters: Mapping[str, Adapter]
    unreachable: set[str]
    """Platforms that are not connected at this moment."""
    platforms: Platforms
    """What features ask of ``adapters`` about people and places."""
    permissions: Permissions
    consenting: Consenting
    offering: Offering
    leaving: Leaving
    resting: Resting
    conversations: Conversations
    groups: Groups
    zone_of: Callable[[Context], Awaitable[str]]
    """The IANA zone in which a request's times are meant: the member's own; before their first yes, a guess."""
    run: Callable[[Context, Command, Mapping[str, str]], Awaitable[tuple[Context, Reply]]]
    """A command, with its arguments as they were typed, and the context it was answered in."""
    words: WaitingWords = field(default_factory=WaitingWords)
    first_words: FirstWords = field(default_factory=FirstWords)


def command(
    name: str,
    *,
    anyone: bool = False,
    community: bool = False,
    moderators: bool = False,
    expensive: bool = False,
    about: str = "",
    quotes: bool = False,
) -> Callable[[M], M]:
    """Offer a method as a command: its signature is the parameters, its docstring the help."""
    marks = {"name": name, "anyone": anyone, "community": community, "about": about, "quotes": quotes}
    return _mark("command", {**marks, "moderators": moderators, "expensive": expensive})


def action(
    name: str,
    *,
    stateless: bool = False,
    once: bool = False,
    rides: bool = False,
    anyone: bool = False,
    community: bool = False,
    moderators: bool = False,
    expensive: bool = False,
) -> Callable[[M], M]:
    """Run a method when a button is pressed or a form is sent: ``handler(context, value, **fields)``."""
    marks = {"name": name, "stateless": stateless, "once": once, "rides": rides, "anyone": anyone or stateless}
    return _mark("action", {**marks, "community": community, "moderators": moderators, "expensive": expensive})


def message(
    name: str,
    *,
    actions: tuple[str, ...] = (),
    unsure: Literal["skip", "resend"] = "skip",
    late: Late = "still true",
    stands: timedelta = timedelta(days=1),
    replaces: bool = False,
) -> Callable[[M], M]:
    """Render deliveries of this kind at the moment of sending. None means there is nothing to say any more.

    ``unsure`` and ``late`` are its written policies, listed in docs/delivery.md: see ``Kind``, also for how long what
    is typed may answer it.
    """
    marks = {"name": name, "actions": frozenset(actions), "unsure": unsure, "late": late}
    return _mark("message", {**marks, "stands": stands, "replaces": replaces})


def job(*, every: Every, erases: bool = False, lasts: bool = False) -> Callable[[M], M]:
    """Run a method now and again, with the time in UTC. True means there is more to do at once.

    ``erases``: it deletes what has been kept for long enough, and waits until the time is proven. ``lasts``: like that,
    it goes on when Kith has said farewell, because it plans nothing for anybody.
    """
    return _mark("job", (every, erases, lasts or erases))


def _mark(kind: str, value: Any) -> Callable[[M], M]:
    def decorate(method: M) -> M:
        method.__dict__[f"cog_{kind}"] = value
        return method

    return decorate


class Cog(Duties):
    """One feature: what it offers, how it exports a person and how it forgets one."""

    def __init__(self, core: Core) -> None:
        self.core = core

    async def read(self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.core.database.read(function, *args, **kwargs)

    async def write(self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.core.database.write(function, *args, **kwargs)

    async def in_portions(
        self, function: Callable[Concatenate[Connection, P], bool], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Write again and again, as long as ``function`` says that there is more: others write in between."""
        while await self.core.database.write(function, *args, **kwargs):
            pass

    async def zone_of(self, context: Context) -> ZoneInfo:
        return ZoneInfo(await self.core.zone_of(context))

    async def passed_on(self, context: Context, to: Iterable[Person], kind: str, sent: Text) -> Text:
        """``sent``, or when it arrives: what waits for quiet hours or the daily cap has not been sent."""
        decide = partial(gate.decide, cap=self.core.settings.daily_cap)
        until = await self.read(arrival.later, context.me, to, kind, context.now, decide)
        if until is None:
            return sent
        when = friendly_instant(until, context.now, await self.zone_of(context))
        return _("They get it {when}.").format(when=when)

    def core_words(self, more: Text | None = None) -> Text:
        """What a first yes says yes to, and what a feature adds to it."""
        said = consenting.core_words(self.core.settings.host)
        return said if more is None else Text(SMALL) + said + " " + Text(LEAD) + more

    def seal(self, words: str, table: str, column: str) -> Callable[[Row], bytes]:
        """Encrypts words for the row they are written to."""
        return lambda row: self.core.keyring.encrypt(words, table, column, row)

    def unseal(self, sealed: bytes, table: str, column: str, row: Row) -> str:
        """Words that were kept; where their key is lost, a word that says so."""
        try:
            return self.core.keyring.decrypt(sealed, table, column, row)
        except DecryptionError:
            return str(_("(these words can't be read any more)"))

    def letter(
        self,
        words: str | None,
        to: Person | Channel,
        kind: str,
        what: str,
        due: datetime,
        expires: datetime,
        purpose: str = "",
        community: Community | None = None,
        args: Mapping[str, int | str] | None = None,
        *,
        picked: bool = False,
    ) -> Delivery:
        """A message of this kind about ``what``, with words on their way to somebody the writer chose."""
        key = f"{kind}:{what}"
        body = self.core.keyring.encrypt(words, *BODY, key) if words else None
        return Delivery(to, kind, key, due, expires, purpose, community, args or {}, body, picked=picked)

    def body_of(self, delivery: Delivery) -> str | None:
        """The words a delivery carries; None where there are none, or their key was lost: there is nothing to say."""
        try:
            return self.core.keyring.decrypt(delivery.body, *BODY, delivery.key) if delivery.body else None
        except DecryptionError:
            return None

    def in_one(self, said: Sequence[Message]) -> Message:
        """Several messages in one: each in full, with all of their buttons."""
        return together.in_one(said)

    def commands(self) -> Iterator[Command]:
        for method, marks in self._marked("command"):
            parameters = _parameters(method.__func__)
            yield Command(help=inspect.getdoc(method) or "", parameters=parameters, handler=method, **marks)

    def actions(self) -> Iterator[Action]:
        for method, marks in self._marked("action"):
            yield Action(handler=method, **marks)

    def kinds(self) -> Iterator[Kind]:
        for method, marks in self._marked("message"):
            yield Kind(render=method, **marks)

    def jobs(self) -> Iterator[tuple[Job, Every, bool, bool]]:
        yield from ((method, *marks) for method, marks in self._marked("job"))

    def _marked(self, kind: str) -> Iterator[tuple[Any, Any]]:
        for name, marks in _marks(type(self), kind):
            yield getattr(self, name), marks


@cache
def _marks(cog: type[Cog], kind: str) -> tuple[tuple[str, Any], ...]:
    """The names of a cog's methods that are decorated as one kind of thing, with what was said there."""
    mark = f"cog_{kind}"
    return tuple((name, getattr(function, mark)) for name, function in vars(cog).items() if hasattr(function, mark))


@cache
def _parameters(handler: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    _self, _context, *parameters = inspect.signature(handler, eval_str=True).parameters.values()
    return tuple(parameters)


class KeepsNothing(Cog):
    """One that keeps nothing about anybody but what other cogs export and forget."""

    def export(self, _person: Person) -> Work[dict[str, Any]]:
        return nothing_kept

    def forget(self, _person: Person, _community: Community | None) -> Work[None]:
        return nothing_to_forget
