"""The steps of the tour: who does what, and what it is about. What Kith says in them comes from the core.

Read in full, with two seconds for each press, they take no longer than five minutes and a half (`tests/story/tour/`).
"""

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
class Played:
    """What the tour does at once, by whomever, with a sentence on it. ``once``: it lasts, so a second tour finds it."""

    says: str
    deeds: tuple[Deed, ...]
    once: bool = False


@dataclass(frozen=True)
class Step:
    """Something to see. ``you`` is whom the visitor is, and each `Deed` theirs; the rest is `Played`.

    ``kept`` are the things, as `my-data` calls them, that are named of what is kept. ``beside`` is whose chats are
    shown next to the visitor's: the other side of it, or who learns nothing.
    """

    title: str
    about: str
    you: Member
    deeds: tuple[Deed | Played, ...]
    kept: tuple[str, ...] = ()
    beside: Member = DANA


def writes(who: Member, words: str) -> Deed:
    return Deed(who, "writes", words)


def presses(who: Member, *labels: str) -> tuple[Deed, ...]:
    return tuple(Deed(who, "presses", label) for label in labels)


def answers(who: Member, words: str) -> Deed:
    return Deed(who, "answers", words)


def until_asked(who: Member, label: str) -> Deed:
    return Deed(who, "is asked", label)


BUDDY = ("Weekday evenings", "Text", "Company", "Looks right", "Yes", "Yes")

STEPS = (
    Step(
        "Set up a community",
        "Mo moderates The Porch, and has added Kith.",
        MO,
        (
            writes(MO, "kith-mod setup"),
            Played(
                "Mo has said yes to what is kept, and answered four questions.",
                presses(MO, "Yes", "Later", "Yes, there", "Yes, there", "Go on"),
            ),
            *presses(MO, "Post it"),
        ),
        kept=("communities",),
        beside=ALICE,
    ),
    Step(
        "Choose a check-in",
        "Kith wrote to nobody by itself: Alice writes first.",
        ALICE,
        (
            writes(ALICE, "start"),
            *presses(ALICE, "a check-in", "Yes"),
            Played("Time has passed until then.", (until_asked(ALICE, "Skip"),)),
            writes(ALICE, "long day, but the tram driver waited for me"),
        ),
        kept=("check-in", "check-ins of the last 35 days"),
        beside=MO,
    ),
    Step(
        "Meet a buddy",
        "Neither hears a name before both have said yes.",
        ALICE,
        (
            Played("Dana would like a buddy too.", (writes(DANA, "buddy find"), *presses(DANA, *BUDDY)), once=True),
            writes(ALICE, "buddy find"),
            Played(
                "Alice has answered what Kith asked. Time has passed until somebody fits.",
                (*presses(ALICE, *BUDDY), until_asked(ALICE, "Pass")),
            ),
            *presses(ALICE, "Yes"),
            Played("Dana said yes too.", presses(DANA, "Yes")),
        ),
        kept=("your pairs",),
    ),
    Step(
        "Join a circle",
        "A circle shows only after both hosts said yes.",
        ALICE,
        (
            Played(
                "Dana and Chandra host a tea on Sundays.",
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
                ),
                once=True,
            ),
            writes(ALICE, "circle list"),
            Played("Alice has opened one.", presses(ALICE, "Sunday tea")),
            *presses(ALICE, "I'm in"),
            Played("Alice said yes to reminders.", presses(ALICE, "Yes")),
        ),
        kept=("circles",),
    ),
    Step(
        "Go quiet, and be noticed",
        "Only Alice sees the list of who is told.",
        ALICE,
        (
            Played(
                "Dana allows being asked.", (writes(DANA, "settings others may ask"), *presses(DANA, "Yes")), once=True
            ),
            writes(ALICE, "quiet"),
            *presses(ALICE, "Yes"),
            Played("Alice has chosen two days.", presses(ALICE, "After 3 days", "2 days", "Add someone")),
            answers(ALICE, "@Dana"),
            Played(
                "Dana has accepted. Then Alice was quiet, and Kith asked them first.",
                (*presses(DANA, "Accept", "Yes"), until_asked(ALICE, "Pause")),
            ),
            Played("No answer came, so Dana was told.", (until_asked(DANA, "Stop being told"),)),
            *presses(ALICE, "I'm here"),
        ),
        kept=("quiet alert",),
    ),
    Step(
        "Ask for company",
        "Names are shown only after both have said yes.",
        ALICE,
        (
            Played("Dana is a helper.", (writes(DANA, "settings helper"), *presses(DANA, "Yes")), once=True),
            writes(ALICE, "company"),
            Played("Alice said yes to being written to.", presses(ALICE, "Yes")),
            *presses(ALICE, "Ask"),
            Played("Dana can.", (until_asked(DANA, "I can"), *presses(DANA, "I can"))),
            *presses(ALICE, "Yes"),
        ),
        kept=("your company requests",),
    ),
    Step(
        "Be forgotten",
        "Everything can be read, and deleted in one step.",
        ALICE,
        (
            Played("Alice has asked for everything.", (writes(ALICE, "my-data"),)),
            writes(ALICE, "forget-me"),
            *presses(ALICE, "Delete everything"),
        ),
        beside=MO,
    ),
)
