"""A display name shows how somebody wants to be called, and can pretend nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words.names import LONGEST, mixes_alphabets, shown

ID = "id-7"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Alice", "Alice"),
        ("  Alice   B. ", "Alice B."),
        ("Zoë", "Zoë"),
        ("Zoe\u0308", "Zoë"),
        ("Алиса", "Алиса"),
        ("עדה", "עדה"),
        ("太郎", "太郎"),
        ("😀", "😀"),
        ("👩\u200d💻 Ada", "👩\u200d💻 Ada"),
        ("A\u200dlice", "Alice"),
        ("Mo\u202edom", "Modom"),
        ("Mo\u200b", "Mo"),
        ("Mo\ufeff\u2060\u00ad", "Mo"),
        ("M\u0000o\n", "Mo"),
        ("\u3164\u2800", ID),
        ("", ID),
        ("   ", ID),
        ("\u0301", ID),
        ("Мo", f"Мo ({ID})"),
        ("Αlice Smith", f"Αlice Smith ({ID})"),
        ("Anna Иванова", "Anna Иванова"),
    ],
)
def test_names_are_shown_without_tricks(name: str, expected: str) -> None:
    assert shown(name, ID) == expected


def test_a_name_of_marks_cannot_cover_other_lines() -> None:
    assert len(shown("a" + "\u0301" * 100, ID)) <= 3


def test_two_members_who_look_alike_are_told_apart() -> None:
    assert shown("Mo", "mo") != shown("M\u043e", "eve")
    assert mixes_alphabets("M\u043e")


@given(st.text(max_size=200))
def test_nothing_invisible_is_left_of_any_name(name: str) -> None:
    drawn = shown(name, ID)
    assert drawn.strip()
    assert len(drawn) <= LONGEST + len(f" ({ID})")
    assert not any(unicodedata.bidirectional(letter) in ("RLO", "LRO", "RLE", "LRE", "PDF") for letter in drawn)
    assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in drawn)
    assert "\u200b" not in drawn
    assert "\u202e" not in drawn


@given(st.text(max_size=60))
def test_showing_a_shown_name_changes_nothing(name: str) -> None:
    once = shown(name, "")
    if "(" not in once:
        assert shown(once, "") == once
