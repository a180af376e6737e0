"""Holds and quiet: told to the person, decided by more than one, and over by themselves where only one did."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.context import Delivery
from bot.messages import (
    Channel,
    Community,
    Person,
)
from storage.delivery import deliveries
from storage.members import community_settings, members
from storage.moderation import holds
from tests.cast import ALICE, BOB, CHANDRA, MO, ROOM, Playground, button, labels
from tests.cogs.moderated import ANNA, MODS, agree, person, populate, press, say, told
from tests.legible import legible

PAUSED = (
    "Introductions rest for you while the people who run this community look at something. Nothing is decided."
    " Everything else stays yours. You can ask them: `ask-mods`."
)


@pytest.fixture
async def porch(world: Playground) -> Community:
    return await populate(world)


async def obstacle(world: Playground, porch: Community) -> str | None:
    return await world.bot.database.read(holds.obstacle, porch, await person(world, BOB), world.now)


async def sent(world: Playground, delivery: Delivery) -> str:
    """What becomes of a message: ``sent``, or the reason it was skipped for."""
    row = await world.bot.database.write(deliveries.plan, delivery)
    await world.bot.tick(world.now)
    [state, reason] = await world.bot.database.read(
        lambda connection: connection.execute("SELECT state, reason FROM deliveries WHERE id = ?", (row,)).fetchone()
    )
    return str(reason) if state == "skipped" else str(state)


async def reminder(world: Playground, about: Person | None = None, to: Person | Channel | None = None) -> Delivery:
    """A message that Alice or Bob said yes to."""
    key = f"test:{world.now.timestamp()}:{about}:{to}"
    args = {"about": about.id} if about else {}
    return Delivery(to or await person(world, BOB), "moderation.panel", key, world.now, purpose="checkin", args=args)


# -- introductions --


async def test_a_moderator_holds_and_ends_and_the_person_hears_both(world: Playground, porch: Community) -> None:
    screen = await say(world, MO, "kith-mod hold bob")
    assert "Hold introductions for Bob?" in screen.text
    assert await obstacle(world, porch) is None, "looking changes nothing"
    await press(world, MO, screen, "Hold introductions")
    assert await obstacle(world, porch) == "held"
    assert told(world, BOB) == [PAUSED]
    again = await say(world, ANNA, "kith-mod hold bob")
    assert labels(again) == ["Let them be introduced"]
    await press(world, ANNA, again, "Let them be introduced")
    assert await obstacle(world, porch) is None
    assert told(world, BOB)[-1] == "Introductions are open for you again."


async def test_a_hold_stays_until_a_moderator_decides_and_changes_nothing_else(
    world: Playground, porch: Community
) -> None:
    await press(world, MO, await say(world, MO, "kith-mod hold bob"), "Hold introductions")
    async for _said in world.wait(timedelta(days=3)):
        pass
    asked = [words for words in told(world, BOB) if words != PAUSED]
    assert len(asked) > 2, "what they asked for comes as before"
    for days in (1, 40, 400):
        await world.bot.run_jobs("day", world.now + timedelta(days=days))
        assert await obstacle(world, porch) == "held"
    assert "In danger right now?" in (await say(world, BOB, "help-now")).text


async def test_holding_twice_is_told_once(world: Playground, porch: Community) -> None:
    one, two = await say(world, MO, "kith-mod hold bob"), await say(world, ANNA, "kith-mod hold bob")
    await press(world, MO, one, "Hold introductions")
    await press(world, ANNA, two, "Hold introductions")
    assert told(world, BOB) == [PAUSED]


@pytest.mark.parametrize("line", ["kith-mod hold mo", "kith-mod quiet-everything mo"])
async def test_nobody_decides_about_themselves(world: Playground, porch: Community, line: str) -> None:
    assert "Another moderator decides about it." in (await say(world, MO, line)).text


@pytest.mark.parametrize("line", ["kith-mod hold chandra", "kith-mod quiet-everything chandra"])
async def test_somebody_who_said_yes_to_nothing_is_not_known(world: Playground, porch: Community, line: str) -> None:
    assert "they have said yes to nothing here" in (await say(world, MO, line)).text


@pytest.mark.parametrize("line", ["kith-mod hold bob", "kith-mod quiet-everything bob"])
async def test_members_cannot(world: Playground, porch: Community, line: str) -> None:
    assert "Only moderators of this community can do that." in (await say(world, ALICE, line)).text


async def test_a_hold_of_one_community_is_no_hold_in_another(world: Playground, porch: Community) -> None:
    await press(world, MO, await say(world, MO, "kith-mod hold bob"), "Hold introductions")
    elsewhere = Community(porch.id + 1)
    assert not await world.bot.database.read(holds.is_held, elsewhere, await person(world, BOB))


async def test_members_are_introduced_only_after_the_days_the_community_asks(
    world: Playground, porch: Community
) -> None:
    await world.bot.database.write(community_settings.save, porch, community_settings.Settings(tenure_days=3))
    assert await obstacle(world, porch) == "new"
    world.now += timedelta(days=3)
    assert await obstacle(world, porch) is None
    await agree(world, CHANDRA)
    assert await world.bot.database.read(holds.obstacle, porch, await person(world, CHANDRA), world.now) == "new"
    await world.bot.database.write(members.leave, await person(world, BOB), porch, world.now)
    assert await obstacle(world, porch) == "new", "who is not here is not introduced here"


# -- quiet everything --


async def make_quiet(world: Playground) -> None:
    await press(world, MO, await say(world, MO, "kith-mod quiet-everything bob"), "Quiet everything")


async def test_quiet_holds_back_what_is_sent_to_them_and_what_is_about_them(
    world: Playground, porch: Community
) -> None:
    bob, alice = await person(world, BOB), await person(world, ALICE)
    assert await sent(world, await reminder(world)) != "quiet everything"
    await make_quiet(world)
    assert "made everything quiet about you" in told(world, BOB)[-1]
    world.now += timedelta(minutes=1)
    assert await sent(world, await reminder(world)) == "quiet everything"
    assert await sent(world, await reminder(world, about=bob, to=alice)) == "quiet everything"
    assert await sent(world, await reminder(world, about=bob, to=MODS)) == "quiet everything"
    assert await sent(world, await reminder(world, to=alice)) != "quiet everything", "others are not touched"
    assert await obstacle(world, porch) == "quiet"


async def test_what_they_do_themselves_is_still_answered(world: Playground, porch: Community) -> None:
    await make_quiet(world)
    answer = Delivery(await person(world, BOB), "moderation.panel", "own-act", world.now)
    assert await sent(world, answer) == "sent"
    assert "I keep" in (await say(world, BOB, "privacy")).text


async def test_one_moderator_alone_is_over_after_72_hours_and_they_hear_it(world: Playground, porch: Community) -> None:
    await make_quiet(world)
    world.now += timedelta(hours=71, minutes=59)
    await world.bot.tick(world.now)
    assert await obstacle(world, porch) == "quiet"
    world.now += timedelta(minutes=2)
    await world.bot.tick(world.now)
    assert await obstacle(world, porch) is None
    assert told(world, BOB)[-1] == "The quiet about you has ended. What you chose goes on."
    await world.bot.tick(world.now)
    assert sum("has ended" in text for text in told(world, BOB)) == 1


async def test_the_same_moderator_is_not_a_second_one(world: Playground, porch: Community) -> None:
    first = await say(world, MO, "kith-mod quiet-everything bob")
    await press(world, MO, first, "Quiet everything")
    assert "You have said so already." in (await press(world, MO, first, "Quiet everything")).text
    assert "I agree" not in labels(await say(world, MO, "kith-mod quiet-everything bob"))


async def test_two_moderators_keep_it_until_one_ends_it(world: Playground, porch: Community) -> None:
    await make_quiet(world)
    screen = await say(world, ANNA, "kith-mod quiet-everything bob")
    assert "Quiet until one of you ends it." in (await press(world, ANNA, screen, "I agree")).text
    assert sum("made everything quiet" in text for text in told(world, BOB)) == 1
    world.now += timedelta(days=40)
    await world.bot.tick(world.now)
    assert await obstacle(world, porch) == "quiet"
    ended = await press(world, MO, await say(world, MO, "kith-mod quiet-everything bob"), "End it")
    assert "Ended." in ended.text
    assert await obstacle(world, porch) is None


async def test_quiet_asked_for_again_as_it_runs_out_goes_on(world: Playground, porch: Community) -> None:
    await press(world, MO, await say(world, MO, "kith-mod quiet-everything bob"), "Quiet everything")
    world.now += holds.ALONE
    screen = await world.chat.say(MO, "kith-mod quiet-everything bob", ROOM)
    await world.chat.press(MO, button(screen, "Quiet everything"), ROOM)
    await world.bot.tick(world.now)
    assert await world.bot.database.read(holds.is_quiet, await person(world, BOB), porch, world.now)
    assert not any("has ended" in words for words in told(world, BOB))


async def test_a_yes_in_place_of_one_who_was_forgotten_is_the_first(world: Playground, porch: Community) -> None:
    await press(world, MO, await say(world, MO, "kith-mod quiet-everything bob"), "Quiet everything")
    await world.bot.core.leaving.forget(await person(world, MO))
    screen = await say(world, ANNA, "kith-mod quiet-everything bob")
    assert "your yes is the first" in (await press(world, ANNA, screen, "I agree")).text
    screen = await say(world, ANNA, "kith-mod quiet-everything bob")
    assert "I agree" not in labels(screen)
    assert "It ends by itself, unless a second moderator agrees." in screen.text
    world.now += holds.ALONE
    await world.bot.tick(world.now)
    assert await obstacle(world, porch) is None


async def test_quiet_of_one_community_leaves_the_others_alone(world: Playground, porch: Community) -> None:
    await make_quiet(world)
    bob, elsewhere = await person(world, BOB), Community(porch.id + 1)
    assert not await world.bot.database.read(holds.is_quiet, bob, elsewhere, world.now)
    assert await world.bot.database.read(holds.is_quiet, bob, None, world.now), "their own reminders rest"


async def test_those_who_wait_get_a_moderators_words_and_nobody_else(
    world: Playground, porch: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await person(world, ALICE)
    monkeypatch.setattr(
        world.bot.registry.cogs[0], "partners", lambda _person, _community: lambda _connection: frozenset({alice})
    )
    screen = await say(world, MO, "kith-mod quiet-everything bob")
    assert "Write to those who wait" not in labels(screen)
    await press(world, MO, screen, "Quiet everything")
    await press(world, MO, await say(world, MO, "kith-mod quiet-everything bob"), "Write to those who wait")
    before = len(told(world, ANNA))
    assert "Sent to 1." in (await say(world, MO, "Bob died on Monday. We meet tonight. @everyone")).text
    assert "Bob died on Monday. We meet tonight. @everyone" in told(world, ALICE)[-1]
    assert len(told(world, ANNA)) == before
    dump = await world.bot.database.read(legible)
    assert "died on Monday" not in dump


async def test_every_step_stands_in_the_audit_without_a_name(world: Playground, porch: Community) -> None:
    await make_quiet(world)
    await press(world, MO, await say(world, MO, "kith-mod hold bob"), "Hold introductions")
    seen = str((await say(world, ALICE, "audit")).text)
    assert "a moderator made everything quiet about somebody, for 72 hours" in seen
    assert "a moderator held somebody's introductions" in seen
    assert "Bob" not in seen
    assert "Mo" not in seen.replace("Moderators", "").replace("moderators", "")


async def test_my_data_shows_what_was_decided_about_me(world: Playground, porch: Community) -> None:
    await make_quiet(world)
    kept = (await world.chat.say(BOB, "my-data", ROOM)).files[0].content.decode()
    assert "everything is quiet" in kept
    assert ROOM.name in kept
