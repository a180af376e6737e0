"""One request, without the platforms' libraries."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

from bot.errors import NotNow

PATIENCE = 10.0
"""Seconds a platform may take to answer."""


def get(url: str, authorization: str = "") -> tuple[int, dict[str, Any]]:
    """Status and answer; an answer that is no JSON object is an empty one. Raises NotNow where nobody answers."""
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
        raise NotNow(f"{host} does not answer. Is there a network, and is the address right?") from error


def _json(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
