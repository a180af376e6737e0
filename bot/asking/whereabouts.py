"""Where somebody may be met in a community, and whether they are: asked of the platforms, which may not say."""

from __future__ import annotations

from collections.abc import Mapping
from sqlite3 import Connection
from typing import NamedTuple

from bot.errors import DeliveryError
from bot.messages import Community, Member, Person, Place
from bot.platform.adapter import Adapter
from storage.members import departures, members


class Known(NamedTuple):
    """Where a person may be met in a community: their accounts, and the places it lives in."""

    person: Person
    community: Community
    accounts: list[Member]
    places: list[Place]


def known_of(connection: Connection, person: Person, community: Community) -> Known:
    places = [place for place in members.places(connection, community) if not departures.is_lost(connection, place)]
    return Known(person, community, members.accounts(connection, person), places)


def asked_of(known: Known, besides: tuple[Member, Place] | None = None) -> list[tuple[Member, Place]]:
    """Every account of theirs in every place on its platform, but the one of which the platform said it by itself."""
    everywhere = [(account, place) for place in known.places for account in known.accounts]
    return [
        (account, place)
        for account, place in everywhere
        if account.platform == place.platform and (account, place) != besides
    ]


async def is_anywhere(
    adapters: Mapping[str, Adapter], known: Known, besides: tuple[Member, Place] | None = None
) -> bool | None:
    """Is any account of the person in any place of the community? None where a platform does not say."""
    unknown = False
    for account, place in asked_of(known, besides):
        try:
            if await adapters[place.platform].is_member(account, place):
                return True
        except (DeliveryError, KeyError):
            unknown = True
    return None if unknown else False
