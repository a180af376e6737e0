"""Holds every word a member can read to the tone guide: in the source, the prompts and the help card, now and later."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import pytest

from bot.words.crisis_lines import describe
from bot.words.crisis_lines import shipped as crisis_lines
from bot.words.prompts import Prompt
from bot.words.prompts import shipped as prompts
from tests.tone import (
    ALLOWED,
    DECIDED,
    RULES,
    Rule,
    Said,
    drifted,
    help_texts,
    marked,
    parts,
    problems,
    sources,
    too_early,
    unmarked,
)

PLANTED = (
    "Add a watcher.",
    "Climb the ladder.",
    "Your hand-raise is open.",
    "Robin is the space-keeper.",
    "You are in the pool again.",
    "This one has depth 3.",
    "Reach-in is off.",
    "Two people are on the bench.",
    "Here is a spark.",
    "Try a tiny round.",
    "Your companion is here.",
    "Stop-all was pressed.",
    "Open your ledger.",
    "Are you still clean?",
    "Addicts are welcome.",
    "For people who abuse substances.",
    "Did you relapse?",
    "That sounds crazy.",
    "She committed suicide.",
    "After a failed attempt.",
    "You should write to Sam.",
    "It's just a question.",
    "Don't forget your check-in.",
    "You failed your goal.",
    "You missed two days.",
    "Don't let Sam down.",
    "Why did you skip?",
    "Your streak is safe.",
    "You checked in five days in a row.",
    "Well done.",
    "Keep it up.",
    "Welcome back!",
    "This rewires the brain.",
    "A hello releases oxytocin.",
    "A buddy prevents relapse.",
    "Company reduces loneliness.",
    "An evidence-based check-in.",
    "We're watching over you.",
    "I'm worried about you.",
    "We missed you.",
    "I'm here for you.",
    "Hello @everyone.",
    "Ask him how he is.",
)
"""One sentence for each rule, in the order of the rules."""


@pytest.mark.parametrize(
    ("rule", "sentence"), list(zip(RULES, PLANTED, strict=True)), ids=[rule.words for rule in RULES]
)
def test_each_rule_catches_the_sentence_planted_for_it(rule: Rule, sentence: str) -> None:
    assert rule.found(sentence)
    assert problems(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Alex asked that you say hello if they missed two.",
        "Nobody watches this chat for emergencies; `help now` has numbers.",
        "What is something you are proud of that you rarely say out loud?",
        "In rooms, write `!kith start`; change the sign with `!{prefix} settings`.",
        "A direct message couldn't be delivered.",
        "Adjust the time, or ask again.",
        "The theme is here, with anyone who needs it.",
        "I don't understand that. `help` lists what I do.",
        "Noted. See you Thursday at 18:00.",
        "",
    ],
)
def test_innocent_sentences_pass(sentence: str) -> None:
    assert problems(sentence) == []


@pytest.mark.parametrize(
    "sentence", ["It’s JUST a wave.", "You’ve missed two.", "`Great!`", "Ready?!", "I’m so sorry."]
)
def test_capitals_typographic_apostrophes_and_code_hide_nothing(sentence: str) -> None:
    assert problems(sentence)


@pytest.mark.parametrize("phrase", ALLOWED)
def test_every_allowed_phrase_is_needed(phrase: str) -> None:
    assert any(rule.found(phrase) for rule in RULES)
    assert problems(phrase) == []
    assert problems(f"{phrase}, and you should know it")


# ------------------------------------------------------------------ what ships


def said() -> list[Said]:
    """Every sentence in the source that a member can read."""
    return [
        found
        for path, tree in sources("bot", "cogs")
        if path != "bot/words/i18n.py"  # defines the marks
        for collect in (marked, help_texts)
        for found in collect(path, tree)
    ]


def test_every_sentence_in_the_source_is_kind() -> None:
    wrong = [f"{each.where}: {problem}" for each in said() if each.text for problem in problems(each.text)]
    assert wrong == [], "\n".join(wrong)


def test_the_decided_sentences_are_said_word_for_word() -> None:
    wrong = [f"{each.where}: {problem}" for each in said() if each.text for problem in drifted(each.text)]
    assert wrong == [], "\n".join(wrong)


def test_every_decided_sentence_is_said_somewhere() -> None:
    """Taking one out would be as much of a change as saying it otherwise."""
    spoken = {part for each in said() if each.text for part in parts(each.text)}
    assert [text for text in DECIDED if not parts(text) <= spoken] == []


def test_every_marked_sentence_is_a_literal_so_that_it_can_be_translated() -> None:
    assert [each.where for each in said() if each.text is None] == []
    assert any(each.where.startswith("bot/") for each in said())


def test_nothing_is_said_that_is_not_marked() -> None:
    wrong = [problem for path, tree in sources("bot", "cogs") for problem in unmarked(path, tree)]
    assert wrong == [], "\n".join(wrong)


def test_nothing_is_translated_before_there_is_a_reader() -> None:
    wrong = [problem for path, tree in sources("bot", "cogs") for problem in too_early(path, tree)]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("prompt", prompts(), ids=lambda prompt: prompt.id)
def test_every_prompt_is_kind(prompt: Prompt) -> None:
    for text in (prompt.text, *prompt.options):
        assert problems(text) + drifted(text) == []


def test_every_crisis_line_is_described_kindly() -> None:
    for line in crisis_lines().lines:
        assert problems(str(describe(line))) == []


@pytest.mark.parametrize("text", DECIDED)
def test_every_decided_text_is_kind_and_itself(text: str) -> None:
    assert problems(text) + drifted(text) == []


# ------------------------------------------------------------------ drift


@pytest.mark.parametrize(
    "text",
    [
        "No reply is not a verdict on you; it might be how they keep safe.",
        "Thanks. I've noted that you have checked in. I don't keep the words.",
        "Nobody watches this chat for emergency calls; `help now` has numbers.",
    ],
)
def test_a_decided_sentence_said_nearly_right_is_noticed(text: str) -> None:
    assert drifted(text)


@pytest.mark.parametrize(
    "text",
    [
        "Text you ask me to keep is encrypted on disk; Sam holds the key.",
        "Text you ask me to keep is encrypted on disk; {name} holds the key.",
        "On Wednesday at 18:00 a circle starts.",
        "Nobody is here.",
    ],
)
def test_a_decided_sentence_with_another_name_and_other_sentences_pass(text: str) -> None:
    assert drifted(text) == []


# ------------------------------------------------------------------ the collectors


def collected(collect: Callable[[str, ast.Module], Iterator[object]], source: str) -> list[object]:
    return list(collect("x.py", ast.parse(source)))


def test_marked_sentences_are_found_wherever_they_stand() -> None:
    source = """
A = N_("outside")
def f():
    return _("one " "sentence"), i18n._("two"), ngettext("{n} helper", "{n} helpers", n), other("not said")
"""
    texts = {each.text for each in collected(marked, source) if isinstance(each, Said)}
    assert texts == {"outside", "one sentence", "two", "{n} helper", "{n} helpers"}


def test_a_constant_is_said_once_it_is_marked() -> None:
    assert collected(marked, 'GONE = N_("Gone.")\ndef f():\n    return _(GONE)') == [Said("x.py:1", "Gone.")]
    assert collected(marked, 'GONE = "Gone."\ndef f():\n    return _(GONE)') == [Said("x.py:3", None)]


@pytest.mark.parametrize("argument", ["text", 'f"hello {name}"', '"a" + b', '"%s" % name', "prompt.text"])
def test_a_sentence_nobody_could_translate_is_found(argument: str) -> None:
    assert collected(marked, f"_({argument})") == [Said("x.py:1", None)]


def test_help_texts_are_names_and_docstrings_of_commands_only() -> None:
    source = '''
class CheckIns(Cog):
    """Not shown."""
    @command("checkin on", anyone=True)
    async def enable(self, context):
        """Get a check-in."""
    @action("checkins.answer")
    async def answer(self, context, value):
        """Not shown either."""
'''
    assert collected(help_texts, source) == [Said("x.py:5", "checkin on"), Said("x.py:5", "Get a check-in.")]


@pytest.mark.parametrize(
    "source",
    [
        'Message("Hello")',
        'Message(Text("Hello"))',
        'Message(Text("Hello {name}").format(name=name))',
        'Message(text=f"Hello {name}")',
        'Button("Yes", "a.b")',
        'Button(label=Text("Yes"), action="a.b")',
        'Button(Text("Yes" if yes else "No"), "a.b")',
        'Form(Text("A title"), (), "a.b")',
        'Field("name", "Your name")',
        'raise UserError("That is not a time.")',
        'raise UserError("Not " + what)',
        '@command("a")\nasync def f(self, context):\n    return "Noted."',
        '@action("a")\nasync def f(self, context):\n    if x:\n        return Text("Noted.")',
    ],
)
def test_words_that_no_translator_would_find_are_noticed(source: str) -> None:
    assert collected(unmarked, source)


@pytest.mark.parametrize(
    "source",
    [
        'Message(_("Hello {name}").format(name=name))',
        'Message(Text("{a}, {b}").format(a=a, b=b))',
        'Message(Text("\\n\\n").join(parts))',
        'Button(_("Yes"), "a.b", "yes")',
        'Field("name", _("Your name"), default="x")',
        'raise UserError(_("That is not a time."))',
        'raise ValueError("for developers")',
        '@command("a")\nasync def f(self, context):\n    return _("Noted.")',
        '@job(every="tick")\nasync def f(self, now):\n    return "plain"',
    ],
)
def test_marked_words_and_words_nobody_sees_pass(source: str) -> None:
    assert collected(unmarked, source) == []


@pytest.mark.parametrize(
    ("source", "noticed"),
    [
        ('YES = _("Yes")', True),
        ('LABELS = {"a": _("A")}', True),
        ('class A:\n    title = _("A")', True),
        ('def f(title=_("A")): pass', True),
        ('YES = N_("Yes")', False),
        ('def f():\n    return {"a": _("A")}', False),
        ('LATER = lambda: _("A")', False),
    ],
)
def test_translation_at_import_is_noticed(source: str, noticed: bool) -> None:
    assert bool(collected(too_early, source)) is noticed
