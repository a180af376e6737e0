"""The strangers of `scripts/soak strangers`, the shortest of their attempts; and that their success would be seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.matrix import claims
from tests.engines import strangers


@pytest.mark.sockets
async def test_strangers_get_nothing(tmp_path: Path) -> None:
    got = [one async for one in strangers.attempts(tmp_path, strangers.SHORT)]
    assert len(got) == len(strangers.SHORT)
    assert [one for one in got if one[1] is not None] == []


@pytest.mark.sockets
async def test_a_listing_that_is_believed_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "belongs", lambda *_claim: True)
    [(_name, got)] = [one async for one in strangers.attempts(tmp_path, strangers.ATTEMPTS[:1])]
    assert got is not None


def test_there_are_enough_of_them() -> None:
    assert len({attempt.name for attempt in strangers.ATTEMPTS}) == len(strangers.ATTEMPTS) >= 30
