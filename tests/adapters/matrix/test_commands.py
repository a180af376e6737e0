"""Alice talks to Kith on Matrix: lines, numbers, words, replies and reactions reach the core; answers reach her."""

from __future__ import annotations

from datetime import time

import pytest
from mautrix.types import EventID, RoomID

from bot.adapters.matrix.commands import read_member
from tests.adapters.matrix.world import World


async def test_alice_says_start_and_both_ways_are_encrypted(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("start")
    hello = await alice.next()
    assert hello.text == f"Hello {alice.account.user_id[1:].partition(':')[0]}\n1. Yes\n2. Form"
    assert hello.encrypted
    assert hello.room == alice.room
    assert hello.sender == kith.id
    context = kith.samples.contexts[0]
    assert (context.member.id, context.direct, context.community) == (alice.id, True, None)


@pytest.mark.parametrize("typed", ["1", "1.", "Yes", "yes"])
async def test_a_number_or_the_words_press_the_button(kith: World, typed: str) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("start")
    await alice.next()
    await alice.say(typed)
    assert (await alice.next()).text == "Noted."
    assert kith.samples.seen == [("pressed", "yes")]


async def test_a_reaction_with_the_number_presses_the_button_even_after_a_restart(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("start")
    hello = await alice.next()
    await kith.restart()
    await alice.react(hello.event_id, "1️⃣")
    assert (await alice.next()).text == "Noted."


async def test_other_reactions_and_reactions_to_others_mean_nothing(kith: World) -> None:
    alice = await kith.in_direct("alice")
    said = await alice.say("silent")
    await alice.react(said, "1️⃣")
    await alice.say("start")
    hello = await alice.next()
    await alice.react(hello.event_id, "❤️")
    await alice.react(hello.event_id, "9️⃣")
    await alice.say("1")
    assert (await alice.next()).text == "Noted."
    assert kith.samples.seen == [("pressed", "yes")]


async def test_a_reaction_that_was_taken_back_while_kith_was_away_means_nothing(
    kith: World, caplog: pytest.LogCaptureFixture
) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("start")
    hello = await alice.next()
    await kith.stop()
    reaction = await alice.react(hello.event_id, "1️⃣")
    await alice.client.redact(RoomID(alice.room), EventID(reaction))
    await kith.start()
    await alice.say("1")
    assert (await alice.next()).text == "Noted."
    assert kith.samples.seen == [("pressed", "yes")]
    assert "could not be handled" not in caplog.text


async def test_a_reply_to_an_older_message_answers_that_one(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("start")
    hello = await alice.next()
    await alice.say("help-now")
    await alice.next()
    quoted = f"> <{kith.id}> Hello\n> 1. Yes\n\nyes"
    await alice.say(quoted, more={"m.relates_to": {"m.in_reply_to": {"event_id": hello.event_id}}})
    assert (await alice.next()).text == "Noted."


async def test_arguments_are_parsed_as_everywhere(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("checkin on 19:30 Berlin I'm tired of `quoting`")
    await alice.next()
    assert kith.samples.seen == [("on", time(19, 30), "Europe/Berlin", "I'm tired of `quoting`")]


async def test_a_mistyped_command_gets_a_suggestion(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("chekin on 19:00")
    assert "checkin on" in (await alice.next()).text


async def test_a_form_is_asked_question_by_question_and_survives_a_restart(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("ask")
    assert "A few words" in (await alice.next()).text
    await alice.say("a long night, and nobody up")
    assert "When" in (await alice.next()).text
    await kith.restart()
    await alice.say("25:00")
    assert "When" in (await alice.next()).text  # and what was wrong
    await alice.say("21:15")
    assert (await alice.next()).text == "You wrote a long night, and nobody up"
    assert kith.samples.seen == [("sent", "7", "a long night, and nobody up", time(21, 15))]


async def test_cancel_ends_a_form(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("ask")
    await alice.next()
    await alice.say("cancel")
    assert "Nothing was changed" in (await alice.next()).text
    await alice.say("help-now")
    assert "112" in (await alice.next()).text


async def test_edits_and_notices_are_not_said_again(kith: World) -> None:
    alice = await kith.in_direct("alice")
    said = await alice.say("checkin pace slow")
    await alice.next()
    seen = list(kith.samples.seen)
    await alice.edit(said, "checkin pace fast")
    assert "I read that message as it first stood." in (await alice.next()).text
    assert kith.samples.seen == seen
    await alice.say("checkin pace fast", more={"msgtype": "m.notice"})
    await alice.say("help-now")
    assert "112" in (await alice.next()).text


async def test_in_a_room_only_what_is_said_to_kith_is_read(kith: World) -> None:
    alice = await kith.member("alice")
    room = await alice.open_room(kith.id)
    await alice.wait_for_member(kith.id)
    await alice.say("start")  # to the others
    await alice.say("what is !kith for?")
    meant = await alice.say("!kith start")
    await alice.accept()
    hello = await alice.next()
    assert hello.text.startswith("Hello")
    assert hello.room != room
    assert kith.samples.contexts[0].raw == meant
    assert hello.encrypted
    assert len(kith.samples.contexts) == 1
    assert kith.samples.contexts[0].community is not None


async def test_kith_can_be_called_by_name(kith: World) -> None:
    alice = await kith.member("alice")
    await alice.open_room(kith.id)
    await alice.wait_for_member(kith.id)
    name = kith.id[1:].partition(":")[0]
    for number, line in enumerate((f"{kith.id}: aloud", f"{name}: aloud", f"{name} aloud", "!KITH aloud"), start=1):
        await alice.say(line)
        assert (await alice.next()).text == "Good morning, all.", number
    await alice.say(f"{name}s are aloud")
    assert await alice.nothing()


async def test_the_prefix_alone_shows_the_help(kith: World) -> None:
    alice = await kith.member("alice")
    await alice.open_room(kith.id)
    await alice.wait_for_member(kith.id)
    await alice.say("!kith")
    await alice.accept()
    assert (await alice.next()).text.startswith("line 0 of the help")


async def test_a_mention_of_somebody_stands_for_their_id(kith: World) -> None:
    alice = await kith.in_direct("alice")
    pill = '<a href="https://matrix.to/#/@bob%3Abed.test">Bob &amp; co</a>'
    await alice.say(
        "checkin on 19:00 UTC Bob & co",
        more={"format": "org.matrix.custom.html", "formatted_body": f"checkin on 19:00 UTC {pill}"},
    )
    await alice.next()
    assert kith.samples.seen[0][3] == "@bob:bed.test"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("@bob:bed.test", "@bob:bed.test"),
        ("https://matrix.to/#/@bob:bed.test", "@bob:bed.test"),
        ("https://matrix.to/#/%40bob%3Abed.test", "@bob:bed.test"),
        ("bob", None),
        ("my friend @bob:bed.test", None),
        ("@bob", None),
        ("", None),
    ],
)
def test_a_member_is_meant_by_their_id_and_never_by_a_name(words: str, meant: str | None) -> None:
    found = read_member(words)
    assert (found.id if found else None) == meant


async def test_a_failing_command_is_answered_and_the_next_one_works(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("broken")
    said = (await alice.next()).text
    assert "went wrong" in said
    assert "secret" not in said
    await alice.say("help-now")
    assert "112" in (await alice.next()).text


async def test_a_file_arrives_encrypted(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("my-data")
    assert (await alice.next()).text == "Here it is."
    file = await alice.next()
    assert file.content["filename"] == "my-data.json"
    assert "url" not in file.content
    assert await alice.open_file(file) == b"{}"
