"""What a room claims to belong to or to follow, and whether that is so: the events of both in, the answer out.

Rooms are claimed by anybody: a space lists what it likes, a new room names any other as its predecessor. A claim counts
where those who hold the power in the room that it takes away said it too (docs/safety.md has the table).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from bot.adapters.matrix.answer import invites_directly, was_invited_directly
from bot.adapters.matrix.homeserver import Homeserver, Json

Event: TypeAlias = Mapping[str, Any]
State: TypeAlias = Mapping[tuple[str, str], Event]
"""The events of a room that claims are judged by, whole: their sender is what matters."""

MODERATOR = 50
"""The power that Matrix calls a moderator's, unless a room asks more for a ban."""

ORDINARY_VERSIONS = frozenset(str(version) for version in range(1, 12))
"""Room versions where a creator's power stands in the power levels. From 12 on it is unlimited, and stands nowhere."""

JUDGED = frozenset(
    {"m.room.create", "m.room.power_levels", "m.room.join_rules", "m.room.tombstone", "m.space.child", "m.space.parent"}
)


class Room(NamedTuple):
    """One room that the bot is in: its state, and whether somebody has joined it."""

    state: State
    is_joined: Callable[[str], bool]


Rooms: TypeAlias = Mapping[str, Room]


class Known(Mapping[str, Room]):
    """The rooms the bot is in, with the events that their claims are judged by."""

    def __init__(self, client: Homeserver) -> None:
        self._client = client
        self._states: dict[str, dict[tuple[str, str], Event]] = {}
        self.called_direct: set[str] = set()
        """Rooms into which the bot was invited for a direct chat."""

    def invited(self, room_id: str, state: Iterable[object]) -> None:
        if invites_directly(self._client.user_id, state):
            self.called_direct.add(room_id)

    def note(self, room_id: str, source: Json) -> None:
        kind, key = source.get("type"), source.get("state_key")
        if isinstance(kind, str) and kind in JUDGED and isinstance(key, str):
            self._states.setdefault(room_id, {})[kind, key] = source
        if was_invited_directly(self._client.user_id, source):
            self.called_direct.add(room_id)

    def drop(self, room_id: str) -> None:
        self._states.pop(room_id, None)

    def __getitem__(self, room_id: str) -> Room:
        known = self._client.rooms[room_id]
        return Room(self._states[room_id], lambda user: user in known.users and user not in known.invited_users)

    def __iter__(self) -> Iterator[str]:
        return (room_id for room_id in list(self._client.rooms) if room_id in self._states)

    def __len__(self) -> int:
        return sum(1 for _room in self)


def content(state: State, kind: str, key: str = "") -> Mapping[str, Any]:
    found = state.get((kind, key), {}).get("content")
    return found if isinstance(found, Mapping) else {}


def _level(value: object, default: int) -> float:
    """A power as a room says it. What is no number (old rooms allow words that are one) is the default."""
    try:
        return int(value)  # type: ignore[call-overload, no-any-return]  # whatever it is, it says so itself
    except (TypeError, ValueError, OverflowError):
        return default


def _part(levels: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = levels.get(name)
    return found if isinstance(found, Mapping) else {}


def power(state: State, user_id: str) -> float:
    """How much the room lets somebody do. Its creators' power is unlimited from version 12 on, and stands nowhere."""
    created = state.get(("m.room.create", ""), {})
    if content(state, "m.room.create").get("room_version", "1") not in ORDINARY_VERSIONS and user_id in _creators(
        state
    ):
        return math.inf
    if ("m.room.power_levels", "") not in state:  # such a room obeys its creator alone
        return 100 if user_id == created.get("sender") else 0
    levels = content(state, "m.room.power_levels")
    return _level(_part(levels, "users").get(user_id, levels.get("users_default")), 0)


def _creators(state: State) -> list[str]:
    more = content(state, "m.room.create").get("additional_creators")
    named = [state.get(("m.room.create", ""), {}).get("sender"), *(more if isinstance(more, list) else [])]
    return [one for one in named if isinstance(one, str)]


def owner(state: State, besides: str) -> str:
    """Whom the room obeys most, by name, ``besides`` left out: that others have as much power is part of it."""
    named = {*_creators(state), *_part(content(state, "m.room.power_levels"), "users")} - {besides}
    most = max((power(state, one) for one in named), default=0)
    return " ".join(sorted(one for one in named if power(state, one) == most))


def needed(state: State, kind: str, *, is_state: bool) -> float:
    """The power that an event of this kind needs."""
    levels = content(state, "m.room.power_levels")
    default = levels.get("state_default", MODERATOR) if is_state else levels.get("events_default", 0)
    return _level(_part(levels, "events").get(kind, default), MODERATOR if is_state else 0)


def may_say(state: State, user_id: str, kind: str) -> bool:
    return power(state, user_id) >= needed(state, kind, is_state=False)


def moderates(state: State, user_id: str) -> bool:
    """A moderator's power at least, and what the room asks for a ban."""
    ban = _level(content(state, "m.room.power_levels").get("ban"), MODERATOR)
    return power(state, user_id) >= max(MODERATOR, ban)


def governs(state: State, user_id: str, kind: str = "m.space.parent") -> bool:
    """May they speak for the room? A room that lets everybody set its state has not made everybody its moderator."""
    return moderates(state, user_id) and power(state, user_id) >= needed(state, kind, is_state=True)


# Following: a room in place of another


def follows(old: str, new: str, rooms: Rooms) -> bool:
    """Does one room take the other's place? Both say so: somebody who governs the old one, and the new one itself."""
    if old not in rooms or new not in rooms or old == new:
        return False
    closed = rooms[old].state.get(("m.room.tombstone", ""), {})
    predecessor = content(rooms[new].state, "m.room.create").get("predecessor")
    return (
        content(rooms[old].state, "m.room.tombstone").get("replacement_room") == new
        and isinstance(predecessor, Mapping)
        and predecessor.get("room_id") == old
        and governs(rooms[old].state, str(closed.get("sender")), "m.room.tombstone")
    )


def current(room_id: str, rooms: Rooms) -> str:
    """The room that stands in the place of this one now; itself, unless it was replaced."""
    for _step in rooms:
        if room_id not in rooms:
            break
        following = content(rooms[room_id].state, "m.room.tombstone").get("replacement_room")
        if not isinstance(following, str) or not follows(room_id, following, rooms):
            break
        room_id = following
    return room_id


def lineage(room_id: str, rooms: Rooms) -> list[str]:
    """The room, and those whose place it has taken, the latest first."""
    line = [room_id]
    while line[-1] in rooms:
        predecessor = content(rooms[line[-1]].state, "m.room.create").get("predecessor")
        earlier = predecessor.get("room_id") if isinstance(predecessor, Mapping) else None
        if not isinstance(earlier, str) or earlier in line or not follows(earlier, line[-1], rooms):
            break
        line.append(earlier)
    return line


# Belonging: a room of a space


def is_space(room_id: str, rooms: Rooms) -> bool:
    return room_id in rooms and content(rooms[room_id].state, "m.room.create").get("type") == "m.space"


def listed(space: str, rooms: Rooms) -> Iterator[str]:
    """The rooms that a space names as its own, whether they agree or not."""
    for kind, child in rooms[space].state if space in rooms else ():
        if kind == "m.space.child" and child and _names(rooms[space].state.get((kind, child))):
            yield child


def belongs(room_id: str, space: str, rooms: Rooms) -> bool:
    """Does the space list the room, in the words of somebody who governs the space, and does the room agree?

    What was said in or of a room before it was replaced holds for the one in its place.
    """
    if space == room_id or room_id not in rooms or not is_space(space, rooms):
        return False
    ours, theirs = lineage(room_id, rooms), lineage(space, rooms)
    named = [rooms[space].state.get(("m.space.child", room)) for room in ours]
    lists = next((event for event in named if event is not None), None)
    if not _names(lists) or not governs(rooms[space].state, _sender(lists), "m.space.child"):
        return False
    own = _own_word(ours, theirs, rooms)
    return own if own is not None else _was_listed_by_a_governor(ours, theirs, rooms)


def _own_word(ours: list[str], theirs: list[str], rooms: Rooms) -> bool | None:
    """What the room says itself, in the words of somebody who governs it; the latest counts. None: it says nothing."""
    said = [(room, rooms[room].state.get(("m.space.parent", space))) for space in theirs for room in ours]
    words = (event for room, event in said if event is not None and governs(rooms[room].state, _sender(event)))
    return next((_names(event) for event in words), None)


def _was_listed_by_a_governor(ours: list[str], theirs: list[str], rooms: Rooms) -> bool:
    """Whoever put the room into the space has joined the room and governs it."""
    state, is_joined = rooms[ours[0]]
    listings = [rooms[space].state.get(("m.space.child", room)) for space in theirs for room in ours]
    putting = [_sender(event) for event in listings if _names(event)]
    return any(is_joined(sender) and governs(state, sender) for sender in putting)


def taken(rooms: Rooms) -> list[tuple[str, str]]:
    """Rooms that a space calls its own though they don't say so, each with the space."""
    called = [(room, space) for space in rooms for room in listed(space, rooms) if room in rooms]
    return [(room, space) for room, space in called if not belongs(room, space, rooms)]


def home(room_id: str, rooms: Rooms) -> str:
    """Where a room belongs: the space that it is a room of, else itself; or what stands in its place, likewise.

    Of several spaces the one that the room calls canonical, then the oldest: a new one takes no room from an old one.
    """
    room_id = current(room_id, rooms)
    ours = lineage(room_id, rooms)
    naming = [space for space in rooms if any(child in ours for child in listed(space, rooms))]
    found = [space for space in naming if current(space, rooms) == space and belongs(room_id, space, rooms)]
    return min(found, key=lambda space: _rank(room_id, space, rooms), default=room_id)


def _rank(room_id: str, space: str, rooms: Rooms) -> tuple[bool, float, str]:
    parent = rooms[room_id].state.get(("m.space.parent", space))
    is_canonical = (
        content(rooms[room_id].state, "m.space.parent", space).get("canonical") is True
        and _names(parent)
        and governs(rooms[room_id].state, _sender(parent))
    )
    made = rooms[space].state.get(("m.room.create", ""), {}).get("origin_server_ts")
    return not is_canonical, _level(made, 0), space


def _names(event: Event | None) -> bool:
    """A listing without servers to join through is none: so it is taken back."""
    said = event.get("content") if event else None
    via = said.get("via") if isinstance(said, Mapping) else None
    return isinstance(via, list) and bool(via)


def _sender(event: Event | None) -> str:
    return str(event.get("sender")) if event else ""
