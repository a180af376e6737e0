"""The bot's own keys: secrets kept beside the crypto store, and the cross-signature that apps ask of a device.

matrix-nio has no cross-signing. Apps are moving to share room keys only with devices their owner has signed, and to
hide words from all others (MSC4153), so the bot signs its own device with an identity of its own.
"""

from __future__ import annotations

import base64
import json
import logging
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nio import Api, AsyncClient

from bot.errors import FatalError
from bot.keys.secret import write_private

log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]

USAGES = ("master", "self_signing", "user_signing")


class IdentityError(FatalError):
    """The bot's device could not be signed. Kith goes on without that, and its log has the sentence."""


def pickle_key(path: Path) -> str:
    """The key that locks the crypto store, drawn at random the first time. nio's own default is a known word."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32), replace=False)
    return path.read_text().strip()


class SigningKey:
    """One of the three Ed25519 keys of an identity."""

    def __init__(self, seed: bytes) -> None:
        self.seed = seed
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = _base64(self._private.public_key().public_bytes_raw())

    @property
    def id(self) -> str:
        return f"ed25519:{self.public}"

    def sign(self, user_id: str, thing: Json) -> Json:
        """``thing`` with our signature among its signatures (Matrix spec, "Signing JSON")."""
        body = {name: value for name, value in thing.items() if name not in ("signatures", "unsigned")}
        signature = _base64(self._private.sign(Api.to_canonical_json(body).encode()))
        known = thing.get("signatures", {})
        return body | {"signatures": known | {user_id: known.get(user_id, {}) | {self.id: signature}}}


@dataclass(frozen=True)
class Identity:
    """The bot's cross-signing identity. Whoever has its seeds can speak as the bot: keep them safe."""

    master: SigningKey
    self_signing: SigningKey
    user_signing: SigningKey

    @classmethod
    def load(cls, path: Path) -> Self:
        """The identity in this file; a new one, written there first, if there is none."""
        if not path.exists():
            write_private(path, json.dumps({usage: secrets.token_hex(32) for usage in USAGES}), replace=False)
        seeds = json.loads(path.read_text())
        return cls(*(SigningKey(bytes.fromhex(seeds[usage])) for usage in USAGES))

    def public(self, user_id: str) -> Json:
        """The public halves, the two lower ones signed by the master key, as the server wants them."""
        keys: Json = {}
        for usage, key in zip(USAGES, (self.master, self.self_signing, self.user_signing), strict=True):
            half = {"user_id": user_id, "usage": [usage], "keys": {key.id: key.public}}
            keys[f"{usage}_key"] = half if usage == "master" else self.master.sign(user_id, half)
        return keys


async def cross_sign(client: AsyncClient, seeds: Path, *, password: str = "", reset: bool = False) -> bool:
    """Sign the bot's own device; False if that was done before.

    ``seeds`` is where the identity lives. The server asks for the password only to replace another identity, and that
    happens only with ``reset``: the account's other devices lose their signature by it. Raises ``IdentityError``.
    """
    identity = Identity.load(seeds)
    user_id, device_id = client.user_id, client.device_id
    _status, found = await _post(client, "/keys/query", {"device_keys": {user_id: []}})
    device = found.get("device_keys", {}).get(user_id, {}).get(device_id)
    if device is None:
        raise IdentityError(f"The server does not know the keys of {user_id}'s device {device_id} yet. Start again.")
    ours = _has(found, "master_keys", user_id, identity.master)
    if not ours and _has(found, "master_keys", user_id) and not reset:
        raise IdentityError(
            f"{user_id} has another cross-signing identity, so members' apps may hide what Kith says. "
            f"To replace it, delete {seeds} and start once with `matrix.password` set."
        )
    if not ours or not _has(found, "self_signing_keys", user_id, identity.self_signing):
        await _publish(client, identity, password)
    elif identity.self_signing.id in device.get("signatures", {}).get(user_id, {}):
        return False
    signed = identity.self_signing.sign(user_id, device)
    status, answer = await _post(client, "/keys/signatures/upload", {user_id: {device_id: signed}})
    if status != 200 or answer.get("failures"):
        raise IdentityError(f"The server refused the signature of {user_id}'s device {device_id} ({_reason(answer)}).")
    log.info("device %s is cross-signed", device_id)
    return True


def _has(found: Json, kind: str, user_id: str, key: SigningKey | None = None) -> bool:
    """Whether the server has a key of this kind for us, or exactly ``key``."""
    known = found.get(kind, {}).get(user_id, {}).get("keys", {}).values()
    return bool(known) if key is None else key.public in known


async def _publish(client: AsyncClient, identity: Identity, password: str) -> None:
    path, body = "/keys/device_signing/upload", identity.public(client.user_id)
    status, answer = await _post(client, path, body)
    if status == 401 and password:
        who = {"type": "m.id.user", "user": client.user_id}
        proof = {"type": "m.login.password", "identifier": who, "password": password}
        status, answer = await _post(client, path, body | {"auth": proof | {"session": answer.get("session")}})
    if status == 401:
        raise IdentityError(
            f"The server wants the password of {client.user_id} before it takes a cross-signing identity. "
            "Start once with the right `matrix.password`."
        )
    if status != 200:
        raise IdentityError(f"The server refused {client.user_id}'s cross-signing identity ({_reason(answer)}).")


def _reason(answer: Json) -> str:
    return str(answer.get("errcode", "no reason given"))


async def _post(client: AsyncClient, path: str, body: Json) -> tuple[int, Json]:
    headers = {"Authorization": f"Bearer {client.access_token}", "Content-Type": "application/json"}
    response = await client.send("POST", "/_matrix/client/v3" + path, json.dumps(body), headers)
    return response.status, await response.json()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")
