"""Direct rooms, groups and communities: private stays private and encrypted, and the platform is asked who is who."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.matrix.answer import MARK
from bot.adapters.matrix.limits.opening import ENCRYPTION
from bot.errors import CannotReach, DeliveryError, RetryAfter
from bot.messages import Channel, Message, Place, Text
from tests.adapters.matrix.world import World, known_as
from tests.beds.matrix.member import MatrixMember
from tests.beds.matrix.synapse import Synapse

REMINDER = Message(Text("The circle starts at seven."))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def test_a_first_message_opens_an_encrypted_direct_room_that_stays(kith: World) -> None:
    alice = await kith.member("alice")
    sent = await kith.adapter.send(known_as(alice), REMINDER, "key-1")
    room = await alice.accept()
    heard = await alice.next()
    assert (heard.text, heard.event_id, heard.encrypted) == (REMINDER.text.parts[0], sent, True)
    assert heard.content["msgtype"] == "m.text"  # a phone rings
    listed = await kith.client.request("GET", f"/user/{kith.id}/account_data/m.direct")
    assert listed == {alice.id: [room]}
    await kith.restart()
    await kith.adapter.send(known_as(alice), REMINDER, "key-2")
    assert (await alice.next()).room == room


async def test_two_messages_at_once_open_one_room(kith: World) -> None:
    alice = await kith.member("alice")
    await asyncio.gather(*(kith.adapter.send(known_as(alice), REMINDER, f"key-{n}") for n in range(3)))
    room = await alice.accept()
    assert {(await alice.next()).room for _ in range(3)} == {room}


async def test_a_room_nobody_heard_back_about_is_not_made_a_second_time(kith: World) -> None:
    alice = await kith.member("alice")
    await kith.lose_sync()
    for _try in range(2):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await kith.adapter.send(known_as(alice), REMINDER, "key-1")
    kith.follow_sync()
    await kith.adapter.send(known_as(alice), REMINDER, "key-1")
    room = await alice.accept()
    assert (await alice.next()).room == room
    with pytest.raises(TimeoutError):
        await alice.accept(within=1)


async def test_the_same_key_is_one_message_even_after_a_restart(kith: World) -> None:
    alice = await kith.in_direct("alice")
    first = await kith.adapter.send(known_as(alice), REMINDER, "key-1")
    assert await kith.adapter.send(known_as(alice), REMINDER, "key-1") == first
    await kith.restart()
    assert await kith.adapter.send(known_as(alice), REMINDER, "key-1") == first
    await alice.next()
    assert await alice.nothing()


async def test_a_delivery_is_found_in_the_history_by_its_key_even_from_a_new_device(kith: World) -> None:
    alice = await kith.in_direct("alice")
    target = known_as(alice)
    before = datetime.now(UTC)
    sent = await kith.adapter.send(target, REMINDER, "key-1")
    assert await kith.adapter.find(target, "key-1", before) == sent
    assert await kith.adapter.find(target, "key-2", LONG_AGO) is None
    assert await kith.adapter.find(target, "key-1", before + timedelta(hours=1)) is None
    await kith.stop()
    for file in kith.keys.glob("*.db"):
        file.unlink()
    await kith.start()
    assert await kith.adapter.find(target, "key-1", before) == sent


async def test_what_was_never_sent_to_a_stranger_is_not_found(kith: World) -> None:
    bob = await kith.member("bob")
    assert await kith.adapter.find(known_as(bob), "key-1", LONG_AGO) is None


async def test_somebody_elses_key_is_not_ours(kith: World) -> None:
    eve = await kith.in_direct("eve")
    await eve.say("start", more={"kith.key": "key-1"})
    await eve.next()
    assert await kith.adapter.find(known_as(eve), "key-1", LONG_AGO) is None


async def test_who_left_the_direct_room_is_not_followed_but_answered_when_they_ask(kith: World) -> None:
    alice = await kith.member("alice")
    garden = await alice.open_room(kith.id)
    await alice.wait_for_member(kith.id)
    await kith.adapter.send(known_as(alice), REMINDER, "key-1")
    direct = await alice.accept()
    await alice.next()
    await alice.client.leave_room(direct)  # type: ignore[arg-type]  # mautrix's id types are str
    await kith.adapter._sync.until(lambda: len(kith.client.rooms[direct].users) == 1)
    with pytest.raises(CannotReach):
        await kith.adapter.send(known_as(alice), REMINDER, "key-2")
    await alice.say("!kith start", garden)
    assert await alice.accept() != direct
    assert (await alice.next()).text.startswith("Hello")


async def test_a_direct_room_without_encryption_gets_it_after_a_yes(kith: World) -> None:
    alice = await kith.member("alice")
    await alice.open_direct(kith.id, encrypted=False, powers=True)
    await alice.say("start")
    assert not (await alice.next()).encrypted
    await alice.say("1")
    hello = await alice.next()
    assert hello.encrypted
    assert hello.room == alice.room


async def test_where_encryption_cannot_be_turned_on_the_answer_comes_in_another_room(kith: World) -> None:
    alice = await kith.member("alice")
    plain = await alice.open_direct(kith.id, encrypted=False)
    await alice.say("start")
    await alice.next()
    await alice.say("1")
    assert "I can't turn it on in this chat." in (await alice.next()).text
    direct = await alice.accept()
    hello = await alice.next()
    assert (hello.encrypted, hello.room) == (True, direct)
    assert direct != plain


async def test_without_keys_nothing_goes_into_an_encrypted_room(kith: World) -> None:
    alice = await kith.in_direct("alice")
    kith.client.olm = None
    with pytest.raises(DeliveryError, match="no keys"):
        await kith.adapter.send(known_as(alice), REMINDER, "key-1")
    assert await alice.nothing()


async def test_a_room_key_the_server_did_not_pass_on_is_given_again(
    kith: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await kith.in_direct("alice")
    request, failures = kith.client.request, [RetryAfter(timedelta(seconds=1)), DeliveryError("503")]

    async def flaky(method: str, path: str, *args: object, **more: object) -> object:
        if path.startswith("/sendToDevice") and failures:
            raise failures.pop()
        return await request(method, path, *args, **more)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(kith.client, "request", flaky)
    for error in (DeliveryError, RetryAfter):
        with pytest.raises(error):
            await kith.adapter.send(known_as(alice), REMINDER, "key-1")
    await kith.adapter.send(known_as(alice), REMINDER, "key-1")
    assert (await alice.next()).encrypted
    assert alice.unreadable == []


async def test_in_a_room_kith_is_silent_for_phones_and_answers_a_reply(kith: World) -> None:
    alice = await kith.member("alice")
    room = await alice.open_room(kith.id, encrypted=False)
    await alice.wait_for_member(kith.id)
    await kith.adapter._sync.until(lambda: room in kith.client.rooms)
    await kith.adapter.post(Channel("matrix", room), REMINDER, "key-1")
    heard = await alice.next()
    assert (heard.content["msgtype"], heard.room, heard.content["m.mentions"]) == ("m.notice", room, {})


async def test_a_thread_is_answered_in_the_thread(kith: World) -> None:
    alice = await kith.in_direct("alice")
    root = await alice.say("silent")
    await alice.say("start", more={"m.relates_to": {"rel_type": "m.thread", "event_id": root}})
    assert (await alice.next()).content["m.relates_to"]["event_id"] == root


async def test_nothing_is_posted_where_kith_is_not(kith: World) -> None:
    with pytest.raises(CannotReach):
        await kith.adapter.post(Channel("matrix", "!nowhere:bed.test"), REMINDER, "key-1")


# Groups


async def pair(kith: World) -> tuple[MatrixMember, MatrixMember, Channel]:
    sam, alex = await kith.member("sam"), await kith.member("alex")
    group = await kith.adapter.open_group(None, [known_as(sam), known_as(alex)], Text("Sam and Alex"), "pair-1")
    assert "Nobody else can read" in group.visible_to
    for member in (sam, alex):
        assert await member.accept() == group.channel.id
    return sam, alex, group.channel


async def test_a_pair_gets_an_encrypted_room_with_all_its_powers_and_kith_leaves(kith: World) -> None:
    sam, alex, channel = await pair(kith)
    await kith.adapter.post(channel, Message(Text("You both said yes.")), "intro")
    assert (await sam.next()).encrypted
    assert (await alex.next()).text == "You both said yes."
    await kith.adapter.leave_group(channel)
    await sam.say("only you read this")
    assert (await alex.next()).text == "only you read this"
    assert set(await sam.client.get_joined_members(channel.id)) == {sam.id, alex.id}  # type: ignore[arg-type]  # as above
    levels = await asyncio.to_thread(
        kith.synapse.request,
        "GET",
        f"/_matrix/client/v3/rooms/{channel.id}/state/m.room.power_levels/",
        None,
        sam.account.access_token,
    )
    assert (levels["users"][sam.id], levels["users"][alex.id]) == (100, 100)
    await kith.adapter.leave_group(channel)  # once more does no harm


async def test_a_group_is_opened_once_per_key_even_after_a_restart(kith: World) -> None:
    sam, _alex, channel = await pair(kith)
    again = await kith.adapter.open_group(None, [known_as(sam)], Text("Again"), "pair-1")
    assert again.channel == channel
    await kith.restart()
    found = await kith.adapter.find_group(None, "pair-1")
    assert found is not None
    assert found.channel == channel
    assert await kith.adapter.find_group(None, "pair-2") is None


async def test_a_group_whose_server_died_before_it_asked_anybody_in_is_completed(kith: World) -> None:
    sam, alex = await kith.member("sam"), await kith.member("alex")
    mark = {"type": MARK, "state_key": "", "content": {"kind": "group", "key": "pair-1", "place": ""}}
    half = await kith.client.request("POST", "/createRoom", {"initial_state": [ENCRYPTION, mark]})
    await kith.until(lambda: kith.adapter._rooms.group("pair-1") is not None)
    group = await kith.adapter.open_group(None, [known_as(sam), known_as(alex)], Text("Sam and Alex"), "pair-1")
    assert group.channel.id == half["room_id"] == await sam.accept() == await alex.accept()


async def test_a_group_is_no_direct_room_and_no_community(kith: World) -> None:
    sam, alex, channel = await pair(kith)
    await alex.client.leave_room(channel.id)  # type: ignore[arg-type]  # as above
    await kith.adapter._sync.until(lambda: len(kith.client.rooms[channel.id].users) == 2)
    assert await kith.adapter.places_of(known_as(sam)) == []
    await kith.adapter.send(known_as(sam), REMINDER, "key-1")
    assert await sam.accept() != channel.id


async def test_members_come_and_go(kith: World) -> None:
    sam, alex, channel = await pair(kith)
    chandra = await kith.member("chandra")
    await kith.adapter.add_to_group(channel, known_as(chandra))
    assert await chandra.accept() == channel.id
    for _twice in range(2):
        await kith.adapter.remove_from_group(channel, known_as(alex))
    joined = set(await sam.client.get_joined_members(channel.id))  # type: ignore[arg-type]  # as above
    assert joined == {sam.id, chandra.id, kith.id}


async def test_a_closed_group_is_quiet_and_stays_readable(kith: World) -> None:
    sam, _alex, channel = await pair(kith)
    for _twice in range(2):
        await kith.adapter.close_group(channel)
    with pytest.raises(Exception, match="permission"):
        await sam.say("hello?")


# Communities


@pytest.mark.parametrize("version", ["11", "12"])
async def test_who_made_the_room_and_who_was_given_power_moderates_it(kith: World, version: str) -> None:
    mo, bob, dana = await kith.member("mo"), await kith.member("bob"), await kith.member("dana")
    room = await mo.open_room(kith.id, bob.id, dana.id, version=version)
    await bob.accept()
    await dana.accept()
    await mo.wait_for_member(kith.id)
    await mo.give_power(bob.id, 50)
    place = Place("matrix", room)
    asked = [await kith.adapter.is_moderator(known_as(member), place) for member in (mo, bob, dana)]
    assert asked == [True, True, False]
    assert [await kith.adapter.is_member(known_as(member), place) for member in (mo, dana)] == [True, True]
    await mo.give_power(bob.id, 0)
    assert not await kith.adapter.is_moderator(known_as(bob), place)
    await mo.client.leave_room(room)  # type: ignore[arg-type]  # as above
    assert not await kith.adapter.is_moderator(known_as(mo), place)
    assert not await kith.adapter.is_member(known_as(mo), place)


async def test_additional_creators_moderate_too(kith: World) -> None:
    mo, bob = await kith.member("mo"), await kith.member("bob")
    room = await mo.open_room(kith.id, bob.id, version="12", creators=[bob.id])
    await bob.accept()
    await mo.wait_for_member(kith.id)
    assert await kith.adapter.is_moderator(known_as(bob), Place("matrix", room))


async def test_nobody_moderates_a_room_kith_cannot_see(kith: World) -> None:
    mo = await kith.member("mo")
    room = await mo.open_room()
    assert not await kith.adapter.is_moderator(known_as(mo), Place("matrix", room))
    assert not await kith.adapter.is_member(known_as(mo), Place("matrix", room))


async def test_the_rooms_of_a_space_are_one_community(kith: World) -> None:
    mo, bob = await kith.member("mo"), await kith.member("bob")
    garden = await mo.open_room(kith.id, bob.id, name="garden", encrypted=False)
    await bob.accept()
    space = await mo.open_space(kith.id, rooms=[garden])
    await mo.wait_for_member(kith.id, garden)
    await mo.wait_for_member(kith.id, space)
    await kith.adapter._sync.until(lambda: kith.adapter._rooms.place_of(garden) == space)
    assert [place.id for place in await kith.adapter.places_of(known_as(bob))] == [space]
    assert await kith.adapter.is_member(known_as(bob), Place("matrix", space))
    await bob.say("!kith start", garden)
    await bob.accept()
    await bob.next()
    assert kith.samples.contexts[0].community is not None
    await kith.restart()
    assert [place.id for place in await kith.adapter.places_of(known_as(bob))] == [space]


@pytest.mark.sockets
async def test_the_servers_patience_is_passed_on(tmp_path: object) -> None:
    limits = {"rc_message": {"per_second": 0.2, "burst_count": 3}}
    with Synapse(extra=limits) as synapse:
        async with World(synapse, tmp_path) as kith:  # type: ignore[arg-type]  # pytest's own path
            await kith.start()
            alice = await kith.in_direct("alice")
            keys = [f"key-{number}" for number in range(10)]
            with pytest.raises(RetryAfter) as caught:
                await asyncio.gather(*(kith.adapter.send(known_as(alice), REMINDER, key) for key in keys))
            assert timedelta(0) < caught.value.delay <= timedelta(seconds=10)
