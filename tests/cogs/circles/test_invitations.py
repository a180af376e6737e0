"""Being asked to host: by name, with a code that is passed on, or as a stand-in; and what those who come hear of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.local import NAME
from bot.messages import Community, Member, Message, Person, Place
from storage.circles import hosts
from storage.members import members
from storage.moderation import holds
from tests.cast import ALICE, BOB, CHANDRA, DANA, EVE, MO, ROOM, Playground
from tests.cogs.circles.cast import agree, card, draft, join, pass_time, press, published, rows, tick, told, would_host
from tests.cogs.settled import settle

GARDEN = Place(NAME, "garden", "The Garden")
THURSDAY = datetime(2026, 4, 2, 17, tzinfo=UTC)
"""19:00 in Berlin: the first date of a circle "thursday 19:00"."""
NOT_HERE = "fits no circle here"


async def invited(world: Playground) -> str:
    """The code that Alice passes on for her draft, which waits for a co-host."""
    screen = await press(world, ALICE, await draft(world), "Publish")
    await press(world, ALICE, screen, "Co-host")
    said = str((await world.chat.say(ALICE, "@Mo")).text)
    return said.rpartition("circle host ")[2].rstrip("'")


async def named(world: Playground, name: str, thing: str = "Co-host") -> Message:
    """Alice asks somebody by name, from the screen of her circle."""
    screen = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
    await press(world, ALICE, screen, thing)
    return await world.chat.say(ALICE, f"@{name}")


async def hosting(world: Playground) -> list[str]:
    """Who hosts, in the order the card names them."""
    people = await world.bot.database.read(hosts.accepted, 1)
    return [(await world.bot.database.read(members.accounts, person))[0].id for person in people]


async def person_of(world: Playground, member: Member) -> Person:
    found = await world.bot.database.read(members.person_of, member)
    assert found is not None
    return found


async def held(world: Playground, member: Member) -> None:
    """Moderators hold introductions of this member."""
    person = await person_of(world, member)
    await world.bot.database.write(holds.hold, Community(1, ROOM.name), person, None, world.now)


def asked(world: Playground, member: Member) -> list[Message]:
    return [*told(world, member, "Would you host this")]


# -- a code -----------------------------------------------------------------------------------------------------------


async def test_a_newcomer_with_a_code_hosts_after_one_question(world: Playground) -> None:
    code = await invited(world)
    shown = await world.chat.say(DANA, f"circle host {code}")
    assert "Would you host this with somebody?" in shown.text
    assert "What we agree on:" in shown.text
    assert await rows(world, "SELECT count(*) FROM persons") == [(1,)], "looking at it keeps nothing"
    assert "18 or over" in shown.text
    assert "You host Evening circle now, and it is published." in (await agree(world, DANA, shown)).text
    assert "Host and co-host: Alice and Dana." in (await card(world, CHANDRA)).text


async def test_whoever_says_not_now_to_a_code_is_nothing_to_the_circle(world: Playground) -> None:
    code = await invited(world)
    await press(world, DANA, await world.chat.say(DANA, f"circle host {code}"), "No")
    assert await rows(world, "SELECT count(*) FROM persons") == [(1,)]
    await settle(world, DANA, "host", "events")
    shown = await world.chat.say(DANA, f"circle host {code}")
    assert "No reason needed." in (await press(world, DANA, shown, "Not now")).text
    assert await hosting(world) == ["alice"]


async def test_a_code_is_for_one_circle_to_the_last_letter(world: Playground) -> None:
    code = await invited(world)
    await draft(world, title="Second circle")
    await settle(world, DANA, "host", "events")
    other = "0" if code[-1] != "0" else "1"
    for wrong in (f"2{code[1:]}", code[:-1], code + "0", code[:-1] + other, code.replace("-", "")):
        assert NOT_HERE in (await world.chat.say(DANA, f"circle host {wrong}")).text, wrong
    assert NOT_HERE not in (await world.chat.say(DANA, f"circle host  {code} ")).text


async def test_a_code_fits_in_the_circles_own_community_only(world: Playground) -> None:
    code = await invited(world)
    for member in (EVE, DANA):
        world.chat.join(member, GARDEN)
        said = await world.chat.say(member, f"circle host {code}", GARDEN)
        assert NOT_HERE in said.text
        assert "Evening circle" not in said.text
    assert "Would you host this" in (await world.chat.say(DANA, f"circle host {code}", ROOM)).text


async def test_a_code_of_a_deleted_draft_is_worth_nothing(world: Playground) -> None:
    code = await invited(world)
    await settle(world, DANA, "host", "events")
    shown = await world.chat.say(DANA, f"circle host {code}")
    screen = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
    await press(world, ALICE, screen, "Delete the draft")
    assert NOT_HERE in (await world.chat.say(DANA, f"circle host {code}")).text
    assert NOT_HERE in (await press(world, DANA, shown, "I'll host")).text


async def test_a_code_that_went_round_makes_no_third_host(world: Playground) -> None:
    code = await invited(world)
    for member in (DANA, CHANDRA):
        await settle(world, member, "host", "events")
        await press(world, member, await world.chat.say(member, f"circle host {code}"), "I'll host")
    assert await hosting(world) == ["alice", "dana"]
    assert "Host and co-host: Alice and Dana." in (await card(world, MO)).text


# -- by name ----------------------------------------------------------------------------------------------------------


async def test_a_host_names_nobody_who_is_no_other_member(world: Playground) -> None:
    await draft(world)
    assert "You host already." in (await named(world, "Alice")).text
    assert "I don't know who @Eve is." in (await named(world, "Eve")).text


async def test_whoever_took_the_yes_to_hosting_back_is_not_asked(world: Playground) -> None:
    await would_host(world, BOB)
    await world.bot.core.consenting.withdraw(await person_of(world, BOB), ["host"])
    await draft(world)
    assert "I can't ask Bob." in (await named(world, "Bob")).text
    await tick(world)
    assert not asked(world, BOB)


async def test_whoever_may_not_be_introduced_now_is_not_asked(world: Playground) -> None:
    await would_host(world, BOB)
    await held(world, BOB)
    await draft(world)
    assert "I can't ask Bob." in (await named(world, "Bob")).text
    await tick(world)
    assert not asked(world, BOB)


@pytest.mark.parametrize(("who", "whom"), [(BOB, "Alice"), (ALICE, "Bob")], ids=["Bob avoids", "Alice avoids"])
async def test_two_who_avoid_each_other_are_not_brought_together(world: Playground, who: Member, whom: str) -> None:
    await would_host(world, ALICE, BOB)
    await press(world, who, await world.chat.say(who, f"buddy avoid @{whom}"), "Avoid them")
    await draft(world)
    said = await named(world, "Bob")
    assert "I can't ask Bob. You can send this yourself" in said.text, "the same words as for anybody else"
    await tick(world)
    assert not asked(world, BOB)


async def test_a_yes_pressed_twice_is_one_yes_and_a_no_after_it_changes_nothing(world: Playground) -> None:
    await would_host(world, BOB)
    await draft(world)
    await press(world, ALICE, await named(world, "Bob"), "Publish")
    await tick(world)
    [question] = asked(world, BOB)
    for label in ("I'll host", "I'll host", "Not now"):
        await press(world, BOB, question, label)
    await tick(world)
    assert await hosting(world) == ["alice", "bob"]
    assert len(told(world, ALICE, "Evening circle is published")) == 1


async def test_after_a_no_somebody_else_is_asked_and_the_first_yes_is_no_longer_taken(world: Playground) -> None:
    await would_host(world, BOB, CHANDRA)
    await draft(world)
    await press(world, ALICE, await named(world, "Bob"), "Publish")
    await tick(world)
    [question] = asked(world, BOB)
    await press(world, BOB, question, "Not now")
    await named(world, "Chandra")
    await tick(world)
    await press(world, CHANDRA, asked(world, CHANDRA)[0], "I'll host")
    assert "has its hosts already" in (await press(world, BOB, question, "I'll host")).text
    assert await hosting(world) == ["alice", "chandra"]


async def test_a_question_about_a_circle_that_has_ended_makes_nobody_its_host(world: Playground) -> None:
    await published(world)
    await would_host(world, DANA)
    await named(world, "Dana", "A stand-in")
    await press(world, BOB, await press(world, BOB, await manage(world, BOB), "I can't host any more"), "Step back")
    await tick(world)
    [question] = asked(world, DANA)
    await press(world, ALICE, await press(world, ALICE, await manage(world, ALICE), "End the circle"), "End it")
    assert "You host" not in (await press(world, DANA, question, "I'll host")).text
    assert await hosting(world) == ["alice"]


# -- stand-ins --------------------------------------------------------------------------------------------------------


async def manage(world: Playground, host: Member) -> Message:
    return await press(world, host, await world.chat.say(host, "circle mine"), "Evening circle")


async def standing_by(world: Playground, *people: Member) -> None:
    """Alice and Bob host a circle; these members would stand in, in this order."""
    await published(world)
    await would_host(world, *people)
    for member in people:
        await named(world, member.name or "", "A stand-in")


async def comes_near(world: Playground) -> None:
    """It is the morning of the first date."""
    world.now = THURSDAY - timedelta(hours=8)
    await tick(world)


async def bob_steps_back(world: Playground) -> None:
    await press(world, BOB, await press(world, BOB, await manage(world, BOB), "I can't host any more"), "Step back")
    await tick(world)


async def test_standing_by_asks_nothing_of_anybody_before_they_are_needed(world: Playground) -> None:
    await standing_by(world, CHANDRA)
    await tick(world)
    assert not asked(world, CHANDRA)
    assert "Chandra" not in (await card(world, MO)).text


async def test_all_who_may_come_hear_who_hosts_now_and_whoever_cannot_come_is_left_in_peace(world: Playground) -> None:
    await standing_by(world, CHANDRA)
    await join(world, MO)
    await join(world, DANA, "Can't")
    await bob_steps_back(world)
    await press(world, CHANDRA, asked(world, CHANDRA)[0], "I'll host")
    await tick(world)
    [notice] = told(world, MO, "It is hosted by")
    assert "Evening circle is" in notice.text
    assert "as planned. It is hosted by Alice, Chandra." in notice.text
    assert not told(world, DANA, "hosted by")
    assert len(told(world, ALICE, "Chandra hosts Evening circle with you.")) == 1


async def test_when_two_were_asked_the_first_yes_is_taken_and_the_second_is_thanked_with_the_truth(
    world: Playground,
) -> None:
    await standing_by(world, CHANDRA, DANA)
    world.now += timedelta(hours=15)  # so that it is day for everybody
    await bob_steps_back(world)
    await pass_time(world, timedelta(hours=25))
    assert asked(world, DANA)
    await press(world, CHANDRA, asked(world, CHANDRA)[0], "I'll host")
    late = await press(world, DANA, asked(world, DANA)[0], "I'll host")
    assert "Evening circle has its hosts already. Nothing was changed." in late.text
    assert await hosting(world) == ["alice", "chandra"]


async def test_under_a_day_before_a_stand_in_has_an_hour(world: Playground) -> None:
    await standing_by(world, CHANDRA, DANA)
    await comes_near(world)
    await bob_steps_back(world)
    assert asked(world, CHANDRA)
    await pass_time(world, timedelta(minutes=59))
    assert not asked(world, DANA)
    await pass_time(world, timedelta(minutes=2))
    assert len(asked(world, DANA)) == 1
    assert len(asked(world, CHANDRA)) == 1


async def test_a_stand_in_who_may_not_be_introduced_now_is_passed_over(world: Playground) -> None:
    await standing_by(world, CHANDRA, DANA)
    await held(world, CHANDRA)
    await bob_steps_back(world)
    assert not asked(world, CHANDRA)
    assert asked(world, DANA)


async def test_a_stand_in_who_was_not_needed_is_asked_the_next_time(world: Playground) -> None:
    await standing_by(world, CHANDRA, DANA)
    await bob_steps_back(world)
    await press(world, CHANDRA, asked(world, CHANDRA)[0], "Not now")
    await tick(world)
    await press(world, DANA, asked(world, DANA)[0], "I'll host")
    await pass_time(world, timedelta(hours=24))
    await press(world, DANA, await press(world, DANA, await manage(world, DANA), "I can't host any more"), "Step back")
    await tick(world)
    assert len(asked(world, CHANDRA)) == 2, "another place is another question"


async def test_with_no_stand_in_left_and_the_date_near_the_one_host_decides(world: Playground) -> None:
    await standing_by(world, CHANDRA)
    await comes_near(world)
    await bob_steps_back(world)
    assert not told(world, ALICE, "You are the one host left")
    await press(world, CHANDRA, asked(world, CHANDRA)[0], "Not now")
    await tick(world)
    assert len(told(world, ALICE, "You are the one host left")) == 1


async def test_moved_to_an_hour_that_is_near_too_the_one_host_is_asked_again(world: Playground) -> None:
    await standing_by(world)
    await join(world, MO)
    await comes_near(world)
    await bob_steps_back(world)
    [question] = told(world, ALICE, "You are the one host left")
    await press(world, ALICE, question, "Move it")
    await press(world, ALICE, await world.chat.say(ALICE, "2026-04-02 22:00"), "Move it")
    await tick(world)
    assert len(told(world, ALICE, "You are the one host left")) == 2
    await press(world, ALICE, told(world, ALICE, "You are the one host left")[-1], "Hold it with one host")
    await pass_time(world, timedelta(hours=12))
    assert not told(world, MO, "does not take place")
