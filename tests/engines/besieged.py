"""A server on the fake Discord with somebody who reported something, and two who are after them; what they can do
there, and how it is seen whether they got anything by it.

A client can send whatever it likes under the name of its own account: the ids of other people's buttons, forms that
nobody was shown, commands in any server that has the bot. What Discord itself vouches for (who it is, and where) stays.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from bot.asking.consenting import ADULT, CORE
from bot.errors import DeliveryError
from bot.messages import Community, Member, Person, Place, Text
from storage.buddies import buddies, pairs
from storage.buddies.buddies import Part
from storage.members import consents, members
from storage.moderation import cases
from storage.moderation.cases import Named
from tests.adapters.discord_bed import DiscordBed, discord_bed
from tests.beds.discord import Channel, Interaction, Message, NoAnswer, Permission
from tests.beds.discord import Person as Somebody
from tests.beds.discord.interactions import Asked, ask
from tests.beds.discord.messages import walk
from tests.beds.eventually import PATIENCE
from tests.engines.filled import Filler

SECRET = "what Alice reported"
NOTE = "the words of Alice and Chandra"
EVIL = "words of an attacker"
LISTS = ("reports that wait",)
OWN = frozenset({"cases", "case_people", "deliveries", "offers"})
"""Tables of a community to which anybody may add: what stood there before must stay as it was."""


class Siege:
    """Mo moderates. Alice has reported Bob, whom she avoids; they were a pair once. Eve is a stranger with a server."""

    def __init__(self, bed: DiscordBed) -> None:
        self.bed, self.fake, self.garden = bed, bed.fake, bed.guild
        people = bed._people
        self.alice, self.bob, self.mo, self.eve = (people[name] for name in ("alice", "bob", "mo", "eve"))
        self.chandra = self.fake.add_person("Chandra", self.garden)
        self.nina = self.fake.add_person("Nina", self.garden)
        self.zoe = self.fake.add_person("Zoe")
        self.lair = self.fake.add_guild(self.garden.name)
        self.fake.join(self.eve, self.lair, Permission.MANAGE_GUILD)
        self.community: Community
        self.persons: dict[str, Person] = {}
        self.threads: dict[str, Channel] = {}
        self.seen: dict[str, str] = {}
        """Ids of buttons by label, as anybody saw them last."""
        self.of: dict[str, list[str]] = {}
        """Ids of buttons that Mo was shown, and Alice: the attackers know them."""
        self.oracle: tuple[str, str] | None = None
        """What was answered about a member and about somebody who is none."""
        self.code = ""
        self._before: dict[str, set[tuple[Any, ...]]] = {}
        self._is_filled = False

    async def settle(self) -> None:
        bot = self.bed.bot
        await bot.database.write(self._report)
        for name, one in (("together", "chandra"), ("apart", "bob")):
            pair = await bot.database.write(self._pair, self.persons["alice"], self.persons[one])
            accounts = [self.member(self.alice), self.member(getattr(self, one))]
            group = await bot.core.groups.open(f"buddies.pair:{pair.id}", self.bed.place, accounts, Text("Buddies"))
            await bot.database.write(pairs.opened, pair, group.channel, "", lambda *_: [], bot.now())
            self.threads[name] = self.fake.world.channels[group.channel.id]
        for person in (self.persons[name] for name in ("alice", "bob", "chandra", "mo")):
            await bot.database.write(buddies.rest, person)
        await self._settled()
        await bot.database.write(pairs.done, 1)  # else it is looked every few minutes whether somebody has come in
        await self._show()
        await self.press(self.alice, self.seen["Avoid them"], self.alice.dm)
        await self._settled()
        self.fake.post(self.alice.user, self.threads["together"], NOTE)
        self._before = await bot.database.read(self._protected)

    async def _settled(self) -> None:
        """What was due has gone out, and what follows from it."""
        for _time in range(0 if self._is_filled else 3):
            await self.bed.bot.tick(self.bed.bot.now())

    async def fill(self) -> None:
        """From now on Alice has something in every table, with numbers that are easily guessed."""
        if self._is_filled:
            return
        await self.bed.bot.database.write(self._fill)
        self._is_filled = True  # what was made up is due at once, and is not what is looked at
        self._before = await self.bed.bot.database.read(self._protected)

    def _fill(self, connection: Connection) -> None:
        alice, other, now = self.persons["alice"], self.persons["chandra"], self.bed.bot.now()
        whose = self.member(self.alice)
        Filler(connection, alice, other, now, account=whose, community=self.community, words=SECRET).everything()

    def _report(self, connection: Connection) -> None:
        now = self.bed.bot.now()
        self.community = members.found(connection, self.bed.place, now)
        for name in ("alice", "bob", "chandra", "mo"):
            person = members.create(connection, self.member(getattr(self, name)), "UTC", "en", now)
            members.join(connection, person, self.community, now)
            consents.give(connection, person, (*CORE, ADULT, buddies.PURPOSE), "Yes.", now)
            buddies.sign_up(connection, self.community, person, None, "{}", now)
            self.persons[name] = person
        eve = members.create(connection, self.member(self.eve), "UTC", "en", now)
        lair = Place("discord", self.lair.id, self.lair.name)
        members.join(connection, eve, members.found(connection, lair, now), now)
        consents.give(connection, eve, (*CORE, ADULT), "Yes.", now)
        self.persons["eve"] = eve

        def seal(row: int, column: str) -> bytes | None:
            words = SECRET if column == "words" else json.dumps(["discord", self.bob.id, "Bob"])
            return self.bed.bot.core.keyring.encrypt(words, "cases", column, row)

        code = self.bed.bot.core.keyring.pseudonym
        by = Named(code("discord", self.alice.id), self.persons["alice"])
        about = Named(code("discord", self.bob.id), self.persons["bob"])
        cases.open_case(connection, self.community, "moderators", seal, by, about, now)

    def _pair(self, connection: Connection, one: Person, other: Person) -> pairs.Pair:
        now = self.bed.bot.now()
        parts = [Part(one, "buddy", "|0|0|0|0"), Part(other, "buddy", "|0|0|0|0")]
        row = pairs.prepare(connection, self.community, None, "buddy", parts, pairs.Length(28), now)
        found = pairs.get(connection, row)
        assert found is not None
        return found

    async def _show(self) -> None:
        """The screens of Alice and of Mo, whose buttons the attackers know by their ids."""
        for line in ("cases", "settings", "setup", "lines", "groups", "resources"):
            await self.slash(self.mo, f"kith-mod {line}", self.garden.general)
        self.of["mo"], self.seen = [*self.seen.values()], {}
        for line in (f"buddy avoid <@{self.bob.id}>", "settings", "my-data", "forget-me", "quiet", "leave"):
            await self.say(self.alice, line)
        self.of["alice"] = [*self.seen.values()]
        self.code = re.findall(r"\d+-[a-z2-7]+", await self.say(self.alice, "link"))[0]

    # What they do

    def member(self, who: Somebody) -> Member:
        return Member("discord", who.id, who.name)

    async def say(self, who: Somebody, line: str, where: Channel | None = None) -> str:
        """Words, in the direct chat if nowhere else, and what comes back."""
        said = who.say(line, where)
        if where is not None:
            return ""
        answers: list[Message] = []
        async with asyncio.timeout(PATIENCE):
            while not answers:
                await asyncio.sleep(0.002)
                answers = [message for message in who.sees() if str(message.replies_to) == said.id]
        return self._learn(answers[-1])

    async def slash(self, who: Somebody, name: str, where: Channel | None = None, /, **options: Any) -> str:
        """A command, whatever its default permissions say."""
        return await self._answer(await who.slash(name, where, granted=True, **options))

    async def press(self, who: Somebody, button: str, where: Channel | None = None) -> str:
        """A button with this id, under a message that is there."""
        channel = where or self.garden.general
        on = Message(self.fake.world.new_id(), channel, self.fake.world.bot, self.fake.clock.now(), "There.")
        data = {"component_type": 2, "custom_id": button, "id": 1}
        return await self._answer(ask(self.fake, Asked.COMPONENT, who.user, channel, data, on))

    async def send(self, who: Somebody, form: str, where: Channel | None = None, /, **fields: str) -> str:
        """A form that nobody was shown."""
        inputs = [{"type": 4, "id": 50, "custom_id": name, "value": value} for name, value in fields.items()]
        parts = [{"type": 18, "id": number, "component": one} for number, one in enumerate(inputs, start=1)]
        data = {"custom_id": form, "components": parts}
        return await self._answer(ask(self.fake, Asked.MODAL, who.user, where or self.garden.general, data))

    async def write(self, who: Somebody, words: str, thread: Channel) -> None:
        """As Discord has it: only who is in a thread, never in a locked one, and an archived one opens by it."""
        allowed = self.garden.permissions(who.user, thread)
        if who.id in thread.members and (not thread.locked or allowed & Permission.MANAGE_THREADS):
            thread.archived = False
            await self.say(who, words, thread)

    async def fetch(self, who: Somebody, whom: Somebody, thread: Channel) -> None:
        """Whoever is in a thread that lets everybody invite brings somebody in by a mention."""
        await self.write(who, f"<@{whom.id}> {EVIL}", thread)
        if who.id in thread.members and thread.invitable and not thread.locked:
            thread.members[whom.id] = whom.user

    async def done(self) -> None:
        """Everything that was said to the bot until now has been taken in, and what was due has gone out."""
        await self.say(self.nina, "help")
        await self._settled()

    async def _answer(self, asked: Interaction) -> str:
        try:
            await asked.first_answer()
        except NoAnswer:
            return ""
        if asked.modal is not None:
            return json.dumps(asked.modal)
        return self._learn(await asked.reply())

    def _learn(self, said: Message) -> str:
        self.seen |= {button.label: button.custom_id for button in said.buttons}
        return "\n".join([said.text, *(button.label for button in said.buttons)])

    # What came of it

    async def broken(self) -> str | None:
        """What an attacker has got, if they got anything."""
        await self.done()
        bot, oracle, self.oracle = self.bed.bot, self.oracle, None
        if await bot.database.read(members.community_of, self.bed.place) != self.community:
            return "the server's community is another one"
        for who in (self.bob, self.eve):
            if await bot.core.permissions.is_moderator(self.member(who), self.community):
                return "an attacker moderates the server"
        if not await bot.core.permissions.is_moderator(self.member(self.mo), self.community):
            return "Mo does not moderate the server any more"
        if await bot.core.permissions.is_member(self.member(self.eve), self.community):
            return "a stranger belongs to the server"
        if oracle is not None and oracle[0] != oracle[1]:
            return f"a member is told from somebody who is none: {oracle}"
        changed = self._changed(await bot.database.read(self._protected))
        return changed or self._read() or self._reached() or await self._misled()

    def _read(self) -> str | None:
        private = (SECRET, NOTE, self.code, *LISTS)
        for who in (self.bob, self.eve):
            for said in self._told(who):
                if any(words in said.casefold() for words in map(str.casefold, private)):
                    return f"an attacker has read: {said[:80]}"
        if any(one.id in said for said in self._told(self.eve) for one in (self.mo, self.chandra)):
            return "a stranger was told who is a member"
        return None

    def _told(self, who: Somebody) -> Iterator[str]:
        for channel in self.fake.world.channels.values():
            kiths = channel in self.threads.values()
            for message in channel.messages.values():
                if who.can_see(message) and (message.author.bot or (kiths and message.author is not who.user)):
                    labels = [part.get("label") or "" for part in walk(message.components)]
                    yield " ".join([message.text, *labels, *(one.decode() for one in message.files.values())])

    def _reached(self) -> str | None:
        for channel in self.fake.world.channels.values():
            for message in channel.messages.values():
                by_kith = message.author.bot or channel in self.threads.values()
                if by_kith and self.alice.can_see(message) and EVIL in message.text:
                    return "words of an attacker have reached Alice"
            kiths = channel.owner is self.fake.world.bot
            for who in (self.bob, self.eve):
                if kiths and not channel.locked and {who.id, self.alice.id} <= {*channel.members}:
                    return "two who were separated are in one place"
        return None

    async def _misled(self) -> str | None:
        """Kith takes no thread for the one it made for Alice and Chandra but that one."""
        place, groups = self.bed.place, self.bed.bot.core.groups
        try:
            found = await self.bed.adapter.find_group(place, groups._key("buddies.pair:1"))
        except DeliveryError:
            return "nobody knows where the thread of Alice and Chandra is"
        ours = found is None or found.channel.id == self.threads["together"].id  # None: it is kept, and not looked for
        return None if ours else "another thread stands for theirs"

    def _protected(self, connection: Connection) -> dict[str, set[tuple[Any, ...]]]:
        """Every row that names Alice, and what the community is set to."""
        kept: dict[str, set[tuple[Any, ...]]] = {}
        for table, columns in _references(connection).items():
            own = [column for column, to in columns if to == "persons"]
            here = [column for column, to in columns if to == "communities"]
            about, row = own or here, self.persons["alice"].id if own else self.community.id
            if table == "blocks":  # whom the attackers avoid is theirs to say
                about = ["person"]
            if table == "holds":  # in her own server a stranger holds whom she likes, whoever is not there
                about, row = ["community"], self.community.id
            which = " OR ".join(f'"{column}" = {row}' for column in about)
            if table == "thanks":  # what was not sent is its writer's, who reads it once more
                which = f"({which}) AND sent IS NOT NULL"
            kept[table] = {*connection.execute(f'SELECT * FROM "{table}" WHERE {which}')}
        return kept

    def _changed(self, now: dict[str, set[tuple[Any, ...]]]) -> str | None:
        for table, rows in self._before.items():
            lost, added = rows - now[table], now[table] - rows
            if lost or (added and table not in OWN):
                return f"{table} was changed: {[*lost][:2]} -> {[*added][:2]}"
        new = now["deliveries"] - self._before["deliveries"]
        return f"something is sent to Alice: {[*new][:2]}" if new else None


def _references(connection: Connection) -> dict[str, list[tuple[str, str]]]:
    rows = connection.execute(
        'SELECT tables.name, keys."from", keys."table" FROM sqlite_master AS tables,'
        " pragma_foreign_key_list(tables.name) AS keys WHERE tables.type = 'table'"
        " AND keys.\"table\" IN ('persons', 'communities') ORDER BY 1, 2"
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, to in rows:
        found.setdefault(table, []).append((column, to))
    return found


@asynccontextmanager
async def besieged(folder: Path) -> AsyncIterator[Siege]:
    async with discord_bed(folder) as bed:
        siege = Siege(bed)
        await siege.settle()
        yield siege
        bed.fake.take_violations()
