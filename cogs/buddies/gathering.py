"""Turns the people who signed up into the rows a round is matched on: the eligible, in an order the seed decides."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import date
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from cogs.buddies.candidates import Candidate, Met
from cogs.buddies.fit import AGAIN, AGAIN_HALVES, LEFT_OUT, LEFT_OUT_LAST, PLACED, Ints, Links, People
from cogs.buddies.hours import QUARTERS, in_week

_NUMBERS = 8
"""How many whole numbers are kept of each person: id, group, pace, purposes, style, trio_ok, trio_last, worth."""
_FREE_WORDS = -(-QUARTERS // 64)


class Gathering:
    """Takes candidates one by one, so that 100,000 are never in memory at once; keeps about 200 bytes of each."""

    def __init__(self, week: date) -> None:
        self.week = week
        self.signed_up = 0
        self._numbers = array("q")
        self._free = bytearray()
        self._zones: list[str] = []
        self._spoken: list[int] = []
        self._languages: dict[str, int] = {}
        self._groups: dict[str, int] = {}
        self._avoids = array("q")

    def add(self, candidate: Candidate) -> None:
        """Takes one person in, if they are eligible."""
        self.signed_up += 1
        if not candidate.eligible:
            return
        worth = PLACED + LEFT_OUT_LAST * candidate.left_out_last + LEFT_OUT * min(candidate.left_out, 999)
        group = self._groups.setdefault(candidate.group, len(self._groups))
        self._numbers.extend((candidate.id, group, candidate.pace, candidate.purposes, candidate.style))
        self._numbers.extend((candidate.trio_ok, candidate.trio_last, worth))
        self._free += in_week(candidate.free, candidate.zone, self.week).to_bytes(_FREE_WORDS * 8, "little")
        self._zones.append(candidate.zone)
        self._spoken.append(
            sum(1 << self._languages.setdefault(language, len(self._languages)) for language in candidate.languages)
        )
        self._avoids.extend(chain.from_iterable((candidate.id, avoided) for avoided in candidate.avoids))

    def people(self, seed: int, number: int, met: Iterable[Met]) -> People:
        """The rows of round ``number``. Raises ``ValueError`` where two candidates have the same id."""
        numbers = np.frombuffer(self._numbers, np.int64).reshape(-1, _NUMBERS)
        order = np.lexsort((numbers[:, 0], _shuffled(numbers[:, 0], seed)))
        numbers = numbers[order]
        ids, by_id = numbers[:, 0], np.argsort(numbers[:, 0])
        if (np.diff(ids[by_id]) == 0).any():
            raise ValueError("somebody is twice among the candidates")
        avoids = _as_rows(np.frombuffer(self._avoids, np.int64).reshape(-1, 2), ids, by_id)
        meetings = np.fromiter(chain.from_iterable(met), np.int64).reshape(-1, 3)
        known = _as_rows(meetings, ids, by_id)
        age = np.maximum(number - known[:, 2], 1)
        return People(
            ids=ids,
            groups=np.argsort(np.argsort([*self._groups]))[numbers[:, 1]] if len(ids) else numbers[:, 1],
            languages=self._language_words()[order],
            language_names=sorted(self._languages),
            free=np.frombuffer(self._free, np.uint64).reshape(-1, _FREE_WORDS)[order],
            zones=[self._zones[row] for row in order],
            pace=numbers[:, 2].astype(np.int8),
            purposes=numbers[:, 3].astype(np.int8),
            style=numbers[:, 4].astype(np.int8),
            trio_ok=numbers[:, 5] != 0,
            trio_last=numbers[:, 6] != 0,
            worth=numbers[:, 7],
            apart=Links.of(len(ids), avoids, np.zeros(len(avoids), np.int64)),
            met=Links.of(len(ids), known, np.rint(AGAIN * 0.5 ** ((age - 1) / AGAIN_HALVES)).astype(np.int64)),
            meetings=known,
        )

    def _language_words(self) -> NDArray[np.uint64]:
        """Each person's languages as bits in the order of their names, in as many 64-bit words as that takes."""
        width = max(1, -(-len(self._languages) // 64))
        place = {code: place for place, (_, code) in enumerate(sorted(self._languages.items()))}
        words = {
            spoken: sum(1 << place[code] for code in range(spoken.bit_length()) if spoken >> code & 1)
            for spoken in set(self._spoken)
        }
        packed = b"".join(words[spoken].to_bytes(width * 8, "little") for spoken in self._spoken)
        return np.frombuffer(packed, np.uint64).reshape(-1, width)


def _as_rows(pairs: Ints, ids: Ints, by_id: Ints) -> Ints:
    """The pairs of ids whose two people both take part, with their rows in the first two columns."""
    if not len(ids):
        return pairs[:0]
    sorted_ids = ids[by_id]
    at = np.minimum(np.searchsorted(sorted_ids, pairs[:, :2]), len(ids) - 1)
    found = (sorted_ids[at] == pairs[:, :2]).all(axis=1) & (pairs[:, 0] != pairs[:, 1])
    rows: Ints = pairs[found].copy()
    rows[:, :2] = by_id[at[found]]
    return rows


def _shuffled(ids: Ints, seed: int) -> NDArray[np.uint64]:
    """A number for each id that the seed decides: the finaliser of splitmix64."""
    mixed = ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ mixed >> np.uint64(shift)) * np.uint64(factor)
    return np.asarray(mixed ^ mixed >> np.uint64(31))
