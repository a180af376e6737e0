"""What breaks in a configuration, its secrets and its keys: a row each for ``test_broken_things``."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing

from bot.keys.crypto import Keyring
from storage.database import keyed
from tests.hosting.asked import private
from tests.hosting.broken import AS_OTHERS, Broken, Place


def spoiled(old: str, new: str, says: str) -> Broken:
    """Something in the configuration that is not as it must be."""
    return Broken(lambda place: place.edit(old, new), f"config.toml: {says}", lambda place: place.edit(new, old))


def added(lines: str, says: str) -> Broken:
    return Broken(lambda place: place.add(lines), f"config.toml: {says}", lambda place: place.edit(lines, ""))


TOKEN = 'token = "bot.token"'
HOST = 'name = "The hosts"'


def token_file(mode: int) -> Callable[[Place], None]:
    def breaks(place: Place) -> None:
        place.edit(TOKEN, 'token_file = "discord.token"')
        private(place.folder / "discord.token", "bot.token\n").chmod(mode)

    return breaks


def in_environment(place: Place) -> None:
    place.env["KITH_DISCORD_TOKEN"] = "bot.token"


def as_notepad_saves(place: Place) -> None:
    place.config.write_bytes(place.config.read_text().encode("utf-16"))


def as_utf_8(place: Place) -> None:
    place.config.write_bytes(place.config.read_bytes().decode("utf-16").encode())


def nobody_reads(place: Place) -> None:
    token_file(0)(place)
    place.before = AS_OTHERS


CONFIGURATION: Mapping[str, Broken] = {
    "a setting missing": spoiled(HOST, "# not yet", "`host.name` is missing: your name, or your group's. Put `name ="
        ' "..."` below [host].'),
    "a section missing": Broken(
        lambda place: place.edit("[discord]", "[irc]"),
        "config.toml: I don't know `irc`. Known here: ",
        lambda place: place.edit("[irc]", "[discord]"),
    ),
    "no platform": Broken(
        lambda place: place.config.write_text(place.config.read_text().replace("[discord]", "#[d]").replace(
            "\ntoken", "\n#token").replace("\napi", "\n#api").replace("\ngateway", "\n#gateway")),
        "config.toml: there is no platform. Add a [discord] or a [matrix] section: `kith init` asks for it.",
        lambda place: place.add(place.config.read_text().partition("#[d]")[2].replace("#", "").join(("[discord]", ""))),
    ),
    "a section twice": added(
        "[host] # again\n", "what begins in line 8 is in the file twice. Keep one, and take the other away."
    ),
    "a setting twice": spoiled(
        HOST,
        f'{HOST}\nname = "Robin"',
        "what begins in line 3 is in the file twice. Keep one, and take the other away.",
    ),
    "no quotes": spoiled(
        HOST, "name = The hosts", 'I can\'t read line 2. A setting is written `name = "value"`.'
    ),
    "a typo": spoiled(
        "contact", "contcat", "I don't know `host.contcat`. Did you mean `contact`?"
    ),
    "the example's name": spoiled(
        HOST, 'name = "Your name, or your group\'s"',
        "`host.name` is still the example's. Put in your name, or your group's.",
    ),
    "the example's address": spoiled(
        "hosts@example.org", "you@example.org",
        "`host.contact` is still the example's. Put in how members reach you about their data, such as an e-mail"
        " address.",
    ),
    "a city for a zone": Broken(
        lambda place: place.above('default_zone = "Berlin"'),
        'config.toml: `default_zone` must be a time zone, such as "Europe/Berlin".',
        lambda place: place.edit('"Berlin"', '"Europe/Berlin"'),
    ),
    "a number in quotes": added(
        '[community]\ndaily_cap = "3"', "`community.daily_cap` must be a whole number from 0 to 3, without quotes."
    ),
    "a number too large": added(
        "[community]\ndaily_cap = 9", "`community.daily_cap` must be a whole number from 0 to 3, without quotes."
    ),
    "no time": added('[community]\nquiet_from = "25:00"', '`community.quiet_from` must be a time, such as "21:00".'),
    "no switch": added('notebook = "yes"', "`discord.notebook` must be true or false, without quotes."),
    "no section": Broken(
        lambda place: place.above("community = 3"),
        "config.toml: `community` must be a section: [community], with its settings on the lines below.",
        lambda place: place.edit("community = 3", "[community]"),
    ),
    "no level": added('[log]\nlevel = "loud"', "`log.level` must be one of debug, info, warning, error."),
    "no address": spoiled("http://127", "127", "`discord.api` must be an address that starts with https:// or http://."),
    "not UTF-8": Broken(
        as_notepad_saves, "I can't read {place.config}: it is not a text file in UTF-8. Save it again as that, or"
        " put your copy back.", as_utf_8
    ),
    "no file at all": Broken(
        lambda place: place.config.rename(place.folder / "mislaid.toml"),
        "I can't find {place.config}. `kith init` asks for what belongs there, and writes it.",
        "init --answers {place.answers}",
        fresh=True,
    ),
}  # fmt: skip

SECRETS: Mapping[str, Broken] = {
    "no token": Broken(
        lambda place: place.edit(TOKEN, ""),
        "config.toml: `discord.token` is missing: the bot's token (or `discord.token_file`, or KITH_DISCORD_TOKEN in"
        " the environment). `kith init` asks for it, and says where to get it.",
        in_environment,
    ),
    "two tokens": Broken(
        lambda place: place.edit(TOKEN, f'{TOKEN}\ntoken_file = "discord.token"'),
        "config.toml: `discord.token` and `discord.token_file` are both there. Keep one.",
        lambda place: place.edit('\ntoken_file = "discord.token"', ""),
    ),
    "a token with a blank": Broken(
        lambda place: place.edit(TOKEN, 'token = "bot. token"'),
        "config.toml: `discord.token` must be the token alone, without spaces or line breaks.",
        lambda place: place.edit('"bot. token"', '"bot.token"'),
    ),
    "no token file": Broken(
        lambda place: place.edit(TOKEN, 'token_file = "discord.token"'),
        "config.toml: `discord.token_file`: there is no file {place.folder}/discord.token. `kith init` asks for"
        " what belongs there, and writes it.",
        lambda place: private(place.folder / "discord.token", "bot.token\n"),
    ),
    "an open token file": Broken(
        token_file(0o644),
        "{place.folder}/discord.token holds a secret, and other users of this computer may open it."
        " Run: chmod 600 {place.folder}/discord.token",
    ),
    "a token file that nobody may read": Broken(
        nobody_reads,
        "I can't read {place.folder}/discord.token: Permission denied. Run: chmod 600 {place.folder}/discord.token",
    ),
    "an open configuration with a token in it": Broken(
        lambda place: place.config.chmod(0o644),
        "`discord.token` is a secret, and other users of this computer may open this file."
        " Run: chmod 600 {place.config}",
    ),
    "an open key": Broken(
        lambda place: place.key.chmod(0o640),
        "{place.key} holds a secret, and other users of this computer may open it. Run: chmod 600 {place.key}",
    ),
}


def exchange_key(place: Place, change: Callable[[list[str]], list[str]]) -> None:
    shutil.copy(place.key, place.folder / "kith.key.copy")
    private(place.key, "\n".join(change(place.key.read_text().splitlines())) + "\n")


def put_back(place: Place) -> None:
    """From where the host keeps the copy."""
    os.replace(place.folder / "kith.key.copy", place.key)


def other_installation(place: Place) -> None:
    exchange_key(place, lambda _lines: Keyring.new().serialise().splitlines())


def other_first_key(place: Place) -> None:
    new = Keyring.new().serialise().splitlines()
    exchange_key(place, lambda lines: [*(one for one in lines if not one.startswith("1:")), new[-1]])


def lost_first_key(place: Place) -> None:
    """A rotation was begun, and what is under the key from before can only be read with that."""
    older = Keyring.load(place.key, None, create=False)
    both = older.with_new_key()
    both.save(place.key, replace=True)
    with closing(sqlite3.connect(place.database, isolation_level=None)) as connection:
        words = older.encrypt("a chat", "conversations", "state", "01")
        connection.execute("UPDATE conversations SET state = ?", (words,))
        keyed.set_proofs(connection, {number: both.prove(number) for number in (1, 2)})
    exchange_key(place, lambda lines: [one for one in lines if not one.startswith("1:")])


LOST = (
    "1 of 1 encrypted texts in this database are under data key 1, which is not in the key file {place.key}: it has 2."
)
BACK = " Put the line `1:...` from an older copy of the key file into it, beside what is there."

KEYS: Mapping[str, Broken] = {
    "no key": Broken(
        lambda place: place.key.rename(place.folder / "kith.key.copy"),
        "I can't find the key file {place.key}, and the database holds texts that only it can open. "
        "Put the key file back from where you keep your copy.",
        put_back,
    ),
    "a damaged key": Broken(
        lambda place: exchange_key(place, lambda lines: [one[:-9] for one in lines]),
        "Entry 1 of the key file {place.key} is not a key. Put it back from where you keep your copy.",
        put_back,
    ),
    "another installation's key": Broken(
        other_installation,
        "The key file {place.key} is not the one this database was written with. "
        "Put back the right one from where you keep your copy.",
        put_back,
    ),
    "another key with the same number": Broken(
        other_first_key,
        "Data key 1 in the key file {place.key} is not the one this database was written with, though it has its"
        " number. Put the line `1:...` back from your copy of the key file, and leave the other lines as they are.",
        put_back,
    ),
    "a key number lost, and a copy kept": Broken(lost_first_key, LOST + BACK, put_back),
    "a key number lost for good": Broken(
        lost_first_key,
        LOST + BACK + " If it is lost for good, `kith rotate-key --without 1 --config config.toml` lets Kith start;",
        "rotate-key --without 1",
    ),
}
