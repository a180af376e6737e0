"""The strangers of `scripts/soak strangers`, the shortest of their attempts; and that their success would be seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.adapters.discord.rooms import Rooms
from bot.adapters.matrix import claims
from storage.delivery import offers
from storage.moderation import holds
from tests.engines import besieged, strangers, strangers_discord
from tests.engines.besieged import Siege
from tests.engines.strangers import Attempt, Besieged, attempts


async def tried(siege: Besieged, *chosen: Attempt) -> dict[str, str | None]:
    return {name: got async for name, got in attempts(siege, chosen)}


@pytest.mark.sockets
async def test_strangers_on_matrix_get_nothing_and_a_listing_that_is_believed_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with strangers.besieged(tmp_path) as siege:
        assert set((await tried(siege, *strangers.SHORT)).values()) == {None}
        monkeypatch.setattr(claims, "belongs", lambda *_claim: True)
        [got] = (await tried(siege, strangers.ATTEMPTS[0])).values()
        assert got is not None


@pytest.mark.sockets
async def test_strangers_on_discord_get_nothing(tmp_path: Path) -> None:
    async with besieged.besieged(tmp_path) as siege:
        got = await tried(siege, *strangers_discord.SHORT)
    assert {name: what for name, what in got.items() if what is not None} == {}
    assert len(got) == len(strangers_discord.SHORT) >= 13


def everybody_moderates(monkeypatch: pytest.MonkeyPatch, _siege: Siege) -> None:
    async def yes(*_asked: object) -> bool:
        return True

    monkeypatch.setattr(Rooms, "is_moderator", yes)


def buttons_are_anybodys(monkeypatch: pytest.MonkeyPatch, siege: Siege) -> None:
    press, alice = offers.press, siege.persons["alice"]
    monkeypatch.setattr(
        offers, "press", lambda connection, row, _person, *button: press(connection, row, alice, *button)
    )


def threads_are_not_locked(_monkeypatch: pytest.MonkeyPatch, siege: Siege) -> None:
    siege.threads["apart"].locked = False


def whoever_is_reported_hears_it_everywhere(monkeypatch: pytest.MonkeyPatch, siege: Siege) -> None:
    monkeypatch.setattr(holds, "_homes", lambda *_asked: range(1, 9))


BROKEN = {
    everybody_moderates: "Discord: a member runs kith-mod cases",
    buttons_are_anybodys: "Discord: a member presses Alice's buttons",
    threads_are_not_locked: "Discord: a word in an archived thread",
    whoever_is_reported_hears_it_everywhere: "Discord: who is a member, by a report",
}
"""What is taken away, and the attempt that succeeds then."""


@pytest.mark.sockets
@pytest.mark.parametrize("breaks", BROKEN, ids=lambda breaks: breaks.__name__)
async def test_what_an_attacker_gets_is_seen(
    breaks: Callable[[pytest.MonkeyPatch, Siege], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [attempt] = [one for one in strangers_discord.ATTEMPTS if one.name == BROKEN[breaks]]
    async with besieged.besieged(tmp_path) as siege:
        breaks(monkeypatch, siege)
        [got] = (await tried(siege, attempt)).values()
    assert got is not None


def test_there_are_enough_of_them() -> None:
    every = (*strangers.ATTEMPTS, *strangers_discord.ATTEMPTS)
    assert len({attempt.name for attempt in every}) == len(every) >= 100
    assert len(strangers_discord.ATTEMPTS) >= 60
