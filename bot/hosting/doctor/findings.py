"""What one check found: what is true, what to do about it, and whether it passes by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.errors import FatalError, NotNow, StorageError
from bot.hosting.config import Config

State = Literal["ok", "note", "not asked", "passes", "wrong"]
"""``note``: Kith works, and the host may want to know. ``passes``: wrong now, and it mends itself."""

MARKS: dict[State, str] = {"ok": "ok", "note": "note", "not asked": "-", "passes": "LATER", "wrong": "WRONG"}


@dataclass(frozen=True)
class Finding:
    """``check`` is its name for scripts; ``says`` is what is true, ``do`` what to do where it is not well."""

    check: str
    state: State
    says: str
    do: str = ""

    def __str__(self) -> str:
        return f"{MARKS[self.state]:<6} {self.check:<9} {' '.join(filter(None, (self.says, self.do)))}"


Questions: TypeAlias = Callable[[Config], Mapping[str, Callable[[], Iterable[Finding]]]]
"""For each platform the host configured, what asks it: what it found, or FatalError with what to do."""


def told(check: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What a look found, whatever happens to it: a doctor who faints helps nobody."""
    try:
        yield from look()
    except NotNow as error:
        yield Finding(check, "passes", str(error))
    except (FatalError, StorageError) as error:
        yield Finding(check, "wrong", str(error))
    except PermissionError as error:
        yield Finding(
            check,
            "wrong",
            f"This user may not look at {error.filename}.",
            "Type the same behind `sudo -u USER`, with the user that Kith runs as.",
        )
    except OSError as error:
        yield Finding(
            check,
            "wrong",
            f"{error.filename or 'The computer'} says: {error.strerror}.",
            "Look whether its disk is there and whole, and try again.",
        )
    except Exception as error:
        yield Finding(
            check, "wrong", f"This check could not be made: {type(error).__name__}.", "Tell whoever writes Kith of it."
        )


def status(found: Iterable[Finding]) -> int:
    """The exit status: 0, 75 (EX_TEMPFAIL) where all that is wrong passes, 78 (EX_CONFIG) where the host is needed."""
    states = {finding.state for finding in found}
    return 78 if "wrong" in states else 75 if "passes" in states else 0
