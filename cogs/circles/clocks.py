"""Circles follow new rules of their zones: every date stays at its wall time, and whoever comes hears it once."""

from __future__ import annotations

from sqlite3 import Connection

from bot.clocks.recurrence import Recurrence
from bot.context import NewRules
from bot.messages import Person
from cogs.circles import kinds, schedule
from storage.circles import answers, circles, dates, hosts, rhythm
from storage.circles.circles import Circle
from storage.circles.dates import Gathering
from storage.database import walls
from storage.delivery import moved


def follow(connection: Connection, rules: NewRules, after: int) -> int | None:
    """A portion of the circles: those in zones with new rules."""
    found = rhythm.meeting(connection, after)
    for row, code in found:
        if _zone(code) in rules.zones:
            circle = circles.get(connection, row)
            assert circle is not None
            _follow(connection, circle, Recurrence.from_code(code), rules)
    return walls.last(row for row, _code in found)


def _zone(code: str) -> str:
    return code.split(" ")[2] if code.count(" ") > 2 else ""


def _follow(connection: Connection, circle: Circle, rule: Recurrence, rules: NewRules) -> None:
    if rules.number > 1:  # the first time nothing is known of the rules before, and nothing is told to be different
        rhythm.grow(connection, circle.id)
    for gathering in dates.coming(connection, circle.id, rules.now):
        starts = rhythm.derived(connection, gathering, rule.zone.key)
        if gathering.starts <= rules.now or starts == gathering.starts:
            continue
        ends = starts + (gathering.ends - gathering.starts)
        due = schedule.following(gathering.step, starts, ends)
        after = rhythm.follow(connection, gathering, starts, due, rules.now)
        moved.of_date(connection, gathering.id, gathering.version, after.version, starts - gathering.starts)
        if circle.kind != kinds.NOTICE:
            for person in _concerned(connection, circle, gathering):
                moved.note(connection, person, "circles", gathering.id, rules)
    following = schedule.next_dates(rule, rules.now, 1)
    dates.open_next_at(connection, circle.id, following[0].instant if following else None)


def _concerned(connection: Connection, circle: Circle, gathering: Gathering) -> list[Person]:
    """Who hosts it, and who said that they come, each once."""
    coming = [said.person for said in answers.all_said(connection, gathering.id, *answers.SEATED)]
    return list(dict.fromkeys([*hosts.accepted(connection, circle.id), *coming]))
