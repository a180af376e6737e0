"""From a clone to both platforms ready, by `kith init`: no file is edited by hand, and nothing is ever lost by it."""

from __future__ import annotations

import asyncio
import json
import re
import stat
import tomllib
from pathlib import Path

import pytest

from bot.adapters.reach.discord import PERMISSIONS
from bot.cli import main
from bot.errors import FatalError
from bot.hosting.config import load
from bot.hosting.init import Answers
from bot.hosting.init.writing import as_toml, write
from tests.beds.discord import FakeDiscord
from tests.beds.discord.things import Permission
from tests.beds.matrix.synapse import Account, Synapse
from tests.beds.process import ROOT, finished, started
from tests.engines.config_files import EXAMPLE
from tests.hosting.asked import Typed, addresses, answers, private, state


def modes(folder: Path) -> list[int]:
    return [path.stat().st_mode for path in folder.rglob("*") if path.is_file()]


PAGE = ROOT / "docs/hosting.md"


@pytest.fixture
def account(sockets: None, synapse: Synapse, request: pytest.FixtureRequest) -> Account:
    return synapse.register(re.sub(r"\W", "-", request.node.name)[:40].lower())


async def test_from_answers_to_both_platforms_ready(
    tmp_path: Path, discord: FakeDiscord, synapse: Synapse, account: Account
) -> None:
    given, config = answers(tmp_path, discord, (synapse, account)), tmp_path / "config.toml"
    made = await finished("init", "--answers", given, "--config", config)
    assert (made.status, made.err) == (0, "")
    assert f"client_id={discord.world.bot.id}&scope=bot+applications.commands" in made.out
    assert str(tmp_path / "kith.key") in made.out
    assert {stat.S_IMODE(mode) for mode in modes(tmp_path)} == {0o600}
    async with started("run", "--config", config) as kith:
        assert await kith.line() == "ready: discord, matrix"
    looked = await finished("doctor", "--online", "--json", "--config", config)
    found = {one["check"]: one["state"] for one in map(json.loads, looked.out.splitlines())}
    assert (looked.status, found["signature"], found["server"], found["intents"]) == (0, "ok", "ok", "ok")


async def test_typed_at_a_terminal_to_ready(
    tmp_path: Path, discord: FakeDiscord, synapse: Synapse, account: Account
) -> None:
    """Three wrong answers on the way: each is told at once, and asked again."""
    where = private(tmp_path / "where.toml", "\n".join(["[discord]", *addresses(discord)]) + "\n")
    config = tmp_path / "config.toml"
    kith = Typed("init", "--answers", where, "--config", config)
    for line in ("Your name, or your group's", "Robin", "robin@example.org", "Berlin", "both", "no.such.token"):
        await kith.types(line)
    await kith.until("Discord does not accept the token")
    for line in (discord.token, account.user_id, synapse.url, "not the password"):
        await kith.types(line)
    await kith.until("does not accept this password")
    for line in (account.password, "", "no", "yes"):
        await kith.types(line)
    status, shown = await kith.end()
    assert (status, "That is all I need." in shown) == (0, True)
    assert discord.token not in shown
    assert account.password not in shown
    async with started("run", "--config", config) as running:
        assert await running.line() == "ready: discord, matrix"


@pytest.mark.parametrize("after", range(5))
async def test_ctrl_c_leaves_all_as_it_was(tmp_path: Path, discord: FakeDiscord, after: int) -> None:
    where = private(tmp_path / "where.toml", "\n".join(["[discord]", *addresses(discord)]) + "\n")
    before = state(tmp_path)
    kith = Typed("init", "--answers", where, "--config", tmp_path / "config.toml")
    for line in ("Robin", "robin@example.org", "Berlin", "discord", discord.token)[:after]:
        await kith.types(line)
    await kith.until(">")
    status, _shown = await kith.interrupts()
    assert status == 130
    assert state(tmp_path) == before


async def test_again_with_the_same_answers_changes_nothing(
    tmp_path: Path, discord: FakeDiscord, synapse: Synapse, account: Account
) -> None:
    given, config = answers(tmp_path, discord, (synapse, account)), tmp_path / "config.toml"
    await finished("init", "--answers", given, "--config", config)
    before = state(tmp_path)
    again = await finished("init", "--answers", given, "--config", config)
    assert (again.status, again.err) == (0, "")
    assert state(tmp_path) == before


async def test_what_changes_is_kept_beside_it_and_what_is_not_asked_stays(tmp_path: Path, discord: FakeDiscord) -> None:
    given, config = answers(tmp_path, discord), tmp_path / "config.toml"
    await finished("init", "--answers", given, "--config", config)
    config.write_text(config.read_text() + '\n[community]\ndaily_cap = 1\n\n[log]\nfile = "logs/kith.log"\n')
    old = config.read_text()
    for name in ("Robin", "Dana"):
        private(given, re.sub('name = ".*"', f'name = "{name}"', given.read_text()))
        assert (await finished("init", "--answers", given, "--config", config)).status == 0
    assert (tmp_path / "config.toml.bak").read_text() == old
    assert 'name = "Robin"' in (tmp_path / "config.toml.bak2").read_text()
    kept = load(config, {})
    assert (kept.host.name, kept.community.daily_cap, kept.log.file) == ("Dana", 1, tmp_path / "logs/kith.log")


async def test_what_a_server_lacks_is_said(tmp_path: Path, discord: FakeDiscord) -> None:
    [guild] = discord.world.guilds.values()
    discord.deny(guild, Permission.CREATE_PRIVATE_THREADS | Permission.MANAGE_THREADS)
    made = await finished("init", "--answers", answers(tmp_path, discord), "--config", tmp_path / "config.toml")
    assert "I lack “Manage Threads”, “Create Private Threads”" in made.out


def test_the_invitation_asks_for_exactly_what_the_page_explains() -> None:
    explained = re.findall(r"^\| (?:“)?([A-Z][A-Za-z ]+?)(?:”)? \| ", PAGE.read_text(), re.MULTILINE)
    assert [name for name in explained if name in PERMISSIONS] == list(PERMISSIONS)
    known = {name.upper().replace(" ", "_"): bit for name, bit in PERMISSIONS.items()}
    assert all(Permission[name.replace("VIEW_CHANNELS", "VIEW_CHANNEL")] == bit for name, bit in known.items())


async def test_only_a_token_gets_into_a_homeserver_without_passwords(tmp_path: Path, sockets: None) -> None:
    with Synapse(extra={"password_config": {"enabled": False}}) as synapse:
        account = synapse.register("kith")
        given, config = answers(tmp_path, matrix=(synapse, account)), tmp_path / "config.toml"
        asked = await finished("init", "--answers", given, "--config", config)
        assert asked.status == 78
        assert "The answer to `matrix.access_token` is missing" in asked.err
        assert "copy the access" in asked.err
        private(
            given,
            given.read_text().replace("password =", "access_token =").replace(account.password, account.access_token),
        )
        made = await finished("init", "--answers", given, "--config", config)
        assert (made.status, made.err) == (0, "")
        async with started("run", "--config", config) as kith:
            assert await kith.line() == "ready: matrix"


async def test_an_admins_token_lifts_the_limits_and_is_not_kept(
    tmp_path: Path, synapse: Synapse, account: Account
) -> None:
    admin = await asyncio.to_thread(synapse.register, "admin-of-init", admin=True)
    given = answers(tmp_path, matrix=(synapse, account))
    private(given, given.read_text() + f'admin_token = "{admin.access_token}"\n')
    made = await finished("init", "--answers", given, "--config", tmp_path / "config.toml")
    assert "has no limits for" in made.out
    path = f"/_synapse/admin/v1/users/{account.user_id}/override_ratelimit"
    assert synapse.request("GET", path, token=admin.access_token) == {"messages_per_second": 0, "burst_count": 0}
    given.unlink()
    assert all(admin.access_token.encode() not in content for content, _mode in state(tmp_path).values())


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (("The hosts", "Your name, or your group's"), "The answer to `host.name` will not do: That is the example's."),
        (('"Berlin"', '"Berlinn Mars"'), "The answer to `default_zone` will not do: I don't know the time zone"),
        (
            ("platforms = ['discord']", "platforms = ['irc']"),
            "The answer to `platforms` will not do: I don't know 'irc'",
        ),
        (('contact = "hosts@example.org"', ""), "The answer to `host.contact` is missing: How do members reach you"),
        (
            ('token = "bot.token"', 'token = "another"'),
            "The answer to `discord.token` will not do: Discord does not accept",
        ),
        (
            ('token = "bot.token"', 'token = "two words"'),
            "The answer to `discord.token` will not do: It must be the token",
        ),
    ],
)
async def test_each_wrong_answer_is_one_sentence_and_nothing_is_written(
    tmp_path: Path, discord: FakeDiscord, spoil: tuple[str, str], sentence: str
) -> None:
    given = answers(tmp_path, discord)
    assert spoil[0] in given.read_text()
    private(given, given.read_text().replace(*spoil))
    before = state(tmp_path)
    ended = await finished("init", "--answers", given, "--config", tmp_path / "config.toml")
    assert ended.status == 78
    assert ended.err.startswith(f"kith: {sentence}")
    assert state(tmp_path) == before


def test_answers_that_others_may_read_are_refused(tmp_path: Path) -> None:
    given = private(tmp_path / "answers.toml", "")
    given.chmod(0o644)
    with pytest.raises(FatalError, match="chmod 600"):
        Answers(given)


def test_a_file_that_is_no_toml_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = private(tmp_path / "config.toml", "= what\n")
    given = private(tmp_path / "answers.toml", "")
    assert main(["init", "--config", str(config), "--answers", str(given)]) == 78
    assert "it is not TOML. Mend it, or move it away" in capsys.readouterr().err
    assert config.read_text() == "= what\n"


def test_a_write_that_fails_leaves_all_as_it_was(tmp_path: Path) -> None:
    first, blocked = private(tmp_path / "a", "old"), tmp_path / "file/b"
    private(tmp_path / "file", "in the way")
    before = state(tmp_path)
    with pytest.raises(FatalError, match="All is as it was"):
        write({first: "new", tmp_path / "c": "new", blocked: "new"})
    assert state(tmp_path) == before


def test_what_is_written_is_what_was_read(tmp_path: Path) -> None:
    """Every value a file may hold, and odd text."""
    shown = re.sub(r"^# (\w+ = |\[)", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE)
    table = tomllib.loads(shown) | {"odd": {"name": 'a "quote" \\ and \t\x7f\x01 é 😀', "a b": 1, "on": True, "x": 1.5}}
    assert tomllib.loads(as_toml(table)) == table
