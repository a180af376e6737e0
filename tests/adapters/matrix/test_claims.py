"""Who governs a place, as a rule: a claim counts where those whom it takes power from said it too."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.matrix import claims
from bot.adapters.matrix.claims import Room

GARDEN, PORCH, SPACE, OTHER, NEXT = "!garden:a", "!porch:a", "!space:a", "!other:b", "!next:a"
MO, EVE, BOB = "@mo:a", "@eve:b", "@bob:a"
VIA = {"via": ["a"]}


def event(sender: str, content: dict[str, Any], when: int = 1) -> dict[str, Any]:
    return {"sender": sender, "content": content, "origin_server_ts": when}


def room(
    *governors: str,
    kind: str | None = None,
    levels: dict[str, Any] | None = None,
    joined: tuple[str, ...] = (),
    version: str = "11",
    when: int = 1,
    **more: Any,
) -> Room:
    """A room made by its first governor. ``more``: (state key, sender, content) by kind, ``__`` for a dot."""
    made: dict[str, Any] = {"room_version": version} | ({"type": kind} if kind else {})
    state = {
        ("m.room.create", ""): event(governors[0], made, when),
        ("m.room.power_levels", ""): event(
            governors[0], {"users": dict.fromkeys(governors, 100)} if levels is None else levels
        ),
    }
    for name, (key, sender, content) in more.items():
        state[name.replace("__", "."), key] = event(sender, content)
    return Room(state, {*governors, *joined}.__contains__)


def space(*governors: str, child: str = GARDEN, by: str | None = None, when: int = 1, **more: Any) -> Room:
    said: dict[str, Any] = {"m__space__child": (child, by or governors[0], VIA)}
    return room(*governors, kind="m.space", when=when, **said, **more)


def parent(by: str, content: dict[str, Any] = VIA, of: str = SPACE) -> dict[str, Any]:
    return {"m__space__parent": (of, by, content)}


def test_a_stranger_who_lists_a_room_does_not_govern_it() -> None:
    assert claims.home(GARDEN, {GARDEN: room(MO), SPACE: space(EVE)}) == GARDEN


def test_a_plain_member_who_lists_a_room_does_not_govern_it() -> None:
    assert claims.home(GARDEN, {GARDEN: room(MO, joined=(EVE,)), SPACE: space(EVE)}) == GARDEN


def test_who_governs_both_puts_the_room_into_the_space() -> None:
    assert claims.home(GARDEN, {GARDEN: room(MO), SPACE: space(MO)}) == SPACE


def test_a_room_says_itself_that_it_belongs() -> None:
    rooms = {GARDEN: room(MO, **parent(MO)), SPACE: space(EVE)}
    assert claims.home(GARDEN, rooms) == SPACE


@pytest.mark.parametrize("state_default", [0, 50])
def test_a_room_that_lets_everybody_set_its_state_is_not_given_away_by_a_plain_member(state_default: int) -> None:
    levels = {"users": {MO: 100}, "state_default": state_default}
    rooms = {GARDEN: room(MO, levels=levels, joined=(EVE,), **parent(EVE)), SPACE: space(EVE)}
    assert claims.home(GARDEN, rooms) == GARDEN


def test_a_room_does_not_make_itself_part_of_a_space_that_does_not_list_it() -> None:
    rooms = {OTHER: room(EVE, **parent(EVE)), SPACE: space(MO)}
    assert claims.home(OTHER, rooms) == OTHER


def test_a_plain_member_of_an_open_space_adds_no_room_to_it() -> None:
    levels = {"users": {MO: 100}, "state_default": 0}
    rooms = {OTHER: room(EVE, **parent(EVE)), SPACE: space(MO, child=OTHER, by=EVE, levels=levels, joined=(EVE,))}
    assert claims.home(OTHER, rooms) == OTHER


def test_who_lost_their_power_or_left_has_no_say_for_a_room() -> None:
    demoted = room(MO, levels={"users": {MO: 100, BOB: 0}}, joined=(BOB,))
    assert claims.home(GARDEN, {GARDEN: demoted, SPACE: space(BOB)}) == GARDEN
    gone = room(MO, levels={"users": {MO: 100, BOB: 100}})
    assert claims.home(GARDEN, {GARDEN: gone, SPACE: space(BOB)}) == GARDEN


def test_the_rooms_own_no_stands_above_a_listing() -> None:
    rooms = {GARDEN: room(MO, **parent(MO, {})), SPACE: space(MO)}
    assert claims.home(GARDEN, rooms) == GARDEN


def test_a_room_that_is_no_space_has_no_rooms() -> None:
    rooms = {GARDEN: room(MO), SPACE: room(MO, m__space__child=(GARDEN, MO, VIA))}
    assert claims.home(GARDEN, rooms) == GARDEN


def test_a_second_space_takes_no_room_from_the_first() -> None:
    rooms = {GARDEN: room(MO), "!zzz:a": space(MO, when=1), "!aaa:a": space(MO, when=2)}
    assert claims.home(GARDEN, rooms) == "!zzz:a"


def test_the_space_that_a_room_calls_canonical_comes_first() -> None:
    word = parent(MO, VIA | {"canonical": True}, "!second:a")
    rooms = {GARDEN: room(MO, **word), "!first:a": space(MO, when=1), "!second:a": space(MO, when=2)}
    assert claims.home(GARDEN, rooms) == "!second:a"
    word = parent(EVE, VIA | {"canonical": True}, "!second:a")
    levels = {"users": {MO: 100}, "state_default": 0}
    rooms[GARDEN] = room(MO, levels=levels, **word)
    assert claims.home(GARDEN, rooms) == "!first:a"


def test_creators_of_a_new_room_govern_it_without_a_level() -> None:
    made = room(MO, version="12", levels={"users": {}}, joined=(BOB,))
    assert claims.home(GARDEN, {GARDEN: made, SPACE: space(MO)}) == SPACE
    assert claims.power(made.state, MO) > 1_000_000
    old = room(MO, version="11", levels={"users": {}})
    assert not claims.governs(old.state, MO)


@pytest.mark.parametrize("value", [None, "many", [], {}, float("inf"), float("nan"), "1e999"])
def test_a_level_that_is_no_number_gives_nobody_power(value: object) -> None:
    made = room(MO, levels={"users": {EVE: value, MO: 100}, "ban": value, "users_default": value})
    assert not claims.governs(made.state, EVE)
    assert claims.governs(made.state, MO)


@pytest.mark.parametrize("odd", [None, 5, [], "x", {"via": "a"}, {"via": []}, {"via": None}])
def test_a_listing_without_servers_is_none(odd: Any) -> None:
    assert claims.home(GARDEN, {GARDEN: room(MO, **parent(MO, odd)), SPACE: space(EVE)}) == GARDEN


# Upgrades


def upgraded(tombstone_by: str = MO, predecessor: Any = GARDEN, of: str = NEXT, by: str = MO) -> dict[str, Room]:
    old = room(MO, joined=(EVE,), m__room__tombstone=("", tombstone_by, {"replacement_room": of}))
    new = room(by)
    made: dict[str, Any] = {"room_version": "11", "predecessor": {"room_id": predecessor}}
    new = Room({**new.state, ("m.room.create", ""): event(by, made)}, new.is_joined)
    return {GARDEN: old, NEXT: new}


def test_a_room_that_both_say_follows_takes_the_place_of_the_old() -> None:
    rooms = upgraded()
    assert claims.home(GARDEN, rooms) == claims.home(NEXT, rooms) == NEXT
    assert claims.lineage(NEXT, rooms) == [NEXT, GARDEN]


@pytest.mark.parametrize(
    "rooms",
    [
        upgraded(predecessor=OTHER),
        upgraded(predecessor=None),
        upgraded(of=OTHER),
        upgraded(of=GARDEN),
        upgraded(tombstone_by=EVE),
        upgraded(tombstone_by=EVE, by=EVE),
    ],
)
def test_a_room_that_only_one_side_calls_the_next_takes_no_place(rooms: dict[str, Room]) -> None:
    assert claims.home(GARDEN, rooms) == GARDEN
    assert claims.home(NEXT, rooms) == NEXT


def test_rooms_that_follow_each_other_in_a_ring_lead_nowhere_and_end() -> None:
    rooms = upgraded()
    state = dict(rooms[NEXT].state) | {("m.room.tombstone", ""): event(MO, {"replacement_room": GARDEN})}
    rooms[NEXT] = Room(state, rooms[NEXT].is_joined)
    state = dict(rooms[GARDEN].state) | {("m.room.create", ""): event(MO, {"predecessor": {"room_id": NEXT}})}
    rooms[GARDEN] = Room(state, rooms[GARDEN].is_joined)
    assert claims.home(GARDEN, rooms) in (GARDEN, NEXT)
    assert len(claims.lineage(GARDEN, rooms)) == 2


def test_a_room_of_a_space_stays_one_after_an_upgrade_of_either() -> None:
    rooms = upgraded() | {SPACE: space(MO)}
    assert claims.home(GARDEN, rooms) == claims.home(NEXT, rooms) == SPACE
    rooms = {GARDEN: room(MO, **parent(MO)), SPACE: space(MO)}
    old = {**rooms[SPACE].state, ("m.room.tombstone", ""): event(MO, {"replacement_room": "!space2:a"})}
    new = {**space(BOB).state}
    made = {"type": "m.space", "predecessor": {"room_id": SPACE}}
    new["m.room.create", ""] = event(BOB, made)
    rooms |= {SPACE: Room(old, rooms[SPACE].is_joined), "!space2:a": Room(new, {BOB}.__contains__)}
    assert claims.home(GARDEN, rooms) == claims.home(SPACE, rooms) == "!space2:a"


def test_a_room_in_place_of_another_can_leave_the_space() -> None:
    rooms = upgraded() | {SPACE: space(MO)}
    rooms[NEXT] = Room({**rooms[NEXT].state, ("m.space.parent", SPACE): event(MO, {})}, rooms[NEXT].is_joined)
    assert claims.home(NEXT, rooms) == NEXT


# Writing


def test_what_the_bot_may_write_is_asked_of_the_kind_it_writes() -> None:
    levels = {"users": {MO: 100}, "events": {"m.room.message": 0, "m.room.encrypted": 50}}
    made = room(MO, levels=levels)
    assert claims.may_say(made.state, BOB, "m.room.message")
    assert not claims.may_say(made.state, BOB, "m.room.encrypted")
    creator = room(BOB, version="12", levels={"users": {}, "events_default": 50})
    assert claims.may_say(creator.state, BOB, "m.room.message")
