"""Two hosts where people open up, whichever way somebody tries: handing over, going, being held, resuming."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Button, Community, Member, Message, Text
from storage.members import members
from storage.moderation import holds
from tests.cast import ALICE, BOB, CHANDRA, DANA, MO, ROOM, Playground, labels
from tests.cogs.circles.cast import agree, draft, join, press, published, rows, tick, told, would_host

KINDS = ("circle", "story round", "skill practice", "hosts' circle")


async def by_moderator(world: Playground, label: str) -> Message:
    asked = await press(world, MO, await agree(world, MO, await world.chat.say(MO, "kith-mod circles")), label)
    return await press(world, MO, asked, "Pause it") if label.startswith("Pause") else asked


async def handed(world: Playground, to: Member) -> Message:
    """Mo hands the circle over; ``to`` is asked."""
    await would_host(world, to)
    await by_moderator(world, "Hand over 1")
    assert "I've asked" in (await world.chat.say(MO, f"@{to.name}")).text
    await tick(world)
    return told(world, to, "Would you host this?")[-1]


async def hosting(world: Playground) -> list[tuple[str, str]]:
    found = await rows(
        world,
        "SELECT part, platform_id FROM circle_hosts JOIN accounts USING (person) WHERE accepted NOTNULL ORDER BY 1, 2",
    )
    return [(part, name.title()) for part, name in found]


async def state(world: Playground) -> str:
    [(found,)] = await rows(world, "SELECT state FROM circles")
    return str(found)


async def two_picnics(world: Playground) -> None:
    """Alice hosts two a week now."""
    for number, day in enumerate(("friday", "saturday")):
        screen = await draft(world, title=f"Picnic {number}", when=f"{day} 15:00")
        screen = await press(world, ALICE, await press(world, ALICE, screen, "Kind"), "social")
        assert "Published" in (await press(world, ALICE, screen, "Publish")).text


async def hold(world: Playground, member: Member) -> None:
    person = await world.bot.database.read(members.person_of, member)
    [(row, name)] = await rows(world, "SELECT communities.id, name FROM communities")
    assert person is not None
    await world.bot.database.write(holds.hold, Community(row, name), person, None, world.now)


@pytest.mark.parametrize("kind", KINDS)
async def test_none_of_the_four_is_published_by_one(world: Playground, kind: str) -> None:
    screen = await draft(world)
    screen = await press(world, ALICE, await press(world, ALICE, screen, "Kind"), kind)
    await press(world, ALICE, screen, "Publish")
    assert await state(world) == "wanted"
    assert "No circle yet" in (await world.chat.say(CHANDRA, "circle list")).text


@pytest.mark.parametrize("kind", KINDS)
async def test_a_light_one_cannot_turn_into_one_of_the_four_once_it_is_published(world: Playground, kind: str) -> None:
    screen = await draft(world)
    chosen = await press(world, ALICE, screen, "Kind")
    screen = await press(world, ALICE, chosen, "social")
    await press(world, ALICE, screen, "Publish")
    said = await press(world, ALICE, chosen, kind)
    assert "It is published, so this can't be changed here." in said.text
    assert await rows(world, "SELECT kind, state FROM circles") == [("social", "published")]


async def test_a_wanted_one_waits_for_the_second_yes_and_loses_it_again(world: Playground) -> None:
    await would_host(world, BOB)
    screen = await draft(world)
    await press(world, ALICE, screen, "Co-host")
    screen = await world.chat.say(ALICE, "@Bob")
    await tick(world)
    await press(world, BOB, world.chat.read(BOB)[-1], "I'll host")
    await world.chat.say(BOB, "forget-me")
    await world.chat.say(BOB, "delete everything")
    await press(world, ALICE, screen, "Publish")
    assert await state(world) == "wanted"


# -- handing over -----------------------------------------------------------------------------------------------------


async def test_handing_over_changes_the_host_at_their_yes_and_both_are_shown(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    asked = await handed(world, DANA)
    assert await hosting(world) == [("co-host", "Bob"), ("host", "Alice")], "nothing changes before the yes"
    assert "You host Evening circle now." in (await press(world, DANA, asked, "I'll host")).text
    assert await hosting(world) == [("co-host", "Bob"), ("host", "Dana")]
    await tick(world)
    assert told(world, ALICE, "is hosted by somebody else now, as the moderators asked.")
    [heard] = told(world, CHANDRA, "It is hosted by")
    assert "Dana" in heard.text
    assert "Bob" in heard.text


async def test_handing_over_a_light_one_leaves_one_host(world: Playground) -> None:
    screen = await draft(world)
    screen = await press(world, ALICE, await press(world, ALICE, screen, "Kind"), "social")
    await press(world, ALICE, screen, "Publish")
    await press(world, DANA, await handed(world, DANA), "I'll host")
    assert await hosting(world) == [("host", "Dana")]


async def test_where_one_of_two_is_left_they_stay_beside_the_one_who_takes_over(world: Playground) -> None:
    await published(world)
    mine = await press(world, BOB, await world.chat.say(BOB, "circle mine"), "Evening circle")
    await press(world, BOB, await press(world, BOB, mine, "I can't host any more"), "Step back")
    await press(world, DANA, await handed(world, DANA), "I'll host")
    assert await hosting(world) == [("co-host", "Alice"), ("host", "Dana")]


async def test_a_stand_in_takes_it_over_too(world: Playground) -> None:
    await published(world)
    await would_host(world, DANA)
    mine = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
    await press(world, ALICE, mine, "A stand-in")
    await world.chat.say(ALICE, "@Dana")
    await press(world, DANA, await handed(world, DANA), "I'll host")
    assert await hosting(world) == [("co-host", "Bob"), ("host", "Dana")]


async def test_whoever_hosts_it_already_is_not_asked(world: Playground) -> None:
    await published(world)
    await by_moderator(world, "Hand over 1")
    assert "They host it already." in (await world.chat.say(MO, "@Bob")).text


async def test_never_a_third_host_whom_members_would_not_see(world: Playground) -> None:
    await would_host(world, BOB, CHANDRA)
    screen = await draft(world)
    for name in ("Bob", "Chandra"):
        await press(world, ALICE, screen, "Co-host")
        screen = await world.chat.say(ALICE, f"@{name}")
    await tick(world)
    await press(world, BOB, world.chat.read(BOB)[-1], "I'll host")
    said = await press(world, CHANDRA, world.chat.read(CHANDRA)[-1], "I'll host")
    assert "has its hosts already" in said.text
    assert await rows(world, "SELECT count(*) FROM circle_hosts") == [(2,)]


async def test_a_yes_pressed_twice_is_one_yes(world: Playground) -> None:
    await published(world)
    await tick(world)
    before = len(world.chat.read(ALICE))
    [(person,)] = await rows(world, "SELECT person FROM accounts WHERE platform_id = 'bob'")
    asked = next(one for one in world.chat.read(BOB) if "I'll host" in labels(one))
    await press(world, BOB, asked, "I'll host")
    await tick(world)
    assert len(world.chat.read(ALICE)) == before, "nobody hears it twice"
    assert await rows(world, "SELECT count(*) FROM circle_hosts WHERE person = ?", person) == [(1,)]


# -- being held -------------------------------------------------------------------------------------------------------


async def test_somebody_held_does_not_become_a_host(world: Playground) -> None:
    await would_host(world, BOB)
    screen = await draft(world)
    await press(world, ALICE, screen, "Publish")
    await press(world, ALICE, screen, "Co-host")
    await world.chat.say(ALICE, "@Bob")
    await tick(world)
    await hold(world, BOB)
    assert (
        "Introductions are paused for you here" in (await press(world, BOB, world.chat.read(BOB)[-1], "I'll host")).text
    )
    assert await state(world) == "wanted"
    assert await hosting(world) == [("host", "Alice")]


async def test_a_held_host_publishes_nothing_and_nobody_hears_the_reason(world: Playground) -> None:
    await would_host(world, BOB)
    screen = await draft(world)
    await press(world, ALICE, screen, "Co-host")
    screen = await world.chat.say(ALICE, "@Bob")
    await tick(world)
    await press(world, BOB, world.chat.read(BOB)[-1], "I'll host")
    await hold(world, BOB)
    said = await press(world, ALICE, screen, "Publish")
    assert "It can't be published with these hosts now." in said.text
    assert "Bob" not in said.text
    assert await state(world) == "draft"


async def test_a_circle_that_rests_is_not_taken_up_with_a_held_host(world: Playground) -> None:
    await published(world)
    await by_moderator(world, "Pause 1")
    await hold(world, BOB)
    assert "Introductions are held for one of its hosts." in (await by_moderator(world, "Take up 1 again")).text
    assert await state(world) == "paused"


# -- going, ending, resuming ------------------------------------------------------------------------------------------


async def test_a_host_who_leaves_the_community_is_a_host_who_steps_back(world: Playground) -> None:
    await published(world)
    world.chat.rooms[ROOM.id].members.discard("bob")
    await world.bot.left(BOB, ROOM)
    await tick(world)
    assert await hosting(world) == [("host", "Alice")]
    assert told(world, ALICE, "does not host Evening circle any more")
    [(channel,)] = await rows(world, "SELECT channel FROM circles")
    assert "bob" not in world.chat.groups[channel]


async def test_a_paused_circle_whose_host_has_gone_is_not_taken_up_with_one(world: Playground) -> None:
    await published(world)
    await by_moderator(world, "Pause 1")
    await world.chat.say(BOB, "forget-me")
    await world.chat.say(BOB, "delete everything")
    assert "Its hosts are not complete." in (await by_moderator(world, "Take up 1 again")).text
    await press(world, DANA, await handed(world, DANA), "I'll host")
    assert "It meets again." in (await by_moderator(world, "Take up 1 again")).text
    assert await hosting(world) == [("co-host", "Alice"), ("host", "Dana")]


async def test_a_circle_is_not_taken_up_into_a_third_in_a_week(world: Playground) -> None:
    await published(world)
    await by_moderator(world, "Pause 1")
    await two_picnics(world)
    said = await by_moderator(world, "Take up 1 again")
    assert "more than two circles in a week" in said.text


async def test_what_was_archived_never_comes_back(world: Playground) -> None:
    await published(world)
    shown = await agree(world, MO, await world.chat.say(MO, "kith-mod circles"))
    paused = await press(world, MO, await press(world, MO, shown, "Pause 1"), "Pause it")
    again = await agree(world, MO, await world.chat.say(MO, "kith-mod circles"))
    await press(world, MO, await press(world, MO, again, "Archive 1"), "Archive it")
    assert "Paused." in paused.text
    assert "That circle is no more." in (await press(world, MO, again, "Take up 1 again")).text
    assert await state(world) == "archived"


async def test_a_second_yes_publishes_no_third_circle_in_a_week_of_the_host(world: Playground) -> None:
    """The host has two circles a week by the time the co-host says yes to the third: it waits, and is not published."""
    await would_host(world, BOB)
    screen = await draft(world, title="Third", when="wednesday 19:00")
    await press(world, ALICE, screen, "Publish")
    await press(world, ALICE, screen, "Co-host")
    await world.chat.say(ALICE, "@Bob")
    await tick(world)
    asked = world.chat.read(BOB)[-1]
    await two_picnics(world)
    await press(world, BOB, asked, "I'll host")
    assert await rows(world, "SELECT state FROM circles WHERE id = 1") == [("wanted",)]


# -- their own place --------------------------------------------------------------------------------------------------


async def test_whoever_begins_to_host_is_let_into_the_place_and_whoever_ends_leaves_it(world: Playground) -> None:
    await published(world)
    [(channel,)] = await rows(world, "SELECT channel FROM circles")
    assert world.chat.groups[channel] == {"alice", "bob"}
    await press(world, DANA, await handed(world, DANA), "I'll host")
    await tick(world)
    assert world.chat.groups[channel] == {"dana", "bob"}


async def test_an_invented_hand_over_changes_nothing(world: Playground) -> None:
    await published(world)
    await would_host(world, DANA)
    said = await world.chat.press(DANA, Button(Text("x"), "circles.accept", "1", row="-"))
    assert "expired" in said.text
    world.now += timedelta(minutes=1)
    assert await hosting(world) == [("co-host", "Bob"), ("host", "Alice")]
