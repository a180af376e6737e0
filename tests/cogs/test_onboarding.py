"""The hello, the first yes, a no, and being asked again when the words have changed."""

from __future__ import annotations

from sqlite3 import Connection

import pytest

from bot.asking.consenting import ADULT
from bot.messages import Button, Place, Text
from storage.members import community_settings, consents, members
from storage.moderation import lines
from tests.cast import ALICE, BOB, ROOM, Playground, button, labels
from tests.legible import legible


async def with_check_in(world: Playground) -> None:
    hello = await world.chat.say(ALICE, "start")
    question = await world.chat.press(ALICE, button(hello, "a check-in"))
    await world.chat.press(ALICE, button(question, "Yes"))


async def kept(world: Playground) -> frozenset[str]:
    person = await world.bot.database.read(members.person_of, ALICE)
    return frozenset() if person is None else await world.bot.database.read(consents.given, person)


async def test_the_hello_offers_company_before_problems(world: Playground) -> None:
    hello = await world.chat.say(ALICE, "start")
    assert str(hello.text).startswith("Hi, I'm Kith, a bot. I help people here find each other.")
    offered = labels(hello)
    assert offered == sorted(offered, key=["company", "a check-in", "a buddy", "a circle", "look around"].index)
    assert "look around" in offered


async def test_looking_around_takes_three_sentences_a_door_and_keeps_nothing(world: Playground) -> None:
    hello = await world.chat.say(ALICE, "start")
    look = await world.chat.press(ALICE, button(hello, "look around"))
    for door in str(look.text).split("\n\n"):
        title, *sentences = [part for part in door.replace("**", "").split(". ") if part]
        assert len(title.split()) <= 3
        assert len(sentences) == 3, door
    assert "seen by nobody" in look.text
    assert str((await world.chat.say(ALICE, "learn")).text) == str(look.text)
    assert await world.bot.database.read(members.person_of, ALICE) is None


async def test_one_yes_is_written_down_as_the_three_consents_it_names(world: Playground) -> None:
    await with_check_in(world)
    assert await kept(world) == {"core", "dm", "checkin"}


async def test_after_a_no_nothing_is_kept_not_even_the_chat(world: Playground) -> None:
    hello = await world.chat.say(ALICE, "start")
    question = await world.chat.press(ALICE, button(hello, "a check-in"))
    answer = await world.chat.press(ALICE, button(question, "No"))
    assert str(answer.text) == "That's fine. I've kept nothing. You can still use help and learn."
    assert await world.bot.database.read(members.person_of, ALICE) is None
    assert await filled(world) == set()


async def filled(world: Playground) -> set[str]:
    """Every table with a row in it, but for what tells of no person."""

    def read(connection: Connection) -> set[str]:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        return {table for (table,) in tables if connection.execute(f'SELECT 1 FROM "{table}"').fetchone()}

    return await world.bot.database.read(read) - TELLS_OF_NOBODY


TELLS_OF_NOBODY = {"meta", "sqlite_sequence", "communities", "places", "adapter_state", "uptime"}
LOOKING = (
    *("start", "help", "learn", "about", "privacy", "help-now", "my-data", "checkin on 19:00 berlin", "company"),
    *("buddy find", "circle new", "circle list", "settings", "audit", "what is this", "people", "notebook"),
)


async def test_before_a_yes_nothing_is_written_but_where_the_chat_stands(world: Playground) -> None:
    """That is encrypted, under a hash, for a day."""
    for line in LOOKING:
        for place in (None, ROOM):
            said = await world.chat.say(ALICE, line, place)
            for one in said.buttons:
                if str(one.label) not in ("Yes", "Remember my country"):
                    await world.chat.press(ALICE, one, place)
            await world.bot.tick(world.now)
        assert await filled(world) <= {"conversations"}, line
    dump = await world.bot.database.read(legible)
    assert ALICE.id not in dump
    assert "what is this" not in dump
    assert "kith:1:" not in dump, "which choices a chat shows is encrypted"


async def test_details_name_the_host_and_both_ways_out(world: Playground) -> None:
    hello = await world.chat.say(ALICE, "start")
    question = await world.chat.press(ALICE, button(hello, "a check-in"))
    details = await world.chat.press(ALICE, button(question, "Details"))
    for words in ("whoever runs this playground", "`my-data`", "`forget-me`"):
        assert words in details.text


async def test_each_platform_in_use_says_what_it_lets_others_read(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(world.chat), "reads", lambda _chat: Text("The town crier reads it aloud."))
    assert (
        "holds the key. Moderators see totals only. The town crier reads it aloud. `my-data`"
        in (await world.chat.say(ALICE, "privacy")).text
    )


async def test_a_yes_in_a_room_makes_its_community_known(world: Playground) -> None:
    hello = await world.chat.say(ALICE, "start", ROOM)
    question = await world.chat.press(ALICE, button(hello, "a check-in"), ROOM)
    await world.chat.press(ALICE, button(question, "Yes"), ROOM)
    person = await world.bot.database.read(members.person_of, ALICE)
    assert person is not None
    assert [one.name for one in await world.bot.database.read(members.communities, person)] == [ROOM.name]


# -- changed words ----------------------------------------------------------------------------------------------------


async def test_when_the_words_change_nothing_is_sent_until_there_is_a_new_yes(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_check_in(world)
    monkeypatch.setattr(consents, "VERSIONS", {"checkin": 2})
    assert "checkin" not in await kept(world)
    question = await world.chat.say(ALICE, "start")
    assert "have changed" in question.text
    assert "a check-in on the days I chose" in question.text
    await world.chat.press(ALICE, button(question, "Yes"))
    assert "checkin" in await kept(world)


async def test_a_no_to_changed_words_withdraws_that_and_only_that(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_check_in(world)
    monkeypatch.setattr(consents, "VERSIONS", {"checkin": 2})
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "start"), "No"))
    assert await kept(world) == {"core", "dm"}
    assert "Hi, I'm Kith" in (await world.chat.say(ALICE, "start")).text


# -- the line about age -----------------------------------------------------------------------------------------------


async def test_the_line_about_age_comes_before_what_brings_people_together_and_once(world: Playground) -> None:
    await with_check_in(world)
    line = await world.chat.say(ALICE, "settings helper")
    assert str(line.text) == "This is for adults. Are you 18 or over?"
    question = await world.chat.press(ALICE, button(line, "Yes"))
    assert "They see your name only after you both say yes" in question.text
    await world.chat.press(ALICE, button(question, "Yes"))
    assert {"helper", "adult"} <= await kept(world)
    assert "This is for adults" not in (await world.chat.say(ALICE, "settings mentor")).text


async def test_whoever_is_under_age_keeps_everything_else(world: Playground) -> None:
    await with_check_in(world)
    line = await world.chat.say(ALICE, "settings helper")
    answer = await world.chat.press(ALICE, button(line, "No"))
    assert "everything else is open to you" in answer.text
    assert await kept(world) == {"core", "dm", "checkin"}


async def declare_for_adults(world: Playground) -> None:
    porch = await world.bot.database.write(members.found, ROOM, world.now)
    await world.bot.database.write(community_settings.save, porch, community_settings.Settings(adults_only=True))


@pytest.mark.parametrize("place", [ROOM, None])
async def test_among_adults_the_line_comes_with_the_first_yes_to_anything_and_once(
    world: Playground, place: Place | None
) -> None:
    await declare_for_adults(world)
    assert "18 or over" in (await world.chat.say(ALICE, "checkin on 19:00 berlin", place)).text
    assert "I'd be messaging you first" in (await world.chat.say(ALICE, "yes", place)).text
    assert "I'll check in at 19:00" in (await world.chat.say(ALICE, "yes", place)).text
    alice = await world.bot.database.read(members.person_of, ALICE)
    assert alice is not None
    assert ADULT in await world.bot.database.read(consents.given, alice)
    assert "18 or over" not in (await world.chat.say(ALICE, "settings helper", ROOM)).text


async def test_among_adults_whoever_says_no_goes_on_with_what_they_wanted(world: Playground) -> None:
    await declare_for_adults(world)
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin", ROOM)
    on = await world.chat.press(ALICE, button(asked, "No"), ROOM)
    assert "Nothing about your age is kept." in on.text
    assert "I'd be messaging you first" in on.text
    assert "I'll check in at 19:00" in (await world.chat.press(ALICE, button(on, "Yes"), ROOM)).text
    alice = await world.bot.database.read(members.person_of, ALICE)
    assert alice is not None
    assert ADULT not in await world.bot.database.read(consents.given, alice)
    assert "18 or over" not in (await world.chat.say(ALICE, "remind me tomorrow 9am call", ROOM)).text, "it was asked"
    assert "18 or over" in (await world.chat.say(ALICE, "settings helper", ROOM)).text


async def test_among_adults_nothing_comes_before_a_country_for_help_now(world: Playground) -> None:
    await declare_for_adults(world)
    card = await world.chat.say(ALICE, "help-now", ROOM)
    page = await world.chat.press(ALICE, button(card, "Choose"), ROOM)
    shown = await world.chat.press(ALICE, button(page, "Mexico"), ROOM)
    assert "your country is Mexico" in (await world.chat.press(ALICE, button(shown, "Remember my country"), ROOM)).text


async def test_a_made_up_button_cannot_jump_over_the_line_about_age(world: Playground) -> None:
    made_up = Button(Text("Yes"), "consent.yes", "set-helper|0|", row="-")
    assert str((await world.chat.press(BOB, made_up)).text) == "This is for adults. Are you 18 or over?"
    assert await world.bot.database.read(members.person_of, BOB) is None


@pytest.mark.parametrize("value", ["", "nothing", "nothing|1|x", "|||", "checkin|0|not a schedule"])
async def test_a_made_up_yes_agrees_to_nothing(world: Playground, value: str) -> None:
    answer = await world.chat.press(ALICE, Button(Text("Yes"), "consent.yes", value, row="-"))
    assert "expired" in answer.text
    assert await world.bot.database.read(members.person_of, ALICE) is None


async def test_learn_lists_the_places_that_moderators_wrote_down_for_this_community_alone(world: Playground) -> None:
    await world.chat.say(BOB, "start", ROOM)
    porch = await world.bot.database.read(members.community_of, ROOM)
    assert porch is not None

    def seal(row: int) -> bytes:
        return world.bot.core.keyring.encrypt("Tea at *the mill*, Mondays", "resources", "words", row)

    await world.bot.database.write(lines.add_resource, porch, seal, world.now)
    there = await world.chat.say(ALICE, "learn", ROOM)
    assert "Places nearby, from your moderators:" in there.text
    assert "Tea at *the mill*, Mondays" in there.text
    elsewhere = await world.chat.say(ALICE, "learn", Place(ROOM.platform, "garden", "The Garden"))
    assert "nearby" not in elsewhere.text
