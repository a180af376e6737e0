"""Every rule of Discord's that the OpenAPI file lacks is refused, remembered, and fails the test that broke it."""

from __future__ import annotations

import io
from typing import Any

import discord
import pytest

from tests.beds.discord import FakeDiscord, Guild, Person, Rule
from tests.beds.discord import rules as judged
from tests.beds.discord.interactions import FIRST_ANSWER_SECONDS, TOKEN_SECONDS, Asked, ask
from tests.beds_test.library import Library, connected, numbered, raw, refused

SEND = "POST /channels/{channel_id}/messages"


def view(*labels: str, row: int | None = None) -> discord.ui.View:
    made = discord.ui.View(timeout=None)
    for number, label in enumerate(labels):
        made.add_item(discord.ui.Button(label=label, custom_id=f"test:{number}", row=row))
    return made


@pytest.mark.sockets
async def test_a_broken_rule_fails_the_test_at_its_end() -> None:
    fake = FakeDiscord()
    await fake.__aenter__()
    place = fake.add_guild().general
    async with connected(fake) as bot:
        await refused(bot.channel(place.id).send("x" * 2001), 50035)
    with pytest.raises(AssertionError, match="2000 or fewer"):
        await fake.__aexit__(None, None, None)


async def test_long_and_empty_messages(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    channel = bot.channel(guild.general.id)
    await channel.send("x" * 2000)
    await refused(channel.send("x" * 2001), 50035)
    await refused(channel.send(""), 50006)
    await refused(channel.send("x", view=view("l" * 81)), 50035)
    assert len(fake.take_violations()) == 3
    assert len(guild.general.messages) == 1


async def test_one_id_twice(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    twice = view("a", "b")
    for button in twice.children:
        button.custom_id = "test:same"  # type: ignore[attr-defined] # these are buttons
    await refused(bot.channel(guild.general.id).send("x", view=twice), 50035)
    assert "duplicated" in fake.take_violations()[0]


def row(count: int, prefix: str = "") -> dict[str, Any]:
    return {"type": 1, "components": [{"type": 2, "custom_id": f"{prefix}{n}"} for n in range(count)]}


CHOICE = {"name": "x", "value": "x"}
QUIET = {"allowed_mentions": {"parse": []}, "content": "x"}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({**QUIET, "components": [row(6)]}, "in a row is 5"),
        ({**QUIET, "components": [row(1, str(n)) for n in range(6)]}, "5 or fewer"),
        ({**QUIET, "flags": 1 << 15}, "components v2"),
        ({"content": "x"}, "allowed_mentions must be sent"),
        ({"content": "x", "allowed_mentions": {"parse": ["users"]}}, "allowed_mentions must be sent"),
        ({"content": "x", "allowed_mentions": {"parse": [], "users": ["5"]}}, "pings ['5'], who are not named"),
        ({"content": "x", "allowed_mentions": {"parse": [], "replied_user": True}}, "pings ['replied_user']"),
    ],
)
def test_what_a_message_may_not_be(body: dict[str, Any], problem: str) -> None:
    assert [problem in fault for fault in judged.message_faults(body, new=True)] == [True]


def test_a_plain_message_is_fine() -> None:
    assert list(judged.message_faults({**QUIET, "components": [row(5, str(n)) for n in range(5)]}, new=True)) == []
    assert list(judged.message_faults({"allowed_mentions": {"parse": []}, "components": []}, new=False)) == []


def test_what_a_form_may_not_be() -> None:
    assert list(judged.modal_faults({"components": [row(1, str(n)) for n in range(5)]})) == []
    assert len(list(judged.modal_faults({"components": [row(1, str(n)) for n in range(6)]}))) == 1
    assert len(list(judged.modal_faults({"components": []}))) == 1
    assert len(list(judged.modal_faults({"components": [row(1), row(1)]}))) == 1


@pytest.mark.parametrize(
    ("commands", "problem"),
    [
        ([{"name": f"c{n}", "description": "d"} for n in range(101)], "(100)"),
        ([{"name": "a", "description": "d"}] * 2, "unique"),
        ([{"name": "Upper", "description": "d"}], "invalid"),
        ([{"name": "two words", "description": "d"}], "invalid"),
        ([{"name": "a", "options": [{"name": "b", "type": 3, "description": "d" * 8001}]}], "8000"),
        ([{"name": "a", "options": [{"name": f"o{n}", "type": 3} for n in range(26)]}], "25 or fewer"),
        ([{"name": "a", "options": [{"name": "b", "type": 1}, {"name": "c", "type": 3}]}], "mutually exclusive"),
        ([{"name": "a", "options": [{"name": "b", "type": 3}, {"name": "c", "type": 3, "required": True}]}], "before"),
        ([{"name": "a", "options": [{"name": "b", "type": 3, "autocomplete": True, "choices": [CHOICE]}]}], "exclude"),
    ],
)
def test_what_commands_may_not_be(commands: list[dict[str, Any]], problem: str) -> None:
    assert problem in next(iter(judged.command_faults(commands)))


async def test_a_bot_without_allowed_mentions_pings_and_is_caught(
    fake: FakeDiscord, guild: Guild, alice: Person
) -> None:
    async with connected(fake, Library(mentions=None)) as bot:
        await bot.channel(guild.general.id).send(f"@everyone <@{alice.id}>")
    message = alice.sees(guild.general)[0]
    assert message.pings_everyone
    assert message.pings == [alice.user]
    assert "allowed_mentions" in fake.take_violations()[0]


async def test_edits_and_answers_must_be_quiet_too(fake: FakeDiscord, guild: Guild, alice: Person) -> None:
    async with connected(fake, Library(mentions=None)) as bot:
        sent = await bot.channel(guild.general.id).send("a", allowed_mentions=discord.AllowedMentions.none())
        await sent.edit(content="b")
        await alice.slash("ping", text="x")
        await (await alice.slash("slow")).reply()
    assert len(fake.take_violations()) == 3


async def test_nobody_is_pinged_by_a_quiet_bot(bot: Library, guild: Guild, alice: Person) -> None:
    await bot.channel(guild.general.id).send(f"@everyone <@{alice.id}>")
    message = alice.sees(guild.general)[0]
    assert (message.pings_everyone, message.pings) == (False, [])


# The clocks of an interaction.


async def test_after_three_seconds_an_interaction_is_unknown(fake: FakeDiscord, bot: Library, alice: Person) -> None:
    data = {"id": fake.commands["ping"]["id"], "name": "ping", "type": 1, "options": []}
    interaction = ask(fake, Asked.COMMAND, alice.user, alice.dm, data)
    fake.clock.skip(FIRST_ANSWER_SECONDS + 0.1)
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    await refused(raw(bot, "POST", path, {"type": 4, "data": QUIET}), 10062)


async def test_the_token_lives_fifteen_minutes(fake: FakeDiscord, bot: Library, alice: Person) -> None:
    asked = await alice.slash("ping", text="x")
    path = f"/webhooks/{fake.world.bot.id}/{asked.token}/messages/@original"
    fake.clock.skip(TOKEN_SECONDS - 60)
    await raw(bot, "PATCH", path, QUIET)
    fake.clock.skip(120)
    await refused(raw(bot, "PATCH", path, QUIET), 50027)


async def test_one_acknowledgement(fake: FakeDiscord, bot: Library, alice: Person) -> None:
    asked = await alice.slash("ping", text="x")
    path = f"/interactions/{asked.id}/{asked.token}/callback"
    await refused(raw(bot, "POST", path, {"type": 4, "data": QUIET}), 40060)
    await refused(raw(bot, "POST", path.replace(asked.token, "forged"), {"type": 4, "data": QUIET}), 10062)


async def test_the_first_follow_up_of_a_deferred_answer_fills_it(
    fake: FakeDiscord, bot: Library, alice: Person
) -> None:
    data = {"id": fake.commands["mute"]["id"], "name": "mute", "type": 1, "options": []}
    asked = ask(fake, Asked.COMMAND, alice.user, alice.dm, data)
    await raw(bot, "POST", f"/interactions/{asked.id}/{asked.token}/callback", {"type": 5, "data": {"flags": 64}})
    hook = f"/webhooks/{fake.world.bot.id}/{asked.token}"
    await raw(bot, "POST", hook, QUIET)
    assert (await asked.reply()).text == "x"
    assert asked.followups == []
    await raw(bot, "POST", hook, QUIET)
    assert len(asked.followups) == 1


# Direct messages.


async def test_closed_direct_messages(fake: FakeDiscord, bot: Library, alice: Person) -> None:
    user = await bot.fetch_user(int(alice.id))
    alice.close_dms()
    await refused(user.send("x"), 50007)
    alice.open_dms()
    await user.send("x")
    assert len(fake.limits.invalid) == 1


async def test_nobody_writes_to_strangers(fake: FakeDiscord, bot: Library, guild: Guild, alice: Person) -> None:
    user = await bot.fetch_user(int(alice.id))
    fake.leave(alice, guild)
    await refused(user.send("x"), 50278)
    await refused(bot.fetch_user(5), 10013)


async def test_opening_direct_messages_too_fast(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    fake.limits.dm_openings = Rule(2, 600)
    people = [await bot.fetch_user(int(fake.add_person(name, guild).id)) for name in ("Bob", "Chandra", "Dana")]
    await people[0].create_dm()
    await people[1].create_dm()
    await refused(people[2].create_dm(), 40003)
    fake.clock.skip(601)
    await people[2].create_dm()


# Nonces and history.


async def test_a_nonce_is_one_message_for_a_few_minutes(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    channel = bot.channel(guild.general.id)
    first = await channel.send("once", nonce="delivery-1")
    assert (await channel.send("once", nonce="delivery-1")).id == first.id
    fake.clock.skip(fake.nonce_seconds + 1)
    assert (await channel.send("once", nonce="delivery-1")).id != first.id


async def test_the_nonce_of_a_deleted_message_is_not_found(bot: Library, guild: Guild) -> None:
    channel = bot.channel(guild.general.id)
    await (await channel.send("once", nonce="delivery-1")).delete()
    await refused(channel.send("once", nonce="delivery-1"), 10008)


async def test_history(fake: FakeDiscord, bot: Library, guild: Guild, alice: Person) -> None:
    channel = bot.channel(guild.general.id)
    sent = [await channel.send(str(number), nonce=f"n{number}") for number in range(3)]
    alice.say("hello", guild.general)
    await alice.slash("ping", where=guild.general, text="hidden")
    assert [m.content async for m in channel.history()] == ["", "2", "1", "0"], "ephemeral answers are in no history"
    assert [m.content async for m in channel.history(after=sent[0], limit=1)] == ["1"]
    assert [m.content async for m in channel.history(before=sent[2])] == ["1", "0"]
    assert [m.nonce async for m in channel.history(limit=2)] == [None, None]
    fake.history_tells_nonce = True
    assert [m.nonce async for m in channel.history(limit=2)] == [None, "n2"]


async def test_edit_delete_and_files(fake: FakeDiscord, bot: Library, guild: Guild, alice: Person) -> None:
    channel = bot.channel(guild.general.id)
    sent = await channel.send("a", view=numbered(1))
    await sent.edit(content="b", view=None)
    message = alice.sees(guild.general)[0]
    assert (message.text, message.buttons, message.edited is not None) == ("b", [], True)
    await sent.delete()
    await refused(sent.delete(), 10008)
    await refused(channel.fetch_message(sent.id), 10008)
    await channel.send(file=discord.File(io.BytesIO(b"all your data"), "my-data.json"))
    assert alice.sees(guild.general)[0].files == {"my-data.json": b"all your data"}


# Something the fake does not know.


async def test_an_operation_that_discord_does_not_have(fake: FakeDiscord, bot: Library) -> None:
    with pytest.raises(discord.NotFound):
        await raw(bot, "GET", "/users/@me/secrets", {})
    assert "no operation" in fake.take_violations()[0]


async def test_an_operation_the_fake_has_not_learned_says_so(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    with pytest.raises(discord.HTTPException, match="the fake Discord has no"):
        await raw(bot, "GET", f"/guilds/{guild.id}/bans", {})
    assert len(fake.take_violations()) == 1
