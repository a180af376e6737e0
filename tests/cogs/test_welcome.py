"""The welcome by a person: one name, within a day, never twice, and never the newcomer's without their press."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.local import NAME
from bot.messages import Button, Member, Message, Place, Text
from cogs.personal.people import OPENING
from storage.members import blocks, consents, members
from tests.cast import ALICE, BOB, CHANDRA, DANA, MO, Playground, button, labels
from tests.cogs.settled import dump, pass_time, settle, tick, unasked
from tests.prepared import at_home

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GREETED = "Dana is new here and says hello. A short answer is plenty."


@pytest.fixture
async def dana(world: Playground) -> Playground:
    """18:00 in Berlin: Bob welcomes new people, and Dana has come a moment ago. She is an adult."""
    await settle(world, BOB, "welcomer")
    await settle(world, DANA, new=True)
    return world


def welcomes(world: Playground, member: Member = DANA) -> list[Message]:
    return [one for one in unasked(world, member) if "welcom" in one.text]


async def named(world: Playground) -> Message:
    await pass_time(world, 2 * HOUR)
    [welcome] = welcomes(world)
    return welcome


async def test_the_name_comes_with_who_sees_what(dana: Playground) -> None:
    welcome = await named(dana)
    assert str(welcome.text) == (
        f"Bob welcomes new people here, and likes a hello. They see your name only if you send one.\n\n{OPENING}"
    )
    assert labels(welcome) == ["Say hello", "Add one", "Nobody yet", "Later"]
    assert not unasked(dana, BOB), "the welcomer learns nothing by this"


async def test_it_is_not_in_the_first_hour(dana: Playground) -> None:
    await pass_time(dana, timedelta(minutes=59))
    assert not welcomes(dana)


async def test_a_newcomer_gets_one_unasked_message_in_the_first_days(dana: Playground) -> None:
    await pass_time(dana, 3 * DAY)
    assert len(unasked(dana, DANA)) == 1


async def test_later_leaves_both_be_and_is_told_to_nobody(dana: Playground) -> None:
    assert str((await dana.chat.press(DANA, button(await named(dana), "Later"))).text) == (
        "That's fine. `people` opens it any time."
    )
    await pass_time(dana, 2 * DAY)
    assert not unasked(dana, BOB)
    assert len(unasked(dana, DANA)) == 1


async def test_nobody_yet_under_the_welcome_opens_doors_and_the_hello_stays(dana: Playground) -> None:
    welcome = await named(dana)
    assert "nothing is kept" in (await dana.chat.press(DANA, button(welcome, "Nobody yet"))).text
    assert "Sent: your name" in (await dana.chat.press(DANA, button(welcome, "Say hello"))).text


async def test_whoever_has_seen_the_map_is_welcomed_without_it(dana: Playground) -> None:
    await dana.chat.say(DANA, "people")
    welcome = await named(dana)
    assert OPENING not in welcome.text
    assert labels(welcome) == ["Say hello", "Not now"]
    assert "Nobody is told." in (await dana.chat.press(DANA, button(welcome, "Not now"))).text
    await pass_time(dana, 2 * DAY)
    assert not unasked(dana, BOB)
    assert len(welcomes(dana)) == 1


async def test_a_hello_goes_once_however_often_it_is_pressed(dana: Playground) -> None:
    welcome = await named(dana)
    for _twice in range(2):
        said = await dana.chat.press(DANA, button(welcome, "Say hello"))
        assert "Sent: your name, and that you say hello." in said.text
    await tick(dana)
    assert [str(one.text) for one in unasked(dana, BOB)] == [GREETED]


async def test_a_hello_at_night_waits_for_the_morning(dana: Playground) -> None:
    welcome = await named(dana)
    await pass_time(dana, 2 * HOUR)  # 22:00
    await dana.chat.press(DANA, button(welcome, "Say hello"))
    await pass_time(dana, 9 * HOUR + timedelta(minutes=59))  # 08:59: the clocks went forward
    assert not unasked(dana, BOB)
    await pass_time(dana, timedelta(minutes=1))
    assert [str(one.text) for one in unasked(dana, BOB)] == [GREETED]


async def test_whoever_is_not_an_adult_sends_no_name(dana: Playground) -> None:
    person = await settle(dana, DANA)
    await dana.bot.database.write(consents.withdraw, person, "adult")
    adult = await dana.chat.press(DANA, button(await named(dana), "Say hello"))
    assert str(adult.text) == "This is for adults. Are you 18 or over?"
    assert "everything else is open to you" in (await dana.chat.press(DANA, button(adult, "No"))).text
    await pass_time(dana, DAY)
    assert not unasked(dana, BOB)


async def test_a_welcomer_who_stopped_hears_nothing(dana: Playground) -> None:
    welcome = await named(dana)
    await dana.chat.say(BOB, "settings welcomer")
    await dana.chat.press(DANA, button(welcome, "Say hello"))
    await pass_time(dana, DAY)
    assert not unasked(dana, BOB)


async def test_a_welcomer_who_is_gone_is_not_greeted_and_that_is_said(dana: Playground) -> None:
    welcome = await named(dana)
    await dana.chat.press(BOB, button(await dana.chat.say(BOB, "forget-me"), "Delete everything"))
    said = await dana.chat.press(DANA, button(welcome, "Say hello"))
    assert str(said.text) == "They are not here any more. `company` asks somebody else."


@pytest.mark.parametrize("turned", [False, True])
async def test_nobody_is_welcomed_by_somebody_to_avoid(dana: Playground, turned: bool) -> None:
    pair = [await settle(dana, DANA), await settle(dana, BOB)]
    one, other = reversed(pair) if turned else pair
    await dana.bot.database.write(blocks.add, one, other, dana.now)
    await pass_time(dana, DAY)
    assert not unasked(dana, DANA), "of welcoming nothing is said at all"


async def test_an_avoidance_after_the_name_stops_the_hello(dana: Playground) -> None:
    welcome = await named(dana)
    await dana.bot.database.write(blocks.add, await settle(dana, BOB), await settle(dana, DANA), dana.now)
    said = await dana.chat.press(DANA, button(welcome, "Say hello"))
    assert str(said.text) == "They are not here any more. `company` asks somebody else."
    await pass_time(dana, DAY)
    assert not unasked(dana, BOB)


async def test_a_welcomer_who_pauses_is_left_in_peace(dana: Playground) -> None:
    await dana.chat.say(BOB, "pause")
    await pass_time(dana, DAY)
    assert not unasked(dana, DANA), "of welcoming nothing is said at all"


async def test_a_newcomer_who_pauses_hears_nothing(dana: Playground) -> None:
    await dana.chat.say(DANA, "pause")
    await pass_time(dana, 3 * DAY)
    assert not welcomes(dana)


async def test_nobody_is_their_own_welcomer(world: Playground) -> None:
    await settle(world, DANA, "welcomer", new=True)
    await pass_time(world, DAY)
    assert not unasked(world, DANA)


@pytest.mark.parametrize("purposes", [(), ("helper",), ("host", "helper")])
async def test_without_a_welcomer_nobody_is_written_to_of_welcoming(
    world: Playground, purposes: tuple[str, ...]
) -> None:
    """Members, moderators, hosts, helpers: nobody reads that nobody is free for them."""
    for member in (DANA, MO):
        await settle(world, member, *purposes, new=True)
    await pass_time(world, 3 * DAY)
    assert not unasked(world, DANA)
    assert not unasked(world, MO)


async def test_a_welcomer_who_comes_within_the_day_is_still_named(world: Playground) -> None:
    await settle(world, DANA, new=True)
    await pass_time(world, 15 * HOUR)
    await settle(world, BOB, "welcomer")
    await pass_time(world, 2 * HOUR)
    assert "Bob welcomes new people here" in welcomes(world)[0].text


async def test_five_in_a_week_are_enough_for_one_welcomer(world: Playground) -> None:
    await settle(world, BOB, "welcomer")
    newcomers = [Member(NAME, f"newcomer{number}", f"Newcomer {number}") for number in range(7)]
    for member in newcomers:
        await settle(world, member, new=True)
    await pass_time(world, DAY)
    said = [[str(one.text) for one in unasked(world, member)] for member in newcomers]
    assert sum("Bob" in one[0] for one in said if one) == 5
    assert said.count([]) == 2


async def test_who_came_long_ago_is_not_new(world: Playground) -> None:
    await settle(world, BOB, "welcomer")
    await settle(world, ALICE)
    await pass_time(world, DAY)
    assert not welcomes(world, ALICE)


async def test_a_welcomer_elsewhere_is_no_welcomer_here(world: Playground) -> None:
    bob = await settle(world, BOB, "welcomer")
    await world.bot.database.write(
        lambda one: one.execute("DELETE FROM memberships WHERE person = ?", (bob.id,)).rowcount
    )
    elsewhere = await world.bot.database.write(members.found, Place(NAME, "garden", "The Garden"), world.now)
    await world.bot.database.write(members.join, bob, elsewhere, world.now - 2 * DAY)
    await settle(world, DANA, new=True)
    await pass_time(world, DAY)
    assert not unasked(world, DANA)


async def test_a_made_up_press_sends_no_name(dana: Playground) -> None:
    await settle(dana, CHANDRA)
    welcome = await named(dana)
    await dana.chat.press(CHANDRA, button(welcome, "Say hello"))
    await dana.chat.press(DANA, Button(Text("x"), "welcome.said", "99", row=button(welcome, "Say hello").row))
    await pass_time(dana, DAY)
    assert not unasked(dana, BOB)


async def test_a_restart_welcomes_nobody_twice(tmp_path: Path) -> None:
    start = datetime(2026, 3, 28, 10, tzinfo=UTC)
    said = 0
    for _restart in range(4):
        async with at_home(tmp_path / "world", start) as world:
            if not _restart:
                await settle(world, BOB, "welcomer")
                await settle(world, DANA, new=True)
            await pass_time(world, HOUR)
            said += len(welcomes(world))
    assert said == 1


async def test_it_is_shown_and_forgotten_on_both_sides(dana: Playground) -> None:
    await named(dana)
    files = {file.name: file.content.decode() for file in (await dana.chat.say(DANA, "my-data")).files}
    assert "when you were welcomed" in files["my-data.txt"]
    await dana.chat.press(BOB, button(await dana.chat.say(BOB, "forget-me"), "Delete everything"))
    kept = await dana.bot.database.read(lambda one: one.execute("SELECT welcomer FROM welcomes").fetchall())
    assert kept == [(None,)]
    await dana.chat.press(DANA, button(await dana.chat.say(DANA, "forget-me"), "Delete everything"))
    assert await dana.bot.database.read(lambda one: one.execute("SELECT * FROM welcomes").fetchall()) == []
    assert "dana" not in await dump(dana)


async def test_after_35_days_it_is_gone_by_itself(dana: Playground) -> None:
    await named(dana)
    dana.now += 35 * DAY
    await dana.bot.run_jobs("hour", dana.now)
    assert await dana.bot.database.read(lambda one: one.execute("SELECT * FROM welcomes").fetchall()) == []
