"""Who is in a room and who moderates it, asked of the server now."""

from __future__ import annotations

from bot.adapters.matrix.homeserver import Homeserver, Json, Refusal, route

MODERATOR = 50
"""The power that Matrix calls a moderator's, unless a room asks more for a ban."""

ORDINARY_VERSIONS = frozenset(str(version) for version in range(1, 12))
"""Room versions where a creator's power stands in the power levels. From 12 on it is unlimited, and stands nowhere."""


async def is_moderator(client: Homeserver, place: str, member_id: str) -> bool:
    """Joined, and with the power to ban (at least a moderator's), or a creator's."""
    if not await is_joined(client, place, member_id):
        return False
    created = await state(client, place, "m.room.create", whole=True)
    content = created.get("content", {})
    creators = [created.get("sender"), *content.get("additional_creators", [])]
    if content.get("room_version", "1") not in ORDINARY_VERSIONS and member_id in creators:
        return True
    try:
        levels = await state(client, place, "m.room.power_levels")
    except Refusal:  # a room without power levels obeys its creator alone
        return member_id == created.get("sender")
    power = levels.get("users", {}).get(member_id, levels.get("users_default", 0))
    return bool(int(power) >= max(MODERATOR, int(levels.get("ban", MODERATOR))))


async def is_joined(client: Homeserver, room_id: str, member_id: str) -> bool:
    try:
        member = await state(client, room_id, "m.room.member", member_id)
    except Refusal as error:
        if error.errcode in ("M_NOT_FOUND", "M_FORBIDDEN"):
            return False
        raise
    return member.get("membership") == "join"


async def state(client: Homeserver, room_id: str, kind: str, key: str = "", *, whole: bool = False) -> Json:
    """A state event's content; the event itself if ``whole``."""
    query = {"format": "event"} if whole else {}
    return await client.request("GET", route("rooms", room_id, "state", kind, key), query=query)
