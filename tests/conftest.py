"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.beds.matrix.synapse import Synapse


@pytest.fixture(scope="session")
def synapse() -> Iterator[Synapse]:
    """One homeserver for the whole run; each test brings users of its own."""
    with Synapse() as running:
        yield running
