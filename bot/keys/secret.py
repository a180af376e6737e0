"""Values nobody may print, and the files they are read from."""

from __future__ import annotations

import os
import pwd
import shlex
import stat
import tempfile
from pathlib import Path

from bot.errors import FatalError

LARGEST_FILE = 1_000_000  # bytes; a configuration or a key is a few hundred


class Secret:
    """A token or password. Its value leaves only through `reveal`, never through print, repr, format or a traceback."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one line that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled or copied")


def read_file(path: Path) -> tuple[bytes, bool]:
    """A file's bytes, and whether other users of this computer may read it.

    Symbolic links are followed, because Kubernetes and systemd hand secrets over as links; it is the file behind them
    whose permissions count, and they are asked of the open file, so nobody can exchange it in between.
    Raises FileNotFoundError where there is no file, FatalError where it cannot be read.
    """
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise FatalError(f"I can't read {path}: it is not a file. Move it away, and put the file there.")
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise
    except PermissionError as error:
        raise FatalError(f"I can't read {path}: {error.strerror}.{_whose(path)}") from error
    except OSError as error:
        raise FatalError(f"I can't read {path}: {error.strerror}.") from error
    if len(content) > LARGEST_FILE:
        raise FatalError(f"I can't read {path}: it is larger than a configuration or key file can be.")
    return content, bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def _whose(path: Path) -> str:
    """What to do about a file of somebody else's; nothing can be said where a folder above it is closed."""
    try:
        owner = name_of(path.stat().st_uid)
    except OSError:
        return ""
    me = name_of(os.geteuid())
    if owner == me:
        return f" Run: {chmod(path)}"
    mine = f"sudo chown {me.removeprefix('#')} {shlex.quote(str(path))}"
    return f" It is {owner}'s, and you are {me}. {again_as(path.stat().st_uid)}; or if Kith runs as you, run: {mine}"


def name_of(user: int) -> str:
    """What a user of this computer is called; the number of one who has no name."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"


def again_as(user: int) -> str:
    """What to type. sudo takes a number behind a #, which a shell takes for a comment."""
    name = name_of(user)
    return f"Type the same again behind: sudo -u {name if not name.startswith('#') else repr(name)}"


def _without_waiting(path: str, flags: int) -> int:
    """Opening a named pipe would otherwise wait for a writer for ever."""
    return os.open(path, flags | os.O_NONBLOCK)


def read_private(path: Path) -> str:
    """The text of a file only its owner may open, without the line end at its end.

    Raises FileNotFoundError, and FatalError for a file that is unreadable, not text, or open to other users.
    """
    content, is_open_to_others = read_file(path)
    if is_open_to_others:
        raise FatalError(f"{path} holds a secret, and other users of this computer may open it. Run: {chmod(path)}")
    return as_text(content, path)


def write_private(file: Path, text: str, *, replace: bool) -> None:
    """Write a file of mode 0600, whole or not at all even if the power fails.

    With ``replace=False`` an existing file is never touched: FileExistsError.
    """
    # Into a temporary file first, then under its name in one step, then the folder's entry to disk.
    file = file.resolve()  # a link stays a link
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # made with mode 0600
    try:
        with os.fdopen(descriptor, "w") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(descriptor)
        if replace:
            os.replace(temporary, file)
        else:
            os.link(temporary, file)  # unlike a rename, fails where the name is taken
    finally:
        Path(temporary).unlink(missing_ok=True)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def as_text(content: bytes, path: Path) -> str:
    """UTF-8 text without the line end at its end. Raises FatalError where it is none."""
    try:
        return content.decode("utf-8-sig").rstrip("\r\n")  # some editors put a mark of their own in front
    except UnicodeDecodeError as error:
        raise FatalError(
            f"I can't read {path}: it is not a text file in UTF-8. Save it again as that, or put your copy back."
        ) from error


def chmod(path: Path) -> str:
    """The command that closes a file to other users, ready to paste."""
    return f"chmod 600 {shlex.quote(str(path))}"
