"""A tap that opens nothing is answered by a sentence that fits it, and "hard" always by the same one."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.words import prompts
from cogs.checkins import steady
from tests.cast import Playground
from tests.cogs.test_answers_open import answer, asks

__all__ = ["asks"]

TAPS = [one for one in prompts.shipped() if one.kind == "checkin" and one.reply == "tap"]
OPTIONS = {option for one in TAPS for option in one.options}


def test_six_sentences_each_for_answers_there_are_and_none_for_two() -> None:
    assert len({steady.PLAIN, *steady.FITTING}) == 6
    said = Counter(option for options in steady.FITTING.values() for option in options)
    assert [option for option, times in said.items() if times > 1] == []
    assert said.keys() - OPTIONS == set(), "no question has this answer any more"


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("no thanks", "No is a whole answer here"),
        ("another day", "There is no hurry"),
        ("hard to say", "It can stay open"),
        ("worn out", "Nothing has to change because of it"),
        ("rested", "A day may be like that, too."),
        ("a dog", "Thanks. I've noted"),
        ("", "Thanks. I've noted"),
        ("hard", "A hard day asks no more of you here"),
    ],
)
def test_it_fits(option: str, words: str) -> None:
    assert words in steady.after(option)


def test_only_one_question_has_the_answer_hard() -> None:
    assert [one.id for one in TAPS if "hard" in one.options] == ["ci-arr-08"]


async def test_hard_is_answered_the_same_every_time_and_opens_the_doors(asks: Playground) -> None:
    said = [await answer(asks, "ci-arr-08", "hard") for _time in range(2)]
    assert str(said[0].text) == f"{steady.HARD} Nobody is told."
    assert said[0].text == said[1].text
    assert said[0].buttons


async def test_a_no_is_heard_as_one(asks: Playground) -> None:
    assert "No is a whole answer here" in (await answer(asks, "ci-ask-05", "no thanks")).text
