"""A short run of each trouble: a bad network, and a homeserver that is killed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.engines import trouble
from tests.engines.trouble import Arrived

pytestmark = pytest.mark.sockets

NETWORKS = (trouble.through_a_bad_network, trouble.through_a_bad_network_to_matrix)


@pytest.mark.parametrize("through", NETWORKS, ids=["discord", "matrix"])
async def test_through_a_bad_network_each_message_arrives_once(
    tmp_path: Path, through: Callable[..., Awaitable[Arrived]]
) -> None:
    arrived = await through(tmp_path, sends=80, rate=0.4, seed=7)
    assert arrived.faults > 10
    assert (arrived.lost, arrived.duplicated, arrived.surplus) == (0, 0, 0)


async def test_a_homeserver_that_is_killed_loses_and_doubles_nothing(tmp_path: Path) -> None:
    arrived = await trouble.with_a_server_that_dies(tmp_path, sends=40, kills=2, seed=7)
    assert (arrived.lost, arrived.duplicated, arrived.surplus) == (0, 0, 0)
