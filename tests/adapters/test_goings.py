"""Who goes, and what is taken away, on the real platforms: the bot hears of it and acts at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest
from mautrix.types import RoomID, UserID

from bot.asking.consenting import CORE
from bot.messages import Member, Person, Place
from storage.members import consents, departures, members, resting
from tests.adapters.discord_bed import DiscordBed, discord_bed
from tests.adapters.matrix_bed import MatrixBed, matrix_bed
from tests.beds.discord.gateway import Intent
from tests.beds.eventually import PATIENCE
from tests.beds.matrix.member import MatrixMember

Bed = DiscordBed | MatrixBed


@pytest.fixture
async def discord(tmp_path: Path, sockets: None) -> AsyncIterator[DiscordBed]:
    async with discord_bed(tmp_path / "kith") as bed:
        await settle(bed, "alice", "bob")
        yield bed


@pytest.fixture
async def matrix(tmp_path: Path, sockets: None) -> AsyncIterator[MatrixBed]:
    async with matrix_bed(tmp_path / "kith") as bed:
        await settle(bed, "alice", "bob")
        yield bed


async def settle(bed: Bed, *names: str) -> None:
    """They have said yes to something, and belong to the place."""

    def work(connection: Connection) -> None:
        for name in names:
            person = members.create(connection, bed.actor(name).member, "UTC", "en", bed.bot.now())
            members.join(connection, person, members.found(connection, bed.place, bed.bot.now()), bed.bot.now())
            consents.give(connection, person, CORE, "Yes.", bed.bot.now())

    await bed.bot.database.write(work)


async def homes(bed: Bed, member: Member) -> list[str]:
    person = await bed.bot.database.read(members.person_of, member)
    assert isinstance(person, Person)
    return [one.name for one in await bed.bot.database.read(members.communities, person)]


async def until(is_so: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await is_so():  # noqa: ASYNC110 - what is waited for is in the database, and sets no event
            await asyncio.sleep(0.02)


async def until_gone(bed: Bed, *names: str) -> None:
    async def gone() -> bool:
        return not any([await homes(bed, bed.actor(name).member) for name in names])

    await until(gone)


async def still_home(bed: Bed, *names: str) -> bool:
    await asyncio.sleep(0.3)
    return all([await homes(bed, bed.actor(name).member) for name in names])


@asynccontextmanager
async def lost_channels(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """The ids of channels that the cogs are told about."""
    told: list[str] = []

    def channel_gone(_cog: object, channel: Any) -> Callable[[Connection], None]:
        return lambda _connection: told.append(channel.id)

    monkeypatch.setattr(type(bed.bot.registry.cogs[0]), "channel_gone", channel_gone)
    yield told


# -- Discord ----------------------------------------------------------------------------------------------------------


async def test_discord_says_who_leaves_where_the_host_allows_it(discord: DiscordBed) -> None:
    [session] = discord.fake.gateway.sessions.values()
    assert session.intents & Intent.GUILD_MEMBERS
    discord.fake.leave(discord._people["alice"], discord.guild)
    await until_gone(discord, "alice")
    assert await still_home(discord, "bob")


async def test_without_that_intent_it_starts_all_the_same_and_looks_once_a_day(discord: DiscordBed) -> None:
    discord.fake.gateway.granted = Intent.NONE
    await discord.restart()
    session = list(discord.fake.gateway.sessions.values())[-1]
    assert not session.intents & Intent.GUILD_MEMBERS
    discord.fake.leave(discord._people["alice"], discord.guild)
    assert await still_home(discord, "alice")
    discord.fake.join(discord._people["alice"], discord.guild)
    assert "In danger right now?" in (await discord.actor("alice").say("help")).text


async def test_taken_out_of_a_server_everybody_there_has_left(discord: DiscordBed) -> None:
    discord.fake.remove_member(discord.guild, discord.fake.world.bot)
    await until_gone(discord, "alice", "bob")


async def given(bed: Bed, name: str) -> frozenset[str]:
    person = await bed.bot.database.read(members.person_of, bed.actor(name).member)
    assert person is not None
    return await bed.bot.database.read(consents.given, person)


async def until_home(bed: Bed, *names: str) -> None:
    async def home() -> bool:
        return all([await homes(bed, bed.actor(name).member) for name in names])

    await until(home)


def put_back(bed: DiscordBed) -> None:
    bed.fake.world.add_member(bed.guild, bed.fake.world.bot)
    bed.fake.gateway.tell("GUILD_CREATE", bed.guild.create_payload(bed.fake.world.bot, all_members=True))


@pytest.mark.parametrize("away", [False, True])
async def test_put_back_into_a_server_everybody_is_home_and_nothing_was_lost(
    discord: DiscordBed, *, away: bool
) -> None:
    """Owners do this to renew what a bot may."""
    before = await given(discord, "alice")
    discord.fake.remove_member(discord.guild, discord.fake.world.bot)
    await until_gone(discord, "alice", "bob")
    if away:
        await discord.close()
    put_back(discord)
    if away:
        await discord.open()
    await until_home(discord, "alice", "bob")
    assert await given(discord, "alice") == before == frozenset(CORE)


async def test_back_under_another_owner_everybody_on_discord_is_asked(discord: DiscordBed) -> None:
    await discord.bot.run_jobs("hour", discord.bot.now())
    discord.fake.remove_member(discord.guild, discord.fake.world.bot)
    await until_gone(discord, "alice", "bob")
    discord.guild.owner = discord._people["mo"].user
    put_back(discord)
    assert not await still_home(discord, "alice", "bob")
    asked = await discord.actor("alice").say("settings")
    assert "somebody else owns it now" in asked.text
    await discord.actor("alice").press(asked, "Go on")
    await until_home(discord, "alice")


async def test_who_joins_a_server_again_is_home_at_once(discord: DiscordBed) -> None:
    before = await given(discord, "alice")
    discord.fake.leave(discord._people["alice"], discord.guild)
    await until_gone(discord, "alice")
    discord.fake.join(discord._people["alice"], discord.guild)
    await until_home(discord, "alice")
    assert await given(discord, "alice") == before == frozenset(CORE)


async def test_taken_out_while_it_was_away(discord: DiscordBed) -> None:
    await discord.close()
    discord.fake.remove_member(discord.guild, discord.fake.world.bot)
    await discord.open()
    await until_gone(discord, "alice", "bob")


async def test_a_server_in_an_outage_is_nothing_to_leave(discord: DiscordBed) -> None:
    discord.fake.gateway.tell("GUILD_DELETE", {"id": discord.guild.id, "unavailable": True})
    assert await still_home(discord, "alice", "bob")


async def test_a_server_missing_from_the_list_is_asked_about_before_anybody_is_let_go(discord: DiscordBed) -> None:
    elsewhere = Place("discord", "123456789012345678", "Elsewhere")
    await discord.bot.database.write(members.found, elsewhere, discord.bot.now())
    await discord.close()
    discord.fake.faults.error("GET /guilds/{guild_id}", 503)
    await discord.open()
    assert not await discord.bot.database.read(departures.is_lost, elsewhere)
    await discord.restart()
    assert await discord.bot.database.read(departures.is_lost, elsewhere)
    assert await still_home(discord, "alice", "bob")


async def test_a_deleted_channel_and_a_deleted_thread(discord: DiscordBed, monkeypatch: pytest.MonkeyPatch) -> None:
    fake, guild = discord.fake, discord.guild
    attic = fake.world.add_channel(guild, "attic")
    fake.gateway.tell_channel("CHANNEL_CREATE", attic)
    thread, lone = (fake.world.add_thread(parent, "two", fake.world.bot) for parent in (attic, guild.general))
    for opened in (thread, lone):
        fake.gateway.tell_channel("THREAD_CREATE", opened)
    async with lost_channels(discord, monkeypatch) as told:
        fake.remove_channel(lone)
        fake.remove_channel(attic)

        async def heard() -> bool:
            return len(told) == 3

        await until(heard)
    assert sorted(told) == sorted([attic.id, thread.id, lone.id])


# -- Matrix -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["leave", "kick", "ban"])
async def test_matrix_says_who_leaves_a_room(matrix: MatrixBed, how: str) -> None:
    room, alice, mo = RoomID(matrix.place.id), matrix.actor("alice").person, matrix.actor("mo").person
    if how == "leave":
        await alice.client.leave_room(room)
    else:
        await getattr(mo.client, f"{how}_user")(room, UserID(alice.id))
    await until_gone(matrix, "alice")
    assert await still_home(matrix, "bob")


async def test_who_leaves_the_direct_room_has_not_left_the_community(matrix: MatrixBed) -> None:
    alice = matrix.actor("alice")
    assert "Kith" in (await alice.say("about")).text
    await alice.person.client.leave_room(RoomID(alice.direct))
    assert await still_home(matrix, "alice")


async def test_who_leaves_one_room_of_a_space_is_still_in_the_space(matrix: MatrixBed) -> None:
    mo, alice, bot = matrix.actor("mo").person, matrix.actor("alice").person, matrix.world.id
    porch = await mo.open_room(bot, alice.id, name="the porch")
    await alice.accept()
    space = await mo.open_space(bot, alice.id, rooms=[matrix.place.id, porch])
    await alice.accept()
    await mo.wait_for_member(bot, space)
    await matrix.world.until(lambda: matrix.adapter._rooms.place_of(porch) == space)
    matrix.place = Place("matrix", space, "the village")
    await settle_again(matrix)
    await alice.client.leave_room(RoomID(porch))
    assert "the village" in await homes(matrix, matrix.actor("alice").member)
    assert await still_home(matrix, "alice")
    for room in list(matrix.adapter._rooms.rooms_of(space)):
        if alice.id in matrix.world.users_of(room):
            await alice.client.leave_room(RoomID(room))

    async def gone() -> bool:
        return "the village" not in await homes(matrix, matrix.actor("alice").member)

    await until(gone)


async def settle_again(bed: Bed) -> None:
    """Alice belongs to where the place is now, too."""

    def work(connection: Connection) -> None:
        person = members.person_of(connection, bed.actor("alice").member)
        assert person is not None
        members.join(connection, person, members.found(connection, bed.place, bed.bot.now()), bed.bot.now())

    await bed.bot.database.write(work)


@pytest.mark.parametrize("how", ["kick", "ban"])
async def test_taken_out_of_a_room_everybody_there_has_left(
    matrix: MatrixBed, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    mo = matrix.actor("mo").person
    async with lost_channels(matrix, monkeypatch) as told:
        await getattr(mo.client, f"{how}_user")(RoomID(matrix.place.id), UserID(matrix.world.id))
        await until_gone(matrix, "alice", "bob")
    assert told == [matrix.place.id]


@pytest.mark.parametrize("how", ["leave", "kick"])
async def test_who_joins_a_room_again_is_home_at_once(matrix: MatrixBed, how: str) -> None:
    room, alice, mo = RoomID(matrix.place.id), matrix.actor("alice").person, matrix.actor("mo").person
    before = await given(matrix, "alice")
    if how == "leave":
        await alice.client.leave_room(room)
    else:
        await mo.client.kick_user(room, UserID(alice.id))
    await until_gone(matrix, "alice")
    await mo.client.invite_user(room, UserID(alice.id))
    await alice.accept()
    await until_home(matrix, "alice")
    assert await given(matrix, "alice") == before == frozenset(CORE)


async def test_put_back_into_a_room_everybody_is_home_and_nothing_was_lost(matrix: MatrixBed) -> None:
    before = await given(matrix, "alice")
    mo = matrix.actor("mo").person
    await mo.client.kick_user(RoomID(matrix.place.id), UserID(matrix.world.id))
    await until_gone(matrix, "alice", "bob")
    await mo.invite(matrix.world.id, matrix.place.id)
    await until_home(matrix, "alice", "bob")
    assert await given(matrix, "alice") == before == frozenset(CORE)


async def test_back_under_another_owner_everybody_on_matrix_is_asked(matrix: MatrixBed) -> None:
    mo = matrix.actor("mo").person
    await matrix.bot.run_jobs("hour", matrix.bot.now())
    mine = await matrix.bot.database.read(resting.owner, matrix.place)
    assert mine is not None
    await matrix.bot.database.write(resting.note_owner, matrix.place, bytes(32))  # somebody else's, before it was hers
    await mo.client.kick_user(RoomID(matrix.place.id), UserID(matrix.world.id))
    await until_gone(matrix, "alice", "bob")
    await mo.invite(matrix.world.id, matrix.place.id)
    assert not await still_home(matrix, "alice", "bob")
    assert "somebody else owns it now" in (await matrix.actor("bob").say("settings")).text
    assert await matrix.bot.database.read(resting.owner, matrix.place) == mine


async def test_taken_out_of_a_room_while_it_was_away(matrix: MatrixBed) -> None:
    await matrix.world.stop()
    mo = matrix.actor("mo").person
    await mo.client.kick_user(RoomID(matrix.place.id), UserID(matrix.world.id))
    await matrix.world.start()
    await until_gone(matrix, "alice", "bob")


@pytest.mark.parametrize("is_public", [True, False])
async def test_a_room_that_is_upgraded_keeps_its_community(
    matrix: MatrixBed, monkeypatch: pytest.MonkeyPatch, is_public: bool
) -> None:
    """Into a public room the bot follows by itself; into another when it is invited."""
    mo, old = matrix.actor("mo").person, matrix.place.id
    async with lost_channels(matrix, monkeypatch) as told:
        new = await replacement(matrix, old, is_public=is_public)
        await tombstone(matrix, old, new)
        if not is_public:
            await mo.invite(matrix.world.id, new)

        async def moved() -> bool:
            return [place.id for place in await matrix.bot.database.read(departures.homes, "matrix")] == [new]

        await until(moved)
    assert told == [old]
    assert await still_home(matrix, "alice", "bob")


async def test_a_room_that_only_claims_to_follow_gets_no_community(matrix: MatrixBed) -> None:
    eve, old = matrix.actor("eve").person, matrix.place.id
    false = await replacement(matrix, old, is_public=True, of=eve)
    await eve.invite(matrix.world.id, false)
    await eve.wait_for_member(matrix.world.id, false)
    assert await still_home(matrix, "alice")
    assert [place.id for place in await matrix.bot.database.read(departures.homes, "matrix")] == [old]


async def test_a_tombstone_that_leads_nowhere_moves_nobody(matrix: MatrixBed) -> None:
    for nowhere in ("!nowhere:bed.test", "", 5, None):
        await tombstone(matrix, matrix.place.id, nowhere)
    assert await still_home(matrix, "alice", "bob")
    assert "In danger right now?" in (await matrix.actor("alice").say("help")).text


async def replacement(bed: MatrixBed, old: str, *, is_public: bool, of: MatrixMember | None = None) -> str:
    """A room that says it follows another one."""
    preset = "public_chat" if is_public else "private_chat"
    body = {"preset": preset, "creation_content": {"predecessor": {"room_id": old}}}
    made = await ask(bed, of or bed.actor("mo").person, "POST", "createRoom", body)
    return str(made["room_id"])


async def tombstone(bed: MatrixBed, old: str, new: Any) -> None:
    content = {"body": "moved", "replacement_room": new}
    await ask(bed, bed.actor("mo").person, "PUT", f"rooms/{old}/state/m.room.tombstone/", content)


async def ask(bed: MatrixBed, who: MatrixMember, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What their own client has no method for."""
    url = f"/_matrix/client/v3/{path}"
    answer: dict[str, Any] = await asyncio.to_thread(
        bed.world.synapse.request, method, url, body, who.account.access_token
    )
    return answer
