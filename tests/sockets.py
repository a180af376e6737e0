"""Which tests open sockets: those marked ``sockets``, and no other. ``scripts/test --fast`` is everything else.

A test is marked by hand, through the bed it is given (``tests.adapters.beds``), or because it asks for a fixture that
asks for the fixture ``sockets``. Whoever opens one and is not marked fails, and so does whoever is marked for nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import Any

import pytest

NETWORK = ("socket.bind", "socket.connect")
"""What the interpreter says (PEP 578) before a socket reaches for the network, whichever library it belongs to."""
PROCESS = ("subprocess.Popen", "os.fork", "os.posix_spawn")
"""A process of its own may open what cannot be seen from here."""


class Sockets:
    """The part of pytest that holds tests to their mark."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._forbidden = False
        sys.addaudithook(self._hear)  # for the rest of the process: nobody can take it away again

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in NETWORK and isinstance(arguments[1], tuple):  # a Unix socket's address is a path
            self._seen.append(f"{event} {arguments[1]}")
            if self._forbidden:
                raise PermissionError(f"{self._seen[-1]} in a test that is not marked `sockets`")
        elif event in PROCESS and not self._forbidden:
            self._seen.append(event)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if "sockets" in getattr(item, "fixturenames", ()):
                item.add_marker("sockets")
        # Whoever waits long begins early: the many short ones fill what is left, on as many processors as there are.
        items.sort(key=lambda item: (item.get_closest_marker("sockets") is None, "soak" not in item.nodeid))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._seen.clear()
        self._forbidden = item.get_closest_marker("sockets") is None
        try:
            return (yield)
        finally:
            self._forbidden = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        yield
        if self._forbidden:
            assert not self._seen, "opens sockets and is not marked `sockets`"
        else:
            assert self._seen, "is marked `sockets` and opens none: `--fast` leaves it out for nothing"
