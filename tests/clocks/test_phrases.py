"""Members write times the way they speak; chat is never taken for one, and every failure says what to write."""

from __future__ import annotations

import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clocks.lines import take_phrase
from bot.clocks.phrases import read_date, read_days, read_duration, read_moment, read_span, read_time
from bot.clocks.times import Days, friendly_duration, friendly_instant, friendly_time, instant_at
from bot.errors import Ambiguous, UserError
from bot.words.i18n import reading

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 14, 45, tzinfo=UTC)  # a Saturday, 15:45 in Berlin
TIMES_READ = "I read times like tomorrow 7pm, in 20 min, sat 18:30 or 3 march 10:00."
DATES_READ = "I read dates like tomorrow, saturday, 3 march or 2027-03-03."
DURATIONS_READ = "I read durations like 90 min, 2 hours or 3 days, up to a year."
DAYS_READ = "I read days like every day, weekdays, sunday or mon wed fri."


def shown(phrase: str, now: datetime = NOW) -> str:
    moment = read_moment(phrase, now, BERLIN)
    assert moment.instant > now
    assert moment.instant.utcoffset() == timedelta()
    return f"{moment.instant.astimezone(BERLIN):%Y-%m-%d %H:%M}"


def refusal(phrase: str, now: datetime = NOW) -> str:
    with pytest.raises(UserError) as error:
        read_moment(phrase, now, BERLIN)
    return str(error.value)


# Moments


@pytest.mark.parametrize(
    ("phrase", "moment"),
    [
        ("tomorrow 7pm", "2026-11-22 19:00"),
        ("Tomorrow at 7 PM", "2026-11-22 19:00"),
        ("tomorrow 8 a.m.", "2026-11-22 08:00"),
        ("tomorrow, 18:30", "2026-11-22 18:30"),
        ("tomorrow 18h30", "2026-11-22 18:30"),
        ("tomorrow 00:00", "2026-11-22 00:00"),
        ("tomorrow 12am", "2026-11-22 00:00"),
        ("tomorrow 12pm", "2026-11-22 12:00"),
        ("tomorrow noon", "2026-11-22 12:00"),
        ("tomorrow 19：00", "2026-11-22 19:00"),
        ("tomorrow evening at 7", "2026-11-22 19:00"),
        ("tomorrow morning 9am", "2026-11-22 09:00"),
        ("tomorrow night at 10:30", "2026-11-22 22:30"),
        ("today 19:00", "2026-11-21 19:00"),
        ("today at 20", "2026-11-21 20:00"),
        ("tonight at 8", "2026-11-21 20:00"),
        ("tonight 8:30", "2026-11-21 20:30"),
        ("tonight at midnight", "2026-11-22 00:00"),
        ("this evening 7:30", "2026-11-21 19:30"),
        ("this afternoon at 4", "2026-11-21 16:00"),
        ("19:30", "2026-11-21 19:30"),
        ("at 19.30", "2026-11-21 19:30"),
        ("7:30", "2026-11-22 07:30"),
        ("noon", "2026-11-22 12:00"),
        ("midnight", "2026-11-22 00:00"),
        ("7pm tomorrow", "2026-11-22 19:00"),
        ("at 7pm on friday", "2026-11-27 19:00"),
        ("sat 18:30", "2026-11-21 18:30"),
        ("sat 15:00", "2026-11-28 15:00"),
        ("this sunday 10:00", "2026-11-22 10:00"),
        ("next monday 9am", "2026-11-23 09:00"),
        ("next saturday 9am", "2026-11-28 09:00"),
        ("fri at 20 o'clock", "2026-11-27 20:00"),
        ("thurs evening at 6", "2026-11-26 18:00"),
        ("3 march 10:00", "2027-03-03 10:00"),
        ("3rd of march at 10:00", "2027-03-03 10:00"),
        ("March 3rd at noon", "2027-03-03 12:00"),
        ("24 dec 2028 18:00", "2028-12-24 18:00"),
        ("2026-12-24 18:00", "2026-12-24 18:00"),
        ("24.12. 18:00", "2026-12-24 18:00"),
        ("24.12.2027 18:00", "2027-12-24 18:00"),
        ("wednesday 3 march 10:00", "2027-03-03 10:00"),
        ("29 feb 10:00", "2028-02-29 10:00"),
        ("21 nov 15:46", "2026-11-21 15:46"),
        ("21 nov 15:45", "2027-11-21 15:45"),
        ("in 20 min", "2026-11-21 16:05"),
        ("in 20 minutes", "2026-11-21 16:05"),
        ("in 2 hours", "2026-11-21 17:45"),
        ("in an hour", "2026-11-21 16:45"),
        ("in half an hour", "2026-11-21 16:15"),
        ("in 1h30", "2026-11-21 17:15"),
        ("in 1 hour and 30 min", "2026-11-21 17:15"),
        ("in 3 days", "2026-11-24 15:45"),
        ("in 3 days at 18:00", "2026-11-24 18:00"),
        ("in a week 9am", "2026-11-28 09:00"),
        ("in 2 weeks", "2026-12-05 15:45"),
    ],
)
def test_a_moment_is_read_the_way_people_write_it(phrase: str, moment: str) -> None:
    assert shown(phrase) == moment


def test_what_was_understood_is_said_back() -> None:
    moment = read_moment("sat 18:30", NOW, BERLIN)
    assert moment.understood == "today at 18:30, Berlin time"
    assert (moment.nominal, moment.at) == (date(2026, 11, 21), time(18, 30))
    assert read_moment("3 march 10:00", NOW, BERLIN).understood == "Wednesday 3 March 2027 at 10:00, Berlin time"


def test_next_monday_is_the_one_of_next_week() -> None:
    tuesday = datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert shown("friday 9am", tuesday) == "2026-11-27 09:00"
    assert shown("next friday 9am", tuesday) == "2026-12-04 09:00"
    assert shown("next monday 9am", tuesday) == "2026-11-30 09:00"


def test_a_skipped_hour_is_shifted_and_the_echo_says_so() -> None:
    moment = read_moment("tomorrow 02:30", datetime(2026, 3, 28, 12, tzinfo=UTC), BERLIN)
    assert (moment.nominal, moment.at) == (date(2026, 3, 29), time(2, 30))
    assert moment.understood == "tomorrow at 03:30, Berlin time"


def test_days_keep_the_wall_time_and_hours_do_not_when_the_clocks_change() -> None:
    evening_before = datetime(2026, 3, 28, 19, tzinfo=UTC)  # 20:00
    assert shown("in 1 day", evening_before) == "2026-03-29 20:00"
    assert shown("in 24 hours", evening_before) == "2026-03-29 21:00"


def test_in_the_second_pass_of_a_repeated_hour_the_first_has_passed() -> None:
    second_pass = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10, again
    assert refusal("today 02:30", second_pass) == "today 02:30 has passed. Try tomorrow 02:30."
    assert shown("in 5 min", second_pass) == "2026-10-25 02:15"
    assert shown("in 1 day", second_pass) == "2026-10-26 02:10"


@pytest.mark.parametrize(
    "chat",
    [
        "I feel terrible today",
        "may be later",
        "maybe",
        "",
        " ",
        "sun is shining",
        "I sat there at 5 for hours",
        "monday blues at 9am again",
        "in a bad mood",
        "in 5",
        "see you tomorrow 7pm",
        "tomorrow 7pm call my sister",
        "second thoughts",
        "march on",
        "19:00 19:00",
        "tomorrow tomorrow 7pm",
        "noon-ish",
        "-5 min",
        "in -5 min",
        "in 5 min ago",
        "7",
    ],
)
def test_chat_is_never_taken_for_a_time(chat: str) -> None:
    assert refusal(chat) == TIMES_READ


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("tomorrow", "At what time? Add one, like tomorrow 19:00."),
        ("on friday", "At what time? Add one, like on friday 19:00."),
        ("at 5", "Is that 5am or 5pm?"),
        ("tomorrow at 12", "Is that 12am or 12pm?"),
        ("25:00", "25:00 isn't a time I know. Try 19:00 or 7pm."),
        ("tomorrow 24:30", "24:30 isn't a time I know. Try 19:00 or 7pm."),
        ("tomorrow 19:60", "19:60 isn't a time I know. Try 19:00 or 7pm."),
        ("tomorrow 13pm", "13pm isn't a time I know. Try 19:00 or 7pm."),
        ("tomorrow 0am", "0am isn't a time I know. Try 19:00 or 7pm."),
        ("today 9:00", "today 9:00 has passed. Try tomorrow 09:00."),
        ("2020-01-01 10:00", "2020-01-01 10:00 has passed. Try tomorrow 10:00."),
        ("0001-01-01 00:00", "0001-01-01 00:00 has passed. Try tomorrow 00:00."),
        ("30 february 10:00", "30 february isn't a date I know. Try 3 march or 2027-03-03."),
        ("2026-13-01 10:00", "2026-13-01 isn't a date I know. Try 3 march or 2027-03-03."),
        ("0000-01-01 10:00", "0000-01-01 isn't a date I know. Try 3 march or 2027-03-03."),
        ("3/4 10:00", "I can't tell the day from the month in 3/4. Try 3 april or 2027-04-03."),
        ("monday 3 march 2027 10:00", "3 march 2027 isn't a Monday. Leave one of the two out."),
        ("tomorrow midnight", "Midnight lies between two days. Try 23:59 or 00:00 of the day you mean."),
        ("friday at midnight", "Midnight lies between two days. Try 23:59 or 00:00 of the day you mean."),
        ("tonight at 1", "I'm not sure when that is. Try a day and a time, like tomorrow 01:00."),
        ("tomorrow morning 7pm", "I'm not sure when that is. Try a day and a time, like tomorrow 01:00."),
        ("in 0 min", "That is now. Try in 5 min."),
        ("9999-12-31 10:00", "That is more than 5 years away. Try a nearer date."),
        ("in 9999 weeks", "That is more than 5 years away. Try a nearer date."),
        ("in 9999 days at 10:00", "That is more than 5 years away. Try a nearer date."),
    ],
)
def test_a_time_that_cannot_be_says_what_to_write(phrase: str, sentence: str) -> None:
    assert refusal(phrase) == sentence


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - a range
    st.integers(1, 600 * 24 * 60),
)
@settings(max_examples=200, deadline=None)
def test_what_the_bot_writes_it_can_read(now: datetime, minutes: int) -> None:
    wall = (now + timedelta(minutes=minutes)).astimezone(BERLIN)
    instant = instant_at(wall.date(), wall.time().replace(second=0, microsecond=0, fold=0), BERLIN)
    if instant > now:
        assert read_moment(friendly_instant(instant, now, BERLIN), now, BERLIN).instant == instant


WORDS = st.sampled_from(
    (
        *(
            "today",
            "tomorrow",
            "tonight",
            "this",
            "next",
            "mon",
            "friday",
            "3",
            "march",
            "3rd",
            "of",
            "2026-12-24",
            "24.12.",
        ),
        *("at", "in", "on", "a", "an", "half", "hour", "20", "min", "hours", "1h30", "7pm", "19:30", "25:00", "noon"),
        *("midnight", "morning", "evening", "week", "days", "to", "and", "may", "0", "99999", ":", ",", "²", "١٩:٠٠"),
    )
)


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_words_are_a_time_to_come_or_a_sentence(text: str) -> None:
    phrase, _rest = take_phrase(text)
    for words in (text, phrase):
        try:
            moment = read_moment(words, NOW, BERLIN)
        except UserError:
            continue
        assert NOW < moment.instant < NOW + timedelta(days=5 * 366 + 1)


@pytest.mark.parametrize(
    "hostile",
    [
        "1" * 1_000_000,
        "sun " * 250_000,
        "in " + "1 hour and " * 100_000,
        "in 1" + " " * 1_000_000 + "min x",
        "a" * 1_000_000 + "!",
        "\u0300" * 1_000_000,
        "ﷺ " * 300_000,
        " " * 1_000_000,
        "3 march " * 100_000,
        "mon-" * 250_000,
    ],
)
def test_hostile_text_takes_no_time(hostile: str) -> None:
    started = stopwatch.process_time()
    take_phrase(hostile)
    for reader in (read_time, read_duration, read_days, lambda text: read_moment(text, NOW, BERLIN)):
        with pytest.raises(UserError) as error:
            reader(hostile)
        assert len(str(error.value)) < 200
    assert stopwatch.process_time() - started < 1


# A moment at the start of a line


@pytest.mark.parametrize(
    ("line", "phrase", "rest"),
    [
        ("tomorrow 7pm call my sister", "tomorrow 7pm", "call my sister"),
        ("in 20 min: tea", "in 20 min:", "tea"),
        ("in 2 hours to call Sam", "in 2 hours", "call Sam"),
        ("sat 18:30 2 friends come", "sat 18:30", "2 friends come"),
        ("at 7 am I get up", "at 7 am", "I get up"),
        ("in 1 hour and 30 min buy milk", "in 1 hour and 30 min", "buy milk"),
        ("tomorrow   7pm\n\n two\nlines", "tomorrow   7pm", "two\nlines"),
        ("3 march 10:00 Dentist, Dr. No", "3 march 10:00", "Dentist, Dr. No"),
        ("noon", "noon", ""),
        ("tomorrow call mum", "tomorrow", "call mum"),
        ("25:00 tea", "25:00", "tea"),
        ("tomorrow 7pm tomatoes", "tomorrow 7pm", "tomatoes"),
        ("I'm tired", "I'm", "tired"),
        ("", "", ""),
    ],
)
def test_the_longest_time_at_the_start_is_taken_and_the_rest_kept_as_typed(line: str, phrase: str, rest: str) -> None:
    assert take_phrase(line) == (phrase, rest)


# Times of day


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("19:00", time(19)),
        ("7pm", time(19)),
        ("7:30 pm", time(19, 30)),
        ("7.30", time(7, 30)),
        ("at 19:00", time(19)),
        ("1900", time(19)),
        ("19", time(19)),
        ("0", time(0)),
        ("19h", time(19)),
        ("Noon", time(12)),
        ("midnight", time(0)),
        ("12 am", time(0)),
        ("１９：００", time(19)),
    ],
)
def test_a_time_of_day(typed: str, at: time) -> None:
    assert read_time(typed) == at


@pytest.mark.parametrize("typed", ["25:00", "19:60", "13pm", "soon", "19:00 sharp tea", "9999", "7:5", "-1", "{0}"])
def test_a_time_nobody_knows(typed: str) -> None:
    with pytest.raises(UserError, match=r"isn't a time I know\. Try 19:00 or 7pm\."):
        read_time(typed)


def test_a_bare_hour_of_the_morning_or_evening_is_asked_about() -> None:
    with pytest.raises(UserError, match=r"Is that 7am or 7pm\?"):
        read_time("7")
    with pytest.raises(UserError, match="At what time"):
        read_time("  ")


# Durations


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("2h", 120),
        ("90 min", 90),
        ("2 hours", 120),
        ("1h30", 90),
        ("1h 30m", 90),
        ("1h30m", 90),
        ("1h300m", 360),
        ("2 hours and 5 minutes", 125),
        ("half an hour", 30),
        ("an hour", 60),
        ("1d", 1440),
        ("3 days", 4320),
        ("a week", 10080),
        ("for 2 weeks", 20160),
        ("366 days", 366 * 1440),
    ],
)
def test_a_duration(typed: str, minutes: int) -> None:
    assert read_duration(typed) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "typed",
    ["", "90", "0 min", "-3 days", "367 days", "9999 weeks", "a while", "2 hours ago", "1h300", "5 mand an hour"],
)
def test_a_duration_nobody_knows(typed: str) -> None:
    with pytest.raises(UserError) as error:
        read_duration(typed)
    assert str(error.value) == DURATIONS_READ


@given(st.integers(1, 60 * 24))
@settings(max_examples=50, deadline=None)
def test_a_duration_the_bot_writes_it_can_read(minutes: int) -> None:
    span = timedelta(minutes=minutes)
    assert read_duration(friendly_duration(span)) == span


# Dates


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("today", "2026-11-21"),
        ("tomorrow", "2026-11-22"),
        ("saturday", "2026-11-21"),
        ("next monday", "2026-11-23"),
        ("3 March", "2027-03-03"),
        ("march 3 2028", "2028-03-03"),
        ("21 november", "2026-11-21"),
        ("2027-03-03", "2027-03-03"),
        ("24.12.", "2026-12-24"),
        ("in 10 days", "2026-12-01"),
    ],
)
def test_a_date(typed: str, day: str) -> None:
    assert read_date(typed, NOW, BERLIN) == date.fromisoformat(day)


def test_the_date_is_that_of_the_members_own_calendar() -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert read_date("today", late, BERLIN) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("someday", DATES_READ),
        ("", DATES_READ),
        ("tomorrow evening", DATES_READ),
        ("tonight", DATES_READ),
        ("2020-01-01", "2020-01-01 has passed. Try a later date."),
        ("31 april", "31 april isn't a date I know. Try 3 march or 2027-03-03."),
        ("2099-01-01", "That is more than 5 years away. Try a nearer date."),
        ("12/24", "I can't tell the day from the month in 12/24. Try 3 april or 2027-04-03."),
    ],
)
def test_a_date_that_cannot_be_says_what_to_write(typed: str, sentence: str) -> None:
    with pytest.raises(UserError) as error:
        read_date(typed, NOW, BERLIN)
    assert str(error.value) == sentence


# Days of the week


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("every day", "1234567"),
        ("everyday", "1234567"),
        ("Daily", "1234567"),
        ("weekdays", "12345"),
        ("on weekends", "67"),
        ("mon wed fri", "135"),
        ("mon,wed,fri", "135"),
        ("Mon, Wed, and Fri", "135"),
        ("mon-fri", "12345"),
        ("monday to friday", "12345"),
        ("fri–mon", "1567"),
        ("mon wed-fri", "1345"),
        ("tuesdays", "2"),
        ("every sunday", "7"),
        ("on tuesdays and thursdays", "24"),
    ],
)
def test_days_of_the_week(typed: str, code: str) -> None:
    assert read_days(typed).code == code


@pytest.mark.parametrize("typed", ["", "often", "monfri", "mon or so", "every", "every other friday", "mon " * 9])
def test_days_nobody_knows(typed: str) -> None:
    with pytest.raises(UserError) as error:
        read_days(typed)
    assert str(error.value) == DAYS_READ


@given(st.sets(st.integers(0, 6), min_size=1))
@settings(max_examples=60, deadline=None)
def test_days_the_bot_writes_it_can_read(chosen: set[int]) -> None:
    days = Days(frozenset(chosen))
    assert read_days(str(days)) == days


# Until


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("2h", 2),
        ("for a week", 7 * 24),
        ("until monday", 32.25),
        ("till 7pm", 3.25),
        ("until tomorrow 9am", 17.25),
        ("until noon", 20.25),
    ],
)
def test_a_span_is_a_duration_or_an_end(typed: str, hours: float) -> None:
    assert read_span(typed, NOW, BERLIN) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "typed", ["until", "until the cows come home", "until yesterday 9am", "until 2099-01-01", "friday"]
)
def test_an_end_nobody_knows(typed: str) -> None:
    with pytest.raises(UserError):
        read_span(typed, NOW, BERLIN)


def test_an_hour_of_the_24_and_a_length_are_told_apart() -> None:
    assert refusal("19h") == "Is that at 19:00 or in 19 hours?"
    assert shown("2h") == "2026-11-21 17:45"


@pytest.mark.parametrize("locale", ["en-US", "en_US"])
def test_where_hours_are_counted_to_twelve_a_clock_that_is_two_is_asked_about(locale: str) -> None:
    with reading(locale):
        for phrase in ("tomorrow 7:30", "tomorrow 12:15", "friday at 9.00"):
            with pytest.raises(Ambiguous, match=r"Is that .*am or .*pm\?"):
                read_moment(phrase, NOW, BERLIN)
        with pytest.raises(Ambiguous, match=r"Is that 7:30am or 7:30pm\?"):
            read_time("7:30")
        for said, at in (
            ("07:30", time(7, 30)),
            ("19:30", time(19, 30)),
            ("7:30 pm", time(19, 30)),
            ("0730", time(7, 30)),
        ):
            assert read_time(said) == at
        assert read_moment("2026-12-24 10:00", NOW, BERLIN).at == time(10)


@pytest.mark.parametrize("locale", ["en", "en-GB", "de", "xx", ""])
def test_where_nothing_is_known_or_hours_go_to_24_a_clock_is_what_it_says(locale: str) -> None:
    with reading(locale):
        assert read_time("7:30") == time(7, 30)
        with pytest.raises(Ambiguous, match="Is that 7am or 7pm"):
            read_time("at 7")


@pytest.mark.parametrize(
    ("at", "shown"), [(time(0), "12:00 AM"), (time(7, 5), "7:05 AM"), (time(12), "12:00 PM"), (time(19, 30), "7:30 PM")]
)
def test_a_clock_is_drawn_as_the_reader_writes_it_where_that_is_known_and_read_back(at: time, shown: str) -> None:
    assert friendly_time(at) == f"{at:%H:%M}"
    with reading("en-US"):
        assert friendly_time(at) == shown
        assert read_time(shown) == at
