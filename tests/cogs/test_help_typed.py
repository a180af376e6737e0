"""What somebody types in distress: words for help wherever they are typed, phrases, a loss, a hard turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from sqlite3 import Connection

import pytest

from storage.members import members
from tests.cast import ALICE, BOB, DANA, ROOM, Playground, button, labels
from tests.cogs.test_help_now import SEEN, community, set_emergency
from tests.conftest import SATURDAY_EVENING
from tests.legible import legible
from tests.words.test_help_words import ASKING, HARMLESS


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Playground]:
    """One world for all lines of the tables: what each asks is answered without a trace."""
    async with Playground.open(tmp_path_factory.mktemp("shared"), SATURDAY_EVENING) as opened:
        yield opened


# -- phrases ----------------------------------------------------------------------------------------------------------

BEFORE = "I'm a bot and can't tell how you mean this. Nobody here has read it. In case it helps tonight:"


async def agree(world: Playground) -> None:
    """Alice gets a check-in each day."""
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "checkin on 19:00 berlin"), "Yes"))


async def test_a_phrase_brings_the_card_first_tells_nobody_and_keeps_nothing(world: Playground) -> None:
    await set_emergency(world, "112")
    before = len(world.chat.posted)
    answer = await world.chat.say(ALICE, "I want to die")
    assert str(answer.text).startswith(BEFORE + "\nIn danger right now?")
    assert "couldn't follow" not in answer.text
    assert labels(answer)[:2] == ["My people", "I'm all right, go on"]
    assert answer.private
    assert len(world.chat.posted) == before + 1, "one answer, to Alice"
    text = await world.bot.database.read(legible)
    assert "want to die" not in text
    assert "In danger" not in (await world.chat.say(ALICE, "start")).text


async def test_that_it_came_is_kept_nowhere(world: Playground) -> None:
    """Not a row more or another one than any line that nobody understood would leave."""
    await agree(world)
    left = []
    for line in ("xyzzy", "I want to die", "I want to die"):
        await world.chat.say(ALICE, line)
        left.append(await world.bot.database.read(kept_but_the_chat))
    assert left[0] == left[1] == left[2]


def kept_but_the_chat(connection: Connection) -> list[str]:
    return [line for line in connection.iterdump() if 'INTO "conversations"' not in line]


async def test_a_stranger_gets_it_as_well_and_nothing_is_kept_of_them(world: Playground) -> None:
    assert BEFORE in (await world.chat.say(DANA, "i don’t want to live")).text
    assert await world.bot.database.read(members.person_of, DANA) is None


async def test_a_phrase_in_a_room_is_not_looked_at(world: Playground) -> None:
    await community(world)
    answer = await world.chat.say(ALICE, "I want to die", ROOM)
    assert "In danger" not in answer.text
    assert labels(answer) == ["Ask a person here", "Help now"]


async def test_whole_once_a_day_and_then_in_one_line(world: Playground) -> None:
    assert SEEN in (await world.chat.say(ALICE, "I want to die")).text
    again = await world.chat.say(ALICE, "I could kill myself")
    assert str(again.text) == "I'm a bot and can't tell how you mean this. `help now` has numbers, at any hour."
    assert labels(again) == ["Help now"]
    assert SEEN in (await world.chat.press(ALICE, button(again, "Help now"))).text
    assert SEEN in (await world.chat.say(BOB, "I want to die")).text, "for each of them"
    world.now += timedelta(days=1)
    assert SEEN in (await world.chat.say(ALICE, "I want to die")).text


async def test_a_phrase_in_answer_to_a_check_in_stands_above_the_answer(world: Playground) -> None:
    await agree(world)
    await world.chat.say(ALICE, "checkin now")
    answer = await world.chat.say(ALICE, "i want to die")
    assert str(answer.text).startswith(BEFORE)
    assert "you checked in" in str(answer.text).partition(SEEN)[2], "the answer is there, under the card"
    assert {"My people", "I'm all right, go on", "Keep it for me", "Help now"} <= set(labels(answer))


async def test_a_phrase_in_the_middle_of_a_form_keeps_the_form_and_its_words(world: Playground) -> None:
    await agree(world)
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "people"), "Add one"))
    asked = await world.chat.say(ALICE, "the river, when I want to die")
    assert BEFORE in asked.text
    assert "Friend, family, group, place, animal?" in asked.text
    for answer in ("place", "-", "-"):
        shown = await world.chat.say(ALICE, answer)
    assert "the river, when I want to die" in shown.text


async def test_go_on_leaves_everything_where_it_was(world: Playground) -> None:
    await agree(world)
    asked = await world.chat.say(ALICE, "settings")
    said = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "I want to die"), "I'm all right, go on"))
    assert str(said.text) == "That's fine. Everything is where you left it."
    assert (await world.chat.say(ALICE, "1")).text != said.text
    assert labels(asked)


@pytest.mark.parametrize("line", ["my people", "My people.", "I’m all right, go on", "help now", "ask a person here"])
async def test_what_stands_under_the_card_can_be_typed_as_it_is_written(world: Playground, line: str) -> None:
    await world.chat.say(ALICE, "I want to die")
    assert "couldn't follow" not in (await world.chat.say(ALICE, line)).text


async def test_what_is_typed_into_a_form_counts_as_typed_to_the_bot(world: Playground) -> None:
    await set_emergency(world, "112")
    await world.chat.say(ALICE, "checkin on 19:00 berlin", ROOM)
    await world.chat.say(ALICE, "yes", ROOM)
    await world.chat.say(ALICE, "report", ROOM)
    code = (await community(world)).id
    await world.bot.run_action(
        world.chat.incoming(ALICE, ROOM), f"kith:1:reports.written:-:m{code}", {"words": "They make me want to die."}
    )
    answer = world.chat.read(ALICE)[-1]
    assert "They make me want to die." in answer.text
    assert "Send it" in labels(answer)
    assert "In danger right now?" in answer.text


# -- words for help, wherever they are typed --------------------------------------------------------------------------


@pytest.mark.parametrize("line", ASKING)
async def test_every_word_for_help_brings_the_card(shared: Playground, line: str) -> None:
    assert SEEN in (await shared.chat.say(DANA, line)).text


@pytest.mark.parametrize("line", [line for line in HARMLESS if line])
async def test_no_ordinary_line_brings_the_card(shared: Playground, line: str) -> None:
    assert SEEN not in (await shared.chat.say(BOB, line)).text
    assert BEFORE not in shared.chat.read(BOB)[-1].text


@pytest.mark.parametrize("line", ["help me", "emergency!", "112", "!kith help now", "i’m not safe", "Hilfe"])
async def test_a_word_for_help_in_the_middle_of_a_form_leaves_the_form_open(world: Playground, line: str) -> None:
    await agree(world)
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "people"), "Add one"))
    await world.chat.say(ALICE, "my sister")
    assert SEEN in (await world.chat.say(ALICE, line)).text
    assert "Good for what?" in (await world.chat.say(ALICE, "family")).text
    for answer in ("laughing", "-"):
        shown = await world.chat.say(ALICE, answer)
    assert "1. my sister" in shown.text


@pytest.mark.parametrize("line", ["110", "911", "9:11", "112"])
async def test_a_number_answers_a_question_for_a_number(world: Playground, line: str) -> None:
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "checkin on 19:00 berlin"), "Change time or days"))
    assert SEEN not in (await world.chat.say(ALICE, line)).text


@pytest.mark.parametrize("words", ["help me", "Emergency.", "112"])
async def test_a_form_that_is_nothing_but_a_word_for_help_brings_the_card_and_its_answer(
    world: Playground, words: str
) -> None:
    await agree(world)
    asked = await world.chat.say(ALICE, "checkin now")
    assert asked.typed is not None
    await world.bot.run_action(world.chat.incoming(ALICE), asked.typed.id, {"words": words})
    said = world.chat.read(ALICE)[-1]
    assert "In danger right now?" in said.text
    assert "you checked in" in str(said.text).partition(SEEN)[2]


@pytest.mark.parametrize(
    "line", ["xyzzy", "checkin on 25:00", "chekin off", "settings quiet hours now", "remind me", "sos berlin"]
)
async def test_every_screen_that_did_not_understand_has_help_now(world: Playground, line: str) -> None:
    await agree(world)
    said = await world.chat.say(ALICE, line)
    assert labels(said)[-1] == "Help now"
    assert SEEN in (await world.chat.press(ALICE, said.buttons[-1])).text


async def test_a_wrong_answer_in_a_form_has_help_now(world: Playground) -> None:
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "checkin on 19:00 berlin"), "Change time or days"))
    assert labels(await world.chat.say(ALICE, "25:00")) == ["Help now"]
    assert "In which city" in (await world.chat.say(ALICE, "07:00")).text


# -- a loss, and a hard turn ------------------------------------------------------------------------------------------

LOSS = "I'm a bot and have no words for that. A person here might."
TURN = "Nothing changes for you here. Every door stays open."


@pytest.mark.parametrize("line", ["my mum died", "My best friend passed away", "tomorrow is my dad’s funeral"])
async def test_a_loss_has_its_words_and_never_a_neutral_one(world: Playground, line: str) -> None:
    await agree(world)
    said = await world.chat.say(ALICE, line)
    assert str(said.text) == LOSS
    assert labels(said) == ["Ask a person here", "Help now", "Keep it for me"]
    await world.chat.say(ALICE, "checkin now")
    answered = await world.chat.say(ALICE, line)
    assert str(answered.text).startswith(LOSS)
    assert "Noted" not in answered.text
    assert labels(answered)[:2] == ["Ask a person here", "Help now"]
    assert "30 days" in labels(await world.chat.press(ALICE, button(answered, "Keep it for me")))


@pytest.mark.parametrize("line", ["I relapsed", "i’m drinking again", "I slipped up last night"])
async def test_a_hard_turn_has_its_words(world: Playground, line: str) -> None:
    await agree(world)
    said = await world.chat.say(ALICE, line)
    assert str(said.text) == TURN
    assert labels(said) == ["Company", "Circle", "Help now"]
    await world.chat.say(ALICE, "checkin now")
    answered = await world.chat.say(ALICE, line)
    assert str(answered.text).startswith(TURN)
    assert "Noted" not in answered.text


async def test_a_stranger_who_tells_of_a_loss_is_offered_nothing_that_would_be_kept(world: Playground) -> None:
    assert labels(await world.chat.say(DANA, "my dog died")) == ["Ask a person here", "Help now"]


async def test_where_both_are_said_the_card_comes_first(world: Playground) -> None:
    said = await world.chat.say(ALICE, "my mum died and I want to die")
    assert str(said.text).startswith(BEFORE)
    assert LOSS in said.text
