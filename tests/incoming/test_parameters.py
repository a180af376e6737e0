"""What commands take: the longest words each type understands, and one sentence for each mistake."""

from __future__ import annotations

import contextlib
import inspect
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clocks.times import EVERY_DAY, WEEKDAYS, Days
from bot.errors import UserError
from bot.incoming import parameters, text
from bot.incoming.lines import sharing
from bot.incoming.parameters import Reading
from bot.messages import Field, Member, Text

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BOB = Member("local", "bob", "Bob")
READING = Reading(NOW, "Europe/Berlin", lambda words: BOB if words == "@Bob" else None)


def schedule(at: time, zone: ZoneInfo | None = None, days: Days = EVERY_DAY) -> None: ...


def remind(when: datetime, what: str) -> None: ...


def thank(member: Member, words: str = "") -> None: ...


def dial(
    how: Literal["light", "personal", "tender"], gap: timedelta = timedelta(hours=1), day: date | None = None
) -> None: ...


def understood(function: Any, line: str) -> dict[str, Any]:
    taken = tuple(inspect.signature(function, eval_str=True).parameters.values())
    split = sharing.split("it", taken, line, READING)
    return parameters.bind("it", taken, split, READING)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("19:00", {"at": time(19)}),
        ("7 pm", {"at": time(19)}),
        ("7pm new york", {"at": time(19), "zone": ZoneInfo("America/New_York")}),
        ("19:00 weekdays", {"at": time(19), "days": WEEKDAYS}),
        (
            "19:00 Berlin mon, wed and fri",
            {"at": time(19), "zone": ZoneInfo("Europe/Berlin"), "days": Days.of(0, 2, 4)},
        ),
        ("  19:00   Berlin  ", {"at": time(19), "zone": ZoneInfo("Europe/Berlin")}),
        ("19:00 New York, NY weekdays", {"at": time(19), "zone": ZoneInfo("America/New_York"), "days": WEEKDAYS}),
        ("19:00 perth wa weekdays", {"at": time(19), "zone": ZoneInfo("Australia/Perth"), "days": WEEKDAYS}),
        ("19:00 utc+2 weekdays", {"at": time(19), "zone": ZoneInfo("Etc/GMT-2"), "days": WEEKDAYS}),
        ("19:00 london on weekdays", {"at": time(19), "zone": ZoneInfo("Europe/London"), "days": WEEKDAYS}),
    ],
)
def test_each_parameter_takes_what_it_understands(line: str, values: dict[str, Any]) -> None:
    assert understood(schedule, line) == values


@pytest.mark.parametrize(
    ("line", "when", "what"),
    [
        ("tomorrow 7pm call my sister", datetime(2026, 3, 3, 18, 0, tzinfo=UTC), "call my sister"),
        ("in 1 hour and 30 min buy milk", datetime(2026, 3, 2, 13, 30, tzinfo=UTC), "buy milk"),
        ("in 20 min I'm \"tired", datetime(2026, 3, 2, 12, 20, tzinfo=UTC), "I'm \"tired"),
        ("on wednesday 4 march at 10:00 dentist", datetime(2026, 3, 4, 9, 0, tzinfo=UTC), "dentist"),
    ],
)
def test_the_last_words_stay_as_they_were_typed(line: str, when: datetime, what: str) -> None:
    assert understood(remind, line) == {"when": when, "what": what}


def test_members_choices_durations_and_dates() -> None:
    assert understood(thank, "@Bob for the tea") == {"member": BOB, "words": "for the tea"}
    assert understood(dial, "tender 2 hours 4 march") == {
        "how": "tender",
        "gap": timedelta(hours=2),
        "day": date(2026, 3, 4),
    }


@pytest.mark.parametrize(
    ("function", "line", "sentence"),
    [
        (schedule, "", "`it` needs a time, for example 19:00."),
        (schedule, "25:00", "25:00 isn't a time I know. Try 19:00 or 7pm."),
        (schedule, "19:00 mars", "I don't know the time zone mars."),
        (schedule, "19:00 san jose weekdays", "san jose can mean more than one time zone."),
        (schedule, "19:00 valencia weekdays", "valencia can mean more than one time zone."),
        (schedule, "19:00 Berlin every blue moon", "I read days like every day"),
        (schedule, "19:00 Berlin weekdays please", "I understood `it`, but not “please”."),
        (thank, "@nobody hello", "I don't know who @nobody is. Their name there, a mention or their full id works."),
        (dial, "deep", "deep isn't one of these: light, personal, tender."),
        (remind, "tomorrow 25:00 tea", "25:00"),
        (remind, "in 20 min", "`it` needs a few words."),
    ],
)
def test_every_mistake_has_its_sentence(function: Any, line: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        understood(function, line)
    assert sentence in text.sentence(caught.value)


@given(st.text(max_size=200))
def test_no_line_does_more_than_get_a_sentence(line: str) -> None:
    for function in (schedule, remind, thank, dial):
        with contextlib.suppress(UserError):
            understood(function, line.strip())


async def sent(context: object, value: str, at: time, note: str = "") -> None: ...


def test_a_forms_answers_are_read_by_its_handler() -> None:
    assert parameters.fields(sent, {"at": "7pm", "note": " "}, READING) == {"at": time(19)}
    with pytest.raises(UserError):
        parameters.fields(sent, {"note": "x"}, READING)
    with pytest.raises(UserError):
        parameters.fields(sent, {"at": "7pm", "unknown": "x"}, READING)


def test_an_answer_is_checked_at_once() -> None:
    parameters.check(Field("at", Text("At?"), time), "19:00", READING)
    parameters.check(Field("at", Text("At?"), time, optional=True), " ", READING)
    for field, answer in (
        (Field("at", Text("At?"), time), "25:00"),
        (Field("at", Text("At?"), time), ""),
        (Field("note", Text("Note?"), limit=3), "four"),
    ):
        with pytest.raises(UserError):
            parameters.check(field, answer, READING)


def test_types_are_stored_by_name() -> None:
    for annotation in (str, int, time, ZoneInfo, Days, timedelta, datetime, date, Member):
        assert parameters.named(parameters.name(annotation)) is annotation


def test_usage_shows_what_is_needed() -> None:
    taken = tuple(inspect.signature(schedule, eval_str=True).parameters.values())
    assert parameters.usage("checkin on", taken) == "checkin on <at> [zone] [days]"


def test_completion_suggests() -> None:
    [*zones] = parameters.of(ZoneInfo).complete("berl")
    assert any(value == "Europe/Berlin" for _label, value in zones)
    assert parameters.of(Literal["light", "tender"]).complete("T") == [("tender", "tender")]


@pytest.mark.parametrize("words", ["12x", "", "99999999999", "1.5"])
def test_a_number_is_whole_and_small(words: str) -> None:
    with pytest.raises(UserError):
        parameters.of(int).parse(words, READING)
    assert parameters.of(int).parse("3", READING) == 3


@pytest.mark.parametrize(
    ("line", "at", "zone", "days"),
    [
        ("21:00 mon-fri Berlin", "21:00", "Europe/Berlin", "12345"),
        ("Berlin 21:00 mon-fri", "21:00", "Europe/Berlin", "12345"),
        ("mon-fri 21:00 Berlin", "21:00", "Europe/Berlin", "12345"),
        ("mon thru fri 9pm new york", "21:00", "America/New_York", "12345"),
        ("at 7pm in Berlin on weekdays", "19:00", "Europe/Berlin", "12345"),
        ("every day except sunday at 7:30pm", "19:30", "", "123456"),
        ("mon wed fri at 19:00 london time", "19:00", "Europe/London", "135"),
        ("21:00 sat sun tokyo", "21:00", "Asia/Tokyo", "67"),
        ("daily 8pm", "20:00", "", "1234567"),
    ],
)
def test_an_hour_a_place_and_days_stand_in_any_order(line: str, at: str, zone: str, days: str) -> None:
    found = understood(schedule, line)
    assert (f"{found['at']:%H:%M}", found["days"].code) == (at, days)
    assert found["zone"].key == zone if zone else "zone" not in found


def test_where_one_of_them_cannot_be_read_the_others_are_kept_and_it_is_asked_about() -> None:
    for line, name, heard, kept in (
        ("weekdays 9pm Germny", "zone", "Germny", {"days": "weekdays", "at": "9pm"}),
        ("every day at 8", "at", "8", {"days": "every day at"}),
    ):
        with pytest.raises(UserError) as refused:
            understood(schedule, line)
        assert refused.value.opens is not None
        assert (refused.value.opens.name, refused.value.opens.heard) == (name, heard)
        assert refused.value.opens.arguments == kept


# -- what is offered while somebody types -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [time, ZoneInfo, Days, Literal["slow", "fast"]], ids=str)
def test_every_label_that_is_offered_means_its_value_when_it_comes_back(kind: Any) -> None:
    """Some clients send the label of a suggestion as its value ("Berlin (Europe/Berlin)")."""
    taken, reading = parameters.of(kind), parameters.Reading(datetime(2026, 11, 25, tzinfo=UTC))
    prefixes = ["", *"abcdefghijklmnopqrstuvwxyz0123456789", "be", "new", "san", "7:3", "21:", "every", "week", "fa"]
    offered = {pair for prefix in prefixes for pair in taken.complete(prefix)}
    assert offered
    for label, value in offered:
        assert taken.parse(label, reading) == taken.parse(value, reading), label


@pytest.mark.parametrize("prefix", ["x", "24", "7:x", "99", "7:99", ":", "-1", "²"])
def test_nothing_is_offered_for_what_is_no_hour(prefix: str) -> None:
    assert parameters.of(time).complete(prefix) in ([], parameters.of(time).complete(""))
