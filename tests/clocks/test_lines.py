"""A line holds a moment before its words or after them; the moment never takes a word of what is said."""

from __future__ import annotations

import pytest

from bot.clocks.lines import take_phrase


@pytest.mark.parametrize(
    ("line", "moment", "rest"),
    [
        ("to call mum at 7pm", "at 7pm", "call mum"),
        ("in 1 hour 30 day challenge", "in 1 hour", "30 day challenge"),
        ("9am sun cream", "9am", "sun cream"),
        ("tomorrow to call mom", "tomorrow", "call mom"),
        ("tomorrow to call mum at 7pm", "tomorrow at 7pm", "call mum"),
        ("tomorrow morning call mum at 9", "tomorrow morning at 9", "call mum"),
        ("call mum tomorrow", "tomorrow", "call mum"),
        ("call mum tomorrow at 5", "tomorrow at 5", "call mum"),
        ("call mum in 20 min", "in 20 min", "call mum"),
        ("call dad in 2 and a half hours", "in 2 and a half hours", "call dad"),
        ("call dad at 7:30 in the evening", "at 7:30 in the evening", "call dad"),
        ("at 7:30 in the evening call dad", "at 7:30 in the evening", "call dad"),
        ("about the dentist tomorrow 9am", "tomorrow 9am", "the dentist"),
        ("at 7pm about the car", "at 7pm", "the car"),
        ("tomorrow 7pm nice dinner", "tomorrow 7pm", "nice dinner"),
        ("tomorrow 18:00 london time call Sam", "tomorrow 18:00 london time", "call Sam"),
        ("tomorrow 9am EST stand-up", "tomorrow 9am EST", "stand-up"),
        ("30 day challenge tomorrow 9am", "tomorrow 9am", "30 day challenge"),
        ("to buy milk on friday at 6", "on friday at 6", "buy milk"),
        ("feed the cat tonight at 8", "tonight at 8", "feed the cat"),
        ("tomorrow at 9 may day parade", "tomorrow at 9", "may day parade"),
        ("friday 6pm march to the park", "friday 6pm", "march to the park"),
        ("wed 3pm wed dress fitting", "wed 3pm", "wed dress fitting"),
        ("next friday 5pm second interview", "next friday 5pm", "second interview"),
        ("tom 9am gym", "tom 9am", "gym"),
        ("on the 3rd of march at 10am pay rent", "on the 3rd of march at 10am", "pay rent"),
        ("pay rent on the 1st of next month 9am", "on the 1st of next month 9am", "pay rent"),
        ("stretch an hour from now", "an hour from now", "stretch"),
        ("20 min tea", "20 min", "tea"),
        ("2h laundry", "2h", "laundry"),
        ("read 1984 at 8pm", "at 8pm", "read 1984"),
        ("buy 2 eggs at 9am please", "at 9am please", "buy 2 eggs"),
        ("pay bill, tomorrow 9am", "tomorrow 9am", "pay bill"),
        ("today 5pm - call bank", "today 5pm", "call bank"),
        ("tomorrow 7pm 2 friends come", "tomorrow 7pm", "2 friends come"),
        ("water the plants every monday at 9am", "water", "the plants every monday at 9am"),
        ("every monday to water plants", "every", "monday to water plants"),
        ("train for 3 days", "train", "for 3 days"),
        ("3 days before the party", "3", "days before the party"),
        ("move the meeting to friday 9am", "move", "the meeting to friday 9am"),
        ("finish it by friday 5pm", "finish", "it by friday 5pm"),
    ],
)
def test_the_moment_is_found_and_the_words_are_kept(line: str, moment: str, rest: str) -> None:
    assert take_phrase(line) == (moment, rest)
