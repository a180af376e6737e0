"""Two accounts become one person, two places one community: with a code, a yes on both sides, and a way back."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import timedelta
from sqlite3 import Connection

import pytest

from bot.adapters.local import NAME
from bot.messages import Button, Member, Message, Person, Place, Text
from storage.members import blocks, consents, linking, members
from tests.cast import ALICE, BOB, EVE, MO, ROOM, Playground, button, labels
from tests.legible import legible

PHONE = Member(NAME, "alice-on-her-phone", "Alice")
"""Alice's other account."""

GARDEN = Place(NAME, "garden", "The Garden")


async def join(world: Playground, member: Member) -> Person:
    await world.chat.say(member, "checkin on 19:00 berlin")
    await world.chat.say(member, "yes")
    found = await world.bot.database.read(members.person_of, member)
    assert found is not None
    return found


def code_in(message: Message) -> str:
    found = re.search(r"\d+-[a-z2-7]{26}", str(message.text))
    assert found, message.text
    return found[0]


async def linked(world: Playground) -> Person:
    """Alice links her phone."""
    alice = await join(world, ALICE)
    code = code_in(await world.chat.say(ALICE, "link"))
    asked = await world.chat.say(PHONE, f"link {code}")
    await world.chat.press(PHONE, button(asked, "Yes"))
    await world.bot.tick(world.now)
    confirm = world.chat.read(ALICE)[-1]
    assert "Done." in (await world.chat.press(ALICE, button(confirm, "Yes"))).text
    return alice


async def accounts(world: Playground, person: Person) -> set[str]:
    return {account.id for account in await world.bot.database.read(members.accounts, person)}


# -- one person -------------------------------------------------------------------------------------------------------


async def test_a_code_and_two_yeses_make_two_accounts_one_person(world: Playground) -> None:
    alice = await linked(world)
    assert await accounts(world, alice) == {ALICE.id, PHONE.id}
    assert "at 19:00" in (await world.chat.say(PHONE, "checkin change")).text


async def test_each_side_is_told_the_full_id_of_the_other(world: Playground) -> None:
    await join(world, ALICE)
    asked = await world.chat.say(PHONE, f"link {code_in(await world.chat.say(ALICE, 'link'))}")
    assert "Is local alice yours as well?" in asked.text
    await world.chat.press(PHONE, button(asked, "Yes"))
    await world.bot.tick(world.now)
    assert "Is local alice-on-her-phone yours as well?" in world.chat.read(ALICE)[-1].text


async def test_without_the_second_yes_nothing_happens(world: Playground) -> None:
    alice = await join(world, ALICE)
    asked = await world.chat.say(PHONE, f"link {code_in(await world.chat.say(ALICE, 'link'))}")
    assert await accounts(world, alice) == {ALICE.id}
    await world.chat.press(PHONE, button(asked, "Yes"))
    assert await accounts(world, alice) == {ALICE.id}
    assert labels(await world.chat.say(ALICE, "link")) == ["Yes", "No"], "the question waits where the code was shown"


@pytest.mark.parametrize("who", ["entered", "shown"])
async def test_a_no_on_either_side_ends_it(world: Playground, who: str) -> None:
    alice = await join(world, ALICE)
    asked = await world.chat.say(PHONE, f"link {code_in(await world.chat.say(ALICE, 'link'))}")
    if who == "entered":
        await world.chat.press(PHONE, button(asked, "No"))
    else:
        await world.chat.press(PHONE, button(asked, "Yes"))
        await world.chat.press(ALICE, button(await world.chat.say(ALICE, "link"), "No"))
    assert "no use any more" in (await world.chat.press(PHONE, button(asked, "Yes"))).text
    assert await accounts(world, alice) == {ALICE.id}


async def test_after_ten_minutes_the_code_is_no_use(world: Playground) -> None:
    await join(world, ALICE)
    code = code_in(await world.chat.say(ALICE, "link"))
    world.now += timedelta(minutes=10)
    assert "no use any more" in (await world.chat.say(PHONE, f"link {code}")).text


async def test_five_wrong_tries_spoil_the_code(world: Playground) -> None:
    await join(world, ALICE)
    code = code_in(await world.chat.say(ALICE, "link"))
    wrong = code[:-1] + ("a" if code[-1] != "a" else "e")
    for _try in range(linking.TRIES):
        assert "not the code" in (await world.chat.say(EVE, f"link {wrong}")).text
    assert "no use any more" in (await world.chat.say(PHONE, f"link {code}")).text


async def test_a_used_code_is_no_use_to_anybody_else(world: Playground) -> None:
    await join(world, ALICE)
    code = code_in(await world.chat.say(ALICE, "link"))
    await world.chat.say(PHONE, f"link {code}")
    assert "no use any more" in (await world.chat.say(EVE, f"link {code}")).text


async def test_nobody_else_can_press_either_yes(world: Playground) -> None:
    alice = await join(world, ALICE)
    code = code_in(await world.chat.say(ALICE, "link"))
    asked = await world.chat.say(PHONE, f"link {code}")
    await world.chat.press(EVE, button(asked, "Yes"))
    assert labels(await world.chat.say(ALICE, "link")) == [], "no question waits: a new code is shown"
    code = code_in(await world.chat.say(ALICE, "link"))
    asked = await world.chat.say(PHONE, f"link {code}")
    await world.chat.press(PHONE, button(asked, "Yes"))
    settle = button(await world.chat.say(ALICE, "link"), "Yes")
    for stranger in (EVE, PHONE):
        assert "no use any more" in (await world.chat.press(stranger, settle)).text
    assert await accounts(world, alice) == {ALICE.id}


@pytest.mark.parametrize("value", ["", "0", "-1", "x", "²", "9" * 40, "1 OR 1=1"])
@pytest.mark.parametrize("action", ["linking.agree", "linking.settle", "linking.refuse"])
async def test_made_up_buttons_do_nothing(world: Playground, action: str, value: str) -> None:
    answer = await world.chat.press(EVE, Button(Text("Yes"), action, value, row="-"))
    assert "no use any more" in answer.text or "Nothing was changed" in answer.text or "expired" in answer.text


@pytest.mark.parametrize("code", ["x", "1", "1-", "1-!!!!", "-aaaa", "1-" + "a" * 500, "１-aaaaaaaa", "1-ää", "\u202d"])
async def test_what_is_no_code_is_said_to_be_none(world: Playground, code: str) -> None:
    answer = await world.chat.say(EVE, f"link {code}")
    assert "not the code" in answer.text or "no use any more" in answer.text


async def test_the_code_is_asked_for_where_nobody_reads_along(world: Playground) -> None:
    await join(world, ALICE)
    assert "in our direct chat" in (await world.chat.say(ALICE, "link", ROOM)).text


async def test_entering_ones_own_code_on_the_same_account_says_so(world: Playground) -> None:
    await join(world, ALICE)
    code = code_in(await world.chat.say(ALICE, "link"))
    assert "on the other account" in (await world.chat.say(ALICE, f"link {code}")).text


async def test_somebody_unknown_has_nothing_to_link(world: Playground) -> None:
    assert "nothing about you here yet" in (await world.chat.say(EVE, "link")).text


async def test_only_a_keyed_hash_of_the_code_is_kept(world: Playground) -> None:
    await join(world, ALICE)
    code = code_in(await world.chat.say(ALICE, "link")).partition("-")[2]
    dump = await world.bot.database.read(legible)
    assert code not in dump.lower()
    assert base64.b32decode(code.upper() + "=" * (-len(code) % 8)).hex() not in dump.lower()


# -- putting two persons together -------------------------------------------------------------------------------------


async def test_two_persons_with_check_ins_become_one_with_one(world: Playground) -> None:
    alice, phone = await join(world, ALICE), await join(world, PHONE)
    await world.chat.say(PHONE, "pause")
    await world.bot.database.write(blocks.add, phone, alice, world.now)
    assert await world.bot.database.write(linking.together, alice, phone) == alice
    assert await accounts(world, alice) == {ALICE.id, PHONE.id}
    assert await world.bot.database.read(consents.given, alice) == {"core", "dm", "checkin"}
    assert (await world.bot.database.read(members.profile, alice)).paused, "a pause on either account holds for both"
    assert await world.bot.database.read(blocks.avoided, alice) == frozenset(), "nobody avoids themselves"
    assert await world.bot.database.write(linking.together, alice, alice) == alice


async def test_what_others_share_stays_where_it_is(world: Playground) -> None:
    """A table that only one feature knows: its rows cannot be moved behind other people's backs."""
    alice, phone = await join(world, ALICE), await join(world, PHONE)
    await world.bot.database.write(_make_pairs, phone)
    assert await world.bot.database.write(linking.together, alice, phone) == phone, "the other way round it works"
    bob = await join(world, BOB)
    await world.bot.database.write(_make_pairs, bob)
    assert await world.bot.database.write(linking.together, phone, bob) is None
    assert await accounts(world, bob) == {BOB.id}


def _make_pairs(connection: Connection, person: Person) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS dances (person INTEGER REFERENCES persons)")
    connection.execute("INSERT INTO dances VALUES (?)", (person.id,))


async def test_a_forgotten_account_that_is_linked_again_is_still_avoided(world: Playground) -> None:
    bob = await join(world, BOB)
    code = world.bot.core.keyring.pseudonym(PHONE.platform, PHONE.id)
    await world.bot.database.write(blocks.add_unknown, bob, code, world.now)
    alice = await linked(world)
    assert await world.bot.database.read(blocks.between, alice, bob)


# -- and apart again --------------------------------------------------------------------------------------------------


async def test_unlinking_makes_an_account_unknown_and_leaves_the_rest(world: Playground) -> None:
    alice = await linked(world)
    screen = await world.chat.say(PHONE, "unlink")
    assert "your other one: local alice" in screen.text
    assert "don't know this account" in (await world.chat.press(PHONE, button(screen, "Yes, unlink"))).text
    assert await accounts(world, alice) == {ALICE.id}
    assert await world.bot.database.read(members.person_of, PHONE) is None
    assert "I keep nothing about you." in (await world.chat.say(PHONE, "my-data")).text


async def test_the_last_account_cannot_be_unlinked(world: Playground) -> None:
    await linked(world)
    screens = {member: await world.chat.say(member, "unlink") for member in (ALICE, PHONE)}
    await world.chat.press(ALICE, button(screens[ALICE], "Yes, unlink"))
    assert "your only account" in (await world.chat.press(PHONE, button(screens[PHONE], "Yes, unlink"))).text
    assert "your only account" in (await world.chat.say(PHONE, "unlink")).text


async def test_what_is_on_its_way_goes_to_the_account_that_stays(world: Playground) -> None:
    await linked(world)
    await world.chat.say(PHONE, "help")
    await world.chat.press(PHONE, button(await world.chat.say(PHONE, "unlink"), "Yes, unlink"))
    before = len(world.chat.read(PHONE))
    async for _said in world.wait(timedelta(hours=2)):
        pass
    assert len(world.chat.read(PHONE)) == before
    assert any("Skip" in labels(message) for message in world.chat.read(ALICE))


async def test_forgetting_from_either_account_forgets_both(world: Playground) -> None:
    await linked(world)
    await world.chat.press(PHONE, button(await world.chat.say(PHONE, "forget-me"), "Delete everything"))
    for member in (ALICE, PHONE):
        assert await world.bot.database.read(members.person_of, member) is None


# -- one community ----------------------------------------------------------------------------------------------------


@pytest.fixture
def garden(world: Playground) -> Callable[[bool], None]:
    return lambda moderator: world.chat.join(MO, GARDEN, moderator=moderator)


async def test_a_moderator_of_both_makes_two_places_one_community(
    world: Playground, garden: Callable[[bool], None]
) -> None:
    garden(True)
    await join(world, MO)
    code = code_in(await world.chat.say(MO, "kith-mod link", ROOM))
    asked = await world.chat.say(MO, f"kith-mod link {code}", GARDEN)
    assert "Make this place and The Porch" in asked.text
    await world.chat.press(MO, button(asked, "Yes"), GARDEN)
    confirm = await world.chat.say(MO, "kith-mod link", ROOM)
    assert "Make this place and The Garden" in confirm.text
    assert "one community to me" in (await world.chat.press(MO, button(confirm, "Yes"), ROOM)).text
    porch = await world.bot.database.read(members.community_of, ROOM)
    assert porch is not None
    assert porch == await world.bot.database.read(members.community_of, GARDEN)
    assert len(await world.bot.database.read(members.places, porch)) == 2
    for place in (ROOM, GARDEN):
        assert "a moderator made two places one community" in (await world.chat.say(MO, "audit", place)).text


async def test_a_code_of_a_person_is_none_for_places_and_the_other_way_round(
    world: Playground, garden: Callable[[bool], None]
) -> None:
    garden(True)
    await join(world, MO)
    personal, placed = await world.chat.say(MO, "link"), await world.chat.say(MO, "kith-mod link", ROOM)
    assert "no use" in (await world.chat.say(MO, f"kith-mod link {code_in(personal)}", GARDEN)).text
    assert "no use" in (await world.chat.say(PHONE, f"link {code_in(placed)}")).text


async def test_who_moderates_only_one_of_them_cannot(world: Playground, garden: Callable[[bool], None]) -> None:
    garden(False)
    code = code_in(await world.chat.say(MO, "kith-mod link", ROOM))
    assert "Only moderators" in (await world.chat.say(MO, f"kith-mod link {code}", GARDEN)).text


async def test_who_has_lost_the_role_meanwhile_cannot(world: Playground, garden: Callable[[bool], None]) -> None:
    garden(True)
    code = code_in(await world.chat.say(MO, "kith-mod link", ROOM))
    asked = await world.chat.say(MO, f"kith-mod link {code}", GARDEN)
    await world.chat.press(MO, button(asked, "Yes"), GARDEN)
    confirm = await world.chat.say(MO, "kith-mod link", ROOM)
    world.chat.rooms[ROOM.id].moderators.clear()
    assert "Only moderators" in (await world.chat.press(MO, button(confirm, "Yes"), ROOM)).text


async def test_two_places_with_something_set_up_stay_two(world: Playground, garden: Callable[[bool], None]) -> None:
    garden(True)
    for place in (ROOM, GARDEN):
        await join(world, ALICE)
        await world.chat.say(ALICE, "feedback more tea", place)
        await world.chat.say(ALICE, "2", place)
    communities = [await world.bot.database.read(members.community_of, place) for place in (ROOM, GARDEN)]
    porch, other = communities
    assert porch is not None
    assert other is not None
    assert await world.bot.database.write(linking.one_community, porch, other) is None
    assert await world.bot.database.write(linking.one_community, porch, porch) == porch
