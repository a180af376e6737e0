"""What breaks around backups, and what a community waits for: a row each for ``test_broken_things``."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import timedelta

from bot.clocks.clock import utc_now
from bot.keys.crypto import Keyring
from storage.database.instants import seconds
from tests.beds.reader import reading
from tests.hosting.asked import private
from tests.hosting.broken import Broken, Place
from tests.hosting.broken_data import BACKUP, RESTORE, execute


def flip(place: Place) -> None:
    shutil.copy(place.folder / "backup", place.folder / "another")
    content = bytearray((place.folder / "backup").read_bytes())
    content[len(content) // 2] ^= 1
    (place.folder / "backup").write_bytes(content)


def older(place: Place, days: int) -> None:
    made = utc_now() - timedelta(days=days)
    private(place.data / "kith.backup", f"{made.isoformat()} {place.folder}/backup\n")


def mislaid(place: Place) -> None:
    (place.folder / "backup").rename(place.folder / "backup.elsewhere")


BACKUPS: Mapping[str, Broken] = {
    "no backup yet": Broken(lambda place: None, "No backup was made yet. `kith backup FILE --config"
        " config.toml` makes one", BACKUP, status=0),
    "an old backup": Broken(
        lambda place: older(place, 9), "The newest backup is 9 days old. Make one with `kith backup FILE --config"
        " config.toml`", BACKUP
    ),
    "a backup that is gone": Broken(
        mislaid,
        "The newest backup is not in {place.folder}/backup any more. If you moved it, all is well; if not: `kith backup"
        " FILE --config config.toml`.",
        lambda place: (place.folder / "backup.elsewhere").rename(place.folder / "backup"),
        first=BACKUP,
        status=0,
    ),
    "another passphrase": Broken(
        lambda place: private(place.passphrase, "words that are other ones\n"),
        "kith: That passphrase does not open this backup. Give the one it was made with.",
        lambda place: private(place.passphrase, "four or five unrelated words\n"),
        RESTORE,
        first=BACKUP,
    ),
    "a damaged backup": Broken(
        flip,
        "kith: This backup is damaged or cut short. Nothing was changed. Use another one.",
        lambda place: (place.folder / "another").rename(place.folder / "backup"),
        RESTORE,
        first=BACKUP,
    ),
    "a folder for a backup": Broken(
        lambda place: (place.folder / "backup").mkdir(),
        "kith: {place.folder}/backup is a folder. Name a new file in it: {place.folder}/backup/kith-",
        lambda place: (place.folder / "backup").rmdir(),
        BACKUP,
    ),
    "the key in the environment": Broken(
        lambda place: place.env.update(KITH_KEY=place.key.read_text()),
        "kith: The key is in the environment or a credential, not in a file: leave `--with-key` away.",
        lambda place: None,
        BACKUP + " --with-key",
        again=BACKUP,
    ),
    "a short passphrase": Broken(
        lambda place: private(place.passphrase, "kith\n"),
        "kith: The passphrase has fewer than 12 characters. Four or five unrelated words are good.",
        lambda place: private(place.passphrase, "four or five unrelated words\n"),
        BACKUP,
    ),
    "an open passphrase": Broken(
        lambda place: place.passphrase.chmod(0o644),
        "{place.passphrase} holds a secret, and other users of this computer may open it."
        " Run: chmod 600 {place.passphrase}",
        line=BACKUP,
    ),
    "a backup of that name": Broken(
        lambda place: private(place.folder / "backup", ""),
        "kith: {place.folder}/backup is there already. Name another file.",
        lambda place: (place.folder / "backup").rename(place.folder / "another"),
        BACKUP,
    ),
    "a replica beside a restore": Broken(
        lambda place: place.holds(reading(place.database)),
        " has {place.database} open, and would go on with the old file. Nothing was changed. Stop it, restore, and"
        " start it again;",
        Place.ends,
        RESTORE,
        first=BACKUP,
    ),
}  # fmt: skip


def community(place: Place) -> None:
    execute(place, "INSERT INTO communities (id, name, created) VALUES (1, 'the garden', 0)")


def report(place: Place) -> None:
    community(place)
    words = Keyring.load(place.key, None, create=False).encrypt("about a moderator", "cases", "words", 1)
    now = seconds(utc_now())
    execute(place, "INSERT INTO cases (community, viewers, words, opened) VALUES (1, 'host', ?, ?)", words, now)


def ending_line(place: Place, days: int = 10) -> None:
    community(place)
    confirmed(place, days)


def confirmed(place: Place, days: int) -> None:
    day = (utc_now() + timedelta(days=days)).date().isoformat()
    execute(place, "INSERT OR REPLACE INTO confirmed_lines VALUES (1, 'de-telefonseelsorge', 0, ?)", day)


COMMUNITY: Mapping[str, Broken] = {
    "a report that only the host may see": Broken(
        report,
        "1 report waits that only you may see. `kith cases --config config.toml` shows them.",
        "cases --close 1",
        status=0,
    ),
    "nobody hears of a report": Broken(
        lambda place: None,
        "nobody would hear of a report that only you may see: `host.contact` is no account on a platform used here."
        " Put an account of your own there",
        lambda place: place.edit("hosts@example.org", "123456789012345678"),
        status=0,
    ),
    "a crisis line that ends": Broken(
        ending_line,
        "“the garden”: a crisis line stops showing on ",
        lambda place: confirmed(place, 180),  # as `kith-mod lines` does
        status=0,
    ),
    "a crisis line that ended": Broken(
        lambda place: ending_line(place, -1),
        "because nobody checked it again. Ask a moderator there to check it again with `kith-mod lines`.",
        lambda place: confirmed(place, 180),
        status=0,
    ),
    "a run cut short": Broken(
        lambda place: private(place.data / "kith.lock", "in use\n"),
        "The last run was cut short: it was killed, or the computer lost its power.",
        "run",
        status=0,
    ),
}
