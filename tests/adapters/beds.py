"""Every platform's bed by its name, as a parameter for tests that hold on all of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.contract import OpenBed
from tests.adapters.discord_bed import discord_bed
from tests.adapters.local_bed import local_bed
from tests.adapters.matrix_bed import matrix_bed
from tests.adapters.page_bed import as_on_discord, as_on_matrix

BEDS: dict[str, OpenBed] = {
    "discord": discord_bed,
    "local": local_bed,
    "matrix": matrix_bed,
    "page, as on Discord": as_on_discord,
    "page, as on Matrix": as_on_matrix,
}
PLATFORMS = ("discord", "local", "matrix")
"""The page is the local one with another face: what its face may change, the contract holds."""


def beds(*names: str) -> list[Any]:
    """For ``pytest.fixture(params=beds())``, where ``request.param(folder)`` opens one: these, or the platforms."""
    return [
        pytest.param(BEDS[name], id=name, marks=() if name == "local" else pytest.mark.sockets)
        for name in sorted(names or PLATFORMS)
    ]
