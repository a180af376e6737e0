"""What somebody chooses at sign-up, short enough to stand in a button, and as the matching needs it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal
from zoneinfo import available_timezones

from bot.clocks.times import Days
from cogs.buddies.candidates import Pace, Purpose, Style
from cogs.buddies.hours import DayPart, weekly

PARTS: Final = dict(zip("abcdefgh", DayPart, strict=True))
EVENINGS, WEEKENDS, ANY_TIME = "c", "efg", "abcdefgh"

Again = Literal["either", "same", "new"]
Personal = Literal["light", "tender", "only"]
"""``light`` begins light and grows with time; ``tender``: also that, later; ``only``: it stays light."""

AGAIN: Final[tuple[Again, ...]] = ("either", "same", "new")
PERSONAL: Final[tuple[Personal, ...]] = ("light", "tender", "only")
PURPOSES: Final = (
    *(Purpose.COMPANY, Purpose.GOAL, Purpose.COMPANY | Purpose.GOAL),
    *(Purpose.LISTENING, Purpose.STUDY, Purpose.SIDE_BY_SIDE),
)
PACES: Final = (Pace.WEEKLY, Pace.OFTEN, Pace.FORTNIGHTLY, Pace.MONTHLY, Pace.ONE_WEEK_TRY)
TOPICS: Final = ("family", "food", "loneliness")
"""What the questions for two touch and can be left out (``avoid`` in content/prompts.toml)."""
MOST_LANGUAGES = 4

_CODE = re.compile(
    r"(?P<free>[a-h]{1,8}|[1-7]{1,7}@\d{2}-\d{2})\.(?P<style>[0-3])\.(?P<purposes>\d{1,2})"
    r"\.(?P<dials>\d[01]\d\d)\.(?P<group>\d{0,9})\.(?P<languages>([a-z]{2,3}-)*[a-z]{2,3})\.(?P<topics>[0-7])\.(?P<zone>(?:[0-9a-f]{6})?)"
)


@dataclass(frozen=True, slots=True)
class Choices:
    """One sign-up. ``free`` are letters of ``PARTS``, or days and hours (``135@18-22``). ``zone``: as chosen here, if
    another one than that of the person; ``group``: None for the main one.
    """

    free: str = EVENINGS
    style: Style = Style.TEXT | Style.VOICE
    purposes: Purpose = Purpose.COMPANY
    pace: Pace = Pace.WEEKLY
    trio: bool = True
    again: Again = "either"
    personal: Personal = "light"
    group: int | None = None
    languages: tuple[str, ...] = ("en",)
    leave_out: frozenset[str] = frozenset()
    zone: str = ""

    @property
    def code(self) -> str:
        """At most 60 characters; ``read`` takes it back."""
        dials = f"{int(self.pace)}{int(self.trio)}{AGAIN.index(self.again)}{PERSONAL.index(self.personal)}"
        topics = sum(1 << place for place, topic in enumerate(TOPICS) if topic in self.leave_out)
        zone = _mark(self.zone) if self.zone else ""
        return (
            f"{self.free}.{int(self.style)}.{int(self.purposes)}.{dials}.{self.group or ''}"
            f".{'-'.join(self.languages)}.{topics}.{zone}"
        )

    @classmethod
    def read(cls, code: str) -> Choices | None:
        """None for what ``code`` never wrote: it came back from the network."""
        found = _CODE.fullmatch(code)
        if found is None:
            return None
        pace, trio, again, personal = (int(digit) for digit in found["dials"])
        languages = tuple(found["languages"].split("-"))
        try:
            return cls(
                free=found["free"],
                style=Style(int(found["style"])),
                purposes=Purpose(int(found["purposes"])),
                pace=Pace(pace),
                trio=bool(trio),
                again=AGAIN[again],
                personal=PERSONAL[personal],
                group=int(found["group"]) if found["group"] else None,
                languages=languages[:MOST_LANGUAGES],
                leave_out=frozenset(topic for place, topic in enumerate(TOPICS) if int(found["topics"]) >> place & 1),
                zone=_marked()[found["zone"]] if found["zone"] else "",
            )
        except (ValueError, LookupError):
            return None

    @property
    def hours(self) -> int:
        """The free hours of the week, as the matching wants them."""
        if "@" not in self.free:
            return sum(PARTS[letter].hours & ~seen for letter, seen in _with_what_came_before(self.free))
        days, _at, span = self.free.partition("@")
        start, stop = (int(hour) for hour in span.split("-"))
        return weekly((int(day) - 1 for day in days), start % 24, start % 24 + ((stop - start) % 24 or 24))


def _with_what_came_before(letters: str) -> list[tuple[str, int]]:
    seen, found = 0, []
    for letter in letters:
        found.append((letter, seen))
        seen |= PARTS[letter].hours
    return found


def on_days(days: Days, start: int, stop: int) -> str:
    """Free on these days from one full hour to another, as ``Choices.free``; equal hours mean the whole day."""
    return f"{days.code}@{start:02}-{stop:02}"


def _next(values: tuple[object, ...], value: object) -> int:
    return (values.index(value) + 1) % len(values) if value in values else 0


def _turn_topic(topic: str) -> Callable[[Choices], Choices]:
    return lambda one: replace(one, leave_out=one.leave_out ^ {topic})


DIALS: Mapping[str, Callable[[Choices], Choices]] = {
    "style": lambda one: replace(one, style=Style(int(one.style) % 3 + 1)),
    "purposes": lambda one: replace(one, purposes=PURPOSES[_next(PURPOSES, one.purposes)]),
    "pace": lambda one: replace(one, pace=PACES[_next(PACES, one.pace)]),
    "trio": lambda one: replace(one, trio=not one.trio),
    "again": lambda one: replace(one, again=AGAIN[_next(AGAIN, one.again)]),
    "personal": lambda one: replace(one, personal=PERSONAL[_next(PERSONAL, one.personal)]),
    **{topic: _turn_topic(topic) for topic in TOPICS},
}
"""What one tap changes, each to its next value."""


def _mark(zone: str) -> str:
    """What a button has room for. It names the zone whatever others there are; a place in a list of them would not."""
    return hashlib.sha256(zone.encode()).hexdigest()[:6]


@cache
def _marked() -> Mapping[str, str]:
    """Every zone this machine knows, by its mark. Two with one mark are neither: such a button has expired."""
    zones = sorted(available_timezones())
    marks = Counter(map(_mark, zones))
    return {_mark(zone): zone for zone in zones if marks[_mark(zone)] == 1}
