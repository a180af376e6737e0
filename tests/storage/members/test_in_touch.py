"""When members were in touch: once a minute, by the days on their wall, for whoever wants to be noticed."""

from __future__ import annotations

from datetime import date
from sqlite3 import Connection

from bot.messages import Person
from storage.checkins import checkins
from storage.members import in_touch
from tests.storage.checkins.test_checkins import BERLIN, EVENING, LA, prompt
from tests.storage.conftest import DAY, HOUR, MINUTE, NOW, SECOND


def test_an_answer_is_kept_once_as_when_it_first_came(connection: Connection, alice: Person) -> None:
    delivery = prompt(connection, alice, NOW)
    for later in (HOUR, 2 * HOUR):
        in_touch.record(connection, alice, NOW + later, delivery.id)
    assert connection.execute("SELECT answered FROM checkins").fetchall() == [((NOW + HOUR).timestamp(),)]
    assert checkins.answered(connection) == 1


def test_nobody_answers_for_somebody_else(connection: Connection, alice: Person, bob: Person) -> None:
    delivery = prompt(connection, alice, NOW)
    in_touch.record(connection, bob, NOW + HOUR, delivery.id)
    assert checkins.answered(connection) == 0
    assert not in_touch.since(connection, alice, NOW)


def test_contact_is_news_once_a_minute_for_whoever_has_check_ins(
    connection: Connection, alice: Person, bob: Person
) -> None:
    assert not in_touch.is_news(connection, alice, NOW), "nobody waits for them"
    checkins.enable(connection, alice, EVENING, NOW)
    assert in_touch.is_news(connection, alice, NOW)
    assert not in_touch.is_news(connection, bob, NOW)
    in_touch.record(connection, alice, NOW)
    in_touch.record(connection, alice, NOW)
    assert not in_touch.is_news(connection, alice, NOW + MINUTE - SECOND)
    assert in_touch.is_news(connection, alice, NOW + MINUTE)


def test_who_rests_is_still_noticed(connection: Connection, alice: Person) -> None:
    checkins.enable(connection, alice, EVENING, NOW)
    checkins.rest(connection, alice, NOW)
    assert in_touch.is_news(connection, alice, NOW)


def test_a_day_in_touch_is_a_day_on_the_wall(connection: Connection, alice: Person, bob: Person) -> None:
    for hours in (0, 1, 11):  # 13:00, 14:00 and midnight in Berlin
        in_touch.record(connection, alice, NOW + hours * HOUR)
    in_touch.record(connection, bob, NOW + 5 * DAY)
    assert in_touch.days(connection, alice, BERLIN, NOW) == [date(2026, 3, 2), date(2026, 3, 3)]
    assert in_touch.days(connection, alice, LA, NOW) == [date(2026, 3, 2)]
    assert in_touch.days(connection, alice, BERLIN, NOW + 2 * HOUR) == [date(2026, 3, 3)]


def test_only_what_arrived_since_the_last_contact_is_unanswered(
    connection: Connection, alice: Person, bob: Person
) -> None:
    assert in_touch.unanswered(connection, alice, NOW) == 0
    prompt(connection, alice, NOW)
    in_touch.record(connection, alice, NOW + HOUR)
    prompt(connection, alice, NOW + DAY)
    prompt(connection, alice, NOW + 2 * DAY, state="skipped")
    prompt(connection, bob, NOW + DAY)
    assert in_touch.unanswered(connection, alice, NOW + 2 * DAY) == 1
    asked = in_touch.KEPT + DAY
    assert in_touch.unanswered(connection, alice, NOW + asked - SECOND) == 1
    assert in_touch.unanswered(connection, alice, NOW + asked) == 0, "though nothing was swept yet"
    in_touch.record(connection, alice, NOW + 3 * DAY)
    assert in_touch.unanswered(connection, alice, NOW + 3 * DAY) == 0
