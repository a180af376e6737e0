"""Plain previews: a lock screen tells nothing, and `Show` shows everything with its buttons."""

from __future__ import annotations

from datetime import timedelta

from bot.messages import Member, Message
from storage.delivery import previews
from storage.members import members
from tests.cast import ALICE, BOB, ROOM, Playground, button, labels
from tests.cogs.buddies.world import sign_up
from tests.cogs.circles.cast import agree, pass_time
from tests.cogs.settled import unasked

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAIN = "Something from Kith."


async def on(world: Playground, line: str = "settings plain previews", who: Member = ALICE) -> None:
    said = await world.chat.say(who, line)
    done = await world.chat.press(who, button(said, "Switch it on"))
    assert "They do now." in done.text


async def show(world: Playground, who: Member = ALICE) -> Message:
    return await world.chat.press(who, button(unasked(world, who)[-1], "Show"))


async def start(world: Playground, line: str = "checkin on 19:30 berlin") -> None:
    await agree(world, ALICE, await world.chat.say(ALICE, line))


async def test_what_comes_by_itself_says_only_that_it_is_there(world: Playground) -> None:
    await start(world)
    await on(world)
    await pass_time(world, 2 * HOUR)
    [came] = unasked(world, ALICE)
    assert (str(came.text), labels(came)) == (PLAIN, ["Show"])
    shown = await show(world)
    assert "Skip" in labels(shown)
    assert "Skipped." in (await world.chat.press(ALICE, button(shown, "Skip"))).text


async def test_it_is_shown_by_the_word_and_answered_in_own_words(world: Playground) -> None:
    await start(world)
    await on(world)
    await pass_time(world, 2 * HOUR)
    await world.chat.say(ALICE, "show")
    assert "Noted: you checked in." in (await world.chat.say(ALICE, "a tram driver waited for me")).text


async def test_a_reminder_is_shown_hours_later_and_no_longer_than_a_day(world: Playground) -> None:
    await start(world, "remind me in 30 minutes call the clinic")
    await on(world)
    await pass_time(world, 5 * HOUR)
    [came] = unasked(world, ALICE)
    assert "clinic" not in came.text
    assert "call the clinic" in (await show(world)).text
    assert "call the clinic" in (await show(world)).text, "an answer can be lost"
    await pass_time(world, DAY + 2 * HOUR)
    gone = await show(world)
    assert str(gone.text) == "That is over by now, or longer ago than a day."
    assert labels(gone) == ["Help now"]


async def test_an_answer_to_ones_own_act_is_no_preview(world: Playground) -> None:
    await start(world)
    await on(world)
    assert "Your check-in comes" in (await world.chat.say(ALICE, "checkin change")).text


async def test_nobody_elses_message_is_covered_and_nobody_else_shows_it(world: Playground) -> None:
    await start(world)
    await on(world)
    await agree(world, BOB, await world.chat.say(BOB, "checkin on 19:30 berlin"))
    await pass_time(world, 2 * HOUR)
    assert PLAIN not in unasked(world, BOB)[-1].text
    mine = button(unasked(world, ALICE)[-1], "Show")
    assert "somebody else" in (await world.chat.press(BOB, mine)).text


async def test_what_waited_together_is_shown_together(world: Playground) -> None:
    await sign_up(world, ALICE, BOB)
    await on(world)
    await pass_time(world, 3 * DAY)
    for came in unasked(world, ALICE):
        if PLAIN in came.text:
            shown = await world.chat.press(ALICE, button(came, "Show"))
            assert PLAIN not in shown.text
            assert shown.text
    assert all(PLAIN in came.text for came in unasked(world, ALICE)[1:])


async def test_it_is_offered_with_quiet_alert_dates_and_reminders(world: Playground) -> None:
    await start(world)
    for line in ("quiet", "my-dates", "reminders"):
        said = await agree(world, ALICE, await world.chat.say(ALICE, line))
        if line == "reminders":
            await agree(world, ALICE, await world.chat.say(ALICE, "remind me tomorrow 9:00 call"))
            said = await world.chat.say(ALICE, line)
        assert "Plain previews" in labels(said), line
        opened = await world.chat.press(ALICE, button(said, "Plain previews"))
        assert "so that a lock screen tells nothing. Right now they show their words." in opened.text


async def test_it_is_switched_off_again_and_nothing_of_it_is_kept(world: Playground) -> None:
    await start(world)
    await on(world)
    person = await world.bot.database.read(members.person_of, ALICE)
    assert person is not None
    said = await world.chat.say(ALICE, "settings plain previews", ROOM)
    await world.chat.press(ALICE, button(said, "Switch it off"), ROOM)
    assert not await world.bot.database.read(previews.is_plain, person)
    await pass_time(world, 2 * HOUR)
    assert PLAIN not in unasked(world, ALICE)[-1].text
