"""Nothing said to Kith is lost, nothing is done twice, and nothing that arrives can stop it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.matrix.answer import parsed, whole
from bot.bot import Bot
from bot.context import Incoming
from bot.errors import DeliveryError, FatalError, RetryAfter
from bot.messages import Message, Text
from tests.adapters.matrix.world import World, known_as
from tests.beds.eventually import PATIENCE
from tests.beds.matrix.synapse import ROOT, Synapse


async def test_what_was_said_before_kith_first_logged_in_is_not_answered(world: World) -> None:
    alice = await world.member("alice")
    room = await alice.open_room(world.id, encrypted=False)
    join = f"/_matrix/client/v3/join/{room}"
    await asyncio.to_thread(world.synapse.request, "POST", join, {}, world.account.access_token)
    await alice.say("!kith aloud")
    await world.start()
    assert await alice.nothing()
    await alice.say("!kith aloud")
    assert (await alice.next()).text == "Good morning, all."


async def test_what_was_said_with_the_invitation_is_answered(kith: World) -> None:
    alice = await kith.member("alice")
    await alice.open_direct(kith.id, encrypted=False, powers=True, wait=False)
    await alice.say("start")
    assert (await alice.next()).text.startswith("This chat is not encrypted")
    await alice.say("1")
    assert (await alice.next()).text.startswith("Hello")


async def test_what_cannot_be_opened_is_asked_for_once_more(world: World) -> None:
    alice = await world.member("alice")
    await alice.open_direct(world.id, wait=False)
    for _twice in range(2):
        await alice.say("start")  # there is no device yet that could have the key
    await world.start()
    assert (await alice.next(40)).text == "I can't open your last message. Please send it again."
    await alice.say("start")
    assert (await alice.next()).text.startswith("Hello")


async def test_what_was_said_in_a_room_before_kith_was_invited_is_not_for_it(kith: World) -> None:
    alice = await kith.member("alice")
    room = await alice.open_room(encrypted=False)
    await alice.say("!kith start")
    await alice.invite(kith.id)
    await alice.wait_for_member(kith.id)
    await alice.say("!kith aloud")
    assert (await alice.next()).room == room
    assert kith.samples.contexts == []


async def test_what_was_said_while_kith_was_away_is_answered_once(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await kith.stop()
    await alice.say("checkin pace slow")
    await kith.start()
    assert (await alice.next()).text == "slow"
    await kith.restart()
    await kith.restart()
    assert await alice.nothing()


async def test_what_the_homeserver_does_not_tell_in_time_is_given_up_and_says_so(kith: World) -> None:
    with pytest.raises(DeliveryError, match=r"^the homeserver has not told us yet$"):
        await kith.adapter._sync.until(lambda: False, within=0.01)


async def test_a_replayed_stream_is_recognised(kith: World) -> None:
    alice = await kith.in_direct("alice")
    before = await kith.token()
    await alice.say("checkin pace slow")
    await alice.next()
    await kith.stop()
    assert before is not None
    await kith.adapter._memory.remember("sync token", before)
    await kith.start()
    await alice.say("help-now")
    assert "112" in (await alice.next()).text
    assert kith.samples.contexts == []


async def test_the_place_is_saved_only_after_the_answer(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("slow")
    await kith.until(lambda: alice.id in kith.adapter._sync._lanes.last)
    before = await kith.token()
    bob = await kith.in_direct("bob")
    await bob.say("help-now")
    assert "112" in (await bob.next()).text  # one member's slow command keeps nobody waiting
    assert await kith.token() == before
    kith.samples.gate.set()
    assert "At last" in (await alice.next()).text
    await kith.until_token_differs(before)


async def test_one_members_words_stay_in_order(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("slow")
    for pace in ("slow", "fast", "slow"):
        await alice.say(f"checkin pace {pace}")
    kith.samples.gate.set()
    heard = [(await alice.next()).text for _ in range(4)]
    assert heard == ["At last.\n1. Yes", "slow", "fast", "slow"]


async def test_an_event_that_breaks_the_adapter_is_passed_over(kith: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await kith.in_direct("alice")

    async def broken(_bot: Bot, _incoming: Incoming, line: str, *_points_to: object) -> None:
        if line == "first":
            monkeypatch.undo()
        raise RuntimeError("never seen before")

    monkeypatch.setattr(Bot, "run_text", broken)
    await alice.say("first")
    await alice.say("help-now")
    assert "112" in (await alice.next()).text


async def test_hostile_payloads_hide_nothing_behind_them(kith: World, caplog: pytest.LogCaptureFixture) -> None:
    eve, alice = await kith.in_direct("eve"), await kith.in_direct("alice")
    await eve.say("help-now")
    await eve.next()
    good = {"msgtype": "m.text", "body": "start"}
    for payload in (
        {},
        {"type": "m.room.message", "content": good, "unsigned": 5},
        {"type": 7},
        {"type": "m.room.message", "content": []},
        {"type": "m.room.message", "content": {}},
        {"type": "m.room.message", "content": good | {"body": 5}},
        {"type": "m.room.message", "content": good | {"m.relates_to": 5}},
        {"type": "m.room.message", "content": good | {"m.relates_to": {"m.in_reply_to": 5}}},
        {"type": "m.room.message", "content": good | {"m.relates_to": {"rel_type": 5, "event_id": {}}}},
        {"type": "m.room.message", "content": good | {"m.relates_to": {"m.in_reply_to": {"event_id": "../../x"}}}},
        {"type": "m.room.message", "content": good | {"formatted_body": 5}},
        {"type": "m.room.encrypted", "content": {"algorithm": "m.megolm.v1.aes-sha2"}},
        {"type": "m.room.power_levels", "content": {"users": 5}},
    ):
        await eve.send_payload(payload)
    await eve.send("m.reaction", {"m.relates_to": 5})
    await alice.say("help-now")
    assert "112" in (await alice.next()).text
    await eve.say("checkin pace fast")
    while (await eve.next()).text != "fast":
        pass
    assert "could not be handled" not in caplog.text


def event(**fields: Any) -> dict[str, Any]:
    content = {"msgtype": "m.text", "body": "hello"}
    good = {"type": "m.room.message", "event_id": "$1", "sender": "@a:b", "origin_server_ts": 1, "content": content}
    return good | fields


@pytest.mark.parametrize(
    "malformed",
    [
        {},
        {"type": 5},
        event(origin_server_ts="now"),
        event(origin_server_ts="now", type="m.room.name", content=[]),
        event(content=None),
        event(unsigned=5),
        event(sender=None),
        "an event",
        5,
        None,
    ],
)
def test_a_malformed_event_is_left_out_and_the_others_stay(malformed: object) -> None:
    timeline = {"events": [event(), malformed, event(event_id="$2")]}
    room = {"timeline": timeline, "state": {"events": [malformed]}}
    invite = {"invite_state": {"events": [malformed]}}
    answer = {
        "next_batch": "s1",
        "rooms": {"join": {"!r:b": room}, "invite": {"!i:b": invite}},
        "to_device": {"events": [malformed]},
    }
    response = parsed(answer)
    kept = [getattr(found, "event_id", "") for found in response.rooms.join["!r:b"].timeline.events]
    assert (kept[0], kept[-1]) == ("$1", "$2")
    assert "!i:b" in response.rooms.invite


@pytest.mark.parametrize(
    "odd",
    [{"content": 1.5}, {"content": []}, {"unsigned": {"prev_content": 5}}, {"unsigned": {"prev_content": None}}],
    ids=str,
)
@pytest.mark.parametrize("kind", ["kith.room", "m.somebodys.own"])
def test_an_event_of_a_kind_that_nio_does_not_know_is_looked_into_too(kind: str, odd: dict[str, Any]) -> None:
    events = [event(), event(type=kind, state_key="") | odd, event(event_id="$2")]
    response = parsed({"next_batch": "s1", "rooms": {"join": {"!r:b": {"timeline": {"events": events}}}}})
    kept = whole(response.rooms.join["!r:b"].timeline.events)
    assert [found.event_id for found in kept] == ["$1", "$2"]


@pytest.mark.parametrize("rooms", [[], 5, {"join": []}, {"join": {"!r:b": None}}, {"invite": {"!r:b": 5}}])
def test_an_answer_that_is_malformed_throughout_is_skipped(rooms: object) -> None:
    assert parsed({"next_batch": "s2", "rooms": rooms}).next_batch == "s2"


async def test_a_revoked_token_ends_kith_with_one_sentence_and_few_requests(
    kith: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, asked = kith.client.send, []

    async def counted(method: str, path: str, *args: Any, **more: Any) -> Any:
        asked.append(path)
        return await send(method, path, *args, **more)

    await kith.client.request("POST", "/logout", {})
    with pytest.raises(FatalError, match="was signed out"):
        await kith.client.request("GET", "/account/whoami")
    monkeypatch.setattr(kith.client, "send", counted)
    with pytest.raises(FatalError, match="was signed out"):
        await kith.serving()
    assert len(asked) <= 2


@pytest.mark.sockets
async def test_a_homeserver_that_crashes_is_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with Synapse() as synapse:
        async with World(synapse, tmp_path) as kith:
            await kith.start()
            alice = await kith.in_direct("alice")
            await synapse.restart(kill=True)
            await alice.say("start")
            assert (await alice.next()).text.startswith("Hello")
    assert "the homeserver answers again" in caplog.text


@pytest.mark.sockets
async def test_kith_starts_while_the_homeserver_is_still_away(tmp_path: Path) -> None:
    with Synapse() as synapse:
        async with World(synapse, tmp_path) as kith:
            await asyncio.to_thread(synapse.stop)
            starting = asyncio.create_task(kith.start())
            await asyncio.sleep(1)
            assert not starting.done()
            await synapse.restart()
            await asyncio.wait_for(starting, PATIENCE)


async def test_stopping_lets_what_is_under_way_finish_and_waits_no_longer_than_five_seconds(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("slow")
    await kith.until(lambda: bool(kith.adapter._sync._lanes.last))
    asyncio.get_running_loop().call_later(0.5, kith.samples.gate.set)
    began = time.monotonic()
    await kith.stop()
    let_finish = time.monotonic() - began
    assert "At last" in (await alice.next()).text
    await kith.start()
    await alice.say("slow")
    await kith.until(lambda: bool(kith.adapter._sync._lanes.last))
    async with asyncio.timeout(max(5, 4 + 2 * let_finish)):  # where half a second takes two, the other four take longer
        await kith.stop()


async def test_an_answer_waits_out_the_servers_patience(kith: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await kith.in_direct("alice")
    request, refusals = kith.client.request, [RetryAfter(timedelta(seconds=0.2))] * 2

    async def limited(method: str, path: str, *args: Any, **more: Any) -> Any:
        if "/send/" in path and refusals:
            raise refusals.pop()
        return await request(method, path, *args, **more)

    monkeypatch.setattr(kith.client, "request", limited)
    await alice.say("help-now")
    assert "112" in (await alice.next()).text
    assert refusals == []


KITH = """
import asyncio, json, sys
from pathlib import Path
from bot.adapters.matrix import MatrixAdapter
from bot.bot import Bot
from bot.hosting.config import MatrixConfig
from bot.keys.crypto import Keyring
from bot.keys.secret import Secret
from storage.database.database import Database
from tests.adapters.samples import Samples

async def main(url, folder, user, password, keys):
    database = await Database.open(Path(folder, "process.db"))
    bot = Bot(database, Keyring.parse(keys, "test"), [Samples])
    config = MatrixConfig(homeserver=url, user=user, password=Secret(password))
    adapter = bot.adapters["matrix"] = MatrixAdapter(bot, config, Path(folder, "matrix"))
    await adapter.start()
    print("ready", flush=True)
    await adapter.serve()

asyncio.run(main(**json.loads(sys.argv[1])))
"""


async def running(world: World) -> asyncio.subprocess.Process:
    """Kith in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        KITH,
        json.dumps(world.given()),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert (await asyncio.wait_for(process.stdout.readline(), 60)).strip() == b"ready"
    return process


async def test_killed_in_the_middle_kith_goes_on_where_it_was(world: World) -> None:
    process = await running(world)
    alice = await world.member("alice", strict=True)
    await alice.open_direct(world.id)
    await alice.say("start")
    assert (await alice.next()).text.startswith("Hello")
    await alice.say("ask")
    assert "A few words" in (await alice.next()).text
    await alice.say("slow words")
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await alice.say("21:15")
    process = await running(world)
    heard = [(await alice.next()).text]
    while "You wrote" not in heard[-1]:
        heard.append((await alice.next()).text)
    assert heard[-1] == "You wrote slow words"
    assert await alice.nothing()
    assert len(heard) <= 2
    assert (alice.refused, alice.unreadable) == ([], [])
    process.send_signal(signal.SIGKILL)
    await process.wait()


async def test_send_refuses_what_a_member_never_agreed_to_hear_in_the_open(kith: World) -> None:
    alice = await kith.member("alice")
    room = await alice.open_direct(kith.id, encrypted=False)
    await kith.adapter._sync.until(lambda: room in kith.client.rooms)
    assert not kith.adapter._rooms.is_direct(room)
    await kith.adapter.send(known_as(alice), Message(Text("hello")), "key-1")
    assert (await alice.accept()) != room


async def test_no_round_outlives_the_connection(kith: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that did would end Kith with "Session is closed"."""
    under_way, ended = asyncio.Event(), asyncio.Event()
    disconnect = kith.client.disconnect

    async def exchange() -> None:
        under_way.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async def disconnect_after() -> None:
        assert ended.is_set()
        await disconnect()

    monkeypatch.setattr(kith.adapter._sync, "_exchange_keys", exchange)
    monkeypatch.setattr(kith.client, "disconnect", disconnect_after)
    alice = await kith.member("alice")
    opening = asyncio.create_task(alice.open_direct(kith.id))  # something to hear of
    await under_way.wait()
    await kith.stop()
    opening.cancel()
    await asyncio.wait([opening])
