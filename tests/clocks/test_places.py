"""Places as people type them lead to the right clock or to a question, and never to another clock.

``tests/data/words/places.txt`` is ``what is typed|zone``, with ``-`` for what is asked about or unknown; ``cities.txt``
has the 1,000 largest cities as GeoNames has them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time as stopwatch
import unicodedata
import zoneinfo
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.clocks import places, zones
from bot.clocks.places import gazetteer, offsets, same_clock, slips, table
from bot.clocks.places.spelling import normal
from bot.clocks.rules.running import tzdata_version
from bot.clocks.times import friendly_zone
from bot.errors import UserError

WORDS = Path(__file__).parent.parent / "data" / "words"
YEAR = int(tzdata_version()[:4])


class City(NamedTuple):
    """A line of ``cities.txt``."""

    name: str
    country: str
    zone: str
    thousands: int
    native: str


def lines(name: str) -> list[str]:
    return [line for line in (WORDS / name).read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")]


def cities() -> list[City]:
    parts = [(*line.split("|"), "")[:5] for line in lines("cities.txt")]
    return [City(name, country, zone, int(thousands), native) for name, country, zone, thousands, native in parts]


def found(typed: str) -> str:
    """The zone's key, or nothing where the bot asks or does not know."""
    try:
        return zones.find(typed).key
    except UserError:
        return ""


def refusal(typed: str) -> str:
    with pytest.raises(UserError) as error:
        zones.find(typed)
    return str(error.value)


def alike(key: str, other: str) -> bool:
    return same_clock.clock(key, YEAR) == same_clock.clock(other, YEAR)


def plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()


@pytest.mark.parametrize("line", lines("places.txt"))
def test_what_people_type_for_a_place_finds_its_clock_or_a_question(line: str) -> None:
    typed, _bar, meant = line.rpartition("|")
    key = found(typed)
    assert (not key) if meant == "-" else alike(key, meant), (key, meant)


@pytest.mark.parametrize("form", ["name", "lower", "plain", "city country", "city, country"])
def test_of_the_largest_cities_none_is_taken_for_another(form: str) -> None:
    """Asked about rightly: it has a namesake at least a quarter as large in another zone, or shares a state's name."""
    by_name = defaultdict(list)
    for city in cities():
        by_name[plain(city.name)].append(city)
    counts: Counter[str] = Counter()
    wrong = []
    for city in cities():
        forms = {"name": city.name, "lower": city.name.lower(), "plain": plain(city.name)}
        typed = forms.get(form, f"{plain(city.name)}{form[4:-7]}{city.country.lower()}")
        try:
            key = zones.find(typed).key
        except UserError as error:
            counts["asked" if "can mean" in str(error) else "unknown"] += 1
            continue
        counts["right" if alike(key, city.zone) else "wrong"] += 1
        if not alike(key, city.zone):
            wrong.append((typed, key))
    assert wrong == []
    assert counts["unknown"] <= 2
    assert counts["asked"] <= 20, counts


def test_the_largest_cities_are_known_by_what_they_are_called_there() -> None:
    named = [city for city in cities() if city.native]
    missed = [city for city in named if not (key := found(city.native)) or not alike(key, city.zone)]
    assert len(named) >= 100
    assert len(missed) <= len(named) // 20, missed


def test_a_city_just_large_enough_is_in_the_table() -> None:
    for typed, key in {
        "Ufa": "Asia/Yekaterinburg",
        "Ghent Belgium": "Europe/Brussels",
        "Umeå": "Europe/Stockholm",
    }.items():
        assert alike(found(typed), key)


# Namesakes


def test_a_namesake_is_named_with_its_country_and_can_be_typed_back() -> None:
    assert refusal("valencia") == (
        "valencia can mean more than one time zone. Try Valencia Venezuela or Valencia Spain."
    )
    assert found("Valencia Venezuela") == "America/Caracas"
    assert found("Valencia Spain") == "Europe/Madrid"


@pytest.mark.parametrize(
    "typed", ["valencia", "hyderabad", "springfield", "cambridge", "victoria", "texas hold", "usa", "IST"]
)
def test_what_is_suggested_is_what_the_words_could_mean(typed: str) -> None:
    words = refusal(typed)
    if "can mean" not in words:
        assert "Did you mean" not in words
        return
    suggestions = re.split(", | or ", words.partition("Try ")[2].removesuffix("."))
    meant = [meaning.key for meaning in gazetteer.meanings(normal(typed))]
    for suggestion in suggestions:
        assert any(alike(found(suggestion), key) for key in meant), suggestion


def test_namesakes_in_the_united_states_are_told_apart_by_their_states() -> None:
    assert refusal("springfield").partition("Try ")[2] == (
        "Springfield Missouri, Springfield Massachusetts or Springfield Oregon."
    )
    assert found("Springfield Oregon") == "America/Los_Angeles"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Franklin, TN", "America/Chicago"),
        ("Greenwood, Indiana", "America/New_York"),
        ("Columbus GA", "America/New_York"),
        ("Columbus, Ohio", "America/New_York"),
        ("Bridgewater, NJ", "America/New_York"),
        ("bridgewater nj", "America/New_York"),
        ("Ontario CA", "America/Los_Angeles"),
        ("Berlin, NH", "America/New_York"),
        ("El Paso, Texas", "America/Denver"),
        ("pensacola fl", "America/Chicago"),
        ("Knoxville Tennessee", "America/New_York"),
        ("Windsor, CA", ""),
        ("Waco Elsewhere, TX", ""),
        ("tell me", ""),
    ],
)
def test_a_town_in_a_state_has_the_clock_of_that_town_or_of_the_whole_state(typed: str, key: str) -> None:
    zone = found(typed)
    assert alike(zone, key) if zone and key else zone == key


def test_what_shows_the_same_time_is_no_question() -> None:
    assert alike(found("Korea"), "Asia/Seoul")
    assert alike(found("Kazakhstan"), "Asia/Almaty")
    assert alike(found("Indiana Indianapolis"), "America/New_York")


def test_a_small_namesake_is_passed_over() -> None:
    assert found("Birmingham") == "Europe/London"
    assert found("Paris") == "Europe/Paris"


def test_another_country_s_city_is_not_offered_for_a_town_nobody_knows() -> None:
    assert refusal("Berlin, France") == "I don't know the time zone Berlin, France. Did you mean France?"
    assert "Paris" not in refusal("Paris, TX").partition("Try")[2]


# Slips


def test_one_slip_in_a_long_name_is_understood_and_in_a_short_one_suggested() -> None:
    assert found("los angelas") == "America/Los_Angeles"
    assert refusal("Germny") == "I don't know the time zone Germny. Did you mean Germany?"


def test_a_small_place_that_looks_like_a_slip_is_asked_about() -> None:
    assert "can mean more than one time zone" in refusal("pittsburg")
    assert "Did you mean Johannesburg" in refusal("johannesberg"), "a village in Bavaria"


@pytest.mark.parametrize(
    ("word", "other", "one"),
    [
        ("berlin", "berlni", True),
        ("paris", "pari", True),
        ("lima", "limoa", True),
        ("rome", "roma", True),
        ("rome", "rome", True),
        ("paris", "praise", False),
        ("lima", "mali", False),
        ("a", "abc", False),
    ],
)
def test_one_slip_is_one(word: str, other: str, one: bool) -> None:
    assert slips.is_one(word, other) is one
    assert slips.is_one(other, word) is one


# Offsets


@pytest.mark.parametrize("hours", range(-12, 15))
def test_an_offset_stays_where_it_is(hours: int) -> None:
    key = found(f"UTC{hours:+d}")
    assert same_clock.clock(key, YEAR) == ((datetime(YEAR, 1, 1, tzinfo=UTC), timedelta(hours=hours)),)
    assert found(key) == key, "it is offered as it is kept"


def test_an_offset_of_half_an_hour_is_one_that_clocks_keep() -> None:
    for offset, key in offsets._BETWEEN.items():
        assert same_clock.clock(key, YEAR) == ((datetime(YEAR, 1, 1, tzinfo=UTC), offset),)
    assert refusal("utc-3:30") == (
        "No clock stays at utc-3:30 all year. Try the nearest big city, like Berlin or New York."
    )


def test_an_offset_without_a_sign_is_asked_about() -> None:
    assert refusal("utc8") == "utc8 can mean more than one time zone. Try UTC+8 or UTC-8."
    assert refusal("GMT 5") == "GMT 5 can mean more than one time zone. Try UTC+5 or UTC-5."
    assert "can mean" not in refusal("utc 99")


def test_a_fixed_offset_is_shown_with_a_word_on_summer_time() -> None:
    assert friendly_zone(zones.find("gmt+2")) == "UTC+2, the same all year"
    assert friendly_zone(zones.find("UTC-11")) == "UTC-11, the same all year"


# In a sentence


@pytest.mark.parametrize(
    "words", ["nice", "reading", "eat", "chad", "london on", "the", "for", "bath", "mon-fri", "call mum"]
)
def test_an_ordinary_word_is_no_zone_in_a_sentence(words: str) -> None:
    assert not zones.is_known(words)


@pytest.mark.parametrize(
    "words", ["berlin", "nice time", "dublin ireland", "est", "москва", "东京", "utc", "new york city"]
)
def test_a_name_is_a_zone_in_a_sentence(words: str) -> None:
    assert zones.is_known(words)


# The table


def test_every_zone_of_the_table_exists() -> None:
    assert {*table._read().zones.values()} <= zoneinfo.available_timezones()
    assert {key for areas in gazetteer.areas_by_name().values() for area in areas for key in area.everywhere} <= (
        zoneinfo.available_timezones()
    )


def test_the_table_is_sorted_as_it_is_looked_up() -> None:
    names = [normal(line.partition("\t")[0]) for line in table._read().names.decode().split("\n")]
    assert names == sorted(names)
    assert all(table.find(name) for name in names[:: len(names) // 500])
    assert table.find("no such place") is None


def test_the_table_is_small_and_says_whose_data_it_is() -> None:
    folder = resources.files(places)
    assert len((folder / "names.bin").read_bytes()) < 250_000
    assert "GeoNames" in (folder / "NOTICE").read_text(encoding="utf-8")


def test_the_table_is_not_read_before_a_place_is_asked_for() -> None:
    script = "import bot.clocks.zones, bot.clocks.places.table as t; print(t._read.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


def test_a_lookup_takes_no_time() -> None:
    typed = [city.name for city in cities()] + [f"{city.name.lower()} {city.country.lower()}" for city in cities()]
    found("berlin")  # reads the table
    taken = []
    for name in typed:
        started = stopwatch.process_time()
        found(name)
        taken.append(stopwatch.process_time() - started)
    assert sorted(taken)[len(taken) * 99 // 100] < 0.002


def test_clocks_that_differ_by_a_day_in_spring_are_two() -> None:
    both = ("Europe/Helsinki", "Asia/Beirut")
    assert same_clock.distinct(both, 2026) == both
    assert same_clock.distinct(("Europe/Berlin", "Europe/Paris"), 2026) == ("Europe/Berlin",)


# Completion


def test_large_cities_of_the_table_are_offered_and_their_labels_are_understood() -> None:
    offered = zones.complete("valencia")
    assert [choice.label for choice in offered] == ["Valencia (America/Caracas)", "Valencia (Europe/Madrid)"]
    assert [zones.find(choice.label).key for choice in offered] == [choice.key for choice in offered]
