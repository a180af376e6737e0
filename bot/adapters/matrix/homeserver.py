"""One connection to a homeserver: requests with a deadline of their own, and errors that say what they mean.

matrix-nio keeps the rooms and the keys. Its own requests retry for ever on timeouts and rate limits; here every request
is made once and ends in an answer or in one of the house's errors.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

from aiohttp import ClientError
from nio import AsyncClient, AsyncClientConfig, BadEventType, ErrorResponse, Event, MatrixRoom, ToDeviceEvent
from nio.store import SqliteStore

from bot.adapters.matrix.limits.queues import Limits
from bot.errors import CannotReach, DeliveryError, FatalError, NotNow, RetryAfter

log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]

DEADLINE = 20.0
"""Seconds one request may take."""

PATIENCE = timedelta(seconds=5)
"""How long to wait where the server limits us and does not say for how long."""

NOBODY_KNOWS = ("M_UNKNOWN", "M_UNRECOGNIZED")
"""Codes that say nothing about what was asked: of the first Synapse itself says that something went wrong."""

SIGNED_OUT = ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN")


_CODE = re.compile(r"[A-Z]+(_[A-Z]+)+|[a-z]+(\.[a-z_]+)+\.[A-Z_]+")
"""How Matrix writes a code, its own or one that is not in the specification yet."""


class Refusal(CannotReach):
    """The homeserver answered no, in Matrix's own words: a page of something in between has none."""

    def __init__(self, status: int, answer: Json) -> None:
        self.status = status
        self.errcode = str(answer.get("errcode", "no reason given"))
        self.answer = answer
        super().__init__(f"{status} {self.errcode}")


class TokenRevoked(FatalError):
    """The bot was signed out by somebody else."""


class SignedOut(TokenRevoked, NotNow):
    """The same where the password is there: the next start logs in again."""


class Homeserver(AsyncClient):
    """nio's client, with requests that end."""

    limits: Limits
    """What it may be asked for now, and who waits for it."""

    logs_in_again = False
    """Whether the next start can make a new login by itself."""

    @classmethod
    def at(cls, url: str, user: str, store: Path, store_name: str = "", pickle_key: str = "") -> Homeserver:
        config = AsyncClientConfig(
            store=SqliteStore,
            store_name=store_name,
            pickle_key=pickle_key,
            max_limit_exceeded=0,
            max_timeouts=0,
            request_timeout=DEADLINE,
        )
        client = cls(url, user, store_path=str(store), config=config)
        client.limits = Limits()
        return client

    async def disconnect(self) -> None:
        """End the connections. What was loaded stays."""
        await self.close()  # type: ignore[no-untyped-call]  # nio's

    # What a member sent may be anything at all, and nio stops in the middle of an answer when a payload surprises it:
    # the keys and the state of other rooms behind it would be lost. So each event fails alone.

    def _handle_timeline_event(
        self, event: Event | BadEventType, room_id: str, room: MatrixRoom, encrypted_rooms: set[str]
    ) -> Event | BadEventType | None:
        try:
            return super()._handle_timeline_event(event, room_id, room, encrypted_rooms)
        except Exception as error:
            log.warning("an event could not be taken in: %s", type(error))
            return None

    def _handle_decrypt_to_device(self, to_device_event: ToDeviceEvent) -> ToDeviceEvent | None:
        try:
            return super()._handle_decrypt_to_device(to_device_event)
        except Exception as error:
            log.warning("a message between devices could not be taken in: %s", type(error))
            return None

    async def request(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        query: Mapping[str, str] | None = None,
        deadline: float = DEADLINE,
    ) -> Json:
        """One request to the Client-Server API, ``path`` from ``/_matrix/client/v3`` on (see ``route``).

        Raises ``Refusal`` for a no, ``RetryAfter`` at a rate limit, ``TokenRevoked``, and ``DeliveryError`` where
        nobody answered in ``deadline`` seconds, or the answer was not Matrix.
        """
        url = f"/_matrix/client/v3{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Content-Type": "application/json"}
        if self.access_token:
            headers["Authorization"] = f"Bearer {self.access_token}"
        return await self._exchange(method, url, None if body is None else json.dumps(body), headers, deadline)

    async def upload_bytes(self, data: bytes) -> str:
        """Put a file, already encrypted, on the server. Returns its ``mxc:`` address. Raises as ``request`` does."""
        headers = {"Content-Type": "application/octet-stream", "Authorization": f"Bearer {self.access_token}"}
        return str((await self._exchange("POST", "/_matrix/media/v3/upload", data, headers, DEADLINE))["content_uri"])

    async def _exchange(
        self, method: str, url: str, data: str | bytes | None, headers: dict[str, str], deadline: float
    ) -> Json:
        try:
            async with asyncio.timeout(deadline):
                response = await self.send(method, url, data, headers, timeout=0)
                answer = await response.json(content_type=None)
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            raise DeliveryError(f"{method} failed: {type(error)}") from error
        if not isinstance(answer, dict):
            raise DeliveryError(f"{method} failed: the answer is not Matrix")
        if response.status < 300:
            return answer
        raise self._refused(response.status, answer)

    def expect(self, answer: object, otherwise: str) -> None:
        """Of nio's own requests, which return a no: raises ``TokenRevoked``, ``RetryAfter``, or ``DeliveryError`` with
        these words.
        """
        if isinstance(answer, ErrorResponse):
            if answer.retry_after_ms:
                raise RetryAfter(_patience(answer.retry_after_ms))
            raise self._signed_out() if answer.status_code in SIGNED_OUT else DeliveryError(otherwise)

    def _signed_out(self) -> TokenRevoked:
        if self.logs_in_again:
            return SignedOut(
                f"{self.user_id} was signed out of {self.homeserver}. The next start logs in again, as a new device."
            )
        return TokenRevoked(
            f"{self.user_id} was signed out of {self.homeserver}. "
            "Set `matrix.password`, or a new `matrix.access_token`, and start again."
        )

    def _refused(self, status: int, answer: Json) -> Exception:
        if status == 429:
            return RetryAfter(_patience(answer.get("retry_after_ms")))
        if answer.get("errcode") in SIGNED_OUT:
            return self._signed_out()
        code = answer.get("errcode")
        if status >= 500 or not isinstance(code, str) or code in NOBODY_KNOWS or not _CODE.fullmatch(code):
            return DeliveryError(f"the homeserver answered {status}")
        return Refusal(status, answer)


def route(*parts: str) -> str:
    """A path of these parts, each quoted: ids may hold slashes."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def _patience(milliseconds: object) -> timedelta:
    if isinstance(milliseconds, int) and milliseconds >= 0:
        return timedelta(milliseconds=milliseconds)
    return PATIENCE
