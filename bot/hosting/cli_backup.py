"""`kith backup` and `kith restore`: the passphrase, the file, and what the host is told afterwards."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
from pathlib import Path

from bot.errors import FatalError
from bot.hosting import owner
from bot.keys.secret import Secret, read_private

VARIABLE = "KITH_BACKUP_PASSPHRASE"
SHORTEST = 12


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> tuple[argparse.ArgumentParser, ...]:
    """Add both commands to the parser of `kith`. Returns them."""
    backup = commands.add_parser("backup", help="write everything into one sealed file, also while Kith runs")
    backup.add_argument("--with-key", action="store_true", help="put the key file inside too: then guard it like a key")
    backup.set_defaults(command=_backup)
    restore = commands.add_parser("restore", help="put a backup in the place of what is there, which is kept aside")
    restore.set_defaults(command=_restore)
    for command in (backup, restore):
        command.add_argument("file", type=Path, metavar="FILE")
        command.add_argument("--passphrase-file", type=Path, metavar="FILE", help=f"or {VARIABLE}, or it is asked for")
    return backup, restore


def _backup(options: argparse.Namespace) -> int:
    from bot.clocks.clock import utc_now
    from bot.hosting.backup import back_up

    settings = owner.settings_of(options.config)
    back_up(settings, options.file, _passphrase(options, twice=True), utc_now(), with_key=options.with_key)
    print(f"{options.file} is a whole backup, {options.file.stat().st_size / 1_000_000:.1f} MB.")
    if options.with_key:
        print("It holds the key: whoever has it and its passphrase can read everything.")
    else:
        print(f"The key ({settings.key.file}) is not in it. Keep a copy of that somewhere else.")
    return 0


def _restore(options: argparse.Namespace) -> int:
    from bot import log
    from bot.clocks.clock import Machine
    from bot.hosting.backup import restore
    from bot.hosting.clock import confirming
    from cogs import COGS

    settings = owner.settings_of(options.config)
    log.setup(settings.log)
    now = confirming.now(settings.data, Machine.here())  # what is due by it is given up
    passphrase = _passphrase(options, twice=False)
    done = asyncio.run(restore(settings, options.file, passphrase, COGS, now))
    print(f"Restored what there was on {done.made:%Y-%m-%d at %H:%M} UTC.")
    print(f"{done.given_up} messages that were due since then are not sent: nobody knows which of them arrived.")
    if done.journal_found:
        print(f"{done.left_again} accounts that left since then have left again; {done.withdrawn_again} consents too.")
    else:
        print("There is no journal of who left since then, and they are back. Put the journal back if you can.")
    if done.put_aside is not None:
        print(f"What was there before is in {done.put_aside}. Delete it once all is well.")
    return 0


def _passphrase(options: argparse.Namespace, *, twice: bool) -> Secret:
    """From a private file, the environment, or whoever sits at the terminal. Raises FatalError."""
    if options.passphrase_file is not None:
        try:
            given = read_private(options.passphrase_file)
        except FileNotFoundError:
            raise FatalError(f"There is no file {options.passphrase_file}.") from None
    elif VARIABLE in os.environ:
        given = os.environ[VARIABLE]
    elif sys.stdin.isatty():
        given = getpass.getpass("Passphrase: ")
        if twice and getpass.getpass("Once more: ") != given:
            raise FatalError("These are two different passphrases. Nothing was written.")
    else:
        raise FatalError(f"A backup needs a passphrase: use --passphrase-file, or {VARIABLE} in the environment.")
    if len(given) < SHORTEST:
        raise FatalError(f"The passphrase has fewer than {SHORTEST} characters. Four or five unrelated words are good.")
    return Secret(given)
