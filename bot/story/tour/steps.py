"""The steps of the tour: who does what, and what it is about. What Kith says in them comes from the core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.messages import Member
from bot.story.playground import ALICE, CHANDRA, DANA, MO

How = Literal["writes", "presses", "answers", "is asked"]


@dataclass(frozen=True)
class Deed:
    """Somebody writes a line, presses a button, answers what is asked; or time passes until a button is theirs."""

    who: Member
    how: How
    words: str


@dataclass(frozen=True)
class Step:
    """Something to see. ``you`` is whom the visitor is; the other people, and the clock, do theirs by themselves.

    ``beside`` is whose chats are shown next to the visitor's: the other side of it, or who learns nothing.
    """

    title: str
    about: str
    you: Member
    deeds: tuple[Deed, ...]
    beside: Member = DANA


def writes(who: Member, words: str) -> Deed:
    return Deed(who, "writes", words)


def presses(who: Member, *labels: str) -> tuple[Deed, ...]:
    return tuple(Deed(who, "presses", label) for label in labels)


def answers(who: Member, words: str) -> Deed:
    return Deed(who, "answers", words)


def until_asked(who: Member, label: str) -> Deed:
    return Deed(who, "is asked", label)


STEPS = (
    Step(
        "Set up a community",
        "Mo moderates The Porch, and has added Kith. Five questions, each with a default.",
        MO,
        (
            writes(MO, "kith-mod setup"),
            *presses(MO, "Yes", "Later", "Yes, there", "Yes, there", "Go on", "Post it"),
        ),
        beside=ALICE,
    ),
    Step(
        "Choose a check-in",
        "Alice found Kith in the list of members. It wrote to nobody by itself.",
        ALICE,
        (
            writes(ALICE, "start"),
            *presses(ALICE, "a check-in", "Yes"),
            until_asked(ALICE, "Skip"),
            writes(ALICE, "long day, but the tram driver waited for me"),
        ),
        beside=MO,
    ),
    Step(
        "Meet a buddy",
        "Alice and Dana would each like a buddy. Neither hears a name before both have said yes.",
        ALICE,
        (
            writes(DANA, "buddy find"),
            *presses(DANA, "Weekday evenings", "Text", "Company", "Looks right", "Yes", "Yes"),
            writes(ALICE, "buddy find"),
            *presses(ALICE, "Weekday evenings", "Text", "Company", "Looks right", "Yes", "Yes"),
            until_asked(ALICE, "Pass"),
            *presses(ALICE, "Yes"),
            *presses(DANA, "Yes"),
        ),
    ),
    Step(
        "Join a circle",
        "Dana and Chandra host a tea on Sundays. A circle shows only after both hosts said yes.",
        ALICE,
        (
            writes(CHANDRA, "settings host"),
            *presses(CHANDRA, "Yes", "Yes", "Yes"),
            writes(DANA, "circle new"),
            *presses(DANA, "Yes"),
            answers(DANA, "sunday 17:30 · Sunday tea"),
            *presses(DANA, "Co-host"),
            answers(DANA, "@Chandra"),
            *presses(CHANDRA, "I'll host", "Yes"),
            *presses(DANA, "Publish"),
            writes(ALICE, "circle list"),
            *presses(ALICE, "Sunday tea", "I'm in", "Yes"),
        ),
    ),
    Step(
        "Go quiet, and be noticed",
        "Alice writes a list of people who are told if they go quiet. Only Alice sees it.",
        ALICE,
        (
            writes(DANA, "settings others may ask"),
            *presses(DANA, "Yes"),
            writes(ALICE, "quiet"),
            *presses(ALICE, "Yes", "After 3 days", "2 days", "Add someone"),
            answers(ALICE, "@Dana"),
            *presses(DANA, "Accept", "Yes"),
            until_asked(DANA, "Stop being told"),
            *presses(ALICE, "I'm here"),
        ),
    ),
    Step(
        "Ask for company",
        "An evening is long. Dana has said that they may be asked.",
        ALICE,
        (
            writes(DANA, "settings helper"),
            *presses(DANA, "Yes", "Yes"),
            writes(ALICE, "company"),
            *presses(ALICE, "Yes", "Ask"),
            until_asked(DANA, "I can"),
            *presses(DANA, "I can"),
            *presses(ALICE, "Yes"),
        ),
    ),
    Step(
        "Be forgotten",
        "Everything of Alice's can be looked at, and deleted in one step.",
        ALICE,
        (writes(ALICE, "my-data"), writes(ALICE, "forget-me"), *presses(ALICE, "Delete everything")),
        beside=MO,
    ),
)
