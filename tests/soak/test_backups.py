"""The short form of `scripts/soak backups`, and that it would find something."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import time
from pathlib import Path

import pytest

from bench._installed import config as config_of
from bench.soak import _crowd as crowd
from bench.soak import backups
from bench.soak._model import Model
from bot.hosting.config import Config
from storage.checkins import checkins
from storage.members import members


def test_two_backups_are_whole_send_nothing_twice_and_revive_nobody() -> None:
    found = backups.main(["--backups", "2"])
    assert {name: found[name] for name in backups.WRONG} == dict.fromkeys(backups.WRONG, 0)
    assert found["whole"] == 2
    assert found["gone"] > 0


@dataclass
class Trial:
    """An installation in which everybody is asked in the evening, but for m10."""

    config: Config

    async def judged(self, gone: list[str]) -> Counter[str]:
        tally = Counter[str]()
        async with backups._alive(self.config, backups.SIX + backups.HOUR) as bot:
            await backups._judge(bot, crowd.Crowd(bot, Model(), random.Random(1), 1), gone, tally)
        return +tally


@pytest.fixture
async def trial(tmp_path: Path) -> Trial:
    config = config_of(tmp_path / "data")
    await backups._settle(config)
    async with backups._alive(config, backups.SIX) as bot:
        person = await bot.database.read(members.person_of, crowd.known(10)[0])
        assert person is not None
        await bot.database.write(checkins.disable, person)
    return Trial(config)


async def test_what_is_sent_for_the_evening_that_was_is_found(trial: Trial) -> None:
    assert await trial.judged(["m10"]) == Counter(resent=backups.MEMBERS - 1)


async def test_who_is_missing_and_who_is_back_is_found(trial: Trial) -> None:
    found = await trial.judged(["m11"])
    assert (found["lost"], found["revived"]) == (1, 2)  # m11 is there, and is asked


async def test_a_pair_written_by_half_is_found(trial: Trial) -> None:
    async with backups._alive(trial.config, backups.SIX) as bot:
        await bot.database.write(backups._two_together, 1, time(22))
        assert await bot.database.read(backups._odd_ones) == 0
        person = await bot.database.read(members.person_of, crowd.known(2)[0])
        assert person is not None
        await bot.database.write(members.set_quiet_hours, person, time(23), time(9))
        assert await bot.database.read(backups._odd_ones) == 1
