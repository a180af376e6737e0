"""Holds the help card to its one duty: nothing unchecked, nothing outdated, never nothing at all."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import pytest

from bot.errors import FatalError, UserError
from bot.words.crisis_lines import (
    EVERYWHERE,
    FALLBACK,
    MOST,
    Line,
    Route,
    RouteKind,
    Verified,
    card,
    confirm,
    describe,
    emergency_number,
    load,
    shipped,
    shown,
)
from bot.words.files import CONTENT

LINES = load()
TODAY = date(2026, 12, 1)
LATER = TODAY + timedelta(days=100)
BRITAIN = {"gb-samaritans": LATER, "gb-shout": LATER}


def line(line_id: str) -> Line:
    return next(line for line in LINES.lines if line.id == line_id)


def confirmed(*ids: str, until: date = LATER) -> dict[str, date]:
    return dict.fromkeys(ids, until)


# ------------------------------------------------------------------ the file that ships


def test_the_file_holds_what_the_documents_say() -> None:
    assert len(LINES.lines) == 44
    assert len({line.country for line in LINES.lines}) == 28
    assert len(LINES.emergency) == 28
    assert {line.country for line in LINES.lines} <= set(LINES.emergency), "no country has lines and no number"
    counts = [sum(line.verified == level for line in LINES.lines) for level in ("operator", "secondary")]
    assert counts == [11, 31]
    assert [line.id for line in LINES.lines if not line.confirmable] == ["de-116123", "fi-mieli-en"]


def test_no_line_ships_confirmed_and_every_line_has_its_day() -> None:
    raw = tomllib.loads((CONTENT / "crisis_lines.toml").read_text(encoding="utf-8"))
    assert {written["confirmed"] for written in raw["line"]} == {False}
    assert all(isinstance(written["check_by"], date) for written in raw["line"])


def committed() -> date:
    """The day of the newest commit."""
    command = ["git", "-c", "safe.directory=*", "log", "-1", "--format=%cs"]
    return date.fromisoformat(
        subprocess.run(command, cwd=CONTENT, capture_output=True, text=True, check=True).stdout.strip()
    )


def test_nothing_that_ships_is_past_its_day() -> None:
    """The reminder to read the pages again: it goes red by itself, from the first commit after the day on. What was
    committed before holds on any day.
    """
    today = committed()
    late = [line.id for line in LINES.lines if line.check_by <= today]
    assert late == [], "read these lines' pages again, correct them, and move check_by (docs/content.md)"
    assert LINES.check_by > today, "read the emergency numbers and directories again, and move check_by in [meta]"


def test_every_line_a_person_can_confirm_names_a_page_to_look_at() -> None:
    for each in LINES.lines:
        assert each.seen.startswith(("https://", "http://")) or not each.confirmable


def test_a_community_is_offered_only_lines_that_can_be_checked() -> None:
    assert [line.id for line in LINES.of("de")] == ["de-telefonseelsorge"]
    assert [line.id for line in LINES.of("FI")] == ["fi-mieli"]
    assert LINES.of("XX") == ()


def test_countries_are_those_with_a_line_or_an_emergency_number() -> None:
    assert len(LINES.countries) == 28
    assert LINES.countries[:3] == ("AT", "AU", "BE")


def test_everything_a_line_may_say_is_documented() -> None:
    page = (CONTENT.parent / "docs" / "content.md").read_text(encoding="utf-8")
    words = [*(field.name for field in fields(Line)), *get_args(RouteKind), *get_args(Verified), "confirmed"]
    assert [word for word in words if f"`{word}`" not in page] == []


# ------------------------------------------------------------------ what is shown


def test_nothing_shows_until_a_person_confirmed_it() -> None:
    assert shown(LINES.lines, {}, TODAY) == ()


def test_only_confirmed_lines_show_in_the_order_of_the_file() -> None:
    assert [line.id for line in shown(LINES.lines, confirmed("gb-shout", "gb-samaritans"), TODAY)] == list(BRITAIN)


def test_a_line_goes_dark_on_its_day() -> None:
    confirmations = {"gb-samaritans": TODAY + timedelta(days=1), "gb-shout": TODAY}
    assert [line.id for line in shown(LINES.lines, confirmations, TODAY)] == ["gb-samaritans"]
    assert shown(LINES.lines, confirmations, TODAY + timedelta(days=1)) == ()


@pytest.mark.parametrize("line_id", ["de-116123", "fi-mieli-en"])
def test_a_line_without_a_settled_number_never_shows_even_if_a_row_says_so(line_id: str) -> None:
    assert shown(LINES.lines, confirmed(line_id), TODAY) == ()


def test_a_confirmed_line_that_left_the_file_is_gone() -> None:
    assert shown(LINES.lines, confirmed("gb-older-line"), TODAY) == ()


def test_a_card_never_has_more_than_five_lines() -> None:
    everything = confirmed(*(line.id for line in LINES.lines))
    assert len(shown(LINES.lines, everything, TODAY)) == MOST


# ------------------------------------------------------------------ the card


def test_two_lines_stand_alone_with_the_emergency_number() -> None:
    drawn = card(BRITAIN, TODAY, emergency="999")
    assert drawn.emergency == ("999",)
    assert [line.id for line in drawn.lines] == ["gb-samaritans", "gb-shout"]
    assert drawn.directories == ()


@pytest.mark.parametrize("confirmations", [{}, {"gb-samaritans": LATER}, {"gb-samaritans": LATER, "gb-shout": TODAY}])
def test_with_fewer_than_two_lines_the_directories_stand_there(confirmations: Mapping[str, date]) -> None:
    drawn = card(confirmations, TODAY)
    assert len(drawn.directories) >= 2
    assert drawn.emergency == EVERYWHERE == ("112", "911", "999")


def test_another_country_shows_its_number_its_confirmed_lines_and_the_directories() -> None:
    drawn = card({**BRITAIN, "nz-1737": LATER}, TODAY, country="NZ", emergency="999")
    assert drawn.emergency == ("111",)
    assert [line.id for line in drawn.lines] == ["nz-1737"]
    assert drawn.directories


def test_a_country_nobody_knows_still_gets_numbers_and_directories() -> None:
    drawn = card(BRITAIN, TODAY, country="XX", emergency="999")
    assert (drawn.emergency, drawn.lines) == (EVERYWHERE, ())
    assert drawn.directories


def test_emergency_numbers_by_country() -> None:
    assert emergency_number("GB") == "999"
    assert emergency_number("us") == "911"
    assert emergency_number("DE") == "112"
    assert emergency_number("XX") is None, "no page was seen for it, so 112, 911, 999 are named"
    assert emergency_number("") is None


# ------------------------------------------------------------------ confirming


def test_mo_confirms_a_line_for_half_a_year() -> None:
    assert confirm(LINES.lines, {}, "gb-shout", TODAY) == date(2027, 6, 1)


@pytest.mark.parametrize("line_id", ["de-116123", "fi-mieli-en"])
def test_mo_cannot_confirm_a_line_without_a_settled_number(line_id: str) -> None:
    with pytest.raises(UserError, match="no page that settles its number"):
        confirm(LINES.lines, {}, line_id, TODAY)


def test_mo_cannot_confirm_a_line_that_does_not_exist() -> None:
    with pytest.raises(UserError, match="Pick one from the list"):
        confirm(LINES.lines, {}, "'; drop table lines", TODAY)


def test_a_sixth_line_waits_until_one_is_taken_out_or_goes_dark() -> None:
    five = confirmed("us-988", "us-ctl", "us-samhsa", "ca-988", "gb-shout")
    with pytest.raises(UserError, match="5 lines are shown already"):
        confirm(LINES.lines, five, "au-lifeline", TODAY)
    assert confirm(LINES.lines, five, "us-988", TODAY) > LATER, "checking one of the five again is fine"
    assert confirm(LINES.lines, {**five, "us-ctl": TODAY}, "au-lifeline", TODAY) > LATER


# ------------------------------------------------------------------ the words


@pytest.mark.parametrize(
    ("line_id", "words"),
    [
        ("gb-shout", "Shout: text SHOUT to 85258; 24/7, free."),
        ("us-988", "988 Suicide & Crisis Lifeline: call 988, text 988, chat at 988lifeline.org; 24/7, free."),
        ("dk-livslinien", "Livslinien: call 70 20 12 01."),
        ("ie-50808", "Text 50808: text TALK to 50808; 24/7."),
        ("pt-sosvozamiga", "SOS Voz Amiga: call 213 544 545; 15:30-00:30."),
    ],
)
def test_a_line_is_one_sentence_without_what_is_unknown(line_id: str, words: str) -> None:
    assert str(describe(line(line_id))) == words


def test_what_a_file_says_cannot_become_markup() -> None:
    odd = replace(line("gb-shout"), name="**Shout** {value}", routes=(Route("call", "`1`"),))
    assert str(describe(odd)).startswith("**Shout** {value}: call `1`;")
    assert all(not (isinstance(part, str) and ("*" in part or "`" in part)) for part in describe(odd).parts)


# ------------------------------------------------------------------ mistakes, and a damaged file

HEAD = """
[meta]
schema = 1
check_by = 2027-05-21
[[directory]]
name = "One"
url = "https://one.example"
verified = "operator"
[[directory]]
name = "Two"
url = "https://two.example"
verified = "operator"
[emergency]
GB = { number = "999", seen = "https://example.org" }
"""
GOOD = """
[[line]]
id = "gb-x"
country = "GB"
name = "X"
routes = [{ kind = "call", value = "1" }]
hours = "24/7"
cost = "free"
verified = "operator"
confirmed = false
check_by = 2027-05-21
seen = "https://example.org"
"""


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def test_a_small_good_file_is_read(tmp_path: Path) -> None:
    lines = load(written(tmp_path / "mine.toml", HEAD + GOOD))
    assert [line.id for line in lines.lines] == ["gb-x"]
    assert lines.emergency["GB"].number == "999"


@pytest.mark.parametrize(
    ("right", "wrong", "cure"),
    [
        ("confirmed = false", "confirmed = true", "gb-x: set 'confirmed' to false; a yes belongs to a community"),
        ("confirmed = false", "", "gb-x: set 'confirmed' to false"),
        ('country = "GB"', 'country = "gb"', "gb-x: 'gb' is not a country code"),
        ('country = "GB"', 'country = "GBR"', "gb-x: 'GBR' is not a country code"),
        ("GB = {", "UKX = {", "[emergency], UKX: 'UKX' is not a country code"),
        ('number = "999", ', "", "[emergency], GB: give 'number' a text"),
        ("check_by = 2027-05-21\nseen", 'check_by = "soon"\nseen', "gb-x: write 'check_by' as a date"),
        ("check_by = 2027-05-21\nseen", "check_by = 2027-05-21T10:00:00\nseen", "gb-x: write 'check_by' as a date"),
        ("check_by = 2027-05-21\n[[", "[[", "[meta]: write 'check_by' as a date"),
        ('kind = "call"', 'kind = "pigeon"', "gb-x, routes: set 'kind' to one of call, text"),
        ('value = "1"', "value = 1", "gb-x, routes: give 'value' a text"),
        ('[{ kind = "call", value = "1" }]', "[]", "gb-x: name at least one route"),
        ('[{ kind = "call", value = "1" }]', '["1"]', "gb-x: write 'routes' as a list of tables"),
        ('verified = "operator"\nconfirmed', 'verified = "sure"\nconfirmed', "gb-x: set 'verified' to one of operator"),
        ('seen = "https://example.org"\n', "", "gb-x: give the page it was 'seen' on"),
        ('verified = "operator"\nconfirmed', 'verified = "unverified"\nconfirmed', "gb-x: give the page"),
        ('seen = "https://example.org"\n', 'seen = "example.org"\n', "gb-x: 'example.org' is not an address"),
        ('hours = "24/7"', "", "gb-x: give 'hours' a text"),
        ('hours = "24/7"', 'hours = "24/7"\nopen = "yes"', "gb-x: 'open' is not a field here"),
        (
            '[[directory]]\nname = "Two"\nurl = "https://two.example"\nverified = "operator"\n',
            "",
            "name at least 2 dir",
        ),
        ("schema = 1", "schema = 2", "reads schema = 1"),
        ('id = "gb-x"', "", "a line: give 'id' a text"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_entry_and_cure(tmp_path: Path, right: str, wrong: str, cure: str) -> None:
    assert right in HEAD + GOOD
    with pytest.raises(FatalError, match=re.escape(cure)) as caught:
        load(written(tmp_path / "mine.toml", (HEAD + GOOD).replace(right, wrong)))
    assert str(caught.value).startswith("mine.toml, ")
    assert "\n" not in str(caught.value)


def test_two_lines_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FatalError, match="gb-x: two lines have this id"):
        load(written(tmp_path / "mine.toml", HEAD + GOOD + GOOD))


@pytest.mark.parametrize("content", [b"", b"[[line", b"\x00\xff", (HEAD + GOOD.replace("false", "true")).encode()])
def test_help_now_survives_a_damaged_file(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    drawn = card(BRITAIN, TODAY, known=shipped(path))
    assert drawn.emergency == ("112", "911", "999")
    assert [directory.url for directory in drawn.directories] == [
        "https://findahelpline.com",
        "https://www.befrienders.org",
    ]
    assert shipped(path) is FALLBACK
    assert len(caplog.records) == 1, "logged once, not at every press"


def test_help_now_survives_a_missing_file(tmp_path: Path) -> None:
    drawn = card({}, TODAY, country="GB", emergency="999", known=shipped(tmp_path / "nowhere.toml"))
    assert drawn.emergency == EVERYWHERE
    assert len(drawn.directories) == 2


def test_the_directories_of_the_fallback_are_those_of_the_file() -> None:
    assert {directory.url for directory in FALLBACK.directories} == {directory.url for directory in LINES.directories}


def test_numbers_and_addresses_come_whole_where_they_are_copied() -> None:
    """A person's words are taken apart by adapters, so that nothing in them can link; an address must not be."""
    for one in shipped().lines:
        ours = "".join(part for part in describe(one).parts if isinstance(part, str))
        assert all(route.value in ours for route in one.routes), one.id
