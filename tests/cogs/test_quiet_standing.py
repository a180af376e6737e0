"""A quiet alert that could tell nobody says so in time, once; and its last words are true."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Member, Message
from tests.cast import ALICE, BOB, CHANDRA, ROOM, Playground, button, labels
from tests.cogs.settled import settle
from tests.cogs.test_quiet import accept, add, heard, last, may_be_asked, pass_time, say_yes, skip

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOBODY = "Your list has nobody confirmed yet, so if you go quiet, I tell nobody."
OUT_OF_REACH = "I can reach nobody on your list now, so if you go quiet, I tell nobody."
NO_CHECKIN = "No check-in comes from me, and only days on which something came from me can count as quiet."
CLOSED = "My messages did not reach you. While that is so, no day counts as quiet, and I tell nobody."


@pytest.fixture
async def alice(world: Playground) -> Playground:
    """Alice has a daily check-in, has answered one, and asked Bob to be told; he has not answered."""
    await may_be_asked(world, BOB)
    await say_yes(world, ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "start", ROOM)
    await say_yes(world, ALICE, "quiet")
    await add(world, "bob")
    await pass_time(world, HOUR)
    await skip(world)
    return world


@pytest.fixture
async def agreed(alice: Playground) -> Playground:
    """The same, and Bob accepted; that was four days ago."""
    await accept(alice, BOB)
    for _day in range(4):
        await pass_time(alice, DAY)
        await skip(alice)
    return alice


async def live(world: Playground, days: int) -> None:
    """Alice answers every day."""
    for _day in range(days):
        await pass_time(world, DAY)
        await skip(world)


async def stops_being_told(world: Playground, member: Member) -> None:
    asked = await world.chat.say(member, "settings contact")
    await world.chat.press(member, button(asked, "Switch it off"))


def says(world: Playground, words: str) -> list[Message]:
    return [one.message for one in world.chat.posted if one.to == ALICE and one.key and words in one.message.text]


async def test_an_empty_list_says_once_that_nobody_is_on_it(world: Playground) -> None:
    await say_yes(world, ALICE, "checkin on 19:00 berlin")
    await say_yes(world, ALICE, "quiet")
    lines = str((await world.chat.say(ALICE, "quiet")).text).split("\n")
    assert [line for line in lines if "obody" in line and "see" not in line] == [
        "Nobody yet. Add somebody, and ask them."
    ]


async def test_three_days_after_it_was_written_with_nobody_confirmed_it_says_so_once(alice: Playground) -> None:
    await live(alice, 2)
    assert says(alice, NOBODY) == []
    await live(alice, 2)
    [said] = says(alice, NOBODY)
    assert str(said.text) == NOBODY + "\nYou can add somebody, or ask the helpers where there are some."
    assert labels(said) == ["Add somebody", "My list", "Help now"]
    await live(alice, 10)
    assert len(says(alice, NOBODY)) == 1


async def test_the_helpers_are_offered_where_there_are_some(alice: Playground) -> None:
    await settle(alice, CHANDRA, "helper")
    await live(alice, 4)
    [said] = says(alice, NOBODY)
    assert labels(said) == ["Add somebody", "Ask the helpers", "My list", "Help now"]
    screen = await alice.chat.press(ALICE, button(said, "Ask the helpers"))
    assert "Then the helpers of The Porch." in screen.text
    assert NOBODY not in screen.text


async def test_the_list_itself_shows_it(alice: Playground) -> None:
    assert NOBODY in (await alice.chat.say(ALICE, "quiet")).text
    await accept(alice, BOB)
    assert NOBODY not in (await alice.chat.say(ALICE, "quiet")).text
    await alice.chat.say(ALICE, "checkin off")
    assert NO_CHECKIN in (await alice.chat.say(ALICE, "quiet")).text


async def test_nothing_is_said_of_a_list_that_works(agreed: Playground) -> None:
    await live(agreed, 5)
    assert not says(agreed, "I tell nobody") + says(agreed, NO_CHECKIN)


async def test_the_last_one_who_takes_themselves_off_is_told_in_one_message(agreed: Playground) -> None:
    await stops_being_told(agreed, BOB)
    await live(agreed, 2)
    [left] = says(agreed, "One of the people you chose is no longer on your list.")
    assert str(left.text).endswith(NOBODY)
    assert "Add somebody" in labels(left)
    assert len(says(agreed, NOBODY)) == 1, "and not once more"


async def test_one_of_two_who_goes_leaves_a_list_that_works(agreed: Playground) -> None:
    await may_be_asked(agreed, CHANDRA)
    await add(agreed, "chandra")
    await accept(agreed, CHANDRA)
    await stops_being_told(agreed, BOB)
    await live(agreed, 2)
    [left] = says(agreed, "One of the people you chose is no longer on your list.")
    assert "I tell nobody" not in left.text


async def pauses(world: Playground, member: Member) -> None:
    said = await world.chat.say(member, "pause")
    if "Until I say" in labels(said):
        await world.chat.press(member, button(said, "Until I say"))


async def closes(world: Playground, member: Member) -> None:
    await world.bot.database.write(
        lambda one: (
            one.execute(
                "UPDATE accounts SET closed = ? WHERE platform_id = ?", (int(world.now.timestamp()), member.id)
            ).rowcount
        )
    )


@pytest.mark.parametrize("way", [pauses, closes])
async def test_a_contact_who_cannot_be_reached_is_said_once(agreed: Playground, way: object) -> None:
    await way(agreed, BOB)  # type: ignore[operator]  # one of the two above
    await live(agreed, 3)
    [said] = says(agreed, OUT_OF_REACH)
    assert "You can put somebody else on it" in said.text
    assert "Bob" not in said.text, "who rests is nobody else's to learn"


async def test_no_check_in_means_no_quiet_day_and_is_said(agreed: Playground) -> None:
    await agreed.chat.say(ALICE, "checkin off")
    await pass_time(agreed, DAY)
    [said] = says(agreed, NO_CHECKIN)
    assert str(said.text) == NO_CHECKIN + "\nA check-in makes it work."
    assert labels(said) == ["A check-in", "My list", "Help now"]


async def test_messages_that_do_not_reach_the_member_are_said_where_they_look_next(agreed: Playground) -> None:
    await closes(agreed, ALICE)
    await pass_time(agreed, 2 * HOUR)
    assert says(agreed, CLOSED) == []
    shown = await agreed.chat.say(ALICE, "inbox")
    assert CLOSED in shown.text


async def test_several_things_at_once_are_one_message(alice: Playground) -> None:
    await alice.chat.say(ALICE, "checkin off")
    await pass_time(alice, 5 * DAY)
    [said] = says(alice, NOBODY)
    assert NO_CHECKIN in said.text
    assert labels(said) == ["A check-in", "Add somebody", "My list", "Help now"]


async def test_whoever_rests_is_told_nothing_of_it(alice: Playground) -> None:
    await pauses(alice, ALICE)
    await pass_time(alice, 6 * DAY)
    assert says(alice, NOBODY) == []


# -- the last words ---------------------------------------------------------------------------------------------------


async def test_contacts_who_never_accepted_were_not_told_and_it_says_so(alice: Playground) -> None:
    """tried 3.5: it said that nobody else could be told, and then that whoever was told hears."""
    await pass_time(alice, 6 * DAY)
    [end] = says(alice, "so I told nobody.")
    assert str(end.text) == (
        "Your list has nobody confirmed yet, so I told nobody. I've paused your check-ins; `start` brings them back."
    )
    assert labels(end)[:2] == ["I'm here", "Add somebody"]
    assert labels(end)[-1] == "Help now"
    assert str((await alice.chat.press(ALICE, button(end, "I'm here"))).text) == "Noted. Nobody is told."
    assert heard(alice, BOB, "Alice has pressed") == 0


async def test_a_pause_after_it_told_nobody_tells_nobody(alice: Playground) -> None:
    await pass_time(alice, 6 * DAY)
    asked = last(alice, ALICE, "You asked me to check")
    said = await alice.chat.press(ALICE, button(asked, "Pause"))
    assert str(said.text).endswith("Nobody is told.")


async def test_those_who_were_told_are_named_where_others_were_not(agreed: Playground) -> None:
    await may_be_asked(agreed, CHANDRA)
    await add(agreed, "chandra")
    await pass_time(agreed, 7 * DAY)
    assert says(agreed, "I've told everyone on your list") == []
    [end] = says(agreed, "I've told Bob. I could tell nobody else on your list. I've paused your check-ins;")
    assert "Stop telling people" in labels(end)


async def test_a_list_that_could_not_be_reached_has_told_nobody(agreed: Playground) -> None:
    await pauses(agreed, BOB)
    await pass_time(agreed, 7 * DAY)
    question = last(agreed, ALICE, "You asked me to check")
    assert "I can reach nobody on your list now, so I tell nobody." in question.text
    [end] = says(agreed, "I could reach nobody on your list, so I told nobody.")
    assert "Add somebody" in labels(end)
