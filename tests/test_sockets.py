"""The mark `sockets` says what a test does: by itself, through what it asks for, and never for nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.beds.process import ROOT, environment

CONFTEST = """
import pytest
from tests.sockets import Sockets

def pytest_configure(config):
    config.addinivalue_line("markers", "sockets: opens one")
    config.pluginmanager.register(Sockets())

@pytest.fixture
def sockets():
    pass

@pytest.fixture
def port(sockets):
    import socket
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        yield opened
"""
TESTS = """
import asyncio, contextlib, socket, pytest

def bind():
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))

def test_sly():
    with contextlib.suppress(OSError):
        bind()

def test_plain():
    asyncio.run(asyncio.sleep(0))

def test_asking(port):
    pass

@pytest.mark.sockets
def test_marked():
    bind()

@pytest.mark.sockets
def test_for_nothing():
    pass
"""


def outcomes(folder: Path, *arguments: str) -> dict[str, str]:
    """What became of each test of a small suite of its own."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_small.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:asyncio", "--rootdir", str(folder), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if "test_small.py::" in line and "[" in line]
    return {line[0].partition("::")[2]: line[1] for line in lines}


@pytest.mark.sockets
def test_a_test_that_opens_one_says_so_and_no_other(tmp_path: Path) -> None:
    assert outcomes(tmp_path) == {
        "test_sly": "FAILED",
        "test_plain": "PASSED",
        "test_asking": "PASSED",
        "test_marked": "PASSED",
        "test_for_nothing": "FAILED",
    }
    assert outcomes(tmp_path, "-m", "not sockets") == {"test_sly": "FAILED", "test_plain": "PASSED"}
    assert (ROOT / "scripts/test").read_text().count('-m "not sockets"') == 1
