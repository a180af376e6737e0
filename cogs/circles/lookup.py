"""What a button is about, and whether this member may do it: ids from the network are believed no further than this."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from sqlite3 import Connection

from bot.cog import Cog
from bot.context import Context
from bot.errors import UserError
from bot.incoming import pages
from bot.messages import Button, Community, Member, Message, Person, Who, plain
from bot.words.i18n import _
from storage.circles import answers, circles, dates, hosts
from storage.circles.circles import Circle
from storage.circles.dates import Gathering
from storage.members import consents, members


def number(value: str) -> int:
    """The id a button carries; 0, which is nobody's, where it carries none."""
    return int(value) if value.isdecimal() and len(value) < 16 else 0


async def shown(cog: Cog, person: Person, platform: str) -> Member:
    """The account of a person that is named on this platform; any other they have, where they have none there."""
    account = await cog.read(members.account, person, platform)
    if account is None:
        raise LookupError("somebody who was forgotten")
    return account


async def who(cog: Cog, person: int, platform: str) -> Who | None:
    """The same, of somebody who may have been forgotten."""
    account = await cog.read(members.account, Person(person), platform)
    return Who(account) if account else None


async def found(cog: Cog, value: str) -> tuple[Gathering, Circle]:
    """The date a button is about. Raises UserError where it is gone: ids from the network are believed no further."""
    gathering = await cog.read(dates.get, number(value))
    circle = await cog.read(circles.get, gathering.circle) if gathering else None
    if gathering is None or circle is None:
        raise UserError(_("I don't know that date any more. `circle list` shows what is on."))
    return gathering, circle


async def hosted(cog: Cog, context: Context, row: int) -> Circle:
    """The circle with this id, if the member hosts or prepares it."""
    circle = await cog.read(circles.get, row)
    if circle is None or context.me not in await cog.read(hosts.accepted, row):
        raise UserError(_("You host no circle like that. `circle mine` shows yours."))
    return circle


async def next_of(cog: Cog, circle: Circle, now: datetime) -> tuple[Gathering | None, int | None]:
    """The next date of a circle that has not begun, and how many seats are free."""
    coming = await cog.read(dates.coming, circle.id, now)
    gathering = next((one for one in coming if one.starts > now), None)
    return gathering, await cog.read(answers.free, gathering.id) if gathering else None


def wants_a_hello(connection: Connection, circle: int, person: Person) -> bool:
    """Did this person ask for a hello if they miss two, and not take it back?"""
    member = answers.membership(connection, circle, person)
    return member is not None and member.missed is not None and consents.allows(connection, person, "missed")


async def whose(cog: Cog, context: Context, value: str, action: str) -> tuple[Community, int] | Message:
    """The community, and the page of its circles, that a button or a member means; else the question which one."""
    community, _bar, number = value.partition("|")
    if context.community is not None:
        return context.community, pages.number_of(number)
    shared = await cog.core.permissions.communities_of(context.member, context)
    chosen = [one for one in shared if str(one.id) == community] or shared
    if not chosen:
        raise UserError(_("I don't know of a community we share. Write to me there once, then try again here."))
    return (chosen[0], pages.number_of(number)) if len(chosen) == 1 else which(chosen, action)


def which(shared: Sequence[Community], action: str) -> Message:
    """Several communities: whose circles?"""
    buttons = (Button(plain(one.name[:45]), action, str(one.id)) for one in shared[: pages.MOST_COMMUNITIES])
    return Message(pages.which_community(shared), tuple(buttons))


def no_circle_yet(community: Community) -> Message:
    """The door with nobody behind it, where somebody came to it all the same."""
    return Message(
        _("No circle yet. Shall I tell you when one starts?"),
        (Button(_("Yes"), "circles.wish", str(community.id)), Button(_("No"), "onboarding.no")),
    )
