"""What is kept of first hellos: shown to each side as their own part, for 90 days, and gone when they say."""

from __future__ import annotations

from sqlite3 import Connection

import pytest

from bot.messages import Community, Person
from storage import hello
from tests.storage.conftest import NOW, SECOND, rows_in, tables_naming
from tests.storage.test_hello import HELPERS, look, only_offer, willing
from tests.storage.test_helping import settle


@pytest.fixture
def newcomer(connection: Connection, alice: Person, porch: Community) -> Person:
    settle(connection, alice, porch, hello.HELLO)
    hello.wish(connection, alice, porch, HELPERS, NOW)
    return alice


@pytest.fixture
def helper(connection: Connection, bob: Person, porch: Community) -> Person:
    return willing(connection, bob, porch)


def test_an_offer_is_kept_for_90_days_to_the_second(connection: Connection, newcomer: Person, helper: Person) -> None:
    look(connection)
    for after, count in ((hello.KEPT - SECOND, 1), (hello.KEPT, 0)):
        hello.sweep(connection, NOW + after)
        assert rows_in(connection, "hello_offers") == count
    assert rows_in(connection, "hello_wishes") == 1


def test_an_export_shows_each_side_its_own_part_and_no_name(
    connection: Connection, newcomer: Person, helper: Person, mo: Person
) -> None:
    look(connection)
    kept = {"when you were asked to say hello": [{"when": NOW.isoformat(), "answer": "none"}]}
    assert hello.export(connection, newcomer) == {
        "who may say hello to you": [{"where": "The Porch", "from": "helpers"}]
    }
    assert hello.export(connection, helper) == kept
    assert hello.export(connection, mo) == {}
    hello.decline(connection, helper, only_offer(connection))
    kept["when you were asked to say hello"][0]["answer"] = "declined"
    assert hello.export(connection, helper) == kept


@pytest.mark.parametrize("side", [0, 1])
def test_leaving_takes_what_is_of_that_community_and_forgetting_everything(
    connection: Connection, newcomer: Person, helper: Person, mo: Person, porch: Community, garden: Community, side: int
) -> None:
    hello.wish(connection, mo, porch, HELPERS, NOW)
    look(connection)
    who = (newcomer, helper)[side]
    hello.wish(connection, who, garden, HELPERS, NOW)
    hello.forget(connection, who, garden)
    assert hello.wished(connection, who, garden) == frozenset()
    assert rows_in(connection, "hello_offers") == 1
    assert hello.wished(connection, newcomer, porch) == HELPERS
    hello.forget(connection, mo, None)
    assert rows_in(connection, "hello_offers") == 1
    hello.forget(connection, who, None)
    assert not {"hello_offers", "hello_wishes"} & tables_naming(connection, who)
