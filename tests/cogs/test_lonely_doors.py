"""The loneliest answer opens the most doors: at least three that work, Help now last, and nothing they have already."""

from __future__ import annotations

import pytest

from bot.context import Context
from bot.messages import Member, Message
from bot.words import prompts
from storage.members import members
from tests.cast import ALICE, DANA, ROOM, Playground, button, labels
from tests.cogs.test_help_now import community, somebody_helps

WHEN = ["Tell me when a circle starts", "Tell me when somebody has an hour"]


async def agree(world: Playground, member: Member = ALICE) -> None:
    await world.chat.press(member, button(await world.chat.say(member, "checkin on 19:00 berlin"), "Yes"))


async def every_door_works(world: Playground, member: Member, said: Message) -> None:
    assert len(said.buttons) >= 3
    assert labels(said)[-1] == "Help now"
    for door in said.buttons:
        opened = await world.chat.press(member, door)
        assert "went wrong" not in opened.text, door
        assert "expired" not in opened.text, door


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("place", [None, ROOM])
async def test_nobody_yet_in_a_community_with_nobody_in_it(world: Playground, known: bool, place: object) -> None:
    if known:
        await agree(world)
    where = ROOM if place else None
    asked = await world.chat.say(ALICE, "people", where)
    said = await world.chat.press(ALICE, button(asked, "Nobody yet"), where)
    assert [label for label in labels(said) if label in WHEN] == WHEN
    assert ("A check-in" in labels(said)) != known, "what she has is not offered"
    await every_door_works(world, ALICE, said)


@pytest.mark.parametrize("answer", ["hard", "not much", "nobody yet", "talking", "laughing", "quiet company"])
async def test_a_lonely_answer_to_a_check_in(world: Playground, answer: str) -> None:
    await agree(world)
    known = [one for one in prompts.shipped() if one.kind == "checkin"]
    prompt = next(one for one in known if one.leads_to.get(answer) == "doors")
    person = await world.bot.database.read(members.person_of, ALICE)
    context = Context(ALICE, person, None, world.chat.incoming(ALICE).channel, world.now, direct=True)
    value = f"{prompt.id}|{list(prompt.options).index(answer)}"
    said = await world.bot.registry.actions["checkins.answer"].handler(context, value)
    assert isinstance(said, Message)
    assert "Nobody is told." in said.text
    assert len(said.buttons) >= 3
    assert labels(said)[-1] == "Help now"
    assert "A check-in" not in labels(said)


@pytest.mark.parametrize("line", ["no", "No."])
async def test_a_no_to_the_first_question_keeps_nothing_and_leaves_nobody_at_a_wall(
    world: Playground, line: str
) -> None:
    await world.chat.say(DANA, "checkin on 19:00 berlin")
    said = await world.chat.say(DANA, line)
    assert str(said.text).startswith("That's fine. I've kept nothing.")
    await every_door_works(world, DANA, said)


@pytest.mark.parametrize("typed", [*WHEN, "A check-in", "help now"])
async def test_each_of_its_doors_can_be_typed_though_nothing_is_kept(world: Playground, typed: str) -> None:
    await world.chat.say(DANA, "checkin on 19:00 berlin")
    await world.chat.say(DANA, "no")
    assert "couldn't follow" not in (await world.chat.say(DANA, typed)).text


async def test_a_no_of_a_member_opens_doors_too(world: Playground) -> None:
    await agree(world)
    asked = await world.chat.say(ALICE, "company", ROOM)
    await every_door_works(world, ALICE, await world.chat.press(ALICE, button(asked, "No"), ROOM))


async def test_look_around_has_more_than_one_door(world: Playground) -> None:
    said = await world.chat.press(DANA, button(await world.chat.say(DANA, "start"), "look around"))
    assert labels(said) == ["A check-in", *WHEN, "Help now"]
    await every_door_works(world, DANA, said)


async def test_in_a_direct_chat_a_newcomer_sees_who_is_there(world: Playground) -> None:
    await community(world)
    await somebody_helps(world)
    said = await world.chat.press(DANA, button(await world.chat.say(DANA, "people"), "Nobody yet"))
    assert labels(said)[:2] == ["A check-in", "Company"]
    assert "Tell me when somebody has an hour" not in labels(said)


async def test_who_waits_for_word_is_not_asked_again_whether_to_wait(world: Playground) -> None:
    await agree(world)
    for label in WHEN:
        said = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "people", ROOM), "Nobody yet"), ROOM)
        asked = await world.chat.press(ALICE, button(said, label), ROOM)
        for _question in range(3):
            if "Yes" not in labels(asked):
                break
            asked = await world.chat.press(ALICE, button(asked, "Yes"), ROOM)
        assert "I'll tell you" in asked.text
    said = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "people", ROOM), "Nobody yet"), ROOM)
    assert labels(said) == ["Look around", "My people", "Help now"]
    await every_door_works(world, ALICE, said)
