"""Rooms that the bot makes: each once, in its turn, and known to the sync before anything is said in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from bot.adapters.matrix.answer import MARK
from bot.adapters.matrix.homeserver import Homeserver, Json, Refusal
from bot.adapters.matrix.limits.lanes import cancelled
from bot.adapters.matrix.sync import Sync
from bot.errors import DeliveryError, RetryAfter

ENCRYPTION: Json = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}

LONGEST = 24 * 3600.0
"""Seconds after which a room that was to come is given up: what was to be said in it is forgotten then."""

Find = Callable[[], str | None]


class Opening:
    """What is being made, by a key of its own: whoever asks for the same waits for the same."""

    def __init__(self, client: Homeserver, sync: Sync) -> None:
        self._client = client
        self._sync = sync
        self._under_way: dict[str, asyncio.Task[str]] = {}
        self._unsure: dict[str, int] = {}
        """Rooms that were asked for, and nobody knows what came of it: since which sync."""

    async def room(
        self,
        key: str,
        find: Find,
        invited: Sequence[str],
        mark: Json,
        how: Json,
        state: Sequence[Json] = (),
        *,
        within: float | None,
    ) -> str:
        """The room that ``find`` finds; made in its turn, encrypted and marked, if there is none. Raises
        ``DeliveryError`` where that takes more than ``within`` seconds, and goes on with it.
        """
        initial = [ENCRYPTION, {"type": MARK, "state_key": "", "content": mark}, *state]
        body = {"invite": list(invited), "initial_state": initial, **how}
        task = self._under_way.get(key) or self._begin(key, self._open(key, find, body))
        done, _waiting = await asyncio.wait([task], timeout=within)
        if not done:
            raise DeliveryError("the room waits for its turn")
        return task.result()

    async def stop(self) -> None:
        await cancelled(self._under_way.values())

    def _begin(self, key: str, work: Coroutine[Any, Any, str]) -> asyncio.Task[str]:
        def done(task: asyncio.Task[str]) -> None:
            del self._under_way[key]
            if not task.cancelled():
                task.exception()  # whoever waited has it; perhaps nobody does any more

        task = self._under_way[key] = asyncio.create_task(work)
        task.add_done_callback(done)
        return task

    async def _open(self, key: str, find: Find, body: Json) -> str:
        """Made, unless the member opens a chat with us meanwhile."""
        await self.learn(key)
        if found := find():
            return found
        asked = asyncio.Event()
        making = asyncio.ensure_future(self._make(key, asked, body))
        coming = asyncio.ensure_future(
            self._sync.until(lambda: not asked.is_set() and find() is not None, within=LONGEST)
        )
        try:
            await asyncio.wait([making, coming], return_when=asyncio.FIRST_COMPLETED)
            if making.done():
                return making.result()
            coming.result()
            return find() or await making
        finally:
            making.cancel()
            coming.cancel()
            await asyncio.gather(making, coming, return_exceptions=True)

    async def _make(self, key: str, asked: asyncio.Event, body: Json) -> str:
        async def ask() -> Json:
            asked.set()
            try:
                return await self._client.request("POST", "/createRoom", body)
            except RetryAfter:
                asked.clear()
                raise

        try:
            room_id: str = (await self._client.limits.run("create", ask))["room_id"]
            await self._sync.until(lambda: self._is_ready(room_id, {*body["invite"]}))
        except Refusal:
            raise
        except BaseException:
            if asked.is_set():
                self._unsure[key] = self._sync.begun
            raise
        return room_id

    async def learn(self, key: str) -> None:
        """The room that was asked for may be there: wait for a sync that began later, or there would be a second one.
        Raises ``DeliveryError`` while there is none.
        """
        if (since := self._unsure.get(key)) is not None:
            await self._sync.until(lambda: self._sync.taken > since)
            self._unsure.pop(key, None)

    def is_under_way(self, key: str) -> bool:
        """What the sync says of such a room is a part of it: nobody has left it who is not in it yet."""
        return key in self._under_way

    def _is_ready(self, room_id: str, invited: set[str]) -> bool:
        """A new room comes in parts. What is said before we know who was invited would not be encrypted for them."""
        room = self._client.rooms.get(room_id)
        return room is not None and bool(room.encrypted) and invited <= set(room.users)
