"""Each thing that is broken at a platform is told in one sentence, and what that sentence names mends it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.beds.discord import FakeDiscord
from tests.beds.discord.gateway import Intent
from tests.beds.discord.things import Permission
from tests.beds.matrix.synapse import Synapse
from tests.hosting.broken import Broken, Place, mended

ONLINE = "doctor --online"


def there(place: Place) -> FakeDiscord:
    assert place.discord is not None
    return place.discord


def another_path(place: Place) -> None:
    place.edit("/api/v10", "/api/v1")


def the_right_path(place: Place) -> None:
    there(place).take_violations()
    place.edit("/api/v1", "/api/v10")


def another_port(place: Place) -> None:
    place.edit(f":{there(place).port}/api", ":9/api")


def the_right_port(place: Place) -> None:
    place.edit(":9/api", f":{there(place).port}/api")


def switched(intent: Intent) -> Callable[[Place], None]:
    def switch(place: Place) -> None:
        there(place).gateway.granted = intent

    return switch


def thread_rights(place: Place) -> None:
    for guild in there(place).world.guilds.values():
        there(place).deny(guild, Permission.CREATE_PRIVATE_THREADS)


def given_back(place: Place) -> None:
    for guild in there(place).world.guilds.values():
        there(place).allow(guild, Permission.CREATE_PRIVATE_THREADS)


def out_of_every_server(place: Place) -> None:
    there(place).world.guilds.clear()


def another_token(place: Place) -> None:
    place.edit("bot.token", "another.token")


def the_right_token(place: Place) -> None:
    place.edit("another.token", "bot.token")


NEW = (
    "Make a new one at https://discord.com/developers/applications (your bot, Bot, Reset Token), and put it into"
    " `discord.token`."
)
COPY = f"Discord does not accept the token. {NEW}"
REFUSED = f"kith: Discord refuses the bot's token. {NEW}"
AGAIN = "Try again later; if it stays so, correct `discord.api`, or take that line away."

DISCORD: Mapping[str, Broken] = {
    "another token": Broken(another_token, COPY, the_right_token, ONLINE),
    "another token, at a start": Broken(
        another_token,
        REFUSED,
        the_right_token,
        "run",
    ),
    "another path": Broken(another_path, f"/api/v1 answered 404. {AGAIN}", the_right_path, ONLINE),
    "another computer": Broken(
        another_port,
        "http://127.0.0.1:9/api/v10/users/@me does not answer. Look whether this computer has a network"
        " and the address is right, and try again.",
        the_right_port,
        ONLINE,
        status=75,
    ),
    "Server Members off": Broken(
        switched(Intent(0)),
        "Kith is not told who leaves a server: it asks about each member once a day. Switch on “Server Members Intent”:"
        " https://discord.com/developers/applications/",
        switched(Intent.GUILD_MEMBERS),
        ONLINE,
        status=0,
    ),
    "no private threads": Broken(
        thread_rights,
        "“Recovery together”: Kith lacks “Create Private Threads”. Open https://discord.com/oauth2/authorize?client_id=",
        given_back,
        ONLINE,
    ),
    "in no server": Broken(
        out_of_every_server,
        "Kith is in no server yet. Open https://discord.com/oauth2/authorize?client_id=",
        lambda place: there(place).add_guild(),
        ONLINE,
        status=0,
    ),
}


@pytest.mark.parametrize("broken", DISCORD.values(), ids=DISCORD)
async def test_discord_says_it(broken: Broken, tmp_path: Path, discord: FakeDiscord) -> None:
    await mended(Place(tmp_path, discord).used(), broken)


class Home:
    """A homeserver, and the bot's account on it, which an admin can change."""

    def __init__(self, synapse: Synapse, name: str) -> None:
        self.synapse = synapse
        self.account = synapse.register(name)
        self.admin = synapse.register(f"admin-{name}", admin=True).access_token

    def admins(self, method: str, path: str, body: dict[str, object] | None = None) -> None:
        user = quote(self.account.user_id, safe="")
        self.synapse.request(method, f"/_synapse/admin/v2/users/{user}{path}", body, self.admin)

    def deactivate(self, _place: Place) -> None:
        self.admins("PUT", "", {"deactivated": True})

    def open_again(self, _place: Place) -> None:
        """As whoever runs the homeserver does when asked."""
        self.admins("PUT", "", {"deactivated": False, "password": self.account.password})

    def delete_device(self, place: Place) -> None:
        kept = json.loads((place.data / "matrix/session.json").read_text())
        self.admins("DELETE", f"/devices/{kept['device_id']}")

    def with_a_token(self, place: Place) -> None:
        fresh = self.synapse.login(self.account)
        token = f'access_token = "{fresh.access_token}"'
        content = re.sub('(password|access_token) = ".*"', token, place.config.read_text())
        place.config.write_text(content)

    def log_out_everywhere(self, _place: Place) -> None:
        token = self.synapse.login(self.account).access_token
        self.synapse.request("POST", "/_matrix/client/v3/logout/all", {}, token)

    def with_the_password(self, place: Place) -> None:
        content = re.sub('access_token = ".*"', f'password = "{self.account.password}"', place.config.read_text())
        place.config.write_text(content)

    def lift(self, place: Place) -> None:
        """The call that the sentence shows, with the admin's token in it."""
        [call] = re.findall(r"curl .*override_ratelimit", place.shown)
        subprocess.run(call.replace("ADMIN_TOKEN", self.admin), shell=True, check=True, capture_output=True)


@pytest.fixture
def home(synapse: Synapse, request: pytest.FixtureRequest) -> Home:
    return Home(synapse, re.sub(r"\W+", "-", request.node.name)[-40:].strip("-").lower())


def at(home: Home, folder: Path) -> Place:
    return Place(folder, matrix=(home.synapse, home.account))


async def test_another_password_at_a_start(tmp_path: Path, home: Home) -> None:
    right, wrong = home.account.password, 'password = "not-the-one'
    await mended(
        at(home, tmp_path),
        Broken(
            lambda place: place.edit(f'password = "{right}', wrong),
            f"kith: {home.synapse.url} does not accept the password of {home.account.user_id}. Correct"
            " `matrix.password`; if it is right, the account may be closed: ask whoever runs the homeserver.",
            lambda place: place.edit(wrong, f'password = "{right}'),
            "run",
        ),
    )


async def test_a_closed_account(tmp_path: Path, home: Home) -> None:
    says = "if it is right, the account may be closed: ask whoever runs the homeserver."
    await mended(at(home, tmp_path), Broken(home.deactivate, says, home.open_again, "run", first="run"))


async def test_a_deleted_device(tmp_path: Path, home: Home) -> None:
    says = f"{home.account.user_id} was signed out. Start Kith again: it logs in as a new device."
    await mended(at(home, tmp_path), Broken(home.delete_device, says, "run", ONLINE, status=0, first="run"))


async def test_a_token_that_was_taken_back(tmp_path: Path, home: Home) -> None:
    place = at(home, tmp_path)
    home.with_a_token(place)
    says = f"kith: {home.synapse.url} does not accept the access token of {home.account.user_id}. Copy a new one"
    await mended(
        place,
        Broken(
            home.log_out_everywhere,
            f"{says} in Element (Settings, Help & About, Access Token) into `matrix.access_token`, or set"
            " `matrix.password`.",
            home.with_a_token,
            "run",
            first="run",
        ),
    )


async def test_a_token_that_was_taken_back_as_the_doctor_sees_it(tmp_path: Path, home: Home) -> None:
    place = at(home, tmp_path)
    home.with_a_token(place)
    says = (
        f"{home.synapse.url} does not accept the token. Copy a new one in Element (Settings, Help & About, Access"
        " Token) into `matrix.access_token`."
    )
    await mended(place, Broken(home.log_out_everywhere, says, home.with_a_token, ONLINE))


async def test_another_address(tmp_path: Path, home: Home) -> None:
    await mended(
        at(home, tmp_path),
        Broken(
            lambda place: place.edit(home.synapse.url, f"{home.synapse.url}/nothing"),
            f"{home.synapse.url}/nothing does not speak Matrix. Correct `matrix.homeserver`.",
            lambda place: place.edit(f"{home.synapse.url}/nothing", home.synapse.url),
            ONLINE,
        ),
    )


async def test_the_limits_of_a_homeserver(tmp_path: Path, home: Home) -> None:
    """Nobody but an admin can ask whether they were lifted; so an admin does."""
    place = at(home, tmp_path)
    assert (await place.types(ONLINE)).status == 0, place.shown
    assert "The usual ones let Kith open ten new chats at once, and then one a minute" in place.shown
    home.lift(place)
    user = quote(home.account.user_id, safe="")
    limits = home.synapse.request("GET", f"/_synapse/admin/v1/users/{user}/override_ratelimit", token=home.admin)
    assert limits == {"messages_per_second": 0, "burst_count": 0}


async def test_a_device_that_is_not_signed(tmp_path: Path, home: Home) -> None:
    """The account is signed elsewhere, and a token alone cannot sign anew; the password can."""
    for name in ("app", "kith"):
        (tmp_path / name).mkdir()
    elsewhere, place = at(home, tmp_path / "app"), at(home, tmp_path / "kith")
    assert (await elsewhere.types("run")).status == 0, elsewhere.shown
    home.with_a_token(place)
    assert (await place.types("run")).status == 0, place.shown
    assert (await place.types(ONLINE)).status == 78, place.shown
    assert "The device is not cross-signed, so members' apps may hide what Kith says." in place.shown
    seeds = place.data / "matrix/identity.json"
    cure = f"If that is not enough, delete {seeds}, set `matrix.password`, and start it once more."
    assert f"Start Kith again: it signs. {cure}" in place.shown
    assert (await place.types("run")).status == 0, place.shown
    assert "it signs" in (await place.types(ONLINE)).out
    seeds.unlink()
    home.with_the_password(place)
    assert (await place.types("run")).status == 0, place.shown
    assert (await place.types(ONLINE)).status == 0, place.shown
    assert "the device is cross-signed" in place.shown


@pytest.fixture
def without_passwords(sockets: None) -> Iterator[Home]:
    with Synapse(extra={"password_config": {"enabled": False}}) as synapse:
        yield Home(synapse, "kith")


@pytest.mark.parametrize("line", [ONLINE, "run"])
async def test_a_homeserver_without_passwords(tmp_path: Path, without_passwords: Home, line: str) -> None:
    home = without_passwords

    def from_an_app(place: Place) -> None:
        place.edit(f'password = "{home.account.password}"', f'access_token = "{home.account.access_token}"')

    says = f"{home.synapse.url} lets nobody log in with a password. Log in as {home.account.user_id} with an app, copy"
    await mended(at(home, tmp_path), Broken(lambda _place: None, says, from_an_app, line))
