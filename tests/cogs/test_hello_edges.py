"""The standing yes to a hello, at its edges: hours, pauses, two communities, made-up presses, and what is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.messages import Button, Member, Message, Text
from storage.company import hello
from storage.members import blocks, consents, members
from storage.moderation import holds
from tests.cast import ALICE, BOB, CHANDRA, DANA, ROOM, Playground, button, labels
from tests.cogs.settled import dump, pass_time, settle, tick, unasked
from tests.prepared import at_home

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def alice(world: Playground) -> Playground:
    """18:00 in Berlin: Alice welcomes a hello, and Bob helps."""
    await settle(world, ALICE, "hello")
    await settle(world, BOB, "helper")
    await wish(world)
    return world


async def wish(world: Playground, member: Member = ALICE) -> Message:
    return await world.chat.say(member, "settings who may say hello")


def offers(world: Playground, member: Member = BOB) -> list[Message]:
    return [said for said in unasked(world, member) if "welcomes a hello" in said.text]


async def test_somebody_under_18_is_not_greeted(world: Playground) -> None:
    person = await settle(world, ALICE)
    await world.bot.database.write(consents.withdraw, person, "adult")
    assert str((await world.chat.say(ALICE, "settings hellos")).text) == "This is for adults. Are you 18 or over?"
    assert "everything else is open to you" in (await world.chat.say(ALICE, "no")).text
    assert "hello" not in await world.bot.database.read(consents.given, person)


async def test_while_either_side_pauses_no_name_goes_out(alice: Playground) -> None:
    for member in (ALICE, BOB):
        await alice.chat.say(member, "pause")
        await pass_time(alice, DAY)
        assert not offers(alice)
        await alice.chat.say(member, "start")
        if member == ALICE:
            await alice.chat.say(BOB, "pause")
    await pass_time(alice, DAY)
    assert len(offers(alice)) == 1


async def test_outside_their_hours_nobody_is_asked(alice: Playground) -> None:
    alice.now += 4 * HOUR  # 22:00, quiet for Bob
    await pass_time(alice, 9 * HOUR + timedelta(minutes=59))
    assert not offers(alice)
    await pass_time(alice, HOUR)
    assert len(offers(alice)) == 1


async def test_one_person_is_asked_for_one_name_a_week(alice: Playground) -> None:
    await settle(alice, DANA, "hello")
    await wish(alice, DANA)
    await pass_time(alice, 6 * DAY)
    assert len(offers(alice)) == 1, "two names, one willing person"
    await pass_time(alice, 3 * DAY)
    assert len({str(offer.text) for offer in offers(alice)}) == 2, "the other one's turn"


async def test_somebody_held_by_moderators_is_not_named(alice: Playground) -> None:
    place = await alice.bot.database.write(members.found, ROOM, alice.now)
    await alice.bot.database.write(holds.hold, place, await settle(alice, ALICE), None, alice.now)
    await pass_time(alice, DAY)
    assert not offers(alice)


async def test_nobody_who_only_takes_part_is_asked(world: Playground) -> None:
    """A hello from circle members is a choice only for who is in a circle, and it was not made."""
    await settle(world, ALICE, "hello")
    for member in (BOB, CHANDRA):
        await settle(world, member, "company", "hello", "buddy", "welcomer")
    await wish(world)
    await pass_time(world, 3 * DAY)
    assert not offers(world)
    assert not offers(world, CHANDRA)


async def test_no_screen_lists_anybody(alice: Playground) -> None:
    await settle(alice, DANA, "hello")
    await wish(alice, DANA)
    for line in ("settings", "settings who may say hello", "company", "help", "learn", "my-data"):
        said = await alice.chat.say(BOB, line)
        shown = [str(said.text), *labels(said), *(file.content.decode() for file in said.files)]
        assert not [one for one in shown if "Alice" in one or "Dana" in one], line


async def test_each_press_counts_once(alice: Playground) -> None:
    await tick(alice)
    [offer] = offers(alice)
    assert "Sent: your name" in (await alice.chat.press(BOB, button(offer, "Say hello"))).text
    assert str((await alice.chat.press(BOB, button(offer, "Say hello"))).text) == "That one is over."
    await alice.chat.press(BOB, button(offer, "Not now"))
    await tick(alice)
    assert sum("says hello" in one.text for one in unasked(alice, ALICE)) == 1


async def test_after_not_now_there_is_no_hello_by_the_same_message(alice: Playground) -> None:
    await tick(alice)
    [offer] = offers(alice)
    await alice.chat.press(BOB, button(offer, "Not now"))
    assert str((await alice.chat.press(BOB, button(offer, "Say hello"))).text) == "That one is over."


async def test_withdrawn_after_the_offer_no_hello_arrives(alice: Playground) -> None:
    await tick(alice)
    await alice.chat.say(ALICE, "settings hellos")
    assert str((await alice.chat.press(BOB, button(offers(alice)[0], "Say hello"))).text) == "That one is over."
    await pass_time(alice, DAY)
    assert not [one for one in unasked(alice, ALICE) if "says hello" in one.text]


async def test_no_hello_back_to_somebody_to_avoid(alice: Playground) -> None:
    await tick(alice)
    await alice.chat.press(BOB, button(offers(alice)[0], "Say hello"))
    await tick(alice)
    [said] = [one for one in unasked(alice, ALICE) if "says hello" in one.text]
    await alice.bot.database.write(blocks.add, await settle(alice, BOB), await settle(alice, ALICE), alice.now)
    assert str((await alice.chat.press(ALICE, button(said, "Say hello back"))).text) == "That one is over."
    await tick(alice)
    assert not [one for one in unasked(alice, BOB) if "says hello back" in one.text]


@pytest.mark.parametrize("value", ["1 everybody", "1 ", "1", "", "x helpers", "99 helpers"])
async def test_made_up_choices_change_nothing(alice: Playground, value: str) -> None:
    screen = await wish(alice)
    row = button(screen, "Helpers: on").row
    await alice.chat.press(ALICE, Button(Text("x"), "hello.toggle", value, row=row))
    assert str((await wish(alice)).text) == "You may be greeted: at most once a week, from: Helpers."


async def test_somebody_elses_offer_cannot_be_pressed(alice: Playground) -> None:
    await settle(alice, DANA)
    await tick(alice)
    [offer] = offers(alice)
    await alice.chat.press(DANA, button(offer, "Say hello"))
    row = int(button(offer, "Say hello").value)
    dana = await settle(alice, DANA)
    assert not await alice.bot.database.write(hello.say, dana, row, alice.now)
    await alice.bot.database.write(hello.decline, dana, row)
    await tick(alice)
    assert not [one for one in unasked(alice, ALICE) if "says hello" in one.text]
    assert "Sent:" in (await alice.chat.press(BOB, button(offer, "Say hello"))).text


async def test_a_restart_gives_no_name_twice(tmp_path: Path) -> None:
    start = datetime(2026, 3, 28, 10, tzinfo=UTC)
    said = 0
    for restart in range(3):
        async with at_home(tmp_path / "world", start) as world:
            if not restart:
                await settle(world, ALICE, "hello")
                await settle(world, BOB, "helper")
                await wish(world)
            await pass_time(world, HOUR)
            said += len(offers(world))
    assert said == 1


async def test_whoever_is_gone_is_not_named_and_leaves_nothing(alice: Playground) -> None:
    await tick(alice)
    await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "forget-me"), "Delete everything"))
    assert str((await alice.chat.press(BOB, button(offers(alice)[0], "Say hello"))).text) == "That one is over."
    tables = ("hello_wishes", "hello_offers")
    left = await alice.bot.database.read(
        lambda one: [one.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]
    )
    assert left == [0, 0]
    assert "alice" not in (await dump(alice)).casefold()


async def test_each_side_sees_its_own_part_and_no_name(alice: Playground) -> None:
    await tick(alice)
    data = {}
    for member in (ALICE, BOB):
        files = (await alice.chat.say(member, "my-data")).files
        data[member] = next(file.content.decode() for file in files if file.name == "my-data.txt")
    assert "who may say hello to you" in data[ALICE]
    assert "bob" not in data[ALICE].casefold()
    assert "when you were asked to say hello" in data[BOB]
    assert "alice" not in data[BOB].casefold()


async def test_after_90_days_an_offer_is_gone(alice: Playground) -> None:
    await tick(alice)
    alice.now += 90 * DAY
    await alice.bot.run_jobs("hour", alice.now)
    assert await alice.bot.database.read(lambda one: one.execute("SELECT * FROM hello_offers").fetchall()) == []
