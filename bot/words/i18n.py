"""Marks every sentence a member can read, and says it in the reader's language.

English is the source. A language is one gettext catalogue, ``content/locale/<language>/LC_MESSAGES/kith.mo``; where it
has no answer, or a wrong one, the English sentence stands. Results are ``Text``: people's words are set in safely.
"""

from __future__ import annotations

import gettext
import logging
import re
import string
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from bot.errors import FatalError
from bot.messages import Text
from bot.words.files import CONTENT

DOMAIN = "kith"
SOURCE = "en"
LOCALES = CONTENT / "locale"

DAMAGED = (OSError, ValueError, LookupError, struct.error)
"""What reading a file raises that is no catalogue, or no longer one."""

log = logging.getLogger(__name__)

_reader: ContextVar[str] = ContextVar("reader", default=SOURCE)
# Locales come from the platforms ("de-AT", "pt_BR") and end up in a file name: nothing else may pass.
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2}")


@contextmanager
def reading(locale: str) -> Iterator[None]:
    """Within the block, ``_`` and ``ngettext`` speak to a reader of this locale. Each task has its own."""
    token = _reader.set(locale)
    try:
        yield
    finally:
        _reader.reset(token)


def languages() -> list[str]:
    """The languages Kith speaks, the source first."""
    return [SOURCE, *sorted(path.parents[1].name for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))]


def reader_locale() -> str:
    """The locale of whoever is being spoken to."""
    return _reader.get()


def _(text: str) -> Text:
    """A sentence in the reader's language. Give it a literal or a constant marked ``N_``, inside a function."""
    return translate(_reader.get(), text)


def ngettext(one: str, many: str, n: int) -> Text:
    """The sentence for ``n`` of something, in the reader's language. Fill ``{n}`` with ``format`` as ever."""
    source = one if n == 1 else many
    said = _catalogue(_reader.get()).ngettext(one, many, n)
    # A plural form may leave the number out ("one helper"), but may not ask for a name the code does not give.
    return Text(said if (_names(said) or set()) <= (_names(source) or set()) else source)


def N_(text: str) -> str:
    """Marks a literal that stands outside a function, where there is no reader yet; ``_`` says it later."""
    return text


def say(words: str) -> Text:
    """Words that were marked with ``N_`` or stand in no source file (a prompt, an option), in the reader's language."""
    return translate(_reader.get(), words)


def translate(locale: str, text: str) -> Text:
    """A sentence that stands in no source file (a prompt, an option) in the given locale."""
    if not text:
        return Text()  # gettext answers "" with the catalogue's header
    said = _catalogue(locale).gettext(text)
    return Text(said if _names(said) == _names(text) else text)


def _names(text: str) -> set[str] | None:
    """The {names} in a sentence; None where its braces do not close."""
    try:
        return {name for _before, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return None


def _catalogue(locale: str) -> gettext.NullTranslations:
    if not _LOCALE.fullmatch(locale):
        return _load(SOURCE, LOCALES)
    return _load(locale.replace("-", "_"), LOCALES)


@cache
def _load(locale: str, folder: Path) -> gettext.NullTranslations:
    """The catalogue for a locale or its language; English where there is none. A damaged one is logged, once."""
    try:
        return _read(locale, folder)
    except DAMAGED as error:
        log.warning("the catalogue for %s is damaged; English is spoken: %s", locale, type(error))
        return gettext.NullTranslations()


def _read(locale: str, folder: Path) -> gettext.NullTranslations:
    """As ``gettext.translation`` does, which would keep what it read for ever."""
    spoken = gettext.NullTranslations()
    for path in reversed(gettext.find(DOMAIN, str(folder), [locale], all=True)):
        with open(path, "rb") as file:
            catalogue = gettext.GNUTranslations(file)
        catalogue.add_fallback(spoken)
        spoken = catalogue
    return spoken


def check() -> None:
    """Read every catalogue. Raises FatalError with a sentence for the host at the first that is damaged."""
    for language in languages()[1:]:
        try:
            _read(language, LOCALES)
        except DAMAGED as error:
            raise FatalError(f"the catalogue of {language} is damaged; make it again from its .po file.") from error


forget = _load.cache_clear
"""Lets go of what was read: the next sentence is read from the files as they are then."""
