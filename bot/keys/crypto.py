"""Keeps members' words unreadable to anybody who has the database or a backup but not the key.

AES-256-GCM per field. What is encrypted is tied to its place (table, column, row), so text moved to another member's
row is refused. It does not hide ids, times, how long a text is, or anything from somebody who has taken over the
running computer: the key is in its memory. ``docs/hosting.md`` says so to hosts.

The keys, one per line in a file of mode 0600, or separated by blanks in the environment or a systemd credential:

    install:BASE64     never changes
    1:BASE64           a data key with its number; the highest encrypts, all of them decrypt
    2:BASE64

Why the install secret is separate from the data keys: the journal of deletions, blocks against people who were
forgotten, and the nonce of every message on its way are keyed hashes. Nobody can compute those again under a new key,
because what was hashed is gone, and a nonce that changes in the middle of a retry would be a second message. So they
hang on a secret that rotation leaves alone, and a data key can be replaced, and the old one thrown away, at any time.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from bot.errors import FatalError, KithError
from bot.keys.secret import Secret, read_private, write_private

Row: TypeAlias = int | str

VERSION = 1
KEY_BYTES = 32
HEADER_BYTES = 3  # version, then two bytes of key number
NONCE_BYTES = 12  # what NIST SP 800-38D recommends; drawn at random, safe for 2**32 texts under one key
TAG_BYTES = 16
LAST_NUMBER = 0xFFFF
UNUSED = "# Not used yet: Kith takes this line away at its first start."
"""In a key file that was made beforehand. One without it tells that there was a database."""
PROOF = "kith"
_PROOF_PLACE = ("adapter_state", "value")


class DecryptionError(KithError):
    """A stored text is damaged, was moved from another place, or its key is missing. Says nothing about the text."""


class Keyring:
    """The install secret and the numbered data keys of one installation."""

    def __init__(self, install: bytes, keys: Mapping[int, bytes]) -> None:
        self._install = install
        self._keys = dict(sorted(keys.items()))
        self._ciphers = {number: AESGCM(key) for number, key in self._keys.items()}
        self.newest = max(self._keys)

    @classmethod
    def new(cls) -> Keyring:
        """Fresh secrets, for a new installation and for tests."""
        return cls(secrets.token_bytes(KEY_BYTES), {1: secrets.token_bytes(KEY_BYTES)})

    @classmethod
    def load(cls, file: Path, given: Secret | None, *, create: bool) -> Keyring:
        """The installation's keys, written to the key file first where there are none yet and ``create`` allows it.

        ``given`` are keys from the environment or systemd, in place of a file (`bot.hosting.config.KeyConfig`).
        Pass ``create=True`` only while the database holds nothing encrypted and no keyed hash: otherwise a lost key
        file would be replaced in silence, and every text with it. Raises FatalError.
        """
        if given is not None:
            return cls.parse(given.reveal(), "the key in the environment or the systemd credential")
        try:
            return cls.parse(read_private(file), f"the key file {file}")
        except FileNotFoundError:
            if not create:
                raise FatalError(
                    f"I can't find the key file {file}, and the database holds texts that only it can open. "
                    "Put the key file back from where you keep your copy."
                ) from None
        keyring = cls.new()
        keyring.save(file, replace=False)
        return keyring

    @classmethod
    def parse(cls, text: str, source: str) -> Keyring:
        """Read keys as `serialise` writes them. Wrong ones are a FatalError naming ``source``."""
        lines = [line.partition("#")[0] for line in text.splitlines()]
        entries = " ".join(lines).split()
        if not entries:
            raise FatalError(f"There is nothing in {source}. Put it back from where you keep your copy.")
        install, keys = b"", dict[int, bytes]()
        for position, entry in enumerate(entries, start=1):
            name, _, encoded = entry.partition(":")
            key = _decode(encoded)
            if key and name == "install" and not install:
                install = key
            elif key and re.fullmatch(r"[1-9][0-9]{0,4}", name) and int(name) <= LAST_NUMBER and int(name) not in keys:
                keys[int(name)] = key
            else:
                raise FatalError(
                    f"Entry {position} of {source} is not a key. Put it back from where you keep your copy."
                )
        if not install or not keys:
            missing = "data key" if install else "install secret"
            raise FatalError(f"The {missing} is missing in {source}. Put it back from where you keep your copy.")
        return cls(install, keys)

    def serialise(self, *, unused: bool = False) -> str:
        """The whole ring as text, for the key file. A secret: never log or show it."""
        lines = ["# Kith's keys. Without this file nobody can read what members asked Kith to keep.",
                 "# Keep a copy of it, apart from the backups of the database.",
                 *([UNUSED] if unused else []),
                 f"install:{_encode(self._install)}",
                 *(f"{number}:{_encode(key)}" for number, key in self._keys.items())]  # fmt: skip
        return "\n".join(lines) + "\n"

    def save(self, file: Path, *, replace: bool, unused: bool = False) -> None:
        """Write the ring to a file of mode 0600, whole or not at all even if the power fails.

        ``unused``: made before the first start, which takes that note away. With ``replace=False`` an existing file is
        never touched: FatalError, as for a folder that cannot be written.
        """
        try:
            write_private(file, self.serialise(unused=unused), replace=replace)
        except OSError as error:
            raise FatalError(f"I can't write the key file {file}: {error.strerror}.") from error

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the data keys, ascending."""
        return tuple(self._keys)

    def prove(self, number: int) -> bytes:
        """A known text under the data key with this number: whoever opens it has the key that was there then."""
        return self._encrypt(number, PROOF, *_PROOF_PLACE, number)

    def proves(self, number: int, proof: bytes) -> bool:
        """Whether the key with this number is the one that made the proof."""
        try:
            return key_number(proof) == number and self.decrypt(proof, *_PROOF_PLACE, number) == PROOF
        except DecryptionError:
            return False

    @property
    def is_rotating(self) -> bool:
        """Whether there are older keys, because a rotation has begun and not ended."""
        return len(self._keys) > 1

    def with_new_key(self) -> Keyring:
        """Rotation, first step: a ring that encrypts under a new key and still reads everything; save it first."""
        if self.newest == LAST_NUMBER:
            raise FatalError("There are no key numbers left.")
        return Keyring(self._install, {**self._keys, self.newest + 1: secrets.token_bytes(KEY_BYTES)})

    def without_old_keys(self) -> Keyring:
        """Rotation, last step: only the newest key. Only once no row of any table `needs_rotation`."""
        return Keyring(self._install, {self.newest: self._keys[self.newest]})

    def encrypt(self, text: str, table: str, column: str, row: Row) -> bytes:
        """Version, key number, nonce, ciphertext and tag: 31 bytes more than the text.

        ``row`` is what identifies the row for ever; the same value and type must be given to `decrypt`.
        """
        return self._encrypt(self.newest, text, table, column, row)

    def _encrypt(self, number: int, text: str, table: str, column: str, row: Row) -> bytes:
        header = header_of(number)
        nonce = secrets.token_bytes(NONCE_BYTES)
        # Half a surrogate pair, which no platform could show either, becomes a question mark.
        plain = text.encode("utf-8", "replace")
        return header + nonce + self._ciphers[number].encrypt(nonce, plain, _place(header, table, column, row))

    def decrypt(self, blob: bytes, table: str, column: str, row: Row) -> str:
        """The text that was encrypted for exactly this place. Raises DecryptionError."""
        header, nonce, sealed = (
            blob[:HEADER_BYTES],
            blob[HEADER_BYTES:][:NONCE_BYTES],
            blob[HEADER_BYTES + NONCE_BYTES :],
        )
        if len(sealed) < TAG_BYTES or header[0] != VERSION:
            raise DecryptionError(f"{table}.{column} holds something that is not an encrypted text")
        cipher = self._ciphers.get(key_number(blob))
        if cipher is None:
            raise DecryptionError(f"{table}.{column} needs key {key_number(blob)}, which is not in the key file")
        try:
            return cipher.decrypt(nonce, sealed, _place(header, table, column, row)).decode()
        except InvalidTag:
            raise DecryptionError(f"{table}.{column} was changed, or moved here from another row") from None

    def needs_rotation(self, blob: bytes) -> bool:
        """Whether a text is under an older key. Cheap: nothing is decrypted."""
        return key_number(blob) != self.newest

    def reencrypt(self, blob: bytes, table: str, column: str, row: Row) -> bytes:
        """The same text under the newest key, untouched where it already is: doing it twice does no harm.

        So rotation that was killed starts again and goes on where it was. Raises DecryptionError.
        """
        if not self.needs_rotation(blob):
            return blob
        return self.encrypt(self.decrypt(blob, table, column, row), table, column, row)

    def pseudonym(self, platform: str, account: str) -> bytes:
        """What stays of a forgotten account in the deletion journal and in other people's blocks: 32 bytes.

        The same account always gives the same bytes; without the install secret nobody can try accounts against them.
        """
        message = json.dumps([platform, account]).encode()
        return hmac.digest(self.derive("pseudonyms"), message, "sha256")

    def nonce_key(self) -> bytes:
        """32 bytes that stay the same for the life of the installation: what delivery nonces are hashed with."""
        return self.derive("delivery nonces")

    def derive(self, purpose: str) -> bytes:
        """A key of its own for each purpose, from the install secret (HKDF-Expand, RFC 5869 2.3): 32 bytes.

        The extract step is for secrets that are not uniform; ours is drawn at random (RFC 5869 3.3).
        """
        return HKDFExpand(SHA256(), KEY_BYTES, f"kith {purpose}".encode()).derive(self._install)

    def __repr__(self) -> str:
        return f"Keyring(keys {', '.join(map(str, self._keys))})"


def is_unused(file: Path) -> bool:
    """Whether this key file was made before the first start, and there was none yet. Raises FatalError."""
    return UNUSED in read_private(file).splitlines()


def header_of(number: int) -> bytes:
    """What every text under the key with this number begins with."""
    return bytes([VERSION]) + number.to_bytes(2, "big")


def key_number(blob: bytes) -> int:
    """The number of the key a text is encrypted under."""
    return int.from_bytes(blob[1:HEADER_BYTES], "big")


def _place(header: bytes, table: str, column: str, row: Row) -> bytes:
    """What the tag also covers. JSON, because joined strings could read the same for two different places."""
    return header + json.dumps([table, column, row]).encode()


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decode(encoded: str) -> bytes:
    """The key, or nothing where this is none."""
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return key if len(key) == KEY_BYTES else b""
