"""Backups of an installation: made while it runs, sealed, and put back without sending twice or bringing anybody back.

A backup holds everything in the data folder but the key file: the database, the journal of who left, and what the
platforms' adapters keep there (a crypto store belongs to the database beside it). The key is kept apart on purpose.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from bot.bot import Bot
from bot.cog import Cog
from bot.errors import FatalError
from bot.hosting.config import Config
from bot.hosting.installation import DATABASE, JOURNAL, LAST, LOCK, STARTS, claim, open_database
from bot.hosting.keys.proofs import refuse_other_keys
from bot.hosting.putback import PutBack, resume
from bot.keys.crypto import Keyring
from bot.keys.sealed_file import Opening, Sealing
from bot.keys.secret import Secret, write_private
from storage.database import journal, keyed, starts
from storage.database.database import Database
from storage.database.schema import COPY
from storage.upkeep import aside, backup
from storage.upkeep.holders import holder

MANIFEST = "manifest.json"
LEFT_OUT = (LOCK, LAST, STARTS, "*-wal", "*-shm", "*-journal", "*.draft", "*.new", COPY, ".*", aside.REPLACED)
"""What a backup has no use for: what SQLite keeps beside a file, drafts, and what was put aside. And what tells that a
database was put back, which must stay where it is."""


class Manifest(NamedTuple):
    """When a backup was made, the last line of the journal then (for a database that does not know it itself), and
    whether the key is inside.
    """

    made: str
    journal: int
    key: bool


class Restored(NamedTuple):
    """What putting a backup back has changed."""

    made: datetime
    given_up: int
    left_again: int
    withdrawn_again: int
    put_aside: Path | None
    journal_found: bool


def back_up(config: Config, target: Path, passphrase: Secret, now: datetime, *, with_key: bool = False) -> None:
    """Write a sealed backup of the installation to a new file of mode 0600. Kith may run meanwhile.

    Raises FatalError, and StorageError where the database is damaged; a file that was begun is then removed.
    """
    if not (config.data / DATABASE).exists():
        raise FatalError(f"There is no database in {config.data} to back up. Is `data` the right folder?")
    if target.is_dir():
        raise FatalError(f"{target} is a folder. Name a new file in it: {target / f'kith-{now:%Y-%m-%d}'}")
    if with_key and config.key.given is not None:
        raise FatalError("The key is in the environment or a credential, not in a file: leave `--with-key` away.")
    draft = target.with_name(f".{target.name}.draft")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            sealing = Sealing(file, passphrase)
            _pack(config, sealing, now, with_key=with_key)
            sealing.finish()
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, target)  # unlike a rename, fails where the name is taken
        write_private(config.data / LAST, f"{now.isoformat()} {target.absolute()}\n", replace=True)
    except FileExistsError as error:
        raise FatalError(f"{target} is there already. Name another file.") from error
    except OSError as error:
        raise FatalError(f"I can't write {target}: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _pack(config: Config, sealing: Sealing, now: datetime, *, with_key: bool) -> None:
    key_file = config.key.file.resolve()
    # Before the database is copied: whoever leaves in between is in both, and leaves once more when it is put back.
    last = backup.between_writes(config.data / DATABASE, partial(journal.last_number, config.data / JOURNAL))
    manifest = Manifest(now.isoformat(), last, with_key)
    with tarfile.open(fileobj=cast(BinaryIO, sealing), mode="w|") as archive:
        _add(archive, MANIFEST, json.dumps(manifest._asdict()).encode())
        for path in _files(config.data, key_file):
            name = path.relative_to(config.data).as_posix()
            if not backup.is_database(path):
                _add(archive, name, path.read_bytes())
                continue
            with tempfile.TemporaryDirectory(dir=config.data, prefix=".backup-") as folder:
                backup.copy(path, Path(folder) / "copy")
                archive.add(Path(folder) / "copy", name)
        if with_key:
            _add(archive, key_file.name, key_file.read_bytes())


def _files(folder: Path, key_file: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = [Path(part) for part in path.relative_to(folder).parts]
        if path.is_file() and path.resolve() != key_file and not any(p.match(out) for p in parts for out in LEFT_OUT):
            yield path


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))


async def restore(
    config: Config, source: Path, passphrase: Secret, cogs: Sequence[type[Cog]], now: datetime
) -> Restored:
    """Put a backup in the place of the installation, which is put aside, not deleted. Raises FatalError.

    Everything that was due before ``now`` becomes ``unknown`` instead of being sent again, and whoever left or took a
    consent back after the backup was made does so again.
    """
    with claim(config.data), tempfile.TemporaryDirectory(dir=config.data, prefix=".restore-") as name:
        _refuse_held(config.data / DATABASE)
        fresh = Path(name)
        manifest = _unpack(source, passphrase, fresh)
        made = datetime.fromisoformat(manifest.made)
        if now - made > journal.KEPT:
            raise FatalError(
                f"This backup is more than {journal.KEPT.days} days old. Who left since then is not known any more, "
                "and they would be back."
            )
        if manifest.key and not config.key.file.exists():
            Keyring.load(fresh / config.key.file.name, None, create=False).save(config.key.file, replace=False)
        (fresh / config.key.file.name).unlink(missing_ok=True)
        beside, inside = journal.read(config.data / JOURNAL), journal.read(fresh / JOURNAL)
        entries = sorted({*beside, *inside})
        journal.keep(fresh / JOURNAL, entries)
        if (config.data / STARTS).exists():
            shutil.copy(config.data / STARTS, fresh)
        async with await open_database(fresh) as database:
            for copy in aside.copies(fresh):  # the backup itself is the copy from before an upgrade
                copy.path.unlink()
            done = await _make_safe(config, fresh, database, cogs, manifest, now)
        put_aside = _exchange(config, fresh, now)
    found = bool(beside) or not inside
    return Restored(made, done.given_up, done.left_again, done.withdrawn_again, put_aside, found)


def _refuse_held(path: Path) -> None:
    """A replica goes on with the file it has open, and says nothing when another stands in its place."""
    if (other := holder(path)) is not None:
        raise FatalError(
            f"{other} has {path} open, and would go on with the old file. Nothing was changed. Stop it, restore, and"
            " start it again; a replica of before is then no longer continued, so let it begin a new one."
        )


def _unpack(source: Path, passphrase: Secret, folder: Path) -> Manifest:
    try:
        with source.open("rb") as file:
            opening = cast(BinaryIO, Opening(file, passphrase))
            with tarfile.open(fileobj=opening, mode="r|") as archive:
                for entry in archive:
                    _extract(archive, entry, folder)
    except OSError as error:
        raise FatalError(f"I can't read {source}: {error.strerror}.") from error
    except tarfile.TarError as error:
        raise FatalError(f"{source} is damaged. Nothing was changed. Use another one.") from error
    manifest = Manifest(**json.loads((folder / MANIFEST).read_bytes()))
    (folder / MANIFEST).unlink()
    return manifest


def _extract(archive: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> None:
    content = archive.extractfile(entry)
    target = folder / entry.name
    if content is None or ".." in target.parts or not target.is_relative_to(folder):
        raise FatalError("There is something in this backup that Kith did not put there. Nothing was changed.")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with target.open("xb") as file:
        target.chmod(0o600)
        shutil.copyfileobj(content, file)
        file.flush()
        os.fsync(file.fileno())


async def _make_safe(
    config: Config, folder: Path, database: Database, cogs: Sequence[type[Cog]], manifest: Manifest, now: datetime
) -> PutBack:
    # Never new keys: with others the journal could recognise nobody.
    keyring = Keyring.load(config.key.file, config.key.given, create=False)
    use = await database.read(keyed.use_in_full)
    refuse_other_keys(config.key, keyring, use._replace(in_use=True))
    if (await database.read(starts.inside)).journal is None:
        await database.write(starts.set_journal, manifest.journal)
    return await resume(folder, Bot(database, keyring, cogs, now=lambda: now), keyring, restoring=True)


def _exchange(config: Config, fresh: Path, now: datetime) -> Path | None:
    """The files of the installation move aside, and those of the backup into their place."""
    present = [path for path in config.data.iterdir() if not _stays(path, config, fresh)]
    put_aside = config.data / aside.replaced_at(now)
    if present:
        put_aside.mkdir(mode=0o700)
    for path in present:
        path.rename(put_aside / path.name)
    for path in fresh.iterdir():
        path.rename(config.data / path.name)
    return put_aside if present else None


def _stays(path: Path, config: Config, fresh: Path) -> bool:
    return (
        path in (fresh, config.data / LOCK) or path.resolve() == config.key.file.resolve() or path.match(aside.REPLACED)
    )
