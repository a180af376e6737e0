"""Company of those who are near already: a buddy, and people from one's circles, as real buddies and circles."""

from __future__ import annotations

from tests.cast import ALICE, BOB, CHANDRA, DANA, ROOM, Playground, button, labels
from tests.cogs.buddies.world import met
from tests.cogs.circles.cast import join, published
from tests.cogs.settled import settle, tick, unasked

WANTED = "Someone who allows it would like company for a chat (next 2 hours)."


async def test_a_buddy_may_see_it_and_is_asked(ungreeted: Playground) -> None:
    world = ungreeted
    await met(world, ALICE, BOB)
    for member in (ALICE, BOB):
        await settle(world, member, "company")
    proposal = await world.chat.say(ALICE, "company", ROOM)
    assert str(proposal.text) == "Ask your buddy now? Chat, next 2 hours, no note."
    await world.chat.press(ALICE, button(proposal, "Ask"), ROOM)
    await tick(world)
    assert str(unasked(world, BOB)[-1].text) == WANTED


async def test_people_of_a_circle_may_see_it_and_nobody_else_does(ungreeted: Playground) -> None:
    world = ungreeted
    await published(world)  # Alice and Bob host
    await join(world, CHANDRA)
    for member in (ALICE, BOB, CHANDRA, DANA):
        await settle(world, member, "company")
    proposal = await world.chat.say(CHANDRA, "company", ROOM)
    assert "Ask 2 people from your circles now?" in proposal.text
    nobody = await world.chat.say(DANA, "company", ROOM)
    assert "Nobody has helper hours right now." in nobody.text
    await world.chat.press(CHANDRA, button(proposal, "Ask"), ROOM)
    await tick(world)
    assert [str(unasked(world, member)[-1].text) == WANTED for member in (ALICE, BOB)] == [True, True]
    assert not [one for one in unasked(world, DANA) if one.text == WANTED]


async def test_who_comes_to_a_circle_may_allow_its_members_a_first_hello(ungreeted: Playground) -> None:
    world = ungreeted
    await published(world)
    await join(world, CHANDRA)
    screen = await world.chat.say(CHANDRA, "settings hellos")
    while "Yes" in labels(screen):
        screen = await world.chat.press(CHANDRA, button(screen, "Yes"))
    screen = await world.chat.press(CHANDRA, button(screen, "Circle members: off"))
    assert "from: Circle members, Helpers." in screen.text
