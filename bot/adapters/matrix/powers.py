"""Who is in a room and who moderates it, asked of the server now."""

from __future__ import annotations

from bot.adapters.matrix import claims
from bot.adapters.matrix.homeserver import Homeserver, Json, Refusal, route
from bot.adapters.matrix.limits.queues import PATIENCE
from bot.errors import NotAllowed


async def is_moderator(client: Homeserver, place: str, member_id: str) -> bool:
    """Joined, and with the power to ban (at least a moderator's), or a creator's."""
    return await is_joined(client, place, member_id) and claims.moderates(await _asked(client, place), member_id)


async def owner(client: Homeserver, place: str) -> str:
    """Those with the most power in the room, by name."""
    return claims.owner(await _asked(client, place), besides=client.user_id)


async def _asked(client: Homeserver, place: str) -> claims.State:
    asked = {("m.room.create", ""): await state(client, place, "m.room.create", whole=True)}
    try:
        asked["m.room.power_levels", ""] = {"content": await state(client, place, "m.room.power_levels")}
    except Refusal as error:
        if error.errcode != "M_NOT_FOUND":
            raise
    return asked


async def is_joined(client: Homeserver, room_id: str, member_id: str) -> bool:
    return await _membership(client, room_id, member_id) == "join"


async def _membership(client: Homeserver, room_id: str, member_id: str) -> str:
    try:
        member = await state(client, room_id, "m.room.member", member_id)
    except Refusal as error:
        if error.errcode in ("M_NOT_FOUND", "M_FORBIDDEN"):
            return ""
        raise
    return str(member.get("membership"))


async def remove(client: Homeserver, room_id: str, member_id: str) -> None:
    """Take somebody out. The server says the same no where they are not in it and where the bot may not: it is asked
    which. Raises ``NotAllowed``.
    """
    path, body = route("rooms", room_id, "kick"), {"user_id": member_id}
    try:
        await client.limits.run("state", lambda: client.request("POST", path, body), patience=PATIENCE)
    except Refusal as error:
        if await _membership(client, room_id, member_id) in ("join", "invite", "knock"):
            raise NotAllowed("the bot may not take people out of a room") from error


async def set_levels(client: Homeserver, room_id: str, levels: Json) -> None:
    """What members may do in a room. Raises ``NotAllowed``."""
    path = route("rooms", room_id, "state", "m.room.power_levels", "")
    try:
        await client.limits.run("state", lambda: client.request("PUT", path, levels), patience=PATIENCE)
    except Refusal as error:
        if error.errcode != "M_FORBIDDEN":
            raise
        raise NotAllowed("the bot may not change who may speak in a room") from error


async def state(client: Homeserver, room_id: str, kind: str, key: str = "", *, whole: bool = False) -> Json:
    """A state event's content; the event itself if ``whole``."""
    query = {"format": "event"} if whole else {}
    return await client.request("GET", route("rooms", room_id, "state", kind, key), query=query)
