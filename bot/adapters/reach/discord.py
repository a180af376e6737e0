"""Discord, asked whether it would let Kith in."""

from __future__ import annotations

from collections.abc import Iterator

from bot.adapters.reach.asking import get
from bot.errors import FatalError
from bot.hosting.config import DiscordConfig
from bot.hosting.doctor import Finding


def look(config: DiscordConfig) -> Iterator[Finding]:
    yield Finding("discord", "ok", ask_discord(config))


def ask_discord(config: DiscordConfig) -> str:
    status, answer = get(f"{config.api}/users/@me", f"Bot {config.token.reveal()}")
    if status == 401 and answer.get("message") == "401: Unauthorized":
        raise FatalError(
            "Discord does not accept the token. Copy it again from discord.com/developers, Bot, into `discord.token`."
        )
    if status != 200 or "id" not in answer:
        raise FatalError(f"{config.api} answered {status}. Try again later; if it stays so, look at `discord.api`.")
    return f"the token belongs to {answer.get('username', answer['id'])}"
