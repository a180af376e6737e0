"""Between two yeses: passes, silence, withdrawals and separations, and what each side hears of them: the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Member, Message, Person
from storage.buddies import pairs, rounds
from storage.members import blocks, members
from storage.moderation import holds
from tests.cast import ALICE, BOB, CHANDRA, DANA, MO, ROOM, Playground, button, labels
from tests.cogs.buddies.world import (
    NO_NAME,
    days,
    last,
    met,
    press_last,
    rooms,
    sign_up,
    to_the_round,
    told,
)

LOOKING = "I'm looking again now. If nobody fits, I look every two days, and I'll tell you."


async def person(world: Playground, member: Member) -> Person:
    found = await world.bot.database.read(members.person_of, member)
    assert found is not None
    return found


async def later(world: Playground, hours: int) -> None:
    world.now += timedelta(hours=hours)
    await world.bot.run_jobs("hour", world.now)
    await world.bot.tick(world.now)
    await world.bot.tick(world.now)


async def test_after_a_pass_and_after_silence_the_other_hears_the_same(world: Playground) -> None:
    await sign_up(world, ALICE, BOB, CHANDRA, DANA)
    await to_the_round(world)
    asked = [member for member in (ALICE, BOB, CHANDRA, DANA) if told(world, member, NO_NAME)]
    assert len(asked) == 4
    await press_last(world, ALICE, NO_NAME, "Pass")
    await days(world, 3)
    heard = {member.id: [str(m.text) for m in world.chat.read(member) if LOOKING in m.text] for member in asked}
    assert all(set(said) <= {LOOKING, f"That's fine. Nobody is told. {LOOKING}"} for said in heard.values())
    assert sum(said == [LOOKING] for said in heard.values()) == 1, "whom she passed on; who said nothing hears nothing"
    assert rooms(world) == {}


async def test_a_pass_holds_for_the_round_and_newcomers_join_it(world: Playground) -> None:
    await sign_up(world, ALICE, BOB)
    await to_the_round(world)
    await press_last(world, BOB, NO_NAME, "Pass")
    await days(world, 5)
    assert told(world, ALICE, NO_NAME) == told(world, BOB, NO_NAME) == 1
    assert told(world, ALICE, "Nobody fits yet.") == 1
    await sign_up(world, CHANDRA)
    await days(world, 3)
    assert told(world, CHANDRA, NO_NAME) == 1
    assert told(world, ALICE, NO_NAME) + told(world, BOB, NO_NAME) == 3


async def test_an_answer_that_comes_too_late_is_kind(world: Playground) -> None:
    await sign_up(world, ALICE, BOB)
    await to_the_round(world)
    await press_last(world, BOB, NO_NAME, "Pass")
    assert str((await press_last(world, ALICE, NO_NAME, "Yes")).text) == LOOKING


async def test_the_answer_of_somebody_else_is_nobodys(world: Playground) -> None:
    await sign_up(world, ALICE, BOB)
    await to_the_round(world)
    stolen = button(last(world, ALICE, NO_NAME), "Yes")
    assert "somebody else" in (await world.chat.press(BOB, stolen)).text


async def test_three_rounds_without_an_answer_rest_with_one_tap_back(world: Playground) -> None:
    await sign_up(world, ALICE, BOB)
    await days(world, 2 * 28 + 7)
    rests = last(world, ALICE, "so introductions rest for you")
    assert told(world, ALICE, NO_NAME) == 3
    assert labels(rests) == ["I'm back"]
    await days(world, 20)
    assert told(world, ALICE, NO_NAME) == 3
    assert "Welcome back." in (await world.chat.press(ALICE, button(rests, "I'm back"))).text


async def test_a_withdrawal_between_two_yeses_is_honoured(world: Playground) -> None:
    await sign_up(world, ALICE, BOB)
    await to_the_round(world)
    await press_last(world, ALICE, NO_NAME, "Yes")
    asked = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "settings"), "A buddy: on"))
    await world.chat.press(ALICE, button(asked, "Switch it off"))
    await later(world, 1)
    assert told(world, BOB, LOOKING) == 1
    assert LOOKING in (await press_last(world, BOB, NO_NAME, "Yes")).text
    await later(world, 1)
    assert rooms(world) == {}
    assert told(world, BOB, "Alice") == 0


@pytest.mark.parametrize("what", ["hold", "block", "pause", "forget", "leave"])
async def test_whoever_may_not_meet_at_the_last_moment_does_not(world: Playground, what: str) -> None:
    await sign_up(world, ALICE, BOB)
    await to_the_round(world)
    await press_last(world, ALICE, NO_NAME, "Yes")
    alice, bob = await person(world, ALICE), await person(world, BOB)
    community = await world.bot.database.read(members.community_of, ROOM)
    assert community is not None
    if what == "hold":
        await world.bot.database.write(holds.hold, community, alice, None, world.now)
    elif what == "block":
        await world.bot.database.write(blocks.add, alice, bob, world.now)
    elif what == "pause":
        await world.chat.say(ALICE, "pause")
    elif what == "forget":
        await world.chat.press(ALICE, button(await world.chat.say(ALICE, "forget-me"), "Delete everything"))
    else:
        await world.chat.press(ALICE, button(await world.chat.say(ALICE, "leave", ROOM), "Yes, leave"))
    await press_last(world, BOB, NO_NAME, "Yes")
    await later(world, 1)
    assert rooms(world) == {}
    assert told(world, BOB, "Alice") == 0
    assert told(world, BOB, LOOKING) >= 1


async def test_avoiding_somebody_before_means_never_meeting(world: Playground) -> None:
    await sign_up(world, ALICE, BOB)
    screen = await world.chat.say(ALICE, "buddy avoid @bob")
    assert "They are not told of this." in screen.text
    await world.chat.press(ALICE, button(screen, "Avoid them"))
    await to_the_round(world)
    assert told(world, ALICE, NO_NAME) == told(world, BOB, NO_NAME) == 0
    screen = await world.chat.say(ALICE, "buddy avoid @bob")
    assert "Lifted." in (await world.chat.press(ALICE, button(screen, "Lift it"))).text
    await days(world, 3)
    assert told(world, BOB, NO_NAME) == 1


async def test_avoiding_somebody_who_said_yes_to_nothing_holds_once_they_do(world: Playground) -> None:
    await sign_up(world, ALICE)
    screen = await world.chat.say(ALICE, "buddy avoid @bob")
    await world.chat.press(ALICE, button(screen, "Avoid them"))
    await sign_up(world, BOB)
    await to_the_round(world)
    assert told(world, ALICE, NO_NAME) == told(world, BOB, NO_NAME) == 0


async def test_avoid_asks_whom_and_not_oneself(world: Playground) -> None:
    await sign_up(world, ALICE)
    assert "Whom?" in (await world.chat.say(ALICE, "buddy avoid")).text
    assert "That is you." in (await world.chat.say(ALICE, "@alice")).text


async def test_three_people_are_a_trio_and_meet_in_one_place(world: Playground) -> None:
    await sign_up(world, ALICE, BOB, CHANDRA)
    await to_the_round(world)
    assert "Two people free on weekday evenings" in last(world, ALICE, NO_NAME).text
    for member in (ALICE, BOB, CHANDRA):
        await press_last(world, member, NO_NAME, "Yes")
    await later(world, 1)
    [(there, [intro])] = rooms(world).items()
    assert there == {"alice", "bob", "chandra"}
    assert "Alice, Bob and Chandra: you all said yes." in intro


async def test_what_three_hear_speaks_of_three(world: Playground) -> None:
    three = (ALICE, BOB, CHANDRA)
    await met(world, *three)
    await days(world, 24)
    for member in three:
        assert told(world, member, "Did the three of you get to talk this week?") == 3
        assert told(world, member, "For the three of you: This round is ending.") == 1
    await days(world, 4)
    assert told(world, ALICE, "This round has ended. Thank you all.") == 1


async def test_when_one_of_three_passes_the_two_who_said_yes_meet(world: Playground) -> None:
    await sign_up(world, ALICE, BOB, CHANDRA)
    await to_the_round(world)
    await press_last(world, CHANDRA, NO_NAME, "Pass")
    for member in (ALICE, BOB):
        await press_last(world, member, NO_NAME, "Yes")
    await later(world, 1)
    assert list(rooms(world)) == [frozenset({"alice", "bob"})]


async def test_two_of_three_go_on_when_one_ends_it(world: Playground) -> None:
    await met(world, ALICE, BOB, CHANDRA)
    ends = await world.chat.say(CHANDRA, "buddy end")
    await world.chat.press(CHANDRA, button(ends, "End it"))
    await later(world, 1)
    assert (
        told(world, ALICE, "You two go on, in a new place.") == told(world, BOB, "You two go on, in a new place.") == 1
    )
    assert frozenset({"alice", "bob"}) in rooms(world)
    assert not any("chandra" in there for there in rooms(world))


async def moderator_screen(world: Playground) -> Message:
    asked = await world.chat.say(MO, "kith-mod rounds", ROOM)
    return await world.chat.press(MO, button(asked, "Yes"), ROOM)


async def test_moderators_try_a_round_and_nobody_hears_of_it(world: Playground) -> None:
    await sign_up(world, ALICE, BOB, CHANDRA, DANA)
    screen = await moderator_screen(world)
    assert "4 members would like to be introduced." in screen.text
    said = await world.chat.press(MO, button(screen, "Try it, tell nobody"), ROOM)
    assert "A round now would give: 2 pairs and 0 trios." in said.text
    assert not any(member.name in said.text for member in (ALICE, BOB, CHANDRA, DANA))
    await world.bot.tick(world.now)
    assert told(world, ALICE, NO_NAME) == 0
    community = await world.bot.database.read(members.community_of, ROOM)
    assert community is not None
    assert await world.bot.database.read(rounds.latest, community) is None


async def test_moderators_begin_a_round_at_once(world: Playground) -> None:
    await sign_up(world, ALICE, BOB)
    screen = await moderator_screen(world)
    begun = await world.chat.press(MO, button(screen, "Begin a round now"), ROOM)
    assert "A round has begun." in begun.text
    await world.bot.tick(world.now)
    assert told(world, ALICE, NO_NAME) == told(world, BOB, NO_NAME) == 1
    screen = await world.chat.say(MO, "kith-mod rounds", ROOM)
    assert "The last round so far: 1 pair and 0 trios. Together before: 0." in screen.text
    for member in (ALICE, BOB):
        await press_last(world, member, NO_NAME, "Yes")
    await sign_up(world, CHANDRA)
    await days(world, 3)
    screen = await world.chat.say(MO, "kith-mod rounds", ROOM)
    assert "1 pair and 0 trios." in screen.text, "what came of the first matching stays"
    assert "Without anybody: 1 because nobody fits, 0 because the number is odd." in screen.text


async def test_moderators_change_and_stop_the_calendar(world: Playground) -> None:
    await sign_up(world, ALICE, BOB)
    screen = await moderator_screen(world)
    screen = await world.chat.press(MO, button(screen, "Every 6 weeks instead"), ROOM)
    assert "every 6 weeks" in screen.text
    screen = await world.chat.press(MO, button(screen, "No rounds by the calendar"), ROOM)
    await days(world, 10)
    assert told(world, ALICE, NO_NAME) == 0
    screen = await world.chat.say(MO, "kith-mod rounds", ROOM)
    await world.chat.press(MO, button(screen, "Rounds by the calendar"), ROOM)
    await days(world, 3)
    assert told(world, ALICE, NO_NAME) == 1


async def test_members_may_not_look_at_rounds(world: Playground) -> None:
    await sign_up(world, ALICE)
    assert "Only moderators" in (await world.chat.say(ALICE, "kith-mod rounds", ROOM)).text


async def test_a_mentor_and_who_asked_for_one_meet_by_two_yeses(world: Playground) -> None:
    await sign_up(world, BOB)
    screen = await world.chat.say(BOB, "settings")
    on = next(one for one in screen.buttons if "entor" in str(one.label))
    asked = await world.chat.press(BOB, on)
    while "Yes" in labels(asked):
        asked = await world.chat.press(BOB, button(asked, "Yes"))
    listed = await world.chat.say(MO, "kith-mod volunteers", ROOM)
    while "Yes" in labels(listed):
        listed = await world.chat.press(MO, button(listed, "Yes"), ROOM)
    await world.chat.press(MO, next(one for one in listed.buttons if one.action == "volunteers.yes"), ROOM)
    asked = await world.chat.say(ALICE, "buddy mentor", ROOM)
    for _yes in range(2):
        asked = await world.chat.press(ALICE, button(asked, "Yes"), ROOM)
    assert "I'm asking." in asked.text
    await world.bot.tick(world.now)
    question = last(world, BOB, "Someone would like to walk with a mentor for twelve weeks.")
    await world.chat.press(BOB, button(question, "Yes"))
    await later(world, 1)
    [(there, [intro])] = rooms(world).items()
    assert there == {"alice", "bob"}
    assert "Twelve weeks" in intro
    await days(world, 30)
    assert told(world, ALICE, "Who else is around for you here?") == 1
    assert told(world, BOB, "Who else is around for you here?") == 0


async def test_without_a_mentor_the_door_says_so(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "buddy mentor", ROOM)
    for _yes in range(2):
        asked = await world.chat.press(ALICE, button(asked, "Yes"), ROOM)
    assert "No mentor is free here right now." in asked.text
    assert await world.bot.database.read(pairs.of, await person(world, ALICE)) == []
