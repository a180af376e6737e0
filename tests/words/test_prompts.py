"""Holds the questions to what was promised about them, and the choice to never running dry or going too deep."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.errors import FatalError
from bot.words.files import CONTENT
from bot.words.prompts import (
    DEPTHS,
    SCREENS,
    Depth,
    Fits,
    Kind,
    Prompt,
    Sensitivity,
    asked_before,
    choose,
    destination,
    find,
    is_gentlest,
    load,
    shipped,
)
from tests.questions import CHECKINS, RULES, THEMES, problems, too_hard, weakest, year
from tests.tone import Rule

PROMPTS = shipped()
TOPICS = sorted({topic for prompt in PROMPTS for topic in prompt.avoid})
ALICE, BOB = "1", "2"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVENING = MONDAY.replace(hour=19)
SATURDAY = MONDAY + timedelta(days=5)
SETTLED = {"one": MONDAY - timedelta(days=3), "two": MONDAY - timedelta(days=2), "three": MONDAY - timedelta(days=1)}
"""What somebody saw who has their first, gentlest questions behind them."""

ABOUT_HEALTH = re.compile(
    r"\b(diagnos|symptom|medic|pill|dose|drug|drink|alcohol|sober|weigh|therap|doctor|depress|anxi|suicid|self-harm|trauma)",
    re.IGNORECASE,
)
ASSUMES = re.compile(
    r"\b(your (family|partner|wife|husband|mother|father|mum|dad|parents?|kids?|children|boss|job|house|god|church)|"
    r"pray|walk to|run to)\b",
    re.IGNORECASE,
)
COUNTS = re.compile(r"\bhow (many|often|long)\b|\d", re.IGNORECASE)
OPENS_A_DOOR = {"yes please", "a listener", "company", "a nudge", "hard", "nobody yet", "stirred up"}


def ask(
    prompts: tuple[Prompt, ...] = PROMPTS,
    *,
    kind: Kind = "checkin",
    seen: Mapping[str, datetime] | None = None,
    last: Sensitivity | None = None,
    themes: tuple[str, ...] = (),
    leave_out: tuple[str, ...] = (),
    depth: Depth = "light",
    now: datetime = MONDAY,
    first_week: bool = False,
    seed: str = ALICE,
) -> Prompt:
    """A member's prompt, for a member of whom only the named things are special."""
    return choose(
        prompts,
        kind=kind,
        seen=seen or {},
        last_sensitivity=last,
        themes=themes,
        leave_out=leave_out,
        depth=depth,
        local_now=now,
        first_week=first_week,
        seed=seed,
    )


def prompt(id: str, *, theme: str = "arriving", sensitivity: Sensitivity = "low", fits: Fits | None = None) -> Prompt:
    return Prompt(id, "checkin", theme, "light", sensitivity, frozenset(), "free", f"{id}?", (), {}, fits)


# ------------------------------------------------------------------ the file


def test_ids_and_texts_are_unique() -> None:
    assert [item for item, times in Counter(p.id for p in PROMPTS).items() if times > 1] == []
    assert [item for item, times in Counter(p.text for p in PROMPTS).items() if times > 1] == []


def test_the_file_holds_what_the_documents_say() -> None:
    assert len(PROMPTS) == 544
    assert Counter(p.kind for p in PROMPTS) == {
        "checkin": 471, "starter": 39, "circle": 9, "goal": 6, "listen": 6, "host": 6, "reflect": 4, "close": 3,
    }  # fmt: skip
    assert [sum(p.depth == depth for p in PROMPTS) for depth in DEPTHS] == [406, 105, 33]
    assert Counter(p.sensitivity for p in PROMPTS) == {"low": 470, "medium": 54, "high": 20}


def test_there_are_enough_checkins_for_a_year_and_light_ones_in_every_theme_for_a_month() -> None:
    there = Counter(p.depth for p in CHECKINS)
    assert (there["light"] >= 260, there["personal"] >= 70, there["tender"] >= 24) == (True, True, True)
    light = Counter(p.theme for p in CHECKINS if p.depth == "light")
    assert {theme: count for theme, count in light.items() if count < 24} == {}
    assert set(light) == set(THEMES)
    assert sum(bool(p.leads_to) for p in CHECKINS) * 10 < len(CHECKINS)


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.id)
def test_a_prompt_is_short_asks_once_and_fits_its_buttons(prompt: Prompt) -> None:
    assert len(prompt.text) <= 160
    assert prompt.text.count("?") <= 1
    assert prompt.reply != "tap" or len(prompt.options) in (3, 4)
    assert all(len(option) <= 45 for option in prompt.options)


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.id)
def test_a_prompt_goes_as_deep_as_it_says(prompt: Prompt) -> None:
    assert prompt.sensitivity != "high" or prompt.depth == "tender"
    assert prompt.depth != "tender" or prompt.sensitivity != "low"


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.id)
def test_a_prompt_collects_no_health_assumes_nothing_and_counts_nothing(prompt: Prompt) -> None:
    for words in (prompt.text, *prompt.options):
        assert not ABOUT_HEALTH.search(words)
        assert not ASSUMES.search(words)
        assert not COUNTS.search(words)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (ABOUT_HEALTH, "Which medicines did you take today?"),
        (ABOUT_HEALTH, "Any symptoms?"),
        (ASSUMES, "What did your partner say?"),
        (COUNTS, "How many times did you laugh?"),
        (COUNTS, "Rate today from 1 to 10."),
    ],
)
def test_those_three_rules_catch_what_they_are_for(rule: re.Pattern[str], words: str) -> None:
    assert rule.search(words)


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.id)
def test_an_answer_that_asks_for_something_opens_it(prompt: Prompt) -> None:
    for option in prompt.options:
        if option in OPENS_A_DOOR:
            assert destination(prompt, option) in SCREENS, option
    for answer, screen in prompt.leads_to.items():
        assert answer == "*" or answer in prompt.options
        assert screen in SCREENS


def test_a_file_without_a_single_mistake_is_what_ships() -> None:
    raw = tomllib.loads((CONTENT / "prompts.toml").read_text())
    assert [p.id for p in PROMPTS] == [written["id"] for written in raw["prompt"]]
    assert find(PROMPTS, "ci-arr-08") is PROMPTS[7]
    assert find(PROMPTS, "gone") is None


def test_everything_a_prompt_may_say_is_documented() -> None:
    page = (CONTENT.parent / "docs" / "content.md").read_text(encoding="utf-8")
    words = [*(field.name for field in fields(Prompt)), *get_args(Kind), *SCREENS, *get_args(Fits), *TOPICS]
    assert [word for word in words if f"`{word}`" not in page] == []


# ------------------------------------------------------------------ mistakes in the file

GOOD: dict[str, Any] = {
    "id": "x-1",
    "kind": "checkin",
    "theme": "arriving",
    "depth": 1,
    "sensitivity": "low",
    "avoid": [],
    "reply": "free",
    "text": "What is near you?",
}
TAP: dict[str, Any] = {**GOOD, "id": "x-2", "reply": "tap", "text": "Which?", "options": ["this", "that", "neither"]}


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{name}" = {toml(part)}' for name, part in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def write(path: Path, *prompts: Mapping[str, object], schema: int = 1) -> Path:
    tables = ("\n".join(["[[prompt]]", *(f"{name} = {toml(value)}" for name, value in p.items())]) for p in prompts)
    path.write_text("\n\n".join([f"[meta]\nschema = {schema}", *tables]), encoding="utf-8")
    return path


def test_a_small_good_file_is_read(tmp_path: Path) -> None:
    one, two = load(write(tmp_path / "mine.toml", GOOD, {**TAP, "leads_to": {"this": "doors"}, "fits": "weekend"}))
    assert (one.depth, one.options, one.fits, dict(one.leads_to)) == ("light", (), None, {})
    assert (two.options, two.fits, dict(two.leads_to)) == (("this", "that", "neither"), "weekend", {"this": "doors"})


@pytest.mark.parametrize(
    ("mistake", "cure"),
    [
        ({"kind": "poem"}, "set 'kind' to one of checkin, goal"),
        ({"theme": ""}, "give 'theme' a text"),
        ({"depth": 4}, "set 'depth' to 1 (light), 2 (personal) or 3 (tender)"),
        ({"depth": True}, "set 'depth' to 1"),
        ({"depth": 1.0}, "set 'depth' to 1"),
        ({"sensitivity": "extreme"}, "set 'sensitivity' to one of low, medium, high"),
        ({"sensitivity": "high"}, "high sensitivity goes only with depth 3"),
        ({"depth": 3}, "depth 3 is never of low sensitivity"),
        ({"avoid": "sleep"}, "write 'avoid' as a list"),
        ({"avoid": ["sleep", "sleep"]}, "names the same thing twice"),
        ({"reply": "shout"}, "set 'reply' to one of tap"),
        ({"text": 7}, "give 'text' a text"),
        ({"text": "What" * 41}, "has 164 characters; shorten it to 160"),
        ({"text": "Who? What?"}, "ask one question"),
        ({"options": ["one", "two"]}, "only a tap prompt has several options"),
        ({"reply": "tap", "options": ["one", "two"]}, "needs 3 or 4 options"),
        (
            {"reply": "tap", "options": ["1", "2", "3"], "leads_to": {"*": "doors"}},
            "a tap prompt has no written answer",
        ),
        ({"leads_to": {"yes": "doors"}}, "leads_to names 'yes', which is not one of the options"),
        ({"leads_to": {"*": "casino"}}, "set '*' to one of company, doors"),
        ({"leads_to": "doors"}, "write 'leads_to' as a table"),
        ({"fits": "noon"}, "set 'fits' to one of evening, weekend"),
        ({"them": "arriving"}, "'them' is not a field here"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_id_and_cure(tmp_path: Path, mistake: dict[str, object], cure: str) -> None:
    with pytest.raises(FatalError) as caught:
        load(write(tmp_path / "mine.toml", {**GOOD, "id": "base"}, {**GOOD, "id": "odd-1", "text": "Else?", **mistake}))
    assert str(caught.value).startswith("mine.toml, odd-1")
    assert cure in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("prompts", "cure"),
    [
        ((GOOD, {**GOOD, "text": "Else?"}), "mine.toml, x-1: two prompts have this id"),
        ((GOOD, {**GOOD, "id": "x-9"}), "mine.toml, x-9: another prompt has the same text"),
        (({**GOOD, "avoid": ["work"]},), "kind checkin can run dry"),
        (({**GOOD, "fits": "evening"},), "kind checkin can run dry"),
        ((GOOD, {**TAP, "kind": "starter", "depth": 2}), "kind starter can run dry"),
        (({"text": "Who am I?"},), "mine.toml, a prompt: give 'id' a text"),
        ((), "add at least one"),
    ],
)
def test_a_mistake_between_prompts_says_so(tmp_path: Path, prompts: tuple[dict[str, object], ...], cure: str) -> None:
    with pytest.raises(FatalError, match=re.escape(cure)):
        load(write(tmp_path / "mine.toml", *prompts))


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        (b"[[prompt", "is not valid TOML"),
        (b"\xff\xfe", "is not valid TOML"),
        (b"prompt = 3\n[meta]\nschema = 1", "write 'prompt' as a list of tables"),
        (b"[meta]\nschema = 9", "reads schema = 1"),
        (b"", "reads schema = 1"),
        (b"[meta]\nschema = 1\n[[prompts]]", "'prompts' is not a field here"),
    ],
)
def test_a_damaged_file_says_what_to_do(tmp_path: Path, content: bytes, cure: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(FatalError, match=re.escape(cure)):
        load(path)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FatalError, match=r"nowhere\.toml cannot be read .*; put it back into"):
        load(tmp_path / "nowhere.toml")


# ------------------------------------------------------------------ the choice


def test_alice_gets_what_she_never_saw_before_what_she_saw_long_ago() -> None:
    old, new = prompt("old"), prompt("new")
    assert ask((old, new), seen={"old": MONDAY - timedelta(days=300)}) == new


def test_alice_gets_what_she_saw_longest_ago() -> None:
    a, b, c = prompt("a"), prompt("b"), prompt("c")
    seen = {"a": MONDAY - timedelta(days=2), "b": MONDAY - timedelta(days=9), "c": MONDAY - timedelta(days=1)}
    assert ask((a, b, c), seen=seen) == b


def test_alice_and_bob_do_not_all_get_the_same_prompt_and_each_keeps_their_order() -> None:
    first = {ask(seed=str(person)).id for person in range(200)}
    assert len(first) > 40
    assert ask(seed=ALICE) == ask(seed=ALICE)
    assert [ask(seed=ALICE).id, ask(seed=BOB).id] == ["ci-ppl-26", "ci-ask-40"], "also after a restart"


def test_the_dial_is_never_passed() -> None:
    for depth in DEPTHS:
        deep = {ask(depth=depth, seen=SETTLED, seed=str(person)).depth for person in range(600)}
        assert deep == set(DEPTHS[: DEPTHS.index(depth) + 1])


def test_nothing_tender_in_the_first_week_even_when_tender_was_chosen() -> None:
    asked = (ask(depth="tender", first_week=True, seen=SETTLED, seed=str(person)) for person in range(600))
    assert all(prompt.depth != "tender" for prompt in asked)


@pytest.mark.parametrize("last", ["medium", "high"])
def test_after_a_sensitive_prompt_comes_one_of_low_sensitivity(last: Sensitivity) -> None:
    asked = (ask(depth="tender", last=last, seen=SETTLED, seed=str(person)) for person in range(600))
    answers = {prompt.sensitivity for prompt in asked}
    assert answers == {"low"}


def test_an_evening_prompt_waits_for_the_evening_and_a_weekend_prompt_for_friday() -> None:
    evening, weekend, plain = prompt("evening", fits="evening"), prompt("weekend", fits="weekend"), prompt("plain")
    seen = {"plain": MONDAY - timedelta(days=1)}
    assert ask((evening, plain), seen=seen, now=MONDAY.replace(hour=16, minute=59)) == plain
    assert ask((evening, plain), seen=seen, now=MONDAY.replace(hour=17)) == evening
    assert ask((weekend, plain), seen=seen, now=MONDAY + timedelta(days=3)) == plain
    for day in (4, 5, 6):
        assert ask((weekend, plain), seen=seen, now=MONDAY + timedelta(days=day)) == weekend


def test_the_themes_give_way_before_the_hour() -> None:
    evening, other = prompt("evening", theme="evening", fits="evening"), prompt("other")
    assert ask((evening, other), themes=("evening",)) == other, "no evening's question at nine in the morning"
    assert ask((evening, other), themes=("evening",), now=EVENING) == evening
    assert ask((evening,)) == evening, "unless there is nothing else"


def test_where_nothing_fits_the_themes_give_way_before_two_sensitive_prompts_in_a_row() -> None:
    heavy, other = prompt("heavy", theme="hard-days", sensitivity="medium"), prompt("other")
    assert ask((heavy, other), themes=("hard-days",)) == heavy
    assert ask((heavy, other), themes=("hard-days",), last="medium") == other


def test_of_what_was_seen_in_one_moment_the_last_one_is_the_last() -> None:
    """A circle's round remembers the date of its questions, so that all of one evening have the same time."""
    a, b, c = prompt("a"), prompt("b"), prompt("c", theme="people")
    assert asked_before((a, b, c), {"c": MONDAY, "gone": MONDAY, "b": MONDAY, "a": SATURDAY}) == [c, b, a]
    assert asked_before((a, b, c), {"b": MONDAY, "c": MONDAY}) == [b, c]


def test_it_says_so_rather_than_send_something_unsafe() -> None:
    with pytest.raises(ValueError, match="no checkin prompt"):
        ask((prompt("heavy", sensitivity="medium"),), last="medium")
    with pytest.raises(ValueError, match="no starter prompt"):
        ask((prompt("only a check-in"),), kind="starter")


def settings() -> Iterator[tuple[Depth, tuple[str, ...], tuple[str, ...]]]:
    """Every dial, with every theme and every topic: alone, together, and not at all."""
    nothing: tuple[str, ...] = ()
    themes = [nothing, *((theme,) for theme in THEMES), ("evening", "weekend"), ("hard-days", "people"), tuple(THEMES)]
    yield from product(DEPTHS, themes, (nothing, tuple(TOPICS)))
    yield from product(DEPTHS, [nothing], [(topic,) for topic in TOPICS])


@pytest.mark.parametrize("hour", [8, 19], ids=["morning", "evening"])
def test_ninety_days_at_every_setting_never_run_dry_and_break_no_rule(hour: int) -> None:
    start = MONDAY.replace(hour=hour)
    here = [one for number, one in enumerate(settings()) if (number + number // 2) % 2 == hour % 2]  # or at the other
    for depth, themes, leave_out in here:
        seen: dict[str, datetime] = {}
        before: list[Prompt] = []
        for day in range(90):
            now = start + timedelta(days=day)
            new = day < 7
            last = before[-1].sensitivity if before else None
            sent = ask(seen=seen, last=last, themes=themes, leave_out=leave_out, depth=depth, now=now, first_week=new)
            fits = within(depth, leave_out, last in ("medium", "high"), new)
            assert sent in fits
            for better in wished(fits, seen, before, themes, now):
                assert sent in better
                fits = better
            assert seen.get(sent.id, start - ONE_DAY) == min(seen.get(p.id, start - ONE_DAY) for p in fits)
            seen[sent.id] = now
            before.append(sent)


def wished(
    fits: list[Prompt], seen: Mapping[str, datetime], before: list[Prompt], themes: tuple[str, ...], now: datetime
) -> Iterator[list[Prompt]]:
    """What is left after each wish, in the order of docs/content.md, written as a reader of it would."""
    fits = [p for p in fits if timely(p, now)] or fits
    yield fits
    fits = [p for p in fits if p.id not in seen or (now - seen[p.id]).days >= 150] or fits
    yield fits
    fits = [p for p in fits if not before or p.theme != before[-1].theme] or fits
    yield fits
    if len(before) < 3:
        fits = [p for p in fits if gentle(p)] or fits
        yield fits
    if any(p.leads_to for p in before[-11:]):
        fits = [p for p in fits if not p.leads_to] or fits
        yield fits
    yield [p for p in fits if not themes or p.theme in themes] or fits


def gentle(prompt: Prompt) -> bool:
    harmless = prompt.depth == "light" and prompt.sensitivity == "low" and not prompt.avoid and not prompt.fits
    return harmless and prompt.reply == "tap" and not prompt.leads_to


ONE_DAY = timedelta(days=1)


@cache
def within(depth: Depth, leave_out: tuple[str, ...], calm: bool, first_week: bool) -> list[Prompt]:
    """What may be sent at all, written as a reader of the rules would and not as ``choose`` does."""
    deep_enough: dict[Depth, tuple[Depth, ...]] = {
        "light": ("light",),
        "personal": ("light", "personal"),
        "tender": ("light", "personal") if first_week else DEPTHS,
    }
    return [
        p
        for p in CHECKINS
        if p.depth in deep_enough[depth] and not set(p.avoid) & set(leave_out) and not (calm and p.sensitivity != "low")
    ]


def timely(prompt: Prompt, now: datetime) -> bool:
    return {None: True, "evening": now.hour >= 17, "weekend": now.strftime("%a") in ("Fri", "Sat", "Sun")}[prompt.fits]


@pytest.mark.parametrize("kind", sorted({p.kind for p in PROMPTS}))
def test_every_kind_lasts_ninety_days_even_with_everything_left_out(kind: Kind) -> None:
    seen: dict[str, datetime] = {}
    for day in range(90):
        now = MONDAY + timedelta(days=day)
        sent = ask(kind=kind, seen=seen, last="high", leave_out=tuple(TOPICS), now=now)
        seen[sent.id] = now
        assert (sent.kind, sent.sensitivity) == (kind, "low")


# ------------------------------------------------------------------ a year


@pytest.mark.parametrize("hour", [8, 19], ids=["morning", "evening"])
@pytest.mark.parametrize("theme", ["", *THEMES])
@pytest.mark.parametrize("depth", DEPTHS)
def test_a_year_at_every_setting_repeats_nothing_soon_and_no_year_is_like_another(
    depth: Depth, theme: str, hour: int
) -> None:
    themes = (theme,) if theme else ()
    asked = [prompt for _now, prompt in year(depth, themes, hour, ALICE, 2 * 365)]
    last_day: dict[str, int] = {}
    for day, sent in enumerate(asked):
        assert day - last_day.get(sent.id, -150) >= 150, sent.id
        last_day[sent.id] = day
    assert [a.theme for a, b in pairwise(asked) if a.theme == b.theme] == []
    assert all(is_gentlest(sent) for sent in asked[:3])
    first, second = asked[:365], asked[365:]
    for one in (first, second):
        assert sum(bool(sent.leads_to) for sent in one) < 365 / 10
    assert shared(first, second) < 0.1
    assert not theme or sum(sent.theme == theme for sent in asked[:30]) >= 13, "every other day, and all different"


@pytest.mark.parametrize("depth", DEPTHS)
def test_two_people_do_not_have_the_same_year(depth: Depth) -> None:
    alice, bob = ([prompt for _now, prompt in year(depth, seed=seed)] for seed in (ALICE, BOB))
    assert shared(alice, bob) < 0.1


def shared(one: list[Prompt], other: list[Prompt]) -> float:
    """The share of neighbours that stand side by side in both."""
    theirs = {(a.id, b.id) for a, b in pairwise(other)}
    return sum((a.id, b.id) in theirs for a, b in pairwise(one)) / (len(one) - 1)


def test_evenings_and_weekends_are_spoken_of_in_their_time() -> None:
    for now, sent in year("light", ("weekend", "evening"), 8):
        assert sent.fits != "evening"
        assert sent.fits != "weekend" or now.strftime("%a") in ("Fri", "Sat", "Sun")


# ------------------------------------------------------------------ the rules of a question


@pytest.mark.parametrize("prompt", CHECKINS, ids=lambda prompt: prompt.id)
def test_a_checkin_is_said_as_people_say_it(prompt: Prompt) -> None:
    assert problems(prompt) == []


PLANTED = (
    "How are you arriving today?",
    "Which boundaries do you need?",
    "What are you processing?",
    "How is your journey going?",
    "Have you tried going outside?",
    "Could you let it rest?",
    "Do you remember to drink water?",
    "What would you let go of?",
    "What are you proud of?",
    "Who deserves a thank-you?",
    "Where are you, and what do you see?",
    "What went all right since we last spoke?",
    "What will you do on your day off?",
    "What do you do at Easter?",
    "Who comes to your birthday?",
    "Who is in your corner?",
    "Who crossed your mind?",
    "What do you shrug off?",
    "What is off your chest now?",
    "What is outside your comfort zone?",
    "Are you feeling blue?",
    "Where would you like to walk to?",
)
"""One question for each rule, in the order of the rules."""


@pytest.mark.parametrize(("rule", "text"), list(zip(RULES, PLANTED, strict=True)), ids=lambda one: str(one)[:40])
def test_each_rule_of_a_question_catches_what_it_is_for(rule: Rule, text: str) -> None:
    assert rule.found(text)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"text": "What would fulfil your aspirations?"}, "hard word: aspirations"),
        ({"text": "What do you do this weekend?"}, "premise: it speaks of the weekend"),
        ({"text": "What do you do tonight?", "fits": "weekend"}, "premise: it speaks of the evening"),
        ({"options": ("easy", "hard", "neither")}, "options: 'hard' belongs"),
        ({"reply": "tap", "options": ("yes", "no", "yes")}, "options: two are the same"),
    ],
)
def test_what_is_wrong_with_a_question_is_said(changed: dict[str, Any], found: str) -> None:
    [said] = problems(replace(prompt("plain"), **changed))
    assert said.startswith(found)


def test_long_words_that_children_say_are_no_hard_words() -> None:
    assert too_hard("Is it an ordinary afternoon with somebody comfortable?") == []


def test_answers_are_varied() -> None:
    same = Counter(prompt.options for prompt in CHECKINS if prompt.reply == "tap")
    assert [options for options, times in same.items() if times > 2] == []


def test_no_way_of_beginning_takes_over() -> None:
    begun = Counter(" ".join(prompt.text.split()[:3]) for prompt in CHECKINS)
    assert [words for words, times in begun.items() if times * 15 > len(CHECKINS)] == []


def test_the_weakest_come_first_for_a_reader() -> None:
    long = replace(
        prompt("long"), text="What would you like more of: things, of any kind, that people do for somebody lately?"
    )
    marks = weakest((*CHECKINS, long))
    assert len(marks) == 30
    assert marks[0][1] is long
    assert [mark for mark, _prompt in marks] == sorted((mark for mark, _prompt in marks), reverse=True)


# ------------------------------------------------------------------ where an answer leads


@pytest.mark.parametrize(
    ("prompt_id", "answer", "screen"),
    [
        ("ci-arr-08", "hard", "doors"),
        ("ci-arr-08", "  HARD. ", "doors"),
        ("ci-arr-08", "okay", None),
        ("ci-arr-08", "anything else", None),
        ("ci-ppl-06", "yes please", "hello"),
        ("ci-ppl-10", "Nobody yet", "doors"),
        ("ci-ppl-10", "‘nobody yet’", "doors"),
        ("ci-ppl-10", "my sister and the dog", "people"),
        ("ci-ppl-10", "skip", None),
        ("ci-ppl-10", "Not today.", None),
        ("ci-ppl-10", "   ", None),
        ("ci-rest-04", "not today", None),
        ("ci-hard-04", "that I am tired of waiting", "send"),
        ("ci-arr-02", "fog", None),
        ("cl-02", "someone new", "round"),
        ("re-02", "stirred up", "side-room"),
    ],
)
def test_an_answer_opens_its_screen(prompt_id: str, answer: str, screen: str | None) -> None:
    asked = find(PROMPTS, prompt_id)
    assert asked is not None
    assert destination(asked, answer) == screen
