"""Who must not meet does not: whichever of the two asked, whatever they are called now, and after a deletion too."""

from __future__ import annotations

from sqlite3 import Connection

from bot.messages import Person
from storage.members import blocks, members
from tests.storage.conftest import DAY, NOW, person, rows_in

CODE, OTHER_CODE = b"c" * 32, b"o" * 32


def test_nobody_avoids_anybody_at_first(connection: Connection, alice: Person, bob: Person) -> None:
    assert not blocks.between(connection, alice, bob)
    assert blocks.avoided(connection, alice) == frozenset()
    assert blocks.export(connection, alice) == {}


def test_a_block_holds_both_ways(connection: Connection, alice: Person, bob: Person, mo: Person) -> None:
    blocks.add(connection, alice, bob, NOW)
    assert blocks.between(connection, alice, bob)
    assert blocks.between(connection, bob, alice)
    assert blocks.avoided(connection, alice) == {bob.id}
    assert blocks.avoided(connection, bob) == {alice.id}
    assert blocks.avoided(connection, mo) == frozenset()


def test_the_other_is_shown_nothing_of_it(connection: Connection, alice: Person, bob: Person) -> None:
    blocks.add(connection, alice, bob, NOW)
    assert blocks.export(connection, alice) == {"people you avoid": ["local: bob"]}
    assert blocks.export(connection, bob) == {}


def test_saying_it_twice_is_saying_it_once(connection: Connection, alice: Person, bob: Person) -> None:
    blocks.add(connection, alice, bob, NOW)
    blocks.add(connection, alice, bob, NOW + DAY)
    assert rows_in(connection, "blocks") == 1
    assert blocks.lift(connection, alice, bob)
    assert not blocks.between(connection, alice, bob)
    assert not blocks.lift(connection, alice, bob)


def test_nobody_lifts_the_others_block(connection: Connection, alice: Person, bob: Person) -> None:
    blocks.add(connection, alice, bob, NOW)
    assert not blocks.lift(connection, bob, alice)
    assert blocks.between(connection, alice, bob)


def test_what_both_asked_for_holds_until_both_lift_it(connection: Connection, alice: Person, bob: Person) -> None:
    blocks.add(connection, alice, bob, NOW)
    blocks.add(connection, bob, alice, NOW)
    blocks.lift(connection, alice, bob)
    assert blocks.between(connection, alice, bob)
    assert blocks.avoided(connection, alice) == {bob.id}
    blocks.lift(connection, bob, alice)
    assert not blocks.between(connection, alice, bob)


# -- an account nobody knows yet ---------------------------------------------------------------------------------------


def test_somebody_who_said_yes_to_nothing_can_be_avoided(connection: Connection, alice: Person) -> None:
    blocks.add_unknown(connection, alice, CODE, NOW)
    blocks.add_unknown(connection, alice, CODE, NOW + DAY)
    assert rows_in(connection, "blocks") == 1
    eve = person(connection, "eve")
    blocks.recognise(connection, eve, CODE)
    assert blocks.between(connection, eve, alice)
    assert rows_in(connection, "blocks") == 1, "the hash is of no use any more"


def test_another_account_is_not_meant(connection: Connection, alice: Person, bob: Person) -> None:
    blocks.add_unknown(connection, alice, CODE, NOW)
    blocks.recognise(connection, bob, OTHER_CODE)
    assert not blocks.between(connection, alice, bob)
    blocks.recognise(connection, bob, CODE)
    assert blocks.between(connection, alice, bob)


def test_a_block_against_an_unknown_account_can_be_lifted_by_its_maker(
    connection: Connection, alice: Person, bob: Person
) -> None:
    blocks.add_unknown(connection, alice, CODE, NOW)
    assert not blocks.lift_unknown(connection, bob, CODE)
    assert blocks.lift_unknown(connection, alice, CODE)
    assert not blocks.lift_unknown(connection, alice, CODE)
    assert rows_in(connection, "blocks") == 0


def test_an_account_that_turns_out_to_be_ones_own_blocks_nobody(connection: Connection, alice: Person) -> None:
    blocks.add_unknown(connection, alice, CODE, NOW)
    blocks.recognise(connection, alice, CODE)
    assert blocks.avoided(connection, alice) == frozenset()
    assert rows_in(connection, "blocks") == 0


def test_somebody_avoided_by_name_and_by_hash_is_avoided_once(
    connection: Connection, alice: Person, bob: Person
) -> None:
    blocks.add(connection, alice, bob, NOW)
    blocks.add_unknown(connection, alice, CODE, NOW)
    blocks.recognise(connection, bob, CODE)
    assert rows_in(connection, "blocks") == 1
    assert blocks.lift(connection, alice, bob)
    assert not blocks.between(connection, alice, bob)


# -- forgotten ---------------------------------------------------------------------------------------------------------


def forget(connection: Connection, who: Person, *codes: bytes) -> None:
    blocks.outlive(connection, who, codes)
    members.forget(connection, who)


def test_who_is_forgotten_and_comes_back_is_still_avoided(connection: Connection, alice: Person, bob: Person) -> None:
    blocks.add(connection, alice, bob, NOW)
    forget(connection, bob, CODE, OTHER_CODE)
    again = person(connection, "bob")
    blocks.recognise(connection, again, OTHER_CODE)
    assert blocks.between(connection, alice, again), "by whichever of their accounts"


def test_a_block_is_as_old_as_when_it_was_asked_for(connection: Connection, alice: Person, bob: Person) -> None:
    blocks.add(connection, alice, bob, NOW)
    forget(connection, bob, CODE)
    blocks.recognise(connection, person(connection, "bob"), CODE)
    assert connection.execute("SELECT since FROM blocks").fetchall() == [(NOW.timestamp(),)]


def test_what_somebody_forgotten_asked_for_is_forgotten_too(connection: Connection, alice: Person, bob: Person) -> None:
    blocks.add(connection, alice, bob, NOW)
    blocks.add_unknown(connection, alice, CODE, NOW)
    forget(connection, alice, OTHER_CODE)
    assert rows_in(connection, "blocks") == 0


def test_the_block_of_one_outlives_and_that_of_another_stays(
    connection: Connection, alice: Person, bob: Person, mo: Person
) -> None:
    blocks.add(connection, alice, bob, NOW)
    blocks.add(connection, alice, mo, NOW)
    blocks.add(connection, mo, bob, NOW)
    forget(connection, bob, CODE)
    assert blocks.avoided(connection, alice) == {mo.id}
    again = person(connection, "bob")
    blocks.recognise(connection, again, CODE)
    assert blocks.avoided(connection, again) == {alice.id, mo.id}


def test_an_export_names_nobody_who_asked_to_be_forgotten(connection: Connection, alice: Person, bob: Person) -> None:
    blocks.add(connection, alice, bob, NOW)
    forget(connection, bob, CODE)
    assert blocks.export(connection, alice) == {"people you avoid": ["somebody I was asked to forget"]}
