"""The state machine of company requests, under random histories: the rules that may never break."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection, connect

import pytest

from bot.hosting.installation import DATABASE
from bot.messages import Community, Member, Person, Place
from cogs.company.hours import choose
from storage.buddies import asking
from storage.company import company, helping
from storage.company import kept as company_kept
from storage.company.helping import Routing
from storage.members import blocks, consents, members
from tests.prepared import prepared

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACE = Place("local", "porch", "The Porch")
MINUTE = timedelta(minutes=1)


def nobody_near(_connection: Connection, _person: Person, _community: Community) -> Mapping[str, frozenset[Person]]:
    return {}


ROUTING = Routing(choose, nobody_near)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with closing(connect(prepared(tmp_path) / DATABASE, isolation_level=None)) as opened:
        opened.execute("PRAGMA foreign_keys = ON")
        yield opened


def settle(connection: Connection, name: str, purpose: str) -> Person:
    person = members.create(connection, Member("local", name), "UTC", "en", START)
    members.join(connection, person, members.found(connection, PLACE, START), START)
    consents.give(connection, person, ("core", "dm", "adult", purpose), "Yes.", START)
    helping.set_hours(connection, person, "UTC", "00:00", "00:00", helping.EVERY_DAY)
    return person


def community(connection: Connection) -> Community:
    return members.found(connection, PLACE, START)


def open_request(connection: Connection, person: Person, now: datetime) -> int:
    row = company.draft(connection, person, community(connection), frozenset({"helpers"}), now)
    assert company.send(connection, person, row, now) is not None
    return row


def asks(connection: Connection, state: str) -> list[tuple[int, int]]:
    return connection.execute("SELECT id, person FROM company_asks WHERE state = ? ORDER BY id", (state,)).fetchall()


def closing_words(connection: Connection) -> int:
    [count] = connection.execute("SELECT count(*) FROM deliveries WHERE kind = ?", (company.CLOSED,)).fetchone()
    return int(count)


def test_at_most_three_are_asked_at_a_time(connection: Connection) -> None:
    alice = settle(connection, "alice", "company")
    for number in range(10):
        settle(connection, f"helper{number}", "helper")
    open_request(connection, alice, START)
    asking.look(connection, START, ROUTING, 100)
    assert len(asks(connection, "asked")) == 3
    asking.look(connection, START + 9 * MINUTE, ROUTING, 100)
    assert len(asks(connection, "asked")) == 3
    asking.look(connection, START + 10 * MINUTE, ROUTING, 100)
    assert len(asks(connection, "asked")) == 6


def test_one_no_brings_one_other(connection: Connection) -> None:
    alice = settle(connection, "alice", "company")
    for number in range(10):
        settle(connection, f"helper{number}", "helper")
    open_request(connection, alice, START)
    asking.look(connection, START, ROUTING, 100)
    ask, person = asks(connection, "asked")[0]
    asking.cannot(connection, Person(person), ask, START + MINUTE)
    asking.look(connection, START + MINUTE, ROUTING, 100)
    assert len(asks(connection, "asked")) == 3
    assert person not in {who for _ask, who in asks(connection, "asked")}


def test_somebody_elses_draft_cannot_be_sent_changed_or_dropped(connection: Connection) -> None:
    alice, eve = settle(connection, "alice", "company"), settle(connection, "eve", "company")
    row = company.draft(connection, alice, community(connection), frozenset({"helpers"}), START)
    company.change(connection, eve, row, kind="voice", hours=24)
    company.set_note(connection, eve, row, b"x" * 40)
    company.drop(connection, eve, row)
    assert company.send(connection, eve, row, START) is None
    kept = company.get(connection, row)
    assert kept is not None
    assert (kept.kind, kept.hours, kept.note, kept.state) == ("chat", 2, None, "draft")


def test_somebody_elses_offer_cannot_be_accepted(connection: Connection) -> None:
    alice, eve = settle(connection, "alice", "company"), settle(connection, "eve", "company")
    settle(connection, "bob", "helper")
    open_request(connection, alice, START)
    asking.look(connection, START, ROUTING, 100)
    [(ask, bob)] = asks(connection, "asked")
    assert asking.can(connection, eve, ask, START) == "closed"
    assert asking.can(connection, Person(bob), ask, START) == "can"
    assert company.accept(connection, eve, ask, START) is None
    assert company.accept(connection, alice, ask, START) == Person(bob)


def test_a_claim_holds_until_it_is_asked_how_it_went(connection: Connection) -> None:
    alice, dana = settle(connection, "alice", "company"), settle(connection, "dana", "company")
    bob = settle(connection, "bob", "helper")
    open_request(connection, alice, START)
    asking.look(connection, START, ROUTING, 100)
    [(ask, _bob)] = asks(connection, "asked")
    asking.can(connection, bob, ask, START)
    company.accept(connection, alice, ask, START)
    open_request(connection, dana, START + MINUTE)
    asking.look(connection, START + MINUTE, ROUTING, 100)
    assert not asks(connection, "asked"), "Bob is with Alice"
    asking.look(connection, START + company.TOGETHER, ROUTING, 100)
    assert not helping.is_busy(connection, bob)


def test_the_closing_word_comes_once(connection: Connection) -> None:
    alice = settle(connection, "alice", "company")
    row = open_request(connection, alice, START)
    for hours in (2, 3, 4):
        asking.look(connection, START + timedelta(hours=hours), ROUTING, 100)
    assert closing_words(connection) == 1
    kept = company.get(connection, row)
    assert kept is not None
    assert kept.state == "closed"
    assert not company.close(connection, kept, "withdrawn", START + timedelta(hours=5), told=False)


def test_audiences_without_people_do_not_exist(connection: Connection) -> None:
    alice = settle(connection, "alice", "company")
    assert helping.audiences(connection, community(connection), alice, nobody_near, START) == {}


def test_a_buddy_and_people_from_circles_need_a_yes_of_their_own(connection: Connection) -> None:
    alice, bob = settle(connection, "alice", "company"), settle(connection, "bob", "company")
    chandra = settle(connection, "chandra", "buddy")

    def near(_connection: Connection, _person: Person, _community: Community) -> Mapping[str, frozenset[Person]]:
        return {"buddy": frozenset({bob}), "circles": frozenset({bob, chandra})}

    found = helping.audiences(connection, community(connection), alice, near, START)
    assert {name: [one.person for one in people] for name, people in found.items()} == {
        "buddy": [bob],
        "circles": [bob],
    }


@pytest.mark.parametrize("missing", ["dm", "adult", "helper"])
def test_without_any_of_the_yeses_nobody_is_asked(connection: Connection, missing: str) -> None:
    alice, bob = settle(connection, "alice", "company"), settle(connection, "bob", "helper")
    consents.withdraw(connection, bob, missing)
    assert helping.audiences(connection, community(connection), alice, nobody_near, START) == {}


@pytest.mark.parametrize("seed", range(12))
def test_under_random_histories_no_rule_breaks(connection: Connection, seed: int) -> None:
    """Ten people ask, eight help; they answer, change their minds, pause, avoid each other, and go."""
    chance = random.Random(seed)
    askers = [settle(connection, f"asker{number}", "company") for number in range(10)]
    helpers = [settle(connection, f"helper{number}", "helper") for number in range(8)]
    avoided: set[tuple[int, int]] = set()
    told_in_person: set[int] = set()
    opened: dict[int, Person] = {}
    now = START
    for _step in range(400):
        now += chance.choice((MINUTE, 7 * MINUTE, 25 * MINUTE))
        roll = chance.random()
        if roll < 0.2:
            asker = chance.choice(askers)
            if company.current(connection, asker) is None:
                row = company.draft(connection, asker, community(connection), frozenset({"helpers"}), now)
                assert company.send(connection, asker, row, now) is not None
                opened[row] = asker
        elif roll < 0.55 and (waiting := asks(connection, "asked")):
            ask, person = chance.choice(waiting)
            if chance.random() < 0.5:
                asking.can(connection, Person(person), ask, now)
            else:
                asking.cannot(connection, Person(person), ask, now)
        elif roll < 0.75 and (waiting := asks(connection, "can")):
            ask, _person = chance.choice(waiting)
            _claim, request = company.claim(connection, ask)
            assert request is not None
            if chance.random() < 0.7:
                if (other := company.accept(connection, request.person, ask, now)) is not None:
                    assert (request.person.id, other.id) not in avoided, (
                        "two who avoid each other were brought together"
                    )
                    told_in_person.add(request.id)
            elif company.close(connection, request, "not today", now, told=True):
                told_in_person.add(request.id)
        elif roll < 0.8:
            one, other = chance.choice(askers), chance.choice(helpers)
            blocks.add(connection, *chance.choice([(one, other), (other, one)]), now)
            asking.separate(connection, one, other, now)
            avoided.add((one.id, other.id))
        elif roll < 0.85:
            who = chance.choice([*askers, *helpers])
            members.pause(connection, who, now, now + timedelta(hours=chance.randrange(1, 5)))
        elif roll < 0.88:
            who = chance.choice(helpers)
            company_kept.forget(connection, who, community(connection), now)
        asking.heed_pauses(connection, now)
        while asking.look(connection, now, ROUTING, 100):
            pass
        assert_rules(connection, now, avoided)
    for _hour in range(60):
        now += timedelta(hours=1)
        asking.heed_pauses(connection, now)
        asking.look(connection, now, ROUTING, 100)
    for row in opened:
        kept = company.get(connection, row)
        assert kept is None or kept.state == "closed"
    told = {
        int(key.rpartition(":")[2])
        for (key,) in connection.execute("SELECT nominal_key FROM deliveries WHERE kind = ?", (company.CLOSED,))
    }
    assert opened.keys() - told - told_in_person == set(), "left without a closing word"


def assert_rules(connection: Connection, now: datetime, avoided: set[tuple[int, int]]) -> None:
    """One claim for each person, two for each request, no question to anybody to avoid, no note on what is over."""
    most = "SELECT ifnull(max(n), 0) FROM (SELECT count(*) AS n FROM company_asks WHERE state IN {} GROUP BY {})"
    assert connection.execute(most.format("('can', 'chosen')", "person")).fetchone()[0] <= 1
    assert connection.execute(most.format("('can', 'none')", "request")).fetchone()[0] <= company.CLAIMS
    waiting = connection.execute(
        "SELECT company_requests.person, company_asks.person FROM company_asks JOIN company_requests"
        " ON company_requests.id = request WHERE company_asks.state IN ('asked', 'can')"
    ).fetchall()
    assert not avoided & set(waiting)
    late = connection.execute(
        "SELECT count(*) FROM company_requests WHERE state = 'open' AND closes <= ?", (int(now.timestamp()),)
    ).fetchone()[0]
    assert late == 0
    [undue] = connection.execute(
        "SELECT count(*) FROM company_requests WHERE state IN ('open', 'met') AND due IS NULL"
    ).fetchone()
    assert undue == 0, "an open request that nobody would look at again"
