"""The community of the tests with the example's feature in it, as it would be if it were shipped."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from cogs import COGS
from storage.database import schema
from tests.cast import Playground
from tests.conftest import SATURDAY_EVENING
from tests.example.cogs.personal.what_helps import WhatHelps

MIGRATION = Path(__file__).parent / "storage/migrations/what_helps.sql"


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Playground]:
    known = Path(shutil.copytree(schema.FOLDER, tmp_path / "migrations"))
    shutil.copy(MIGRATION, known / f"{len(schema.migrations()) + 1:04}_{MIGRATION.name}")
    monkeypatch.setattr(schema, "prepare", partial(schema.prepare, folder=known))
    async with Playground.open(tmp_path / "world", SATURDAY_EVENING, (*COGS, WhatHelps)) as playground:
        yield playground
