"""Nothing is said before it is so: every sentence about a deed stands in a table with the state in which it is shown.

``tests/data/deeds.tsv`` holds the rows: before or after, where it stands, the words. A new sentence without a row is
red; ``python -m tests.cogs.test_deeds`` writes the table anew: read what changed before it is committed.
"""

from __future__ import annotations

import pytest

from tests.engines import deeds
from tests.engines.deeds import OVER, ROOT, YET, Sentence

TABLE = ROOT / "tests" / "data" / "deeds.tsv"

NO_DEED = {
    "cogs/buddies/introductions.py:one_tap": "says in advance what the other hears",
    "cogs/circles/stewards.py:_line": "how a circle stands",
    "cogs/help_now.py:_card": "that nobody was told",
}
"""What reads like a deed that is over, and is none."""

DOORS = {
    "cogs/checkins/choices.py:_stop": "`checkin on` begins them again, nothing is lost",
    "cogs/checkins/post.py:_shown": "its own question for moderators; `kith-mod checkin` sets it again",
    "cogs/circles/leading.py:manage": "leads to a question",
    "cogs/circles/screen.py:buttons": "leads to a question",
    "cogs/moderation/holds.py:_hold_screen": "says what they hear then, as a question",
    "cogs/moderation/holds.py:_quiet_screen": "says what they hear then, and ends by itself",
    "cogs/privacy.py:open": "leads to a question",
    "cogs/quiet/cog.py:_buttons": "an exit that is one press, as it is under each question",
}
"""Screens with a dangerous button that say in other words that nothing is done."""


def written() -> list[str]:
    return TABLE.read_text(encoding="utf-8").splitlines()


def rows(state: str) -> list[Sentence]:
    return [one for one in deeds.sentences() if one.state == state]


def table() -> str:
    return "\n".join(sorted(map(_line, deeds.sentences()))) + "\n"


def _line(one: Sentence) -> str:
    return str(one).replace("\n", " ")


def test_every_sentence_about_a_deed_has_its_row() -> None:
    there, known = set(table().splitlines()), set(written())
    assert sorted(there - known) == [], "not in tests/data/deeds.tsv"
    assert sorted(known - there) == [], "in tests/data/deeds.tsv, and nowhere else"
    assert len(known) > 400


def test_what_is_shown_before_says_nothing_is_over() -> None:
    assert [str(one) for one in rows("before") if OVER.search(one.words) and not YET.search(one.words)] == []


def test_what_is_shown_after_does_not_say_that_nothing_is_done() -> None:
    assert [str(one) for one in rows("after") if YET.search(one.words)] == []


def test_no_sentence_about_a_deed_is_shown_both_before_and_after_it() -> None:
    assert [str(one) for one in rows("both") if OVER.search(one.words) or YET.search(one.words)] == []


def test_a_deed_is_called_over_only_where_it_was_done_or_where_its_message_comes() -> None:
    early = [one for one in deeds.too_early() if not one.delivered]
    assert {one.where for one in early} == set(NO_DEED), early


def test_a_dangerous_button_stands_under_the_word_that_nothing_is_done() -> None:
    silent = {where for where, said in deeds.screens().items() if not any(YET.search(words) for words in said)}
    assert silent == set(DOORS)


# -- the table can fail -----------------------------------------------------------------------------------------------

EARLY = """
class Cog:
    async def ask(self, context):
        return Message(_("Done. Everything of yours is deleted."), (Button(_("Yes"), "x", style="danger"),))
"""
LATE = """
class Cog:
    async def ask(self, context):
        await self.write(gone)
        return self._said()

    def _said(self):
        return _("Nothing is done yet. Once you press, it is gone.")
"""
NEW = """
class Cog:
    async def do(self, context):
        await desk.act(self, context, "x", gone)
        if context.person is None:
            raise UserError(_("That is no more."))
        return Message(_("It went."), (Button(_("Undo"), "y"),))
"""


@pytest.mark.parametrize(
    ("source", "state", "words"),
    [
        (EARLY, "before", "Done. Everything of yours is deleted."),
        (LATE, "both", "Nothing is done yet. Once you press, it is gone."),
        (NEW, "after", "It went."),
    ],
    ids=["said too early", "asked too late", "a new deed"],
)
def test_what_is_wrong_is_found(source: str, state: str, words: str) -> None:
    [found] = deeds.read(source, "cogs/new.py")
    assert (found.state, found.words) == (state, words)
    assert _line(found) not in written()
    if source is EARLY:
        assert OVER.search(found.words)
    if source is LATE:
        assert YET.search(found.words)


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
