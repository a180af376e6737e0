"""A real Synapse for tests, on the loopback with SQLite and gone again afterwards.

Synapse lives in a virtual environment of its own (its dependencies are not ours). Its interpreter is
``$KITH_SYNAPSE_PYTHON``, or ``.venv-synapse/bin/python`` at the top of the repository.
"""

from __future__ import annotations

import asyncio
import atexit
import base64
import ctypes
import hashlib
import hmac
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

Json: TypeAlias = dict[str, Any]

ROOT = Path(__file__).parents[3]
SERVER_NAME = "bed.test"
START_TIMEOUT = 90.0
"""Seconds. A fresh start takes 2 to 5; a loaded machine may need far longer."""

_PR_SET_PDEATHSIG = 1
_UNLIMITED = {"per_second": 100_000, "burst_count": 100_000}


@cache
def shared() -> Synapse:
    """One homeserver for the whole run, started when it is first needed. Each test brings users of its own."""
    running = Synapse()
    running.start()
    atexit.register(running.close)
    return running


class SynapseError(RuntimeError):
    """Synapse did not start, or answered a request with a Matrix error."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Account:
    """A user of the homeserver and one device they are logged in with."""

    user_id: str
    password: str
    access_token: str
    device_id: str


def interpreter() -> str:
    """The Python that has Synapse installed."""
    return os.environ.get("KITH_SYNAPSE_PYTHON") or str(ROOT / ".venv-synapse" / "bin" / "python")


class Synapse:
    """One homeserver. Keeps its port and database over ``stop`` and ``start``, and drops both on ``close``."""

    def __init__(self, *, rate_limits: bool = False, extra: Json | None = None) -> None:
        """``rate_limits=True`` keeps Synapse's own limits; ``extra`` is laid over the configuration."""
        self.rate_limits = rate_limits
        self.extra = extra or {}
        self.directory = Path(tempfile.mkdtemp(prefix="kith-synapse-"))
        self.port = free_port()
        self.secret = secrets.token_hex(16)
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and return once it answers."""
        self._wait_until_ready(self._spawn())

    async def restart(self, *, kill: bool = False) -> None:
        """Stop and start on the same data, while the event loop goes on. ``kill=True`` is a crash."""
        await asyncio.to_thread(self.stop, kill=kill)
        # Here and not in a thread: the kernel ends the child with the thread that started it.
        await asyncio.to_thread(self._wait_until_ready, self._spawn())

    def _spawn(self) -> subprocess.Popen[bytes]:
        if shutil.which(interpreter()) is None:
            raise SynapseError(f"There is no Synapse at {interpreter()}: `scripts/setup synapse` makes one.")
        (self.directory / "homeserver.yaml").write_text(json.dumps(self._config()))  # JSON is YAML
        key = self.directory / "signing.key"
        if not key.exists():
            key.write_text(f"ed25519 a_bed {base64.b64encode(os.urandom(32)).decode().rstrip('=')}\n")
        command = [interpreter(), "-m", "synapse.app.homeserver", "-c", str(self.directory / "homeserver.yaml")]
        with (self.directory / "synapse.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory, preexec_fn=_with_parent
            )
        return self.process

    def stop(self, *, kill: bool = False) -> None:
        """Stop, keeping the data. ``kill=True`` is a crash."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def request(self, method: str, path: str, body: Json | None = None, token: str = "", timeout: float = 30.0) -> Json:
        """One plain request. Raises ``SynapseError`` on a Matrix error, ``OSError`` if nobody answers."""
        request = urllib.request.Request(self.url + path, method=method)
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        data = None if body is None else json.dumps(body).encode()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, data, timeout) as response:
                answer: Json = json.load(response)
        except urllib.error.HTTPError as error:
            raise SynapseError(f"{method} {path}: {error.code} {error.read().decode()}", error.code) from None
        return answer

    def register(self, name: str, *, admin: bool = False) -> Account:
        """Create a user, through the admin API that a shared secret opens."""
        path = "/_synapse/admin/v1/register"
        nonce = self.request("GET", path)["nonce"]
        password = f"password-of-{name}"
        proof = "\0".join([nonce, name, password, "admin" if admin else "notadmin"]).encode()
        mac = hmac.new(self.secret.encode(), proof, hashlib.sha1).hexdigest()
        user = {"nonce": nonce, "username": name, "password": password, "admin": admin, "mac": mac}
        made = self.request("POST", path, user)
        return Account(made["user_id"], password, made["access_token"], made["device_id"])

    def login(self, account: Account) -> Account:
        """The same user with one more device."""
        identifier = {"type": "m.id.user", "user": account.user_id}
        body = {"type": "m.login.password", "identifier": identifier, "password": account.password}
        made = self.request("POST", "/_matrix/client/v3/login", body)
        return Account(made["user_id"], account.password, made["access_token"], made["device_id"])

    def log(self, lines: int = 30) -> str:
        text = (self.directory / "synapse.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise SynapseError(f"Synapse stopped with {process.returncode}:\n{self.log()}")
            try:
                self.request("GET", "/_matrix/client/versions", timeout=2)
            except (OSError, SynapseError):
                time.sleep(0.1)
            else:
                return
        raise SynapseError(f"Synapse did not answer in {START_TIMEOUT:.0f} s:\n{self.log()}")

    def _config(self) -> Json:
        listener = {
            "port": self.port,
            "type": "http",
            "tls": False,
            "bind_addresses": ["127.0.0.1"],
            "resources": [{"names": ["client"], "compress": False}],
        }
        config: Json = {
            "server_name": SERVER_NAME,
            "public_baseurl": f"{self.url}/",
            "pid_file": str(self.directory / "synapse.pid"),
            "signing_key_path": str(self.directory / "signing.key"),
            "media_store_path": str(self.directory / "media"),
            "database": {"name": "sqlite3", "args": {"database": str(self.directory / "homeserver.db")}},
            "listeners": [listener],
            "federation_domain_whitelist": [],
            "trusted_key_servers": [],
            "suppress_key_server_warning": True,
            "report_stats": False,
            "registration_shared_secret": self.secret,
            "macaroon_secret_key": self.secret,
            "form_secret": self.secret,
            "bcrypt_rounds": 4,
            # The default of two minutes answers a bot that restarts quickly with its old first sync.
            "caches": {"sync_response_cache_duration": "0s"},
        }
        return config | ({} if self.rate_limits else _without_limits()) | self.extra


def _without_limits() -> Json:
    plain = ("message", "registration", "joins_per_room", "room_creation", "key_requests", "admin_redaction")
    return {f"rc_{name}": _UNLIMITED for name in plain} | {
        "rc_login": {"address": _UNLIMITED, "account": _UNLIMITED, "failed_attempts": _UNLIMITED},
        "rc_joins": {"local": _UNLIMITED, "remote": _UNLIMITED},
        "rc_invites": {"per_room": _UNLIMITED, "per_user": _UNLIMITED, "per_issuer": _UNLIMITED},
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _with_parent() -> None:
    """In the child, on Linux: end when the test process is killed, so that no orphan stays."""
    if os.uname().sysname == "Linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
