"""Asks each platform whether it would let Kith in, without logging in and without the platforms' libraries."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from http.client import HTTPException
from typing import Any

from bot.errors import FatalError
from bot.hosting.config import Config, DiscordConfig, MatrixConfig

PATIENCE = 10.0
"""Seconds a platform may take to answer."""


def questions(config: Config) -> Mapping[str, Callable[[], str]]:
    """For each configured platform, what asks it: returns what it says, or raises FatalError with what to do."""
    asked: dict[str, Callable[[], str]] = {}
    if config.discord is not None:
        asked["discord"] = partial(ask_discord, config.discord)
    if config.matrix is not None:
        asked["matrix"] = partial(ask_matrix, config.matrix)
    return asked


def host_account(config: Config) -> str:
    """The platform on which the host's contact is an account, as its adapter reads one; empty where there is none."""
    contact = config.host.contact.strip()
    if config.matrix is not None and re.fullmatch(r"(https://matrix\.to/#/)?@[^:\s]+:[^\s/]+", contact):
        return "matrix"
    if config.discord is not None and re.fullmatch(r"<@!?\d{15,21}>|\d{15,21}", contact):
        return "discord"
    return ""


def ask_discord(config: DiscordConfig) -> str:
    status, answer = _get(f"{config.api}/users/@me", f"Bot {config.token.reveal()}")
    if status == 401 and answer.get("message") == "401: Unauthorized":
        raise FatalError(
            "Discord does not accept the token. Copy it again from discord.com/developers, Bot, into `discord.token`."
        )
    if status != 200 or "id" not in answer:
        raise FatalError(f"{config.api} answered {status}. Try again later; if it stays so, look at `discord.api`.")
    return f"the token belongs to {answer.get('username', answer['id'])}"


def ask_matrix(config: MatrixConfig) -> str:
    """The password cannot be tried without making a new device each time, so only a token is."""
    status, answer = _get(f"{config.homeserver}/_matrix/client/versions")
    if status != 200 or "versions" not in answer:
        raise FatalError(f"{config.homeserver} does not speak Matrix. Correct `matrix.homeserver`.")
    if config.access_token is None:
        return "the homeserver answers; the password is tried on the first start"
    status, answer = _get(
        f"{config.homeserver}/_matrix/client/v3/account/whoami", f"Bearer {config.access_token.reveal()}"
    )
    if status != 200 and answer.get("errcode") not in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"):
        raise FatalError(f"{config.homeserver} answered {status}, and not in Matrix. Try again later.")
    if status != 200:
        raise FatalError(f"{config.homeserver} does not accept the token. Put a new one in `matrix.access_token`.")
    if answer.get("user_id") != config.user:
        raise FatalError(f"`matrix.access_token` does not belong to {config.user}.")
    return f"the token belongs to {config.user}"


def _get(url: str, authorization: str = "") -> tuple[int, dict[str, Any]]:
    """Status and answer; an answer that is no JSON object is an empty one. Raises FatalError where nobody answers."""
    request = urllib.request.Request(url, headers={"User-Agent": "Kith", "Accept": "application/json"})
    if authorization:
        request.add_unredirected_header("Authorization", authorization)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status, _json(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _json(error.read())
    except (OSError, HTTPException) as error:  # URLError is an OSError
        host = url.partition("/_")[0]
        raise FatalError(f"{host} does not answer. Is there a network, and is the address right?") from error


def _json(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
