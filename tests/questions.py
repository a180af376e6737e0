"""What a check-in question may not be, the weakest of them, and a year of them as ``scripts/questions`` prints it."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from bot.words.prompts import DEPTHS, Depth, Prompt, Sensitivity, choose, shipped
from tests.tone import Rule, whole

CHECKINS: Sequence[Prompt] = tuple(prompt for prompt in shipped() if prompt.kind == "checkin")
THEMES = sorted({prompt.theme for prompt in CHECKINS})
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
FIRST_WEEK = 7
KEPT = timedelta(days=400)
"""As storage keeps what was seen."""

# ------------------------------------------------------------------ what they may not be

ASKS = "what|where|who|whose|how|when|which"
RULES = (
    Rule("jargon", whole("arriving", "how much room", "lands?", "(?:hold|holding|safe) space"), "everyday words"),
    Rule("jargon", whole("boundar(?:y|ies)", "trigger\\w*", "self-care", "mindful\\w*", "toxic"), "everyday words"),
    Rule("jargon", whole("process(?:ing)?", "validat\\w+", "resonat\\w+", "unpack", "sit with that"), "everyday words"),
    Rule("jargon", whole("journey", "intention\\w*", "ground(?:ed|ing)", "nourish\\w*", "capacity"), "everyday words"),
    Rule("advice", whole("have you (?:tried|thought of)", "what if you", "how about you"), "ask what is so"),
    Rule("advice", whole("could you (?:try|do|let|put|ask|take|go)", "try to", "make sure"), "ask what is so"),
    Rule("advice", whole("remember to", "you (?:need|have) to", "take a (?:moment|breath|break)"), "ask what is so"),
    Rule("advice", whole("would it help (?:you )?to", "let go of", "smallest (?:\\w+ )?thing you could"), "ask"),
    Rule(
        "praise", whole("proud", "great", "brilliant", "wonderful", "well done", "brave of you", "strong of you"), "ask"
    ),
    Rule("praise", whole("you (?:managed|deserve|earned)", "deserves"), "ask"),
    Rule("two questions", rf"(?:,| ) ?(?:and|or) (?:{ASKS}|is|are|do|does|did|would)\b", "ask one of them"),
    Rule(
        "premise", whole("since (?:we|you) last", "last time", "a day like this", "how did \\w+ go"), "ask what may be"
    ),
    Rule(
        "premise", whole("(?:your|the) day off", "after work", "at school", "made you (?:laugh|smile)\\?"), "leave it"
    ),
    Rule("holiday", whole("christmas", "easter", "ramadan", "eid", "diwali", "hanukkah", "halloween"), "leave it out"),
    Rule("holiday", whole("thanksgiving", "new year\\w*", "birthdays?", "holidays?", "valentine\\w*"), "leave it out"),
    Rule(
        "idiom", whole("in your corner", "on your plate", "under the weather", "piece of cake", "rain check"), "plain"
    ),
    Rule("idiom", whole("touch base", "same page", "crossed? your mind", "call it a day", "feels like a hug"), "plain"),
    Rule("idiom", whole("burn(?:ed|t)? out", "shrug off", "butterflies", "silver lining", "bucket list"), "plain"),
    Rule(
        "idiom", whole("off your (?:chest|list)", "all over the place", "from scratch", "bring to the table"), "plain"
    ),
    Rule("idiom", whole("guilty pleasure", "comfort zone", "recharge\\w*", "batter(?:y|ies)", "me time"), "plain"),
    Rule("idiom", whole("over the moon", "down in the dumps", "blue", "hang in there", "ups and downs"), "plain"),
    Rule("body", whole("walk to", "run to", "stand up", "look around", "look out of your"), "leave the way open"),
)
"""Beside tests/tone.py, which holds for every sentence. What an option says is its own: only ``text`` is asked."""

LONG_WORD, SYLLABLES = 9, 3
EVERYDAY = frozenset(
    {
        "afternoon", "alongside", "beautiful", "beginning", "breakfast", "children's", "comfortable", "comforted",
        "comforting", "different", "differently", "everybody", "everything", "explaining", "favourite", "finishing",
        "instructions", "listening", "remembered", "somewhere", "something", "sometimes", "surprises", "talkative",
        "understand", "unfinished", "vegetable", "wandering",
    }
)  # fmt: skip
"""Words that are long and that a child of twelve says all the same."""


def too_hard(text: str) -> list[str]:
    """The words above the reading age of twelve: nine letters and three syllables or more, and not an everyday one."""
    words = re.findall(r"[a-z]+(?:'[a-z]+)?", text.casefold().replace("’", "'"))
    return [word for word in words if _is_long(word) and word not in EVERYDAY]


def _is_long(word: str) -> bool:
    return len(word) >= LONG_WORD and len(re.findall(r"[aeiouy]+", re.sub(r"e[sd]?$", "", word))) >= SYLLABLES


def problems(prompt: Prompt) -> list[str]:
    """What is wrong with a check-in question, one line each; empty if it can be asked."""
    found = [f"{rule.name}: '{bad}'; instead: {rule.instead}" for rule in RULES if (bad := rule.found(prompt.text))]
    found += [f"hard word: {word}" for words in (prompt.text, *prompt.options) for word in too_hard(words)]
    for moment, words in (("weekend", r"\bweekends?\b"), ("evening", r"\b(?:this evening|tonight)\b")):
        if re.search(words, prompt.text, re.IGNORECASE) and prompt.fits != moment:
            found.append(f"premise: it speaks of the {moment} at any hour; set 'fits'")
    if "hard" in prompt.options and [*prompt.options] != ["okay", "so-so", "hard"]:
        found.append("options: 'hard' belongs to the question that asks okay, so-so, hard")
    if prompt.reply == "tap" and len({*prompt.options}) < len(prompt.options):
        found.append("options: two are the same")
    return found


# ------------------------------------------------------------------ which are the weakest

VAGUE = frozenset({"thing", "things", "something", "anything", "somebody", "people", "moment", "lately", "days"})


def weakest(prompts: Sequence[Prompt] = CHECKINS, count: int = 30) -> list[tuple[float, Prompt]]:
    """Those that a reader looks at first: long, vague, begun like many others, or nearly said by another one."""
    words = {prompt.id: _words(prompt.text) for prompt in prompts}
    begun = Counter(tuple(found[:3]) for found in words.values())
    marks = []
    for prompt in prompts:
        mine = words[prompt.id]
        near = max(_alike(mine, other) for id_, other in words.items() if id_ != prompt.id)
        mark = len(prompt.text) / 60 + sum(word in VAGUE for word in mine) / 2 + begun[tuple(mine[:3])] / 10 + 3 * near
        marks.append((mark + prompt.text.count(",") / 4, prompt))
    return sorted(marks, key=lambda one: -one[0])[:count]


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.casefold())


def _alike(one: Collection[str], other: Collection[str]) -> float:
    return len({*one} & {*other}) / len({*one} | {*other})


# ------------------------------------------------------------------ a member's year


def year(
    depth: Depth, themes: Collection[str] = (), hour: int = 9, seed: str = "1", days: int = 365
) -> Iterator[tuple[datetime, Prompt]]:
    """The questions of somebody who is asked every day, from their first one on."""
    seen: dict[str, datetime] = {}
    last: Sensitivity | None = None
    for day in range(days):
        now = MONDAY + timedelta(days=day, hours=hour)
        seen = {id_: at for id_, at in seen.items() if now - at < KEPT}
        asked = choose(
            CHECKINS,
            kind="checkin",
            seen=seen,
            last_sensitivity=last,
            themes=themes,
            leave_out=(),
            depth=depth,
            local_now=now,
            first_week=day < FIRST_WEEK,
            seed=seed,
        )
        seen[asked.id], last = now, asked.sensitivity
        yield now, asked


def _as_read(prompt: Prompt) -> str:
    answers = " ".join(f"[{option}]" for option in prompt.options)
    return f"{prompt.text} {answers}".rstrip()


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/questions", description=__doc__)
    parser.add_argument("--weakest", action="store_true", help="the thirty to write anew first, by the lint")
    parser.add_argument("--personal", choices=DEPTHS, default="light")
    parser.add_argument("--themes", default="", help=f"of {', '.join(THEMES)}; with commas between; all if left out")
    parser.add_argument("--hour", type=int, default=9)
    parser.add_argument("--seed", default="1", help="stands for a member: another one gets another year")
    parser.add_argument("--days", type=int, default=365)
    chosen = parser.parse_args()
    if chosen.weakest:
        for mark, prompt in weakest():
            sys.stdout.write(f"{mark:4.1f}  {prompt.id:12}  {_as_read(prompt)}\n")
        return
    themes = [theme for theme in chosen.themes.split(",") if theme]
    if unknown := {*themes} - {*THEMES}:
        parser.error(f"no theme {', '.join(sorted(unknown))}")
    for now, prompt in year(chosen.personal, themes, chosen.hour, chosen.seed, chosen.days):
        sys.stdout.write(f"{now:%a %d %b}  {prompt.theme:10}  {_as_read(prompt)}\n")


if __name__ == "__main__":
    main()
