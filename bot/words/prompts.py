"""The questions Kith asks: read from content/prompts.toml, chosen so that none comes too deep, soon or often."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, get_args

from bot.words.files import CONTENT, Entry, read

Kind = Literal["checkin", "goal", "starter", "circle", "listen", "close", "reflect", "host"]
Depth = Literal["light", "personal", "tender"]
Sensitivity = Literal["low", "medium", "high"]
Reply = Literal["tap", "word", "free", "pair"]
Fits = Literal["evening", "weekend"]
Screen = Literal[
    "company", "doors", "people", "circles", "helper-hours", "thanks", "remind", "send", "goal", "round", "side-room",
    "stand-ins", "hosts", "hand", "quiet", "hello",
]  # fmt: skip

DEPTHS: Final[tuple[Depth, ...]] = get_args(Depth)
SCREENS: Final[tuple[Screen, ...]] = get_args(Screen)
LONGEST: Final = 160
"""Characters in a prompt: one glance on a phone."""
PASSES: Final = frozenset({"pass", "skip", "not today"})
"""Typed words that pass on any prompt, unless they are one of its own answers."""
EVENING: Final = 17
WEEKEND: Final = (4, 5, 6)
ANYTHING: Final = "*"
REST: Final = timedelta(days=150)
"""Nothing comes again before this while there is another."""
FIRST: Final = 3
"""The first questions of somebody, which are the gentlest there are."""
APART: Final = 11
"""Questions after one whose answer leads to a feature of Kith's before the next such: fewer than one in ten do."""
SHUFFLED: Final = 20
"""Of what may come again, one of so many that were seen longest ago: the order of last time does not come back."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question. ``avoid``: topics it touches. ``leads_to``: an answer (``*``: anything written) -> its screen."""

    id: str
    kind: Kind
    theme: str
    depth: Depth
    sensitivity: Sensitivity
    avoid: frozenset[str]
    reply: Reply
    text: str
    options: tuple[str, ...]
    leads_to: Mapping[str, Screen] = field(hash=False)
    fits: Fits | None


def load(path: Path = CONTENT / "prompts.toml") -> tuple[Prompt, ...]:
    """Every prompt of the file, in its order. FatalError, one sentence, at the first mistake."""
    whole = read(path)
    whole.only("meta", "prompt")
    prompts = tuple(_prompt(path.name, fields) for fields in whole.tables("prompt"))
    seen: set[str] = set()
    for prompt in prompts:
        entry = Entry(path.name, prompt.id, {})
        if prompt.id in seen:
            raise entry.wrong("two prompts have this id; give one of them a new one.")
        if prompt.text in seen:
            raise entry.wrong("another prompt has the same text; take one of them out.")
        seen |= {prompt.id, prompt.text}
    for kind in dict.fromkeys(prompt.kind for prompt in prompts):
        if not any(prompt.kind == kind and suits_everybody(prompt) for prompt in prompts):
            raise whole.wrong(
                f"kind {kind} can run dry; add one with depth 1, sensitivity low, no topics to leave out and no hour."
            )
    if not prompts:
        raise whole.wrong("there is no prompt; add at least one.")
    return prompts


@cache
def shipped() -> tuple[Prompt, ...]:
    """The prompts of content/prompts.toml, read once."""
    return load()


def find(prompts: Iterable[Prompt], prompt_id: str) -> Prompt | None:
    """The prompt with this id; None if a newer file no longer has it."""
    return next((prompt for prompt in prompts if prompt.id == prompt_id), None)


def switched_on(prompts: Iterable[Prompt], off: Collection[str], *, tender: bool) -> tuple[Prompt, ...]:
    """Those that may be asked where moderators switched some off.

    A member of several communities is asked only what each of them asks; where that leaves none of a kind that suits
    everybody, those that do stay.
    """
    known = tuple(prompts)
    on = tuple(one for one in known if one.id not in off and (tender or one.depth != "tender"))
    enough = {one.kind for one in on if suits_everybody(one)}
    return on + tuple(one for one in known if one.kind not in enough and suits_everybody(one))


def choose(
    prompts: Iterable[Prompt],
    *,
    kind: Kind,
    seen: Mapping[str, datetime],
    last_sensitivity: Sensitivity | None,
    themes: Collection[str],
    leave_out: Collection[str],
    depth: Depth,
    local_now: datetime,
    first_week: bool,
    seed: str,
) -> Prompt:
    """One of those of this kind that fit and were seen longest ago (never counts as longest).

    Never relaxed: kind, topics to leave out, the dial, no tender in the first week, no two of medium or high
    sensitivity in a row.
    Wished for, each as far as those before it leave something: the hour; nothing seen in the last ``REST``; another
    theme than the last one; the gentlest at first; a feature of Kith's not too often; the themes (none means all).
    ``seed`` (a person's id) and the day break ties: a restart changes nothing, two people get different ones, and no
    year is in the order of the year before.
    For two people, pass the lower dial, both sets of topics, the later of each time seen, and the higher sensitivity.
    ValueError if what is never relaxed leaves nothing. A file that ``load`` accepts always leaves something; a
    selection of it (prompts switched off) may not.
    """
    known = [prompt for prompt in prompts if prompt.kind == kind]
    within = DEPTHS[: DEPTHS.index(depth) + 1]
    safe = [
        prompt
        for prompt in known
        if prompt.depth in within
        and not (first_week and prompt.depth == "tender")
        and prompt.avoid.isdisjoint(leave_out)
        and (prompt.sensitivity == "low" or last_sensitivity in (None, "low"))
    ]
    if not safe:
        raise ValueError(f"no {kind} prompt is light enough, so none is safe to send")
    before = asked_before(known, seen)
    hours, recent = _hours(local_now), {id_ for id_, at in seen.items() if not _has_rested(at, local_now)}
    wishes: tuple[Callable[[Prompt], bool], ...] = (
        lambda prompt: prompt.fits in hours,
        lambda prompt: prompt.id not in recent,
        lambda prompt: not before or prompt.theme != before[-1].theme,
        lambda prompt: len(seen) >= FIRST or is_gentlest(prompt),
        lambda prompt: not prompt.leads_to or not any(one.leads_to for one in before[-APART:]),
        lambda prompt: not themes or prompt.theme in themes,
    )
    for wish in wishes:
        safe = [prompt for prompt in safe if wish(prompt)] or safe
    return _longest_ago(safe, seen, f"{seed}\0{local_now.date()}", local_now)


def asked_before(prompts: Iterable[Prompt], seen: Mapping[str, datetime]) -> list[Prompt]:
    """Those that were seen, the last one at the end. What was seen in one moment stays in the order of ``seen``."""
    known = {prompt.id: prompt for prompt in prompts}
    return [known[id_] for id_ in sorted(seen, key=lambda id_: seen[id_]) if id_ in known]


def destination(prompt: Prompt, answer: str) -> Screen | None:
    """The screen an answer opens (as pressed or as typed), or None where it ends in the neutral text."""
    said = _plain(answer)
    for option in prompt.options:
        if _plain(option) == said:
            return prompt.leads_to.get(option)
    if not said or said in PASSES:
        return None
    return prompt.leads_to.get(ANYTHING)


def _plain(answer: str) -> str:
    return " ".join(answer.split()).strip(" .'\"‘’“”").casefold()


def _hours(local_now: datetime) -> set[Fits | None]:
    """What a prompt may be made for, to be asked at this hour."""
    fitting: dict[Fits, bool] = {"evening": local_now.hour >= EVENING, "weekend": local_now.weekday() in WEEKEND}
    return {None, *(fits for fits, true in fitting.items() if true)}


def suits_everybody(prompt: Prompt) -> bool:
    """Light, of low sensitivity, at any hour, whatever topics are left out."""
    return prompt.depth == "light" and prompt.sensitivity == "low" and not prompt.avoid and prompt.fits is None


def is_gentlest(prompt: Prompt) -> bool:
    """One tap, about nothing that can hurt, and nothing comes of it."""
    return prompt.reply == "tap" and suits_everybody(prompt) and not prompt.leads_to


def _has_rested(seen: datetime, now: datetime) -> bool:
    return now - seen >= REST


def _longest_ago(prompts: Sequence[Prompt], seen: Mapping[str, datetime], salt: str, now: datetime) -> Prompt:
    candidates = [prompt for prompt in prompts if prompt.id not in seen]
    if not candidates:
        oldest = sorted(prompts, key=lambda prompt: seen[prompt.id])
        same = [prompt for prompt in oldest if seen[prompt.id] == seen[oldest[0].id]]
        candidates = oldest[:SHUFFLED] if _has_rested(seen[oldest[-1].id], now) else same
    # Not hash(): Python salts it, and a restart must not change who gets what.
    return min(candidates, key=lambda prompt: hashlib.sha256(f"{salt}\0{prompt.id}".encode()).digest())


def _prompt(file: str, fields: Mapping[str, object]) -> Prompt:
    prompt_id = Entry(file, "a prompt", fields).text("id")
    entry = Entry(file, prompt_id, fields)
    entry.only(
        "id", "kind", "theme", "depth", "sensitivity", "avoid", "reply", "text", "options", "leads_to", "fits"
    )  # fmt: skip
    prompt = Prompt(
        id=prompt_id,
        kind=entry.one_of("kind", get_args(Kind)),
        theme=entry.text("theme"),
        depth=_depth(entry),
        sensitivity=entry.one_of("sensitivity", get_args(Sensitivity)),
        avoid=frozenset(entry.texts("avoid")),
        reply=entry.one_of("reply", get_args(Reply)),
        text=entry.text("text"),
        options=entry.texts("options"),
        leads_to=_leads_to(entry),
        fits=entry.one_of("fits", get_args(Fits)) if "fits" in fields else None,
    )
    _check(prompt, entry)
    return prompt


def _depth(entry: Entry) -> Depth:
    number = entry.fields.get("depth")
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= len(DEPTHS):
        raise entry.wrong("set 'depth' to 1 (light), 2 (personal) or 3 (tender).")
    return DEPTHS[number - 1]


def _leads_to(entry: Entry) -> Mapping[str, Screen]:
    opens = Entry(entry.file, f"{entry.name}, leads_to", entry.table("leads_to"))
    return MappingProxyType({answer: opens.one_of(answer, SCREENS) for answer in opens.fields})


def _check(prompt: Prompt, entry: Entry) -> None:
    """The rules between fields."""
    if len(prompt.text) > LONGEST:
        raise entry.wrong(f"the text has {len(prompt.text)} characters; shorten it to {LONGEST}.")
    if prompt.text.count("?") > 1:
        raise entry.wrong("ask one question; take the others out.")
    if prompt.sensitivity == "high" and prompt.depth != "tender":
        raise entry.wrong("high sensitivity goes only with depth 3; lower one or raise the other.")
    if prompt.depth == "tender" and prompt.sensitivity == "low":
        raise entry.wrong("depth 3 is never of low sensitivity; set it to medium or high.")
    if prompt.reply == "tap" and len(prompt.options) not in (3, 4):
        raise entry.wrong("a tap prompt needs 3 or 4 options.")
    if prompt.reply != "tap" and len(prompt.options) > 1:
        raise entry.wrong("only a tap prompt has several options; keep one at most.")
    for answer in prompt.leads_to:
        if answer == ANYTHING and prompt.reply == "tap":
            raise entry.wrong("a tap prompt has no written answer; let leads_to name its options instead of '*'.")
        if answer != ANYTHING and answer not in prompt.options:
            raise entry.wrong(f"leads_to names '{answer}', which is not one of the options; make them equal.")
