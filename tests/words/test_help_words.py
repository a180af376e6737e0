"""Words for help are the command itself, in every language; and what a line must not be to be one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import FatalError
from bot.words import help_words
from bot.words.help_words import FALLBACK, asks_for_help, load, says_so, tells_of_a_turn, tells_of_loss

ASKING = (
    "help now", "HELP NOW!", "help-now", "helpnow", "/help-now", "help me", "Help me!!", "help me please",
    "please help", "Please, help me.", "pls help", "help!", "HELP!!!", "help ?!", "i need help", "I need help now",
    "need help", "can someone help me?", "can you help me", "somebody help me", "sos", "S.O.S", "sos!", "mayday",
    "crisis", "crisis.", "crisis line", "in crisis", "I’m in crisis", "im in crisis", "i'm in crisis", "emergency",
    "EMERGENCY!", "emergency number", "hotline", "helpline", "suicide", "suicide hotline", "suicide prevention",
    "call an ambulance", "I'm not safe", "i’m not safe", "112", "911", "999!", "9-1-1", "1 1 2", "116 123", "988",
    "call 911", "!kith help now", "!kith sos", "kith: help me", "kith help-now", "@kith emergency", "Kith, help me",
    "help me kith", "`help now`", "“help me”", "helppp meee", "heeelp me", "\u200bhelp me\u200b", "help\u00a0me",
    "ＨＥＬＰ　ＭＥ", "Hilfe", "Hilfe!!!", "ich brauche hilfe", "Notruf", "hilf mir", "au secours", "à l’aide",
    "A l'aide !", "aidez-moi", "ayuda", "¡Ayuda!", "ayúdame", "necesito ayuda", "socorro", "preciso de ajuda",
    "aiuto!", "ho bisogno d'aiuto", "ik heb hulp nodig", "noodgeval", "hjälp mig", "hjælp", "hjelp meg", "apua!",
    "auttakaa", "pomocy", "ratunku!", "potrzebuję pomocy", "助けて", "助けて！", "도와주세요", "자살",
)  # fmt: skip
PHRASES = (
    "I want to die", "i  WANT to\tdie.", "i wanna die", "sometimes I don’t want to live", "I dont want to live",
    "I'm suicidal", "i wish i was dead", "they would be better off without me", "I could kill myself",
    "thinking about killing myself", "I want to end my life", "i want to end it all", "there is no reason to live",
    "I can’t go on", "I cant go on.", "i can't go on like this", "i can't do this anymore",
    "I can't take it any more", "I don't want to be here anymore", "I don't want to wake up", "i might hurt myself",
    "ich will nicht mehr leben", "ich möchte sterben", "je veux mourir", "je ne veux plus vivre", "quiero morir",
    "no quiero vivir", "quero morrer", "voglio morire", "ik wil dood", "jag vill dö", "jeg vil dø", "haluan kuolla",
    "chcę umrzeć", "死にたいです", "죽고 싶어요",
)  # fmt: skip
HARMLESS = (
    "", "help", "Help", "help?", "help checkin", "now", "no crisis", "sos berlin", "i can help",
    "I helped my sister move", "can I help?", "who needs help", "helper", "helpful",
    "I need help with the picnic on Sunday", "help me move the sofa", "my plant wants to die back in autumn",
    "checkin on 19:00", "kill the process", "kill time", "I'm dying to see it", "dead tired", "dead battery",
    "my phone died", "my plant died", "the party died down", "suicide squad was a long film", "an emergency exit",
    "crisis of style", "I watched 911", "1129", "9110", "11 2 3", "at 9:11", "19:11", "room 112",
    "I can't go on Friday", "we can't go on holiday", "end my shift", "end it here", "my dad is dead serious",
    "hurt my knee", "I slipped on the ice", "used again: the old bike", "lost my keys", "thanks for the help",
    "no help needed", "ok", "yes", "kith", "!kith", "kith: checkin off", "Hilfestellung", "krisenfest", "ajudante",
)  # fmt: skip


@pytest.mark.parametrize("line", ASKING)
def test_a_word_for_help_is_the_command_itself(line: str) -> None:
    assert asks_for_help(line)


@pytest.mark.parametrize("line", PHRASES)
def test_a_phrase_is_seen_whatever_the_spelling(line: str) -> None:
    assert says_so(line)


@pytest.mark.parametrize("line", HARMLESS)
def test_an_ordinary_line_opens_nothing(line: str) -> None:
    assert not asks_for_help(line)
    assert not says_so(line)
    assert not tells_of_loss(line)
    assert not tells_of_a_turn(line)


def test_the_tables_are_long_enough_to_mean_something() -> None:
    assert len(ASKING) + len(PHRASES) >= 60
    assert len(HARMLESS) >= 40


@pytest.mark.parametrize("line", ["112", "911", "9-1-1", "116 123"])
def test_a_number_is_an_answer_where_a_number_is_asked_for(line: str) -> None:
    assert asks_for_help(line)
    assert not asks_for_help(line, number_wanted=True)
    assert asks_for_help("help me", number_wanted=True)


@pytest.mark.parametrize(
    "line",
    ["My mum died", "my best friend passed away yesterday", "my dog died.", "My father’s funeral is tomorrow",
     "I lost my brother", "my dad is dead"],
)  # fmt: skip
def test_a_loss_is_seen(line: str) -> None:
    assert tells_of_loss(line)


@pytest.mark.parametrize(
    "line",
    ["I relapsed", "i’ve relapsed.", "I used again last night", "I'm drinking again", "had a bad day, I slipped up"],
)
def test_a_hard_turn_is_seen(line: str) -> None:
    assert tells_of_a_turn(line)


def test_every_word_of_the_file_is_found_by_itself() -> None:
    known = load()
    assert all(asks_for_help(line) for line in known.lines)
    assert not any(known.phrases.search(line) for line in known.lines), "a word for help opens the card already"


def test_no_command_is_a_word_for_help_but_its_own() -> None:
    from cogs import COGS

    names = {marks["name"] for cog in COGS for _m, marks in _commands(cog)}
    assert {name for name in names if asks_for_help(name)} == {"help-now"}


def _commands(cog: type) -> list[tuple[str, dict[str, str]]]:
    return [(name, made.cog_command) for name, made in vars(cog).items() if hasattr(made, "cog_command")]


def test_with_the_file_gone_the_oldest_words_are_still_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(help_words, "load", lambda: load(tmp_path / "none.toml"))
    help_words.shipped.cache_clear()
    try:
        assert help_words.shipped() is FALLBACK
        assert asks_for_help("Help me!")
        assert asks_for_help("911")
        assert says_so("I want to die")
        assert not tells_of_loss("my mum died")
    finally:
        monkeypatch.undo()
        help_words.shipped.cache_clear()


@pytest.mark.parametrize("line", ['words = ["a", "a"]', "word = []", 'words = "help"'])
def test_a_mistake_in_the_file_is_named(tmp_path: Path, line: str) -> None:
    broken = tmp_path / "help_words.toml"
    broken.write_text(f"[meta]\nschema = 1\n[numbers]\nwords = []\n[en]\n{line}\n", encoding="utf-8")
    with pytest.raises(FatalError, match="en"):
        load(broken)
