"""A homeserver that refuses for a while: what was asked for is done once, and everybody has their answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.matrix.limits import answers
from bot.errors import DeliveryError, RetryAfter
from bot.messages import Message, Text
from tests.adapters.matrix.world import World, known_as
from tests.beds.matrix.member import MatrixMember

MEANWHILE = "Many at once: I'll write to each of you, or write to me directly."


class Refusing:
    """The homeserver asks for patience as long as ``refuses`` has a part of the path."""

    def __init__(self, kith: World, monkeypatch: pytest.MonkeyPatch, *parts: str) -> None:
        self.refuses = set(parts)
        self.asked: list[str] = []
        request = kith.client.request

        async def limited(method: str, path: str, *args: Any, **more: Any) -> Any:
            self.asked += [part for part in ("createRoom", "/join/", "/send/") if part in path]
            if any(part in path for part in self.refuses):
                raise RetryAfter(timedelta(seconds=0.2))
            return await request(method, path, *args, **more)

        monkeypatch.setattr(kith.client, "request", limited)

    async def until_refused(self, part: str) -> None:
        while part not in self.asked:  # noqa: ASYNC110  # the homeserver has no event for it
            await asyncio.sleep(0.02)


async def kept(kith: World) -> list[tuple[Any, ...]]:
    return await kith.database.read(lambda connection: connection.execute("SELECT * FROM answers").fetchall())


async def until_kept(kith: World, is_so: Callable[[int], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so(len(await kept(kith))):  # noqa: ASYNC110  # the database has no event for it
            await asyncio.sleep(0.02)


async def in_a_room(kith: World, *names: str) -> None:
    """These members share an open room with Kith, and have no chat with it."""
    host, *others = [await kith.member(name) for name in names]
    await host.open_room(kith.id, *(other.id for other in others), encrypted=False)
    for other in others:
        await other.accept()
    await host.wait_for_member(kith.id)


async def said(kith: World, member: MatrixMember) -> str:
    """What Kith says next."""
    while (heard := await member.next()).sender != kith.id:
        pass
    return heard.text


async def test_what_waits_is_unreadable_in_the_database_and_gone_once_it_has_arrived(
    kith: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_a_room(kith, "alice")
    [alice] = kith.members
    server = Refusing(kith, monkeypatch, "createRoom")
    await alice.say("!kith start")
    await until_kept(kith, lambda count: count == 1)
    [row] = await kept(kith)
    assert not any(word in repr(row) for word in ("Hello", alice.id, "alice"))
    server.refuses.clear()
    await alice.accept()
    assert (await alice.next()).text.startswith("Hello")
    await until_kept(kith, lambda count: count == 0)


async def test_what_waits_for_a_room_comes_after_a_restart_and_was_done_once(
    kith: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_a_room(kith, "alice", "bob")
    alice, bob = kith.members
    Refusing(kith, monkeypatch, "createRoom")
    await alice.say("!kith start")
    await alice.say("!kith checkin pace slow")
    await bob.say("!kith checkin pace fast")
    await until_kept(kith, lambda count: count == 3)
    ran = kith.samples.contexts
    await kith.restart()
    await asyncio.gather(alice.accept(), bob.accept())
    assert [(await said(kith, alice)).split()[0] for _twice in range(2)] == ["Hello", "slow"]
    assert await said(kith, bob) == "fast"
    assert (len(ran), kith.samples.contexts) == (1, [])
    assert await alice.nothing()
    assert await bob.nothing()
    assert await kept(kith) == []


async def test_the_room_hears_one_line_while_some_wait_for_theirs(kith: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "SOON", 0.1)
    await in_a_room(kith, "alice", "bob")
    alice, bob = kith.members
    for waiting in (2, 4):  # the second time after a restart
        Refusing(kith, monkeypatch, "createRoom")
        await alice.say("!kith start")
        await bob.say("!kith start")
        await until_kept(kith, waiting.__eq__)
        await asyncio.sleep(1)
        assert [sum(heard.text == MEANWHILE for heard in one.log) for one in (alice, bob)] == [1, 1]
        monkeypatch.undo()
        monkeypatch.setattr(answers, "SOON", 0.1)
        await kith.stop()
        await kith.start()


async def test_whoever_opens_a_chat_meanwhile_has_their_answer_there(
    kith: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_a_room(kith, "alice")
    [alice] = kith.members
    server = Refusing(kith, monkeypatch, "createRoom")
    await alice.say("!kith start")
    await server.until_refused("createRoom")
    room = await alice.open_direct(kith.id)
    heard = await alice.next()
    assert (heard.room, heard.text.split()[0]) == (room, "Hello")
    server.refuses.clear()
    await asyncio.sleep(0.5)
    assert len(kith.adapter._rooms.direct_rooms(alice.id)) == 1


async def test_people_with_a_room_are_answered_while_others_wait_for_theirs(
    kith: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = await kith.in_direct("bob")
    await in_a_room(kith, "alice")
    server = Refusing(kith, monkeypatch, "createRoom", "/join/")
    chandra = await kith.member("chandra")
    await chandra.open_direct(kith.id, wait=False)
    await kith.members[1].say("!kith start")
    await server.until_refused("createRoom")
    await server.until_refused("/join/")
    await bob.say("help-now")
    assert "112" in (await bob.next()).text


async def test_an_invitation_that_was_refused_is_accepted_at_the_next_start(
    kith: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await kith.member("alice")
    server = Refusing(kith, monkeypatch, "/join/")
    await alice.open_direct(kith.id, wait=False)
    await server.until_refused("/join/")
    place = await kith.token()
    await kith.until_token_differs(place)  # what waits in a queue holds up the place in the stream no longer
    await kith.restart()
    await alice.wait_for_member(kith.id)
    await alice.say("start")
    assert (await alice.next()).text.startswith("Hello")


async def test_a_message_whose_room_waits_for_its_turn_is_tried_again_and_makes_one_room(
    kith: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await kith.member("alice")
    server = Refusing(kith, monkeypatch, "createRoom")
    for _twice in range(2):
        with pytest.raises(DeliveryError, match=r"^the room waits for its turn$"):
            await kith.adapter._rooms.direct_with(alice.id, reopen=False, within=0.1)
    server.refuses.clear()
    await kith.adapter.send(known_as(alice), Message(Text("hello")), "key-1")
    await alice.accept()
    assert (await alice.next()).text == "hello"
    assert len(kith.adapter._rooms.direct_rooms(alice.id)) == 1


async def test_nothing_goes_on_once_kith_is_stopped(kith: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await kith.in_direct("alice")
    await in_a_room(kith, "bob")
    bob = kith.members[1]
    Refusing(kith, monkeypatch, "createRoom", "/send/")
    for _twice in range(2):  # the second waits behind the first
        await alice.say("start")
        await bob.say("!kith start")
    await until_kept(kith, lambda count: count == 4)
    await kith.stop()
    assert [task.get_name() for task in asyncio.all_tasks() if "bot/adapters" in repr(task)] == []
