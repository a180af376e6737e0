"""Alice uses Kith on Discord: commands, presses, forms and plain words reach the core; the answers reach only her."""

from __future__ import annotations

import asyncio
from datetime import time

import pytest

from bot.adapters.discord import DiscordAdapter
from bot.messages import Channel, Place
from tests.adapters.discord_world import Kith


async def test_a_command_in_a_server_is_answered_for_her_eyes_only(kith: Kith, adapter: DiscordAdapter) -> None:
    answer = await (await kith.alice.slash("kith start", where=kith.guild.general)).reply()
    assert answer.text == "Hello Alice"
    assert answer.ephemeral
    assert kith.bob.sees(kith.guild.general) == []
    context = kith.samples.contexts[0]
    assert (context.member.platform, context.member.id, context.member.name) == ("discord", kith.alice.id, "Alice")
    assert context.channel == Channel("discord", kith.guild.general.id)
    assert (context.direct, context.locale) == (False, "en-GB")


async def test_in_the_direct_chat_the_answer_stays(kith: Kith, adapter: DiscordAdapter) -> None:
    answer = await (await kith.alice.slash("kith start")).reply()
    assert (answer.text, answer.ephemeral) == ("Hello Alice", False)
    assert kith.samples.contexts[0].direct
    assert kith.samples.contexts[0].community is None


async def test_arguments_are_parsed_as_everywhere(kith: Kith, adapter: DiscordAdapter) -> None:
    await kith.alice.slash("checkin on", at="7:30 pm", zone="berlin", note="I'm tired")
    await kith.alice.slash("checkin on", at="19:00")
    assert kith.samples.seen == [("on", time(19, 30), "Europe/Berlin", "I'm tired"), ("on", time(19), "UTC", "")]


async def test_a_mistake_gets_the_same_sentence_picked_or_typed(kith: Kith, adapter: DiscordAdapter) -> None:
    picked = await (await kith.alice.slash("checkin on", at="whenever")).reply()
    kith.bob.say("checkin on whenever")
    assert (await kith.bob.next()).text == picked.text
    assert "whenever" in picked.text


async def test_a_choice_and_a_zone_are_completed(kith: Kith, adapter: DiscordAdapter) -> None:
    assert await kith.alice.complete("checkin pace", "how", "f", where=kith.guild.general) == ["fast"]
    assert "Europe/Berlin" in await kith.alice.complete("checkin on", "zone", "berl")


async def test_what_members_type_is_a_request_too(kith: Kith, adapter: DiscordAdapter) -> None:
    asked = kith.alice.say("checkin on 19:00 Berlin I'm tired of `quoting` @everyone")
    answer = await kith.alice.next()
    assert kith.samples.seen == [("on", time(19), "Europe/Berlin", "I'm tired of `quoting` @everyone")]
    assert not answer.pings_everyone
    assert asked in kith.alice.sees()


async def test_a_button_can_be_pressed_or_typed_in_the_direct_chat(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.alice.say("start")
    hello = await kith.alice.next()
    assert (await (await kith.alice.press(hello, "Yes")).reply()).text == "Noted."
    kith.alice.say("start")
    await kith.alice.next()
    kith.alice.say("1")
    assert (await kith.alice.next()).text == "Noted."
    assert kith.samples.seen == [("pressed", "yes"), ("pressed", "yes")]


async def test_a_button_from_before_a_restart_still_works(kith: Kith) -> None:
    async with kith.running():
        hello = await (await kith.alice.slash("kith start")).reply()
    async with kith.running():
        assert (await (await kith.alice.press(hello, "Yes")).reply()).text == "Noted."


async def test_a_form_opened_before_a_restart_is_still_taken(kith: Kith) -> None:
    async with kith.running():
        form = await kith.alice.slash("kith ask", where=kith.guild.general)
    async with kith.running():
        answer = await (await kith.alice.submit(form, words="long *night*", at="7:30")).reply()
        assert kith.samples.seen == [("sent", "7", "long *night*", time(7, 30))]
    assert (answer.text, answer.ephemeral) == ("You wrote long \\*night\\*", True)


async def test_a_form_shows_its_defaults_and_limits(kith: Kith, adapter: DiscordAdapter) -> None:
    form = await kith.alice.press(await (await kith.alice.slash("kith start")).reply(), "Form")
    with pytest.raises(AssertionError, match="must be filled in"):
        await kith.alice.submit(form)
    with pytest.raises(AssertionError, match="too long"):
        await kith.alice.submit(form, words="w" * 101)
    await kith.alice.submit(form, words="hi")
    assert kith.samples.seen == [("sent", "7", "hi", time(19))]


async def test_a_form_is_asked_question_by_question_where_she_types(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.alice.say("ask")
    assert "A few words" in (await kith.alice.next()).text
    kith.alice.say("long night")
    assert "When" in (await kith.alice.next()).text
    kith.alice.say("-")
    assert (await kith.alice.next()).text == "You wrote long night"
    assert kith.samples.seen == [("sent", "7", "long night", time(19))]


async def test_a_long_answer_comes_in_pieces_all_of_them_private(kith: Kith, adapter: DiscordAdapter) -> None:
    asked = await kith.alice.slash("kith help", where=kith.guild.general)
    await asked.reply()
    pieces = [await kith.alice.next(kith.guild.general) for _piece in range(2)]
    lines = "\n".join(piece.text for piece in pieces).splitlines()
    assert lines == [f"line {number} of the help" for number in range(150)]
    assert all(piece.ephemeral and len(piece.text) <= 2000 for piece in pieces)
    assert kith.bob.sees(kith.guild.general) == []


async def test_a_file_is_handed_over_privately(kith: Kith, adapter: DiscordAdapter) -> None:
    answer = await (await kith.alice.slash("kith my-data", where=kith.guild.general)).reply()
    assert answer.ephemeral
    assert answer.files == {"my-data.json": b"{}"}


async def test_only_what_is_meant_for_all_is_shown_to_all(kith: Kith, adapter: DiscordAdapter) -> None:
    await kith.alice.slash("kith aloud", where=kith.guild.general)
    assert [message.text for message in kith.bob.sees(kith.guild.general)] == ["Good morning, all."]


async def test_a_failure_tells_nothing(kith: Kith, adapter: DiscordAdapter) -> None:
    answer = await (await kith.alice.slash("kith broken", where=kith.guild.general)).reply()
    assert "Something went wrong" in answer.text
    assert "secret" not in answer.text
    assert answer.ephemeral


async def test_it_does_not_talk_to_itself(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.alice.say("help-now")
    await kith.alice.next()
    await asyncio.sleep(0.2)
    assert len([message for message in kith.alice.sees() if message.author.bot]) == 1


async def test_members_are_told_who_else_can_read(adapter: DiscordAdapter) -> None:
    assert str(adapter.reads()) == "On Discord, Discord can read what you send me."


async def test_help_comes_first_also_by_word(kith: Kith, adapter: DiscordAdapter) -> None:
    assert (await (await kith.alice.slash("help-now")).reply()).text == "You can call **112**."
    kith.bob.say("SOS")
    assert (await kith.bob.next()).text == "You can call **112**."


# Who moderates.


async def test_a_moderators_command_is_shown_to_moderators(kith: Kith, adapter: DiscordAdapter) -> None:
    answer = await (await kith.mo.slash("kith-mod setup", where=kith.guild.general)).reply()
    assert answer.text == "set up"
    with pytest.raises(AssertionError, match="not offered"):
        await kith.alice.slash("kith-mod setup", where=kith.guild.general)


async def test_an_administrators_override_does_not_make_a_moderator(kith: Kith, adapter: DiscordAdapter) -> None:
    answer = await (await kith.alice.slash("kith-mod setup", where=kith.guild.general, granted=True)).reply()
    assert answer.text == "Only moderators of this community can do that."


async def test_whoever_lost_the_right_a_moment_ago_is_no_moderator(kith: Kith, adapter: DiscordAdapter) -> None:
    place = Place("discord", kith.guild.id)
    member = adapter.read_member(f"<@{kith.mo.id}>")
    assert member is not None
    assert await adapter.is_moderator(member, place)
    kith.guild.member_roles[kith.mo.id].clear()
    assert not await adapter.is_moderator(member, place)
    kith.fake.leave(kith.mo, kith.guild)
    assert not await adapter.is_moderator(member, place)
    assert not await adapter.is_member(member, place)


async def test_a_server_that_does_not_answer_makes_no_moderator(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.faults.error("GET /guilds/{guild_id}/members/{user_id}", 503)
    member = adapter.read_member(kith.mo.id)
    assert member is not None
    assert not await adapter.is_moderator(member, Place("discord", kith.guild.id))


@pytest.mark.parametrize(
    "words", ["Alice", "<@>", "<#123456789012345678>", "@everyone", "12", "<@123456789012345678> x"]
)
def test_what_names_nobody(words: str, adapter: DiscordAdapter) -> None:
    assert adapter.read_member(words) is None


async def test_the_places_a_member_shares_with_the_bot(kith: Kith, adapter: DiscordAdapter) -> None:
    second = kith.fake.add_guild("Evening circle")
    kith.fake.join(kith.alice, second)
    kith.alice.say("start")
    await kith.alice.next()
    member = adapter.read_member(kith.alice.id)
    assert member is not None
    assert {place.name for place in await adapter.places_of(member)} == {"Recovery together", "Evening circle"}
    other = adapter.read_member(kith.bob.id)
    assert other is not None
    assert [place.id for place in await adapter.places_of(other)] == [kith.guild.id]
