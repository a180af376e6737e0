"""Kith signs its own device, so that members' apps which listen only to signed devices still listen to it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from bot.adapters.matrix.crypto import Identity, IdentityError, cross_sign, pickle_key
from bot.adapters.matrix.homeserver import Homeserver
from tests.adapters.matrix.world import World
from tests.beds.matrix.member import MatrixMember


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


async def test_a_strict_member_understands_kith_and_is_understood(kith: World) -> None:
    alice = await kith.in_direct("alice", strict=True)
    await alice.say("start")
    assert (await alice.next()).text.startswith("Hello")
    await alice.say("1")
    assert (await alice.next()).text == "Noted."
    assert (alice.refused, alice.unreadable) == ([], [])


async def test_without_the_signature_a_strict_member_would_hear_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_signed(_login: object, _client: Homeserver) -> None:
        """As nio leaves a device."""

    monkeypatch.setattr("bot.adapters.matrix.login.Login.sign", not_signed)
    adapter = await world.start()
    alice = await world.in_direct("alice", strict=True)
    await alice.say("start")
    assert await alice.nothing()
    room = alice.room
    await adapter._events.say(room, "m.room.message", {"msgtype": "m.text", "body": "can you hear me"}, "try")
    assert await alice.nothing()
    assert len(alice.refused) == 1
    assert world.samples.contexts == []


async def test_signing_again_changes_nothing(kith: World) -> None:
    seeds = kith.keys / "identity.json"
    before = seeds.read_text()
    assert not await cross_sign(kith.client, seeds, password=kith.account.password)
    assert seeds.read_text() == before


async def test_secrets_are_for_the_owner_alone(kith: World) -> None:
    assert mode(kith.keys) == "0o700"
    assert {path.name: mode(path) for path in kith.keys.iterdir()} == dict.fromkeys(
        ("identity.json", "pickle.key", "session.json", f"{kith.client.device_id}.db"), "0o600"
    )


async def test_the_key_of_the_store_is_drawn_once_at_random(tmp_path: Path) -> None:
    key = pickle_key(tmp_path / "a")
    assert key == pickle_key(tmp_path / "a")
    assert key != pickle_key(tmp_path / "b")
    assert len(key) == 43


async def somebody_elses_identity(world: World) -> None:
    """The host has set the account up in an app, which gave it an identity."""
    app = await MatrixMember.on(world.synapse, world.synapse.login(world.account))
    await app.leave()


async def master_key(world: World) -> str:
    found = await world.client.request("POST", "/keys/query", {"device_keys": {world.id: []}})
    [key] = found["master_keys"][world.id]["keys"].values()
    return str(key)


async def test_a_foreign_identity_is_replaced_at_the_first_login_with_the_password(world: World) -> None:
    await somebody_elses_identity(world)
    await world.start()
    assert await master_key(world) == Identity.load(world.keys / "identity.json").master.public
    alice = await world.in_direct("alice", strict=True)
    await alice.say("start")
    assert (await alice.next()).text.startswith("Hello")


async def test_without_a_password_the_log_says_what_to_do_and_kith_goes_on(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await somebody_elses_identity(world)
    await world.start(world.config(password=False, token=world.account.access_token))
    assert "another cross-signing identity" in caplog.text
    assert "`matrix.password`" in caplog.text
    alice = await world.in_direct("alice")
    await alice.say("start")
    assert (await alice.next()).text.startswith("Hello")


async def test_an_identity_that_came_later_is_not_fought(kith: World) -> None:
    seeds = kith.keys / "identity.json"
    ours = seeds.read_text()
    seeds.unlink()
    await cross_sign(kith.client, seeds, password=kith.account.password, reset=True)  # somebody reset it
    theirs = await master_key(kith)
    seeds.write_text(ours)
    with pytest.raises(IdentityError, match="another cross-signing identity"):
        await cross_sign(kith.client, seeds, password=kith.account.password)
    assert await master_key(kith) == theirs


async def test_a_reset_with_a_wrong_password_says_so(kith: World) -> None:
    (kith.keys / "identity.json").unlink()
    with pytest.raises(IdentityError, match=r"the right `matrix\.password`"):
        await cross_sign(kith.client, kith.keys / "identity.json", password="guessed", reset=True)


def test_what_is_signed_can_be_checked_and_keeps_other_signatures(tmp_path: Path) -> None:
    identity = Identity.load(tmp_path / "identity.json")
    public = identity.public("@kith:bed.test")
    assert set(public) == {"master_key", "self_signing_key", "user_signing_key"}
    assert "signatures" not in public["master_key"]
    assert list(public["user_signing_key"]["signatures"]["@kith:bed.test"]) == [identity.master.id]
    thing = {"a": "é", "unsigned": {"age": 1}, "signatures": {"@kith:bed.test": {"ed25519:X": "old"}}}
    signed = identity.self_signing.sign("@kith:bed.test", thing)
    assert set(signed["signatures"]["@kith:bed.test"]) == {"ed25519:X", identity.self_signing.id}
    assert "unsigned" not in signed
    assert json.loads((tmp_path / "identity.json").read_text()).keys() == {"master", "self_signing", "user_signing"}
