"""Wishes: what people type finds the door that serves it, and nothing that ends something is ever near."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from bot.errors import FatalError
from bot.incoming import wished
from bot.words import wishes
from bot.words.help_words import plain
from bot.words.wishing import table

DATA = Path(__file__).parents[1] / "data" / "words"

GIVEN = [
    ("im so lonely tonight", "company"),
    ("Is anyone there???", "company"),
    ("can I talk to a human", "company"),
    ("find me a buddy", "buddy find"),
    ("i don't like my buddy", "buddy end"),
    ("I don’t like my buddy", "buddy end"),
    ("what circles are there", "circle list"),
    ("start a circle", "circle new"),
    ("change my time to 8", "checkin on 8"),
    ("can you ask me at 8:30 pm instead", "checkin on 8:30 pm"),
    ("set my timezone to berlin", "checkin change"),
    ("im in tokyo now", "checkin change"),
    ("fewer questions please", "checkin change"),
    ("unsubscribe", "pause"),
    ("going offline till sunday", "pause sunday"),
    ("im back", "start"),
    ("delete my account", "forget-me"),
    ("erase all of it", "forget-me"),
    ("i want to leave", "leave"),
    ("what do you know about me", "my-data"),
    ("can moderators read this", "privacy"),
    ("who can see this", "privacy"),
    ("are you a bot", "about"),
    ("thank you", "company"),
    ("no thanks", "company"),
    ("someone is harassing me", "report"),
    ("block bob", "buddy avoid"),
    ("volunteer", "settings"),
    ("set a reminder", "reminders"),
    ("write this down for me", "notebook"),
    ("how many days sober am i", "my-dates"),
    ("use both accounts", "link"),
    ("how do i turn this off", "pause"),
    ("who runs this bot", "about"),
    ("i can't tonight", "circle list"),
    ("stats", "checkin month"),
]

NEAR = [
    ("is anyone awakee", "company"),
    ("could someone talk to me", "company"),
    ("find me a budddy please", "buddy find"),
    ("what circls are there", "circle list"),
    ("whats the next circle", "circle list"),
    ("do you sell my dataa", "privacy"),
    ("please change my timezone", "checkin change"),
]

DESPAIR = [
    "i want to live",
    "i dont want to live",
    "i dont want to be here",
    "i want to leave this world",
    "i want to leave everyone",
    "i want to leave it all behind",
    "i cant leave",
    "i dont want to leave",
    "never leave me",
    "dont leave me",
    "everyone leaves me",
    "i want to be forgotten",
    "everybody will forget me",
    "nobody would forget me",
    "dont forget me",
    "please dont delete me",
    "i wish i could delete myself",
    "i wish i could pause everything in my head",
    "i want to stop existing",
    "i cannot stop",
    "make the pain stop",
    "i dont want to stop",
    "i want to end",
    "nothing ends",
    "my life is over",
    "i lost my buddy",
    "i lost my job and my home",
    "she left me",
    "he died and i am alone",
]
WHO = ("i", "we", "she", "he", "everybody", "nobody")
DOES = ("never", "cannot", "does not", "will not", "dont", "no longer")
WHAT = ("leave", "forget", "stop", "end", "delete", "pause", "report", "quit", "go")
AFTER = ("", " me", " this", " it", " any more", " the pain", " my life", " without you", " here tonight")


def despair() -> list[str]:
    """300 lines and more: grief, and every exit with a not before it."""
    made = [" ".join((who, does, what)) + after for who, does, what, after in itertools.product(WHO, DOES, WHAT, AFTER)]
    return [*DESPAIR, *made[:: len(made) // 300]]


OPENINGS = (
    *("today i", "this morning i", "tonight i", "we", "my sister and i", "the kids and i", "i slowly", "at work i"),
    *("after lunch i", "i finally"),
)
DEEDS = (
    *("walked along the river", "made soup from the leftovers", "had a hard talk with my father", "fixed the bike"),
    *("read two chapters", "cleaned half the kitchen", "waited for the bus in the rain", "met an old neighbour"),
    *(
        "slept badly and woke early",
        "paused the film to look at the moon",
        "left the party early",
        "stopped at the shop",
    ),
    *("reported for work on time", "started the garden again", "forgot my keys", "set the table for one"),
    *("helped a friend move boxes", "thanked the nurse", "took a quiet hour", "found my old notebook"),
)
ENDINGS = (
    *("", " and it was fine", " but my head was loud", " and then rested", ", slow and steady", " while it rained"),
    *(" before going home", " and called my aunt", " as always", " with music on"),
)


def diary() -> list[str]:
    """2,000 ordinary sentences."""
    return [f"{one} {two}{three}" for one, two, three in itertools.product(OPENINGS, DEEDS, ENDINGS)]


def first_door(line: str) -> str | None:
    found = wishes.find(line)
    return wishes.doors(found)[0][1] if found else None


@pytest.mark.parametrize(("line", "door"), [*GIVEN, *NEAR])
def test_a_wish_finds_its_door(line: str, door: str) -> None:
    assert first_door(line) == door


def test_what_people_typed_without_knowing_the_table_finds_its_wish() -> None:
    rows = [line.split("\t") for line in (DATA / "more-wishes.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    found = {line: wished.find(line) for line, _wish in rows}
    assert len(rows) > 120
    assert [
        (line, wish) for line, wish in rows if "|".join(one.name for one in getattr(found[line], "wishes", ())) != wish
    ] == []


def test_what_twelve_people_typed_who_had_not_seen_the_table_is_shown_a_door_that_fits() -> None:
    rows = [line.split("\t") for line in (DATA / "blind-wishes.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    shown = {line: [door for _label, door in wishes.doors(found)] for line, _ in rows if (found := wished.find(line))}
    assert len(rows) > 250
    assert [(line, fits) for line, fits in rows if not {*fits.split(",")} & {*shown.get(line, ())}] == []
    assert max(map(len, shown.values())) < 5


@pytest.mark.parametrize("line", ["im done", "I want out", "i want to disappear", "delete me", "Goodbye."])
def test_despair_that_sounds_like_an_exit_shows_both_and_help_first(line: str) -> None:
    found = wishes.find(line)
    assert found is not None
    assert [door for _label, door in wishes.doors(found)] == ["company", "help-now", "pause", "forget-me"]
    assert found.wishes[0].says == "I can't tell which you mean."


def test_no_despair_grief_or_negation_reaches_a_door_that_ends_something() -> None:
    lines = despair()
    assert len(lines) >= 300
    ends = [line for line in lines if (found := wishes.find(line)) and any(wish.ends for wish in found.wishes)]
    assert ends == []


def test_of_two_thousand_sentences_of_a_diary_none_is_a_whole_wish() -> None:
    lines = diary()
    assert len(lines) == 2000
    assert [line for line in lines if (found := wishes.find(line)) and found.whole] == []


def test_nothing_is_near_across_a_not() -> None:
    assert first_door("find me a buddyy") == "buddy find"
    assert first_door("dont find me a buddyy") is None
    assert first_door("i never want to join a circle") is None


ASKED = [
    ("is there a way to delete my account", "forget-me"),
    ("could you please wipe my stuff", "forget-me"),
    ("how do i unsubscribe", "pause"),
    ("i would like to download my data", "my-data"),
    ("dayly chekin", "checkin on"),
    ("im back from vacation", "start"),
]


@pytest.mark.parametrize(("line", "door"), ASKED)
def test_what_only_asks_and_a_slip_are_read_past(line: str, door: str) -> None:
    assert first_door(line) == door


ENDING = {"pause", "checkin off", "leave", "unlink", "buddy end", "circle leave", "forget-me", "report"}
ALIKE = [
    "help me leave",
    "i want to be deleted",
    "i need to stop",
    "i want to be paused",
    "a stop to it",
    "reporting in",
    *despair(),
]


def test_what_is_no_more_than_like_a_wish_is_shown_no_door_that_ends_something() -> None:
    found = {line: one for line in ALIKE if (one := wishes.find(line)) and not one.whole}
    assert len(found) > 3
    assert [
        line for line, one in found.items() if ENDING & {door.split(" {")[0] for _label, door in wishes.doors(one)}
    ] == []


def test_two_near_ones_are_both_offered() -> None:
    found = wishes.find("a buddy or a circle")
    assert found is not None
    assert [wish.name for wish in found.wishes] == ["buddy", "circles"]
    assert [door for _label, door in wishes.doors(found)] == ["buddy find", "circle list"]


@pytest.mark.parametrize("line", ["", "   ", "?!", "x" * 5000, "word " * 400, "🙂", "{time}", "{0.__class__}"])
def test_odd_lines_are_no_wish(line: str) -> None:
    assert wishes.find(line) is None


def test_every_line_of_the_table_is_read_as_it_stands() -> None:
    shipped = table.shipped()
    assert len(shipped.lines) > 900
    assert [
        line for line, wish in shipped.lines.items() if (found := wishes.find(line)) is None or found.wishes != (wish,)
    ] == []


def test_what_is_said_is_short_and_kind() -> None:
    shipped = table.shipped()
    said = {wish.says for wish in (*shipped.lines.values(), *(wish for _pattern, wish in shipped.slots)) if wish.says}
    assert [one for one in said if len(one) > 120 or re.search(r"!|\bshould\b|\bjust\b", one)] == []
    labels = {label for wish in shipped.lines.values() for _door, label in wish.doors}
    assert [label for label in labels if len(label) > 30] == []


BROKEN = [
    ('[meta]\nschema = 1\n[en]\n[[en.wish]]\nname = "a"\ndoors = ["x"]\n', "give 'doors' one or more"),
    (
        '[meta]\nschema = 1\n[en.doors]\nleave = "Leave"\n[[en.wish]]\nname = "a"\nends = true\ndoors = ["leave"]\n'
        'says = "Go."\nmeans = ["go"]\n',
        "opens by whole lines alone",
    ),
    (
        '[meta]\nschema = 1\n[en.doors]\nhelp = "Help"\n[[en.wish]]\nname = "a"\ndoors = ["help"]\nlines = ["go"]\n'
        '[[en.wish]]\nname = "b"\ndoors = ["help"]\nlines = ["Go!"]\n',
        "stands with 'a' already",
    ),
    (
        '[meta]\nschema = 1\n[en.doors]\nhelp = "Help"\n[[en.wish]]\nname = "a"\ndoors = ["help"]\n'
        'lines = ["to {where}"]\n',
        "leaves something open that is none of time, place, until",
    ),
    (
        '[meta]\nschema = 1\n[en.doors]\nhelp = "Help"\n[[en.wish]]\nname = "a"\ndoors = ["help"]\nline = ["x"]\n',
        "is not a field",
    ),
]


@pytest.mark.parametrize(("text", "cure"), BROKEN)
def test_a_mistake_in_the_file_is_told_in_one_sentence(tmp_path: Path, text: str, cure: str) -> None:
    path = tmp_path / "wishes.toml"
    path.write_text(text)
    with pytest.raises(FatalError, match=re.escape(cure)):
        table.load(path)


def test_plain_is_what_the_table_is_read_with() -> None:
    assert plain("I am BACK!!") in table.shipped().lines
    found = wishes.find("I’m BACK!!")
    assert found is not None
    assert found.whole, "what phones make of words is led back to the words"
