"""Opting in and out, pausing, avoiding, leaving, being forgotten, coming back, linking, unlinking: in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from sqlite3 import Connection

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from bot.messages import Person
from storage.members import blocks, consents
from tests.engines.consent_model import ACCOUNTS, ConsentMachine, probes, steps

ALICE, BOB = ACCOUNTS[0], ACCOUNTS[2]
EVERYTHING = {
    *("opt in", "opt out", "words change", "pause", "go on", "block", "block the bot", "unblock the bot"),
    *("leave", "removed", "come back", "forget", "a month", "link", "unlink"),
}
HELD_BACK = (
    *("no yes to it", "no yes to being written to", "paused", "left", "rests", "forgotten", "blocked the bot"),
)


def test_whatever_people_do_only_what_they_said_yes_to_is_sent() -> None:
    """The short form of `scripts/soak consent`: lives are drawn until each step and each reason was met."""
    steps.clear()
    probes.clear()
    for number in range(8):
        run_state_machine_as_test(
            seed(number)(ConsentMachine),
            settings=settings(
                max_examples=15,
                stateful_step_count=50,
                deadline=None,
                phases=(Phase.generate,),  # `scripts/soak consent` makes what goes wrong as small as it can be
                suppress_health_check=list(HealthCheck),
            ),
        )
        if number and set(steps) == EVERYTHING and min(probes[why] for why in HELD_BACK) > 10:
            break
    assert probes["sent"] > 200, "the run reached what it is about"
    assert min(probes[why] for why in HELD_BACK) > 10
    assert set(steps) == EVERYTHING


@pytest.fixture
def life() -> Iterator[ConsentMachine]:
    machine = ConsentMachine()
    machine.opts_in(ALICE, "helper", room=True)
    machine.opts_in(BOB, "helper", room=True)
    yield machine
    machine.teardown()


def test_a_send_that_was_allowed_passes(life: ConsentMachine) -> None:
    life.plan(ALICE, "helper")
    life.send()
    assert str(life.chat.posted[-1].message.text) == "probe 1"


FORGETFUL: list[Callable[[Connection, Person, str], bool]] = [
    lambda connection, person, purpose: purpose in consents.given(connection, person),
    lambda connection, person, purpose: "dm" in consents.given(connection, person),
    lambda connection, person, purpose: False,
]


@pytest.mark.parametrize("allows", FORGETFUL, ids=["ignores dm", "ignores the purpose", "sends nothing"])
@pytest.mark.parametrize("withdrawn", ["dm", "helper", None])
def test_a_gate_that_forgets_a_rule_is_noticed(
    life: ConsentMachine,
    monkeypatch: pytest.MonkeyPatch,
    allows: Callable[[Connection, Person, str], bool],
    withdrawn: str | None,
) -> None:
    monkeypatch.setattr(consents, "allows", allows)
    if withdrawn is not None:
        life.switches_off(ALICE, withdrawn, typed=False)
    life.plan(ALICE, "helper")
    wrong = (allows is FORGETFUL[0] and withdrawn == "dm") or (allows is FORGETFUL[1] and withdrawn == "helper")
    if wrong or (allows is FORGETFUL[2] and withdrawn is None):
        with pytest.raises(AssertionError, match="exactly what had been said yes to"):
            life.send()
    else:
        life.send()


def _lifts(connection: Connection, person: Person, _codes: object) -> None:
    connection.execute("DELETE FROM blocks WHERE other = ?", (person.id,))


def test_a_block_that_does_not_outlive_forgetting_is_noticed(
    life: ConsentMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "outlive", _lifts)
    life.run(life.world.bot.database.write(blocks.add, life.person(ALICE), life.person(BOB), life.world.now))
    life.model.avoided.add((life.owner[ALICE], life.owner[BOB]))
    life.press(BOB, "Delete everything", life.say(BOB, "forget-me"))
    life.model.is_forgotten(life.owner[BOB])
    life.opts_in(BOB, "helper", room=False)
    with pytest.raises(AssertionError):
        life.nobody_meets_whom_they_avoid()
