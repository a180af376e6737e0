"""What the playground's page may ask for, and what nobody gets by asking: hosts, origins, secrets, places, files."""

from __future__ import annotations

import json
import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSServerHandshakeError

from bot.adapters.page import DIRECT, for_kith
from bot.adapters.page.lines import Kept
from bot.errors import FatalError
from bot.messages import Channel, File, Message, Text
from bot.story.page import has_browser
from bot.story.page.server import FILES, Server
from bot.story.page.visit import LATEST, LONGEST_LINE
from bot.story.page.world import CHATS, MODERATORS, World
from bot.story.playground import ALICE, BOB, MO, ROOM
from storage.database import platforms
from tests.adapters.page_bed import NOON, Frame, Looking, PageBed

LARGEST_PAGE = 100_000


@pytest.fixture
async def bed(sockets: None, tmp_path: Path) -> AsyncIterator[PageBed]:
    opened = PageBed(tmp_path / "world", "discord")
    await opened.open()
    yield opened
    await opened.stack.aclose()


async def looking(bed: PageBed) -> Looking:
    return await bed.stack.enter_async_context(Looking.at(bed.server.address))


async def is_refused(page: Looking, **frame: object) -> bool:
    """It is refused, and nothing else comes of it."""
    await page.send(**frame)
    told: Frame = await page.socket.receive_json(timeout=10)
    return told == {"is": "refused", "do": str(frame.get("do"))[:20]}


# -- who may ask -------------------------------------------------------------------------------------------------------


async def test_the_page_and_all_it_loads_is_small_and_brings_nothing_from_elsewhere(bed: PageBed) -> None:
    size = 0
    async with ClientSession() as session:
        for path in FILES:
            async with session.get(bed.server.address.rstrip("/") + path) as answer:
                assert answer.status == 200
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                content = await answer.text()
                size += len(content.encode())
                assert "http" not in content.replace("http://www.w3.org/2000/svg", "")
                assert "innerHTML" not in content
                assert "style=" not in content
    assert size < LARGEST_PAGE


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1.evil.example:{port}"])
async def test_a_name_that_points_here_is_not_ours(bed: PageBed, host: str) -> None:
    address = bed.server.address.rstrip("/")
    port = address.rpartition(":")[2]
    headers = {"Host": host.format(port=port)}
    async with ClientSession() as session:
        for path in FILES:
            async with session.get(address + path, headers=headers) as answer:
                assert answer.status == 421
        with pytest.raises(WSServerHandshakeError, match="403"):
            await session.ws_connect(f"{address}/live", headers=headers, origin=f"http://{headers['Host']}")


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost", "null", None])
async def test_another_sites_page_gets_no_line(bed: PageBed, origin: str | None) -> None:
    async with ClientSession() as session:
        with pytest.raises(WSServerHandshakeError, match="403"):
            await session.ws_connect(f"{bed.server.address}live", origin=origin)


async def test_on_the_loopback_whoever_plays_is_everybody(bed: PageBed) -> None:
    page = await looking(bed)
    world = await page.asked("world", do="enter", token="")
    assert [one["name"] for one in world["members"]] == ["Alice", "Bob", "Chandra", "Dana", "Mo"]
    assert len({one["secret"] for one in world["members"]}) == 5


async def test_where_other_computers_reach_it_the_page_has_a_secret(bed: PageBed) -> None:
    bed.server = Server(bed.world, "0.0.0.0", 0)
    async with bed.server.serving():
        assert bed.server.is_open
        where, _, token = bed.server.address.partition("#")
        async with ClientSession() as session:
            here = "http://127.0.0.1:" + where.rstrip("/").rpartition(":")[2]
            async with session.ws_connect(f"{here}/live", origin=here) as socket:
                page = Looking(socket)
                for wrong in ("", token[:-1], bed.server.seats.secrets["alice"], None, ["x"], "é", "\ud800"):
                    assert await is_refused(page, do="enter", token=wrong)
                assert (await page.asked("world", do="enter", token=token))["name"] == "The Porch"


# -- whose it is -------------------------------------------------------------------------------------------------------


async def test_a_secret_opens_one_members_conversations(bed: PageBed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    await alice.say("start")
    await bob.say("about")
    assert len(await alice.lines()) == len(await bob.lines()) == 1
    page = await looking(bed)
    for wrong in ("", "alice", bob.secret[:-1], bob.secret.upper(), None, 7, {"a": 1}):
        assert await is_refused(page, do="open", secret=wrong)
    lines = (await page.asked("lines", do="open", secret=bob.secret))["lines"]
    assert lines
    assert {line["in"] for line in lines} == {f"{DIRECT}bob"}
    await alice.say("help")
    await bob.say("help")
    told = (await page.told("line"), await page.told("line"))
    assert {frame["of"] for frame in told} == {"bob"}, "nothing of Alice's came before it"


@pytest.mark.parametrize("where", [f"{DIRECT}bob", MODERATORS.channel.id, "pair", "nowhere", "", None, ["porch"]])
@pytest.mark.parametrize("do", ["write", "choose", "fill in"])
async def test_nobody_writes_where_they_are_not(bed: PageBed, where: object, do: str) -> None:
    await bed.adapter.open_group(ROOM, [BOB, MO], Text("Bob and Mo"), "pair")
    before = len(bed.adapter.lines)
    page, secret = await looking(bed), bed.actor("alice").secret
    rest = {"words": "x", "id": "kith:1:help.now:-:", "label": "x", "form": "x", "answers": {}}
    assert await is_refused(page, do=do, secret=secret, **{"in": where}, **rest)
    assert len(bed.adapter.lines) == before


async def test_what_stands_where_somebody_is_not_is_not_told_to_them(bed: PageBed) -> None:
    alice, bob, mo = (bed.actor(name) for name in ("alice", "bob", "mo"))
    for actor in (alice, bob, mo):
        await actor.page()
    await bed.adapter.open_group(ROOM, [BOB, MO], Text("Bob and Mo"), "pair")
    for channel in (Channel("local", "pair"), MODERATORS.channel, Channel("local", ROOM.id)):
        await bed.adapter.post(channel, Message(Text(f"said in {channel.id}")), f"key {channel.id}")
    where = {actor.member.id: [line["in"] for line in await actor.lines()] for actor in (alice, bob, mo)}
    assert where == {
        "alice": ["porch"],
        "bob": ["pair", "porch"],
        "mo": ["pair", "moderators", "porch"],
    }


async def test_a_file_is_handed_to_whom_it_was_given(bed: PageBed) -> None:
    await bed.adapter.send(ALICE, Message(Text("Here."), files=(File("my-data.txt", b"mine"),)), "key")
    number = bed.adapter.lines[-1].id
    alice, bob = bed.actor("alice"), bed.actor("bob")
    page = await looking(bed)
    handed = await page.asked("file", do="file", secret=alice.secret, n=number, name="my-data.txt")
    assert (handed["of"], handed["content"]) == ("alice", "bWluZQ==")
    for wrong in ({"secret": bob.secret}, {"n": 0}, {"n": -1}, {"n": 99}, {"n": "1"}, {"name": "../page.key"}):
        frame = {"do": "file", "secret": alice.secret, "n": number, "name": "my-data.txt"} | wrong
        assert await is_refused(page, **frame)


async def test_a_reply_points_at_nothing_of_somebody_elses(bed: PageBed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    asked = await alice.say("checkin on 19:00 berlin")
    answered = await bob.reply(asked, "yes")
    assert "I'll check in" not in answered.text
    assert "I'll check in" in (await alice.reply(asked, "yes")).text


@pytest.mark.parametrize("frame", [{"do": "time", "how": "hour"}, {"do": "style", "style": "matrix"}, {"do": "outage"}])
async def test_only_the_whole_page_turns_the_world(bed: PageBed, frame: Frame) -> None:
    page = await looking(bed)
    await page.asked("lines", do="open", secret=bed.actor("alice").secret)
    await page.told("clock")
    await page.told("member")
    assert await is_refused(page, **frame)
    assert (bed.world.now, bed.world.chat.style) == (NOON, "discord")


@pytest.mark.parametrize(
    "sent",
    ["", "x", "[]", "7", "null", '"open"', "{}", '{"do": "dance"}', '{"do": ["open"]}', '{"do": "open"}',
     '{"do": "time", "how": "back"}', '{"do": "style", "style": "x"}', '{"do": {"a": 1}}', '{"do": "take"}',
     '{"do": "\\ud800"}', '{"do": "open", "secret": "\\ud800"}'],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused(bed: PageBed, sent: str) -> None:
    page = await looking(bed)
    await page.asked("world", do="enter")
    await page.socket.send_str(sent)
    assert (await page.told("refused"))["is"] == "refused"
    assert (await page.asked("world", do="enter"))["is"] == "world", "and the line stays open"


async def test_half_a_letter_harms_nobody(bed: PageBed) -> None:
    alice = bed.actor("alice")
    await alice.say("\ud800 hello")
    assert [line["said"] for line in await alice.lines()], "it was answered, and the line stays open"
    await bed.restart()
    assert (await alice.say("about")).text


async def test_too_much_at_once_is_not_taken(bed: PageBed) -> None:
    page, secret = await looking(bed), bed.actor("alice").secret
    words = "x" * (LONGEST_LINE + 1)
    assert await is_refused(page, do="write", secret=secret, words=words, **{"in": f"{DIRECT}alice"})
    await page.socket.send_str(json.dumps({"do": "write", "words": "x" * 40_000}))
    assert (await page.socket.receive(timeout=10)).type.name in ("CLOSE", "CLOSED")


async def test_a_page_is_given_the_latest_of_a_long_conversation(bed: PageBed) -> None:
    for number in range(LATEST + 20):
        await bed.adapter.send(ALICE, Message(Text(f"line {number}.")), f"key {number}")
    lines = await bed.actor("alice").lines()
    assert (len(lines), lines[-1]["said"]) == (LATEST, [f"line {LATEST + 19}."])


# -- what is kept ------------------------------------------------------------------------------------------------------


async def test_a_killed_world_goes_on_where_its_time_had_come_to(bed: PageBed) -> None:
    await bed.world.wait(timedelta(hours=3))
    await bed.actor("alice").say("start")
    kept = await bed.bot.database.read(platforms.state, "local", "now")
    assert kept == (NOON + timedelta(hours=3)).isoformat(), "without an orderly end"
    before = await bed.actor("alice").lines()
    await bed.restart()
    assert bed.world.now == NOON + timedelta(hours=3)
    assert await bed.actor("alice").lines() == before


async def test_closed_messages_places_and_style_outlive_a_restart(bed: PageBed) -> None:
    await bed.close_messages("alice")
    await bed.adapter.open_group(ROOM, [BOB], Text("Bob's"), "pair")
    await bed.restart()
    assert bed.adapter.closed == {"alice"}
    assert await bed.actor("bob").in_group("pair")
    assert not await bed.actor("alice").in_group("pair")


async def test_an_outage_is_an_outage_for_everybody(bed: PageBed) -> None:
    alice = bed.actor("alice")
    await alice.say("checkin on 17:00 UTC")
    await alice.say("yes")
    page = await looking(bed)
    await page.asked("world", do="enter")
    await page.send(do="outage")
    clock = await page.told("clock")
    while clock["now"] == NOON.isoformat() or clock["off"]:
        clock = await page.told("clock")
    assert clock["now"] == (NOON + timedelta(hours=6)).isoformat()
    late = (await alice.next()).raw
    assert (late["at"], late["choices"][-1][0]) == ((NOON + timedelta(hours=6)).isoformat(), "Help now")
    assert "In danger right now?" in (await alice.say("help now")).text


async def test_what_was_cut_short_is_let_go_of(tmp_path: Path) -> None:
    path = tmp_path / CHATS
    kept = Kept(path)
    kept.add({"style": "matrix"})
    with path.open("ab") as file:
        file.write(b'{"line": {"id"')
    assert list(kept.read()) == [{"style": "matrix"}]
    kept.add({"closed": ["\ud800"]})
    assert [*kept.read()][1] == {"closed": ["?"]}


async def test_the_secrets_are_their_owners(bed: PageBed) -> None:
    path = bed.world.folder / "page.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


# -- small things ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("hello all", None),
        ("Kithara music", None),
        ("@Kith help now", "help now"),
        ("@kith: about", "about"),
        ("kith, about", "about"),
        ("/help-now", "help-now"),
        ("!kith about", "kith about"),
        ("Kith", "help"),
        ("  /about ", "about"),
    ],
)
def test_in_a_room_kith_hears_what_is_for_it(words: str, line: str | None) -> None:
    assert for_kith(words) == line


async def test_a_port_that_is_taken_is_one_sentence_or_another_port(bed: PageBed) -> None:
    taken = int(bed.server.address.rstrip("/").rpartition(":")[2])
    with pytest.raises(FatalError, match="Try another `--port`"):
        async with Server(bed.world, "127.0.0.1", taken).serving():
            pass
    other = Server(bed.world, "127.0.0.1", taken, or_any=True)
    async with other.serving():
        assert other.address != bed.server.address


@pytest.mark.parametrize(("listen", "port"), [("kith.example", 0), ("", 0), ("127.0.0.1", 99_999), ("203.0.113.7", 0)])
async def test_where_nobody_can_listen_is_one_sentence(bed: PageBed, listen: str, port: int) -> None:
    with pytest.raises(FatalError, match="I can't listen on"):
        async with Server(bed.world, listen, port).serving():
            pass


def test_a_browser_is_opened_where_somebody_sits(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as out:
        assert not has_browser(out)


async def test_nothing_moves_while_nobody_looks(bed: PageBed) -> None:
    assert isinstance(bed.world, World)
    assert not bed.world.is_watched()
    await looking(bed)
    page = await looking(bed)
    await page.asked("world", do="enter")
    assert bed.world.is_watched()
