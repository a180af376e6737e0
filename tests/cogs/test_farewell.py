"""Kith itself stops: said once to everybody who agreed to be written to, in time, at their hours; and taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.messages import Channel, Member
from storage.delivery import deliveries
from storage.members import community_settings, consents, farewell, members
from tests.cast import ALICE, BOB, CHANDRA, DANA, EVE, Playground, button, labels, pass_time
from tests.cogs.moderated import person, populate
from tests.cogs.settled import settle
from tests.hosting.house import wants_check_ins

JUNE = date(2026, 6, 30)
SAID = "I stop here on 30 June. Your places stay yours. `my-data` until then."
STAYS = "I stay here after all. What is yours goes on as before."
STOPPED = "I stopped here on 30 June, and send nothing any more. `my-data` and `forget-me` still answer."
NIGHT = datetime(2026, 6, 9, 23, tzinfo=UTC)
DAY = timedelta(days=1)


async def say_farewell(world: Playground, day: date = JUNE) -> bool:
    return await world.bot.database.write(farewell.announce, day, "Europe/Berlin")


async def come(world: Playground, *people: Member, now: datetime = NIGHT) -> None:
    world.now = now
    for member in people:
        await settle(world, member)


async def heard(world: Playground, duration: timedelta) -> list[tuple[str, str, datetime]]:
    """What is said while time passes: to whom, what, and when."""
    world.unread()
    found = []
    async for posts in world.wait(duration):
        found += [(post.to.id, str(post.message.text), world.now) for post in posts]
    return found


async def test_everybody_who_agreed_hears_it_once_when_the_night_is_over(world: Playground) -> None:
    await come(world, ALICE, BOB, CHANDRA)
    await say_farewell(world)
    told = await heard(world, DAY)
    assert sorted((to, words) for to, words, _at in told) == [(one.id, SAID) for one in (ALICE, BOB, CHANDRA)]
    assert {at.hour for _to, _words, at in told} == {7}, "nine in Berlin, where their quiet hours end"
    assert await heard(world, 5 * DAY) == []


async def test_whoever_did_not_agree_or_pauses_without_an_end_is_not_written_to(world: Playground) -> None:
    await come(world, ALICE, BOB, CHANDRA, now=NIGHT.replace(hour=12))
    await world.bot.database.write(consents.withdraw, await person(world, ALICE), consents.FIRST)
    await world.bot.database.write(members.pause, await person(world, BOB), world.now, None)
    await say_farewell(world)
    assert [to for to, _words, _at in await heard(world, DAY)] == [CHANDRA.id]


async def test_a_pause_with_an_end_is_waited_for(world: Playground) -> None:
    await come(world, ALICE)
    alice = await person(world, ALICE)
    await world.bot.database.write(members.pause, alice, world.now, world.now + 3 * DAY)
    await say_farewell(world)
    [(_to, words, at)] = await heard(world, 5 * DAY)
    assert words == SAID
    assert at - NIGHT > 3 * DAY


async def test_a_community_reads_it_once_where_its_panel_stands(world: Playground) -> None:
    porch = await populate(world)
    world.now = NIGHT
    panel = Channel("local", "hall")
    known = await world.bot.database.read(community_settings.get, porch)
    await world.bot.database.write(community_settings.save, porch, known._replace(panel=panel))
    await say_farewell(world)
    told = await heard(world, 2 * DAY)
    assert [words for to, words, _at in told if to == "hall"] == [SAID]


async def test_more_people_than_one_portion_all_hear_it(world: Playground) -> None:
    world.now = NIGHT
    crowd = [Member("local", f"m{number}") for number in range(450)]
    for member in crowd:
        await settle(world, member)
    await say_farewell(world)
    await world.bot.tick(world.now)
    assert await planned(world) == 450


async def planned(world: Playground, kind: str = farewell.DAY) -> int:
    return await world.bot.database.read(
        lambda connection: int(
            connection.execute("SELECT count(*) FROM deliveries WHERE kind = ?", (kind,)).fetchone()[0]
        )
    )


async def test_a_crash_between_two_portions_tells_nobody_twice(world: Playground) -> None:
    await come(world, ALICE, BOB, CHANDRA)
    await say_farewell(world)
    while await world.bot.database.write(farewell.plan, world.now, 1):
        assert await planned(world) <= 3
    await world.bot.tick(world.now)
    assert await planned(world) == 3


async def test_another_day_is_said_once_more_and_the_first_no_more(world: Playground) -> None:
    await come(world, ALICE, BOB)
    await say_farewell(world)
    assert not await say_farewell(world), "the same day says nothing new"
    await world.bot.tick(world.now)
    await say_farewell(world, date(2026, 7, 31))
    told = await heard(world, DAY)
    assert {words for _to, words, _at in told} == {SAID.replace("30 June", "31 July")}
    assert len(told) == 2
    await say_farewell(world, date(2027, 1, 2))
    assert {words for _to, words, _at in await heard(world, DAY)} == {SAID.replace("30 June", "2 January 2027")}


async def test_what_is_taken_back_is_said_once_to_whoever_was_told(world: Playground) -> None:
    await come(world, ALICE, BOB)
    await say_farewell(world)
    await heard(world, DAY)
    await come(world, DANA, now=world.now)  # comes after it
    assert await world.bot.database.write(farewell.take_back)
    assert not await world.bot.database.write(farewell.take_back)
    told = [(to, words) for to, words, _at in await heard(world, DAY)]
    assert sorted(told) == [(ALICE.id, STAYS), (BOB.id, STAYS)]
    assert await heard(world, 3 * DAY) == []


async def test_what_is_taken_back_before_anybody_read_it_is_never_said(world: Playground) -> None:
    await come(world, ALICE)
    await say_farewell(world)
    await world.bot.tick(world.now)
    await world.bot.database.write(farewell.take_back)
    assert await heard(world, 2 * DAY) == []


async def test_whoever_comes_meanwhile_hears_it_too(world: Playground) -> None:
    await come(world, ALICE)
    await say_farewell(world)
    await heard(world, DAY)
    await come(world, BOB, now=world.now)
    assert [to for to, _words, _at in await heard(world, DAY)] == [BOB.id]


async def test_start_says_it_until_then_in_the_place_of_a_hello(world: Playground) -> None:
    await wants_check_ins(world, ALICE)
    await say_farewell(world)
    shown = await world.chat.say(ALICE, "start")
    assert str(shown.text).split("\n")[0] == SAID
    assert "your question" in shown.text
    assert str((await world.chat.say(EVE, "start")).text).startswith(SAID + "\nHi, I'm Kith")


async def over(world: Playground) -> None:
    """Alice has check-ins, the farewell was said, and the day is over in Berlin."""
    await wants_check_ins(world, ALICE)
    await say_farewell(world)
    assert SAID in [words for _to, words, _at in await heard(world, DAY)]
    world.now = datetime(2026, 6, 30, 21, 59, 50, tzinfo=UTC)
    await world.bot.tick(world.now)
    world.now += timedelta(seconds=10)


async def test_after_the_day_nothing_is_planned_or_sent(world: Playground) -> None:
    await over(world)
    assert await heard(world, 3 * DAY) == []
    states = await world.bot.database.read(
        lambda connection: dict(
            connection.execute("SELECT state, count(*) FROM deliveries WHERE due >= 1782856800 GROUP BY state")
        )
    )
    assert states == {}


async def test_what_was_promised_for_later_does_not_come(world: Playground) -> None:
    await wants_check_ins(world, ALICE)
    said = await world.chat.say(ALICE, "remind me on 2 july at 10:00 lighthouse")
    if "Yes" in labels(said):
        await world.chat.press(ALICE, button(said, "Yes"))
    await say_farewell(world)
    before = len(world.chat.read(ALICE))
    await pass_time(world, datetime(2026, 7, 4, 12, tzinfo=UTC) - world.now)
    assert [str(message.text) for message in world.chat.read(ALICE)[before:] if "lighthouse" in message.text] == []
    assert await reasons(world, "reminders.due") == [], "it was not even planned"


async def test_what_was_planned_before_is_recorded_as_skipped(world: Playground) -> None:
    await over(world)
    alice = await person(world, ALICE)
    await world.bot.database.write(deliveries.tell, alice, "departures.removed", 1, world.now, None, "core")
    assert await heard(world, DAY) == []
    assert await reasons(world, "departures.removed") == ["Kith has stopped here"]


async def reasons(world: Playground, kind: str) -> list[str]:
    return await world.bot.database.read(
        lambda connection: [
            reason for (reason,) in connection.execute("SELECT reason FROM deliveries WHERE kind = ?", (kind,))
        ]
    )


async def test_after_the_day_start_and_every_answer_say_so(world: Playground) -> None:
    await over(world)
    shown = await world.chat.say(ALICE, "start")
    assert str(shown.text) == STOPPED
    assert labels(shown) == ["Help now"]
    assert str((await world.chat.say(EVE, "start")).text) == STOPPED
    assert str((await world.chat.say(ALICE, "checkin month")).text).endswith("\n\n" + STOPPED)
    assert str((await world.chat.say(ALICE, "privacy")).text).count(STOPPED) == 1
    card = str((await world.chat.say(ALICE, "help now")).text)
    assert card.endswith(STOPPED), "nothing stands before the numbers"


async def test_what_is_mine_can_still_be_taken_along_and_deleted(world: Playground) -> None:
    await over(world)
    assert len((await world.chat.say(ALICE, "my-data")).files) == 2
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "forget-me"), "Delete everything"))
    assert await world.bot.database.read(members.person_of, ALICE) is None


async def test_taken_back_after_the_day_it_all_goes_on(world: Playground) -> None:
    await over(world)
    await heard(world, DAY)
    await world.bot.database.write(farewell.take_back)
    told = [words for _to, words, _at in await heard(world, 2 * DAY)]
    assert told.count(STAYS) == 1
    assert len(told) > 1, "and her check-ins"
    assert STOPPED not in (await world.chat.say(ALICE, "start")).text


async def test_it_is_kept_across_a_restart(tmp_path: Path) -> None:
    async with Playground.open(tmp_path, NIGHT) as world:
        await come(world, ALICE, BOB)
        await say_farewell(world)
        await world.bot.tick(world.now)
    async with Playground.open(tmp_path, NIGHT) as again:
        assert sorted(to for to, _words, _at in await heard(again, DAY)) == [ALICE.id, BOB.id]
    async with Playground.open(tmp_path, NIGHT) as once_more:
        assert await heard(once_more, 2 * DAY) == []
        assert SAID in (await once_more.chat.say(ALICE, "start")).text


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Auckland", "America/Vancouver"])
def test_the_day_ends_where_the_host_says(zone: str) -> None:
    found = farewell.Farewell(1, farewell.DAY, JUNE, zone)
    assert found.over.isoformat().startswith("2026-07-01T00:00:00")
