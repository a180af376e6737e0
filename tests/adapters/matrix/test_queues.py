"""Requests that a homeserver refuses for a while: in order, as told, and nobody with a room waits for a newcomer.

The homeserver here counts as Synapse 1.163 does: a bucket for each kind that drains, joins counted before the message
they use up is, and half a second for each refusal.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.matrix.limits.bucket import BURST, KNOWN
from bot.adapters.matrix.limits.queues import EVENTS, OPENING_AT_ONCE, Kind, Limits
from bot.errors import CannotReach, RetryAfter
from tests.engines.virtual_clock import virtual_clock

RATES: dict[str, float] = {"send": 0.2, "join": 0.1, "create": 0.016, "invite": 0.3}
TOOK = 0.05
JOIN: Kind = "join"
CREATE: Kind = "create"


class Server:
    """Takes what its limits allow."""

    def __init__(self, rates: dict[str, float] = RATES, burst: int = 10) -> None:
        self.rates = rates
        self.burst = burst
        self._full: dict[str, tuple[float, float]] = {}
        self.taken: list[tuple[float, str, int]] = []
        self.refusals: Counter[str] = Counter()
        self.limits = Limits(self.now)

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def ask(self, kind: Kind, number: int) -> int:
        await asyncio.sleep(TOOK)
        if kind == "create":
            await self._count("create", keep=False)
            await self._count("send")
            await self._count("create")
        else:
            for name in dict.fromkeys((kind, "send") if kind in EVENTS else (kind,)):
                await self._count(name)
        self.taken.append((self.now(), kind, number))
        return number

    async def _count(self, name: str, *, keep: bool = True) -> None:
        rate = self.rates.get(name)
        if rate is None:
            return
        level, since = self._full.get(name, (0.0, self.now()))
        level = max(0.0, level - (self.now() - since) * rate)
        if level + 1 > self.burst + 1e-9:
            wait = (level + 1 - self.burst) / rate
            self.refusals[name] += 1
            await asyncio.sleep(0.5)
            raise RetryAfter(timedelta(seconds=wait))
        self._full[name] = (level + keep, self.now())

    async def run(self, kind: Kind, number: int = 0, **how: float) -> int:
        return await self.limits.run(kind, lambda: self.ask(kind, number), **how)

    def order(self, kind: Kind) -> list[int]:
        return [number for _at, name, number in self.taken if name == kind]


def in_virtual_time(main: Callable[[], Coroutine[None, None, None]]) -> None:
    with virtual_clock(datetime(2026, 3, 2, tzinfo=UTC)) as clock:
        clock.run(main())


def test_what_is_refused_keeps_its_place_and_comes_as_fast_as_the_limit_allows() -> None:
    async def main() -> None:
        server = Server()
        async with asyncio.timeout((60 - 10) / 0.2 + 10):
            await asyncio.gather(*(server.run("send", number) for number in range(60)))
        assert server.order("send")[20:] == list(range(20, 60))
        assert sum(server.refusals.values()) < 20, "the first ones that went together, and then hardly any"

    in_virtual_time(main)


def test_two_hundred_are_joined_and_sixty_rooms_made_in_the_time_the_limits_allow() -> None:
    async def main() -> None:
        server = Server()

        async def newcomer(kind: Kind, number: int) -> None:
            await server.run(kind, number)
            await server.run("send", number)

        kinds: list[Kind] = [*(JOIN,) * 200, *(CREATE,) * 60]
        async with asyncio.timeout(1.1 * max((520 - 10) / 0.2, (60 - 10) / 0.016)):
            await asyncio.gather(*(newcomer(kind, number) for number, kind in enumerate(kinds)))
        assert sorted(server.order("send")) == list(range(260))

    in_virtual_time(main)


def test_whoever_has_a_room_waits_for_nobody_who_has_none() -> None:
    async def main() -> None:
        server = Server()

        async def newcomer(kind: Kind, number: int) -> None:
            await server.run(kind, number)
            await server.run("send", number)

        waiting = [asyncio.create_task(newcomer("join", number)) for number in range(100)]
        waiting += [asyncio.create_task(newcomer("create", number)) for number in range(100, 140)]
        await asyncio.sleep(60)
        for number in range(60):
            messages = server.limits._messages
            ahead, since = len(messages.waiting) + messages.under_way, server.now()
            await server.run("send", 1000 + number)
            assert server.now() - since <= 5 * ahead + 2
            await asyncio.sleep(number * 7 % 23)
        assert not all(one.done() for one in waiting)

    in_virtual_time(main)


def test_where_no_limit_is_known_requests_go_together() -> None:
    async def main() -> None:
        server = Server({})
        since = server.now()
        await asyncio.gather(*(server.run("send", number) for number in range(100)))
        assert server.now() - since < 100 * TOOK / 5
        await asyncio.gather(*(server.run("join", number) for number in range(30)))
        assert server.now() - since < (100 / 5 + 30 / OPENING_AT_ONCE + 1) * TOOK
        assert server.limits.wait("send") == server.limits.wait("create") == 0

    in_virtual_time(main)


def test_whoever_has_a_row_that_waits_is_told_how_long_and_asks_nobody() -> None:
    async def main() -> None:
        server = Server(burst=1)
        await server.run("send")
        with pytest.raises(RetryAfter):
            await server.run("send", patience=0.0)
        refused = sum(server.refusals.values())
        with pytest.raises(RetryAfter) as caught:
            await server.run("send", patience=0.0)
        assert timedelta(seconds=3) < caught.value.delay < timedelta(seconds=5)
        assert sum(server.refusals.values()) == refused
        assert await server.run("send", 7, patience=20.0) == 7

    in_virtual_time(main)


def test_a_limit_is_forgotten_an_hour_after_the_last_refusal() -> None:
    async def main() -> None:
        server = Server()
        await asyncio.gather(*(server.run("send", number) for number in range(BURST + 5)))
        await asyncio.gather(*(server.run("send", number) for number in range(BURST)))
        assert server.limits.wait("send") > 0
        server.rates = {}  # the host had it lifted
        await asyncio.sleep(KNOWN + 1)
        since = server.now()
        await asyncio.gather(*(server.run("send", number) for number in range(100)))
        assert server.now() - since < 5

    in_virtual_time(main)


def test_who_goes_away_leaves_no_gap_and_what_fails_stops_nobody() -> None:
    async def main() -> None:
        server = Server(burst=1)
        tasks = [asyncio.create_task(server.run("send", number)) for number in range(4)]
        await asyncio.sleep(1)
        for task in tasks[1:3]:
            task.cancel()

        async def in_vain() -> Awaitable[None]:
            raise CannotReach("no")

        with pytest.raises(CannotReach):
            await server.limits.run("send", in_vain)
        assert await tasks[3] == 3
        assert server.order("send")[-1] == 3
        assert server.now() < 12

    in_virtual_time(main)


def test_a_server_that_says_at_once_and_refuses_again_is_not_asked_without_end() -> None:
    async def main() -> None:
        asked = 0

        async def refused() -> None:
            nonlocal asked
            asked += 1
            if asked < 20:
                raise RetryAfter(timedelta())

        limits = Limits(asyncio.get_running_loop().time)
        await limits.run("keys", refused)
        assert asyncio.get_running_loop().time() > 1.5

    in_virtual_time(main)
