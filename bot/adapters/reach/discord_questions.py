"""What `kith init` asks about Discord: one token, tried at once."""

from __future__ import annotations

from collections.abc import Mapping

from bot.adapters.reach import discord
from bot.errors import FatalError
from bot.hosting import config_values as values
from bot.hosting.config import DiscordConfig
from bot.hosting.init import Answered, Asking, Refused
from bot.keys.secret import Secret

FILE = "discord.token"
ADDRESSES = ("api", "gateway")
"""Other servers speak Discord's protocol too; nobody is asked about them."""

HOW = f"""\
Discord. Make the bot there, once:
  1. {discord.PORTAL}: New Application, and give it a name.
  2. Bot, on the left: Reset Token, Copy. On the same page switch on “Server Members Intent”, so that I hear
     at once who leaves. “Message Content Intent” stays off: I never ask for it.
Paste the token. It is not shown, and goes into a file that only you can open."""


class DiscordQuestions:
    name = "discord"
    title = "Discord"

    def ask(self, asking: Asking, known: Mapping[str, object]) -> Answered:
        settings = {name: value for name, value in known.items() if name not in ("token", "token_file")}
        settings |= {name: given for name in ADDRESSES if (given := asking.given(f"discord.{name}"))}
        found: list[discord.Application] = []

        def read(token: Secret) -> Secret:
            try:
                found[:] = [discord.application(_at(settings, Secret(values.token(token.reveal()))))]
            except FatalError as error:
                raise Refused(str(error)) from None
            return token

        kept = Secret(str(known["token"])) if "token" in known else None
        token = asking.secret("discord.token", HOW, read, kept=kept)
        [application] = found
        _tell(asking, application)
        name = str(known.get("token_file", FILE))
        return Answered({**settings, "token_file": name}, {name: token}, [_invite(application)])


def _at(settings: Mapping[str, object], token: Secret) -> DiscordConfig:
    api = settings.get("api")
    return DiscordConfig(token=token, api=str(api).rstrip("/")) if api else DiscordConfig(token=token)


def _tell(asking: Asking, application: discord.Application) -> None:
    asking.say(f"This is {application.name}.")
    if not application.hears_who_leaves:
        asking.say(
            "“Server Members Intent” is off: I then ask about each member once a day, and hear late who left."
            f" It can be switched on any time: {discord.PORTAL}/{application.id}/bot"
        )
    for server in application.servers:
        lacks = ", ".join(f"“{one}”" for one in server.lacks)
        asking.say(f"In “{server.name}” I lack {lacks}." if lacks else f"In “{server.name}” I may do all I need.")


def _invite(application: discord.Application) -> str:
    lacking = [server for server in application.servers if server.lacks]
    again = " Choose a server where I am again, to give me what I lack there." if lacking else ""
    return f"Open this and choose your server (whoever may manage it can):{again}\n     {application.invitation}"
