"""Countries: every one that can be shown has a name, and is found by what people call it."""

from __future__ import annotations

import pytest

from bot.words import countries, crisis_lines


def test_every_country_with_a_number_or_a_line_has_a_name() -> None:
    assert set(crisis_lines.shipped().countries) <= set(countries.NAMES)


def test_names_fit_a_button_and_are_all_different() -> None:
    names = [str(countries.name(code)) for code in countries.NAMES]
    assert len(set(names)) == len(names)
    assert all(len(name) <= 45 for name in names)


def test_they_are_sorted_by_name_not_by_code() -> None:
    assert countries.by_name(["ZA", "DE", "CH"]) == ["DE", "ZA", "CH"]


def test_a_code_without_a_name_is_shown_as_it_is() -> None:
    assert str(countries.name("QQ")) == "QQ"


@pytest.mark.parametrize(
    ("words", "code"),
    [("DE", "DE"), ("de", "DE"), (" Germany ", "DE"), ("uk", "GB"), ("the Netherlands", "NL"), ("USA", "US"),
     ("", None), ("Atlantis", None), ("D", None), ("d" * 5000, None)],
)  # fmt: skip
def test_a_country_is_found_by_code_and_name(words: str, code: str | None) -> None:
    assert countries.find(words) == code


@pytest.mark.parametrize(
    ("locale", "code"),
    [("en-GB", "GB"), ("de_AT", "AT"), ("zh-Hans-SG", "SG"), ("en", None), ("de", None), ("en-XX", None), ("", None)],
)
def test_a_locale_suggests_a_country_only_if_it_names_one(locale: str, code: str | None) -> None:
    assert countries.of_locale(locale) == code
