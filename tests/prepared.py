"""A folder with a database of today's schema, made by the migrations once in a run and copied for each test."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.hosting.installation import DATABASE
from storage.database import schema


def prepared(folder: Path) -> Path:
    """The folder, made if need be, with a database that nobody has written to yet; one that is there stays as it is."""
    if not (folder / DATABASE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / DATABASE).write_bytes(_fresh())
    return folder


@cache
def _fresh() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, DATABASE)
        schema.prepare(path)
        return path.read_bytes()
