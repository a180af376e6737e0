"""What the host decides, read once from a TOML file, the environment and systemd's credentials.

The frozen classes below are the whole list of settings: their fields are the names in the file, their defaults are the
defaults, and the annotation says how a value is read. ``docs/configuration.md`` explains each one, and a test compares.
Whatever is wrong leaves as a FatalError whose one sentence says what to change.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from datetime import time
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints
from zoneinfo import ZoneInfo

from bot.errors import FatalError
from bot.hosting import config_values as values
from bot.keys.secret import Secret, as_text, chmod, read_file, read_private
from bot.log import LogSettings

T = TypeVar("T")
Table = Mapping[str, object]
UTC = ZoneInfo("UTC")
ERRORS_ONLY = ("nio.events.misc", "discord.client", "apscheduler.scheduler", "apscheduler.executors")
"""Loggers whose warnings are dropped: the first writes twelve lines for each malformed event a homeserver passes on,
the second complains at every start that it cannot speak aloud, the others tell of each job that went well."""


TWICE = ("Cannot declare", "Cannot overwrite a value", "Cannot mutate")
"""How tomllib begins where a section or a setting comes a second time; what it quotes behind that may be a secret."""


@dataclass(frozen=True)
class Setting:
    """How a value is read. ``read`` raises ValueError saying what the value must be."""

    read: Callable[[object], object]
    meaning: str = ""  # completes "`host.name` is missing: ..."
    example: str = ""  # what config.example.toml has there, which is nobody's


@dataclass(frozen=True)
class SecretSetting(Setting):
    """A secret is given as NAME, as NAME_file, as a systemd credential or in the environment, the last one winning."""

    variable: str = ""
    inline: bool = True  # False where the file may not hold it at all

    @property
    def credential(self) -> str:
        """The name systemd knows it by: KITH_DISCORD_TOKEN is kith-discord-token."""
        return self.variable.lower().replace("_", "-")


@dataclass(frozen=True)
class Section:
    """A [table] of the file."""

    of: type


def matrix_user(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"@[^:\s]+:[^\s/]+", value) or len(value) > 255:
        raise ValueError('must be a whole Matrix name, such as "@kith:example.org"')
    return value


@dataclass(frozen=True, kw_only=True)
class HostContact:
    """Who runs this installation: named wherever members are told who keeps their data."""

    name: Annotated[str, Setting(values.text, "your name, or your group's", "Your name, or your group's")]
    contact: Annotated[
        str,
        Setting(values.text, "how members reach you about their data, such as an e-mail address", "you@example.org"),
    ]


@dataclass(frozen=True, kw_only=True)
class CommunityDefaults:
    """What a community starts with; its moderators and members change it for themselves."""

    quiet_from: Annotated[time, Setting(values.clock_time)] = time(21)
    quiet_until: Annotated[time, Setting(values.clock_time)] = time(9)
    daily_cap: Annotated[int, Setting(values.whole_number(0, 3))] = 3


@dataclass(frozen=True, kw_only=True)
class DiscordConfig:
    """The bot's account on Discord, and where Discord is (elsewhere only in tests)."""

    token: Annotated[Secret, SecretSetting(values.token, "the bot's token", variable="KITH_DISCORD_TOKEN")]
    api: Annotated[str, Setting(values.url("https", "http"))] = "https://discord.com/api/v10"
    gateway: Annotated[str, Setting(values.url("wss", "ws"))] = "wss://gateway.discord.gg"
    notebook: Annotated[bool, Setting(values.switch)] = False


@dataclass(frozen=True, kw_only=True)
class MatrixConfig:
    """The bot's account on a Matrix homeserver. Either the password or an access token is there, or both."""

    homeserver: Annotated[
        str, Setting(values.url("https", "http"), "your homeserver's address", "https://matrix.example.org")
    ]
    user: Annotated[
        str, Setting(matrix_user, 'the bot\'s Matrix name, such as "@kith:your.server"', "@kith:example.org")
    ]
    password: Annotated[Secret | None, SecretSetting(values.password, variable="KITH_MATRIX_PASSWORD")] = None
    access_token: Annotated[Secret | None, SecretSetting(values.token, variable="KITH_MATRIX_ACCESS_TOKEN")] = None
    device_name: Annotated[str, Setting(values.text)] = "Kith"
    prefix: Annotated[str, Setting(values.prefix)] = "!kith"


@dataclass(frozen=True, kw_only=True)
class KeyConfig:
    """Where the keys are that encrypt members' words: in a file, unless the environment or systemd gives them."""

    file: Annotated[Path, Setting(values.path)] = Path("kith.key")
    given: Annotated[Secret | None, SecretSetting(values.password, variable="KITH_KEY", inline=False)] = None


@dataclass(frozen=True, kw_only=True)
class LogConfig(LogSettings):
    """How much is logged, and where: on standard error, unless there is a file."""

    level: Annotated[str, Setting(values.one_of("debug", "info", "warning", "error"))] = "info"
    format: Annotated[str, Setting(values.one_of("text", "json"))] = "text"
    file: Annotated[Path | None, Setting(values.path)] = None
    keep_days: Annotated[int, Setting(values.whole_number(2, 14))] = 14  # docs/privacy.md: logs are kept 14 days
    errors_only = ERRORS_ONLY


@dataclass(frozen=True, kw_only=True)
class CalendarConfig:
    """Members' own calendars over HTTP, behind a web server that speaks HTTPS. Off where there is no such section."""

    address: Annotated[str, Setting(values.url("https", "http"), "where members reach it, through your web server")]
    listen: Annotated[str, Setting(values.text)] = "127.0.0.1"
    port: Annotated[int, Setting(values.whole_number(1, 65535))] = 8087


@dataclass(frozen=True, kw_only=True)
class MetricsConfig:
    """A page for the host's monitoring, on the loopback. Off where there is no such section."""

    listen: Annotated[str, Setting(values.text)] = "127.0.0.1"
    port: Annotated[int, Setting(values.whole_number(1, 65535))] = 9187


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything the host decides. Paths are absolute or relative to the file's own folder, never to the shell's."""

    host: Annotated[HostContact, Section(HostContact)]
    data: Annotated[Path, Setting(values.path)] = Path("data")
    default_zone: Annotated[ZoneInfo, Setting(values.zone)] = UTC
    community: Annotated[CommunityDefaults, Section(CommunityDefaults)]
    discord: Annotated[DiscordConfig | None, Section(DiscordConfig)] = None
    matrix: Annotated[MatrixConfig | None, Section(MatrixConfig)] = None
    calendar: Annotated[CalendarConfig | None, Section(CalendarConfig)] = None
    metrics: Annotated[MetricsConfig | None, Section(MetricsConfig)] = None
    key: Annotated[KeyConfig, Section(KeyConfig)]
    log: Annotated[LogConfig, Section(LogConfig)]


def load(path: Path, env: Mapping[str, str], *, tokens: bool = True) -> Config:
    """Read a configuration file. ``env`` is the environment: the secrets' variables, and CREDENTIALS_DIRECTORY.

    With ``tokens=False`` what opens a platform is neither read nor asked for: only the service may have it.
    Raises FatalError with one sentence for the host; it never quotes a value, because a value may be a secret.
    """
    try:
        content, is_open_to_others = read_file(path)
    except FileNotFoundError as error:
        raise FatalError(f"I can't find {path}. `kith init` asks for what belongs there, and writes it.") from error
    reader = _Reader(path, env, is_open_to_others, tokens=tokens)
    config = reader.build(Config, reader.parse(as_text(content, path)), "")
    if config.discord is None and config.matrix is None:
        raise reader.problem("there is no platform. Add a [discord] or a [matrix] section: `kith init` asks for it.")
    if tokens and config.matrix and config.matrix.password is None and config.matrix.access_token is None:
        raise reader.problem(
            "`matrix.password` is missing: the password of the bot's account, or its access token. `kith init`"
            " asks for it."
        )
    return config


class _Reader:
    """One file on its way to a Config."""

    def __init__(self, path: Path, env: Mapping[str, str], is_open_to_others: bool, *, tokens: bool) -> None:
        self.path, self.env, self.is_open_to_others, self.tokens = path, env, is_open_to_others, tokens

    def problem(self, sentence: str) -> FatalError:
        return FatalError(f"{self.path.name}: {sentence}")

    def parse(self, content: str) -> Table:
        try:
            return tomllib.loads(content)
        except RecursionError:
            raise self.problem("there are too many brackets inside brackets.") from None
        except ValueError as error:  # TOMLDecodeError is one, and so is a number of more than 4300 digits
            # Only the place: the rest of tomllib's sentence may quote the file.
            place = re.search(r"line (\d+)", str(error))
            where = f"line {place[1]}" if place else "the last line"
            sentence = f'I can\'t read {where}. A setting is written `name = "value"`.'
            if str(error).startswith(TWICE):
                sentence = f"what begins in {where} is in the file twice. Keep one, and take the other away."
            raise self.problem(sentence) from None

    def build(self, cls: type[T], table: Table, section: str) -> T:
        """A section's values. An unknown name is told before a missing one: the typo is usually the reason."""
        read = how_read(cls)
        known = {field.name: (field, read[field.name]) for field in fields(cls)}  # type: ignore[arg-type] # T is a dataclass
        self.check_names(table, section, known)
        return cls(**{name: self.value(table, section, field, how) for name, (field, how) in known.items()})

    def check_names(self, table: Table, section: str, known: Mapping[str, tuple[object, Setting | Section]]) -> None:
        names = [name for name, (_, how) in known.items() if getattr(how, "inline", True)]
        names += [f"{name}_file" for name, (_, how) in known.items() if isinstance(how, SecretSetting) and how.inline]
        for name in table:
            if name not in names:
                close = difflib.get_close_matches(name[:40], names, n=1, cutoff=0.5)
                advice = (
                    f"Did you mean `{close[0]}`?"
                    if close
                    else f"Known here: {', '.join(names)}. Use one of these, or take it out."
                )
                shown = name if re.fullmatch(r"[\w .-]{1,40}", name) else "a name with odd characters"
                raise self.problem(f"I don't know `{dotted(section, shown)}`. {advice}")

    def value(self, table: Table, section: str, field: Field[Any], how: Setting | Section) -> object:
        name = dotted(section, field.name)
        if isinstance(how, Section):
            return self.section(table, name, field, how)
        if isinstance(how, SecretSetting):
            closed = how.inline and not self.tokens
            found: object = Secret("") if closed else self.secret(table, name, field.name, how)
        else:
            found = self.read(name, how, table[field.name]) if field.name in table else None
        if found is None and field.default is MISSING:
            raise self.problem(
                f"`{name}` is missing: {how.meaning}{elsewhere(name, how)}.{put(section, field.name, how)}"
            )
        found = field.default if found is None else found
        # A path in the file means the same wherever the command is started from.
        return self.path.absolute().parent / found if isinstance(found, Path) else found

    def section(self, table: Table, name: str, field: Field[Any], how: Section) -> object:
        if name not in table and field.default is None:
            return None
        inner = table.get(name, {})
        if not isinstance(inner, dict):
            raise self.problem(f"`{name}` must be a section: [{name}], with its settings on the lines below.")
        built: object = self.build(how.of, inner, name)
        return built

    def read(self, name: str, how: Setting, value: object) -> object:
        try:
            found = how.read(value)
        except ValueError as error:
            raise self.problem(f"`{name}` {error}.") from None
        if how.example and found == how.example:
            raise self.problem(f"`{name}` is still the example's. Put in {how.meaning}.")
        return found

    def secret(self, table: Table, name: str, key: str, how: SecretSetting) -> Secret | None:
        """The environment wins over systemd, and both over the file, so that a container can override a file."""
        if value := self.env.get(how.variable):
            return self.read_secret(how.variable, how, value.rstrip("\r\n"))
        if folder := self.env.get("CREDENTIALS_DIRECTORY"):
            # systemd sees to the permissions itself, and shows 0440 where it grants access by list.
            credential = Path(folder, how.credential)
            try:
                content, _ = read_file(credential)
                return self.read_secret(f"the credential {how.credential}", how, as_text(content, credential))
            except FileNotFoundError:
                pass
        if key in table and f"{key}_file" in table:
            raise self.problem(f"`{name}` and `{name}_file` are both there. Keep one.")
        if f"{key}_file" in table:
            return self.secret_file(f"{name}_file", how, table[f"{key}_file"])
        if key not in table:
            return None
        if self.is_open_to_others:
            raise self.problem(
                f"`{name}` is a secret, and other users of this computer may open this file. Run: {chmod(self.path)}"
            )
        return self.read_secret(name, how, table[key])

    def secret_file(self, name: str, how: SecretSetting, value: object) -> Secret:
        file = self.path.absolute().parent / str(self.read(name, Setting(values.text), value))
        try:
            return self.read_secret(name, how, read_private(file))
        except FileNotFoundError:
            raise self.problem(
                f"`{name}`: there is no file {file}. `kith init` asks for what belongs there, and writes it."
            ) from None

    def read_secret(self, name: str, how: SecretSetting, value: object) -> Secret:
        return Secret(str(self.read(name, how, value)))


def how_read(cls: type) -> Mapping[str, Setting | Section]:
    """How each value of a section is read, by its name."""
    hints = get_type_hints(cls, include_extras=True)
    return {field.name: hints[field.name].__metadata__[0] for field in fields(cls)}


def elsewhere(name: str, how: Setting) -> str:
    """Where a missing secret may be put instead of the file."""
    return f" (or `{name}_file`, or {how.variable} in the environment)" if isinstance(how, SecretSetting) else ""


def put(section: str, name: str, how: Setting) -> str:
    """Where a missing value goes."""
    if isinstance(how, SecretSetting):
        return " `kith init` asks for it, and says where to get it."
    return f' Put `{name} = "..."` below [{section}].'


def dotted(section: str, name: str) -> str:
    return f"{section}.{name}" if section else name
