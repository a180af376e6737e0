"""Finding somebody's time zone from what they type: a city, a country, an abbreviation or an IANA name.

Nothing that a person typed ever reaches ``ZoneInfo``: names are looked up in an index of the zones that exist.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
import zoneinfo
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clocks import zone_names
from bot.errors import UserError
from bot.words.i18n import _

LONGEST_NAME = 64
_AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_OFFSET = re.compile(r"(?:(?:etc/)?(?:utc|gmt) ?)?[+-] ?[0-9]{1,2}(?::?[0-9]{2})?")
_PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
_SPACES = str.maketrans({"_": " ", ".": " ", "'": "", "’": "", "−": "-"})


class Completion(NamedTuple):
    """A zone to offer while somebody types. ``find(key)`` finds it again."""

    label: str
    key: str


class _Name(NamedTuple):
    written: str
    keys: tuple[str, ...]  # several: ask which
    offered: bool = True  # old names are understood, but not offered


def find(text: str) -> ZoneInfo:
    """The zone somebody means. Raises ``UserError`` with up to three suggestions."""
    name = _normalise(text)
    if not name:
        raise UserError(_("Which city's time is yours? Try Berlin or America/New_York."))
    if _OFFSET.fullmatch(name):
        words = _("{offset} stays the same all year, and a city knows about summer time. Try Berlin or New York.")
        raise UserError(words.format(offset=text.strip()))
    keys = _lookup(name)
    if len(keys) == 1:
        return ZoneInfo(keys[0])
    typed = " ".join(text.split())[:40]
    if keys:
        words = _("{name} can mean more than one time zone. Try {suggestions}.")
        raise UserError(words.format(name=typed, suggestions=_any_of(keys[:3])))
    if suggestions := _close_to(name):
        words = _("I don't know the time zone {name}. Did you mean {suggestions}?")
        raise UserError(words.format(name=typed, suggestions=_any_of(suggestions)))
    words = _("I don't know the time zone {name}. Try the nearest big city, like Berlin or New York.")
    raise UserError(words.format(name=typed))


def is_known(text: str) -> bool:
    """Is this the name of one zone? Where it is not, ``find`` says what might be meant, which takes longer."""
    return len(_lookup(_normalise(text))) == 1


def complete(prefix: str, limit: int = 25) -> list[Completion]:
    """Zones whose city, country or IANA name begins with ``prefix``, the best first; without one well-known zones."""
    start = _normalise(prefix)
    if not start:
        return [Completion(_label(_city(key), key), key) for key in zone_names.OFFERED_FIRST[:limit]]
    ranked: dict[Completion, tuple[int, str]] = {}
    for normal, name in _index().items():
        if f" {start}" not in f" {normal}" or not (name.offered or normal == start):
            continue
        if "/" in normal and "/" not in start:
            continue
        for key in name.keys:
            completion = Completion(_label(name.written if len(name.keys) == 1 else _city(key), key), key)
            ranked.setdefault(completion, (_rank(normal, start, key), normal))
    return sorted(ranked, key=ranked.__getitem__)[:limit]


def guess(locale: str | None, fallback: ZoneInfo) -> ZoneInfo:
    """The zone of most people with this locale (``en-GB``, ``de``, ``pt_BR``), ``fallback`` if there is no telling."""
    language, *rest = re.split("[-_.@]", (locale or "")[:LONGEST_NAME])
    regions = [part.upper() for part in rest if len(part) == 2 and part.isalpha()]
    country = regions[0] if regions else zone_names.LANGUAGE_COUNTRIES.get(language.lower())
    keys = _zones_of_countries().get(country or "", ())
    main = zone_names.MAIN_ZONES.get(country or "", keys)
    return ZoneInfo(main[0]) if len(main) == 1 else fallback


def use_newest_tzdata() -> str:
    """Let zoneinfo read the newer of the system's data and the installed package's. Returns ``tzdata_version()``.

    Called once, before any zone is loaded. Without it zoneinfo prefers the system's however old it is, and rules change
    several times a year.
    """
    if _system_version() < _version_of(_package()):
        zoneinfo.reset_tzpath(to=())
    return tzdata_version()


def tzdata_version() -> str:
    """The release that zoneinfo reads, like ``2026b``. Where it has changed, stored instants are computed anew."""
    return _system_version() or _version_of(_package())


def _system_version() -> str:
    """Empty if the system has no zones, or does not say which release they are."""
    for folder in map(Path, zoneinfo.TZPATH):
        if (folder / "Europe" / "Berlin").is_file():
            return _version_of(folder)
    return ""


def _version_of(folder: Traversable) -> str:
    source = folder / "tzdata.zi"
    if not source.is_file():
        return ""
    with source.open(encoding="utf-8") as lines:
        first = lines.readline()
    return first.removeprefix("# version ").strip()


def _package() -> Traversable:
    return resources.files("tzdata") / "zoneinfo"


def _normalise(text: str) -> str:
    """Lower case, no accents, single spaces; cut where it is too long to be a name."""
    folded = text[:LONGEST_NAME].casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded.translate(_PLAIN_LETTERS))
        folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(folded.translate(_SPACES).split())


def _lookup(name: str) -> tuple[str, ...]:
    """The zones of a normalised name: one if it is known, several if it is ambiguous, none if unknown."""
    for form in (name, name.removesuffix(" time")):
        if form in _index():
            return _index()[form].keys
    city, _comma, country = name.rpartition(",")
    if found := _index().get(city.strip()):
        codes = [code for written, code in _country_codes().items() if _normalise(written) == country.strip()]
        return tuple(key for key in found.keys if any(key in _zones_of_countries().get(code, ()) for code in codes))
    return ()


def _close_to(name: str) -> list[str]:
    """Up to three names as they are written, of different zones."""
    close: dict[tuple[str, ...], str] = {}
    names = [normal for normal, known in _index().items() if known.offered and ("/" in name or "/" not in normal)]
    for normal in difflib.get_close_matches(name, names, n=8, cutoff=0.7):
        close.setdefault(_index()[normal].keys, _index()[normal].written)
    return list(close.values())[:3]


def _any_of(names: list[str] | tuple[str, ...]) -> str:
    *before, last = names
    return str(_("{names} or {last}").format(names=", ".join(before), last=last)) if before else last


def _city(key: str) -> str:
    return key.rpartition("/")[2].replace("_", " ")


def _label(written: str, key: str) -> str:
    return key if written == key else f"{written} ({key})"


def _rank(normal: str, start: str, key: str) -> int:
    """0 for the name itself, 1 for well-known zones by their city, 2 for what begins with ``start``, 3 for the rest."""
    if normal == start:
        return 0
    if not normal.startswith(start):
        return 3
    return 1 if key in zone_names.OFFERED_FIRST and normal in (_normalise(_city(key)), _normalise(key)) else 2


@cache
def _index() -> dict[str, _Name]:
    """Every name we know, normalised. Of those that are alike, the first counts."""
    index: dict[str, _Name] = {}
    for name in (*_common_names(), *_iana_names()):
        index.setdefault(_normalise(name.written), name)
    return index


def _common_names() -> Iterator[_Name]:
    for name, keys in zone_names.AMBIGUOUS.items():
        yield _Name(name, keys)
    for key, names in zone_names.ABBREVIATIONS.items():
        yield from (_Name(name, (key,)) for name in names.split(", "))
    for country, code in _country_codes().items():
        if keys := zone_names.MAIN_ZONES.get(code, _zones_of_countries().get(code, ())):
            yield _Name(country, keys)
    yield from (_Name(name, ("UTC",)) for name in ("UTC", "Etc/UTC", "Etc/GMT"))


def _iana_names() -> Iterator[_Name]:
    """Zones and their cities, then other cities, then the names of old."""
    listed = {key for keys in _zones_of_countries().values() for key in keys}
    for key in sorted(listed):
        yield from (_Name(name, (key,)) for name in (key, _city(key)))
    for key, names in zone_names.CITIES.items():
        yield from (_Name(name, (key,)) for name in names.split(", "))
    for key, target in _other_keys(listed):
        names_of_it = (key, _city(key)) if key == target else (key,)
        yield from (_Name(name, (target,), offered=False) for name in names_of_it)


@cache
def _country_codes() -> dict[str, str]:
    """ISO 3166 codes of countries by their names, as they are written."""
    rows = (line.split("\t") for line in _table("iso3166.tab"))
    return {name.partition(" (")[0]: code for code, name in rows} | zone_names.OTHER_COUNTRY_NAMES


@cache
def _zones_of_countries() -> dict[str, tuple[str, ...]]:
    zones: dict[str, tuple[str, ...]] = {}
    for line in _table("zone.tab"):
        code, _coordinates, key, *_comments = line.split("\t")
        zones[code] = (*zones.get(code, ()), key)
    return zones


def _other_keys(listed: set[str]) -> list[tuple[str, str]]:
    """IANA keys that zone.tab leaves out: old names of cities as they are, ``US/Eastern`` as the city it points to."""
    rows = (line.split() for line in _table("tzdata.zi") if line.startswith("L "))
    links = {link: target for _kind, target, link in rows}
    found = []
    for key in sorted(set(links) - listed):
        target = links[key]
        while target in links and target not in listed:
            target = links[target]
        area = key.partition("/")[0]
        if area in _AREAS and target != "Etc/UTC" and key.count("/") and area != "Australia":
            found.append((key, key))
        else:
            found.append((key, "UTC" if target in ("Etc/UTC", "Etc/GMT") else target))
    return found


def _table(name: str) -> list[str]:
    lines = (_package() / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]
