"""A file only whoever has the passphrase can open, written and read as a stream, and refused if a byte of it changed.

``KITH-BACKUP-1`` and a line end, 16 bytes of salt, then chunks: four bytes of length, and AES-256-GCM under a key that
scrypt (RFC 7914) derives from the passphrase. A chunk's nonce is its number, so none can be left out, repeated or
moved; the last one says that it is the last, so that a file cut short is noticed. The first one is empty: only a wrong
passphrase fails to open it. (Files of before have none, and are read as they are.)
"""

from __future__ import annotations

import secrets
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.errors import FatalError
from bot.keys.secret import Secret

MAGIC = b"KITH-BACKUP-1\n"
SALT_BYTES = 16
CHUNK = 1 << 20
TAG_BYTES = 16
COST = 1 << 16
"""scrypt's N, with r = 8 and p = 1: 64 MiB and about 0.2 s for each passphrase somebody tries."""

MIDDLE, LAST = b"middle", b"last"


class Sealing:
    """Something to write to; ``finish`` makes it whole."""

    def __init__(self, file: BinaryIO, passphrase: Secret) -> None:
        self._file = file
        self._waiting = bytearray()
        self._number = 0
        salt = secrets.token_bytes(SALT_BYTES)
        self._cipher = _cipher(passphrase, salt)
        file.write(MAGIC + salt)
        self._seal(b"", MIDDLE)

    def write(self, content: bytes) -> int:
        self._waiting += content
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), MIDDLE)
            del self._waiting[:CHUNK]
        return len(content)

    def finish(self) -> None:
        self._seal(bytes(self._waiting), LAST)

    def _seal(self, content: bytes, place: bytes) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number), content, place)
        self._file.write(struct.pack(">I", len(sealed)) + sealed)
        self._number += 1


class Opening:
    """Something to read from. Raises FatalError where the passphrase is wrong or the file is not as it was written."""

    def __init__(self, file: BinaryIO, passphrase: Secret) -> None:
        self._file = file
        self._ready = b""
        self._number = 0
        self._ended = False
        if file.read(len(MAGIC)) != MAGIC:
            raise FatalError("That file is not a backup that Kith made.")
        self._cipher = _cipher(passphrase, file.read(SALT_BYTES))

    def read(self, size: int) -> bytes:
        while len(self._ready) < size and not self._ended:
            self._ready += self._open()
        content, self._ready = self._ready[:size], self._ready[size:]
        return content

    def _open(self) -> bytes:
        head = self._file.read(4)
        length = struct.unpack(">I", head)[0] if len(head) == 4 else 0
        if not TAG_BYTES <= length <= CHUNK + TAG_BYTES:
            raise self._damaged()
        sealed = self._file.read(length)
        self._number += 1
        for place in (MIDDLE, LAST):
            try:
                content = self._cipher.decrypt(_nonce(self._number - 1), sealed, place)
            except InvalidTag:
                continue
            self._ended = place == LAST
            return content
        if self._number == 1 and length == TAG_BYTES:
            raise FatalError("That passphrase does not open this backup. Give the one it was made with.")
        raise self._damaged()

    def _damaged(self) -> FatalError:
        if self._number <= 1:
            return FatalError("That passphrase does not open this backup, or its beginning is damaged.")
        return FatalError("This backup is damaged or cut short. Nothing was changed. Use another one.")


def _cipher(passphrase: Secret, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt.ljust(SALT_BYTES), length=32, n=COST, r=8, p=1).derive(passphrase.reveal().encode()))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
