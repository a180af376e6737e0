"""The keys: whether they are there, and whether they are the ones this database was written with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.hosting.config import Config
from bot.hosting.doctor.findings import Finding
from bot.hosting.keys.proofs import refuse_other_keys
from bot.keys.crypto import Keyring
from storage.upkeep.examination import Examined


def fit(config: Config, kept: Sequence[Examined]) -> Iterator[Finding]:
    examined = kept[0] if kept else None
    in_use = examined is not None and examined.keys.in_use
    if config.key.given is None and not config.key.file.exists() and not in_use:
        yield Finding("key", "ok", f"{config.key.file} will be made on the first start")
        return
    keyring = Keyring.load(config.key.file, config.key.given, create=False)
    if examined is not None:
        refuse_other_keys(config.key, keyring, examined.keys)
    says = "the key fits; keep a copy of it apart from the backups" if in_use else "there is a key"
    yield Finding("key", "ok", says)
