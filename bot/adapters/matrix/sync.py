"""The homeserver's events, each handed over once, in order per member, and none lost in a crash.

matrix-nio's own loop saves its place before anybody has seen the events, ends at the first exception of a callback, and
asks two hundred times a second once its token is revoked. This one asks on its own, and saves its place only after
everything up to it was handled; what a crash then brings a second time is recognised by its event id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeAlias

from aiohttp import ClientError
from nio import EncryptionError, Event, KeysUploadError, MegolmEvent, ProtocolError, RoomMemberEvent, SyncResponse

from bot.adapters.matrix.answer import FILTER, MARK, SAID, arrival_of, is_going, parsed, sources, whole
from bot.adapters.matrix.claims import Known
from bot.adapters.matrix.homeserver import SIGNED_OUT, Homeserver, Json, route
from bot.adapters.matrix.limits.invitations import Invitations
from bot.adapters.matrix.limits.lanes import Lanes, cancelled
from bot.errors import DeliveryError, FatalError, RetryAfter

log = logging.getLogger(__name__)

WAIT = 30
"""Seconds the server may hold a request open while nothing happens."""

KEY_WAIT = (0.2, 0.5, 1.0, 3.0, 5.0)
"""Seconds between tries to open a message whose key is still on its way."""

LONGEST_PAUSE = 30.0
"""Seconds between tries while the server is away."""


class Memory(Protocol):
    """What must outlive the process."""

    async def recall(self, name: str) -> str | None: ...

    async def remember(self, name: str, value: str) -> None: ...

    async def has_handled(self, event_id: str) -> bool: ...

    async def mark_handled(self, event_id: str) -> None: ...


@dataclass(frozen=True)
class Arrival:
    """An event of a room, decrypted if that could be done."""

    room_id: str
    event: Event


Handler: TypeAlias = Callable[[Arrival], Awaitable[None]]
Work: TypeAlias = Coroutine[Any, Any, None]


class Sync:
    """Follows the homeserver until stopped."""

    def __init__(self, client: Homeserver, memory: Memory) -> None:
        self._client = client
        self._memory = memory
        self._handle: Handler
        self._lanes = Lanes()
        self._saving: asyncio.Task[None] | None = None
        self._asking: asyncio.Future[None] | None = None
        self._since: str | None = None
        self._filter = ""
        self._failures = 0
        self._keyless: set[str | None] = set()
        self._stopping = asyncio.Event()
        self._news = asyncio.Condition()
        self.begun = 0
        """Requests made so far. What happened before the last of them is known once it is ``taken``."""
        self.taken = 0
        """The last of them whose answer was taken in."""
        self.marks: dict[str, Json] = {}
        """What the bot wrote into rooms it made (state ``kith.room``), by room."""
        self.claims = Known(client)
        """What the rooms say of whom they belong to."""
        self.invitations = Invitations(client, self.claims.invited)

    async def connect(self, handle: Handler) -> None:
        """The first sync: all rooms are known afterwards. Waits for a server that is away; raises ``FatalError``."""
        self._handle = handle
        self._since = await self._memory.recall("sync token")
        while not await self._round(full_state=True):
            if self._stopping.is_set():
                return

    async def follow(self) -> None:
        """Until ``stop``. Raises ``FatalError`` where only the host can mend it."""
        while not self._stopping.is_set():
            await self._round(full_state=False)

    async def until(self, is_so: Callable[[], bool], within: float = 10.0) -> None:
        """Wait for what the next syncs will bring. Raises ``DeliveryError`` if they do not."""
        try:
            async with asyncio.timeout(within), self._news:
                await self._news.wait_for(is_so)
        except TimeoutError:
            raise DeliveryError("the homeserver has not told us yet") from None

    async def stop(self, within: float) -> None:
        """Ask for nothing more, and let what is being handled finish, for so many seconds at most."""
        self._stopping.set()
        if self._asking is not None:  # the connection is closed next
            self._asking.cancel()
            await asyncio.wait([self._asking])
        await self.invitations.stop()
        under_way = [task for task in (*self._lanes.tasks, self._saving) if task is not None]
        if under_way:
            _done, late = await asyncio.wait(under_way, timeout=within)
            await cancelled(late)

    async def _round(self, *, full_state: bool) -> bool:
        """One request and what follows from it. A failure is waited out, not raised."""
        try:
            await self._or_stop(self._ask(full_state=full_state))
        except FatalError:
            raise
        except RetryAfter as error:
            await self._pause(error.delay.total_seconds())
        except DeliveryError as error:
            self._failures += 1
            pause = min(LONGEST_PAUSE, 0.25 * 2**self._failures)
            log.warning("the homeserver does not answer (%s): next try in %.1f s", error, pause)
            await self._pause(pause)
        else:
            if self._failures:
                log.info("the homeserver answers again, after %d tries", self._failures)
            self._failures = 0
            return True
        return False

    async def _ask(self, *, full_state: bool) -> None:
        if not self._filter:
            made = await self._client.request("POST", route("user", self._client.user_id, "filter"), FILTER)
            self._filter = made["filter_id"]
        query = {"filter": self._filter, "timeout": "0" if full_state else str(WAIT * 1000)}
        query |= {"full_state": "true"} if full_state else {}
        query |= {"since": self._since} if self._since else {}
        self.begun += 1
        answer = await self._client.request("GET", "/sync", query=query, deadline=WAIT * (6 if full_state else 2))
        if not isinstance(answer.get("next_batch"), str):
            raise DeliveryError("the answer has no place in the stream")
        is_first_ever, self._since = self._since is None, answer["next_batch"]
        response = await self._take(answer)
        await self._exchange_keys()
        self.taken = self.begun
        async with self._news:
            self._news.notify_all()
        for room_id, invite in response.rooms.invite.items():
            self.invitations.heard(room_id, invite.invite_state)
        tasks = [self._queue(arrival) for arrival in self._fresh(response) if not is_first_ever]
        self._saving = asyncio.create_task(self._save(self._since, self._saving, tasks))

    async def _take(self, answer: Json) -> SyncResponse:
        """Let nio take in the state, the keys and the ciphertexts. What it chokes on is left out."""
        response = parsed(answer)
        try:
            await self._client.receive_response(response)
        except Exception:
            log.exception("a part of the homeserver's answer could not be taken in")
        counts = answer.get("device_one_time_keys_count")
        if isinstance(counts, dict) and self._client.olm is not None:
            # nio takes a count of 0 for no news, and would never upload again.
            self._client.olm.uploaded_key_count = counts.get("signed_curve25519", 0)
        return response

    def _fresh(self, response: SyncResponse) -> Iterator[Arrival]:
        """What was said to the bot, nothing that was said in a room before it was invited; and who went."""
        for room_id, info in response.rooms.join.items():
            timeline = whole(info.timeline.events)
            for source in sources((*info.state, *info.timeline.events)):
                self._note_state(room_id, source)
            for event in timeline[arrival_of(self._client.user_id, timeline) :]:
                is_said = event.sender != self._client.user_id and event.source.get("type") in SAID
                if is_said or is_going(self._client.user_id, event):
                    yield Arrival(room_id, event)
        for room_id, info in response.rooms.leave.items():
            self._client.rooms.pop(room_id, None)
            self.claims.drop(room_id)
            for event in whole(info.timeline.events):
                if isinstance(event, RoomMemberEvent) and event.state_key == self._client.user_id != event.sender:
                    yield Arrival(room_id, event)

    def _note_state(self, room_id: str, source: Json) -> None:
        """State that nio does not keep, or not whole: the bot's own marks, and what claims are judged by."""
        if source.get("type") == MARK and source.get("sender") == self._client.user_id:
            self.marks[room_id] = source["content"]
        self.claims.note(room_id, source)

    # Handing over

    def _queue(self, arrival: Arrival) -> asyncio.Task[None]:
        """One lane per member: their words stay in order, and nobody waits for anybody else."""
        return self._lanes.add(arrival.event.sender, partial(self._hand_over, arrival))

    async def _hand_over(self, arrival: Arrival) -> None:
        event = arrival.event
        try:
            if await self._memory.has_handled(event.event_id):
                return
            opened = await self._opened(event)
            if opened is not None:
                await self._handle(Arrival(arrival.room_id, opened))
            await self._memory.mark_handled(event.event_id)
        except Exception:
            # Never the event itself: it holds what somebody said.
            log.exception("the event %s could not be handled", event.event_id)

    async def _opened(self, event: Event) -> Event | None:
        """What could not be decrypted when it came is tried again for a while: its key may come later.

        None for what is not an event at all once it is open.
        """
        pauses = iter(KEY_WAIT)
        while isinstance(event, MegolmEvent):
            try:
                event = self._client.decrypt_event(event)
            except EncryptionError:
                pause = next(pauses, None)
                if pause is None or event.session_id in self._keyless:
                    self._keyless.add(event.session_id)
                    break
                await self._pause(pause)
            except Exception as error:
                log.warning("what was encrypted could not be read: %s", type(error))
                return None
        return event if isinstance(event, Event) else None

    async def _save(self, token: str, before: asyncio.Task[None] | None, tasks: list[asyncio.Task[None]]) -> None:
        """Everything up to this place was handled: a restart goes on from here."""
        waiting_for = [*tasks, *([before] if before else [])]
        if waiting_for:
            await asyncio.wait(waiting_for)
        try:
            await self._memory.remember("sync token", token)
        except Exception:
            log.exception("the place in the stream could not be saved")

    # Keys

    async def _exchange_keys(self) -> None:
        """What nio wants to send after a sync: one-time keys, questions for others' keys, answers to key requests."""
        client = self._client
        try:
            if client.should_upload_keys:
                _report(await client.keys_upload())
            if client.should_query_keys:
                await client.keys_query()
            if client.should_claim_keys:
                await client.keys_claim(client.get_users_for_key_claiming())
            await client.send_to_device_messages()
        except (ProtocolError, ClientError, OSError, TimeoutError) as error:
            log.warning("keys could not be exchanged: %s", type(error))

    # Stopping

    async def _or_stop(self, work: Work) -> None:
        """Do the work, unless ``stop`` comes first."""
        task, stop = asyncio.ensure_future(work), asyncio.ensure_future(self._stopping.wait())
        self._asking = task
        try:
            await asyncio.wait([task, stop], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            if not task.done():
                task.cancel()
        if not task.cancelled() and task.done():
            task.result()

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass


def _report(answer: object) -> None:
    if isinstance(answer, KeysUploadError) and answer.status_code not in SIGNED_OUT:  # the next sync says that better
        log.error(
            "the homeserver did not take new keys (%s): if this repeats, the crypto store is older than the device. "
            "Stop Kith, move the folder of its Matrix keys away and start with `matrix.password` set.",
            answer.status_code,
        )
