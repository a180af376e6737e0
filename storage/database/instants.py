"""How instants are stored: whole seconds since 1970, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


def seconds(instant: datetime) -> int:
    return int(instant.timestamp())


@overload
def instant(value: int) -> datetime: ...


@overload
def instant(value: None) -> None: ...


def instant(value: int | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value, UTC)
