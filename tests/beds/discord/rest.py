"""REST v10: one request from the socket to the answer, judged by the OpenAPI file on both ways."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from aiohttp import BodyPartReader, web

from tests.beds.discord import rules
from tests.beds.discord.faults import Fault, How
from tests.beds.discord.limits import Limited
from tests.beds.discord.rules import Refusal
from tests.beds.discord.spec import Operation
from tests.beds.discord.things import Payload

if TYPE_CHECKING:
    from tests.beds.discord.server import FakeDiscord

PREFIX = "/api/v10"
NO_TOKEN_NEEDED = ("/interactions/", "/webhooks/")

Answer = Payload | list[Payload] | None
Handler = Callable[["FakeDiscord", "Call"], Answer]
ROUTES: dict[str, Handler] = {}


def route(operation: str) -> Callable[[Handler], Handler]:
    """Answer this operation of the OpenAPI file with the decorated function."""

    def register(handler: Handler) -> Handler:
        ROUTES[operation] = handler
        return handler

    return register


@dataclass
class Call:
    """One request as it arrived, and what became of it. Tests read these."""

    operation: Operation
    path: str
    ids: dict[str, str]
    body: Payload = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    status: int = 0
    """0 while it is being worked on, or when the connection was cut."""


class Rest:
    """Everything under ``/api/v10``."""

    def __init__(self, discord: FakeDiscord) -> None:
        self._discord = discord

    async def serve(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        found = self._discord.spec.find(request.method, path)
        if found is None:
            self._discord.violations.append(f"{request.method} {path} is no operation of Discord's")
            return _json({"message": "404: Not Found", "code": 0}, 404)
        operation, ids = found
        body, files = await _read(request)
        call = Call(operation, path, ids, body if isinstance(body, dict) else {"": body}, files, dict(request.query))
        self._discord.calls.append(call)
        self._discord.fall_quiet()
        response = await self._judged(request, call, body)
        call.status = response.status
        return response

    async def _judged(self, request: web.Request, call: Call, body: object) -> web.StreamResponse:
        if self._discord.limits.banned:
            return web.Response(status=429, text="error code: 1015")
        fault = self._discord.faults.take(call.operation)
        if fault and fault.how is How.RESET:
            return _cut(request)
        if fault and fault.how is How.ERROR and fault.code:
            return _json({"message": "Refused on demand", "code": fault.code}, fault.status)
        if fault and fault.page:
            kind = "application/json" if fault.page.startswith("{") else "text/html"
            return web.Response(status=fault.status, body=fault.page.encode(), content_type=kind)
        if fault and fault.how is How.ERROR:
            return web.Response(status=fault.status, text="upstream connect error", headers=_via())
        headers, limited = self._discord.limits.take(call.operation, call.ids)
        limited = (fault and fault.limited) or limited
        response = self._too_many(headers, limited) if limited else self._answer(request, call, body, headers)
        return await _spoil(request, response, fault) if fault else response

    def _answer(self, request: web.Request, call: Call, body: object, headers: dict[str, str]) -> web.Response:
        try:
            if not call.operation.template.startswith(NO_TOKEN_NEEDED):
                self._check_token(request)
            if problem := self._discord.spec.request_error(call.operation, body):
                self._discord.violations.append(f"{call.operation} asked: {problem}")
                raise rules.body_refusal(problem)
            handler = ROUTES.get(str(call.operation))
            if handler is None:
                raise AssertionError(f"the fake Discord has no {call.operation}")
            answer = handler(self._discord, call)
        except Refusal as refusal:
            self._discord.limits.count_invalid(refusal.status)
            return _json({"message": refusal.message, "code": refusal.code}, refusal.status, headers)
        except AssertionError as gap:
            self._discord.violations.append(str(gap))
            return _json({"message": str(gap), "code": 0}, 501, headers)
        status = _status(call.operation, answer)
        if problem := self._discord.spec.response_error(call.operation, status, answer):
            self._discord.violations.append(f"the fake answered {call.operation}: {problem}")
        return _json(answer, status, headers)

    def _check_token(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bot {self._discord.token}":
            raise Refusal(401, 0, "401: Unauthorized")

    def _too_many(self, headers: dict[str, str], limited: Limited) -> web.Response:
        self._discord.limits.count_invalid(429, limited.scope)
        return _json(limited.payload, 429, headers | limited.headers)


async def _read(request: web.Request) -> tuple[object, dict[str, bytes]]:
    """The JSON of a request, and its files by name."""
    if request.content_type != "multipart/form-data":
        raw = await request.read()
        return (json.loads(raw) if raw else {}), {}
    body: object = {}
    files: dict[str, bytes] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        if part.name == "payload_json":
            body = json.loads(await part.text())
        else:
            files[part.filename or ""] = bytes(await part.read())
    return body, files


def _status(operation: Operation, answer: Answer) -> int:
    if answer is None:
        return 204
    return 200 if "200" in operation.definition["responses"] else 201


def _via() -> dict[str, str]:
    """Discord's own errors pass its proxy; discord.py takes a 429 without this header for a ban by Cloudflare."""
    return {"Via": "1.1 google"}


def _json(answer: object, status: int, headers: dict[str, str] | None = None) -> web.Response:
    headers = _via() | (headers or {})
    if answer is None:
        return web.Response(status=status, headers=headers)
    # Without a charset, as Discord does it: discord.py compares the content type for equality.
    return web.Response(
        body=json.dumps(answer).encode(), status=status, headers=headers, content_type="application/json"
    )


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _spoil(request: web.Request, response: web.Response, fault: Fault) -> web.StreamResponse:
    """Let the request have happened, and the answer go wrong."""
    if fault.how is How.LOSE_REPLY:
        return web.Response(status=fault.status, text="lost", headers=_via()) if fault.status else _cut(request)
    if fault.how is How.STALL:
        await fault.released.wait()
    if fault.how is How.DRIP and isinstance(response.body, bytes):
        return await _drip(request, response, fault)
    return response


async def _drip(request: web.Request, response: web.Response, fault: Fault) -> web.StreamResponse:
    slow = web.StreamResponse(status=response.status, headers=response.headers)
    await slow.prepare(request)
    try:
        for byte in cast(Iterable[int], response.body):
            await slow.write(bytes([byte]))
            await asyncio.sleep(fault.pause)
    except ConnectionError:
        return slow
    await slow.write_eof()
    return slow
