"""Members name their zone the way they would to a friend, and hostile names lead nowhere."""

from __future__ import annotations

import time as stopwatch
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clocks import zone_names, zones
from bot.clocks.rules import running
from bot.errors import UserError

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def zone_folders() -> Iterator[None]:
    """Gives zoneinfo its folders back after a test has changed them."""
    before = zoneinfo.TZPATH
    yield
    zoneinfo.reset_tzpath(to=before)


def refusal(text: str) -> str:
    with pytest.raises(UserError) as error:
        zones.find(text)
    return str(error.value)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("berlin", "Europe/Berlin"),
        ("  BERLIN ", "Europe/Berlin"),
        ("Berlin time", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("New York, USA", "America/New_York"),
        ("Denver, US", "America/Denver"),
        ("Manchester, England", "Europe/London"),
        ("america/argentina/buenos_aires", "America/Argentina/Buenos_Aires"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("São Paulo", "America/Sao_Paulo"),
        ("sao paulo", "America/Sao_Paulo"),
        ("münchen", "Europe/Berlin"),
        ("Munich", "Europe/Berlin"),
        ("ŁÓDŹ", "Europe/Warsaw"),
        ("Tromso", "Europe/Oslo"),
        ("İzmir", "Europe/Istanbul"),
        ("St. John's", "America/St_Johns"),
        ("Kiev", "Europe/Kyiv"),
        ("Calcutta", "Asia/Calcutta"),
        ("UK", "Europe/London"),
        ("Scotland", "Europe/London"),
        ("germany", "Europe/Berlin"),
        ("New Zealand", "Pacific/Auckland"),
        ("Iceland", "Atlantic/Reykjavik"),
        ("Côte d'Ivoire", "Africa/Abidjan"),
        ("eastern", "America/New_York"),
        ("Eastern Time", "America/New_York"),
        ("pst", "America/Los_Angeles"),
        ("CET", "Europe/Berlin"),
        ("EST5EDT", "America/New_York"),
        ("US/Pacific", "America/Los_Angeles"),
        ("W-SU", "Europe/Moscow"),
        ("utc", "UTC"),
        ("Zulu", "UTC"),
        ("Etc/GMT", "UTC"),
    ],
)
def test_a_zone_is_found_by_what_people_call_it(typed: str, key: str) -> None:
    assert zones.find(typed).key == key


def test_a_typing_mistake_gets_suggestions() -> None:
    assert refusal("Berlni") == "I don't know the time zone Berlni. Did you mean Berlin?"  # one slip; Bern, Benin: two


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Parsi", "Paris"), ("Madird", "Madrid"), ("Vienan", "Vienna"), ("Milna", "Milan"), ("Dublni", "Dublin"),
     ("Chcago", "Chicago"), ("Osol", "Oslo"), ("Spian", "Spain")],
)  # fmt: skip
def test_what_is_suggested_is_nearest_and_nothing_farther_stands_beside_it(typed: str, meant: str) -> None:
    assert refusal(typed) == f"I don't know the time zone {typed}. Did you mean {meant}?"


def test_an_ambiguous_name_is_asked_about() -> None:
    assert refusal("IST") == (
        "IST can mean more than one time zone. Try Asia/Kolkata, Europe/Dublin or Asia/Jerusalem."
    )
    assert refusal("usa") == (
        "usa can mean more than one time zone. Try America/New_York, America/Chicago or America/Los_Angeles."
    )


@pytest.mark.parametrize(
    ("offset", "key"),
    [
        ("+2", "Etc/GMT-2"),
        ("UTC+2", "Etc/GMT-2"),
        ("gmt-5", "Etc/GMT+5"),
        ("GMT +05:30", "Asia/Kolkata"),
        ("Etc/GMT+5", "Etc/GMT+5"),
        ("+0200", "Etc/GMT-2"),
        ("UTC−3", "Etc/GMT+3"),
    ],
)
def test_an_offset_is_taken_as_one_that_stays(offset: str, key: str) -> None:
    assert zones.find(offset).key == key


@pytest.mark.parametrize("nothing", ["", "   ", "\n"])
def test_nothing_typed_gets_the_question(nothing: str) -> None:
    assert refusal(nothing) == "Which city's time is yours? Try Berlin or America/New_York."


@pytest.mark.parametrize(
    "hostile",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "Europe/../../etc/passwd",
        "Europe",
        "Europe/",
        "localtime",
        "Factory",
        "posixrules",
        "zone.tab",
        "Europe/Berlin\0",
        "{0.__class__}",
        "@everyone <@123> [x](https://example.org)",
        "e" + "\u0301" * 5000,
        "a" * 100_000,
        "ﷺ" * 1000,
        ", , ,",
    ],
)
def test_hostile_names_are_names_nobody_knows(hostile: str) -> None:
    assert len(refusal(hostile)) < 200
    assert {choice.key for choice in zones.complete(hostile)} <= zoneinfo.available_timezones()


def test_a_hostile_name_takes_no_time() -> None:
    started = stopwatch.process_time()
    refusal("\u0301" * 3_000_000)
    zones.complete("\u0301" * 3_000_000)
    assert stopwatch.process_time() - started < 0.1


def test_a_city_in_the_wrong_country_is_not_taken_for_another() -> None:
    assert refusal("Berlin, France").startswith("I don't know the time zone Berlin, France.")


def test_every_iana_name_is_understood_or_refused_on_purpose() -> None:
    refused = []
    for key in sorted(zoneinfo.available_timezones()):
        try:
            found = zones.find(key)
        except UserError:
            refused.append(key)
            continue
        if key.count("/") and key.split("/")[0] in (
            "Africa",
            "America",
            "Asia",
            "Atlantic",
            "Europe",
            "Indian",
            "Pacific",
        ):
            assert found.key == key
    on_purpose = {"Factory", "localtime", "GMT", "Greenwich", "GMT+0", "GMT-0"}
    assert {key for key in refused if not key.startswith("Etc/GMT")} <= on_purpose


def test_old_names_keep_the_same_clock() -> None:
    people_mean_summer_time_too = {"EST", "MST"}
    summer, winter = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    for key in sorted(zoneinfo.available_timezones() - people_mean_summer_time_too):
        try:
            found = zones.find(key)
        except UserError:
            continue
        for instant in (summer, winter):
            assert instant.astimezone(found).utcoffset() == instant.astimezone(ZoneInfo(key)).utcoffset(), key


def test_every_name_in_the_tables_leads_to_a_zone_that_exists() -> None:
    available = zoneinfo.available_timezones()
    tables = (zone_names.CITIES, zone_names.ABBREVIATIONS)
    for table in tables:
        for key, names in table.items():
            assert key in available
            for name in names.split(", "):
                assert zones.find(name).key == key, name
    for name, keys in zone_names.AMBIGUOUS.items():
        assert set(keys) <= available
        assert "more than one" in refusal(name)
    for keys in zone_names.MAIN_ZONES.values():
        assert set(keys) <= available
    assert len(zone_names.OFFERED_FIRST) == 25


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_finds_a_zone_or_gets_a_sentence(text: str) -> None:
    try:
        found = zones.find(text)
    except UserError:
        return
    assert found.key in zoneinfo.available_timezones()


# Completion


def test_the_best_completion_comes_first() -> None:
    assert zones.complete("be")[0] == ("Berlin (Europe/Berlin)", "Europe/Berlin")
    assert zones.complete("new")[0].key == "America/New_York"
    assert zones.complete("york")[0].label == "New York (America/New_York)"
    assert [choice.label for choice in zones.complete("UK")] == ["UK (Europe/London)", "Ukraine (Europe/Kyiv)"]
    assert zones.complete("bost") == [("Boston (America/New_York)", "America/New_York")]


def test_iana_names_are_completed_once_there_is_a_slash() -> None:
    assert zones.complete("europe/be")[0] == ("Europe/Berlin", "Europe/Berlin")
    assert all("/" not in choice.label.partition(" (")[0] for choice in zones.complete("am"))


def test_old_names_are_offered_only_to_who_types_them_out() -> None:
    assert "Asia/Macao" not in {choice.key for choice in zones.complete("maca")}
    assert zones.complete("calcutta")[0].key == "Asia/Calcutta"


def test_an_ambiguous_name_is_completed_to_each_of_its_cities() -> None:
    assert [choice.label for choice in zones.complete("ist")][:3] == [
        "Kolkata (Asia/Kolkata)",
        "Dublin (Europe/Dublin)",
        "Jerusalem (Asia/Jerusalem)",
    ]


def test_before_anything_is_typed_25_zones_around_the_world_are_offered() -> None:
    offered = zones.complete("")
    assert len({choice.key for choice in offered}) == 25
    assert zones.complete("", limit=3) == offered[:3]


@given(st.text("abcdefghijklmnopqrstuvwxyz /", max_size=4))
@settings(max_examples=100, deadline=None)
def test_whatever_is_offered_can_be_chosen(prefix: str) -> None:
    offered = zones.complete(prefix)
    assert len(offered) <= 25
    assert len({choice.label for choice in offered}) == len(offered)
    for choice in offered:
        assert zones.find(choice.key).key == choice.key
        assert len(choice.label) <= 100


# Guessing


@pytest.mark.parametrize(
    ("locale", "key"),
    [
        ("en-GB", "Europe/London"),
        ("de", "Europe/Berlin"),
        ("de-AT", "Europe/Vienna"),
        ("de_DE.UTF-8", "Europe/Berlin"),
        ("pt-PT", "Europe/Lisbon"),
        ("sv-SE", "Europe/Stockholm"),
        ("zh-Hant-TW", "Asia/Taipei"),
        ("zh-CN", "Asia/Shanghai"),
        ("ja", "Asia/Tokyo"),
        ("uk", "Europe/Kyiv"),
        ("es-ES", "Europe/Madrid"),
    ],
)
def test_a_locale_of_one_zone_is_a_good_guess(locale: str, key: str) -> None:
    assert zones.guess(locale, LONDON).key == key


@pytest.mark.parametrize(
    "locale", [None, "", "en", "en-US", "es-419", "pt-BR", "ru", "xx-YY", "../..", "-" * 9999, "de" * 9999]
)
def test_a_locale_of_many_zones_is_no_guess(locale: str | None) -> None:
    assert zones.guess(locale, LONDON) is LONDON


# The data


def test_the_newer_time_zone_data_is_used(tmp_path: Path, zone_folders: None) -> None:
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Berlin").write_bytes(b"TZif of long ago")
    (tmp_path / "tzdata.zi").write_text("# version 1999a\n", encoding="utf-8")
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    assert running.tzdata_version() == "1999a"
    assert running.use_newest_tzdata() == running.tzdata_version() > "2025a"
    assert ZoneInfo.no_cache("Europe/Berlin").utcoffset(datetime(2026, 7, 1)) == timedelta(hours=2)  # noqa: DTZ001 - a wall time


def test_a_system_newer_than_the_package_is_trusted(tmp_path: Path, zone_folders: None) -> None:
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Berlin").touch()
    (tmp_path / "tzdata.zi").write_text("# version 2999z\n", encoding="utf-8")
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    assert running.use_newest_tzdata() == "2999z"
    assert list(zoneinfo.TZPATH) == [str(tmp_path)]


def test_a_system_without_zones_or_without_a_version_gives_way_to_the_package(
    tmp_path: Path, zone_folders: None
) -> None:
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    package = running.tzdata_version()
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Berlin").touch()
    assert running.use_newest_tzdata() == package
    assert zoneinfo.TZPATH == ()
