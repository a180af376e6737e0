"""What `kith init` asks about Matrix: an account, tried at once."""

from __future__ import annotations

from collections.abc import Mapping

from bot.adapters.reach import matrix
from bot.errors import FatalError
from bot.hosting.config import MatrixConfig
from bot.hosting.init import Answered, Asking, Refused, setting_of
from bot.keys.secret import Secret

FILES = {"password": "matrix.password", "access_token": "matrix.token"}

HOW = """\
Matrix. Make an account for the bot on your homeserver, as for a person, with an app or by whoever runs the server.
Its whole name, such as @kith:your.server:"""

HOW_TO_GET_A_TOKEN = """\
This homeserver lets nobody log in with a password here. Log in as {user} with an app, once, and copy the access
token from there (in Element: Settings, Help & About, Access Token). Don't log that app out.
Paste the token; it is not shown:"""

HOW_TO_LIFT = """\
A homeserver's usual limits let me open ten new chats at once, and then one a minute: whoever waits is answered later.
If you run this homeserver (a Synapse), paste an access token of its admin to lift that for {user}. It is used once
and not kept. Enter leaves the limits as they are:"""


class MatrixQuestions:
    name = "matrix"
    title = "Matrix"

    def ask(self, asking: Asking, known: Mapping[str, object]) -> Answered:
        user = asking.text("matrix.user", HOW, setting_of(MatrixConfig, "user"), default=_own(known, "user"))
        homeserver = asking.text(
            "matrix.homeserver",
            "The address of its homeserver:",
            _homeserver,
            default=_own(known, "homeserver") or matrix.homeserver_of(user),
        )
        kind, secret = self._login(asking, known, user, homeserver)
        self._limits(asking, user, homeserver)
        hidden = {name for kind in FILES for name in (kind, f"{kind}_file")}
        settings = {name: value for name, value in known.items() if name not in hidden}
        name = str(known.get(f"{kind}_file", FILES[kind]))
        settings |= {"homeserver": homeserver, "user": user, f"{kind}_file": name}
        prefix = settings.get("prefix", "!kith")
        write = f"On Matrix, open a chat with {user} and write: help\n"
        write += f"     In a room: invite {user}, and write: {prefix} help"
        return Answered(settings, {name: secret}, [write])

    def _login(self, asking: Asking, known: Mapping[str, object], user: str, homeserver: str) -> tuple[str, Secret]:
        def kept(kind: str) -> Secret | None:
            return Secret(str(known[kind])) if kind in known else None

        def read_password(password: Secret) -> Secret:
            try:
                matrix.try_password(homeserver, user, password.reveal())
            except FatalError as error:
                raise Refused(str(error)) from None
            return password

        def read_token(token: Secret) -> Secret:
            try:
                owner = matrix.whoami(homeserver, token.reveal())
            except FatalError as error:
                raise Refused(str(error)) from None
            if owner != user:
                raise Refused(f"That token belongs to {owner}, not to {user}.")
            return token

        wants_token = asking.given("matrix.access_token") is not None or (kept("access_token") and not kept("password"))
        if wants_token or matrix.PASSWORD not in matrix.login_flows(homeserver):
            how = HOW_TO_GET_A_TOKEN.format(user=user)
            return "access_token", asking.secret("matrix.access_token", how, read_token, kept=kept("access_token"))
        how = f"The password of {user}. It is not shown, and goes into a file that only you can open:"
        return "password", asking.secret("matrix.password", how, read_password, kept=kept("password"))

    def _limits(self, asking: Asking, user: str, homeserver: str) -> None:
        def lift(token: str) -> None:
            if token != SKIP:
                try:
                    matrix.lift_limits(homeserver, user, token)
                except FatalError as error:
                    raise Refused(str(error)) from None
                asking.say(f"{homeserver} has no limits for {user} any more.")

        asking.text("matrix.admin_token", HOW_TO_LIFT.format(user=user), lift, default=SKIP, shown="leave them")


SKIP = "leave them"


def _own(known: Mapping[str, object], name: str) -> str:
    value = str(known.get(name, ""))
    try:
        return setting_of(MatrixConfig, name)(value)
    except (Refused, ValueError):
        return ""  # nothing, or the example's


def _homeserver(typed: str) -> str:
    """People leave the beginning away."""
    address = setting_of(MatrixConfig, "homeserver")(typed if "://" in typed else f"https://{typed}")
    try:
        matrix.refuse_no_matrix(address)
    except FatalError as error:
        raise Refused(str(error)) from None
    return address
