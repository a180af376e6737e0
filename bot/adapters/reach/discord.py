"""Discord, asked whether it would let Kith in, and what Kith may do in each server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.adapters.reach.asking import get
from bot.errors import FatalError, NotNow
from bot.hosting.config import DiscordConfig
from bot.hosting.doctor import Finding

PERMISSIONS: Final[Mapping[str, int]] = {
    "View Channels": 1 << 10,
    "Send Messages": 1 << 11,
    "Read Message History": 1 << 16,
    "Manage Threads": 1 << 34,
    "Create Private Threads": 1 << 36,
    "Send Messages in Threads": 1 << 38,
    "Create Events": 1 << 44,
}
"""Everything Kith asks for, by the name it has in a server's settings; docs/hosting.md says for each what it is for."""

ADMINISTRATOR = 1 << 3
HEARS_WHO_LEAVES = (1 << 14) | (1 << 15)
"""Application flags: the Server Members intent, of an app in many servers and of one in few."""
PAGE = 200
PORTAL = "https://discord.com/developers/applications"


@dataclass(frozen=True)
class Server:
    """One that the bot is in, and what it lacks there."""

    name: str
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class Application:
    """What a token opens."""

    id: str
    name: str
    hears_who_leaves: bool
    servers: tuple[Server, ...]

    @property
    def invitation(self) -> str:
        """The address at which somebody who may manage a server lets Kith in, or gives it what it lacks."""
        wanted = sum(PERMISSIONS.values())
        scope = "bot+applications.commands"
        return f"https://discord.com/oauth2/authorize?client_id={self.id}&scope={scope}&permissions={wanted}"


def look(config: DiscordConfig) -> Iterator[Finding]:
    yield Finding("discord", "ok", ask_discord(config))
    found = application(config)
    if found.hears_who_leaves:
        yield Finding("intents", "ok", "Discord tells Kith at once who leaves a server")
    else:
        yield Finding(
            "intents",
            "note",
            "Kith is not told who leaves a server: it asks about each member once a day.",
            f"Switch on “Server Members Intent”: {PORTAL}/{found.id}/bot",
        )
    if not found.servers:
        yield Finding("server", "note", "Kith is in no server yet.", f"Open {found.invitation} and choose your server")
    for server in found.servers:
        yield _permissions(server, found.invitation)


def _permissions(server: Server, invitation: str) -> Finding:
    if not server.lacks:
        return Finding("server", "ok", f"“{server.name}”: everything Kith needs is allowed")
    lacks = ", ".join(f"“{one}”" for one in server.lacks)
    return Finding(
        "server", "wrong", f"“{server.name}”: Kith lacks {lacks}.", f"Open {invitation} and choose that server again"
    )


def ask_discord(config: DiscordConfig) -> str:
    answer = _get(config, "/users/@me")
    return f"the token belongs to {answer.get('username', answer['id'])}"


def application(config: DiscordConfig) -> Application:
    """Raises FatalError for a token that opens nothing, NotNow where Discord does not answer."""
    found = _get(config, "/applications/@me")
    flags = int(found.get("flags") or 0)
    servers = tuple(_server(one) for one in _servers(config))
    return Application(found["id"], str(found.get("name", found["id"])), bool(flags & HEARS_WHO_LEAVES), servers)


def _servers(config: DiscordConfig) -> Iterator[dict[str, Any]]:
    after = "0"
    while True:
        status, page = get(f"{config.api}/users/@me/guilds?limit={PAGE}&after={after}", _bearer(config))
        if status != 200 or not isinstance(page, list):
            raise NotNow(f"{config.api} answered {status}. Try again later.")
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1]["id"]


def _server(payload: Mapping[str, Any]) -> Server:
    allowed = int(payload.get("permissions") or 0)
    lacks = [name for name, bit in PERMISSIONS.items() if not allowed & (bit | ADMINISTRATOR)]
    name = "".join(letter for letter in str(payload.get("name", payload["id"])) if letter.isprintable())
    return Server(name, tuple(lacks))


def _get(config: DiscordConfig, path: str) -> dict[str, Any]:
    """An object with an id."""
    status, answer = get(f"{config.api}{path}", _bearer(config))
    if status == 401 and answer.get("message") == "401: Unauthorized":
        raise FatalError(
            f"Discord does not accept the token. Make a new one at {PORTAL} (your bot, Bot, Reset Token), and put it"
            " into `discord.token`."
        )
    if status == 200 and isinstance(answer, dict) and "id" in answer:
        return answer
    if status == 429 or status >= 500:
        raise NotNow(
            f"{config.api} answered {status}. Try again later; if it stays so, correct `discord.api`, or take that line"
            " away."
        )
    raise FatalError(
        f"{config.api} answered {status}. Try again later; if it stays so, correct `discord.api`, or take that line"
        " away."
    )


def _bearer(config: DiscordConfig) -> str:
    return f"Bot {config.token.reveal()}"
