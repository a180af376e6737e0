"""What stands in a button comes back as it was chosen, and nothing else does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.clocks.times import EVERY_DAY, WEEKDAYS, Days
from bot.words.prompts import shipped
from cogs.buddies.candidates import Pace, Purpose, Style
from cogs.buddies.choices import (
    AGAIN,
    ANY_TIME,
    DIALS,
    EVENINGS,
    PACES,
    PARTS,
    PERSONAL,
    PURPOSES,
    TOPICS,
    WEEKENDS,
    Choices,
    on_days,
)
from cogs.buddies.hours import DayPart, weekly

FULL = Choices(
    free=on_days(EVERY_DAY, 18, 22),
    style=Style.VOICE,
    purposes=Purpose.STUDY | Purpose.SIDE_BY_SIDE,
    pace=Pace.ONE_WEEK_TRY,
    trio=False,
    again="new",
    personal="only",
    group=123456789,
    languages=("en", "de", "fr", "es"),
    leave_out=frozenset(TOPICS),
    zone="America/Argentina/ComodRivadavia",
)


@pytest.mark.parametrize("choices", [Choices(), FULL, *(turn(Choices()) for turn in DIALS.values())])
def test_a_code_comes_back_as_it_was(choices: Choices) -> None:
    assert Choices.read(choices.code) == choices


def test_the_longest_code_fits_into_the_button_that_asks_for_a_yes() -> None:
    assert len(f"kith:1:consent.yes:-:buddy|1|99999|{FULL.code}") <= 100
    assert len(f"buddy|1|99999|{FULL.code}") <= 80


@pytest.mark.parametrize(
    "code",
    ["", "c", "z.1.1.3100..en.0.", "c.9.1.3100..en.0.", "c.1.1.9100..en.0.", "c.1.1.3900..en.0.",
     "c.1.1.3100..en.0.9999", "c.1.1.3100..en.0.ffffff",
     "8@18-22.1.1.3100..en.0.", "c.1.1.3100..en.0.\n", "c.1.1.310x..en.0."],
)  # fmt: skip
def test_what_was_never_written_is_not_read(code: str) -> None:
    assert Choices.read(code) is None


def test_letters_are_parts_of_the_week() -> None:
    assert Choices(free=EVENINGS).hours == DayPart.WEEKDAY_EVENINGS.hours
    assert Choices(free=ANY_TIME).hours.bit_count() <= 168
    assert Choices(free=WEEKENDS).hours == (
        DayPart.WEEKEND_MORNINGS.hours | DayPart.WEEKEND_AFTERNOONS.hours | DayPart.WEEKEND_EVENINGS.hours
    )
    assert len(PARTS) == len(DayPart)


@pytest.mark.parametrize("letters", ["cc", "aa", "hh"])
def test_a_letter_twice_is_the_same_hours(letters: str) -> None:
    assert Choices(free=letters).hours == Choices(free=letters[0]).hours


@pytest.mark.parametrize(
    ("free", "hours"),
    [
        (on_days(WEEKDAYS, 18, 22), weekly(range(5), 18, 22)),
        (on_days(Days.of(6), 22, 2), weekly([6], 22, 26)),
        (on_days(Days.of(0), 0, 0), weekly([0], 0, 24)),
        (on_days(EVERY_DAY, 9, 9), weekly(range(7), 0, 24)),
    ],
)
def test_days_and_hours_of_ones_own(free: str, hours: int) -> None:
    assert Choices(free=free).hours == hours


@pytest.mark.parametrize("dial", DIALS)
def test_every_dial_comes_round_to_where_it_was(dial: str) -> None:
    start = Choices()
    seen, now = [start], DIALS[dial](start)
    while now != start:
        assert now not in seen
        seen.append(now)
        now = DIALS[dial](now)
    assert 2 <= len(seen) <= max(len(PURPOSES), len(PACES), len(AGAIN), len(PERSONAL))


def test_a_purpose_nobody_offers_turns_to_the_first() -> None:
    odd = replace(Choices(), purposes=Purpose.STUDY | Purpose.GOAL)
    assert DIALS["purposes"](odd).purposes == PURPOSES[0]


def test_the_topics_are_those_of_the_questions_for_two() -> None:
    assert set(TOPICS) == {topic for one in shipped() if one.kind in ("starter", "listen") for topic in one.avoid}
