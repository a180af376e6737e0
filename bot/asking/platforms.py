"""What the platforms tell of people and places when a feature asks: one that does not answer tells nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.context import Context, Lack, Spot
from bot.errors import DeliveryError
from bot.messages import Community, Member, Place
from bot.platform.adapter import Adapter
from storage.database.database import Database
from storage.members import members


class Platforms:
    """Asks the platform of an account about its name, its places, and whom and what there is in those."""

    def __init__(self, database: Database, adapters: Mapping[str, Adapter]) -> None:
        self._database = database
        self._adapters = adapters

    async def name_of(self, account: Member) -> str:
        """The name the account has now; its id where the platform does not tell."""
        try:
            return await self._adapters[account.platform].name_of(account) or account.id
        except DeliveryError:
            return account.id

    async def places_of(self, account: Member) -> Sequence[Place]:
        """Where the bot meets this account. Raises ``DeliveryError``; nowhere on a platform that is not in use."""
        adapter = self._adapters.get(account.platform)
        return await adapter.places_of(account) if adapter else ()

    def mentioned(self, words: str, by: Member) -> Member | None:
        """Who is mentioned or named by an id."""
        return self._adapters[by.platform].read_member(words)

    async def found(self, community: Community, words: str, by: Member) -> dict[Member, str]:
        """Everybody of the community whom these words may name, and what tells them apart, as whoever asks may see."""
        found: dict[Member, str] = {}
        for place in await self._places(community, by.platform):
            try:
                found |= await self._adapters[by.platform].find_members(place, words, by)
            except DeliveryError:
                continue
        return found

    async def spots(self, context: Context) -> list[Spot]:
        """Where the bot may write in the community and this member may read, on their platform."""
        platform = context.member.platform
        found: list[Spot] = []
        for place in await self._places(context.here, platform):
            try:
                found.extend(await self._adapters[platform].spots(place, context.member))
            except DeliveryError:
                continue
        return found

    async def lacks(self, context: Context) -> frozenset[Lack]:
        """What the bot may not do in any of the community's places on the member's platform."""
        adapter = self._adapters[context.member.platform]
        try:
            found = [await adapter.lacks(place) for place in await self._places(context.here, adapter.name)]
        except DeliveryError:
            return frozenset()
        return frozenset().union(*found)

    async def _places(self, community: Community, platform: str) -> list[Place]:
        places = await self._database.read(members.places, community)
        return [place for place in places if place.platform == platform]
