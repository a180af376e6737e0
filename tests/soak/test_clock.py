"""The short form of `scripts/soak clock`, and that it notices a bot which believes every clock."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bench.soak import clock
from bench.soak.clock import DAY, HOUR, MINUTE, START, Lived, Trial, Wrong
from bot.clocks.clock import Machine
from bot.hosting.clock.trusted import Voice
from bot.hosting.clock.watch import STEADY

RIGHT = {"lost": 0, "early": 0, "double": 0, "erased": 0}


def test_five_wrong_clocks_lose_move_and_erase_nothing() -> None:
    found = clock.main(["--runs", "5"])
    assert {name: found[name] for name in RIGHT} == RIGHT
    assert found["late_p100"] <= 60
    assert found["due"] > 5 * clock.MEMBERS


@pytest.mark.parametrize(
    "wrong",
    [
        Wrong(START + DAY, 1095 * DAY, timedelta(seconds=12), down=MINUTE, reboot=True, voice=True),
        Wrong(START + DAY, 40 * DAY, 5 * MINUTE),
        Wrong(START + DAY, 29 * DAY, timedelta(seconds=12), down=MINUTE, reboot=True, voice=True),
        Wrong(START + DAY + 2 * HOUR, -HOUR, 5 * HOUR, voice=True),
    ],
)
def test_the_clocks_that_fell_short(tmp_path: Path, wrong: Wrong) -> None:
    tally = Counter[str]()
    late = Trial(tmp_path, random.Random(1)).run(wrong, tally)
    assert {name: tally[name] for name in RIGHT} == RIGHT
    assert late <= MINUTE


def test_a_bot_that_believes_every_clock_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def agreed(self: Lived) -> list[Voice]:
        return [Voice(self._wall())]

    monkeypatch.setattr(Lived, "_machine", lambda self: Machine.believing(self._wall))
    monkeypatch.setattr(Lived, "_voices", agreed)
    tally = Counter[str]()
    Trial(tmp_path, random.Random(1)).run(Wrong(START + DAY, 20 * DAY, 5 * HOUR), tally)
    assert tally["lost"] > 0
    assert tally["early"] > 0
    assert tally["erased"] > 0


def test_clocks_are_wrong_both_ways_by_a_minute_to_twenty_years_for_a_second_to_a_day() -> None:
    chance = random.Random(1)
    wrongs = [clock.random_wrong(chance) for _ in range(2000)]
    lengths = sorted(abs(wrong.by) for wrong in wrongs)
    assert MINUTE <= lengths[0] < 2 * MINUTE
    assert 15 * 365 * DAY < lengths[-1] <= 20 * 365 * DAY
    assert min(wrong.lasts for wrong in wrongs) < timedelta(seconds=2)
    assert 20 * HOUR < max(wrong.lasts for wrong in wrongs) <= DAY
    assert all(900 < count < 1100 for count in Counter(wrong.by > timedelta() for wrong in wrongs).values())
    assert all(900 < count < 1100 for count in Counter(wrong.down is None for wrong in wrongs).values())
    unseen = [wrong for wrong in wrongs if not wrong.voice]
    assert len(unseen) > 500
    assert all(wrong.lasts < max(abs(wrong.by), timedelta(seconds=STEADY)) and not wrong.reboot for wrong in unseen)
