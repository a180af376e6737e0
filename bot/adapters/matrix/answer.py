"""What the homeserver is asked for in a sync, and its answer without whatever cannot be read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator

from nio import Event, InviteEvent, InviteMemberEvent, SyncResponse, ToDeviceEvent

from bot.adapters.matrix.homeserver import Json
from bot.errors import DeliveryError

log = logging.getLogger(__name__)

MARK = "kith.room"
"""The state event by which the bot knows a room it made: ``{"kind": "direct" | "group", "key": ...}``."""

STATE = (
    "m.room.create",
    "m.room.member",
    "m.room.encryption",
    "m.room.power_levels",
    "m.room.name",
    "m.room.canonical_alias",
    "m.room.join_rules",
    "m.space.child",
    "m.space.parent",
    "m.room.tombstone",
    MARK,
)
SAID = (
    "m.room.message",
    "m.room.encrypted",
    "m.reaction",
    "m.room.redaction",
    "m.sticker",
    "org.matrix.msc3381.poll.start",
    "m.poll.start",
    "org.matrix.msc3381.poll.response",
    "m.poll.response",
)
NOTHING: Json = {"types": []}
FILTER: Json = {
    "presence": NOTHING,
    "account_data": NOTHING,
    "room": {
        "ephemeral": NOTHING,
        "account_data": NOTHING,
        "state": {"types": STATE, "lazy_load_members": False},
        "timeline": {"types": (*SAID, *STATE), "limit": 100},
    },
}
"""Only what Kith reads: parsing is synchronous, and presence, typing and receipts are most of the traffic."""


def whole(events: Iterable[object]) -> list[Event]:
    """The events whose parts have the shapes of the specification. nio looks only into kinds that it knows."""
    return [event for event in events if isinstance(event, Event) and _is_whole(event.source)]


def sources(events: Iterable[object]) -> Iterator[Json]:
    """All events as they came, also those that nio would have otherwise: it knows no room whose version is 12."""
    found = (getattr(event, "source", None) for event in events)
    return (source for source in found if isinstance(source, dict) and _is_whole(source))


def _is_whole(source: Json) -> bool:
    unsigned = source.get("unsigned", {})
    before = unsigned.get("prev_content", {}) if isinstance(unsigned, dict) else None
    return isinstance(source.get("content"), dict) and isinstance(before, dict)


def arrival_of(user_id: str, timeline: list[Event]) -> int:
    """Where in a timeline the bot was invited or joined: what came before was not said to it. 0 if it was there."""
    for index, event in enumerate(timeline):
        source = event.source
        if source.get("type") == "m.room.member" and source.get("state_key") == user_id:
            before = source.get("unsigned", {}).get("prev_content", {}).get("membership")
            if before != "join":
                return index
    return 0


def is_going(user_id: str, event: Event) -> bool:
    """Somebody came into a room, left it or was taken out of it, or a room was replaced by another."""
    source = event.source
    if source.get("type") == "m.room.tombstone":
        return source.get("state_key") == ""
    membership = source.get("content", {}).get("membership")
    if source.get("type") != "m.room.member" or membership not in ("leave", "ban", "join"):
        return False
    before = source.get("unsigned", {}).get("prev_content", {}).get("membership")
    return bool(before != membership)


def invites_directly(user_id: str, state: Iterable[object]) -> bool:
    """Does an invitation say that it is for a direct chat?"""
    ours = (event for event in state if isinstance(event, InviteMemberEvent) and event.state_key == user_id)
    return any(event.content.get("is_direct") is True for event in ours)


def was_invited_directly(user_id: str, source: Json) -> bool:
    """The bot came into a room by an invitation for a direct chat."""
    if source.get("type") != "m.room.member" or source.get("state_key") != user_id:
        return False
    before = source.get("unsigned", {}).get("prev_content", {})
    return any(content.get("is_direct") is True for content in (source["content"], before))


def parsed(answer: Json) -> SyncResponse:
    """The answer as nio reads it: whole, or without its malformed events, or at the worst empty."""
    readings: tuple[Callable[[], Json], ...] = (
        lambda: answer,
        lambda: _sifted(answer),
        lambda: {"next_batch": answer["next_batch"]},
    )
    for reading in readings:
        try:
            response = SyncResponse.from_dict(reading())
        except Exception as error:
            log.warning("a part of the homeserver's answer is malformed: %s", type(error))
        else:
            if isinstance(response, SyncResponse):
                return response
    raise DeliveryError("the answer cannot be read")


def _sifted(answer: Json) -> Json:
    """The answer without what nio cannot parse: one malformed event must not hide all others."""
    rooms = answer.get("rooms", {})
    invites = {room: info.get("invite_state", {}) for room, info in rooms.get("invite", {}).items()}
    parts = ("state", "timeline")
    return {
        "next_batch": answer["next_batch"],
        "device_lists": answer.get("device_lists", {}),
        "to_device": _good(ToDeviceEvent.parse_event, answer.get("to_device", {})),
        "rooms": {
            "invite": {
                room: {"invite_state": _good(InviteEvent.parse_event, state)} for room, state in invites.items()
            },
            "leave": {
                room: {"timeline": _good(Event.parse_event, info.get("timeline", {}))}
                for room, info in rooms.get("leave", {}).items()
            },
            "join": {
                room: {part: _good(Event.parse_event, info.get(part, {})) for part in parts}
                for room, info in rooms.get("join", {}).items()
            },
        },
    }


def _good(parse: Callable[[Json], object], part: Json) -> Json:
    good = []
    for event in part.get("events", ()):
        try:
            parse(event)
        except Exception as error:
            log.warning("a malformed event was skipped: %s", type(error))
        else:
            good.append(event)
    return {"events": good}
