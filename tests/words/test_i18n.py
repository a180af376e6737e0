"""Speaks to readers in their own language, and to everybody in English where a catalogue is missing or wrong."""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.messages import Plain, Text
from bot.words import i18n
from bot.words.i18n import N_, _, ngettext, reader_locale, reading, translate

HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
GERMAN = {
    "": HEADER,
    "Noted.": "Notiert.",
    "See you {day}.": "Bis {day}.",
    "Ask {name}?": "Soll ich {wen} fragen?",
    "Odd": "Sonder{bar",
    "{n} helper\0{n} helpers": "Eine helfende Person\0{n} helfende Personen",
    "{n} day\0{n} days": "{anzahl} Tag\0{anzahl} Tage",
}


def mo(messages: Mapping[str, str]) -> bytes:
    """A compiled gettext catalogue (https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html)."""
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    start = 28 + 16 * len(pairs)
    body, tables = b"", ([], [])  # type: tuple[bytes, tuple[list[int], list[int]]]
    for column, table in enumerate(tables):
        for pair in pairs:
            table += [len(pair[column]), start + len(body)]
            body += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + b"".join(struct.pack(f"<{len(table)}I", *table) for table in tables) + body


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of catalogues with a German one; other tests never see it."""
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    install(tmp_path, "de", mo(GERMAN))
    return tmp_path


def install(folder: Path, language: str, catalogue: bytes) -> None:
    path = folder / language / "LC_MESSAGES" / "kith.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(catalogue)


def test_english_is_the_source() -> None:
    assert _("Noted.") == Text("Noted.")
    assert reader_locale() == "en"


def test_each_reader_hears_their_own_language(catalogues: Path) -> None:
    with reading("de"):
        assert str(_("Noted.")) == "Notiert."
        with reading("en-GB"):
            assert str(_("Noted.")) == "Noted."
        assert str(_("Noted.")) == "Notiert."
    assert str(_("Noted.")) == "Noted."


@pytest.mark.parametrize("locale", ["de", "de-DE", "de_AT", "DE", "de-Latn-CH"])
def test_a_region_without_a_catalogue_hears_the_language(catalogues: Path, locale: str) -> None:
    assert str(translate(locale, "Noted.")) == "Notiert."


def test_a_region_with_a_catalogue_hears_its_own(catalogues: Path) -> None:
    install(catalogues, "de_AT", mo({"": HEADER, "Noted.": "Ist notiert."}))
    assert str(translate("de-AT", "Noted.")) == "Ist notiert."
    assert str(translate("de-AT", "See you {day}.").format(day="Mo")) == "Bis Mo."


@pytest.mark.parametrize(
    "locale", ["fr", "", "x", "..", "../../de", "de/../de", "de\0", "C.UTF-8", "de" * 40, "ü", "de-"]
)
def test_an_unknown_or_hostile_locale_hears_english(catalogues: Path, locale: str) -> None:
    assert str(translate(locale, "Noted.")) == "Noted."


async def test_two_conversations_at_once_do_not_mix(catalogues: Path) -> None:
    async def speak(locale: str) -> str:
        with reading(locale):
            await asyncio.sleep(0)
            return str(_("Noted."))

    said = await asyncio.gather(speak("de"), speak("en"), speak("de"))
    assert list(said) == ["Notiert.", "Noted.", "Notiert."]


def test_the_reader_is_put_back_after_an_error(catalogues: Path) -> None:
    with pytest.raises(LookupError), reading("de"):
        raise LookupError
    assert reader_locale() == "en"


def test_words_of_people_are_set_in_safely_in_every_language(catalogues: Path) -> None:
    with reading("de"):
        said = _("See you {day}.").format(day="**{x}**")
    assert str(said) == "Bis **{x}**."
    assert Plain("**{x}**") in said.parts


@pytest.mark.parametrize("sentence", ["Ask {name}?", "Odd"])
def test_a_translation_with_wrong_braces_is_not_used(catalogues: Path, sentence: str) -> None:
    assert str(translate("de", sentence)) == sentence


def test_plurals_may_leave_the_number_out_but_not_invent_a_name(catalogues: Path) -> None:
    with reading("de"):
        assert str(ngettext("{n} helper", "{n} helpers", 1).format(n=1)) == "Eine helfende Person"
        assert str(ngettext("{n} helper", "{n} helpers", 3).format(n=3)) == "3 helfende Personen"
        assert str(ngettext("{n} day", "{n} days", 1).format(n=1)) == "1 day"
        assert str(ngettext("{n} day", "{n} days", 2).format(n=2)) == "2 days"
    assert str(ngettext("{n} helper", "{n} helpers", 0).format(n=0)) == "0 helpers"


def test_nothing_stays_nothing(catalogues: Path) -> None:
    assert not translate("de", "")


def test_a_marked_constant_is_said_later(catalogues: Path) -> None:
    noted = N_("Noted.")
    assert noted == "Noted."
    with reading("de"):
        assert str(_(noted)) == "Notiert."


@pytest.mark.parametrize("catalogue", [b"", b"not a catalogue", mo(GERMAN)[:60], b"\xde\x12\x04\x95" + b"\xff" * 24])
def test_a_damaged_catalogue_is_logged_once_and_english_is_spoken(
    catalogues: Path, catalogue: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    install(catalogues, "nl", catalogue)
    with caplog.at_level(logging.WARNING):
        assert str(translate("nl", "Noted.")) == "Noted."
        assert str(translate("nl", "Noted.")) == "Noted."
    assert [record.getMessage()[:27] for record in caplog.records] == ["the catalogue for nl is dam"]
