"""Names and places of those who are in a pair: the account where they were brought together comes first."""

from __future__ import annotations

from collections.abc import Iterable

from bot.cog import Cog
from bot.context import Context
from bot.errors import UserError
from bot.messages import Community, Person, Text, who
from bot.words.i18n import _
from cogs.buddies.wording import together
from cogs.moderation import wording as moderators
from storage.members import community_settings, members


async def names(cog: Cog, people: Iterable[Person], platform: str | None) -> Text:
    """``Alice and Bob``, without a ping."""
    found = [await cog.read(members.account, person, platform) for person in people]
    return together([Text("{who}").format(who=who(member)) for member in found if member is not None])


async def mentor_word(cog: Cog, community: Community) -> Text:
    """The community's word for a mentor."""
    return moderators.of(moderators.MENTOR, (await cog.read(community_settings.get, community)).preset)


async def settle(cog: Cog, context: Context, value: str = "") -> Community | list[Community]:
    """The community that is meant: the one of the request, the one named, or the only one; else those to choose from.

    Raises UserError where the bot and the member share none, or not the one that is named.
    """
    if value:
        return await named(cog, context, value)
    if context.community is not None:
        return context.community
    shared = await cog.core.permissions.communities_of(context.member, context)
    if not shared:
        raise UserError(_("I don't know of a community we share. Write to me there once, then try again here."))
    return shared[0] if len(shared) == 1 else shared


async def named(cog: Cog, context: Context, value: str) -> Community:
    """The community with this id. Raises UserError where the bot and the member do not share it."""
    found = await cog.core.permissions.shared(context, value)
    if found is None:
        raise UserError(_("That button has expired. `buddy find` opens a new one."))
    return found
