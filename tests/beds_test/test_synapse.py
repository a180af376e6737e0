"""What the homeserver of the tests says where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.beds.matrix.synapse import Synapse, SynapseError


@pytest.mark.sockets
def test_without_a_homeserver_it_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITH_SYNAPSE_PYTHON", str(tmp_path / "python"))
    with pytest.raises(SynapseError, match="`scripts/setup synapse` makes one"), Synapse():
        pass
