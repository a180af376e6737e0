"""The table of places: names of cities, countries and zones, sorted, read when one is first looked up.

Made by ``scripts/places`` (`tests/clocks/places_table.py` says how it is written); ``NOTICE`` says whose data it is. It
stays one piece of bytes: a name is found by halving, and what is not looked at is never taken apart.
"""

from __future__ import annotations

import math
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

from bot.clocks.places.spelling import normal

_FIRST_LETTER, _LETTERS, _FURTHER = ord("A"), 60, 0x100
_STRIDE = 2048  # bytes
_SMALLEST, _STEP, _SIZES, _FIRST_SIZE = 50_000, 1.07, 93, ord("!")


class City(NamedTuple):
    """A place with its zone, and how many people live there (a twentieth more or less)."""

    zone: str
    people: int
    first: bool = True  # is the name its own, and not another one that it has?
    state: str = ""  # its letters, in the United States


class Row(NamedTuple):
    """A name as it is written, and what it can mean."""

    written: str
    cities: tuple[City, ...] = ()
    countries: tuple[str, ...] = ()  # ISO 3166 codes
    zones: tuple[str, ...] = ()  # what systems call by this name


def letter(place: int) -> str:
    """What stands for the zone at this place of the first line."""
    return chr(_FIRST_LETTER + place if place < _LETTERS else _FURTHER + place)


def size(people: int) -> str:
    """What stands for so many people."""
    steps = round(math.log(max(people, _SMALLEST) / _SMALLEST, _STEP))
    return chr(_FIRST_SIZE + min(steps, _SIZES))


def find(name: str) -> Row | None:
    """The row of a name that is ``spelling.normal``."""
    names = _read().names
    start = _first(name)
    if start < len(names) and normal(_written(names, start)) == name:
        return _row(names, start)
    return None


def beginning(start: str, limit: int) -> Iterator[Row]:
    """Rows whose normal name begins so, in their order, ``limit`` at most."""
    names = _read().names
    at = _first(start)
    for _n in range(limit):
        if at >= len(names) or not normal(_written(names, at)).startswith(start):
            return
        yield _row(names, at)
        at = _line_end(names, at) + 1


class _Table(NamedTuple):
    zones: dict[str, str]  # by their letters
    well_known: tuple[str, ...]
    look_alikes: frozenset[str]
    names: bytes
    starts: list[int]  # where every so many lines begin
    steps: list[str]  # and the normal names there


@cache
def _read() -> _Table:
    packed = (resources.files(__package__) / "names.bin").read_bytes()
    zones, known, alike, names = zlib.decompress(packed).split(b"\n", 3)
    starts = [0, *(names.rfind(b"\n", 0, at) + 1 for at in range(_STRIDE, len(names), _STRIDE))]
    return _Table(
        {letter(place): zone for place, zone in enumerate(zones.decode().split())},
        tuple(known.decode().split("|")),
        frozenset(alike.decode().split("|")),
        names,
        starts,
        [normal(_written(names, start)) for start in starts],
    )


def well_known() -> tuple[str, ...]:
    """Normal names of what people mistype: large cities, countries, states."""
    return _read().well_known


def looks_like_another(name: str) -> bool:
    """Is this the name of a real place, too small for the table, one slip from a well-known one with another clock?"""
    return name in _read().look_alikes


def _first(name: str) -> int:
    """Where the first line starts whose name is this one or comes after it."""
    read = _read()
    step = bisect_right(read.steps, name)
    low = read.starts[step - 1] if step else 0
    high = read.starts[step] if step < len(read.starts) else len(read.names)
    while low < high:
        middle = max(low, read.names.rfind(b"\n", 0, (low + high) // 2) + 1)
        if normal(_written(read.names, middle)) < name:
            low = _line_end(read.names, middle) + 1
        else:
            high = middle
    return low


def _line_end(names: bytes, start: int) -> int:
    end = names.find(b"\n", start)
    return len(names) if end < 0 else end


def _written(names: bytes, start: int) -> str:
    return names[start : names.index(b"\t", start)].decode()


def _row(names: bytes, start: int) -> Row:
    zones = _read().zones
    written, _tab, codes = names[start : _line_end(names, start)].decode().partition("\t")
    cities, countries, systems = [], [], []
    at, first = 0, True
    while at < len(codes):
        if codes[at] == "=":
            countries.append(codes[at + 1 : at + 3])
            at += 3
        elif codes[at] == "*":
            systems.append(zones[codes[at + 1]])
            at += 2
        elif codes[at] == "~":
            first = False
            at += 1
        else:
            people = _SMALLEST * _STEP ** (ord(codes[at + 1]) - _FIRST_SIZE)
            state = codes[at + 3 : at + 5] if codes[at + 2 : at + 3] == "^" else ""
            cities.append(City(zones[codes[at]], round(people), first, state))
            first = True
            at += 5 if state else 2
    return Row(written, tuple(cities), tuple(countries), tuple(systems))
