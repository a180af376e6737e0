"""Who the bot is on its homeserver: one device, kept for good, because keys and repeated messages hang on its id.

The folder holds ``session.json`` (the login), ``pickle.key`` (locks the crypto store), ``identity.json`` (the seeds of
the cross-signing identity) and the crypto store itself. They belong together: a store without its login, or a login
without its store, can neither read nor be read.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Self
from urllib.parse import quote

from bot.adapters.matrix.crypto import IdentityError, cross_sign, pickle_key
from bot.adapters.matrix.homeserver import Homeserver, Refusal, TokenRevoked
from bot.errors import DeliveryError, FatalError
from bot.hosting.config import MatrixConfig
from bot.keys.secret import read_private, write_private

log = logging.getLogger(__name__)

PASSWORD = "m.login.password"


@dataclass(frozen=True)
class Session:
    """One login. ``since`` is when its device was made (ISO 8601): transaction ids from before mean nothing to it."""

    user_id: str
    device_id: str
    access_token: str
    since: str

    @classmethod
    def load(cls, path: Path) -> Self | None:
        try:
            return cls(**json.loads(read_private(path)))
        except FileNotFoundError:
            return None
        except (TypeError, ValueError) as error:
            raise FatalError(f"{path} is damaged. Delete it and start with `matrix.password` set.") from error

    def save(self, path: Path) -> None:
        write_private(path, json.dumps(asdict(self)), replace=True)


class Login:
    """Logs in: with the session kept, with the token given, or with the password as a new device."""

    def __init__(self, config: MatrixConfig, folder: Path) -> None:
        self._config = config
        self._folder = folder
        self.password = config.password.reveal() if config.password else ""
        self._token = config.access_token.reveal() if config.access_token else ""

    async def log_in(self, now: datetime) -> tuple[Homeserver, Session]:
        """A client with its keys loaded. Raises ``FatalError`` where only the host can mend it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        session = await self._known(now)
        if session is not None:
            client = await self._reopened(session)
            if client is not None:
                return client, session
            if not self.password:
                raise FatalError(
                    f"The keys of {session.user_id}'s device {session.device_id} are not in {self._folder} any more, "
                    "so Kith cannot read or be read. Set `matrix.password` and start again, to log in as a new device."
                )
            log.warning("the keys of device %s are gone: logging in as a new device", session.device_id)
        session = await self._as_new_device(now)
        return self._open(session), session

    async def sign(self, client: Homeserver) -> None:
        """Cross-sign the device. Where that cannot be done, Kith works, and the log says what to do."""
        seeds = self._folder / "identity.json"
        try:
            # Without our seeds, whatever identity the account has is of no use to us: the password may replace it.
            reset = bool(self.password) and not seeds.exists()
            await cross_sign(client, seeds, password=self.password, reset=reset)
        except IdentityError as error:
            log.error("%s", error)

    async def _known(self, now: datetime) -> Session | None:
        """The session to go on with, if it still is one."""
        kept = Session.load(self._folder / "session.json")
        if kept and kept.user_id != self._config.user:
            kept = None
        tokens = [token for token in (kept and kept.access_token, self._token) if token]
        for token in dict.fromkeys(tokens):
            who = await self._whoami(token)
            if who is None:
                continue
            user_id, device_id = who
            since = kept.since if kept and kept.device_id == device_id else now.isoformat()
            session = Session(user_id, device_id, token, since)
            if session != kept:
                session.save(self._folder / "session.json")
            return session
        if tokens and not self.password:
            raise FatalError(
                f"{self._config.homeserver} does not accept the access token of {self._config.user}. "
                "Copy a new one in Element (Settings, Help & About, Access Token) into `matrix.access_token`, or set"
                " `matrix.password`."
            )
        return None

    async def _whoami(self, token: str) -> tuple[str, str] | None:
        """The user and device of a token; None if it is not good any more."""
        client = Homeserver.at(self._config.homeserver, self._config.user, self._folder)
        client.access_token = token
        try:
            who = await client.request("GET", "/account/whoami")
        except TokenRevoked:
            return None
        finally:
            await client.disconnect()
        if not isinstance(who.get("user_id"), str):
            raise DeliveryError("the answer is not Matrix")
        if who["user_id"] != self._config.user:
            raise FatalError(f"`matrix.access_token` belongs to {who['user_id']}, not to {self._config.user}.")
        if "device_id" not in who:
            raise FatalError("`matrix.access_token` has no device, so it cannot encrypt. Log in once for a token.")
        return who["user_id"], who["device_id"]

    async def _as_new_device(self, now: datetime) -> Session:
        client = Homeserver.at(self._config.homeserver, self._config.user, self._folder)
        who = {"type": "m.id.user", "user": self._config.user}
        body = {"type": PASSWORD, "identifier": who, "password": self.password}
        try:
            await self._refuse_no_passwords(client)
            made = await client.request(
                "POST", "/login", body | {"initial_device_display_name": self._config.device_name}
            )
        except Refusal as error:
            raise FatalError(_login_refused(self._config, error)) from error
        finally:
            await client.disconnect()
        if not all(isinstance(made.get(name), str) for name in ("user_id", "device_id", "access_token")):
            raise DeliveryError("the answer is not Matrix")
        session = Session(made["user_id"], made["device_id"], made["access_token"], now.isoformat())
        for old in self._folder.glob("*.db*"):  # keys of a device that is no more
            old.unlink()
        session.save(self._folder / "session.json")
        return session

    async def _refuse_no_passwords(self, client: Homeserver) -> None:
        """Where people log in through a web page only, the answer to a password says nothing that helps."""
        flows = (await client.request("GET", "/login")).get("flows", ())
        if not any(isinstance(flow, dict) and flow.get("type") == PASSWORD for flow in flows):
            raise FatalError(
                f"{self._config.homeserver} lets nobody log in with a password. Log in as {self._config.user} with an"
                " app, copy the access token from there, and put it into `matrix.access_token`."
            )

    def _store_of(self, session: Session) -> Path:
        return self._folder / f"{quote(session.device_id, safe='')}.db"

    def _open(self, session: Session) -> Homeserver:
        store = self._store_of(session)
        key = pickle_key(self._folder / "pickle.key")
        client = Homeserver.at(self._config.homeserver, session.user_id, self._folder, store.name, key)
        client.logs_in_again = bool(self.password)
        client.restore_login(session.user_id, session.device_id, session.access_token)
        store.chmod(0o600)
        return client

    async def _reopened(self, session: Session) -> Homeserver | None:
        """The client of a session kept; None if its keys are lost, damaged, locked with another key, or not its own."""
        try:
            client = self._open(session)
        except Exception as error:  # what SQLite, peewee and vodozemac raise has no common root
            log.warning("the crypto store cannot be opened: %s", type(error))
            return None
        is_whole = False
        try:
            is_whole = await self._is_whole(client, session)
        finally:
            if not is_whole:
                await client.disconnect()
        return client if is_whole else None

    async def _is_whole(self, client: Homeserver, session: Session) -> bool:
        """Whether the keys in the crypto store are those the server shows for this device."""
        assert client.olm is not None
        found = await client.request("POST", "/keys/query", {"device_keys": {session.user_id: []}})
        device = found.get("device_keys", {}).get(session.user_id, {}).get(session.device_id)
        if device is None:
            return not client.olm_account_shared
        shown = device.get("keys", {}).get(f"ed25519:{session.device_id}")
        return bool(shown == client.olm.account.identity_keys["ed25519"])


def _login_refused(config: MatrixConfig, error: Refusal) -> str:
    if error.errcode == "M_USER_DEACTIVATED":
        return f"The account {config.user} is deactivated. Ask whoever runs the homeserver to open it again."
    if error.errcode == "M_FORBIDDEN":
        return (
            f"{config.homeserver} does not accept the password of {config.user}. Correct `matrix.password`;"
            " if it is right, the account may be closed: ask whoever runs the homeserver."
        )
    return f"{config.homeserver} does not let {config.user} log in with a password ({error.errcode})."


async def make_device(config: MatrixConfig, folder: Path, now: datetime) -> str:
    """Log in, show the server the keys of the new device, and cross-sign it, all before the first start.

    Returns the device's id. Raises FatalError; whatever ends it early logs it out again.
    """
    login = Login(config, folder)
    client, session = await login.log_in(now)
    try:
        client.expect(await client.keys_upload(), "the homeserver did not take the keys of the device")
        seeds = folder / "identity.json"
        await cross_sign(client, seeds, password=login.password, reset=bool(login.password))
    except BaseException:
        if config.access_token is None:
            await client.request("POST", "/logout", {})
        raise
    finally:
        await client.disconnect()
    return session.device_id
