"""A pair from the first wish to the end, as its members see it."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import ALICE, BOB, Playground, button, labels
from tests.cogs.buddies.world import (
    DAY,
    NO_NAME,
    introduce,
    last,
    pass_time,
    press_last,
    rooms,
    sign_up,
    told,
)

HOURS = timedelta(hours=1)


async def test_from_sign_up_to_the_end(world: Playground) -> None:
    await sign_up(world, ALICE, BOB)
    await pass_time(world, 3 * DAY)
    asked = last(world, ALICE, NO_NAME)
    assert str(asked.text) == (
        "Someone free on weekday evenings, prefers text, about weekly. They're not on your list of people to avoid."
    )
    assert labels(asked) == ["Yes", "Pass"]
    assert "Nobody has heard your name." in (await world.chat.press(ALICE, button(asked, "Yes"))).text
    await pass_time(world, HOURS)
    assert rooms(world) == {}
    assert told(world, BOB, "Alice") == told(world, BOB, "alice") == 0
    await press_last(world, BOB, NO_NAME, "Yes")
    await pass_time(world, HOURS)
    [(members, [intro])] = rooms(world).items()
    assert members == {"alice", "bob"}
    assert intro == (
        "Nobody else can open this place.\n"
        "Alice and Bob: you both said yes. Four weeks, about weekly. Either can end it, no reason.\n"
        "First, each: when and how do you like to talk? More questions: `another`."
    )
    assert told(world, ALICE, "You and Bob said yes to each other.") == 1
    assert told(world, BOB, "You and Alice said yes to each other.") == 1
    await pass_time(world, 27 * DAY)
    assert told(world, ALICE, "This round has ended. Thank you both.") == 1
    assert told(world, BOB, "This round has ended. Thank you both.") == 1
    assert rooms(world) == {}, "the place is closed"


async def test_both_want_to_stay_and_go_on_where_they_are(world: Playground) -> None:
    await introduce(world, ALICE, BOB)
    await pass_time(world, 24 * DAY)
    for member in (ALICE, BOB):
        closing = last(world, member, "This round is ending.")
        assert labels(closing) == ["the same buddy", "someone new", "a break"]
        await world.chat.press(member, button(closing, "the same buddy"))
    await pass_time(world, 4 * DAY)
    assert told(world, ALICE, "You both chose to stay together.") == 1
    assert told(world, BOB, "You both chose to stay together.") == 1
    assert told(world, ALICE, "This round has ended") == 0
    assert len(rooms(world)) == 1
