"""What people type tired and with one thumb, written down by somebody who had not seen the table of wishes."""

from __future__ import annotations

import re
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.incoming import wished
from bot.messages import Member, Message
from tests.cast import ALICE, BOB, MO, Playground, labels

DATA = Path(__file__).parents[1] / "data" / "words"
MOST_CHOICES = 5
LOST = "couldn't follow"
ACTIONS = {
    "company.ask": "company",
    "company.tell": "company",
    "circles.browse": "circle list",
    "circles.wish": "circle list",
    "buddies.begin": "buddy find",
    "help.now": "help-now",
}
ENDING = re.compile("leave|forget-me|pause|buddy end|checkin off|report|circle leave|unlink")
WHICH_END = "I can't tell which you mean."
OF_THE_CHAT = {"conversations", "contacts", "sqlite_sequence"}
"""Tables that any line changes: where the chat stands, and that somebody was in touch."""
OF_THE_PLACE = {"communities", "places"}
"""A place is noticed whoever writes."""


def rows(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def lines(name: str) -> list[str]:
    return [line for [line] in rows(name)]


def doors(said: Message) -> list[str]:
    """The commands behind the buttons."""
    return [one.value if one.action == wished.DOOR else ACTIONS.get(one.action, one.action) for one in said.buttons]


def kept(connection: Connection) -> dict[str, list[str]]:
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))) for name in tables}


async def joined(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")


async def opened(world: Playground, command: str, who: Member = ALICE) -> str:
    said = await world.chat.say(who, command)
    await world.chat.say(who, "cancel")
    return str(said.text)


def reaches(said: Message, fits: list[str]) -> bool:
    shown = doors(said)
    if LOST in said.text:
        return False
    return any(door == fit or door.startswith(f"{fit} ") for door in shown for fit in fits if fit != "help-now") or (
        "help-now" in fits and ("danger right now" in said.text or shown[:1] == ["help-now"])
    )


@pytest.mark.parametrize("is_member", [True, False])
async def test_a_wish_reaches_a_fitting_door_and_nothing_is_done(world: Playground, is_member: bool) -> None:
    who = ALICE if is_member else BOB
    await joined(world)
    missed = []
    for typed, fits in rows("fresh-wishes.tsv"):
        before = await world.bot.database.read(kept)
        said = await world.chat.say(who, typed)
        after = await world.bot.database.read(kept)
        changed = {name for name in after if after[name] != before[name]} - OF_THE_CHAT - OF_THE_PLACE
        assert not changed, (typed, changed)
        assert len(said.buttons) <= MOST_CHOICES or "danger right now" in said.text, (typed, labels(said))
        wanted = fits.split(",")
        texts = [*wanted, *[await opened(world, fit, who) for fit in wanted if not reaches(said, wanted)]]
        if not reaches(said, wanted) and not str(said.text).startswith(tuple(texts)):
            missed.append((typed, fits, str(said.text), doors(said)))
        await world.chat.say(who, "cancel")
    assert missed == []


async def test_a_moderator_reaches_what_serves_a_community(world: Playground) -> None:
    missed = []
    for typed, fits in rows("fresh-moderator.tsv"):
        said = await world.chat.say(MO, typed)
        assert len(said.buttons) <= MOST_CHOICES, (typed, labels(said))
        if not reaches(said, fits.split(",")):
            missed.append((typed, fits, str(said.text), doors(said)))
    assert missed == []


async def test_who_moderates_nothing_is_shown_no_door_of_moderators(world: Playground) -> None:
    await joined(world)
    for typed, _fits in rows("fresh-moderator.tsv"):
        said = await world.chat.say(ALICE, typed)
        assert not [door for door in doors(said) if door.startswith("kith-mod")], typed
        await world.chat.say(ALICE, "cancel")


@pytest.mark.parametrize("is_open", [True, False])
async def test_despair_meets_help_and_no_exit_but_the_one_that_asks_which(world: Playground, is_open: bool) -> None:
    await joined(world)
    for typed in lines("fresh-despair.tsv"):
        if is_open:
            await world.chat.say(ALICE, "checkin now")
        said = await world.chat.say(ALICE, typed)
        shown = doors(said)
        assert "danger right now" in said.text or "help-now" in shown, typed
        assert "Did you mean" not in said.text, typed
        if [door for door in shown if ENDING.match(door)]:
            assert shown[:4] == ["company", "help-now", "pause", "forget-me"], typed
            assert len(shown) <= MOST_CHOICES, typed
            assert is_open or str(said.text) == WHICH_END, typed


async def test_a_diary_is_an_answer_and_nothing_else(world: Playground) -> None:
    await joined(world)
    for typed in lines("fresh-diary.tsv"):
        await world.chat.say(ALICE, "checkin now")
        said = await world.chat.say(ALICE, typed)
        assert str(said.text).startswith(("Noted", "Thank")), (typed, str(said.text))
        assert "Did you also" not in said.text, typed


@pytest.mark.parametrize(
    ("line", "door"),
    [
        ("feedback from my boss was good", "feedback from my boss was good"),
        ("report cards came back fine", "report cards came back fine"),
        ("notebook is full now", "notebook is full now"),
    ],
)
async def test_a_sentence_that_begins_like_a_command_is_the_answer_and_shows_its_door(
    world: Playground, line: str, door: str
) -> None:
    await joined(world)
    await world.chat.say(ALICE, "checkin now")
    said = await world.chat.say(ALICE, line)
    assert str(said.text).startswith("Noted: you checked in.")
    assert door in doors(said)


async def test_a_yes_to_would_you_like_one_asks_for_a_person(world: Playground) -> None:
    assert LOST in (await world.chat.say(BOB, "the purple kettle of tuesday")).text
    said = await world.chat.say(BOB, "yes")
    assert str(said.text) == str((await world.chat.say(BOB, "company")).text)


async def test_that_yes_takes_nothing_away_from_what_waits(world: Playground) -> None:
    await joined(world)
    await world.chat.say(ALICE, "remind me tomorrow to call mum")
    await world.chat.say(ALICE, "the purple kettle of a long and tuesday evening")
    assert "with your own reminders" in (await world.chat.say(ALICE, "9:00")).text


async def test_a_yes_to_a_screen_opens_its_one_door_or_is_asked_which(world: Playground) -> None:
    await joined(world)
    await world.chat.say(ALICE, "find me a friend")
    assert str((await world.chat.say(ALICE, "yes")).text) == await opened(world, "buddy find")
    await world.chat.say(ALICE, "im so lonely tonight")
    asked = await world.chat.say(ALICE, "yes please")
    assert str(asked.text) == "Which one?"
    assert labels(asked)[:3] == ["Company", "Circles", "A buddy"]


@pytest.mark.parametrize("line", ["pause my life", "leave me behind", "end me", "thank you for listening"])
async def test_no_sentence_is_answered_with_a_command_it_begins_like(world: Playground, line: str) -> None:
    await joined(world)
    said = await world.chat.say(ALICE, line)
    assert "Did you mean" not in said.text
    assert "I read times" not in said.text
    assert "I understood" not in said.text
    assert "Help now" in labels(said)


@pytest.mark.parametrize("line", ["quiet until i die", "away until the end", "block everyone", "until i am gone"])
async def test_what_is_filled_in_is_no_despair(world: Playground, line: str) -> None:
    await joined(world)
    said = await world.chat.say(ALICE, line)
    assert not [door for door in doors(said) if ENDING.match(door)]
    assert "Help now" in labels(said)


async def test_a_second_line_behind_a_check_in_is_no_riddle(world: Playground) -> None:
    await joined(world)
    await world.chat.say(ALICE, "checkin now")
    await world.chat.say(ALICE, "same old, work was long")
    said = await world.chat.say(ALICE, "was at the doctors too, all fine")
    assert str(said.text) == ("This reached nobody either, and I haven't saved it. Would you like a person to hear it?")
    assert labels(said) == ["Ask a person here", "Help now"]
    assert str((await world.chat.say(ALICE, "yes")).text) == await opened(world, "company")
    assert LOST in (await world.chat.say(ALICE, "remove the bins")).text, "behind another screen it is one"


@pytest.mark.parametrize(
    ("line", "door"),
    [
        ("9pm", "checkin on 9pm"),
        ("yes 9pm", "checkin on 9pm"),
        ("20:30", "checkin on 20:30"),
        ("actually 9", "checkin on 9"),
        ("until monday", "pause monday"),
        ("that question is too personal", "checkin change"),
    ],
)
async def test_what_is_said_after_a_door_was_shown_finds_it_filled_in(world: Playground, line: str, door: str) -> None:
    await joined(world)
    assert door in doors(await world.chat.say(ALICE, line))


@pytest.mark.parametrize("line", ["bye", "good night", "ok bye", "see you tomorrow"])
async def test_a_good_bye_is_answered_with_one(world: Playground, line: str) -> None:
    assert str((await world.chat.say(BOB, line)).text) == "Until next time. I'm here whenever you write."


async def test_a_reminder_is_said_back_beside_the_question_that_comes_before_it(world: Playground) -> None:
    await joined(world)
    asked = await world.chat.say(ALICE, "remind me tomorrow 9:00 call mum")
    assert str(asked.text).endswith("at 09:00, Berlin time: “call mum”.")
    again = await world.chat.say(ALICE, "remind me every monday 19:00 put the bins out")
    assert "until you stop it: “put the bins out”." in again.text


TALKS = {"stranger": BOB, "member": ALICE, "moderator": MO}
LOST_AT_MOST = {"stranger": 4, "member": 3, "moderator": 0}
"""Lines that no table knows ("his name is marco"), at most."""
LISTS = ("This week:", "In danger right now?")
"""What is a list of things by its nature."""


@pytest.mark.parametrize("who", TALKS)
async def test_a_whole_talk_has_no_silence_and_no_dead_end(world: Playground, who: str) -> None:
    """Line behind line, as three tired people typed them: nothing is silent, long, or lost without help."""
    lost = []
    for typed in lines(f"talk-{who}.txt"):
        said = await world.chat.say(TALKS[who], typed)
        first = str(said.text)
        assert first, typed
        assert "I don't know that" not in first, typed
        if LOST in first:
            lost.append(typed)
            assert "Help now" in labels(said), typed
        sentences = first.split("\n\n")[0].split("\n")
        assert len(sentences) <= 2 or first.startswith((*LISTS, "Hello,")), (typed, first)
    assert len(lost) <= LOST_AT_MOST[who], lost
