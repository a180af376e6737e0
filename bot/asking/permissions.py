"""Who may do what: asked of the platform at the time of the call, denied where it does not answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from bot.context import Context
from bot.errors import DeliveryError, UserError
from bot.messages import Community, Member, Place
from bot.platform.adapter import Adapter
from bot.words.i18n import _
from storage.database.database import Database
from storage.members import members


class Permissions:
    """Asks the platforms about a member's part in a community."""

    def __init__(self, database: Database, adapters: Mapping[str, Adapter]) -> None:
        self._database = database
        self._adapters = adapters

    async def require_moderator(self, context: Context) -> None:
        """Raises UserError unless the member moderates the community now."""
        if context.community is None or not await self.is_moderator(context.member, context.community):
            raise UserError(_("Only moderators of this community can do that."))

    async def is_moderator(self, member: Member, community: Community) -> bool:
        return any([await self._moderates(member, place) for place in await self._places(member, community)])

    async def moderates_somewhere(self, context: Context) -> bool:
        """Here, or in any community they are in; no where the platform cannot say."""
        return any([await self.is_moderator(context.member, one) for one in await self.around(context)])

    async def is_member(self, member: Member, community: Community) -> bool:
        return any([await self._belongs(member, place) for place in await self._places(member, community)])

    async def communities_of(self, member: Member, context: Context) -> list[Community]:
        """The communities that the bot shares with this account, asked of the platform now.

        Those with one name are told apart in it: by platform, by the day the bot came, or by number, the oldest first.
        """
        shared = await self._adapters[member.platform].places_of(member)
        found = [await self._database.write(members.found, place, context.now) for place in shared]
        return await self._told_apart(list(dict.fromkeys(found)))

    async def _told_apart(self, found: list[Community]) -> list[Community]:
        names: dict[int, str] = {}
        alike = defaultdict(list)
        for community in sorted(found, key=lambda one: one.id):
            alike[community.name.strip().casefold()].append(community)
        for same in (same for same in alike.values() if len(same) > 1):
            marks = [await self._database.read(members.marks, community) for community in same]
            numbers = tuple(str(number) for number, _one in enumerate(same, start=1))
            ways = (*zip(*marks, strict=True), numbers)
            way = next(way for way in ways if len(set(way)) == len(same))
            names |= {one.id: f"{one.name[:30]} ({mark})" for one, mark in zip(same, way, strict=True)}
        return [replace(community, name=names.get(community.id, community.name)) for community in found]

    async def shared(self, context: Context, community: str) -> Community | None:
        """The community with this id, if the bot shares it with whoever asks, as the platform says now."""
        known = await self.communities_of(context.member, context)
        return next((one for one in known if str(one.id) == community), None)

    async def around(self, context: Context) -> list[Community]:
        """Where the member is: here, else on our record, else on the platform's; nowhere while that cannot say."""
        if context.community is not None:
            return [context.community]
        if context.person is not None:
            known = await self._database.read(members.communities, context.person)
            if known:
                return [*known]
        try:
            return await self.communities_of(context.member, context)
        except DeliveryError:
            return []

    async def _places(self, member: Member, community: Community) -> list[Place]:
        places = await self._database.read(members.places, community)
        return [place for place in places if place.platform == member.platform]

    async def _moderates(self, member: Member, place: Place) -> bool:
        try:
            return await self._adapters[place.platform].is_moderator(member, place)
        except DeliveryError:
            return False

    async def _belongs(self, member: Member, place: Place) -> bool:
        try:
            return await self._adapters[place.platform].is_member(member, place)
        except DeliveryError:
            return False
