"""How Kith speaks to tired and fragile people: the words it never uses, and where in the source its words are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Rule:
    """Words that never reach a member: what they do to a person, and what to write instead."""

    name: str
    words: str
    instead: str

    def found(self, text: str) -> str | None:
        match = re.search(self.words, text, re.IGNORECASE)
        return match.group().strip() if match else None


def whole(*words: str) -> str:
    return rf"\b(?:{'|'.join(words)})\b"


RULES = (
    # The house's one word per thing.
    Rule("old word", whole("watchers?"), "contact"),
    Rule("old word", whole("ladders?"), "quiet alert"),
    Rule("old word", whole("hand[- ]raises?"), "company request"),
    Rule("old word", whole("space[- ]?keepers?"), "co-host"),
    Rule("old word", whole("pools?"), "group"),
    Rule("old word", whole(r"depths?(?: [123])?"), "how personal: light, personal, tender"),
    Rule("old word", whole("reach[- ]ins?"), "who may say hello first"),
    Rule("old word", whole("bench(?:es)?"), "stand-ins"),
    Rule("old word", whole("sparks?"), "another question"),
    Rule("old word", whole("tiny rounds?"), "one-week try"),
    Rule("old word", whole("companions?"), "mentor"),
    Rule("old word", whole("stop[- ]all"), "quiet everything"),
    Rule("old word", whole("ledgers?"), "given and received"),
    # Stigma: words that say what somebody is, instead of meeting them where they are.
    Rule("stigma", whole("clean", "dirty"), "name the thing itself, or leave it out"),
    Rule("stigma", whole("addict(?:s|ed|ion|ions|ive)?", "alcoholics?", "junk(?:ie|y|ies)"), "no word about use"),
    Rule("stigma", whole("(?:ab|mis)us(?:e|es|ed|er|ers|ing|ive)"), "no word about use"),
    Rule("stigma", whole("relaps(?:e|es|ed|ing)", "sober", "sobriety", "drunk"), "no word about use"),
    Rule("stigma", whole("crazy", "insane", "normal people"), "leave it out"),
    Rule("method", whole("commit(?:s|ted|ting)? suicide"), "died by suicide"),
    Rule("method", whole("(?:failed|successful|completed) (?:suicide|attempts?)"), "no outcome words"),
    # Guilt, and answers owed.
    Rule("guilt", whole("should(?:n['’]t)?", "ought", "supposed to"), "say what can be done"),
    Rule("guilt", whole("just", "simply try", "at least try"), "leave it out"),
    Rule(
        "guilt",
        whole("(?:don['’]t|do not|never) forget", "you forgot", "you haven['’]t", "still haven['’]t"),
        "leave it",
    ),
    Rule("guilt", whole("fail(?:s|ed|ing|ure|ures)?"), "say what happened: couldn't be sent"),
    Rule(
        "guilt", whole("missed you", "you(?:['’]ve| have)? missed", "no[- ]shows?", "inactive", "lazy"), "leave it out"
    ),
    Rule("guilt", whole("disappoint(?:ed|ing|s)?", "let (?:\\w+ )?down"), "leave it out"),
    Rule("blame", whole("why"), "ask what or how"),
    # Counting and praise: whatever can be won can be lost on a bad day.
    Rule("counting", whole("streaks?", "scor(?:e|es|ed|ing)", "rank(?:s|ed|ing|ings)?"), "leave it out"),
    Rule(
        "counting", whole("leaderboards?", "badges?", "level(?:led)? up", r"(?:days?|weeks?) in a row"), "leave it out"
    ),
    Rule("praise", whole("well done", "(?:good|great|nice) (?:job|work)", "congratulations", "congrats"), "Noted."),
    Rule("praise", whole("keep it up", "keep going", "awesome", "amazing", "you rock"), "Noted."),
    Rule("shouting", r"!(?![\w{])|(?<=[\w.?])!", "a full stop"),
    # Claims: contested, or never shown for us.
    Rule(
        "claim", whole("rewir(?:e|es|ed|ing)", "neuro\\w+", "polyvagal", "vagus", "nervous system"), "claim connection"
    ),
    Rule(
        "claim",
        whole("dopamine", "oxytocin", "serotonin", "endorphins?", "cortisol", "mirror neurons?"),
        "leave it out",
    ),
    Rule("claim", whole("prevent(?:s|ing)? (?:relapse|suicide|\\w*isolation|loneliness)"), "claim connection"),
    Rule(
        "claim",
        whole("(?:reduc|eas|cur|lower|end|fight)(?:e|es|ing|s)? (?:your )?(?:loneliness|depression|anxiety)"),
        "none",
    ),
    Rule("claim", whole("heals?", "cures?", "clinical(?:ly)?", "scientific(?:ally)?", "evidence[- ]based"), "none"),
    Rule("claim", whole("(?:we|I)(?:['’]m| am| are|['’]re)? (?:monitor|watch)(?:ing)?(?: over)?"), "nobody watches"),
    # Feelings a bot cannot have, and promises it cannot keep.
    Rule(
        "feeling",
        whole(
            r"(?:I|we)(?:['’]m| am|['’]re| are)(?: so| very| really)? "
            "(?:worried|sorry|happy|glad|sad|excited|proud|concerned|delighted|afraid|pleased|grateful)"
        ),
        "say what happens next",
    ),
    Rule(
        "feeling",
        whole("(?:I|we) (?:missed|miss|worry|care|love|feel|hope|understand (?:how|you|that)|know how)"),
        "say what happens next",
    ),
    Rule("feeling", whole("proud of you", "here for you", "sorry to hear"), "say what happens next"),
    # Small footprint, and no assumptions about anybody.
    Rule("mass ping", "@(?:everyone|here|room)", "address one person"),
    Rule("assumption", whole("he", "she", "him", "his", "hers?", "guys", "ladies", "gentlemen"), "they"),
)

ALLOWED = {
    "keep going back to": "st-102 asks for a song one returns to; it praises nobody",
    "if I missed two": "the consent a member gives in their own words: a host may say hello if they missed two circles",
}
"""Phrases that hold a banned word and are right all the same, each with its reason. Taken out before the rules look."""


def problems(text: str) -> list[str]:
    """What is wrong with a text a member can read, one sentence each; empty if it can be said."""
    for phrase in ALLOWED:
        text = re.sub(re.escape(phrase), "", text, flags=re.IGNORECASE)
    return [
        f"{rule.name}: '{found}' in '{text[:80]}'; instead: {rule.instead}"
        for rule in RULES
        if (found := rule.found(text)) is not None
    ]


# ------------------------------------------------------------------ texts that were decided word for word

DECIDED = (
    "Hi, I'm Kith, a bot.",
    "I help people here find each other.",
    "Nobody watches this chat for emergencies; `help now` has numbers.",
    "I keep your account id, your choices, and when you answered.",
    "Text you ask me to keep is encrypted on disk; {host} holds the key.",
    "Moderators see totals only.",
    "That's fine. I've kept nothing. You can still use help and learn.",
    "To do this I keep your account id, this schedule, and whether you answered.",
    "I'd be messaging you first.",
    "Thanks. I've noted that you checked in. I don't keep the words.",
    "Noted: you checked in. What you wrote reached nobody and I haven't saved it.",
    "Your own message stays in this chat until you delete it.",
    "I no longer have it. Send it again if you like.",
    "Nobody is told.",
    "Keep, less often, or stop? If I hear nothing I'll pause.",
    "No circle yet. Shall I tell you when one starts?",
    "Nobody has helper hours right now. Shall I tell you when someone does?",
    "This is for adults. Are you 18 or over?",
    "On Discord, Discord can read what you send me.",
    "If you want, I can tell people *you* choose if you go quiet. You write the list and the words.",
    "It means a message from me, nothing else. You're not responsible for the outcome.",
    "That's all I know. A short hello is plenty.",
    "No reply is not a verdict on you; it may be how they keep safe.",
    "If you think someone is in danger, call local emergency services: I can't.",
    "I've told everyone on your list. I've paused your check-ins; `start` brings them back.",
    "Nobody has picked this up yet. It's about who is awake, not about you.",
    "They're not on your list of people to avoid.",
    "People usually appreciate a hello more than we expect.",
    "Nobody fits yet. I look again every two days, and I'll tell you.",
    "I'm looking again now.",
    "Alex waves. No answer needed.",
    "This round has ended. Thank you both.",
    "This round has ended early. That's allowed and needs no reason.",
    "Introductions rest for you while the people who run this community look at something. Nothing is decided. "
    "Everything else stays yours. You can ask them: `ask-mods`.",
    "Few people are here: they may guess it was you.",
    "Who's around for you these days? People, animals, places. 'Nobody yet' is a real answer.",
    "This deletes everything of yours, in every community, and can't be undone. Nothing has happened yet. Two things "
    "stay as a code I can't read back: that you left, so that no backup brings you back, and any block another person "
    "set.",
    "Done. Everything of yours is deleted.",
    "In danger right now?",
    "I'm a bot. Nobody has been told you pressed this. If a line is busy, try the next.",
    "They're members, not crisis workers.",
    "You keep the space, not the people. Calling for help is enough.",
    "I'm in this room to keep turns. My software receives every message and drops anything that isn't a command.",
    "I'm Kith. I help people here find company, a buddy or a small circle. Nothing starts until you press.",
    "These lines need a person's check before anyone sees them.",
)
"""Sentences about consent, safety and privacy that were weighed word by word. Say them so, or say something else."""

NEARLY = 0.82
"""Share of equal words from which a sentence counts as a slip of a decided one."""
FEW_WORDS = 6
"""A sentence with fewer is like another one by chance."""


def drifted(text: str) -> list[str]:
    """Sentences of a text that are nearly, but not quite, a decided one."""
    found = []
    for sentence in _sentences(text):
        words = _words(sentence)
        if len(words) < FEW_WORDS or words in _DECIDED:
            continue
        for decided in _DECIDED:
            if len(decided) >= FEW_WORDS and SequenceMatcher(None, words, decided, autojunk=False).ratio() >= NEARLY:
                found.append(f"drift: '{sentence}' was decided as '{' '.join(decided)}'")
    return found


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in re.split(r"(?<=[.?])\s+", text) if sentence.strip()]


def _words(sentence: str) -> tuple[str, ...]:
    """The words without names and numbers, which code fills in."""
    plain = re.sub(r"\{\w*\}|\bAlex\b|\bSam\b|\d+|[`*]", " ", sentence.replace("’", "'"))
    return tuple(re.findall(r"[\w'-]+|[?;:]", plain.casefold()))


def parts(text: str) -> frozenset[tuple[str, ...]]:
    """The sentences of a text, each as its words."""
    return frozenset(_words(sentence) for sentence in _sentences(text))


_DECIDED = frozenset(part for text in DECIDED for part in parts(text))


# ------------------------------------------------------------------ where the words are

MARKS = {"_": 1, "N_": 1, "ngettext": 2}
"""The functions of bot/words/i18n.py, and how many of their first arguments are sentences."""
SHOWN = {
    "Message": (0, "text"),
    "Button": (0, "label"),
    "Form": (0, "title"),
    "Field": (1, "label"),
    "UserError": (0, ""),
}
"""What a member sees of each value a cog builds: the place and the name of the argument."""
ANSWERS = ("command", "action")
"""Decorators of methods whose returned words are the reply."""


@dataclass(frozen=True)
class Said:
    """A sentence in the source. ``text`` is None where it is not a literal, so that nobody could translate it."""

    where: str
    text: str | None


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Every Python file below the folders, by its path from the root."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def marked(path: str, tree: ast.Module) -> Iterator[Said]:
    """Every sentence given to ``_()`` and its kin. A name is fine where the file marks it with ``N_``."""
    constants = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _name(node.value.func) == "N_"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (count := MARKS.get(_name(node.func), 0)):
            for argument in node.args[:count]:
                if not (isinstance(argument, ast.Name) and argument.id in constants):
                    yield Said(f"{path}:{node.lineno}", _literal(argument))


def help_texts(path: str, tree: ast.Module) -> Iterator[Said]:
    """The name of every command, and the docstring that is its help."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and _name(decorator.func) == "command":
                    names = [literal for argument in decorator.args if (literal := _literal(argument))]
                    yield from (Said(f"{path}:{node.lineno}", text) for text in (*names, ast.get_docstring(node) or ""))


def unmarked(path: str, tree: ast.Module) -> Iterator[str]:
    """Bare words on their way to a member: no translator would ever find them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in SHOWN:
            place, name = SHOWN[_name(node.func)]
            given = [*node.args[place : place + 1], *(word.value for word in node.keywords if word.arg == name)]
            if any(_is_bare(argument) for argument in given):
                yield f"{path}:{node.lineno}: {_name(node.func)} with words that are not in _()"
        if isinstance(node, ast.AsyncFunctionDef) and any(
            isinstance(decorator, ast.Call) and _name(decorator.func) in ANSWERS for decorator in node.decorator_list
        ):
            for reply in ast.walk(node):
                if isinstance(reply, ast.Return) and reply.value is not None and _is_bare(reply.value):
                    yield f"{path}:{reply.lineno}: {node.name} answers with words that are not in _()"


def too_early(path: str, tree: ast.Module) -> Iterator[str]:
    """``_()`` outside a function runs at import, before there is a reader: it would stay English for everybody."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.Call) and _name(node.func) in ("_", "ngettext"):
                yield f"{path}:{node.lineno}: _() outside a function; mark it with N_()"
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                waiting.append(node.args)  # defaults are evaluated at import, the body is not
            elif not isinstance(node, ast.Lambda):
                waiting.append(node)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_bare(node: ast.expr) -> bool:
    """A literal or f-string with letters in it, alone or wrapped in ``Text``, or filled with ``format``."""
    if isinstance(node, ast.JoinedStr):
        return any(_is_bare(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return _is_bare(node.left) or _is_bare(node.right)
    if isinstance(node, ast.IfExp):
        return _is_bare(node.body) or _is_bare(node.orelse)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            return _is_bare(node.func.value)
        return _name(node.func) == "Text" and any(_is_bare(argument) for argument in node.args)
    return any(letter.isalpha() for letter in re.sub(r"\{\w*\}", "", _literal(node) or ""))
