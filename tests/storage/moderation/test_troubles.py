"""What does not work in a community: told once for each cause, again when it is over, and to nobody else."""

from __future__ import annotations

from sqlite3 import Connection

import pytest

from bot.context import Delivery
from bot.messages import Channel, Community, Person
from storage.delivery import deliveries
from storage.members import community_settings
from storage.moderation import troubles
from storage.moderation.troubles import PLACE, POSTS, Trouble
from tests.storage.conftest import DAY, NOW, SECOND

MODS, LOBBY = Channel("local", "mods"), Channel("local", "lobby")
NO_PLACE = Trouble(PLACE, "local", "circle")


@pytest.fixture
def moderated(connection: Connection, porch: Community) -> Community:
    community_settings.save(connection, porch, community_settings.Settings(reports=MODS))
    return porch


def said(connection: Connection) -> list[tuple[str, int]]:
    rows = connection.execute(
        "SELECT json_extract(args, '$.cause'), json_extract(args, '$.over') FROM deliveries WHERE kind = ? ORDER BY id",
        (troubles.TOLD,),
    )
    return rows.fetchall()


def post(connection: Connection, community: Community | None, to: Channel | Person, state: str, number: int) -> None:
    one = Delivery(to, "checkins.post", f"post:{number}", NOW, community=community)
    reason = "cannot be reached" if state == "dead" else "failed"
    troubles.of_post(connection, one, "sent" if state == "sent" else "dead", reason, NOW + number * SECOND)


def test_it_is_told_once_and_its_end_once(connection: Connection, moderated: Community) -> None:
    for second in range(3):
        troubles.met(connection, moderated, NO_PLACE, NOW + second * SECOND)
    assert troubles.told_of(connection, moderated) == [NO_PLACE]
    assert troubles.over(connection, moderated, PLACE, "local", NOW + 4 * SECOND)
    assert not troubles.over(connection, moderated, PLACE, "local", NOW + 5 * SECOND)
    assert said(connection) == [(PLACE, 0), (PLACE, 1)]
    troubles.met(connection, moderated, NO_PLACE, NOW + DAY)
    assert said(connection)[2:] == [(PLACE, 0)], "another time is told again"


def test_what_nobody_heard_of_ends_in_silence(connection: Connection, moderated: Community) -> None:
    troubles.met(connection, moderated, NO_PLACE, NOW, after=2)
    assert not troubles.over(connection, moderated, PLACE, "local", NOW)
    assert said(connection) == []


@pytest.mark.parametrize(
    ("states", "told"),
    [
        (["dead"] * 2, 0),
        (["dead"] * 3, 1),
        (["dead"] * 9, 1),
        (["dead", "dead", "sent", "dead", "dead"], 0),
        (["a bug of ours"] * 4, 0),
    ],
)
def test_three_dead_posts_in_a_row_are_one_trouble(
    connection: Connection, moderated: Community, states: list[str], told: int
) -> None:
    for number, state in enumerate(states):
        post(connection, moderated, LOBBY, state, number)
    assert said(connection) == [(POSTS, 0)] * told
    assert troubles.is_silent(connection, moderated, LOBBY) is bool(told)
    assert not troubles.is_silent(connection, moderated, Channel("local", "lobby", "thread"))


def test_what_goes_to_one_person_is_no_business_of_moderators(
    connection: Connection, moderated: Community, alice: Person
) -> None:
    for number in range(5):
        post(connection, moderated, alice, "dead", number)
    assert connection.execute("SELECT count(*) FROM troubles").fetchone() == (0,)


def test_a_silent_channel_of_moderators_is_not_told_in_itself(connection: Connection, moderated: Community) -> None:
    for number in range(3):
        post(connection, moderated, MODS, "dead", number)
    assert troubles.told_of(connection, moderated) == [Trouble(POSTS, "local mods", "checkins.post")]
    assert said(connection) == []


def test_another_community_hears_nothing_and_a_channel_takes_its_trouble_along(
    connection: Connection, moderated: Community, garden: Community
) -> None:
    troubles.met(connection, garden, NO_PLACE, NOW)
    assert troubles.told_of(connection, moderated) == []
    assert troubles.watched(connection) == [moderated]
    for number in range(3):
        post(connection, moderated, LOBBY, "dead", number)
    troubles.channel_gone(connection, LOBBY)
    assert troubles.told_of(connection, moderated) == []


def test_it_is_forgotten_after_ninety_days(connection: Connection, moderated: Community) -> None:
    troubles.met(connection, moderated, NO_PLACE, NOW)
    troubles.sweep(connection, NOW + 90 * DAY - SECOND)
    assert troubles.told_of(connection, moderated)
    troubles.sweep(connection, NOW + 90 * DAY)
    assert troubles.told_of(connection, moderated) == []


def test_what_is_told_goes_where_reports_are_announced(connection: Connection, moderated: Community) -> None:
    troubles.met(connection, moderated, NO_PLACE, NOW)
    [row] = connection.execute("SELECT id FROM deliveries WHERE kind = ?", (troubles.TOLD,)).fetchone()
    delivery = deliveries.get(connection, row)
    assert delivery is not None
    assert delivery.to == MODS
