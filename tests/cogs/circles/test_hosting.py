"""Hosts: asked, stepping back, stand-ins in their order, and a date that one host is left with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.messages import Button, Member, Message, Text
from tests.cast import ALICE, BOB, CHANDRA, DANA, MO, Playground, labels
from tests.cogs.circles.cast import (
    agree,
    draft,
    join,
    pass_time,
    press,
    published,
    rows,
    tick,
    told,
    would_host,
)  # fmt: skip

THURSDAY = datetime(2026, 4, 2, 17, tzinfo=UTC)


async def manage(world: Playground, host: Member = ALICE) -> Message:
    """The screen of the published circle."""
    return await press(world, host, await world.chat.say(host, "circle mine"), "Evening circle")


async def stand_in(world: Playground, name: str) -> None:
    await press(world, ALICE, await manage(world), "A stand-in")
    assert "asked when somebody is needed" in (await world.chat.say(ALICE, f"@{name}")).text


async def step_back(world: Playground) -> None:
    asked = await press(world, BOB, await manage(world, BOB), "I can't host any more")
    assert "Nothing is done yet." in asked.text
    assert "No reason needed." in (await press(world, BOB, asked, "Step back")).text
    await tick(world)


async def test_somebody_who_never_said_they_would_host_is_not_asked(world: Playground) -> None:
    screen = await draft(world)
    await press(world, ALICE, screen, "Co-host")
    said = await world.chat.say(ALICE, "@Dana")
    assert "I can't ask" in said.text
    assert not world.chat.read(DANA)


async def test_the_words_to_pass_on_make_a_co_host(world: Playground) -> None:
    screen = await draft(world)
    await press(world, ALICE, screen, "Publish")
    await press(world, ALICE, screen, "Co-host")
    said = str((await world.chat.say(ALICE, "@Dana")).text)
    code = said.rpartition("circle host ")[2].rstrip("'")
    await join_community(world)
    asked = await world.chat.say(DANA, f"circle host {code}")
    assert "You keep the space, not the people." in asked.text


async def join_community(world: Playground) -> None:
    """Dana has said yes to something else before."""
    await would_host(world, DANA)


@pytest.mark.parametrize("code", ["1-00000000", "1", "x", "99-12345678", "-", "1-" + "a" * 70])
async def test_an_invented_code_makes_nobody_a_host(world: Playground, code: str) -> None:
    await draft(world)
    await would_host(world, DANA)
    assert "fits no circle here" in (await world.chat.say(DANA, f"circle host {code}")).text


async def test_not_now_leaves_the_draft_and_says_nothing(world: Playground) -> None:
    await would_host(world, BOB)
    screen = await draft(world)
    await press(world, ALICE, screen, "Publish")
    await press(world, ALICE, screen, "Co-host")
    await world.chat.say(ALICE, "@Bob")
    await tick(world)
    before = len(world.chat.read(ALICE))
    await press(world, BOB, world.chat.read(BOB)[-1], "Not now")
    await tick(world)
    assert len(world.chat.read(ALICE)) == before
    assert await rows(world, "SELECT state FROM circles") == [("wanted",)]


async def test_stand_ins_are_asked_in_their_order(world: Playground) -> None:
    await published(world)
    await would_host(world, CHANDRA, DANA)
    await stand_in(world, "Chandra")
    await stand_in(world, "Dana")
    await join(world, MO)
    await step_back(world)
    [asked] = told(world, CHANDRA, "A host can't come.")
    assert not told(world, DANA, "A host can't come.")
    await press(world, CHANDRA, asked, "Not now")
    await tick(world)
    [asked] = told(world, DANA, "A host can't come.")
    assert "You host Evening circle now" in (await press(world, DANA, asked, "I'll host")).text
    await tick(world)
    assert told(world, MO, "It is hosted by"), "whoever comes is told who hosts now"


async def test_a_stand_in_who_says_nothing_is_passed_over_after_twelve_hours(world: Playground) -> None:
    await published(world)
    await would_host(world, CHANDRA, DANA)
    await stand_in(world, "Chandra")
    await stand_in(world, "Dana")
    world.now += timedelta(hours=15)  # so that it is day for everybody
    await step_back(world)
    await pass_time(world, timedelta(hours=11))
    assert not told(world, DANA, "A host can't come.")
    await pass_time(world, timedelta(hours=14))
    assert told(world, DANA, "A host can't come.")


async def test_with_one_host_left_a_day_before_that_host_decides(world: Playground) -> None:
    await published(world)
    await join(world, MO)
    await step_back(world)
    await pass_time(world, THURSDAY - timedelta(hours=23) - world.now)
    [asked] = told(world, ALICE, "You are the one host left")
    assert labels(asked) == ["Hold it with one host", "Move it", "Cancel it"]
    await press(world, ALICE, asked, "Hold it with one host")
    await tick(world)
    assert told(world, MO, "as planned, with one host")
    await pass_time(world, timedelta(hours=23))
    assert told(world, MO, "Evening circle is")


async def test_undecided_it_does_not_take_place_with_one_host(world: Playground) -> None:
    await published(world)
    await join(world, MO)
    await step_back(world)
    await pass_time(world, THURSDAY - world.now)
    assert len(told(world, MO, "does not take place")) == 1
    assert await rows(world, "SELECT state FROM gatherings ORDER BY starts LIMIT 1") == [("cancelled",)]


async def test_without_any_host_it_rests_and_everybody_is_told(world: Playground) -> None:
    await published(world)
    await join(world, MO)
    await step_back(world)
    await press(world, ALICE, await press(world, ALICE, await manage(world), "I can't host any more"), "Step back")
    await tick(world)
    assert told(world, MO, "has no host any more")
    assert "No circle yet" in (await world.chat.say(CHANDRA, "circle list")).text


async def test_a_lone_host_reads_that_it_rests_then_and_nothing_of_stand_ins(world: Playground) -> None:
    await published(world)
    await join(world, MO)
    await step_back(world)
    asked = await press(world, ALICE, await manage(world), "I can't host any more")
    assert "You are its only host, and there is no stand-in: it rests then" in asked.text
    await press(world, ALICE, asked, "Stay")
    await tick(world)
    assert not told(world, MO, "has no host any more")
    done = await press(world, ALICE, asked, "Step back")
    assert "It rests now." in done.text
    assert "tand-ins are asked" not in done.text
    await tick(world)
    assert told(world, MO, "has no host any more")


async def test_stand_ins_are_spoken_of_only_where_somebody_will_be_asked(world: Playground) -> None:
    await published(world)
    asked = await press(world, BOB, await manage(world, BOB), "I can't host any more")
    assert "Whoever hosts it with you hears it then. There is no stand-in." in asked.text
    await would_host(world, CHANDRA)
    await stand_in(world, "Chandra")
    asked = await press(world, BOB, await manage(world, BOB), "I can't host any more")
    assert "Stand-ins are asked in their order then" in asked.text


async def test_a_moved_date_can_be_put_back(world: Playground) -> None:
    await published(world)
    await press(world, ALICE, await manage(world), "Move 1")
    shown = await world.chat.say(ALICE, "friday 8:00")
    assert "I understood: Friday 3 April 2026 at 08:00, Berlin time." in shown.text
    assert "It is Thursday 2 April 2026 at 19:00, Berlin time until you press `Move it`." in shown.text
    starts = "SELECT starts FROM gatherings ORDER BY id LIMIT 1"
    before = await rows(world, starts)
    moved = await press(world, ALICE, shown, "Move it")
    assert await rows(world, starts) != before
    await press(world, ALICE, moved, "Undo")
    assert await rows(world, starts) == before


async def test_the_co_host_becomes_the_host(world: Playground) -> None:
    await published(world)
    await press(world, ALICE, await press(world, ALICE, await manage(world), "I can't host any more"), "Step back")
    assert await rows(world, "SELECT part FROM circle_hosts WHERE accepted IS NOT NULL") == [("host",)]


async def test_a_host_who_is_forgotten_is_a_host_who_steps_back(world: Playground) -> None:
    await published(world)
    await join(world, MO)
    await world.chat.say(BOB, "forget-me")
    await world.chat.say(BOB, "delete everything")
    await tick(world)
    assert told(world, ALICE, "does not host Evening circle any more")


async def test_moving_one_date_is_told_once_and_kills_the_old_reminders(world: Playground) -> None:
    await published(world)
    await join(world, MO)
    await join(world, CHANDRA, "Can't")
    await press(world, ALICE, await manage(world), "Move 1")
    shown = await world.chat.say(ALICE, "saturday 15:00")
    assert "Nothing is done yet. I understood: Saturday 4 April 2026 at 15:00, Berlin time." in shown.text
    assert not told(world, MO, "has moved")
    assert "Moved" in (await press(world, ALICE, shown, "Move it")).text
    await pass_time(world, timedelta(days=8))
    assert len(told(world, MO, "has moved")) == 1
    assert len(told(world, MO, "Evening circle is")) == 1
    assert not told(world, CHANDRA, "has moved"), "whoever said no is left in peace"


async def test_cancelling_one_date_leaves_the_others(world: Playground) -> None:
    await published(world)
    await press(world, MO, await join(world, MO), "I come every time")
    asked = await press(world, ALICE, await manage(world), "Cancel 1")
    await press(world, ALICE, asked, "Call it off")
    await pass_time(world, timedelta(days=13))
    assert len(told(world, MO, "does not take place")) == 1
    assert len(told(world, MO, "Evening circle is")) == 1, "the one a week later"


async def test_fewer_than_three_and_the_hosts_are_asked_two_hours_before(world: Playground) -> None:
    await published(world)
    await join(world, MO)
    await pass_time(world, THURSDAY - timedelta(minutes=119) - world.now)
    [asked] = told(world, BOB, "Fewer than three come")
    assert labels(asked) == ["Hold it", "Move it", "Cancel it"]
    assert "stays as it is" in (await press(world, BOB, asked, "Hold it")).text


async def test_hosts_are_asked_before_and_after(world: Playground) -> None:
    await published(world)
    await pass_time(world, THURSDAY - timedelta(hours=23) - world.now)
    [before] = told(world, BOB, "How full is your tank")
    said = await press(world, BOB, before, "low")
    assert labels(said) == ["Ask the stand-ins", "I'll do it"]
    await pass_time(world, timedelta(days=2))
    assert told(world, BOB, "Five minutes for the two of you")


async def test_nobody_hosts_more_than_two_a_week(world: Playground) -> None:
    await published(world)
    await published(world, when="friday 19:00", title="Second")
    screen = await draft(world, when="saturday 19:00", title="Third")
    screen = await press(world, ALICE, await press(world, ALICE, screen, "Kind"), "social")
    assert "more than two circles in a week" in (await press(world, ALICE, screen, "Publish")).text


async def test_somebody_else_cannot_move_or_end_it(world: Playground) -> None:
    await published(world)
    await would_host(world, DANA)

    for action in ("circles.manage", "circles.step_back", "circles.ended_now", "circles.set", "circles.delete"):
        said = await world.chat.press(DANA, Button(Text("x"), action, "1", row="-"))
        assert "expired" in said.text, action
    assert await rows(world, "SELECT state FROM circles") == [("published",)]


async def test_a_social_one_needs_one_host_and_says_so(world: Playground) -> None:
    screen = await draft(world, title="Picnic")
    screen = await press(world, ALICE, await press(world, ALICE, screen, "Kind"), "social")
    assert "Nobody drinks or uses: yes" in labels(screen)
    assert "Published" in (await press(world, ALICE, screen, "Publish")).text
    opened = await press(world, CHANDRA, await world.chat.say(CHANDRA, "circle list"), "Picnic")
    assert "One host:" in opened.text
    assert "Nobody drinks or uses anything there." in opened.text
    assert "Can't" in labels(await agree(world, CHANDRA, await press(world, CHANDRA, opened, "I'm in")))
