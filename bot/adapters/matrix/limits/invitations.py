"""Invitations: each is accepted in its turn, however long that takes. Each start looks for those that are open."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from nio import InviteEvent

from bot.adapters.matrix.answer import parsed
from bot.adapters.matrix.homeserver import Homeserver, Json, Refusal, route
from bot.adapters.matrix.limits.lanes import cancelled
from bot.errors import DeliveryError, FatalError

log = logging.getLogger(__name__)

PAUSES = (1, 5, 30, 120, 600, 3600)
"""Seconds between tries where a room cannot be reached, as its own server is away; the last for as long as it takes."""

NOTHING: Json = {"types": [], "limit": 1}
OPEN: Json = {
    "presence": NOTHING,
    "account_data": NOTHING,
    "room": {"timeline": NOTHING, "state": NOTHING, "ephemeral": NOTHING, "account_data": NOTHING},
}
"""Of everything there is, the invitations alone: a sync that goes on from its last place does not name them again."""

DEADLINE = 120.0

Noted = Callable[[str, list[InviteEvent]], None]


class Invitations:
    """Accepts what the bot is invited to, oldest first. The homeserver keeps them: they need no row of ours."""

    def __init__(self, client: Homeserver, noted: Noted) -> None:
        """``noted`` is told what each invitation says of its room."""
        self._client = client
        self._noted = noted
        self._under_way: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Look for those that are open. Nobody waits for it."""
        self._begin("", self._look())

    def heard(self, room_id: str, state: list[InviteEvent]) -> None:
        self._noted(room_id, state)
        if room_id not in self._under_way:
            self._begin(room_id, self._accept(room_id))

    def _begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = self._under_way[name] = asyncio.create_task(work)
        task.add_done_callback(lambda _done: self._under_way.pop(name, None))

    async def _look(self) -> None:
        """Accept what came while nobody listened, or was still waiting when the bot was stopped."""
        query = {"filter": json.dumps(OPEN), "timeout": "0"}
        while True:
            try:
                answer = await self._client.request("GET", "/sync", query=query, deadline=DEADLINE)
                invited = parsed(answer).rooms.invite
            except FatalError:  # the sync says that better
                return
            except DeliveryError as error:
                log.info("open invitations cannot be looked for yet: %s", error)
                await asyncio.sleep(PAUSES[2])
            else:
                break
        for room_id in sorted(invited, key=lambda room: _since(answer, room)):
            self.heard(room_id, invited[room_id].invite_state)

    async def stop(self) -> None:
        await cancelled(self._under_way.values())

    async def _accept(self, room_id: str) -> None:
        for pause in _pauses():
            try:
                await self._client.limits.run("join", lambda: self._join(room_id))
            except Refusal as error:
                log.info("an invitation could not be accepted: %s", error)
                return
            except FatalError:  # the sync says that better
                return
            except DeliveryError:
                await asyncio.sleep(pause)
            else:
                return

    async def _join(self, room_id: str) -> None:
        await self._client.request("POST", route("join", room_id), {})


def _pauses() -> Iterator[int]:
    return itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))


def _since(answer: Json, room_id: str) -> int:
    """When the bot was invited, as its homeserver says."""
    try:
        events = answer["rooms"]["invite"][room_id]["invite_state"]["events"]
        return max(int(event.get("origin_server_ts", 0)) for event in events)
    except (KeyError, TypeError, ValueError, AttributeError):
        return 0
