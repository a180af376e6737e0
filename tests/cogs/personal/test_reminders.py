"""Reminders: a member's own words, once, at the time they said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages import STATELESS, Button, Text
from storage.personal import reminders
from tests.cast import ALICE, BOB, Playground, button, labels
from tests.cogs.settled import dump, pass_time, settle, unasked

HOUR = timedelta(hours=1)


@pytest.fixture
async def alice(world: Playground) -> Playground:
    await settle(world, ALICE, "reminders")
    return world


async def test_what_was_understood_is_said_back(alice: Playground) -> None:
    said = await alice.chat.say(ALICE, "remind me tomorrow 7pm I'm calling my sister")
    assert str(said.text) == (
        "I'll remind you tomorrow at 19:00 (Sunday 29 March), Berlin time: “I'm calling my sister”."
        " `reminders` takes it back."
    )


@pytest.mark.parametrize("line", ["remind in 20 min tea", "remind me in 20 min tea", "kith remind me in 20 min tea"])
async def test_it_comes_once_at_its_time_also_in_the_night(alice: Playground, line: str) -> None:
    await pass_time(alice, 5 * HOUR)  # 23:00: quiet hours
    assert "“tea”" in (await alice.chat.say(ALICE, line)).text
    await pass_time(alice, timedelta(minutes=19, seconds=59))
    assert not unasked(alice, ALICE)
    await pass_time(alice, timedelta(days=2))
    assert [str(said.text) for said in unasked(alice, ALICE)] == ["You asked me to remind you: “tea”"]


async def test_tomorrow_at_seven_is_seven_though_the_clocks_change(alice: Playground) -> None:
    await alice.chat.say(ALICE, "remind me tomorrow 19:00 water the plants")
    await pass_time(alice, timedelta(hours=23, minutes=59))
    assert not unasked(alice, ALICE)
    await pass_time(alice, timedelta(minutes=1))
    assert len(unasked(alice, ALICE)) == 1


async def test_words_are_encrypted_and_erased_once_they_were_sent(alice: Playground) -> None:
    await alice.chat.say(ALICE, "remind me in 20 min the heron at the lake")
    assert "heron" not in await dump(alice)
    await pass_time(alice, 2 * HOUR)
    left = await alice.bot.database.read(lambda connection: connection.execute("SELECT * FROM reminders").fetchall())
    assert left == []


async def test_after_an_outage_it_comes_and_says_that_it_is_late(alice: Playground) -> None:
    await alice.chat.say(ALICE, "remind me in 20 min tea")
    alice.now += timedelta(hours=30)
    await pass_time(alice, timedelta(seconds=1))
    [late] = unasked(alice, ALICE)
    assert str(late.text) == "You asked me to remind you: “tea” This is late by 1 day 5 hours."


async def test_where_messages_are_closed_it_waits_in_the_inbox_with_its_words(alice: Playground) -> None:
    await alice.chat.say(ALICE, "remind me in 20 min tea")
    alice.chat.closed.add(ALICE.id)
    await pass_time(alice, 3 * HOUR)
    assert not unasked(alice, ALICE)
    assert "“tea”" in (await alice.chat.say(ALICE, "inbox")).text


async def test_a_pause_does_not_lose_it(alice: Playground) -> None:
    await alice.chat.say(ALICE, "remind me in 20 min tea")
    await alice.chat.say(ALICE, "pause in 2 hours")
    await pass_time(alice, timedelta(minutes=119))
    assert not unasked(alice, ALICE)
    await pass_time(alice, timedelta(minutes=2))
    assert "late by 1 hour 40 minutes" in unasked(alice, ALICE)[0].text


async def test_the_list_shows_and_deletes(alice: Playground) -> None:
    await alice.chat.say(ALICE, "remind me tomorrow 19:00 one")
    await alice.chat.say(ALICE, "remind me in 1 hour two")
    listed = await alice.chat.say(ALICE, "reminders")
    assert str(listed.text) == "1. today at 19:00: two\n2. tomorrow at 19:00: one"
    after = await alice.chat.press(ALICE, button(listed, "Delete 1"))
    assert str(after.text) == "Deleted.\n1. tomorrow at 19:00: one"
    await pass_time(alice, 2 * HOUR)
    assert not unasked(alice, ALICE)


async def test_twenty_five_and_no_more(alice: Playground) -> None:
    for number in range(reminders.MOST):
        await alice.chat.say(ALICE, f"remind me tomorrow 19:00 number {number}")
    assert "25 are waiting already" in (await alice.chat.say(ALICE, "remind me tomorrow 19:00 another")).text
    assert len(labels(await alice.chat.say(ALICE, "reminders"))) <= 25


async def test_what_is_no_time_is_answered_with_examples(alice: Playground) -> None:
    assert "I read times like tomorrow 7pm" in (await alice.chat.say(ALICE, "remind me sometime tea")).text
    assert "has passed" in (await alice.chat.say(ALICE, "remind me today 09:00 tea")).text
    assert "needs a few words" in (await alice.chat.say(ALICE, "remind me in 20 min")).text


async def test_what_a_newcomer_typed_survives_the_first_yes(world: Playground) -> None:
    asked = await world.chat.say(BOB, "remind me in 20 min tea")
    assert "each once, then it is erased" in asked.text
    assert "tea" not in await dump(world)
    said = await world.chat.press(BOB, button(asked, "Yes"))
    assert str(said.text).startswith("I'll remind you today at")
    assert "“tea”" in said.text
    await pass_time(world, timedelta(minutes=20))
    assert "“tea”" in unasked(world, BOB)[0].text


async def test_a_newcomers_hour_is_read_in_the_zone_their_yes_keeps(world: Playground) -> None:
    bob = replace(world.chat.incoming(BOB), locale="de")
    await world.bot.run_text(bob, "remind me tomorrow 19:00 tea")
    await world.bot.run_text(bob, "yes")
    assert "tomorrow at 19:00 (Sunday 29 March), Berlin time: “tea”" in world.chat.read(BOB)[-1].text


async def test_after_a_quarter_of_an_hour_a_newcomer_is_asked_for_the_words(world: Playground) -> None:
    asked = await world.chat.say(BOB, "remind me in 2 hours tea")
    world.now += timedelta(minutes=15)
    await world.chat.press(BOB, button(asked, "Yes"))
    await world.chat.say(BOB, "in 20 min")
    assert "“coffee”" in (await world.chat.say(BOB, "coffee")).text


async def test_only_the_yes_to_that_question_takes_the_words(world: Playground) -> None:
    await world.chat.say(BOB, "remind me in 2 hours a secret")
    await world.chat.say(BOB, "no")
    asked = await world.chat.press(BOB, Button(Text("Remind me"), "reminders.open", row=STATELESS))
    form = await world.chat.press(BOB, button(asked, "Yes"))
    assert "When?" in form.text
    await world.chat.say(BOB, "in 20 min")
    assert "“tea”" in (await world.chat.say(BOB, "tea")).text
    assert "secret" not in (await world.chat.say(BOB, "reminders")).text


async def test_switched_off_means_gone(alice: Playground) -> None:
    await alice.chat.say(ALICE, "remind me in 20 min tea")
    asked = await alice.chat.say(ALICE, "settings reminders")
    assert "your reminders are deleted. That can't be undone." in asked.text
    await alice.chat.press(ALICE, button(asked, "Switch it off"))
    await pass_time(alice, HOUR)
    assert not unasked(alice, ALICE)
    assert "Nothing waits." in (await alice.chat.say(ALICE, "reminders")).text


async def test_everything_is_shown_and_forgotten(alice: Playground) -> None:
    await alice.chat.say(ALICE, "remind me tomorrow 19:00 @everyone **tea**")
    files = {file.name: file.content.decode() for file in (await alice.chat.say(ALICE, "my-data")).files}
    assert "@everyone **tea**" in files["my-data.txt"]
    await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "forget-me"), "Delete everything"))
    left = await alice.bot.database.read(lambda connection: connection.execute("SELECT * FROM reminders").fetchall())
    assert left == []


async def test_one_cannot_delete_anothers(alice: Playground) -> None:
    await settle(alice, BOB, "reminders")
    await alice.chat.say(ALICE, "remind me in 20 min tea")
    await alice.chat.say(BOB, "remind me in 20 min coffee")
    bob = await alice.bot.database.read(lambda connection: connection.execute("SELECT max(id) FROM persons").fetchone())
    person = (await settle(alice, BOB)).id
    assert bob[0] == person
    assert not await alice.bot.database.write(reminders.remove, await settle(alice, BOB), 1)
    await pass_time(alice, HOUR)
    assert "tea" in unasked(alice, ALICE)[0].text
