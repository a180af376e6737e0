"""What a tap is answered with where it opens nothing: one of six steady sentences, by what was tapped."""

from __future__ import annotations

from collections.abc import Mapping

from bot.messages import Text
from bot.words.i18n import N_, say

PLAIN = N_("Thanks. I've noted that you checked in. I don't keep the words.")
HARD = N_("Noted: you checked in. A hard day asks no more of you here, and I don't keep the word.")
"""After the answer of that name always this one, so that it can be known by heart."""

FITTING: Mapping[str, frozenset[str]] = {
    N_("Noted: you checked in. No is a whole answer here, and I don't keep it."): frozenset(
        {
            "no", "no thanks", "no, thanks", "none", "none today", "none right now", "none, thanks", "nothing",
            "nothing, thanks", "nothing right now", "neither", "neither today", "neither this week", "never",
            "none of these", "none of them", "not at all", "not right now", "not this time", "not this week",
            "not today", "not yet", "please don't", "please not at all",
        }
    ),
    N_("Noted: you checked in. There is no hurry, and I don't keep the words."): frozenset(
        {"another day", "getting there", "later", "maybe", "nearly", "save it for later", "slow", "slowly"}
    ),
    N_("Noted: you checked in. It can stay open, and I don't keep the words."): frozenset(
        {
            "a bit of both", "a mix", "depends on the day", "hard to say", "I don't know", "I don't know what to do",
            "I had no idea", "I had no plan", "in between", "in parts", "it changes", "it depends", "no idea",
            "not sure", "partly", "so-so", "some are", "some of each", "something else", "sometimes",
            "somewhere else", "up and down",
        }
    ),
    N_("Noted: you checked in. Nothing has to change because of it, and I don't keep the words."): frozenset(
        {
            "broken", "every hour is late now", "frowning", "half asleep", "hard work", "hardly at all", "hardly ever",
            "I don't want to say", "in a muddle", "mostly empty", "not much", "not really", "nothing kind", "rushed",
            "tense", "they run into the next", "tired", "too little", "wobbly", "worn out", "worse than I thought",
        }
    ),
    N_("Noted: you checked in. A day may be like that, too. I don't keep the words."): frozenset(
        {
            "at ease", "better than I thought", "calm", "enough", "fine", "full", "mostly", "okay", "plenty", "rested",
            "smiling", "steady", "warm enough", "wide awake",
        }
    ),
}  # fmt: skip
"""A sentence -> the answers it fits. Any other answer, a taste or a habit, gets the plain one."""


def after(answer: str) -> Text:
    """The sentence after this answer (empty: ``I'm here``)."""
    if answer == "hard":
        return say(HARD)
    return say(next((sentence for sentence, answers in FITTING.items() if answer in answers), PLAIN))
