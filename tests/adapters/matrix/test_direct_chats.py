"""Which chat is a direct one, whatever it is called; and one that is not encrypted, which is asked about first."""

from __future__ import annotations

import pytest
from mautrix.types import RoomCreatePreset, RoomID, UserID

from bot.errors import CannotReach
from bot.messages import Message, Text
from storage.members import departures
from tests.adapters.matrix.world import World, known_as
from tests.beds.matrix.member import ENCRYPTION, MatrixMember

REMINDER = Message(Text("The circle starts at seven."))


async def open_chat(kith: World, who: MatrixMember, **more: object) -> str:
    """An unencrypted direct chat, in which Kith may turn encryption on."""
    room = await who.open_direct(kith.id, encrypted=False, powers=True)
    await kith.until(lambda: kith.adapter._rooms.is_between_two(room))
    return room


async def test_an_open_chat_is_asked_about_once_and_nothing_is_changed_before(kith: World) -> None:
    alice = await kith.member("alice")
    room = await open_chat(kith, alice)
    await alice.say("start")
    question = await alice.next()
    assert question.text.startswith("This chat is not encrypted: whoever runs your server or mine can read it.")
    assert "Nothing is changed yet" in question.text
    assert "Help now" in question.text
    assert (question.room, question.encrypted) == (room, False)
    assert not kith.client.rooms[room].encrypted
    await alice.react(question.event_id, "1\ufe0f\u20e3")
    hello = await alice.next()
    assert hello.text.startswith("Hello")  # what was said first is answered
    assert (hello.room, hello.encrypted) == (room, True)


async def test_a_no_is_answered_where_it_is_and_says_who_can_read_it(kith: World) -> None:
    alice = await kith.member("alice")
    room = await open_chat(kith, alice)
    await alice.say("start")
    await alice.next()
    await alice.say("2")
    said = await alice.next()
    assert said.text.startswith("I answer here, and whoever runs your server or mine can read it.")
    assert (await alice.next()).text.startswith("Hello")
    await kith.restart()
    await alice.say("start")
    assert (await alice.next()).text.startswith("Hello")
    await kith.adapter.send(known_as(alice), REMINDER, "key-1")
    heard = await alice.next()
    assert (heard.room, heard.encrypted, heard.text) == (room, False, "The circle starts at seven.")
    await alice.say("encrypt")
    await kith.until(lambda: bool(kith.client.rooms[room].encrypted))


async def test_anything_but_a_yes_leaves_the_chat_open_and_is_answered(kith: World) -> None:
    alice = await kith.member("alice")
    room = await open_chat(kith, alice)
    await alice.say("hm")
    await alice.next()
    await alice.say("start")
    assert (await alice.next()).text.startswith("I answer here")
    assert (await alice.next()).text.startswith("Hello")
    assert not kith.client.rooms[room].encrypted


async def test_a_direct_chat_that_has_a_name_is_no_community(kith: World) -> None:
    alice = await kith.member("alice")
    room = await alice.client.create_room(
        name="Alice and Kith",
        invitees=[UserID(kith.id)],
        is_direct=True,
        initial_state=[ENCRYPTION],
        preset=RoomCreatePreset.TRUSTED_PRIVATE,
    )
    await alice.wait_for_member(kith.id, room)
    await kith.until(lambda: kith.adapter._rooms.is_direct(room))
    await alice.say("start", room)
    hello = await alice.next()
    assert (hello.text[:5], hello.room) == ("Hello", room)
    assert await kith.adapter.places_of(known_as(alice)) == []
    assert await kith.database.read(departures.homes, "matrix") == []
    await kith.restart()
    assert kith.adapter._rooms.is_direct(room)


async def test_a_named_room_of_two_without_that_word_is_a_moderators(kith: World) -> None:
    mo = await kith.member("mo")
    room = await mo.open_room(kith.id, encrypted=False)
    await mo.wait_for_member(kith.id, room)
    await kith.until(lambda: room in kith.adapter._sync.claims)
    assert kith.adapter._rooms.is_shared(room)
    assert not kith.client.rooms[room].encrypted


async def test_an_unnamed_room_of_two_is_not_encrypted_unasked(kith: World) -> None:
    mo = await kith.member("mo")
    room = await mo.open_room(kith.id, name="", encrypted=False)
    await mo.wait_for_member(kith.id, room)
    await kith.until(lambda: room in kith.adapter._sync.claims)
    await mo.say("hello everybody", room)
    assert (await mo.next()).text.startswith("This chat is not encrypted")
    assert not kith.client.rooms[room].encrypted


async def crowded(kith: World) -> tuple[MatrixMember, MatrixMember, str]:
    """Alice has asked Eve into her direct chat: the two, and that room."""
    alice, eve = await kith.in_direct("alice"), await kith.member("eve")
    old = alice.room
    await alice.say("start")
    await alice.next()
    await alice.invite(eve.id, old)
    await eve.accept()
    await kith.until(lambda: not kith.adapter._rooms.is_direct(old))
    return alice, eve, old


async def test_what_is_due_comes_in_a_new_chat_once_a_third_person_is_in_the_old_one(kith: World) -> None:
    alice, eve, old = await crowded(kith)
    await kith.adapter.send(known_as(alice), REMINDER, "key-1")
    new = await alice.accept()
    assert new != old
    assert (await alice.next()).room == new
    await alice.say("!kith start", old)
    assert (await alice.next()).room == new
    assert await kith.database.read(departures.homes, "matrix") == []
    assert await eve.nothing()


async def test_whoever_is_crowded_out_and_asks_for_help_is_answered_where_only_they_read(kith: World) -> None:
    alice, eve, old = await crowded(kith)
    await alice.say("we talk about tea", old)
    await eve.say("help", old)
    await alice.say("help", old)
    new = await alice.accept()
    assert new != old
    said = await alice.next()
    while said.room != new:  # Eve's own word in the old chat
        said = await alice.next()
    assert kith.adapter._rooms.direct_rooms(eve.id) == [], (
        "a third person is not written to for a word in another's chat"
    )


async def test_an_invitation_that_was_declined_is_not_sent_again_and_again(kith: World) -> None:
    alice, _eve, old = await crowded(kith)
    await kith.adapter.send(known_as(alice), REMINDER, "key-1")
    new = await alice.accept()
    await alice.client.leave_room(RoomID(new))
    await kith.until(lambda: alice.id not in kith.client.rooms[new].users)
    with pytest.raises(CannotReach):
        await kith.adapter.send(known_as(alice), REMINDER, "key-2")
    await alice.say("!kith start", old)
    again = await alice.accept()
    assert again not in (old, new), "whoever writes is answered"
