"""Lists longer than a screen: whatever their length, every entry stands on exactly one page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.incoming import pages
from bot.messages import Community


@given(st.integers(0, 120), st.integers(1, 25))
def test_whoever_presses_more_sees_every_entry_once_and_comes_back_to_the_first(length: int, size: int) -> None:
    entries, seen, number = list(range(length)), [], 0
    while True:
        page = pages.page(entries, number, size)
        seen += entries[page.start : page.end]
        assert page.end - page.start <= size
        if not page.following:
            break
        number = page.following
    assert seen == entries
    assert (page.following is None) is (length <= size)


@pytest.mark.parametrize("number", [-1, 3, 10**9])
def test_a_page_that_is_not_there_is_the_first(number: int) -> None:
    assert pages.page(range(30), number) == pages.Page(0, 20, 1)


@pytest.mark.parametrize(("value", "number"), [("", 0), ("2", 2), ("x", 0), ("-1", 0), ("9" * 40, 0), ("²", 0)])
def test_what_comes_back_from_the_network_is_a_page_or_the_first(value: str, number: int) -> None:
    assert pages.number_of(value) == number


def test_the_button_carries_what_the_action_needs_besides() -> None:
    [button] = pages.page(range(30), 0).more("circles.browse", "7|")
    assert (str(button.label), button.action, button.value) == ("More", "circles.browse", "7|1")
    assert pages.page(range(20), 0).more("circles.browse") == ()


def test_with_more_communities_than_buttons_the_question_says_how_to_reach_the_rest() -> None:
    few = [Community(number) for number in range(25)]
    assert str(pages.which_community(few)) == "Which community is this for?"
    assert "If yours is not here, ask me in it." in pages.which_community([*few, Community(25)])
