"""Circles on every platform: made, joined and kept in step, with the bot started anew between any two steps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.messages import Channel
from storage.members import community_settings, members
from tests.adapters.beds import beds
from tests.adapters.contract import Actor, Bed, Seen
from tests.adapters.discord_bed import DiscordBed, discord_bed
from tests.beds.discord import Permission


@pytest.fixture(params=beds())
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bed]:
    async with request.param(tmp_path / "kith") as opened:
        await anybody_hosts(opened)
        yield opened


async def agree(actor: Actor, seen: Seen) -> Seen:
    """Yes to whatever is asked first."""
    while "Details" in seen.buttons or "18 or over" in seen.text:
        seen = await actor.press(seen, "Yes")
    return seen


async def tick(bed: Bed) -> None:
    for _turn in range(3):
        await bed.bot.tick(bed.bot.now())


def labelled(seen: Seen, start: str) -> str:
    return next(label for label in seen.buttons if label.startswith(start))


async def test_a_circle_is_made_and_joined_over_restarts(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    form = await agree(bob, await bob.say("circle new"))
    await bob.fill(form, "tomorrow 18:00", "Another one")  # so Bob has said that he would host
    await bed.restart()
    form = await agree(alice, await alice.say("circle new"))
    screen = await alice.fill(form, "tomorrow 19:00", "Evening circle")
    assert "It needs a co-host" in screen.text
    await bed.restart()
    form = await alice.press(screen, "Co-host")
    screen = await alice.fill(form, await alice.mention(bob.member))
    await bed.restart()
    assert "It is published as soon as" in (await alice.press(screen, "Publish")).text
    await bed.restart()
    await tick(bed)
    asked = await bob.next()
    assert "You keep the space, not the people." in asked.text
    await bed.restart()
    assert "it is published" in (await bob.press(asked, "I'll host")).text
    await bed.restart()
    await tick(bed)
    assert "Evening circle is published" in (await alice.next()).text
    listed = await alice.say("circle list")
    assert "Evening circle" in listed.text
    card = await alice.press(listed, "Evening circle")
    assert "No recording or screenshots." in card.text
    await bed.restart()
    assert "You're in: Evening circle" in (await agree(alice, await alice.press(card, "I'm in"))).text


@pytest.mark.sockets
async def test_a_servers_calendar_follows_what_the_host_decides(tmp_path: Path) -> None:
    """Every request is held to Discord's own description of them by the fake."""
    async with discord_bed(tmp_path / "kith") as opened:
        assert isinstance(opened, DiscordBed)
        await anybody_hosts(opened)
        alice = opened.actor("alice")
        screen = await alice.fill(await agree(alice, await alice.say("circle new")), "tomorrow 19:00", "Picnic")
        screen = await alice.press(await alice.press(screen, labelled(screen, "Kind")), "social")
        assert "Published" in (await alice.press(screen, "Publish")).text
        await tick(opened)
        names = [event["name"] for event in opened.guild.events.values()]
        assert names == ["Picnic", "Picnic"], "the two dates that are open, one event each"
        await opened.restart()
        mine = await alice.say("circle mine")
        asked = await alice.press(await alice.press(mine, "Picnic"), "Cancel 1")
        await alice.press(asked, "Call it off")
        await tick(opened)
        assert len(opened.guild.events) == 1


async def anybody_hosts(bed: Bed) -> None:
    """Moderators want to look at nobody before they host."""

    def work(connection: Connection) -> None:
        community = members.found(connection, bed.place, bed.bot.now())
        settings = community_settings.get(connection, community)
        community_settings.save(connection, community, settings._replace(volunteer_days=0))

    await bed.bot.database.write(work)


async def light(alice: Actor, title: str) -> None:
    """A gathering that one host is enough for, published."""
    screen = await alice.fill(await agree(alice, await alice.say("circle new")), "tomorrow 19:00", title)
    screen = await alice.press(await alice.press(screen, labelled(screen, "Kind")), "social")
    assert "Published" in (await alice.press(screen, "Publish")).text


def unnoted(connection: Connection) -> None:
    """Killed after the platform made the events, and before anything was written down of them."""
    connection.execute("UPDATE gatherings SET shown = NULL, shown_due = 0")


@pytest.mark.sockets
async def test_events_whose_ids_were_never_written_down_are_found_again(tmp_path: Path) -> None:
    async with discord_bed(tmp_path / "kith") as opened:
        await anybody_hosts(opened)
        alice = opened.actor("alice")
        await light(alice, "Picnic")
        await tick(opened)
        before = sorted(opened.guild.events)
        await opened.bot.database.write(unnoted)
        await opened.restart()
        await tick(opened)
        assert sorted(opened.guild.events) == before


@pytest.mark.sockets
async def test_two_of_one_name_at_one_hour_are_two_events(tmp_path: Path) -> None:
    """What is found again is the event of this date, not one that looks like it."""
    async with discord_bed(tmp_path / "kith") as opened:
        await anybody_hosts(opened)
        alice, bob = opened.actor("alice"), opened.actor("bob")
        await light(alice, "Picnic")
        await light(bob, "Picnic")
        await tick(opened)
        assert len(opened.guild.events) == 4
        mine = await alice.say("circle mine")
        await alice.press(await alice.press(await alice.press(mine, "Picnic"), "End the circle"), "End it")
        await tick(opened)
        assert len(opened.guild.events) == 2


@pytest.mark.sockets
async def test_a_date_called_off_before_its_event_was_written_down_leaves_none(tmp_path: Path) -> None:
    async with discord_bed(tmp_path / "kith") as opened:
        await anybody_hosts(opened)
        alice = opened.actor("alice")
        await light(alice, "Picnic")
        await tick(opened)
        await opened.bot.database.write(unnoted)
        mine = await alice.say("circle mine")
        await alice.press(await alice.press(await alice.press(mine, "Picnic"), "End the circle"), "End it")
        await opened.restart()
        await tick(opened)
        assert not opened.guild.events


async def with_two_hosts(bed: Bed) -> tuple[Actor, Actor]:
    """Alice and Bob host "Evening circle", and it is published."""
    alice, bob = bed.actor("alice"), bed.actor("bob")
    form = await agree(bob, await bob.say("circle new"))
    await bob.fill(form, "tomorrow 18:00", "Another one")
    screen = await alice.fill(await agree(alice, await alice.say("circle new")), "tomorrow 19:00", "Evening circle")
    screen = await alice.fill(await alice.press(screen, "Co-host"), await alice.mention(bob.member))
    await alice.press(screen, "Publish")
    await tick(bed)
    await bob.press(await bob.next(), "I'll host")
    await tick(bed)
    assert "Evening circle is published" in (await alice.next()).text
    return alice, bob


async def test_the_co_host_hears_of_a_moved_date_a_cancelled_one_and_the_end(bed: Bed) -> None:
    alice, _bob = await with_two_hosts(bed)

    async def manage(label: str) -> Seen:
        return await alice.press(await alice.press(await alice.say("circle mine"), "Evening circle"), label)

    await alice.press(await alice.fill(await manage("Move 1"), "tomorrow 20:00"), "Move it")
    await tick(bed)
    await alice.press(await manage("Cancel 2"), "Call it off")
    await tick(bed)
    await alice.press(await manage("End the circle"), "End it")
    await tick(bed)
    for words in ("Evening circle has moved.", "Evening circle does not take place", "Evening circle is over, so"):
        assert await bed.delivered("bob", words) == 1
        assert await bed.delivered("alice", words) == 0, "whoever does it reads it in the answer"


async def moderators_read(opened: DiscordBed) -> list[str]:
    """What was said where reports are announced."""
    texts = await opened.actor("mo").room_texts()
    return [said for said in texts if ("place" in said or "threads" in said) and not said.startswith("Hello.")]


@pytest.mark.sockets
async def test_moderators_hear_once_that_a_server_lets_no_place_be_opened_and_once_that_it_does(tmp_path: Path) -> None:
    async with discord_bed(tmp_path / "kith") as opened:
        assert isinstance(opened, DiscordBed)
        await anybody_hosts(opened)
        await opened.actor("mo").say("circle list")
        community = await opened.bot.database.read(members.community_of, opened.place)
        if community is None:
            community = await opened.bot.database.write(members.found, opened.place, opened.bot.now())
        reports = community_settings.Settings(reports=Channel("discord", opened.guild.general.id), volunteer_days=0)
        await opened.bot.database.write(community_settings.save, community, reports)
        needed = Permission.CREATE_PRIVATE_THREADS
        roles = [role for role in (opened.guild.roles[1], opened.guild.everyone) if role.permissions & needed]
        opened.fake.deny(opened.guild, needed)
        await opened.bot.run_jobs("hour", opened.bot.now())
        await with_two_hosts(opened)
        await opened.bot.run_jobs("hour", opened.bot.now())
        await tick(opened)
        assert await moderators_read(opened) == [
            "Without private threads I can't open buddy rooms. Check-ins and company work."
        ]
        for role in roles:
            role.permissions |= needed
            opened.fake.gateway.tell_guild("GUILD_ROLE_UPDATE", opened.guild, {"role": role.payload()})
        await opened.restart()
        await opened.bot.run_jobs("hour", opened.bot.now())
        await tick(opened)
        assert (await moderators_read(opened))[1:] == [
            "I can open private places here again. What waited is opened now."
        ]
