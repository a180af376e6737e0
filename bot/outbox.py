"""The dispatcher: every due delivery is sent once, on time and paced, or recorded as skipped.

``sending`` is committed before the platform is asked and ``sent`` after it answered. What a crash leaves in between is
resent with the same key while the platform remembers it; later the history is read; where that is not possible
either, the kind's own policy decides. See docs/delivery.md.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import gate
from bot.errors import CannotReach, DeliveryError, FatalError, RetryAfter
from bot.log import Word
from bot.messages import Channel, Delivery, Message, Reader
from storage import deliveries, members

if TYPE_CHECKING:
    from bot.adapters.base import Adapter
    from bot.cog import Kind
    from storage.database import Database

log = logging.getLogger(__name__)

BATCH = 20
"""Rows claimed at a time: small, so that a crash leaves few to look up and turns between communities stay short."""

GIVE_UP = timedelta(hours=24)
"""A delivery without an end of its own is tried for this long."""


class Dispatcher:
    """Takes what is due from the outbox, in turns between communities, and sends it."""

    def __init__(
        self, database: Database, adapters: Mapping[str, Adapter], kinds: Mapping[str, Kind], nonce_key: bytes
    ) -> None:
        self._database = database
        self._adapters = adapters
        self._kinds = kinds
        self._nonce_key = nonce_key
        self._waiting_until: dict[str, datetime] = {}
        self.on_fatal: Callable[[FatalError], None] | None = None
        self.waiting_for: set[str] = set()
        """Platforms that are not connected now: what is due for them stays untried."""

    async def run(self, now: datetime) -> int:
        """Send all that is due. Returns how many messages were sent."""
        connected = [name for name in self._adapters if name not in self.waiting_for]
        return sum(await asyncio.gather(*(self._run_platform(name, now) for name in connected)))

    async def _run_platform(self, platform: str, now: datetime) -> int:
        sent = 0
        while self._waiting_until.get(platform, now) <= now:
            rows = await self._database.read(deliveries.due, platform, now, BATCH)
            if not rows:
                break
            going = await self._database.write(deliveries.claim, rows, gate.decide, now)
            outcomes = await asyncio.gather(*(self._deliver(delivery, now) for delivery in going))
            sent += sum(outcomes)
        return sent

    async def _deliver(self, delivery: Delivery, now: datetime) -> bool:
        """One delivery, from claimed to settled or postponed. Never raises but for what ends the program."""
        adapter = self._adapters[_platform(delivery)]
        try:
            message_id = await self._send_once(adapter, delivery, now)
        except RetryAfter as error:
            self._waiting_until[adapter.name] = now + error.delay
            await self._postpone(delivery, now, error.delay)
        except CannotReach:
            state: deliveries.State = "dead" if isinstance(delivery.to, Channel) else "inbox"
            await self._settle(delivery, state, now, reason="cannot be reached")
        except (DeliveryError, TimeoutError, OSError):
            await self._postpone(delivery, now, _backoff(delivery.attempts))
        except FatalError as error:
            await self._postpone(delivery, now, _backoff(0))
            if self.on_fatal is None:
                raise
            self.on_fatal(error)
        except Exception:
            log.exception("delivery %d of kind %s failed", delivery.id, Word(delivery.kind))
            await self._settle(delivery, "dead", now, reason="failed")
        else:
            return message_id is not None
        return False

    async def _send_once(self, adapter: Adapter, delivery: Delivery, now: datetime) -> str | None:
        """The platform's message id, or None if there was nothing to say or nobody can tell whether it was said."""
        key = self.key(delivery)
        target = delivery.to if isinstance(delivery.to, Channel) else delivery.account
        assert target is not None
        if delivery.first_try is not None and now - delivery.first_try >= adapter.window:
            settled, message_id = await self._look(adapter, delivery, key, now)
            if settled:
                return message_id
        message = await self._render(delivery, now)
        if message is None:
            await self._settle(delivery, "skipped", now, reason="nothing to say any more")
            return None
        if isinstance(target, Channel):
            message_id = await adapter.post(target, message, key)
        else:
            message_id = await adapter.send(target, message, key)
        await self._settle(delivery, "sent", now, message_id=message_id)
        return message_id

    async def _look(self, adapter: Adapter, delivery: Delivery, key: str, now: datetime) -> tuple[bool, str | None]:
        """An earlier try is older than the platform's memory: (settled, message id) after looking for it."""
        assert delivery.first_try is not None
        target = delivery.to if isinstance(delivery.to, Channel) else delivery.account
        assert target is not None
        try:
            found = await adapter.find(target, key, delivery.first_try)
        except CannotReach:
            if self._kinds[delivery.kind].unsure == "skip":
                await self._settle(delivery, "unknown", now, reason="nobody can tell whether it arrived")
                return True, None
            found = None
        if found is not None:
            await self._settle(delivery, "sent", now, message_id=found)
            return True, found
        await self._database.write(deliveries.retry_from, delivery.id, now)
        return False, None

    async def _render(self, delivery: Delivery, now: datetime) -> Message | None:
        message = await self._kinds[delivery.kind].render(delivery, await self.reader(delivery, now))
        return message.on(f"d{delivery.id}") if message is not None else None

    async def reader(self, delivery: Delivery, now: datetime) -> Reader:
        if isinstance(delivery.to, Channel):
            return Reader(None, None, now)
        profile = await self._database.read(members.profile, delivery.to)
        return Reader(delivery.account, delivery.to, now, profile.zone, profile.locale)

    def key(self, delivery: Delivery) -> str:
        """What the platform knows the message by: 22 characters, the same in every attempt."""
        return hmac.digest(self._nonce_key, f"{delivery.id}:{delivery.key}".encode(), "sha256").hex()[:22]

    async def _settle(
        self,
        delivery: Delivery,
        state: deliveries.State,
        now: datetime,
        *,
        message_id: str | None = None,
        reason: str = "",
    ) -> None:
        await self._database.write(deliveries.settle, delivery.id, state, now, message_id=message_id, reason=reason)

    async def _postpone(self, delivery: Delivery, now: datetime, delay: timedelta) -> None:
        end = delivery.expires or delivery.due + GIVE_UP
        if now + delay < end:
            await self._database.write(deliveries.postpone, delivery.id, now + delay)
        else:
            await self._settle(delivery, "dead", now, reason="too late")


def _platform(delivery: Delivery) -> str:
    if isinstance(delivery.to, Channel):
        return delivery.to.platform
    assert delivery.account is not None
    return delivery.account.platform


def _backoff(attempts: int) -> timedelta:
    return min(timedelta(seconds=2 << min(attempts, 10)), timedelta(minutes=5))
