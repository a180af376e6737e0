"""The questions in their order, what is written at their end, and what the host is told then."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeAlias

from bot.clocks import zones
from bot.errors import FatalError, UserError
from bot.hosting import config as configuration
from bot.hosting.config import Config, HostContact, Setting
from bot.hosting.init import systemd
from bot.hosting.init.asking import Asking, Refused
from bot.hosting.init.writing import as_toml, changes, uninterrupted, write
from bot.hosting.installation import DATABASE
from bot.keys.crypto import Keyring
from bot.keys.secret import Secret, as_text, read_file

Table: TypeAlias = dict[str, object]

SCRIPT = shlex.quote(str(systemd.ROOT / "scripts/kith"))

WELCOME = """\
I ask what Kith needs, one thing at a time, and try each answer at once.
Enter takes what stands in [ ]. Nothing is written before the last question: Ctrl-C leaves everything as it is."""


@dataclass
class Answered:
    """What a platform's questions came to: its section of the file, its secrets by file name, and what to do next."""

    settings: Table = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    next: list[str] = field(default_factory=list)


class Platform(Protocol):
    """The questions of one platform. ``known`` is its section as it is, with the secrets' own values in it."""

    name: str
    title: str

    def ask(self, asking: Asking, known: Mapping[str, object]) -> Answered: ...


Prepare: TypeAlias = Callable[[Config, Path], Sequence[str]]
"""Makes what an account needs before the first start, in a folder of its own; returns what to tell the host."""


def set_up(asking: Asking, path: Path, platforms: Sequence[Platform], prepare: Prepare) -> None:
    """Ask, write, and say what comes next. Raises FatalError, and KeyboardInterrupt with all as it was."""
    path = path.absolute()
    known = _known(path)
    asking.say(WELCOME)
    table = dict(known)
    table["host"] = _host(asking, _section(known, "host"))
    zone = _zone(asking, str(known.get("default_zone", "")))
    if zone != "UTC" or "default_zone" in known:
        table["default_zone"] = zone
    answers: dict[str, Answered] = {}
    for platform in _chosen(asking, known, platforms):
        answers[platform.name] = platform.ask(asking, _open(path, _section(known, platform.name)))
        table[platform.name] = answers[platform.name].settings
    for platform in platforms:
        if platform.name not in answers:
            table.pop(platform.name, None)
    files = {path: as_toml(table)} if not _says_the_same(known, table) else {}
    for answered in answers.values():
        files |= {path.parent / name: f"{secret.reveal()}\n" for name, secret in answered.secrets.items()}
    units = _service(asking, path, path.parent / str(table.get("data", "data")))
    _finish(asking, path, files | units, prepare, [line for one in answers.values() for line in one.next], bool(units))


def _known(path: Path) -> Table:
    """The file as it is now, if there is one. One that cannot be read is for the host to mend or to move away."""
    try:
        content, _ = read_file(path)
        return tomllib.loads(as_text(content, path))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise FatalError(f"{path} is there, and it is not TOML. Mend it, or move it away, and start again.") from None


def _section(table: Mapping[str, object], name: str) -> Table:
    found = table.get(name)
    return dict(found) if isinstance(found, dict) else {}


def _open(path: Path, section: Table) -> Table:
    """The section with the content of its secret files, so that Enter can keep them."""
    for name, value in list(section.items()):
        if name.endswith("_file"):
            try:
                content, _ = read_file(path.parent / str(value))
                section.setdefault(name.removesuffix("_file"), as_text(content, path.parent / str(value)))
            except (FileNotFoundError, FatalError):
                continue
    return section


def _host(asking: Asking, known: Table) -> Table:
    name, contact = (setting_of(HostContact, one) for one in ("name", "contact"))
    return known | {
        "name": asking.text(
            "host.name",
            "Who keeps people's data? Members are told this: your name, or your group's.",
            name,
            default=_unless_example(HostContact, "name", known),
        ),
        "contact": asking.text(
            "host.contact",
            "How do members reach you about it? An e-mail address, a page, or your own account where the bot will be:\n"
            "to that one I also write what only you can mend.",
            contact,
            default=_unless_example(HostContact, "contact", known),
        ),
    }


def setting_of(section: type, name: str) -> Callable[[str], str]:
    """How the configuration reads this one; the example's own words are refused here too."""
    how = _how(section, name)

    def read(typed: str) -> str:
        found = how.read(typed)
        if how.example and found == how.example:
            raise Refused(f"That is the example's. Put in {how.meaning}.")
        return str(found)

    return read


def _how(section: type, name: str) -> Setting:
    how = configuration.how_read(section)[name]
    assert isinstance(how, Setting)
    return how


def _unless_example(section: type, name: str, known: Table) -> str:
    value = str(known.get(name, ""))
    return "" if value == _how(section, name).example else value


def _zone(asking: Asking, known: str) -> str:
    def read(typed: str) -> str:
        try:
            return zones.find(typed).key
        except UserError as error:
            raise Refused(str(error)) from None

    return asking.text(
        "default_zone",
        "Which clock do most people there live by? A city, or a time zone. Each member can choose another one.",
        read,
        default=known or _zone_here(),
    )


def _zone_here() -> str:
    """This computer's, by the file that its clock follows."""
    _, found, name = str(Path("/etc/localtime").resolve()).rpartition("/zoneinfo/")
    return name if found and zones.is_known(name) else "UTC"


def _chosen(asking: Asking, known: Table, platforms: Sequence[Platform]) -> list[Platform]:
    names = [platform.name for platform in platforms]
    default = " ".join(name for name in names if name in known) or " ".join(names)

    def read(typed: str) -> list[Platform]:
        words = typed.lower().replace(",", " ").replace(" and ", " ").split()
        words = names if words == ["both"] else words
        if odd := [word for word in words if word not in names]:
            raise Refused(f"I don't know {odd[0][:40]!r}. Type {' or '.join(names)}, or both.")
        return [platform for platform in platforms if platform.name in words]

    titles = " and ".join(platform.title for platform in platforms)
    return asking.text(
        "platforms", f"Where is your community? Kith knows {titles}; both is fine.", read, default=default
    )


def _says_the_same(known: Table, table: Table) -> bool:
    return bool(known) and known == table


def _service(asking: Asking, path: Path, data: Path) -> dict[Path, str]:
    """The files that start Kith with the computer, if the host would like that."""
    has_systemd = Path("/run/systemd/system").is_dir()
    folder = path.parent / "service"
    if not asking.yes(
        "service.systemd",
        "Shall Kith start with this computer, and make a backup each night? I write the files for systemd.",
        default=has_systemd or folder.exists(),
    ):
        return {}
    backups = path.parent / asking.text(
        "service.backups",
        "Where do backups go? Another disk is best. They are sealed with a passphrase.",
        lambda typed: Path(typed).expanduser(),
        default=str(path.parent / "backups"),
    )
    passphrase = path.parent / "backup.passphrase"
    files = {folder / name: text for name, text in systemd.units(path, data, backups, passphrase).items()}
    if not passphrase.exists():
        files[passphrase] = f"{secrets.token_urlsafe(18)}\n"
    if not backups.exists():
        files[backups / ".kith"] = "Kith's backups go here.\n"
    return files


def _finish(
    asking: Asking, path: Path, files: Mapping[Path, str], prepare: Prepare, after: Sequence[str], has_service: bool
) -> None:
    changed = changes(files)
    if changed:
        shown = "\n".join(f"  {one}{' (the old one is kept beside it)' if one.exists() else ''}" for one in changed)
        if not asking.yes("write", f"I write now:\n{shown}\nShall I?", default=True):
            asking.say("Nothing was changed.")
            return
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".kith-init-") as draft:
        said = _prepared(path, files, prepare, Path(draft))
        with uninterrupted():
            for old in write(changed):
                asking.say(f"The old one is {old}.")
            config = configuration.load(path, os.environ)
            _move_in(Path(draft) / "made", config.data)
            _make_key(config)
    for line in said:
        asking.say(line)
    _tell(asking, path, config, after, has_service)


def _prepared(path: Path, files: Mapping[Path, str], prepare: Prepare, draft: Path) -> Sequence[str]:
    """Whether Kith would take what is going to be written is tried on a copy of it."""
    for one in path.parent.iterdir():  # secrets that stay as they are, for instance
        if one.is_file() and one not in files:
            (draft / one.name).symlink_to(one)
    write({draft / one.name: text for one, text in files.items() if one.parent == path.parent})
    config = configuration.load(draft / path.name, os.environ)
    data = path.parent / config.data.relative_to(draft) if config.data.is_relative_to(draft) else config.data
    (draft / "made").mkdir(mode=0o700)
    return prepare(replace(config, data=data), draft / "made")


def _move_in(made: Path, data: Path) -> None:
    """What an account needs comes into the data folder; what is there stays."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in made.iterdir():
        if not (data / one.name).exists():
            shutil.move(one, data / one.name)


def _make_key(config: Config) -> None:
    """The key is made now, so that it can be put away before anything hangs on it."""
    if config.key.given is None and not config.key.file.exists() and not (config.data / DATABASE).exists():
        Keyring.new().save(config.key.file, replace=False, unused=True)


def _tell(asking: Asking, path: Path, config: Config, steps: Sequence[str], has_service: bool) -> None:
    """What only the host can do now, numbered."""
    done = list(steps)
    if config.key.given is None:
        put_away = [str(config.key.file)]
        if has_service:
            put_away.append(str(path.parent / "backup.passphrase"))
        done.append(
            f"Keep a copy of {' and '.join(put_away)} away from this computer, in a password manager for instance.\n"
            "   Without the key nobody can read what members asked Kith to keep, you included."
        )
    if has_service:
        first, second = systemd.install_commands(path.parent / "service")
        done.append(f"Let systemd start Kith:\n     {first}\n     {second}")
    else:
        done.append(f"Start Kith:\n     {SCRIPT} run --config {shlex.quote(str(path))}")
    asking.say("\nThat is all I need. Now you:\n")
    for number, step in enumerate(done, start=1):
        asking.say(f"{number}. {step}")
    asking.say(f"\nWhenever something seems wrong: {SCRIPT} doctor --online --config {shlex.quote(str(path))}")
