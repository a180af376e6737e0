"""One request, without the platforms' libraries."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from bot import __version__
from bot.errors import NotNow

PATIENCE = 10.0
"""Seconds a platform may take to answer."""

USER_AGENT = f"DiscordBot (Kith, {__version__})"
"""What Discord asks bots to call themselves (https://docs.discord.com/developers/reference); nobody else minds."""


def get(url: str, authorization: str = "") -> tuple[int, Any]:
    return ask("GET", url, authorization)


def ask(method: str, url: str, authorization: str = "", body: Mapping[str, object] | None = None) -> tuple[int, Any]:
    """Status and answer; an answer that is no JSON is an empty one. Raises NotNow where nobody answers."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json", "Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers, method=method)
    if authorization:
        request.add_unredirected_header("Authorization", authorization)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status, _json(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _json(error.read())
    except (OSError, HTTPException, ValueError) as error:  # URLError is an OSError; a name that is none a ValueError
        host = url.partition("/_")[0]
        raise NotNow(
            f"{host} does not answer. Look whether this computer has a network and the address is right, and try again."
        ) from error


def _json(content: bytes) -> Any:
    """An object or a list."""
    try:
        answer = json.loads(content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict | list) else {}
