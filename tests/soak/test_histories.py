"""A few of the histories of `scripts/soak histories`; and that a loss, and a place of two who are apart, are seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.discord import refusals
from bot.adapters.discord import rooms as discord_rooms
from bot.adapters.discord.rooms import Rooms
from bot.adapters.matrix import powers
from bot.adapters.matrix.homeserver import Homeserver
from bot.errors import CannotReach, DeliveryError
from tests.engines import histories
from tests.engines.histories import DO, Tally
from tests.engines.histories_discord import DiscordLand
from tests.engines.histories_matrix import MatrixLand

LANDS: dict[str, histories.Make] = {"discord": DiscordLand, "matrix": MatrixLand}


def told(land: str, folder: Path, count: int, seed: int = 1) -> Tally:
    tally = Tally()
    histories.run(LANDS[land], folder, count, seed, tally)
    return tally


@pytest.mark.parametrize("land", LANDS)
def test_nobody_loses_what_nobody_took_and_nobody_meets_whom_they_avoid(land: str, tmp_path: Path) -> None:
    tally = told(land, tmp_path, 25)
    assert tally.stories == []
    assert (tally["histories"], tally["lost"], tally["shared"]) == (25, 0, 0)
    assert tally["gone"] > 3
    assert tally["apart"] > 3
    assert {f"did: {what}" for what in DO} <= tally.keys()


def any_refusal_is_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the HTTP status, as it was."""
    monkeypatch.setattr(refusals, "_meaning", lambda error: CannotReach(f"status {error.status}"))
    monkeypatch.setattr(discord_rooms, "says", lambda *_asked: True)


def no_answer_means_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    real = powers._membership

    async def membership(client: Homeserver, room_id: str, member_id: str) -> str:
        try:
            return await real(client, room_id, member_id)
        except DeliveryError:
            return ""

    monkeypatch.setattr(powers, "_membership", membership)


def threads_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    archive: Callable[..., Any] = Rooms._archive

    async def unlocked(self: Rooms, channel: Any, **_how: Any) -> None:
        await archive(self, channel)

    monkeypatch.setattr(Rooms, "_archive", unlocked)


@pytest.mark.parametrize(
    ("land", "breaks", "figure"),
    [
        ("discord", any_refusal_is_a_word, "lost"),
        ("matrix", no_answer_means_gone, "lost"),
        ("discord", threads_stay_open, "shared"),
    ],
)
def test_what_goes_wrong_is_seen(
    land: str,
    breaks: Callable[[pytest.MonkeyPatch], None],
    figure: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    breaks(monkeypatch)
    assert told(land, tmp_path, 40)[figure] > 0
