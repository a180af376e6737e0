"""A homeserver, asked whether it would let Kith in, and how apps see the device that Kith has there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.adapters.reach.asking import ask, get
from bot.errors import FatalError, NotNow
from bot.hosting.config import MatrixConfig
from bot.hosting.doctor import Finding

PASSWORD = "m.login.password"
NO_PASSWORDS = (
    "{homeserver} lets nobody log in with a password. Log in as {user} with an app, copy the access token from there"
    " (in Element: Settings, Help & About, Access Token), and put it into `matrix.access_token`."
)
CLIENT = "/_matrix/client/v3"


@dataclass(frozen=True)
class Device:
    """The login that Kith keeps, as its homeserver sees it."""

    user: str
    id: str
    token: str


def look(config: MatrixConfig, folder: Path) -> Iterator[Finding]:
    """``folder`` is where the login is kept."""
    device = _kept(folder)
    if device is None:
        yield Finding("matrix", "ok", ask_matrix(config))
    else:
        yield from _device(config, device, folder)
    yield _limits(config, device)


def ask_matrix(config: MatrixConfig) -> str:
    """The password cannot be tried without making a new device each time, so only a token is."""
    refuse_no_matrix(config.homeserver)
    if config.access_token is None:
        if PASSWORD not in login_flows(config.homeserver):
            raise FatalError(NO_PASSWORDS.format(homeserver=config.homeserver, user=config.user))
        return "the homeserver answers; the password is tried on the first start"
    if whoami(config.homeserver, config.access_token.reveal()) != config.user:
        raise FatalError(f"`matrix.access_token` does not belong to {config.user}.")
    return f"the token belongs to {config.user}"


def refuse_no_matrix(homeserver: str) -> None:
    status, answer = get(f"{homeserver}/_matrix/client/versions")
    if status >= 500:
        raise NotNow(f"{homeserver} answered {status}. Try again later.")
    if status != 200 or "versions" not in answer:
        raise FatalError(f"{homeserver} does not speak Matrix. Correct `matrix.homeserver`.")


def login_flows(homeserver: str) -> set[str]:
    """How one can log in there."""
    status, answer = get(f"{homeserver}{CLIENT}/login")
    if status != 200 or not isinstance(answer, dict):
        raise NotNow(f"{homeserver} answered {status}. Try again later.")
    return {str(flow.get("type")) for flow in answer.get("flows", ())}


def whoami(homeserver: str, token: str) -> str:
    """Whose token it is. Raises FatalError where it opens nothing."""
    status, answer = get(f"{homeserver}{CLIENT}/account/whoami", f"Bearer {token}")
    if status != 200 and answer.get("errcode") not in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"):
        raise NotNow(f"{homeserver} answered {status}, and not in Matrix. Try again later.")
    if status != 200:
        raise FatalError(
            f"{homeserver} does not accept the token. Copy a new one in Element (Settings, Help & About, Access Token)"
            " into `matrix.access_token`."
        )
    return str(answer.get("user_id"))


def _kept(folder: Path) -> Device | None:
    try:
        kept = json.loads((folder / "session.json").read_text())
        return Device(kept["user_id"], kept["device_id"], kept["access_token"])
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError):
        raise FatalError(
            f"{folder / 'session.json'} is damaged. Delete it and start with `matrix.password` set."
        ) from None


def _device(config: MatrixConfig, device: Device, folder: Path) -> Iterator[Finding]:
    refuse_no_matrix(config.homeserver)
    try:
        user = whoami(config.homeserver, device.token)
    except NotNow:
        raise
    except FatalError:
        if config.password is None:
            raise
        yield Finding(
            "matrix", "note", f"{device.user} was signed out.", "Start Kith again: it logs in as a new device."
        )
        return
    if user != config.user:
        yield Finding(
            "matrix", "note", f"The login kept is {user}'s.", f"Start Kith again: it logs in as {config.user}."
        )
        return
    yield Finding("matrix", "ok", f"{user} is logged in, as the device {device.id}")
    yield _signature(config, device, folder / "identity.json")


def _signature(config: MatrixConfig, device: Device, seeds: Path) -> Finding:
    """Apps that hide what unsigned devices say ask for exactly this. ``seeds`` are of the identity that would sign:
    another one, of somebody's app for instance, is only replaced if they are gone.
    """
    status, found = ask(
        "POST", f"{config.homeserver}{CLIENT}/keys/query", f"Bearer {device.token}", {"device_keys": {device.user: []}}
    )
    if status != 200:
        raise NotNow(f"{config.homeserver} answered {status}. Try again later.")
    own = found.get("device_keys", {}).get(device.user, {}).get(device.id)
    signing = found.get("self_signing_keys", {}).get(device.user, {}).get("keys", {})
    if own is None:
        return Finding("signature", "note", f"{device.id} has shown no keys yet.", "Start Kith again: it shows them.")
    if set(signing) & set(own.get("signatures", {}).get(device.user, {})):
        return Finding("signature", "ok", "the device is cross-signed")
    return Finding(
        "signature",
        "wrong",
        "The device is not cross-signed, so members' apps may hide what Kith says.",
        f"Start Kith again: it signs. If that is not enough, delete {seeds}, set `matrix.password`, and start it once"
        " more.",
    )


def _limits(config: MatrixConfig, device: Device | None) -> Finding:
    """Most accounts of bots are no admins."""
    if device is not None:
        status, answer = get(limits_url(config.homeserver, config.user), f"Bearer {device.token}")
        if status == 200 and answer.get("messages_per_second") == 0:
            return Finding("limits", "ok", "the homeserver has no limits for Kith")
    return Finding(
        "limits",
        "not asked",
        "a homeserver tells its limits to its admins alone. The usual ones let Kith open ten new chats at once, and"
        " then one a minute; whoever waits is answered later.",
        f"Whoever runs it can lift them: {lifting(config.homeserver, config.user)}",
    )


def limits_url(homeserver: str, user: str) -> str:
    return f"{homeserver}/_synapse/admin/v1/users/{quote(user, safe='')}/override_ratelimit"


def lifting(homeserver: str, user: str) -> str:
    """The admin's call, for a Synapse."""
    return (
        "curl -X POST -H 'Authorization: Bearer ADMIN_TOKEN' -d '{\"messages_per_second\":0,\"burst_count\":0}'"
        f" {limits_url(homeserver, user)}"
    )


def lift_limits(homeserver: str, user: str, admin_token: str) -> None:
    """Raises FatalError where that is not an admin's token."""
    nothing: dict[str, Any] = {"messages_per_second": 0, "burst_count": 0}
    status, _answer = ask("POST", limits_url(homeserver, user), f"Bearer {admin_token}", nothing)
    if status != 200:
        raise FatalError("That is no token of an admin of this homeserver, or it is no Synapse.")


def try_password(homeserver: str, user: str, password: str) -> None:
    """Log in with it and out again. Raises FatalError with what is wrong, NotNow where it can be tried later."""
    who = {"type": "m.id.user", "user": user}
    body = {"type": PASSWORD, "identifier": who, "password": password, "initial_device_display_name": "Kith, trying"}
    status, answer = ask("POST", f"{homeserver}{CLIENT}/login", "", body)
    if status == 200:
        ask("POST", f"{homeserver}{CLIENT}/logout", f"Bearer {answer['access_token']}", {})
        return
    code = answer.get("errcode")
    if code == "M_LIMIT_EXCEEDED" or status == 429:
        wait = int(answer.get("retry_after_ms") or 60_000) // 1000 + 1
        raise NotNow(f"{homeserver} lets nobody try so often. Wait {wait} seconds, and try again.")
    if status >= 500:
        raise NotNow(f"{homeserver} answered {status}. Try again later.")
    if code == "M_USER_DEACTIVATED":
        raise FatalError(f"The account {user} is deactivated. Ask whoever runs the homeserver to open it again.")
    raise FatalError(
        f"{homeserver} does not accept this password of {user}. If it is right, the account may be closed."
    )


def homeserver_of(user: str) -> str:
    """Where an account's own domain says its homeserver is (https://spec.matrix.org/latest/client-server-api/#well-known-uri)."""
    domain = user.partition(":")[2]
    try:
        status, answer = get(f"https://{domain}/.well-known/matrix/client")
        found = answer["m.homeserver"]["base_url"] if status == 200 else ""
    except (NotNow, KeyError, TypeError):
        return ""
    return str(found).rstrip("/")
