"""Lists longer than a screen: every entry can be reached, a page at a time, and after the last comes the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.messages import Button, Community, Text
from bot.words.i18n import _

SHOWN = 20
"""Choices on one page. The largest platform limit is 25 buttons, and some stand beside the choices."""
MOST_COMMUNITIES = 25


class Page(NamedTuple):
    """Which entries stand on a page: from ``start`` to ``end``; and the page that follows, where there is another."""

    start: int
    end: int
    following: int | None

    def more(self, action: str, value: str = "") -> tuple[Button, ...]:
        """The button to the page that follows; ``value`` is what the action needs besides."""
        if self.following is None:
            return ()
        return (Button(_("More"), action, f"{value}{self.following}"),)


def page(entries: Sequence[object], number: int, size: int = SHOWN) -> Page:
    """Page ``number`` of the entries, from 0 on; the first where there is none with that number."""
    if number * size >= len(entries) or number < 0:
        number = 0
    start, end = number * size, min((number + 1) * size, len(entries))
    if len(entries) <= size:
        return Page(start, end, None)
    return Page(start, end, number + 1 if end < len(entries) else 0)


def number_of(value: str) -> int:
    """The page a button carries; the first, where it carries none."""
    return int(value) if value.isdecimal() and len(value) < 6 else 0


def which_community(shared: Sequence[Community]) -> Text:
    """The question where a direct conversation could mean several communities; ``MOST_COMMUNITIES`` are offered."""
    if len(shared) <= MOST_COMMUNITIES:
        return _("Which community is this for?")
    return _("Which community is this for? If yours is not here, ask me in it.")
