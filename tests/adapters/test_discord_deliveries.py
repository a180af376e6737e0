"""What Kith says of its own accord on Discord arrives once, quietly and only where it should, whatever goes wrong."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.adapters.discord import DiscordAdapter, refusals
from bot.errors import CannotReach, DeliveryError, FatalError, RetryAfter
from bot.messages import Button, Channel, File, Member, Message, Place, Text, plain
from tests.adapters.discord_world import Kith
from tests.beds.discord import Permission, Person, Rule

SEND = "POST /channels/{channel_id}/messages"
KEY = "0123456789abcdef012345"
YES = Button(Text("Yes"), "samples.pressed", "yes", row="-")
HELLO = Message(Text("How are you arriving today?"), (YES,))
NO_BUTTONS = Message(Text("The circle is full."))


def member(person: Person) -> Member:
    return Member("discord", person.id, person.name)


def messages(person: Person) -> list[str]:
    return [message.text for message in person.sees() if message.author.bot]


def a_minute_ago() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


async def test_a_prompt_arrives_with_its_buttons(kith: Kith, adapter: DiscordAdapter) -> None:
    sent = await adapter.send(member(kith.alice), HELLO, KEY)
    message = await kith.alice.next()
    assert (message.id, message.text) == (sent, "How are you arriving today?")
    assert (await (await kith.alice.press(message, "Yes")).reply()).text == "Noted."
    assert kith.bob.sees() == []


async def test_a_prompt_can_be_answered_by_typing(kith: Kith, adapter: DiscordAdapter) -> None:
    await adapter.send(member(kith.alice), HELLO, KEY)
    await kith.alice.next()
    kith.alice.say("yes")
    assert (await kith.alice.next()).text == "Noted."


async def test_what_she_writes_reaches_the_question_that_waits_for_it(kith: Kith, adapter: DiscordAdapter) -> None:
    words = Button(Text("Write"), "samples.sent", "9", row="-")
    await adapter.send(member(kith.alice), Message(Text("What is on your mind?"), typed=words), KEY)
    await kith.alice.next()
    kith.alice.say("a long night")
    assert (await kith.alice.next()).text == "You wrote a long night"
    assert kith.samples.seen == [("sent", "9", "a long night", None)]


async def test_a_second_attempt_is_the_same_message(kith: Kith, adapter: DiscordAdapter) -> None:
    first = await adapter.send(member(kith.alice), HELLO, KEY)
    assert await adapter.send(member(kith.alice), HELLO, KEY) == first
    assert len(messages(kith.alice)) == 1


async def test_a_second_attempt_after_a_restart_is_the_same_message(kith: Kith) -> None:
    async with kith.running() as adapter:
        kith.fake.faults.lose_reply(SEND)
        with pytest.raises(DeliveryError):
            await adapter.send(member(kith.alice), HELLO, KEY)
    async with kith.running() as adapter:
        await adapter.send(member(kith.alice), HELLO, KEY)
    assert len(messages(kith.alice)) == 1


async def test_a_message_deleted_in_between_is_not_sent_again(kith: Kith, adapter: DiscordAdapter) -> None:
    await adapter.send(member(kith.alice), HELLO, KEY)
    kith.alice.dm.messages.clear()
    assert await adapter.send(member(kith.alice), HELLO, KEY) == ""
    assert messages(kith.alice) == []


async def test_a_long_text_comes_in_pieces_each_once(kith: Kith, adapter: DiscordAdapter) -> None:
    long = Message(plain("\n".join(f"row {number} of your data" for number in range(150))), (YES,))
    last = await adapter.send(member(kith.alice), long, KEY)
    assert await adapter.send(member(kith.alice), long, KEY) == last
    assert "\n".join(messages(kith.alice)) == str(long.text)
    pieces = [message for message in kith.alice.sees() if message.author.bot]
    assert [len(piece.buttons) for piece in pieces] == [0, 1]


async def test_a_file_travels_with_its_message(kith: Kith, adapter: DiscordAdapter) -> None:
    await adapter.send(member(kith.alice), Message(Text("Yours"), files=(File("a.json", b"{}"),)), KEY)
    assert (await kith.alice.next()).files == {"a.json": b"{}"}


async def test_a_post_is_silent_and_pings_nobody(kith: Kith, adapter: DiscordAdapter) -> None:
    hostile = Message(Text("{words}").format(words=f"@everyone <@{kith.alice.id}>"), private=False)
    await adapter.post(Channel("discord", kith.guild.general.id), hostile, KEY)
    [message] = kith.bob.sees(kith.guild.general)
    assert (message.pings, message.pings_everyone) == ([], False)
    assert message.flags & 1 << 12, "no notification"
    assert message.flags & 1 << 2, "no previews of links"


# Refusals.


async def test_closed_direct_messages_are_final(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.alice.close_dms()
    with pytest.raises(CannotReach):
        await adapter.send(member(kith.alice), HELLO, KEY)


@pytest.mark.parametrize("code", [50007, 50278])
async def test_the_code_counts_whatever_the_status(kith: Kith, adapter: DiscordAdapter, code: int) -> None:
    kith.fake.faults.error(SEND, 400, code)
    with pytest.raises(CannotReach):
        await adapter.send(member(kith.alice), HELLO, KEY)


async def test_a_malformed_request_is_our_own_fault(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.faults.error(SEND, 400, 50035)
    with pytest.raises(discord.HTTPException):
        await adapter.send(member(kith.alice), HELLO, KEY)


async def test_somebody_who_left_cannot_be_reached(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.leave(kith.alice, kith.guild)
    with pytest.raises(CannotReach):
        await adapter.send(member(kith.alice), HELLO, KEY)
    with pytest.raises(CannotReach):
        await adapter.send(Member("discord", "5"), HELLO, KEY)


async def test_a_channel_the_bot_may_not_write_in(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.deny(kith.guild, Permission.SEND_MESSAGES)
    for channel_id in (kith.guild.general.id, "5"):
        with pytest.raises(CannotReach):
            await adapter.post(Channel("discord", channel_id), HELLO, KEY)


async def test_opening_conversations_too_fast_asks_for_patience(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.limits.dm_openings = Rule(1, 600)
    await adapter.send(member(kith.alice), HELLO, KEY)
    with pytest.raises(RetryAfter) as error:
        await adapter.send(member(kith.bob), HELLO, "another")
    assert error.value.delay == refusals.BREATHER


async def test_a_long_rate_limit_is_handed_to_the_outbox(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.faults.limit(SEND, retry_after=300)
    with pytest.raises(RetryAfter) as error:
        await adapter.send(member(kith.alice), HELLO, KEY)
    assert error.value.delay == timedelta(seconds=300)
    assert messages(kith.alice) == []


async def test_a_short_rate_limit_is_waited_for(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.faults.limit(SEND, retry_after=0.2)
    await adapter.send(member(kith.alice), HELLO, KEY)
    assert len(messages(kith.alice)) == 1


async def test_the_announced_limits_are_kept(kith: Kith, adapter: DiscordAdapter) -> None:
    await asyncio.gather(*(adapter.send(member(kith.alice), HELLO, f"key-{number}") for number in range(8)))
    assert len(messages(kith.alice)) == 8
    assert list(kith.fake.limits.invalid) == []


async def test_a_broken_discord_is_tried_again_later(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.faults.error(SEND, 503)
    with pytest.raises(DeliveryError):
        await adapter.send(member(kith.alice), HELLO, KEY)
    assert messages(kith.alice) == []


async def test_a_reset_is_tried_again_later(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.faults.reset(SEND)
    with pytest.raises(DeliveryError):
        await adapter.send(member(kith.alice), HELLO, KEY)
    assert messages(kith.alice) == []


async def test_a_stalled_answer_has_a_deadline(
    kith: Kith, adapter: DiscordAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "DEADLINE", 0.2)
    kith.fake.faults.stall(SEND)
    with pytest.raises(DeliveryError):
        await adapter.send(member(kith.alice), HELLO, KEY)
    assert await adapter.find(member(kith.alice), KEY, a_minute_ago()) == kith.alice.sees()[0].id


async def test_a_token_taken_back_while_running_is_for_the_host(kith: Kith, adapter: DiscordAdapter) -> None:
    await adapter.send(member(kith.alice), HELLO, KEY)
    kith.fake.token = "another"
    with pytest.raises(FatalError, match="developers/applications"):
        await adapter.send(member(kith.alice), HELLO, "another")


# Did it arrive?


async def test_a_message_with_buttons_is_found_by_its_mark(kith: Kith, adapter: DiscordAdapter) -> None:
    sent = await adapter.send(member(kith.alice), HELLO, KEY)
    await adapter.send(member(kith.alice), HELLO, "another")
    assert await adapter.find(member(kith.alice), KEY, a_minute_ago()) == sent
    assert await adapter.find(member(kith.alice), "never-sent", a_minute_ago()) is None


async def test_a_post_is_found_too(kith: Kith, adapter: DiscordAdapter) -> None:
    channel = Channel("discord", kith.guild.general.id)
    sent = await adapter.post(channel, HELLO, KEY)
    assert await adapter.find(channel, KEY, a_minute_ago()) == sent


async def test_answers_to_her_own_acts_do_not_confuse_the_search(kith: Kith, adapter: DiscordAdapter) -> None:
    await kith.alice.slash("help-now")
    kith.alice.say("help-now")
    await kith.alice.next()
    await kith.alice.next()
    assert await adapter.find(member(kith.alice), KEY, a_minute_ago()) is None


async def test_without_a_mark_it_says_that_it_cannot_tell(kith: Kith, adapter: DiscordAdapter) -> None:
    await adapter.send(member(kith.alice), NO_BUTTONS, KEY)
    with pytest.raises(CannotReach):
        await adapter.find(member(kith.alice), KEY, a_minute_ago())


async def test_where_the_history_tells_nonces_it_is_exact(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.history_tells_nonce = True
    sent = await adapter.send(member(kith.alice), NO_BUTTONS, KEY)
    assert await adapter.find(member(kith.alice), KEY, a_minute_ago()) == sent
    assert await adapter.find(member(kith.alice), "never-sent", a_minute_ago()) is None


async def test_a_history_that_may_not_be_read(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.deny(kith.guild, Permission.READ_MESSAGE_HISTORY)
    with pytest.raises(CannotReach):
        await adapter.find(Channel("discord", kith.guild.general.id), KEY, a_minute_ago())


# Private threads.


async def test_a_pair_gets_a_private_thread(kith: Kith, adapter: DiscordAdapter) -> None:
    place = Place("discord", kith.guild.id)
    pair = [member(kith.alice), member(kith.bob)]
    group = await adapter.open_group(place, pair, plain("Alice and Bob"), KEY)
    await adapter.post(group.channel, Message(Text("Hello, both of you."), private=False), "first-words")
    thread = kith.fake.world.channels[group.channel.id]
    assert thread.name.startswith("Alice and Bob")
    assert [message.text for message in kith.alice.sees(thread)] == ["Hello, both of you."]
    assert "moderators" in str(group.visible_to)
    assert not thread.invitable, "only the bot lets others in"
    carol = kith.fake.add_person("Chandra", kith.guild)
    assert carol.sees(thread) == []
    await adapter.add_to_group(group.channel, member(carol))
    assert len(carol.sees(thread)) == 1
    await adapter.remove_from_group(group.channel, member(carol))
    await adapter.remove_from_group(group.channel, member(carol))
    assert carol.sees(thread) == []
    await adapter.leave_group(group.channel)
    await adapter.close_group(group.channel)
    await adapter.close_group(group.channel)
    assert thread.archived


async def test_one_key_opens_one_thread_also_after_a_lost_reply(kith: Kith, adapter: DiscordAdapter) -> None:
    place = Place("discord", kith.guild.id)
    assert await adapter.find_group(place, KEY) is None
    kith.fake.faults.lose_reply("POST /channels/{channel_id}/threads")
    with pytest.raises(DeliveryError):
        await adapter.open_group(place, [member(kith.alice)], plain("x" * 120), KEY)
    group = await adapter.open_group(place, [member(kith.alice)], plain("x" * 120), KEY)
    again = await adapter.open_group(place, [member(kith.alice)], plain("x" * 120), KEY)
    assert group == again == await adapter.find_group(place, KEY)
    assert len(kith.guild.channels) == 2
    other = await adapter.open_group(place, [member(kith.bob)], plain("pair"), "another-key")
    assert other.channel != group.channel


async def test_a_thread_that_somebody_else_named_like_ours(kith: Kith, adapter: DiscordAdapter) -> None:
    place = Place("discord", kith.guild.id)
    ours = await adapter.open_group(place, [member(kith.alice)], plain("pair"), KEY)
    name = kith.fake.world.channels[ours.channel.id].name
    kith.fake.world.remove_channel(kith.fake.world.channels[ours.channel.id])
    kith.fake.world.add_thread(kith.guild.general, name, kith.bob.user)
    assert await adapter.find_group(place, KEY) is None


async def test_a_thread_needs_a_channel_that_both_can_see(kith: Kith, adapter: DiscordAdapter) -> None:
    hidden = (Permission(0), Permission.VIEW_CHANNEL)
    kith.guild.general.overwrites[kith.bob.id] = hidden
    pair = [member(kith.alice), member(kith.bob)]
    with pytest.raises(CannotReach):
        await adapter.open_group(Place("discord", kith.guild.id), pair, Text("pair"), KEY)
    assert kith.guild.channels == [kith.guild.general], "no empty thread is left behind"


async def test_without_the_permission_or_a_server_there_is_no_thread(kith: Kith, adapter: DiscordAdapter) -> None:
    with pytest.raises(CannotReach):
        await adapter.open_group(None, [member(kith.alice)], Text("pair"), KEY)
    assert await adapter.find_group(None, KEY) is None
    with pytest.raises(CannotReach):
        await adapter.open_group(Place("discord", "5"), [member(kith.alice)], Text("pair"), KEY)
    kith.fake.deny(kith.guild, Permission.CREATE_PRIVATE_THREADS)
    with pytest.raises(CannotReach):
        await adapter.open_group(Place("discord", kith.guild.id), [member(kith.alice)], Text("pair"), KEY)


async def test_a_thread_that_is_gone_is_closed(kith: Kith, adapter: DiscordAdapter) -> None:
    await adapter.close_group(Channel("discord", "5"))


async def test_what_may_be_done_in_a_server_is_said_by_the_platform_or_by_nobody(
    kith: Kith, adapter: DiscordAdapter
) -> None:
    place = Place("discord", kith.guild.id)
    assert await adapter.lacks(place) == frozenset()
    kith.fake.deny(kith.guild, Permission.CREATE_PRIVATE_THREADS)
    for _look in range(50):
        if "private groups" in await adapter.lacks(place):
            break
        await asyncio.sleep(0.02)
    assert "private groups" in await adapter.lacks(place)
    with pytest.raises(DeliveryError):
        await adapter.lacks(Place("discord", "1"))
