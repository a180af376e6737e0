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
from bot.adapters.matrix.homeserver import Homeserver, Refusal
from bot.errors import CannotReach
from storage.members import departures
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


def one_answer_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departures, "said_gone", lambda *_asked: True)


def any_refusal_is_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the HTTP status, as it was."""
    monkeypatch.setattr(refusals, "_meaning", lambda error: CannotReach(f"status {error.status}"))
    monkeypatch.setattr(discord_rooms, "says", lambda *_asked: True)


def any_no_means_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def is_joined(client: Homeserver, room_id: str, member_id: str) -> bool:
        try:
            member = await powers.state(client, room_id, "m.room.member", member_id)
        except Refusal:
            return False
        return bool(member.get("membership") == "join")

    monkeypatch.setattr(powers, "is_joined", is_joined)


def threads_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    archive: Callable[..., Any] = Rooms._archive

    async def unlocked(self: Rooms, channel: Any, **_how: Any) -> None:
        await archive(self, channel)

    monkeypatch.setattr(Rooms, "_archive", unlocked)


@pytest.mark.parametrize(
    ("land", "breaks", "figure"),
    [
        ("discord", one_answer_is_enough, "lost"),
        ("discord", any_refusal_is_a_word, "lost"),
        ("matrix", any_no_means_gone, "lost"),
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
    assert told(land, tmp_path, 25)[figure] > 0
