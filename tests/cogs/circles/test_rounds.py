"""The questions of a circle's rounds, stories, quiet company, tasks and notices: each kind in its own form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from sqlite3 import Connection

import pytest

from bot.adapters.local import NAME
from bot.messages import Channel, Community, Member, Message, Place
from bot.words import prompts
from cogs.circles.rounds import FOR_HOSTS
from storage.checkins import prompts_off
from tests.cast import ALICE, BOB, CHANDRA, DANA, Playground, labels
from tests.cogs.circles.cast import agree, draft, join, pass_time, press, published, rows, tick, told
from tests.cogs.circles.test_meeting import here, said_in, speak, tap

THURSDAY = datetime(2026, 4, 2, 17, tzinfo=UTC)
MIDDLE = {prompt.text: prompt for prompt in prompts.shipped() if (prompt.kind, prompt.theme) == ("circle", "middle")}


async def begun(world: Playground, *members: Member, **taps: str) -> Place:
    await published(world, **taps)
    for member in members:
        await join(world, member)
    await pass_time(world, THURSDAY - world.now + timedelta(seconds=1))
    return await place_of(world)


async def place_of(world: Playground) -> Place:
    [(channel,)] = await rows(world, "SELECT channel FROM circles")
    return Place(NAME, str(channel))


async def question(world: Playground, place: Place) -> prompts.Prompt:
    """What Alice, who hosts, gets for the round."""
    opening = next(one.message for one in reversed(said_in(world, place)) if "I'm here" in labels(one.message))
    said = await tap(world, ALICE, opening, "A question for the round", place)
    return MIDDLE[str(said.text).removesuffix(" Passing is fine.")]


async def personal(world: Playground, taps: int) -> Message:
    screen = await draft(world)
    for _tap in range(taps):
        screen = await press(world, ALICE, screen, "How personal")
    return screen


@pytest.mark.parametrize(
    ("taps", "says"),
    [(0, "Questions are light."), (1, "Questions are about now, and may be personal."), (2, "may be tender.")],
)
async def test_the_card_says_how_personal_it_gets_before_anybody_joins(world: Playground, taps: int, says: str) -> None:
    assert says in (await personal(world, taps)).text


async def test_a_light_circle_gets_light_questions_only(world: Playground) -> None:
    place = await begun(world, CHANDRA)
    assert {(await question(world, place)).depth for _time in range(4)} == {"light"}


async def test_hosts_among_themselves_talk_about_hosting_in_a_light_circle_too(world: Playground) -> None:
    place = await begun(world, CHANDRA, kind="hosts' circle")
    opening = next(one.message for one in reversed(said_in(world, place)) if "I'm here" in labels(one.message))
    hosting = {prompt.text for prompt in prompts.shipped() if prompt.kind == "host" and prompt.theme in FOR_HOSTS}
    asked = [await tap(world, ALICE, opening, "A question for the round", place) for _time in range(3)]
    assert {str(said.text).removesuffix(" Passing is fine.") for said in asked} == hosting


async def test_only_a_host_asks_for_a_question(world: Playground) -> None:
    place = await begun(world, CHANDRA)
    opening = said_in(world, place)[-1].message
    said = await tap(world, CHANDRA, opening, "A question for the round", place)
    assert "A host asks for the next question." in said.text


async def dial(world: Playground, personal: str) -> None:
    def turn(connection: Connection) -> None:
        connection.execute("UPDATE circles SET personal = ?", (personal,))

    await world.bot.database.write(turn)


async def test_a_tender_circle_is_never_tender_in_somebodys_first_week(world: Playground) -> None:
    await published(world)
    await dial(world, "tender")
    await press(world, CHANDRA, await join(world, CHANDRA), "I come every time")
    await pass_time(world, THURSDAY - world.now + timedelta(seconds=1))
    place = await place_of(world)
    assert "tender" not in {(await question(world, place)).depth for _time in range(6)}
    await pass_time(world, timedelta(days=7))
    depths = [(await question(world, place)).depth for _time in range(6)]
    assert "tender" in depths


async def test_no_two_heavy_questions_in_a_row_and_none_twice_before_all_had_their_turn(world: Playground) -> None:
    place = await begun(world, CHANDRA)
    await dial(world, "personal")
    asked = [await question(world, place) for _time in range(4)]
    assert len({one.id for one in asked[:2]}) == 2
    for one, following in pairwise(asked):
        assert "low" in (one.sensitivity, following.sensitivity)


async def test_opening_and_closing_change_from_date_to_date(world: Playground) -> None:
    place = await begun(world, CHANDRA)
    await pass_time(world, timedelta(days=15))
    asked = await rows(world, "SELECT asked FROM gatherings WHERE state <> 'planned' OR step > 4 ORDER BY starts")
    used = [set(str(row[0]).split()) for row in asked if row[0]]
    assert used[0] != used[1]
    opening = [one.message.text for one in said_in(world, place) if "begins." in one.message.text]
    assert len(opening) >= 2


# -- stories ----------------------------------------------------------------------------------------------------------


async def test_in_a_story_round_one_tells_and_whoever_received_it_says_so_privately(world: Playground) -> None:
    await published(world, kind="story round")
    shown = await press(world, CHANDRA, await world.chat.say(CHANDRA, "circle list"), "Evening circle")
    assert "everybody else listens. Nobody comments." in shown.text
    said = await agree(world, CHANDRA, await press(world, CHANDRA, shown, "I'd like to tell"))
    assert "to tell if you still would like to" in said.text
    await join(world, DANA, "Listening only")
    await pass_time(world, THURSDAY - world.now + timedelta(seconds=1))
    place = await place_of(world)
    await here(world, CHANDRA, place)
    assert "Chandra has the talking piece." in (await speak(world, ALICE, "next", place)).text
    await speak(world, CHANDRA, "next", place)
    await tick(world)
    offered = said_in(world, place)[-1].message
    assert "Chandra has told. Nobody comments." in offered.text
    assert "They read that you received it." in (await tap(world, DANA, offered, "Received, thank you", place)).text
    await tap(world, DANA, offered, "Received, thank you", place)
    assert "your own story" in (await tap(world, CHANDRA, offered, "Received, thank you", place)).text
    await tick(world)
    [heard] = told(world, CHANDRA, "received your story. Thank you.")
    assert "Dana" in heard.text, "named, as the button said; and once"
    assert not told(world, ALICE, "received your story")
    assert not [one for one in said_in(world, place) if "received your story" in one.message.text]


async def test_a_circle_that_is_no_story_round_thanks_nobody_in_public(world: Playground) -> None:
    place = await begun(world, CHANDRA)
    await here(world, CHANDRA, place)
    await speak(world, ALICE, "next", place)
    await speak(world, CHANDRA, "next", place)
    await tick(world)
    assert not [one for one in said_in(world, place) if "has told" in one.message.text]


# -- lighter kinds ----------------------------------------------------------------------------------------------------


async def light(world: Playground, kind: str, title: str = "Light one") -> Message:
    screen = await draft(world, title=title)
    screen = await press(world, ALICE, await press(world, ALICE, screen, "Kind"), kind)
    return screen


async def test_quiet_company_begins_and_ends_with_one_round(world: Playground) -> None:
    await press(world, ALICE, await light(world, "quiet company"), "Publish")
    await pass_time(world, THURSDAY - world.now + timedelta(seconds=1))
    place = await place_of(world)
    assert "Start round: what will you do in this time" in said_in(world, place)[-1].message.text
    assert labels(said_in(world, place)[-1].message) == ["I'm here"]
    await pass_time(world, timedelta(hours=1, seconds=2))
    assert "End round: what did you do" in said_in(world, place)[-1].message.text


async def test_a_task_has_spots(world: Playground) -> None:
    screen = await light(world, "a task to join")
    assert "Spots: 8" in labels(screen)
    await press(world, ALICE, screen, "Publish")
    shown = await press(world, CHANDRA, await world.chat.say(CHANDRA, "circle list"), "Light one")
    assert "8 spots are free." in shown.text


async def test_a_notice_says_who_offers_it_and_until_when_and_nobody_signs_up(world: Playground) -> None:
    screen = await light(world, "notice", "Help in the garden")
    assert labels(screen) == [
        "Publish",
        "Kind: notice",
        "Name, words, who offers it",
        "Until when",
        "A stand-in",
        "Delete the draft",
    ]
    await press(world, ALICE, screen, "Name, words, who offers it")
    await world.chat.say(ALICE, "Help in the garden")
    await world.chat.say(ALICE, "Two hours on a Saturday, paid in soup.")
    screen = await world.chat.say(ALICE, "The Green Yard")
    await press(world, ALICE, screen, "Until when")
    screen = await world.chat.say(ALICE, "2026-04-30 18:00")
    await press(world, ALICE, screen, "Publish")
    await tick(world)
    listed = await world.chat.say(CHANDRA, "circle list")
    assert "**Help in the garden** (notice), until" in listed.text
    shown = await press(world, CHANDRA, listed, "Help in the garden")
    assert "Offered by: The Green Yard" in shown.text
    assert "Until" in shown.text
    assert "Posted by" in shown.text
    assert labels(shown) == []
    assert await rows(world, "SELECT channel FROM circles") == [(None,)], "nobody meets, so there is no place"
    assert not world.chat.events
    before = len(world.chat.read(ALICE))
    await pass_time(world, timedelta(days=40))
    assert not [one for one in world.chat.read(ALICE)[before:] if "garden" in one.text]
    assert "Help in the garden" not in (await world.chat.say(CHANDRA, "circle list")).text


async def test_a_notice_tells_nobody_that_a_circle_starts(world: Playground) -> None:
    empty = await world.chat.say(DANA, "circle list")
    await press(world, DANA, await press(world, DANA, empty, "Yes"), "Yes")
    await press(world, ALICE, await light(world, "notice"), "Publish")
    await tick(world)
    assert not told(world, DANA, "A circle starts.")
    await published(world)
    assert told(world, DANA, "A circle starts."), "the wish still stands"


# -- its own place ----------------------------------------------------------------------------------------------------


async def test_a_place_that_was_deleted_is_opened_anew_and_the_hosts_are_told(world: Playground) -> None:
    place = await begun(world, CHANDRA)
    world.chat.groups.clear()
    await world.bot.channel_gone(Channel(NAME, place.id))
    await pass_time(world, timedelta(minutes=3))
    again = await place_of(world)
    assert world.chat.groups[again.id] == {"alice", "bob", "chandra"}
    for host in (ALICE, BOB):
        assert len(told(world, host, "The place of Evening circle was deleted.")) == 1
    assert ". Nobody else can open this place." in said_in(world, again)[-1].message.text


async def test_what_moderators_switched_off_is_not_asked(world: Playground) -> None:
    place = await begun(world, CHANDRA)
    [(row, name)] = await rows(world, "SELECT id, name FROM communities")
    for prompt in MIDDLE.values():
        await world.bot.database.write(prompts_off.switch, Community(row, name), prompt.id, on=False)
    opening = next(one.message for one in reversed(said_in(world, place)) if "I'm here" in labels(one.message))
    said = await tap(world, ALICE, opening, "A question for the round", place)
    assert "The moderators have switched off the questions for this round." in said.text


async def test_a_place_opened_after_the_date_has_begun_gets_the_opening_card_too(world: Playground) -> None:
    place = await begun(world, CHANDRA)

    def never_opened(connection: Connection) -> None:
        connection.execute("UPDATE circles SET channel = NULL")
        connection.execute("DELETE FROM deliveries WHERE kind IN ('circles.opening', 'circles.place')")

    await world.bot.database.write(never_opened)
    before = len(said_in(world, place))
    await pass_time(world, timedelta(minutes=2))
    said = [one.message.text for one in said_in(world, place)[before:]]
    assert sum("begins." in text for text in said) == 1
