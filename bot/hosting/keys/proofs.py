"""Are these the keys that the database was written with? Each data key is proven, by its number."""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import FatalError
from bot.hosting.config import KeyConfig
from bot.keys.crypto import DecryptionError, Keyring
from storage.database import keyed
from storage.database.sealed import Sample


def mark_of(keyring: Keyring) -> str:
    """What tells one installation's keys from another's, and stays the same when they rotate. Not a secret."""
    return keyring.derive("mark").hex()


def of(keyring: Keyring) -> Mapping[int, bytes]:
    """What proves each data key from now on."""
    return {number: keyring.prove(number) for number in keyring.numbers}


def cover(keyring: Keyring, use: keyed.Use) -> bool:
    """Whether the proofs are of exactly these keys, so that no text needs to be looked at."""
    numbers = set(keyring.numbers)
    return (
        set(use.proofs) == numbers
        and not use.lost & numbers
        and all(keyring.proves(number, proof) for number, proof in use.proofs.items())
    )


def refuse_other_keys(config: KeyConfig, keyring: Keyring, use: keyed.Use) -> None:
    """Raises FatalError where the database was written with other keys: something in it could not be read, or not be
    found again. Texts are looked at where the proofs do not cover the keys (``keyed.use_in_full``).
    """
    where = f"the key file {config.file}" if config.given is None else "the key in the environment or the credential"
    if not use.in_use:
        return
    if use.mark is not None and use.mark != mark_of(keyring):
        raise FatalError(
            f"{where[0].upper()}{where[1:]} is not the one this database was written with. "
            "Put back the right one from where you keep your copy."
        )
    for number in keyring.numbers:
        if not _is_right(keyring, number, use):
            raise FatalError(
                f"Data key {number} in {where} is not the one this database was written with, though it has its number."
                f" Put the line `{number}:...` back from your copy of the key file, and leave the other lines as they"
                " are."
            )
    for number in sorted(set(use.texts) - set(keyring.numbers) - use.lost):
        raise FatalError(_missing(number, where, keyring, use))


def _is_right(keyring: Keyring, number: int, use: keyed.Use) -> bool:
    """By its proof; where there is none yet, by any text under it. A key that nothing is under is right."""
    if number in use.proofs:
        return keyring.proves(number, use.proofs[number])
    under = use.texts.get(number)
    return under is None or any(_opens(keyring, sample) for sample in under.samples)


def _opens(keyring: Keyring, sample: Sample) -> bool:
    for name in sample.names:
        try:
            keyring.decrypt(sample.blob, *sample.place, name)
        except DecryptionError:
            continue
        return True
    return False


def _missing(number: int, where: str, keyring: Keyring, use: keyed.Use) -> str:
    total = sum(under.total for under in use.texts.values())
    return (
        f"{use.texts[number].total} of {total} encrypted texts in this database are under data key {number}, which is"
        f" not in {where}: it has {' and '.join(map(str, keyring.numbers))}. Put the line `{number}:...` from an older"
        " copy of the key file into it, beside what is there. If it is lost for good,"
        f" `kith rotate-key --without {number} --config config.toml` lets Kith start; those texts then stay closed."
    )
