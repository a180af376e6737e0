"""Kith stays the same device, and says in one sentence what the host must do where it cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.matrix import REMEMBERED
from bot.adapters.matrix.login import Login
from bot.errors import FatalError, NotNow
from bot.hosting.config import MatrixConfig
from bot.keys.secret import Secret
from tests.adapters.matrix.world import World
from tests.beds.matrix.synapse import Synapse

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


async def devices(world: World) -> set[str]:
    found = await world.client.request("GET", "/devices")
    return {device["device_id"] for device in found["devices"]} - {world.account.device_id}


async def test_the_device_is_made_once(kith: World) -> None:
    first = kith.client.device_id
    await kith.restart()
    assert kith.client.device_id == first
    assert await devices(kith) == {first}


async def test_transaction_ids_mean_something_only_since_the_device_was_made(kith: World) -> None:
    assert kith.adapter.window < timedelta(minutes=1)
    session = kith.keys / "session.json"
    session.write_text(session.read_text().replace('"since": "20', '"since": "19'))
    await kith.restart()
    assert kith.adapter.window == REMEMBERED


async def test_an_access_token_is_enough(world: World) -> None:
    await world.start(world.config(password=False, token=world.account.access_token))
    assert world.client.device_id == world.account.device_id
    alice = await world.in_direct("alice")
    await alice.say("start")
    assert (await alice.next()).encrypted


async def test_a_wrong_password_says_so(world: World) -> None:
    world.account = type(world.account)(world.id, "guessed", "", "")
    with pytest.raises(FatalError, match=r"does not accept the password of @kith.*Correct `matrix\.password`"):
        await world.start()


async def test_a_wrong_token_says_so(world: World) -> None:
    with pytest.raises(FatalError, match=r"does not accept the access token.*`matrix\.access_token`"):
        await world.start(world.config(password=False, token="syt_nonsense"))


async def test_the_token_of_another_account_says_so(world: World) -> None:
    stranger = world.synapse.register("stranger-with-a-token")
    with pytest.raises(FatalError, match="belongs to @stranger-with-a-token"):
        await world.start(world.config(password=False, token=stranger.access_token))


async def test_signed_out_while_away_kith_logs_in_again_as_a_new_device(kith: World) -> None:
    first = kith.client.device_id
    await kith.client.request("POST", "/logout", {})
    with pytest.raises(FatalError):
        await kith.serving()
    await kith.start()
    assert kith.client.device_id != first
    alice = await kith.in_direct("alice", strict=True)
    await alice.say("start")
    assert (await alice.next()).text.startswith("Hello")


async def test_signed_out_with_a_password_the_next_start_heals_it(kith: World) -> None:
    """systemd starts again what ends with 75: an advice to move keys away would only lose them."""
    await kith.client.request("POST", "/logout", {})
    with pytest.raises(NotNow, match=r"signed out.*The next start logs in again"):
        await kith.serving()
    await kith.start()
    assert (await kith.client.request("GET", "/account/whoami"))["user_id"] == kith.id


@pytest.mark.sockets
@pytest.mark.parametrize(
    "extra", [{"password_config": {"enabled": False}}, {"password_config": {"localdb_enabled": False}}]
)
async def test_a_homeserver_without_passwords_says_what_to_do(tmp_path: Path, extra: dict[str, object]) -> None:
    with Synapse(extra=extra) as synapse:
        account = synapse.register("kith")
        config = MatrixConfig(homeserver=synapse.url, user=account.user_id, password=Secret(account.password))
        with pytest.raises(FatalError, match=r"lets nobody log in with a password.*`matrix\.access_token`"):
            await Login(config, tmp_path / "matrix").log_in(NOW)


async def test_a_closed_account_is_one_of_two_things(world: World) -> None:
    """The homeserver says the same of both, so the sentence names both."""
    body = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": world.id}}
    auth = body | {"password": world.account.password}
    world.synapse.request("POST", "/_matrix/client/v3/account/deactivate", {"auth": auth}, world.account.access_token)
    with pytest.raises(
        FatalError, match=r"Correct `matrix\.password`; if it is right, the account may be closed|closed"
    ):
        await world.start()


async def test_signed_out_and_without_a_password_the_host_is_told(kith: World) -> None:
    await kith.stop()
    await kith.start(kith.config(password=False, token="unused"))
    await kith.client.request("POST", "/logout", {})
    with pytest.raises(FatalError, match=r"signed out.*Set `matrix\.password`"):
        await kith.serving()
    with pytest.raises(FatalError, match="does not accept the access token"):
        await kith.start(kith.config(password=False, token="syt_also_old"))


@pytest.mark.parametrize("lost", ["*.db", "pickle.key"])
async def test_with_its_keys_lost_kith_becomes_a_new_device(
    kith: World, lost: str, caplog: pytest.LogCaptureFixture
) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("start")
    await alice.next()
    first = kith.client.device_id
    await kith.stop()
    [file] = kith.keys.glob(lost)
    file.unlink()
    await kith.start()
    assert kith.client.device_id != first
    assert "logging in as a new device" in caplog.text
    await alice.say("help-now")
    assert "112" in (await alice.next()).text


async def test_with_its_keys_lost_and_no_password_the_host_is_told(kith: World) -> None:
    await kith.stop()
    [store] = kith.keys.glob("*.db")
    store.unlink()
    with pytest.raises(FatalError, match=r"keys of @kith.* are not in .* any more.*Set `matrix\.password`"):
        await kith.start(kith.config(password=False, token="unused"))


async def test_the_login_of_another_account_in_the_folder_is_not_used(kith: World) -> None:
    await kith.stop()
    kith.account = kith.synapse.register("kith-under-another-name")
    await kith.start()
    assert kith.client.user_id == "@kith-under-another-name:bed.test"


async def test_a_damaged_login_says_what_to_do(kith: World) -> None:
    await kith.stop()
    (kith.keys / "session.json").write_text("{")
    with pytest.raises(FatalError, match=r"session\.json is damaged. Delete it"):
        await kith.start()


async def test_no_secret_is_logged(kith: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    await kith.restart()
    session = (kith.keys / "session.json").read_text()
    assert kith.client.access_token in session
    for secret in (kith.client.access_token, kith.account.password, (kith.keys / "pickle.key").read_text()):
        assert secret not in caplog.text
    assert kith.account.password not in repr(Secret(kith.account.password))
