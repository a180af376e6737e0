"""A homeserver, asked whether it would let Kith in."""

from __future__ import annotations

from collections.abc import Iterator

from bot.adapters.reach.asking import get
from bot.errors import FatalError
from bot.hosting.config import MatrixConfig
from bot.hosting.doctor import Finding


def look(config: MatrixConfig) -> Iterator[Finding]:
    yield Finding("matrix", "ok", ask_matrix(config))


def ask_matrix(config: MatrixConfig) -> str:
    """The password cannot be tried without making a new device each time, so only a token is."""
    status, answer = get(f"{config.homeserver}/_matrix/client/versions")
    if status != 200 or "versions" not in answer:
        raise FatalError(f"{config.homeserver} does not speak Matrix. Correct `matrix.homeserver`.")
    if config.access_token is None:
        return "the homeserver answers; the password is tried on the first start"
    status, answer = get(
        f"{config.homeserver}/_matrix/client/v3/account/whoami", f"Bearer {config.access_token.reveal()}"
    )
    if status != 200 and answer.get("errcode") not in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"):
        raise FatalError(f"{config.homeserver} answered {status}, and not in Matrix. Try again later.")
    if status != 200:
        raise FatalError(f"{config.homeserver} does not accept the token. Put a new one in `matrix.access_token`.")
    if answer.get("user_id") != config.user:
        raise FatalError(f"`matrix.access_token` does not belong to {config.user}.")
    return f"the token belongs to {config.user}"
