"""Which questions a community leaves out, single ones or the tender ones, and what that means for its members."""

from __future__ import annotations

from collections.abc import Collection
from sqlite3 import Connection
from typing import NamedTuple

from bot.messages import Community, Person
from storage.members import community_settings, members

Platforms = Collection[str]
"""Where tender questions are off until moderators turn them on."""


class Asked(NamedTuple):
    """``off``: ids of questions that are not asked. ``tender``: whether those are asked that go deepest."""

    off: frozenset[str]
    tender: bool


def here(connection: Connection, community: Community, reserved: Platforms) -> Asked:
    """What one community asks."""
    rows = connection.execute("SELECT prompt FROM prompts_off WHERE community = ?", (community.id,))
    off = frozenset(prompt for (prompt,) in rows)
    decided = community_settings.get(connection, community).tender
    if decided is None:
        decided = all(place.platform not in reserved for place in members.places(connection, community))
    return Asked(off, decided)


def for_person(connection: Connection, person: Person, reserved: Platforms) -> Asked:
    """What a member is asked by themselves: nothing that any community of theirs leaves out."""
    found = [here(connection, community, reserved) for community in members.communities(connection, person)]
    if not found:
        return Asked(frozenset(), all(one.platform not in reserved for one in members.accounts(connection, person)))
    return Asked(frozenset[str]().union(*(one.off for one in found)), all(one.tender for one in found))


def switch(connection: Connection, community: Community, prompt: str, *, on: bool) -> None:
    if on:
        connection.execute("DELETE FROM prompts_off WHERE community = ? AND prompt = ?", (community.id, prompt))
    else:
        connection.execute(
            "INSERT OR IGNORE INTO prompts_off (community, prompt) VALUES (?, ?)", (community.id, prompt)
        )


def ask_tender(connection: Connection, community: Community, *, on: bool) -> None:
    settings = community_settings.get(connection, community)
    community_settings.save(connection, community, settings._replace(tender=on))
