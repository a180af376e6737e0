"""Says what encryption promises: unreadable without the key, refused in another place, readable after a rotation."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FatalError
from bot.keys.crypto import DecryptionError, Keyring, key_number
from bot.keys.secret import Secret

GOAL = "I want to call my sister on Sunday."
KEYRING = Keyring.new()


def key(filling: int) -> str:
    return base64.b64encode(bytes([filling % 256]) * 32).decode()


def ring(*numbers: int) -> Keyring:
    """A ring with known keys: number n is thirty-two bytes n, the install secret is zeros."""
    return Keyring.parse(" ".join([f"install:{key(0)}", *(f"{n}:{key(n)}" for n in numbers)]), "the test")


def refused(file: Path, *, create: bool = False) -> str:
    with pytest.raises(FatalError) as refusal:
        Keyring.load(file, None, create=create)
    return str(refusal.value)


@given(st.text(max_size=500), st.one_of(st.integers(), st.text(max_size=30)))
def test_what_goes_in_comes_out(text: str, row: int | str) -> None:
    blob = KEYRING.encrypt(text, "goals", "words", row)
    assert KEYRING.decrypt(blob, "goals", "words", row) == text
    assert len(blob) == len(text.encode()) + 31


def test_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    """JSON can carry one, and nothing that sends text can."""
    assert KEYRING.decrypt(KEYRING.encrypt("so tired \ud83d", "goals", "words", 1), "goals", "words", 1) == "so tired ?"


def test_the_blob_shows_nothing_of_the_text_and_never_repeats() -> None:
    blobs = {KEYRING.encrypt(GOAL, "goals", "words", 1) for _ in range(100)}
    assert len(blobs) == 100
    assert len({blob[3:15] for blob in blobs}) == 100, "a nonce was used twice"
    assert not any(word in blob for blob in blobs for word in (b"sister", b"Sunday"))


@pytest.mark.parametrize(
    "place",
    [
        ("goals", "words", 2),
        ("goals", "words", "1"),
        ("goals", "note", 1),
        ("notes", "words", 1),
        ("goalsw", "ords", 1),
        ("words", "goals", 1),
    ],
)
def test_a_text_moved_to_another_row_column_or_table_is_refused(place: tuple[str, str, int | str]) -> None:
    """Bob cannot be shown Alice's goal by somebody who can only write to the database."""
    alices = KEYRING.encrypt(GOAL, "goals", "words", 1)
    with pytest.raises(DecryptionError, match="moved here from another row"):
        KEYRING.decrypt(alices, *place)


def test_names_that_read_the_same_when_joined_are_different_places() -> None:
    blob = KEYRING.encrypt(GOAL, 'a", "b', "c", 1)
    with pytest.raises(DecryptionError):
        KEYRING.decrypt(blob, "a", 'b", "c', 1)


def test_every_changed_byte_is_noticed() -> None:
    blob = KEYRING.encrypt(GOAL, "goals", "words", 1)
    for position in range(len(blob)):
        for flip in (1, 0x80):
            changed = bytearray(blob)
            changed[position] ^= flip
            with pytest.raises(DecryptionError):
                KEYRING.decrypt(bytes(changed), "goals", "words", 1)


def test_every_truncated_or_lengthened_blob_is_refused() -> None:
    blob = KEYRING.encrypt(GOAL, "goals", "words", 1)
    for odd in (*(blob[:length] for length in range(len(blob))), blob + b"\0", b"\0" + blob):
        with pytest.raises(DecryptionError):
            KEYRING.decrypt(odd, "goals", "words", 1)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(blob: bytes) -> None:
    with pytest.raises(DecryptionError):
        KEYRING.decrypt(blob, "goals", "words", 1)


def test_swapping_the_key_number_is_refused() -> None:
    """The number is sealed too: it would be noticed even if two numbers stood for the same key."""
    twice = Keyring(bytes(32), {1: b"k" * 32, 2: b"k" * 32})
    blob = twice.encrypt(GOAL, "goals", "words", 1)
    for keyring in (twice, ring(1, 2)):
        with pytest.raises(DecryptionError, match="changed"):
            keyring.decrypt(blob[:1] + b"\x00\x01" + blob[3:], "goals", "words", 1)


def test_the_refusal_says_nothing_about_the_text_or_the_key() -> None:
    keyring = ring(7)
    blob = keyring.encrypt(GOAL, "goals", "words", 1)
    for attempt in ((ring(8), blob), (keyring, blob[:20]), (keyring, blob[:-1] + b"x")):
        with pytest.raises(DecryptionError) as refusal:
            attempt[0].decrypt(attempt[1], "goals", "words", 1)
        said = str(refusal.value)
        assert "goals.words" in said
        assert "sister" not in said
        assert key(7) not in said
    assert key(7) not in repr(keyring)


def test_an_old_key_still_reads_and_the_newest_writes() -> None:
    old = ring(1).encrypt(GOAL, "goals", "words", 1)
    both = ring(2, 1)
    assert both.decrypt(old, "goals", "words", 1) == GOAL
    new = both.encrypt(GOAL, "goals", "words", 1)
    assert (key_number(old), key_number(new)) == (1, 2)
    assert (both.needs_rotation(old), both.needs_rotation(new)) == (True, False)
    with pytest.raises(DecryptionError, match="needs key 1, which is not in the key file"):
        ring(2).decrypt(old, "goals", "words", 1)


def test_a_whole_rotation_killed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "kith.key"
    keyring = Keyring.load(file, None, create=True)
    rows = {row: keyring.encrypt(f"goal {row}", "goals", "words", row) for row in range(1, 21)}
    code, nonces = keyring.pseudonym("local", "dana"), keyring.nonce_key()

    keyring = keyring.with_new_key()
    keyring.save(file, replace=True)
    for row in range(1, 8):
        rows[row] = keyring.reencrypt(rows[row], "goals", "words", row)
    del keyring  # killed here

    keyring = Keyring.load(file, None, create=False)
    assert sum(keyring.needs_rotation(blob) for blob in rows.values()) == 13
    for row, blob in rows.items():
        rows[row] = keyring.reencrypt(blob, "goals", "words", row)
        if row < 8:
            assert rows[row] is blob, "done already, so not written again"
    keyring.without_old_keys().save(file, replace=True)

    keyring = Keyring.load(file, None, create=False)
    assert [keyring.decrypt(blob, "goals", "words", row) for row, blob in rows.items()] == [f"goal {n}" for n in rows]
    assert repr(keyring) == "Keyring(keys 2)"
    assert keyring.pseudonym("local", "dana") == code, "a block against Dana would no longer hold"
    assert keyring.nonce_key() == nonces, "a retry would become a second message"


def test_rotation_does_not_move_a_text_to_another_row() -> None:
    with pytest.raises(DecryptionError):
        ring(1, 2).reencrypt(ring(1).encrypt(GOAL, "goals", "words", 1), "goals", "words", 2)


def test_a_number_after_the_last_is_refused() -> None:
    with pytest.raises(FatalError, match="no key numbers left"):
        ring(65535).with_new_key()
    assert ring(65534).with_new_key().newest == 65535


def test_a_pseudonym_is_stable_and_nobody_elses() -> None:
    keyring = ring(1)
    code = keyring.pseudonym("local", "dana")
    assert len(code) == 32
    assert code == ring(5, 6).pseudonym("local", "dana")
    others = [("local", "dan"), ("loca", "ldana"), ("other", "dana"), ("dana", "local"), ("local", "dana ")]
    assert code not in {keyring.pseudonym(*other) for other in others}
    assert code != KEYRING.pseudonym("local", "dana"), "two installations must not be able to compare"


def test_each_purpose_has_a_key_of_its_own() -> None:
    keyring = ring(1)
    assert keyring.nonce_key() != keyring.derive("pseudonyms")
    assert len(keyring.nonce_key()) == 32
    # What an installation has computed once it must always compute: HKDF-Expand, worked out by hand (RFC 5869 2.3).
    assert keyring.nonce_key().hex() == "30f968fb03bc031d2598f7411a56c7df0d1741a02042d3c8e307634e6a9f6da4"


def test_the_first_start_makes_a_key_file_only_its_owner_can_open(tmp_path: Path) -> None:
    file = tmp_path / "kith.key"
    before = os.umask(0)
    try:
        keyring = Keyring.load(file, None, create=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    again = Keyring.load(file, None, create=True)
    assert again.decrypt(keyring.encrypt(GOAL, "goals", "words", 1), "goals", "words", 1) == GOAL


def test_a_lost_key_file_is_never_replaced_in_silence(tmp_path: Path) -> None:
    said = refused(tmp_path / "kith.key")
    assert said == (
        f"I can't find the key file {tmp_path}/kith.key, and the database holds texts that only it can open. "
        "Put the key file back from where you keep your copy."
    )
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_never_written_over_by_a_first_start(tmp_path: Path) -> None:
    """Two processes that start at the same moment: the slower one is told, and the faster one's key stays."""
    file = tmp_path / "kith.key"
    ring(1).save(file, replace=False)
    with pytest.raises(FatalError, match=r"I can't write the key file .*: File exists"):
        ring(2).save(file, replace=False)
    assert file.read_text() == ring(1).serialise()
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_not_there_or_read_only_gets_a_sentence(tmp_path: Path) -> None:
    assert refused(tmp_path / "keys/kith.key", create=True).endswith("keys/kith.key: No such file or directory.")
    assert refused(Path("/proc/kith.key"), create=True).startswith("I can't write the key file /proc/kith.key: ")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o444, 0o610])
def test_a_key_file_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "kith.key"
    ring(1).save(file, replace=False)
    file.chmod(mode)
    assert refused(file) == (
        f"{file} holds a secret, and other users of this computer may open it. Run: chmod 600 {file}"
    )
    file.chmod(0o400)
    assert Keyring.load(file, None, create=False).newest == 1


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "safe").mkdir()
    target, link = tmp_path / "safe/kith.key", tmp_path / "kith.key"
    link.symlink_to(target)
    assert "I can't find the key file" in refused(link)
    keyring = Keyring.load(link, None, create=True)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    keyring.with_new_key().save(link, replace=True)
    assert link.is_symlink()
    assert Keyring.load(target, None, create=False).newest == 2
    target.chmod(0o644)
    assert "chmod 600" in refused(link)


def test_a_folder_or_pipe_in_place_of_the_key_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, create=True).endswith("Is a directory.")
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert refused(tmp_path / "pipe", create=True).endswith("it is not a file. Move it away, and put the file there.")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is nothing in the key file "),
        ("# only a comment\n\n", "There is nothing in the key file "),
        (f"install:{key(0)}", "The data key is missing"),
        (f"1:{key(1)}", "The install secret is missing in the key file "),
        (f"install:{key(0)} 1:{key(1)} 1:{key(2)}", "Entry 3 of the key file "),
        (f"install:{key(0)} install:{key(1)} 1:{key(1)}", "Entry 2 of the key file "),
        (f"install:{key(0)} 0:{key(1)}", "Entry 2 of the key file "),
        (f"install:{key(0)} 65536:{key(1)}", "Entry 2 of the key file "),
        (f"install:{key(0)} ١:{key(1)}", "Entry 2 of the key file "),
        (f"install:{key(0)} 1:{key(1)[:20]}", "Entry 2 of the key file "),
        (f"install:{key(0)} 1:{key(1)[:-5]}", "Entry 2 of the key file "),
        (f"install:{key(0)} 1:é{key(1)}", "Entry 2 of the key file "),
        (f"install:{key(0)}\n1:", "Entry 2 of the key file "),
        (key(1), "Entry 1 of the key file "),
    ],
)
def test_a_damaged_key_file_gets_a_sentence_that_shows_no_key(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "kith.key"
    file.touch(mode=0o600)
    file.write_text(text)
    said = refused(file, create=True)
    assert said.startswith(sentence)
    assert said.endswith("Put it back from where you keep your copy.")
    assert not any(key(n)[:10] in said for n in (0, 1, 2))
    assert file.read_text() == text


def test_a_key_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "kith.key"
    file.touch(mode=0o600)
    file.write_bytes(b"\xff\x00" * 40)
    assert refused(file).endswith("it is not a text file in UTF-8. Save it again as that, or put your copy back.")


def test_keys_from_the_environment_take_the_place_of_the_file(tmp_path: Path) -> None:
    """On one line, as an environment has it, or as the whole text of a key file."""
    one_line = Secret(f"install:{key(0)} 1:{key(1)}  2:{key(2)}")
    keyring = Keyring.load(tmp_path / "kith.key", one_line, create=True)
    assert keyring.newest == 2
    assert list(tmp_path.iterdir()) == []
    assert Keyring.load(tmp_path / "kith.key", Secret(keyring.serialise()), create=False).newest == 2
    with pytest.raises(FatalError, match="Entry 1 of the key in the environment or the systemd credential"):
        Keyring.load(tmp_path / "kith.key", Secret("hunter2"), create=True)
