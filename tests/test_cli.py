"""Types the `kith` command as a host does: rightly, wrongly, and to find out what is wrong."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot import __version__
from bot.adapters.reach import ask_discord, ask_matrix
from bot.cli import main
from bot.errors import FatalError
from bot.hosting.config import DiscordConfig, MatrixConfig
from bot.keys.crypto import Keyring
from bot.keys.secret import Secret
from storage.database import replica, schema
from tests.beds.discord import FakeDiscord
from tests.beds.matrix.synapse import Synapse
from tests.beds.process import ROOT, command, configure, environment, finished
from tests.beds.reader import reading
from tests.hosting.house import installed


@pytest.fixture
async def discord(sockets: None) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as running:
        yield running


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration for a Discord that nobody asks."""
    return configure(tmp_path, FakeDiscordAddress())  # type: ignore[arg-type] # only its addresses are used


class FakeDiscordAddress:
    """Where a Discord would be."""

    token = "bot.token"
    rest_url = "http://127.0.0.1:9/api/v10"
    gateway_url = "ws://127.0.0.1:9/ws"


def findings(capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[str, str]]:
    """What the doctor printed: (state, sentence) of each check, in order."""
    lines = [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    return {check: (state, says) for state, check, says in lines}


# -- what is typed -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("dance",), ("run",), ("doctor",), ("run", "--confg", "x"), ("play", "x")])
def test_a_wrong_command_says_how_it_is_used(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("usage: kith")


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert all(f"\n    {command} " in shown for command in ("play", "run", "doctor"))


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"Kith {__version__}\n"


async def test_a_missing_configuration_is_one_sentence() -> None:
    ended = await finished("run", "--config", "nowhere.toml")
    assert ended == (
        78,
        "",
        "kith: I can't find nowhere.toml. `kith init` asks for what belongs there, and writes it.\n",
    )


async def test_a_typo_in_the_configuration_is_one_sentence(config: Path) -> None:
    mistype(config)
    ended = await finished("run", "--config", config)
    assert ended == (78, "", "kith: config.toml: I don't know `host.contcat`. Did you mean `contact`?\n")


def mistype(config: Path) -> None:
    config.write_text(config.read_text().replace("contact", "contcat"))


async def test_a_damaged_database_is_one_sentence(config: Path, tmp_path: Path) -> None:
    installed(tmp_path).write_bytes(b"SQLite format 3\0" + os.urandom(9000))
    ended = await finished("run", "--config", config)
    assert (ended.status, ended.out, ended.err.count("\n")) == (78, "", 1)
    assert ended.err.startswith(f"kith: {tmp_path}/data/kith.db is damaged")


async def test_a_database_of_a_newer_kith_is_one_sentence(config: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(installed(tmp_path), isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 9999")
        connection.execute("UPDATE meta SET compatible = 9999")
    ended = await finished("run", "--config", config)
    assert (ended.status, ended.out, ended.err.count("\n")) == (78, "", 1)
    assert "was written by a newer Kith (schema 9999). Upgrade Kith" in ended.err


async def test_the_story_is_told_to_its_end() -> None:
    ended = await finished("play", "--story")
    assert (ended.status, ended.err) == (0, "")
    assert re.fullmatch(r"story: \d+ prompts, \d+ answers, 0 lost, 0 repeated", ended.out.splitlines()[-1])


def test_a_reader_who_has_seen_enough_is_no_trouble() -> None:
    with subprocess.Popen(
        command("play", "--story"), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as kith:
        assert kith.stdout is not None
        assert kith.stderr is not None
        kith.stdout.close()
        assert kith.stderr.read() == b""
    assert kith.returncode == 0


@pytest.mark.parametrize("module", ["bot.cli", "bot.story.terminal", "bot.hosting.doctor", "bot.adapters.reach"])
def test_what_needs_no_platform_imports_none(module: str) -> None:
    """So it starts at once: the two libraries alone take more than half a second."""
    script = f"import sys, {module}; print(*{{'discord', 'nio', 'aiohttp', 'apscheduler'}} & set(sys.modules))"
    run = [sys.executable, "-c", script]
    assert subprocess.check_output(run, cwd=ROOT, env=environment(), text=True) == "\n"


# -- the doctor --------------------------------------------------------------------------------------------------------


def test_before_the_first_start_the_doctor_says_what_will_be_made(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--config", str(config)]) == 0
    found = findings(capsys)
    assert list(found) == ["config", "data", "disk", "database", "zones", "clock", "key", "host", "discord"]
    assert [check for check, (_state, says) in found.items() if "first start" in says] == ["data", "database", "key"]
    assert found["discord"] == ("-", "configured; `kith doctor --online` asks whether it lets Kith in")
    assert not (config.parent / "data").exists()


def test_an_installation_that_is_well(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = installed(tmp_path)
    assert main(["doctor", "--config", str(config)]) == 0
    found = findings(capsys)
    assert {state for state, _says in found.values()} == {"ok", "note", "-"}
    assert {check for check, (state, _says) in found.items() if state == "note"} == {"backup"}
    assert found["database"] == ("ok", f"{path} is whole (schema {len(schema.migrations())}, 0 messages planned)")
    assert found["key"] == ("ok", "the key fits; keep a copy of it apart from the backups")


def test_the_doctor_says_that_newer_rules_of_time_zones_want_a_restart(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(installed(tmp_path))) as connection, connection:
        connection.execute("INSERT INTO adapter_state VALUES ('kith', 'tzdata', '2026a')")
    assert main(["doctor", "--config", str(config)]) == 78
    state, says = findings(capsys)["zones"]
    assert (state, says.partition(", and")[0]) == ("WRONG", "Kith works by the time zone rules of 2026a")
    assert "Restart Kith" in says


@pytest.mark.parametrize("contact", ["123456789012345678", "<@123456789012345678>"])
def test_the_doctor_says_that_the_host_is_told_on_their_platform(
    config: Path, contact: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(re.sub(r'contact = "[^"]*"', f'contact = "{contact}"', config.read_text()))
    assert main(["doctor", "--config", str(config)]) == 0
    assert findings(capsys)["host"] == ("ok", "reports that only you may see are told to your account on Discord")


@pytest.mark.parametrize("contact", ["robin@example.org", "@robin:example.org", "https://example.org/robin", "12345"])
def test_the_doctor_says_that_nobody_would_hear(config: Path, contact: str, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(re.sub(r'contact = "[^"]*"', f'contact = "{contact}"', config.read_text()))
    assert main(["doctor", "--config", str(config)]) == 0
    state, says = findings(capsys)["host"]
    assert state == "-"
    assert says.startswith("nobody would hear of a report that only you may see")


def test_the_doctor_names_who_keeps_what_was_deleted_in_the_log(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A forgotten shell, here; Kith itself, which holds the folder, is named by nobody."""
    path = installed(tmp_path)
    with reading(path) as process:
        assert main(["doctor", "--config", str(config)]) == 78
        state, says = findings(capsys)["wal"]
        assert state == "WRONG"
        assert f"({process}) reads the database all the time" in says
    assert main(["doctor", "--config", str(config)]) == 0
    assert findings(capsys)["wal"] == (
        "ok",
        "nothing holds the database's log; what is deleted leaves it within the hour",
    )


def test_the_doctor_does_not_take_kith_for_a_reader_that_holds_the_log(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = installed(tmp_path)
    with reading(path, locking=path.with_name("kith.lock")):
        assert main(["doctor", "--config", str(config)]) == 0
        assert findings(capsys)["wal"][0] == "ok"


@pytest.mark.parametrize(("hours", "state"), [(0, "ok"), (2, "WRONG")])
def test_the_doctor_knows_a_replica_and_says_when_it_stands_still(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], hours: int, state: str
) -> None:
    path = installed(tmp_path)
    taken = replica.folder_of(path) / "ltx" / "0" / "0000000000000001-0000000000000001.ltx"
    before = os.umask(0o077)  # Litestream runs under the service's own (docs/replica.md)
    taken.parent.mkdir(parents=True)
    taken.touch()
    os.umask(before)
    with reading(path):
        now = path.with_name("kith.db-wal").stat().st_mtime
        os.utime(taken, (now - 3600 * hours, now - 3600 * hours))
        assert main(["doctor", "--config", str(config)]) == (78 if state == "WRONG" else 0)
        found = findings(capsys)["wal"]
    assert found[0] == state
    assert ("taken nothing of the database for 2 hours" in found[1]) == (state == "WRONG")


def test_the_doctor_changes_nothing(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    installed(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    main(["doctor", "--config", str(config)])
    assert {path: path.read_bytes() for path in before} == before


def test_a_wrong_configuration_is_the_only_finding(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text("[host]\n")
    assert main(["doctor", "--config", str(config)]) == 78
    assert list(findings(capsys)) == ["config"]


def test_every_fault_is_found_at_once(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    installed(tmp_path).write_bytes(os.urandom(9000))
    (tmp_path / "data").chmod(0o755)
    (tmp_path / "kith.key").chmod(0o644)
    assert main(["doctor", "--config", str(config)]) == 78
    found = findings(capsys)
    assert [check for check, (state, _says) in found.items() if state == "WRONG"] == ["data", "database", "key"]
    assert f"chmod 700 {tmp_path / 'data'}" in found["data"][1]
    assert "is damaged" in found["database"][1]
    assert f"chmod 600 {tmp_path / 'kith.key'}" in found["key"][1]


def test_a_lost_key_is_found(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    installed(tmp_path)
    (tmp_path / "kith.key").unlink()
    assert main(["doctor", "--config", str(config)]) == 78
    assert findings(capsys)["key"][0] == "WRONG"


def test_another_installations_key_is_found(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    installed(tmp_path)
    Keyring.new().save(tmp_path / "kith.key", replace=True)
    assert main(["doctor", "--config", str(config)]) == 78
    assert "is not the one this database was written with" in findings(capsys)["key"][1]


def test_another_programs_database_is_found(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = installed(tmp_path)
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (words TEXT)")
    assert main(["doctor", "--config", str(config)]) == 78
    assert "belongs to another program" in findings(capsys)["database"][1]


def test_a_file_where_the_folder_should_be_is_found(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").write_text("")
    assert main(["doctor", "--config", str(config)]) == 78
    assert "is not a folder" in findings(capsys)["data"][1]


# -- asking the platforms ----------------------------------------------------------------------------------------------


async def test_online_the_doctor_asks_the_platform(tmp_path: Path, discord: FakeDiscord) -> None:
    ended = await finished("doctor", "--online", "--config", configure(tmp_path, discord))
    assert (ended.status, ended.err) == (0, "")
    assert any(line.startswith("ok     discord   the token belongs to ") for line in ended.out.splitlines())


async def test_a_token_discord_does_not_know(discord: FakeDiscord) -> None:
    wrong = DiscordConfig(token=Secret("another"), api=discord.rest_url)
    with pytest.raises(FatalError, match="does not accept the token"):
        await asyncio.to_thread(ask_discord, wrong)


@pytest.mark.sockets
def test_a_homeserver_and_its_tokens() -> None:
    with Synapse() as synapse:
        account = synapse.register("kith")
        assert ask_matrix(at(synapse.url, account.user_id, password="x")).startswith("the homeserver answers")
        assert ask_matrix(at(synapse.url, account.user_id, account.access_token)).endswith(account.user_id)
        with pytest.raises(FatalError, match="does not accept the token"):
            ask_matrix(at(synapse.url, account.user_id, "another"))
        with pytest.raises(FatalError, match="does not belong to @eve"):
            ask_matrix(at(synapse.url, "@eve:bed.test", account.access_token))
        with pytest.raises(FatalError, match="does not speak Matrix"):
            ask_matrix(at(f"{synapse.url}/nothing", account.user_id, password="x"))


def at(homeserver: str, user: str, token: str = "", password: str = "") -> MatrixConfig:
    return MatrixConfig(
        homeserver=homeserver,
        user=user,
        access_token=Secret(token) if token else None,
        password=Secret(password) if password else None,
    )


@pytest.mark.sockets
def test_a_platform_that_is_not_there() -> None:
    with pytest.raises(FatalError, match=r"http://127\.0\.0\.1:9/api/v10/users/@me does not answer\."):
        ask_discord(DiscordConfig(token=Secret("bot.token"), api=FakeDiscordAddress.rest_url))


# -- a new key ---------------------------------------------------------------------------------------------------------


def test_rotating_the_key_says_what_to_do_next(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, old = installed(tmp_path), (tmp_path / "kith.key").read_text()
    keyring = Keyring.load(tmp_path / "kith.key", None, create=False)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        words = keyring.encrypt("a chat", "conversations", "state", "01")
        connection.execute("UPDATE conversations SET state = ?", (words,))
    assert main(["rotate-key", "--config", str(config)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Done. Make a new copy of the key file now.")
    assert (tmp_path / "kith.key").read_text() != old
    with closing(sqlite3.connect(path)) as connection:
        [[sealed]] = connection.execute("SELECT state FROM conversations")
    new = Keyring.load(tmp_path / "kith.key", None, create=False)
    assert (sealed != words, new.decrypt(sealed, "conversations", "state", "01")) == (True, "a chat")


def test_a_text_that_no_key_opens_is_one_sentence_and_the_old_key_stays(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, foreign = installed(tmp_path), Keyring.new().encrypt("a chat", "conversations", "state", "01")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE conversations SET state = ?", (foreign,))
    assert main(["rotate-key", "--config", str(config)]) == 78
    said = capsys.readouterr().err
    assert "can't be opened with any key in the file" in said
    assert "Traceback" not in said
