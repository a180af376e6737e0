"""Looking after those who host: rest after three in a row, who supports them, and other hosts to talk to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from sqlite3 import Connection

from bot.messages import Message
from storage.members import members
from tests.cast import ALICE, BOB, CHANDRA, DANA, Playground, labels
from tests.cogs.circles.cast import draft, pass_time, press, published, rows, tick, told, would_host

THURSDAY = datetime(2026, 4, 2, 17, tzinfo=UTC)


async def never_quiet(world: Playground) -> None:
    """What is held for quiet hours comes at once in these tests."""

    def write(connection: Connection) -> None:
        connection.execute("UPDATE persons SET quiet_start = '00:00', quiet_end = '00:00'")

    await world.bot.database.write(write)


async def until_after(world: Playground, dates: int) -> None:
    """So many dates have been held."""
    await pass_time(world, THURSDAY + timedelta(days=7 * (dates - 1), hours=3) - world.now)


async def stand_in(world: Playground, name: str) -> None:
    mine = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
    await press(world, ALICE, mine, "A stand-in")
    await world.chat.say(ALICE, f"@{name}")


async def asked_to_rest(world: Playground) -> Message:
    await until_after(world, 3)
    [asked] = told(world, ALICE, "has met three times with you now.")
    return asked


async def test_after_three_in_a_row_hosts_are_asked_to_rest_and_may_go_on(world: Playground) -> None:
    await published(world)
    await never_quiet(world)
    await until_after(world, 2)
    assert not told(world, ALICE, "three times with you")
    asked = await asked_to_rest(world)
    assert labels(asked) == ["I'd like to rest", "I go on"]
    assert "stays as it is" in (await press(world, ALICE, asked, "I go on")).text
    assert len(told(world, BOB, "three times with you")) == 1
    assert await rows(world, "SELECT count(*) FROM circle_hosts WHERE accepted IS NOT NULL") == [(2,)]


async def test_whoever_rests_stands_by_and_the_stand_ins_are_asked(world: Playground) -> None:
    await published(world)
    await would_host(world, DANA)
    await never_quiet(world)
    await stand_in(world, "Dana")
    assert (
        "You stand by from now on." in (await press(world, ALICE, await asked_to_rest(world), "I'd like to rest")).text
    )
    await tick(world)
    assert told(world, BOB, "rests from hosting Evening circle")
    [asked] = told(world, DANA, "A host can't come.")
    assert not told(world, ALICE, "A host can't come."), "whoever rests is not asked back at once"
    await press(world, DANA, asked, "I'll host")
    found = await rows(world, "SELECT part, platform_id FROM circle_hosts JOIN accounts USING (person) ORDER BY 1, 2")
    assert found == [("co-host", "dana"), ("host", "bob"), ("stand-in", "alice")]


async def test_whoever_rested_is_asked_when_the_next_one_goes(world: Playground) -> None:
    await published(world)
    await would_host(world, DANA)
    await never_quiet(world)
    await stand_in(world, "Dana")
    await press(world, ALICE, await asked_to_rest(world), "I'd like to rest")
    await tick(world)
    await press(world, DANA, told(world, DANA, "A host can't come.")[0], "I'll host")
    mine = await press(world, DANA, await world.chat.say(DANA, "circle mine"), "Evening circle")
    await press(world, DANA, await press(world, DANA, mine, "I can't host any more"), "Step back")
    await tick(world)
    assert told(world, ALICE, "A host can't come.")


async def test_where_nobody_stands_by_nothing_changes_and_the_ways_out_are_named(world: Playground) -> None:
    await published(world)
    await never_quiet(world)
    said = await press(world, ALICE, await asked_to_rest(world), "I'd like to rest")
    assert labels(said) == ["A stand-in", "Open it", "I'll do it"]
    assert await rows(world, "SELECT count(*) FROM circle_hosts WHERE accepted IS NOT NULL") == [(2,)]


async def test_low_the_day_before_asks_the_stand_ins_and_keeps_the_host_as_one(world: Playground) -> None:
    await published(world)
    await would_host(world, DANA)
    await never_quiet(world)
    await stand_in(world, "Dana")
    await pass_time(world, THURSDAY - timedelta(hours=23) - world.now)
    said = await press(world, ALICE, told(world, ALICE, "How full is your tank")[0], "low")
    await press(world, ALICE, said, "Ask the stand-ins")
    await tick(world)
    assert told(world, DANA, "A host can't come.")
    assert await rows(
        world, "SELECT part FROM circle_hosts JOIN accounts USING (person) WHERE platform_id = 'alice'"
    ) == [("stand-in",)]


async def test_once_a_month_a_host_is_asked_who_supports_them(world: Playground) -> None:
    await published(world)
    await never_quiet(world)
    await until_after(world, 2)
    assert len(told(world, ALICE, "Who is supporting you as a host right now")) == 1, "after the first date"
    await pass_time(world, datetime(2026, 5, 20, tzinfo=UTC) - world.now)
    assert len(told(world, ALICE, "Who is supporting you as a host right now")) == 2, "April and May"


async def test_a_new_host_is_not_asked_again_because_a_month_has_begun(world: Playground) -> None:
    await would_host(world, BOB)
    world.now += timedelta(days=29)  # Sunday 26 April
    await published(world, when="tuesday 19:00")
    await never_quiet(world)
    await pass_time(world, timedelta(days=18))
    assert len(told(world, ALICE, "Who is supporting you")) == 1, "28 April; not on 5 May"


async def test_not_enough_leads_to_other_hosts(world: Playground) -> None:
    await published(world)
    await never_quiet(world)
    await until_after(world, 1)
    asked = told(world, ALICE, "Who is supporting you")[0]
    assert "I don't keep it" in (await press(world, ALICE, asked, "someone")).text
    said = await press(world, ALICE, asked, "nobody yet")
    assert labels(said) == ["Begin a hosts' circle", "Not now"]
    await press(world, ALICE, said, "Begin a hosts' circle")
    await world.chat.say(ALICE, "2026-05-12 20:00")
    screen = await world.chat.say(ALICE, "Hosts among themselves")
    assert "Kind: hosts' circle" in labels(screen)
    assert "every fourth Tuesday" in screen.text


async def test_a_hosts_circle_that_is_there_is_shown(world: Playground) -> None:
    await published(world, when="monday 19:00", title="Hosts here", kind="hosts' circle")
    await published(world)
    await never_quiet(world)
    await until_after(world, 1)
    [debrief, *_more] = told(world, ALICE, "After Evening circle.")
    said = await press(world, ALICE, debrief, "Something stays with me")
    assert "that another host could listen to?" in said.text
    assert "**Hosts here**" in said.text
    assert "I'm in" in labels(said)


async def test_a_stand_in_who_no_longer_would_host_is_not_asked(world: Playground) -> None:
    await published(world)
    await would_host(world, CHANDRA, DANA)
    await never_quiet(world)
    await stand_in(world, "Chandra")
    await stand_in(world, "Dana")
    person = await world.bot.database.read(members.person_of, CHANDRA)
    assert person is not None
    await world.bot.core.consenting.withdraw(person, ["host"])
    mine = await press(world, BOB, await world.chat.say(BOB, "circle mine"), "Evening circle")
    await press(world, BOB, await press(world, BOB, mine, "I can't host any more"), "Step back")
    await tick(world)
    assert not told(world, CHANDRA, "A host can't come.")
    assert told(world, DANA, "A host can't come.")


async def test_a_draft_of_a_hosts_circle_needs_two_like_any_other(world: Playground) -> None:
    screen = await draft(world, title="Hosts")
    screen = await press(world, ALICE, await press(world, ALICE, screen, "Kind"), "hosts' circle")
    await press(world, ALICE, screen, "Publish")
    assert await rows(world, "SELECT state FROM circles") == [("wanted",)]
