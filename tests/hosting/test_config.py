"""Says what a host meets: a file that works as shipped, one clear sentence for each mistake, and no secret anywhere."""

from __future__ import annotations

import dataclasses
import os
import pickle
import re
import tomllib
from collections.abc import Callable
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import FatalError
from bot.hosting.config import SecretSetting, load
from bot.keys.secret import Secret
from tests.engines.config_files import OWN, all_settings, filled_in
from tests.engines.fuzz import configs

ROOT = Path(__file__).parents[2]
HOSTING = ROOT / "docs/hosting.md"
REFERENCE = ROOT / "docs/configuration.md"
MINIMAL = """
[host]
name = "Dana"
contact = "dana@example.org"
[discord]
token = "token-of-the-bot"
"""
MATRIX = """
[host]
name = "Dana"
contact = "dana@example.org"
[matrix]
homeserver = "https://chat.example.org/"
user = "@kith:chat.example.org"
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str | bytes, name: str = "config.toml", mode: int = 0o600) -> Path:
        file = tmp_path / name
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        file.chmod(mode)
        return file

    return write


def refused(path: Path, **env: str) -> str:
    """The one sentence a file is refused with."""
    with pytest.raises(FatalError) as refusal:
        load(path, env)
    return str(refusal.value)


def test_the_smallest_file_has_every_default(write: Write, tmp_path: Path) -> None:
    config = load(write(MINIMAL), {})
    assert config.host.name == "Dana"
    assert config.data == tmp_path / "data"
    assert config.default_zone == ZoneInfo("UTC")
    assert (config.community.quiet_from, config.community.quiet_until) == (time(21), time(9))
    assert config.community.daily_cap == 3
    assert config.discord is not None
    assert config.discord.token.reveal() == "token-of-the-bot"
    assert config.discord.api == "https://discord.com/api/v10"
    assert config.matrix is None
    assert config.key.file == tmp_path / "kith.key"
    assert config.key.given is None
    assert (config.log.level, config.log.file, config.log.keep_days) == ("info", None, 14)


def test_the_example_works_once_its_secret_files_are_there(write: Write) -> None:
    write("the-token\n", "discord.token")
    write("the password \r\n", "matrix.password")
    config = load(write(filled_in(), mode=0o644), {})
    assert config.discord is not None
    assert config.matrix is not None
    assert config.matrix.password is not None
    assert config.discord.token.reveal() == "the-token"
    assert config.matrix.password.reveal() == "the password "


def test_the_example_shows_every_setting_with_its_default(write: Write) -> None:
    """Taking every # away gives a file with every setting in it, and the defaults shown are the real ones."""
    shown = re.sub(r"^# (\w+ = |\[)", r"\1", filled_in(), flags=re.MULTILINE)
    table = tomllib.loads(shown)
    names = {f"{key}.{name}" for key, value in table.items() if isinstance(value, dict) for name in value}
    names |= {key for key, value in table.items() if not isinstance(value, dict)}
    assert names == {name for name, _ in all_settings()}

    secrets = re.compile(r"^(token|password|access_token)(_file)? = .*$", re.MULTILINE)
    env = {"KITH_DISCORD_TOKEN": "t", "KITH_MATRIX_PASSWORD": "p"}
    everything = load(write(secrets.sub("", shown)), env)
    nothing_but_required = load(write(secrets.sub("", filled_in())), env)
    assert everything.log.file is not None
    assert dataclasses.replace(everything.log, file=None) == nothing_but_required.log
    for part in ("data", "default_zone", "community", "key"):
        assert getattr(everything, part) == getattr(nothing_but_required, part)
    assert everything.matrix is not None
    assert nothing_but_required.matrix is not None
    assert everything.matrix.prefix == nothing_but_required.matrix.prefix == "!kith"


@pytest.mark.parametrize("example", OWN)
def test_the_examples_own_words_are_refused(write: Write, example: str) -> None:
    text = filled_in().replace(f'"{OWN[example]}"', f'"{example}"')
    write("the-token\n", "discord.token")
    write("the password", "matrix.password")
    assert "is still the example's. Put in " in refused(write(text))


def test_a_mark_that_an_editor_put_in_front_is_no_text(write: Write) -> None:
    """Windows' editors begin a file so; the same goes for a token."""
    write(b"\xef\xbb\xbfthe-token\r\n", "discord.token")
    text = MINIMAL.replace('token = "token-of-the-bot"', 'token_file = "discord.token"')
    config = load(write(b"\xef\xbb\xbf" + text.encode()), {})
    assert config.discord is not None
    assert config.discord.token.reveal() == "the-token"


def test_what_needs_no_token_is_read_without_one(write: Write) -> None:
    """A token that only the service is given: backups, reports and keys are looked after without it."""
    config = load(write(re.sub("token = .*", "", MINIMAL) + MATRIX[MATRIX.index("[matrix]") :]), {}, tokens=False)
    assert config.discord is not None
    assert config.discord.token.reveal() == ""
    assert config.host.name == "Dana"


def test_every_setting_and_variable_is_documented() -> None:
    page = REFERENCE.read_text()
    documented = set(re.findall(r"^\| `([a-z_.]+)`", page, re.MULTILINE))
    assert documented == {name for name, _ in all_settings()}
    variables = {how.variable for _, how in all_settings() if isinstance(how, SecretSetting)} | {"KITH_KEY"}
    assert variables <= set(re.findall(r"`(KITH_[A-Z_]+)`", page))


def test_every_secret_the_hosting_page_shows_is_read() -> None:
    page = HOSTING.read_text()
    secrets = {how for _, how in all_settings() if isinstance(how, SecretSetting)}
    variables = {how.variable for how in secrets} | {"KITH_KEY", "KITH_BACKUP_PASSPHRASE"}
    assert set(re.findall(r"KITH_[A-Z_]+", page)) <= variables
    named = set(re.findall(r"LoadCredentialEncrypted=([a-z-]+):|--name=([a-z-]+)", page))
    assert {first or second for first, second in named} <= {name.lower().replace("_", "-") for name in variables}


def test_paths_start_at_the_file_and_not_at_the_shell(write: Write, tmp_path: Path) -> None:
    text = 'data = "rows"\n' + MINIMAL + '[key]\nfile = "/etc/kith/kith.key"\n[log]\nfile = "logs/kith.log"\n'
    config = load(write(text), {})
    assert config.data == tmp_path / "rows"
    assert config.key.file == Path("/etc/kith/kith.key")
    assert config.log.file == tmp_path / "logs/kith.log"


def test_everything_can_be_set(write: Write) -> None:
    text = """
    default_zone = "Asia/Kolkata"
    [host]
    name = "Chandra"
    contact = "https://example.org/kith"
    [community]
    quiet_from = "7:05"
    quiet_until = 23:30:15
    daily_cap = 0
    [discord]
    token = "t"
    api = "http://127.0.0.1:8080/api/v10/"
    gateway = "ws://127.0.0.1:8080/"
    [matrix]
    homeserver = "http://[::1]:8008"
    user = "@kith:localhost:8448"
    access_token = "syt_abc"
    device_name = "Kith at home"
    prefix = "?k"
    [log]
    level = "DEBUG"
    keep_days = 2
    """
    config = load(write(text), {})
    assert config.default_zone == ZoneInfo("Asia/Kolkata")
    assert (config.community.quiet_from, config.community.quiet_until) == (time(7, 5), time(23, 30))
    assert config.community.daily_cap == 0
    assert config.discord is not None
    assert (config.discord.api, config.discord.gateway) == ("http://127.0.0.1:8080/api/v10", "ws://127.0.0.1:8080")
    assert config.matrix is not None
    assert config.matrix.access_token is not None
    assert config.matrix.access_token.reveal() == "syt_abc"
    assert (config.matrix.homeserver, config.matrix.prefix) == ("http://[::1]:8008", "?k")
    assert (config.log.level, config.log.keep_days) == ("debug", 2)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "config.toml: `host.name` is missing: your name, or your group's."),
        ('[host]\nname = "Dana"', "config.toml: `host.contact` is missing: how members reach you about their data, "),
        (
            '[host]\nname="D"\ncontact="d"',
            "config.toml: there is no platform. Add a [discord] or a [matrix] section: `kith init` asks",
        ),
        (MINIMAL.replace("token", "tokn"), "config.toml: I don't know `discord.tokn`. Did you mean `token`?"),
        (MINIMAL.replace("[discord]", "[discrod]"), "config.toml: I don't know `discrod`. Did you mean `discord`?"),
        (
            MINIMAL + "zzz = 1",
            "config.toml: I don't know `discord.zzz`. Known here: token, api, gateway, notebook, token_file.",
        ),
        (MINIMAL + '"a\\nb" = 1', "config.toml: I don't know `discord.a name with odd characters`. Known here: "),
        ("discord = 5" + MINIMAL.replace("[discord]\ntoken", "x"), "config.toml: I don't know `host.x`."),
        ('discord = "x"\n[host]\nname="D"\ncontact="d"', "config.toml: `discord` must be a section: [discord], with"),
        ("[[host]]\nname = 1", "config.toml: `host` must be a section: [host], with"),
        (MINIMAL.replace('"token-of-the-bot"', "5"), "config.toml: `discord.token` must be the token alone, without"),
        (MINIMAL.replace("token-of-", "Bot token-of"), "config.toml: `discord.token` must be the token alone, without"),
        (MINIMAL.replace("token =", "token_file ="), "config.toml: `discord.token_file`: there is no file /"),
        (MINIMAL + 'token_file = "x"', "config.toml: `discord.token` and `discord.token_file` are both there. Keep"),
        (re.sub("token = .*", "", MINIMAL), "config.toml: `discord.token` is missing: the bot's token (or `discord."),
        (MINIMAL.replace('"Dana"', '" "'), "config.toml: `host.name` must be one line of text that is not empty."),
        (MINIMAL.replace('"Dana"', "7"), "config.toml: `host.name` must be text in quotes."),
        ('default_zone = "Mars/Base"' + MINIMAL, "config.toml: `default_zone` must be a time zone, such as"),
        (
            'default_zone = "Berlin"' + MINIMAL,
            'config.toml: `default_zone` must be a time zone, such as "Europe/Berlin"',
        ),
        ('default_zone = "tokio"' + MINIMAL, 'config.toml: `default_zone` must be a time zone, such as "Asia/Tokyo"'),
        (
            'default_zone = "valencia"' + MINIMAL,
            'config.toml: `default_zone` must be a time zone, such as "Europe/Paris"',
        ),
        ('default_zone = "Europe"' + MINIMAL, "config.toml: `default_zone` must be a time zone, such as"),
        ('default_zone = "../UTC"' + MINIMAL, "config.toml: `default_zone` must be a time zone, such as"),
        ("data = 2026-11-21" + MINIMAL, "config.toml: `data` must be text in quotes."),
        (MINIMAL + 'api = "ftp://x"', "config.toml: `discord.api` must be an address that starts with https:// or"),
        (MINIMAL + 'api = "https://[x"', "config.toml: `discord.api` must be an address that starts with https:// or"),
        (MINIMAL + 'api = "https://me:pw@x"', "config.toml: `discord.api` must be an address that starts with https"),
        (MINIMAL + 'gateway = "wss://x:99999"', "config.toml: `discord.gateway` must be an address that starts with"),
        (
            MINIMAL + "[community]\nquiet_from = '25:00'",
            'config.toml: `community.quiet_from` must be a time, such as "',
        ),
        (MINIMAL + "[community]\nquiet_from = 21", 'config.toml: `community.quiet_from` must be a time, such as "21:0'),
        (MINIMAL + "[community]\ndaily_cap = 4", "config.toml: `community.daily_cap` must be a whole number from 0 to"),
        (MINIMAL + "[community]\ndaily_cap = true", "config.toml: `community.daily_cap` must be a whole number from"),
        (MINIMAL + "[log]\nlevel = 'loud'", "config.toml: `log.level` must be one of debug, info, warning, error."),
        (
            MINIMAL + "[log]\nkeep_days = 15",
            "config.toml: `log.keep_days` must be a whole number from 2 to 14, without quotes.",
        ),
        (MINIMAL + "[key]\ngiven = 'x'", "config.toml: I don't know `key.given`. Known here: file."),
        (
            MATRIX,
            "config.toml: `matrix.password` is missing: the password of the bot's account, or its access token."
            " `kith init` asks for it.",
        ),
        (MATRIX.replace("@kith:", "kith:"), "config.toml: `matrix.user` must be a whole Matrix name, such as "),
        (MATRIX + 'password = ""', "config.toml: `matrix.password` must be text in quotes, and not empty."),
        (MATRIX + 'password = "p"\nprefix = "hey kith"', "config.toml: `matrix.prefix` must be one word of at most 20"),
        (re.sub("user = .*", "", MATRIX), "config.toml: `matrix.user` is missing: the bot's Matrix name, such as"),
        ("a = 1\nb = = 2", 'config.toml: I can\'t read line 2. A setting is written `name = "value"`.'),
        ("[host]\nname = 'D'\n[host]", "config.toml: what begins in line 3 is in the file twice. Keep one, and take"),
        (
            MINIMAL + "token = 'x'\n# end",
            "config.toml: what begins in line 7 is in the file twice. Keep one, and take the",
        ),
        (
            "a = 1\na.b = 2\n# end",
            "config.toml: what begins in line 2 is in the file twice. Keep one, and take the other",
        ),
        ("a = [1,", "config.toml: I can't read the last line. A setting is written"),
        ("a = " + "9" * 5000, "config.toml: I can't read the last line."),
        ("a = " + "[" * 5000 + "]" * 5000, "config.toml: there are too many brackets inside brackets."),
    ],
)
def test_each_mistake_gets_one_sentence(write: Write, text: str, sentence: str) -> None:
    said = refused(write(text))
    assert said.startswith(sentence)
    assert "\n" not in said
    assert said.endswith((".", "?"))


def test_a_file_that_cannot_be_read_gets_one_sentence(write: Write, tmp_path: Path) -> None:
    assert refused(tmp_path / "no.toml") == (
        f"I can't find {tmp_path}/no.toml. `kith init` asks for what belongs there, and writes it."
    )
    assert refused(tmp_path) == f"I can't read {tmp_path}: Is a directory."
    assert refused(write(b"\xff\xfe")).endswith(
        "config.toml: it is not a text file in UTF-8. Save it again as that, or put your copy back."
    )
    assert refused(write("#" * 1_000_001)).endswith("it is larger than a configuration or key file can be.")
    assert refused(tmp_path / "config.toml" / "x").endswith("config.toml/x: Not a directory.")
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe").endswith("pipe: it is not a file. Move it away, and put the file there.")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
def test_a_secret_others_could_open_is_refused_with_the_command_that_closes_it(write: Write, mode: int) -> None:
    file = write(MINIMAL, "kith config.toml", mode=mode)
    assert refused(file) == (
        "kith config.toml: `discord.token` is a secret, and other users of this computer may open this file. "
        f"Run: chmod 600 '{file}'"
    )
    secret = write("the-token", "discord.token", mode=mode)
    assert refused(
        write(MINIMAL.replace("token = ", "token_file = ").replace("token-of-the-bot", "discord.token"))
    ) == (f"{secret} holds a secret, and other users of this computer may open it. Run: chmod 600 {secret}")
    file.chmod(0o600)
    assert load(file, {}).discord is not None


def test_a_link_is_followed_to_the_file_whose_permissions_count(write: Write, tmp_path: Path) -> None:
    secret = write("the-token", "..data")
    (tmp_path / "discord.token").symlink_to(secret)
    file = write(MINIMAL.replace("token = ", "token_file = ").replace("token-of-the-bot", "discord.token"))
    config = load(file, {})
    assert config.discord is not None
    assert config.discord.token.reveal() == "the-token"
    secret.chmod(0o644)
    assert "chmod 600" in refused(file)


def test_the_environment_wins_over_systemd_and_systemd_over_the_file(write: Write, tmp_path: Path) -> None:
    file = write(MINIMAL)
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    env = {"CREDENTIALS_DIRECTORY": str(credentials)}

    def token() -> str:
        discord = load(file, env).discord
        assert discord is not None
        return discord.token.reveal()

    assert token() == "token-of-the-bot"
    write("from-systemd\n", "credentials/kith-discord-token", mode=0o440)
    assert token() == "from-systemd"
    env["KITH_DISCORD_TOKEN"] = ""
    assert token() == "from-systemd"
    env["KITH_DISCORD_TOKEN"] = "from-environment\n"
    assert token() == "from-environment"
    env["KITH_DISCORD_TOKEN"] = "two words"
    assert refused(file, **env).startswith("config.toml: `KITH_DISCORD_TOKEN` must be the token alone")


def test_the_key_may_come_from_the_environment_or_systemd_only(write: Write, tmp_path: Path) -> None:
    given = load(write(MINIMAL), {"KITH_KEY": "install:a 1:b"}).key.given
    assert given is not None
    assert given.reveal() == "install:a 1:b"
    write("install:c\n1:d\n", "kith-key")
    given = load(write(MINIMAL), {"CREDENTIALS_DIRECTORY": str(tmp_path)}).key.given
    assert given is not None
    assert given.reveal() == "install:c\n1:d"


def test_no_secret_is_shown_by_anything(write: Write) -> None:
    canary = "canary" + "-in-a-coal-mine"
    env = {"KITH_DISCORD_TOKEN": canary, "KITH_MATRIX_PASSWORD": canary, "KITH_KEY": canary}
    config = load(write(MINIMAL + MATRIX[MATRIX.index("[matrix]") :]), env)
    assert canary not in f"{config} {config!r} {config.discord} {config.key.given:}"
    assert "token=Secret(hidden)" in repr(config)
    for mistake in (
        MINIMAL.replace('"token-of-the-bot"', f'"{canary} {canary}"'),
        MINIMAL.replace('"token-of-the-bot"', f'"{canary}'),
        MINIMAL.replace('"token-of-the-bot"', canary),
        MINIMAL + f'api = "{canary}"',
        MINIMAL + f'token = "{canary}"',
    ):
        assert canary not in refused(write(mistake))


def test_a_secret_is_not_copied_out_of_the_process() -> None:
    """A pickle in a file or a queue would hold it in the clear."""
    with pytest.raises(TypeError, match="not pickled or copied"):
        pickle.dumps(Secret("x"))


def test_fuzzed_files_are_read_or_refused(tmp_path: Path) -> None:
    """Nothing but FatalError ever leaves, in one line. The long form is `scripts/soak fuzz`."""
    said = list(configs(tmp_path, 3000))
    assert [sentence for sentence in said if "\n" in sentence] == []
    assert said.count("") > 100, "the files are broken so badly that nothing behind the parser was tried"


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode())))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(FatalError):
        load(path, {})
