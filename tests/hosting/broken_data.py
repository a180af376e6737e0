"""What breaks in the data folder, on the computer, and around backups: a row each for ``test_broken_data``."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from bot.keys.crypto import Keyring
from storage.database import schema
from tests.beds.matrix.synapse import free_port
from tests.beds.reader import reading
from tests.hosting.asked import private
from tests.hosting.broken import AS_OTHERS, Broken, Place, fill, listening, small_disk

BACKUP = "backup {place.folder}/backup --passphrase-file {place.passphrase}"
RESTORE = "restore {place.folder}/backup --passphrase-file {place.passphrase}"


def of_a_file(place: Place) -> None:
    place.data.write_text("")


def closed(place: Place) -> None:
    place.data.chmod(0o500)
    place.before = AS_OTHERS


def execute(place: Place, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(place.database, isolation_level=None)) as connection:
        connection.execute(statement, values)


def of_tomorrow(place: Place) -> None:
    """A newer Kith was tried here, and kept the file as it was before."""
    newest = len(schema.migrations())
    shutil.copy(place.database, schema.copy_of(place.database, newest))
    execute(place, "PRAGMA user_version = 9999")
    execute(place, "UPDATE meta SET compatible = 9999")


def take_the_copy(place: Place) -> None:
    for left in place.data.glob("kith.db-*"):
        left.unlink()
    os.replace(schema.copy_of(place.database, len(schema.migrations())), place.database)


def of_another_program(place: Place) -> None:
    for path in place.data.glob("kith.*"):
        path.unlink()
    execute(place, "CREATE TABLE notes (words TEXT)")
    place.database.chmod(0o600)
    private(place.key, Keyring.new().serialise(unused=True))


def damaged(place: Place) -> None:
    content = place.database.read_bytes()
    place.database.write_bytes(content[:100] + os.urandom(len(content) - 100))


@contextmanager
def locked(place: Place) -> Iterator[None]:
    """A Kith that runs with this folder."""
    with (place.data / "kith.lock").open("w") as lock:
        (place.data / "kith.lock").chmod(0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def written(place: Place) -> Iterator[None]:
    with closing(sqlite3.connect(place.database, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        yield


def small(place: Place, size: str, leave: int) -> None:
    place.holds(small_disk(place.data, size))
    fill(place.data, leave)


DATA: Mapping[str, Broken] = {
    "a file in the folder's place": Broken(
        of_a_file,
        "{place.data} is not a folder. Move it away, or set `data` to a folder.",
        lambda place: place.data.unlink(),
        fresh=True,
    ),
    "a file in the folder's place, at a start": Broken(
        of_a_file,
        "kith: I can't use the folder {place.data}: File exists. Move the file away that is in its place, or set"
        " `data` to a folder.",
        lambda place: place.data.unlink(),
        "run",
        fresh=True,
    ),
    "an open folder": Broken(
        lambda place: place.data.chmod(0o755),
        "Other users of this computer may look into {place.data}. Run: chmod 700 {place.data}",
    ),
    "an open file": Broken(
        lambda place: place.database.chmod(0o644),
        "Other users of this computer may open {place.database}. Run: chmod -R go= {place.data}",
    ),
    "a closed folder": Broken(closed, "Nobody may write into {place.data}. Run: chmod 700 {place.data}"),
    "another Kith": Broken(
        lambda place: place.holds(locked(place)),
        "kith: Kith is already running with the folder {place.data}. Stop it first, by Ctrl-C or `sudo systemctl stop"
        " kith`: two would send everything twice.",
        Place.ends,
        "run",
        status=75,
    ),
    "a disk that is not mounted": Broken(
        lambda place: place.database.unlink(),
        "{place.key} says that Kith was used before, but there is no {place.database}. Mount the disk that holds it,"
        " or correct `data`. To put a backup there: `kith restore BACKUP --config config.toml`. To begin with nothing:"
        " `kith run --new --config config.toml`.",
        "run --new",
    ),
    "a disk that is not mounted, and a backup": Broken(
        lambda place: place.database.unlink(),
        "{place.key} says that Kith was used before, but there is no {place.database}.",
        RESTORE,
        "run",
        first=BACKUP,
    ),
    "a damaged database": Broken(
        damaged, "{place.database} is damaged (", RESTORE, first=BACKUP
    ),
    "a newer database": Broken(
        of_tomorrow,
        "{place.database} was written by a newer Kith (schema 9999). Upgrade Kith as docs/upgrading.md says, then"
        " start again. Or put "
        "{place.database}.before-upgrade-" + str(len(schema.migrations())) + " in its place",
        take_the_copy,
    ),
    "another program's database": Broken(
        of_another_program,
        "{place.database} belongs to another program. Set `data` to a folder of Kith's own.",
        lambda place: place.above('data = "kith-data"'),
    ),
    "a forgotten shell": Broken(
        lambda place: place.holds(reading(place.database)),
        "reads the database all the time, so what was deleted stays in its log. Stop it: Kith then empties the log"
        " within the hour.",
        Place.ends,
    ),
    "a program that writes": Broken(
        lambda place: place.holds(written(place)),
        "kith: Another program holds {place.database}: `sudo fuser -v {place.database}` names it. End it, and"
        " start again.",
        Place.ends,
        "run",
    ),
}  # fmt: skip


AS_ROOT: Mapping[str, Broken] = {
    "another user's file": Broken(
        lambda place: os.chown(place.database, 1, 1),
        "Kith runs as root, and somebody else owns {place.database}. Run: sudo chown -R root {place.data}",
    ),
    "little room": Broken(
        lambda place: small(place, "230m", 100_000_000),
        " MB are free on the disk of {place.data}; Kith wants 200. Make room: ",
        lambda place: (place.data / "old-films").unlink(),
        fresh=True,
    ),
    "no room": Broken(
        lambda place: small(place, "40m", 0),
        "Make room",
        lambda place: (place.data / "old-films").unlink(),
        "run",
        fresh=True,
    ),
}
"""Only root can give a file away, and the folder a disk of its own."""


def taken(section: str, rest: str = "") -> Broken:
    port, other = free_port(), free_port()

    def breaks(place: Place) -> None:
        place.add(f"[{section}]\n{rest}port = {port}")
        place.holds(listening(port))

    asks = {"calendar": "your web server", "metrics": "your monitoring"}[section]
    return Broken(
        breaks,
        f"Port {port} is another program's. Set `{section}.port` to a free one, here and in {asks}.",
        lambda place: place.edit(f"port = {port}", f"port = {other}"),
    )


def taken_at_a_start() -> Broken:
    port, other = free_port(), free_port()

    def breaks(place: Place) -> None:
        place.add(f"[metrics]\nport = {port}")
        place.holds(listening(port))

    return Broken(
        breaks,
        f"kith: I can't listen on 127.0.0.1, port {port}. Set `metrics.port` to a free one, or"
        " `metrics.listen` to 127.0.0.1.",
        lambda place: place.edit(f"port = {port}", f"port = {other}"),
        "run",
    )


ADDRESS = 'address = "https://kith.example.org/calendar"\n'


def closed_logs(place: Place) -> None:
    (place.folder / "logs").mkdir(mode=0o500)
    place.add('[log]\nfile = "logs/kith.log"')
    place.before = AS_OTHERS


def elsewhere(place: Place) -> None:
    place.edit("logs/kith.log", "kith.log")


MACHINE: Mapping[str, Broken] = {
    "the calendars' port taken": taken("calendar", ADDRESS),
    "the port of the numbers taken": taken("metrics"),
    "the port of the numbers taken, at a start": taken_at_a_start(),
    "an address of another computer": Broken(
        lambda place: place.add(f'[calendar]\n{ADDRESS}listen = "192.0.2.1"\nport = {free_port()}'),
        "This computer can't listen at 192.0.2.1, port ",
        lambda place: place.edit("192.0.2.1", "127.0.0.1"),
    ),
    "a log in a closed folder": Broken(
        closed_logs,
        "The log can't be written: {place.folder}/logs is closed to you. Name another file in `log.file`, or take the"
        " line away.",
        elsewhere,
    ),
    "a log in a closed folder, at a start": Broken(
        closed_logs,
        "kith: I can't write the log file {place.folder}/logs/kith.log: Permission denied. Name another one in"
        " `log.file`, or take the line away.",
        elsewhere,
        "run",
    ),
    "a folder for a log": Broken(
        lambda place: place.add('[log]\nfile = "data"'),
        "{place.data} is a folder. Name a file in `log.file`.",
        lambda place: place.edit('file = "data"', 'file = "kith.log"'),
    ),
    "older rules of time zones": Broken(
        lambda place: execute(place, "INSERT INTO adapter_state VALUES ('kith', 'tzdata', '2020a')"),
        "Kith works by the time zone rules of 2020a, and those of ",
        "run",
    ),
}  # fmt: skip
