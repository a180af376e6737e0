"""Check-ins, as a member lives with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.messages import Member, Message
from storage.delivery import deliveries
from storage.members import consents, members
from tests.cast import ALICE, BOB, CHANDRA, Playground, button, labels, pass_time
from tests.legible import legible


async def join(world: Playground, member: Member = ALICE, line: str = "checkin on 19:00 berlin") -> None:
    await world.chat.say(member, line)
    assert "I'll check in" in (await world.chat.say(member, "yes")).text


def prompts(world: Playground, member: Member = ALICE) -> list[Message]:
    """The check-ins this member was asked by the bot itself."""
    posted = world.chat.posted
    return [one.message for one in posted if one.to == member and one.key and "Skip" in labels(one.message)]


async def test_one_yes_is_recorded_for_each_purpose_it_named(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Yes"))
    person = await world.bot.database.read(members.person_of, ALICE)
    assert person is not None
    assert await world.bot.database.read(consents.given, person) == {"core", "dm", "checkin"}
    kept = await world.bot.database.read(consents.export, person)
    assert {one["the words you saw"] for one in kept["what you said yes to"]} == {str(asked.text)}


async def test_three_messages_are_enough(world: Playground) -> None:
    await world.chat.say(ALICE, "start")
    await world.chat.say(ALICE, "a check-in")
    assert "I'll check in at 19:00" in (await world.chat.say(ALICE, "yes")).text


async def test_the_question_comes_at_the_hour_and_not_before(world: Playground) -> None:
    await join(world)
    await pass_time(world, timedelta(minutes=59, seconds=59))
    assert not prompts(world)
    await pass_time(world, timedelta(seconds=1))
    assert len(prompts(world)) == 1


async def test_the_hour_holds_when_the_clocks_change(world: Playground) -> None:
    await join(world)  # 18:00 in Berlin on 28 March; in the night the clocks go forward
    await pass_time(world, timedelta(days=1, seconds=-1))
    assert len(prompts(world)) == 1
    await pass_time(world, timedelta(seconds=1))
    assert len(prompts(world)) == 2, "19:00 came an hour sooner than a day after 19:00"


async def test_a_question_has_at_most_four_answers_and_help(world: Playground) -> None:
    await join(world)
    await pass_time(world, timedelta(days=40))
    for prompt in prompts(world):
        *answers, skip, more, help_now = labels(prompt)
        assert (skip, more, help_now) == ("Skip", "More...", "Help now")
        assert 1 <= len(answers) <= 4


async def test_no_question_comes_twice_in_forty_days(world: Playground) -> None:
    await join(world)
    for _day in range(41):
        await pass_time(world, timedelta(days=1))
        await world.chat.press(ALICE, button(prompts(world)[-1], "Skip"))
    asked = [str(prompt.text) for prompt in prompts(world)]
    assert len(asked) == len(set(asked)) == 42


async def test_two_members_are_not_asked_the_same_on_the_same_day(world: Playground) -> None:
    for member in (ALICE, BOB, CHANDRA):
        await join(world, member)
    await pass_time(world, timedelta(hours=2))
    assert len({str(prompts(world, member)[0].text) for member in (ALICE, BOB, CHANDRA)}) > 1


async def test_skipping_says_when_the_next_one_comes(world: Playground) -> None:
    await join(world, line="checkin on 19:00 berlin saturdays and tuesdays")
    await pass_time(world, timedelta(hours=1))
    assert str((await world.chat.say(ALICE, "skip")).text) == "Skipped. See you Tuesday at 19:00."


async def test_what_is_written_is_not_kept(world: Playground) -> None:
    await join(world)
    await pass_time(world, timedelta(hours=1))
    answer = await world.chat.say(ALICE, "the lake was frozen over")
    assert str(answer.text).startswith("Noted: you checked in. What you wrote reached nobody and I haven't saved it.")
    assert "Your own message stays in this chat until you delete it." in answer.text
    dump = await world.bot.database.read(legible)
    assert "frozen" not in dump


async def test_an_answer_counts_once_however_often_it_is_pressed(world: Playground) -> None:
    await join(world)
    await pass_time(world, timedelta(hours=1))
    [prompt] = prompts(world)
    for _again in range(3):
        await world.chat.press(ALICE, button(prompt, "Skip"))
        world.now += timedelta(seconds=20)
    answered = await world.bot.database.read(
        lambda connection: connection.execute("SELECT answered FROM checkins").fetchall()
    )
    assert len(answered) == 1
    assert answered[0][0] == int((world.now - timedelta(seconds=60)).timestamp()), "the first press is the answer"


async def test_yesterdays_buttons_say_that_they_have_passed(world: Playground) -> None:
    await join(world)
    await pass_time(world, timedelta(days=1, hours=1))
    first, _second = prompts(world)
    answer = await world.chat.press(ALICE, button(first, "Skip"))
    assert str(answer.text) == "That check-in has passed. `checkin now` opens a new one."


async def test_what_is_typed_answers_the_question_that_came_last(world: Playground) -> None:
    """The bot was killed when it had sent that, before it noted where the chat stands."""
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")
    await pass_time(world, timedelta(hours=2))
    before = await world.bot.conversations.recall(ALICE, None)
    await pass_time(world, timedelta(days=1))
    await world.bot.conversations.keep(ALICE, None, before, world.now)
    assert "Noted: you checked in." in (await world.chat.say(ALICE, "the tram was late")).text
    rows = await world.bot.database.read(
        lambda one: one.execute("SELECT answered IS NOT NULL FROM checkins ORDER BY delivery").fetchall()
    )
    assert rows == [(0,), (1,)]


async def test_in_two_hours_the_same_question_comes_again(world: Playground) -> None:
    await join(world)
    await pass_time(world, timedelta(hours=1))
    await world.chat.say(ALICE, "more")
    assert str((await world.chat.say(ALICE, "in 2 hours")).text) == "I'll ask again today at 21:00."
    await pass_time(world, timedelta(hours=2))
    first, second = prompts(world)
    assert first.text == second.text
    assert "Skipped" in (await world.chat.press(ALICE, button(second, "Skip"))).text


@pytest.mark.parametrize(("hours", "asked"), [(3, 1), (6, 0), (26, 1), (24 * 10 + 6, 0)])
async def test_after_an_outage_at_most_the_last_question_comes(world: Playground, hours: int, asked: int) -> None:
    await join(world)
    world.now += timedelta(hours=hours)
    await pass_time(world, timedelta(seconds=1))
    assert len(prompts(world)) == asked
    states = await world.bot.database.read(deliveries.counts)
    assert sum(states.values()) == 1, "one row for all that was missed"


async def test_a_pause_holds_everything_and_ends_by_itself(world: Playground) -> None:
    await join(world)
    assert "Paused until Monday at 09:00" in (await world.chat.say(ALICE, "pause monday 9am")).text
    await pass_time(world, timedelta(days=1, hours=2))
    assert not prompts(world)
    await pass_time(world, timedelta(days=1))
    assert len(prompts(world)) == 1


async def test_start_ends_a_pause(world: Playground) -> None:
    await join(world)
    assert "until you say `start`" in (await world.chat.say(ALICE, "pause")).text
    await pass_time(world, timedelta(days=3))
    assert not prompts(world)
    assert "Welcome back." in (await world.chat.say(ALICE, "start")).text
    await pass_time(world, timedelta(days=1))
    assert len(prompts(world)) == 1


async def test_off_is_off_for_the_very_next_one(world: Playground) -> None:
    await join(world)
    await pass_time(world, timedelta(minutes=59))
    assert "No more check-ins." in (await world.chat.say(ALICE, "checkin off")).text
    assert "no check-in to stop" in (await world.chat.say(ALICE, "checkin off")).text
    await pass_time(world, timedelta(days=2))
    assert not prompts(world)


async def test_a_consent_withdrawn_after_planning_still_counts(world: Playground) -> None:
    await join(world)
    world.now = datetime(2026, 3, 28, 18, 0, tzinfo=UTC)
    await world.bot.run_jobs("tick", world.now)  # planned, not yet sent
    person = await world.bot.database.read(members.person_of, ALICE)
    assert person is not None
    await world.bot.database.write(consents.withdraw, person, "checkin")
    await world.bot.dispatcher.run(world.now)
    assert not prompts(world)
    assert (await world.bot.database.read(deliveries.counts)) == {"skipped": 1}


async def test_changing_the_hour_never_loses_or_doubles_a_day(world: Playground) -> None:
    await join(world)
    await pass_time(world, timedelta(minutes=30))
    await world.chat.say(ALICE, "checkin on 20:00 lisbon")
    await pass_time(world, timedelta(days=3))
    assert len(prompts(world)) == 3


async def test_everything_kept_is_shown_and_forgotten(world: Playground) -> None:
    await join(world)
    await pass_time(world, timedelta(hours=1))
    await world.chat.say(ALICE, "skip")
    files = {file.name: file.content.decode() for file in (await world.chat.say(ALICE, "my-data")).files}
    assert "at 19:00 every day, Berlin time" in files["my-data.txt"]
    await world.chat.say(ALICE, "forget-me")
    assert "Done. Everything of yours is deleted." in (await world.chat.say(ALICE, "delete everything")).text
    assert "I keep nothing about you." in (await world.chat.say(ALICE, "my-data")).text
    await pass_time(world, timedelta(days=2))
    assert len(prompts(world)) == 1
