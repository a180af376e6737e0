"""A line that is changed or taken back: read as if typed now, or told that it was read; and nothing of it is kept."""

from __future__ import annotations

import pytest

from bot.incoming.standing import afterwards
from bot.messages import Message
from storage.members import in_touch, members
from tests.cast import ALICE, BOB, MO, ROOM, Playground, button, labels

READ = "I read that message as it first stood. The change does nothing here; a new message does."
WAYS = "I read that message as it first stood. The change does nothing by itself; one of these does."


async def say_yes(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")


def only(said: list[Message]) -> Message:
    [one] = said
    return one


@pytest.mark.parametrize(
    ("typed", "changed", "answer"),
    [
        ("privcy please you", "privacy", "I keep your account id"),
        ("!kith abuot", "about", "I'm Kith"),
        ("checkin on 25:00", "checkin on 19:00 berlin", "A check-in at 19:00"),
        ("chekin off", "start", "Hi, I'm Kith"),
        ("qwertz uiop", "help now", "In danger right now?"),
    ],
)
async def test_a_change_of_the_last_line_that_was_not_understood_is_read_as_if_typed_now(
    world: Playground, typed: str, changed: str, answer: str
) -> None:
    await world.chat.say(ALICE, typed)
    assert answer in only(await world.chat.edit(ALICE, changed)).text


async def test_a_word_that_answers_nothing_is_changed_into_the_answer(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yess please")
    assert "I'll check in" in only(await world.chat.edit(ALICE, "yes")).text


async def test_a_value_that_could_not_be_read_is_changed_and_not_completed(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 5 berlin")
    await world.chat.say(ALICE, "7:62")
    assert "A check-in at 17:30" in only(await world.chat.edit(ALICE, "17:30")).text


async def test_a_line_that_was_read_says_so_and_offers_what_it_offered(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    said = only(await world.chat.edit(ALICE, "checkin on 20:00 berlin"))
    assert str(said.text) == WAYS
    assert labels(said) == [*labels(asked), "Help now"]
    assert "at 19:00" in (await world.chat.say(ALICE, "yes")).text, "and the question still stands"


async def test_undo_is_offered_where_there_is_one(world: Playground) -> None:
    await say_yes(world)
    await world.chat.say(ALICE, "settings i may write to you first")
    await world.chat.say(ALICE, "switch it off")
    said = only(await world.chat.edit(ALICE, "leave it on"))
    assert (str(said.text), labels(said)) == (WAYS, ["Undo", "Help now"])
    assert "on now" in (await world.chat.press(ALICE, button(said, "Undo"))).text


async def test_the_commands_that_an_answer_names_are_its_doors(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")
    said = only(await world.chat.edit(ALICE, "yes at 20:00"))
    assert str(said.text) == WAYS
    assert labels(said) == ["Checkin off", "Help now"]
    assert "No more check-ins." in (await world.chat.press(ALICE, button(said, "Checkin off"))).text


async def test_an_older_line_is_not_read_again(world: Playground) -> None:
    await world.chat.say(ALICE, "privcy please you")
    await world.chat.say(ALICE, "about")
    assert str(only(await world.chat.edit(ALICE, "privacy", back=1)).text) == READ


async def test_after_a_restart_a_change_says_that_it_does_nothing(world: Playground) -> None:
    await world.chat.say(ALICE, "about")
    world.bot._afterwards.lines = afterwards.Lines()
    assert str(only(await world.chat.edit(ALICE, "privacy")).text) == READ


async def test_the_same_words_drawn_anew_are_no_change(world: Playground) -> None:
    await world.chat.say(ALICE, "see https://example.org")
    assert await world.chat.edit(ALICE, "see https://example.org") == []


async def test_an_answer_in_a_form_is_changed_as_long_as_it_is_the_last(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    await world.chat.say(ALICE, "07:15")
    assert "In which city" in only(await world.chat.edit(ALICE, "07:45")).text
    await world.chat.say(ALICE, "-")
    assert "at 07:45 on weekdays" in (await world.chat.say(ALICE, "weekdays")).text


async def test_a_change_in_a_room_is_answered_only_where_the_line_was_lost(world: Playground) -> None:
    await world.chat.say(ALICE, "privcy please you", ROOM)
    assert "I keep your account id" in only(await world.chat.edit(ALICE, "privacy", ROOM)).text
    assert await world.chat.edit(ALICE, "about", ROOM) == []


async def test_words_that_wait_to_be_shared_are_the_changed_ones(world: Playground) -> None:
    await say_yes(world)
    await world.chat.say(ALICE, "checkin now")
    await world.chat.say(ALICE, "a slow day")
    said = only(await world.chat.edit(ALICE, "a slow day, and tea"))
    assert str(said.text) == "Your words wait as they are now. Nothing else has changed."
    person = await world.bot.database.read(members.person_of, ALICE)
    assert person is not None
    assert world.bot.core.words.recall(person, world.now) == "a slow day, and tea"


async def test_a_change_is_contact_and_so_is_taking_back(world: Playground) -> None:
    await say_yes(world)
    person = await world.bot.database.read(members.person_of, ALICE)
    assert person is not None
    for do in (world.chat.edit(ALICE, "about"), world.chat.take_back(ALICE)):
        world.now = world.now.replace(day=world.now.day + 1)
        await do
        assert await world.bot.database.read(in_touch.since, person, world.now.replace(hour=0))


async def test_phrases_of_distress_in_a_change_bring_the_card(world: Playground) -> None:
    await world.chat.say(ALICE, "about")
    assert "In danger right now?" in only(await world.chat.edit(ALICE, "i want to die")).text


# -- taken back -------------------------------------------------------------------------------------------------------


async def test_words_that_were_taken_back_wait_no_longer(world: Playground) -> None:
    await say_yes(world)
    await world.chat.say(ALICE, "checkin now")
    await world.chat.say(ALICE, "a slow day")
    assert await world.chat.take_back(ALICE) == []
    person = await world.bot.database.read(members.person_of, ALICE)
    assert person is not None
    assert world.bot.core.words.recall(person, world.now) is None


async def test_the_last_answer_in_a_form_is_asked_for_again(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    await world.chat.say(ALICE, "07:15")
    said = only(await world.chat.take_back(ALICE)).text
    assert said.parts[0] == "That answer is gone."
    assert "At what time?" in said


async def test_a_form_that_holds_it_further_back_goes_with_it(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    await world.chat.say(ALICE, "07:15")
    await world.chat.say(ALICE, "-")
    assert "The form that held it is gone too." in only(await world.chat.take_back(ALICE, back=1)).text
    assert "On which days?" not in (await world.chat.say(ALICE, "weekdays")).text


async def test_a_draft_that_holds_it_goes_with_it(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    await world.chat.say(ALICE, "07:15")
    await world.chat.say(ALICE, "privacy")
    assert "The form that held it is gone too." in only(await world.chat.take_back(ALICE, back=1)).text
    assert "In which city" not in (await world.chat.say(ALICE, "go on")).text


async def test_what_it_did_stands_and_undo_is_offered(world: Playground) -> None:
    await say_yes(world)
    await world.chat.say(ALICE, "settings i may write to you first")
    await world.chat.say(ALICE, "switch it off")
    said = only(await world.chat.take_back(ALICE))
    assert (str(said.text), labels(said)) == ("What that message did stands. `Undo` takes it back.", ["Undo"])


async def test_nobody_changes_the_line_of_another(world: Playground) -> None:
    await world.chat.say(ALICE, "qwertz uiop")
    assert str(only(await world.chat.edit(BOB, "about")).text) == READ
    assert await world.chat.take_back(MO) == []


async def test_what_is_known_of_lines_is_bounded(world: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afterwards, "CHATS", 1)
    monkeypatch.setattr(afterwards, "LINES", 2)
    for line in ("qwertz", "uiop", "asdf"):
        await world.chat.say(ALICE, line)
    lines = world.bot._afterwards.lines
    assert [len(kept) for kept in lines._chats.values()] == [2]
    await world.chat.say(BOB, "about")
    assert len(lines._chats) == 1
