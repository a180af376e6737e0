"""What both sides of company need: which community is meant, who is near whom, and an account to name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from sqlite3 import Connection
from typing import NamedTuple, get_args

from bot.cog import Cog
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.incoming import pages
from bot.messages import Button, Channel, Community, Member, Message, Person, plain
from bot.registry import Registry
from bot.words.i18n import _
from cogs.company.hours import choose
from storage.company import helping
from storage.company.company import Kind, Request
from storage.company.helping import Candidate, Routing
from storage.members import members


def routing(registry: Registry) -> Routing:
    """How storage finds out whose hours it is and who is near whom."""

    def near(connection: Connection, person: Person, community: Community) -> Mapping[str, frozenset[Person]]:
        found: dict[str, frozenset[Person]] = {}
        for cog in registry.cogs:
            for nearness, people in cog.nearby(person, community)(connection).items():
                found[nearness] = found.get(nearness, frozenset()) | people
        return found

    return Routing(choose, near)


async def audiences(cog: Cog, context: Context) -> Mapping[str, list[Candidate]]:
    """Everybody who may be asked by the member there, whatever the hour."""
    return await cog.read(helping.audiences, context.here, context.person, routing(cog.core.registry).near, context.now)


def in_hours(people: Mapping[str, Sequence[Candidate]], now: datetime) -> dict[str, int]:
    """How many of each audience are in their hours now."""
    counts = {audience: len(choose(there, now)) for audience, there in people.items()}
    return {audience: n for audience, n in counts.items() if n}


def note_of(cog: Cog, request: Request) -> str | None:
    """The words of the one who asks, if they wrote any."""
    return cog.unseal(request.note, "company_requests", "note", request.id) if request.note is not None else None


class Wished(NamedTuple):
    """What a request begins with: where, for what, and the mark of words written a moment ago that may go along."""

    community: str = ""
    kind: Kind = "chat"
    mark: str = ""

    @classmethod
    def read(cls, value: str) -> Wished:
        community, _blank, rest = value.partition(" ")
        kind, _blank, mark = rest.partition(" ")
        return cls(community, next((one for one in get_args(Kind) if one == kind), "chat"), mark)

    def __str__(self) -> str:
        return f"{self.community} {self.kind} {self.mark}".rstrip()


def mark_of(cog: Cog, words: str) -> str:
    """By this words are known again, and say nothing to whoever reads it."""
    return cog.core.keyring.pseudonym("note", words).hex()[:12]


def waiting(cog: Cog, context: Context, mark: str) -> str | None:
    """The words with this mark, while they wait: never others that were written since."""
    words = cog.core.words.recall(context.me, context.now) if mark else None
    return words if words is not None and mark_of(cog, words) == mark else None


async def settle(
    cog: Cog, context: Context, action: str, value: str = "", beside: str = ""
) -> tuple[Context, Message | None]:
    """The context with its community: where it was asked, the one in ``value``, the only one shared, or the question.

    A known person counts as a member from then on: a direct conversation says nothing about where they belong.
    ``beside`` goes along with whichever community is picked.
    """
    if context.community is None or value:
        shared = await cog.core.permissions.communities_of(context.member, context)
        found = [one for one in shared if str(one.id) == value] if value else shared
        if not found:
            raise UserError(_("I don't know of a community we share. Write to me there once, then try again here."))
        if len(found) > 1:
            shown = found[: pages.MOST_COMMUNITIES]
            asked = tuple(Button(plain(one.name), action, f"{one.id}{beside}") for one in shown)
            return context, Message(pages.which_community(found), asked)
        context = replace(context, community=found[0])
    if context.person is not None and context.community is not None:
        await cog.write(members.join, context.person, context.community, context.now)
    return context, None


async def account_of(cog: Cog, person: Person, reader: Member | None) -> Member | None:
    """How the reader can reach the person: the account on the reader's own platform, else the one used last."""
    return await cog.read(members.account, person, reader.platform if reader else None)


def context_of(delivery: Delivery, reader: Reader) -> Context:
    """What a message sent unasked knows of its reader, for finding out which doors are open to them."""
    assert reader.member is not None
    here = Channel(reader.member.platform, "")
    return Context(reader.member, reader.person, delivery.community, here, reader.now, reader.locale, direct=True)
