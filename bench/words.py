"""How much of what people type is understood, and how much is taken for something else: Kith beside other readers.

Times, lengths and moments of ``tests/data/words`` (and of each ``--words FOLDER``) go to everybody; days and places
only to Kith, as the others read none. An unclear phrase is right if it is refused or asked about. Where only the hour
is left open, the others need to find the day; Kith has to ask for the hour. ``right_to_best`` is Kith's share of right
ones divided by that of the best of the others, ``wrong_to_best`` likewise with the least wrong of them.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench import _peers
from bot.clocks import zones
from bot.clocks.places import same_clock
from bot.errors import UserError
from tests.clocks.test_words import NOW, SOURCES, WORDS, verdict

NEEDS = "test peers"

SHARED = ("times", "durations", "moments")
DAY = len("2026-11-26")

Case = tuple[str, str, str]
"""Kind, phrase, meaning."""


def main(argv: Sequence[str]) -> dict[str, int | float | str]:
    """Shares of the phrases that everybody was asked, and Kith's of days and places."""
    parser = argparse.ArgumentParser(prog=f"scripts/bench {Path(__file__).stem}", description=__doc__)
    parser.add_argument(
        "--words", type=Path, action="append", default=[], metavar="FOLDER", help="phrases besides ours"
    )
    folders = [WORDS, *parser.parse_args(argv).words]
    cases = [case for kind in SHARED for case in _cases(folders, kind)]
    judged = {"kith": [verdict(*case) for case in cases]} | _by_others(cases)
    rows = {name: Counter(outcomes) for name, outcomes in judged.items() if outcomes}
    own = {"days": [verdict(*case) for case in _cases(folders, "days")], "places": list(map(_place, _places(folders)))}
    _show(rows | {f"kith, {kind}": Counter(outcomes) for kind, outcomes in own.items()}, judged)
    figures: dict[str, int | float | str] = {"phrases": len(cases)}
    for name, outcomes in judged.items():
        figures |= _shares(name, rows[name]) if outcomes else {name: "not run"}
    figures |= {key: share for kind, outcomes in own.items() for key, share in _shares(kind, Counter(outcomes)).items()}
    return figures | _ratios(rows)


def _cases(folders: Sequence[Path], kind: str) -> list[Case]:
    """Each phrase once, whichever files it stands in."""
    files = [folder / f"{source}{kind}.txt" for folder in folders for source in SOURCES]
    lines = [line for file in files if file.is_file() for line in file.read_text(encoding="utf-8").splitlines()]
    parts = [line.rpartition("|") for line in lines if line and not line.startswith("#")]
    return [(kind, phrase, meaning) for phrase, meaning in {phrase: meaning for phrase, _bar, meaning in parts}.items()]


def _by_others(cases: Sequence[Case]) -> dict[str, list[str]]:
    """The verdict on each answer; none for who is not installed."""
    phrases = [(kind, phrase) for kind, phrase, _meaning in cases]
    judged = {}
    for peer in _peers.PEERS:
        answers = _peers.ask(peer, phrases, NOW)
        pairs = zip(answers or (), cases, strict=bool(answers))
        judged[peer] = [_judge(answer, meaning) for answer, (_kind, _phrase, meaning) in pairs]
    return judged


def _judge(answer: str | None, meaning: str) -> str:
    if answer is None:
        return "right" if meaning == "-" else "asked"
    return "right" if answer == meaning or (len(meaning) == DAY and answer[:DAY] == meaning) else "wrong"


def _places(folders: Sequence[Path]) -> list[tuple[str, str]]:
    """What is typed for a place, and a zone that shows its time."""
    typed = [(phrase, meaning) for _kind, phrase, meaning in _cases(folders, "places")]
    cities = [line.split("|") for line in (WORDS / "cities.txt").read_text(encoding="utf-8").splitlines()[1:]]
    return typed + [(f"{name.lower()} {country.lower()}", zone) for name, country, zone, *_others in cities]


def _place(case: tuple[str, str]) -> str:
    typed, zone = case
    try:
        key = zones.find(typed).key
    except UserError:
        return "right" if zone == "-" else "asked"
    alike = zone != "-" and same_clock.clock(key, NOW.year) == same_clock.clock(zone, NOW.year)
    return "right" if alike else "wrong"


def _shares(name: str, outcomes: Counter[str]) -> dict[str, float]:
    total = max(1, outcomes.total())
    return {f"{name}_{outcome}": outcomes[outcome] / total for outcome in ("right", "wrong", "asked")}


def _ratios(rows: dict[str, Counter[str]]) -> dict[str, float]:
    others = [_shares("", outcomes) for name, outcomes in rows.items() if name != "kith"]
    if not others:
        return {}
    ours = _shares("", rows["kith"])
    return {
        "right_to_best": ours["_right"] / max(other["_right"] for other in others),
        "wrong_to_best": ours["_wrong"] / (min(other["_wrong"] for other in others) or 1),
    }


def _show(rows: dict[str, Counter[str]], judged: dict[str, list[str]]) -> None:
    print(f"{'':<14} {'phrases':>8} {'right':>7} {'wrong':>7} {'asked':>7}")
    for name, outcomes in rows.items():
        shares = "".join(f" {share:>7.1%}" for share in _shares(name, outcomes).values())
        print(f"{name:<14} {outcomes.total():>8}{shares}")
    for name in [name for name, outcomes in judged.items() if not outcomes]:
        print(f"{name:<14} not run: it is not installed here")
    print()
