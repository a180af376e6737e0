"""A bad network: a proxy between the bot and a platform that loses, cuts, refuses, delays and drips, by chance."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from enum import Enum
from types import TracebackType
from typing import Self


class Fault(Enum):
    """What becomes of one request."""

    LOSE_REPLY = "the platform does it, and the answer is lost"
    RESET = "the connection is cut before the platform hears of it"
    UNAVAILABLE = "503, and nothing done"
    TOO_MANY = "429, and nothing done"
    STALL = "nothing happens for a while"
    DRIP = "the answer comes in small pieces"


PAUSE = 0.2
"""Seconds that a stall lasts, and that a 429 asks for."""

_UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nVia: 1.1 proxy\r\n\r\n"
_LIMITED = (
    b'{"message": "Slow down.", "retry_after": 0.2, "global": false, "errcode": "M_LIMIT_EXCEEDED",'
    b' "retry_after_ms": 200}'
)
_UNKNOWN = b'{"message": "401: Unauthorized", "code": 0, "errcode": "M_UNKNOWN_TOKEN", "error": "Unknown token."}'
_UNAUTHORIZED = (
    b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nVia: 1.1 proxy\r\n"
    b"Content-Length: " + str(len(_UNKNOWN)).encode() + b"\r\n\r\n" + _UNKNOWN
)
_TOO_MANY = (
    b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nVia: 1.1 proxy\r\n"
    b"Content-Length: " + str(len(_LIMITED)).encode() + b"\r\n\r\n" + _LIMITED
)


class BadNetwork:
    """``async with BadNetwork(port, rate, seed, about) as network``: reach the platform through ``network.port``.

    Of the requests whose first line has ``about`` in it, ``rate`` go wrong; ``struck`` counts how. While it is
    ``unauthorized`` the platform knows the token no more; ``turned_away`` counts who asks all the same.
    """

    def __init__(self, port: int, rate: float, seed: int, about: bytes) -> None:
        self._target = port
        self._rate = rate
        self._about = about
        self._chance = random.Random(seed)
        self.struck: Counter[Fault] = Counter()
        self.unauthorized = False
        self.turned_away = 0
        self._conversations: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._conversations:
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    def _accept(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connected(client, answers))
        self._conversations.add(task)
        task.add_done_callback(self._conversations.discard)

    async def _connected(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        server, asks = await asyncio.open_connection("127.0.0.1", self._target)
        faults: asyncio.Queue[Fault] = asyncio.Queue()
        back = asyncio.create_task(self._back(server, answers, faults))
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._forth(client, asks, answers, faults)
                await back
        finally:
            back.cancel()
            for end in (asks, answers):
                end.close()
                with contextlib.suppress(OSError):
                    await end.wait_closed()

    async def _forth(
        self,
        client: asyncio.StreamReader,
        asks: asyncio.StreamWriter,
        answers: asyncio.StreamWriter,
        faults: asyncio.Queue[Fault],
    ) -> None:
        """Requests on their way to the platform."""
        while request := await client.read(65536):
            if self.unauthorized:
                self.turned_away += 1
                answers.write(_UNAUTHORIZED)
                continue
            fault = self._choose(request)
            if not await self._strike(fault, answers):
                continue
            if fault is not None:
                faults.put_nowait(fault)
            asks.write(request)
        asks.close()

    def _choose(self, request: bytes) -> Fault | None:
        if self._about not in request.partition(b"\r\n")[0] or self._chance.random() >= self._rate:
            return None
        fault: Fault = self._chance.choice([*Fault])
        self.struck[fault] += 1
        return fault

    async def _strike(self, fault: Fault | None, answers: asyncio.StreamWriter) -> bool:
        """Whether the platform hears of the request."""
        if fault is Fault.RESET:
            answers.transport.abort()
            return False
        if fault in (Fault.UNAVAILABLE, Fault.TOO_MANY):
            answers.write(_UNAVAILABLE if fault is Fault.UNAVAILABLE else _TOO_MANY)
            return False
        if fault is Fault.STALL:
            await asyncio.sleep(PAUSE)
        return True

    async def _back(
        self, server: asyncio.StreamReader, answers: asyncio.StreamWriter, faults: asyncio.Queue[Fault]
    ) -> None:
        """Answers on their way back."""
        with contextlib.suppress(OSError):
            while answer := await server.read(65536):
                fault = faults.get_nowait() if not faults.empty() else None
                if fault is Fault.LOSE_REPLY:
                    answers.transport.abort()
                    return
                for start in range(0, len(answer), piece := 64 if fault is Fault.DRIP else len(answer)):
                    answers.write(answer[start : start + piece])
                    if fault is Fault.DRIP:
                        await asyncio.sleep(0.002)
        answers.close()
