"""Who reaches lonely people is looked at once: after two weeks here, or with a moderator's one tap."""

from __future__ import annotations

from datetime import timedelta
from sqlite3 import Connection

import pytest

from bot.adapters.local import NAME
from bot.messages import Channel, Community, Member, Message, Person
from storage.buddies import mentors
from storage.company import helping, welcome
from storage.members import community_settings, consents, members, volunteers
from storage.quiet import contacts
from tests.cast import ALICE, BOB, CHANDRA, MO, ROOM, Playground, button, labels
from tests.cogs.circles.cast import agree, draft, press, would_host
from tests.cogs.settled import pass_time, settle, tick
from tests.legible import legible

DAY = timedelta(days=1)
FIRST = "A moderator says yes first. That's so for everybody."
ROLES = ["helper", "welcomer", "host", "mentor"]
DESK = Channel(NAME, "desk")


@pytest.fixture
async def porch(world: Playground) -> Community:
    """A community where volunteers begin after two weeks, and reports have a place."""
    await settle(world, CHANDRA, "company", "buddy")
    community = await world.bot.database.write(members.found, ROOM, world.now)
    decided = community_settings.Settings(reports=DESK, volunteer_days=14)
    await world.bot.database.write(community_settings.save, community, decided)
    return community


async def offer(world: Playground, member: Member, role: str) -> Message:
    await settle(world, member, new=True)
    return await agree(world, member, await world.chat.say(member, f"settings {role}"))


async def person(world: Playground, member: Member) -> Person:
    found = await world.bot.database.read(members.person_of, member)
    assert found is not None
    return found


async def waits(world: Playground, member: Member, community: Community, role: str) -> bool:
    return await world.bot.database.read(volunteers.waits, community, await person(world, member), role, world.now)


def at_the_desk(world: Playground) -> list[Message]:
    return [one.message for one in world.chat.posted if one.to == DESK]


def told(world: Playground, member: Member, words: str) -> list[Message]:
    return [one.message for one in world.chat.posted if one.to == member and one.key and words in one.message.text]


@pytest.mark.parametrize("role", ROLES)
async def test_whoever_is_new_hears_that_a_moderator_says_yes_first(
    world: Playground, porch: Community, role: str
) -> None:
    assert FIRST in (await offer(world, BOB, role)).text
    assert await waits(world, BOB, porch, role)
    await tick(world)
    [asked] = at_the_desk(world)
    assert str(asked.text).startswith("Bob would ")
    assert labels(asked) == ["Yes", "Not now"]


@pytest.mark.parametrize("role", ROLES)
async def test_one_tap_of_a_moderator_lets_them_begin_and_they_hear_it(
    world: Playground, porch: Community, role: str
) -> None:
    await offer(world, BOB, role)
    listed = await world.chat.say(MO, "kith-mod volunteers", ROOM)
    listed = await world.chat.press(MO, button(listed, "Yes"), ROOM) if "Yes" in labels(listed) else listed
    assert "1. Bob would " in listed.text
    said = await world.chat.press(MO, button(listed, "Yes to 1"), ROOM)
    assert str(said.text) == "Noted. They hear that a moderator said yes, not who."
    assert not await waits(world, BOB, porch, role)
    await pass_time(world, DAY)
    assert len(told(world, BOB, "A moderator said yes: ")) == 1
    assert "Nobody waits" in (await world.chat.say(MO, "kith-mod volunteers", ROOM)).text


async def test_not_now_is_told_to_nobody_and_two_weeks_do_not_change_it(world: Playground, porch: Community) -> None:
    await offer(world, BOB, "helper")
    listed = await agree(world, MO, await world.chat.say(MO, "kith-mod volunteers", ROOM))
    if "Yes" in labels(listed):
        listed = await world.chat.press(MO, button(listed, "Yes"), ROOM)
    await world.chat.press(MO, button(listed, "Not now, 1"), ROOM)
    await pass_time(world, 20 * DAY)
    assert await waits(world, BOB, porch, "helper")
    assert told(world, BOB, "moderator") == []


@pytest.mark.parametrize(("role", "begins"), [("helper", True), ("welcomer", True), ("host", True), ("mentor", False)])
async def test_after_two_weeks_here_all_but_mentors_begin(
    world: Playground, porch: Community, role: str, begins: bool
) -> None:
    await offer(world, BOB, role)
    world.now += 14 * DAY - timedelta(minutes=1)
    assert await waits(world, BOB, porch, role)
    world.now += timedelta(minutes=1)
    assert await waits(world, BOB, porch, role) is not begins


async def test_whoever_has_been_here_for_two_weeks_begins_at_once(world: Playground, porch: Community) -> None:
    await settle(world, BOB)
    world.now += 15 * DAY
    said = await agree(world, BOB, await world.chat.say(BOB, "settings helper"))
    assert "Helper: on now." in said.text
    assert FIRST not in said.text
    await tick(world)
    assert at_the_desk(world) == []


async def test_volunteers_of_before_stay_what_they_are(world: Playground, porch: Community) -> None:
    await settle(world, BOB, *ROLES)
    for role in ROLES:
        assert not await waits(world, BOB, porch, role)
    assert await named(world, porch) == {"helper": True, "welcomer": True, "mentor": True, "told of quiet": True}


async def test_who_waits_is_given_to_nobody(world: Playground, porch: Community) -> None:
    for role in ROLES:
        await offer(world, BOB, role)
    assert await named(world, porch) == {"helper": False, "welcomer": False, "mentor": False, "told of quiet": False}


async def named(world: Playground, porch: Community) -> dict[str, bool]:
    """By what Chandra could be given Bob's name now."""
    read, chandra = world.bot.database.read, await person(world, CHANDRA)
    asked = await read(helping.candidates, porch, chandra, "helpers", None, world.now)
    return {
        "helper": bool(asked),
        "welcomer": await world.bot.database.write(welcome.instead, porch, chandra, world.now) is not None,
        "mentor": await world.bot.database.write(mentors.begin, porch, chandra, world.now),
        "told of quiet": bool(await read(contacts.helpers_to_tell, chandra, porch, world.now)),
    }


async def test_a_host_who_is_new_publishes_after_the_yes(world: Playground, porch: Community) -> None:
    await would_host(world, BOB)
    screen = await draft(world)
    screen = await press(world, ALICE, screen, "Kind")
    screen = await press(world, ALICE, screen, "social")
    assert FIRST in (await press(world, ALICE, screen, "Publish")).text
    alice = await person(world, ALICE)
    await world.bot.database.write(lambda one: volunteers.answer(one, porch, alice, "host", world.now, yes=True))
    assert "Published." in (await press(world, ALICE, screen, "Publish")).text


async def test_a_helper_elsewhere_is_none_yet_where_they_come_to(world: Playground, porch: Community) -> None:
    """A stranger's own community makes nobody a helper in another."""

    def arrive(connection: Connection) -> None:
        bob = members.create(connection, BOB, "UTC", "en", world.now)
        consents.give(connection, bob, ("core", "dm", "adult", "helper", "mentor"), "Yes.", world.now - 90 * DAY)
        members.join(connection, bob, porch, world.now)

    await world.bot.database.write(arrive)
    assert await waits(world, BOB, porch, "helper")
    assert await waits(world, BOB, porch, "mentor")


async def test_only_moderators_say_yes(world: Playground, porch: Community) -> None:
    await offer(world, BOB, "helper")
    bob = await person(world, BOB)
    listed = await agree(world, MO, await world.chat.say(MO, "kith-mod volunteers", ROOM))
    assert "moderat" in (await world.chat.say(BOB, "kith-mod volunteers", ROOM)).text
    tap = next(one for one in listed.buttons if one.action == "volunteers.yes")
    await world.chat.press(BOB, tap, ROOM)
    assert await waits(world, BOB, porch, "helper")
    assert tap.value == f"{bob.id} helper"


async def test_the_days_are_the_communitys(world: Playground, porch: Community) -> None:
    await offer(world, BOB, "helper")
    await world.bot.database.write(community_settings.save, porch, community_settings.Settings(volunteer_days=0))
    assert not await waits(world, BOB, porch, "helper")


async def test_it_is_in_what_one_is_given_and_goes_with_the_rest(world: Playground, porch: Community) -> None:
    await offer(world, BOB, "helper")
    bob = await person(world, BOB)
    kept = await world.bot.database.read(volunteers.export, bob)
    assert kept == {"what you offered to do": [{"where": "The Porch", "as": "helper", "looked at": False}]}
    await world.chat.press(BOB, button(await world.chat.say(BOB, "forget-me"), "Delete everything"))
    assert 'INSERT INTO "volunteers"' not in await world.bot.database.read(legible)


async def test_it_goes_with_the_community(world: Playground, porch: Community) -> None:
    await offer(world, BOB, "helper")
    await world.chat.press(BOB, button(await world.chat.say(BOB, "leave"), "Yes, leave"))
    assert 'INSERT INTO "volunteers"' not in await world.bot.database.read(legible)


async def become_one_with_a_helper_elsewhere(world: Playground) -> None:
    away = Member(NAME, "bob@away", "Bob")
    await settle(world, BOB, new=True)

    def helps_elsewhere(connection: Connection) -> None:
        helper = members.create(connection, away, "UTC", "en", world.now)
        consents.give(connection, helper, ("core", "dm", "adult", "helper"), "Yes.", world.now)

    await world.bot.database.write(helps_elsewhere)
    code = str((await world.chat.say(BOB, "link")).text).partition("`link ")[2].partition("`")[0]
    await world.chat.press(away, button(await world.chat.say(away, f"link {code}"), "Yes"))
    done = await world.chat.press(BOB, button(await world.chat.say(BOB, "link"), "Yes"))
    assert "one person to me" in done.text


async def test_an_account_that_becomes_one_with_a_helper_elsewhere_is_looked_at_too(
    world: Playground, porch: Community
) -> None:
    await become_one_with_a_helper_elsewhere(world)
    assert await waits(world, BOB, porch, "helper")


async def test_where_moderators_said_nothing_the_hosts_days_count_for_an_account_that_becomes_one(
    world: Playground, porch: Community
) -> None:
    await world.bot.database.write(community_settings.save, porch, community_settings.Settings(reports=DESK))
    assert world.bot.core.settings.volunteer_days == 0
    await become_one_with_a_helper_elsewhere(world)
    assert not await waits(world, BOB, porch, "helper")
