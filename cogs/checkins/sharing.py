"""Sharing a check-in: words go to whom the member chose, after both agreed and after a look at exactly what goes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.cog import KeepsNothing, action, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Channel, Community, Field, Form, Message, Person, Text, Who, who
from bot.registry import Listener, Reply, Work
from bot.words.i18n import N_, _
from storage.checkins import checkins, dials, posts
from storage.delivery import deliveries
from storage.members import members

LONGEST = 1000
"""Characters of what is shared or answered at once."""

LIFE = timedelta(hours=23)
"""How long words may be on their way. With the hour until they are erased it is the 24 of product.md 4."""

SHARED, WAVED, ANSWERED, POSTED = "checkins.shared", "checkins.waved", "checkins.answered", "checkins.posted"
WITH_WORDS = (SHARED, ANSWERED, POSTED)
THREAD = "thread"
GONE = N_("I no longer have it. Send it again if you like.")


@dataclass(frozen=True)
class Viewer:
    """Who would see it: a listener, or everybody in a community's check-in thread."""

    code: str
    name: Text
    listener: Listener | None = None
    channel: Channel | None = None
    community: Community | None = None


class Sharing(KeepsNothing):  # what is on its way to the person goes with their deliveries
    """Words wait in memory for fifteen minutes and travel encrypted, for a day at most."""

    # -- before it goes -----------------------------------------------------------------------------------------------

    @action("checkins.send")
    async def send(self, context: Context, value: str) -> Reply:
        """Who would see it, and exactly what: nothing has gone yet. ``new``: with words yet to be written."""
        viewers = await self._viewers(context)
        if not viewers:
            return _("There is nobody to send it to yet. It stays with you.")
        words = None if value == "new" else self.core.words.recall(context.me, context.now)
        if words is None:
            field = Field("words", _("What would you like to share?"), multiline=True, limit=LONGEST)
            return Form(_("Share something"), (field,), "checkins.written")
        if len(viewers) == 1:
            return _preview(viewers[0], words)
        choices = [Button(viewer.name, "checkins.preview", viewer.code) for viewer in viewers]
        return Message(_("Who would you like to see it?"), (*choices, _not_this_time()))

    @action("checkins.written")
    async def written(self, context: Context, value: str, words: str) -> Reply:
        self.core.words.keep(context.me, words, context.now)
        return await self.send(context, "")

    @action("checkins.preview")
    async def preview(self, context: Context, value: str) -> Message:
        return _preview(await self._viewer(context, value), self._words(context))

    @action("checkins.unsent")
    async def unsent(self, context: Context, value: str) -> Text:
        self.core.words.drop(context.me)
        return _("Not sent. I haven't kept it.")

    @action("checkins.done")
    async def done(self, context: Context, value: str) -> Text:
        self.core.words.drop(context.me)
        return _("Done. I haven't kept it.")

    # -- on its way ---------------------------------------------------------------------------------------------------

    @action("checkins.deliver", once=True)
    async def deliver(self, context: Context, value: str) -> Text:
        viewer = await self._viewer(context, value)
        words = self._words(context)
        letter = self._delivery(context, viewer, words)
        await self.write(deliveries.plan, letter)
        self.core.words.drop(context.me)
        to = [letter.to] if isinstance(letter.to, Person) else []
        return await self.passed_on(context, to, letter.kind, _("Sent to {name}.").format(name=viewer.name))

    def _delivery(self, context: Context, viewer: Viewer, words: str) -> Delivery:
        listener = viewer.listener
        to: Person | Channel | None = listener.person if listener else viewer.channel
        assert to is not None
        kind, purpose = (SHARED, listener.purpose) if listener else (POSTED, "")
        what, when = f"{context.me.id}:{secrets.token_hex(8)}", (context.now, context.now + LIFE)
        return self.letter(words, to, kind, what, *when, purpose, viewer.community, {"about": context.me.id})

    @message(SHARED, actions=("checkins.wave", "checkins.reply"), late="expires")
    async def shared(self, delivery: Delivery, reader: Reader) -> Message | None:
        words, name = self.body_of(delivery), await self._name(delivery)
        if words is None or name is None:
            return None
        said = _("{name} shared a check-in with you:").format(name=name) + "\n" + _quoted(words)
        return Message(said, (Button(_("Wave"), "checkins.wave"), Button(_("Answer"), "checkins.reply")))

    @message(POSTED, late="expires")
    async def posted(self, delivery: Delivery, reader: Reader) -> Message | None:
        words, name = self.body_of(delivery), await self._name(delivery)
        if words is None or name is None:
            return None
        return Message(_("{name}:").format(name=name) + " " + _quoted(words), private=False)

    @job(every="hour", erases=True)
    async def erase(self, now: datetime) -> None:
        """Words that did not arrive in time are erased wherever they lie, the inbox too."""
        await self.in_portions(deliveries.erase_words, WITH_WORDS, now)

    # -- and back -----------------------------------------------------------------------------------------------------

    @action("checkins.wave")
    async def wave(self, context: Context, value: str) -> Text:
        writer = await self._writer(context.delivery)
        await self.write(deliveries.plan, self._back(context, writer, WAVED, f"{context.delivery}", None))
        return _("Waved.")

    @action("checkins.reply")
    async def reply(self, context: Context, value: str) -> Form:
        name = await self._named(await self._writer(context.delivery))
        label = _("{name} will see exactly what you write.").format(name=name)
        field = Field("words", label, multiline=True, limit=LONGEST)
        return Form(_("Answer"), (field,), "checkins.replied", str(context.delivery))

    @action("checkins.replied")
    async def replied(self, context: Context, value: str, words: str) -> Text:
        writer = await self._writer(int(value) if value.isdecimal() else None)
        what = f"{value}:{secrets.token_hex(4)}"
        await self.write(deliveries.plan, self._back(context, writer, ANSWERED, what, words))
        sent = _("Sent to {name}.").format(name=await self._named(writer))
        return await self.passed_on(context, [writer], ANSWERED, sent)

    def _back(self, context: Context, writer: Person, kind: str, what: str, words: str | None) -> Delivery:
        when, args = (context.now, context.now + LIFE), {"about": context.me.id}
        return self.letter(words, writer, kind, what, *when, checkins.PURPOSE, args=args)

    @message(WAVED, late="expires")
    async def waved(self, delivery: Delivery, reader: Reader) -> Message | None:
        name = await self._name(delivery)
        return Message(_("{name} waves. No answer needed.").format(name=name)) if name else None

    @message(ANSWERED, late="expires")
    async def answered(self, delivery: Delivery, reader: Reader) -> Message | None:
        words, name = self.body_of(delivery), await self._name(delivery)
        if words is None or name is None:
            return None
        return Message(_("{name} answers:").format(name=name) + "\n" + _quoted(words))

    # -- who and what -------------------------------------------------------------------------------------------------

    async def _viewers(self, context: Context) -> list[Viewer]:
        found = await self.read(_find_viewers, context.me, self.core.registry.listeners(context.me))
        return [viewer for viewer in found if viewer.name]

    async def _viewer(self, context: Context, code: str) -> Viewer:
        """Asked again at every press: whoever ended it meanwhile sees nothing."""
        for viewer in await self._viewers(context):
            if viewer.code == code:
                return viewer
        raise UserError(_("They can't be sent anything now. It stays with you."))

    def _words(self, context: Context) -> str:
        words = self.core.words.recall(context.me, context.now)
        if words is None:
            raise UserError(_(GONE))
        return words

    async def _writer(self, delivery: int | None) -> Person:
        """Who sent the words that the pressed button stood under."""
        found = await self.read(deliveries.get, delivery) if delivery is not None else None
        about = Person(int(found.args["about"])) if found is not None else None
        if about is None or not await self.read(members.accounts, about):
            raise UserError(_("They can't be sent anything now. It stays with you."))
        return about

    async def _name(self, delivery: Delivery) -> Text | None:
        account = await self.read(members.account, Person(int(delivery.args["about"])))
        return Text(Who(account)) if account else None

    async def _named(self, person: Person) -> Text:
        account = await self.read(members.account, person)
        return Text(Who(account)) if account else Text()


def _find_viewers(connection: Connection, person: Person, listeners: Work[Sequence[Listener]]) -> list[Viewer]:
    viewers = []
    for listener in listeners(connection):
        account = members.account(connection, listener.person)
        name = Text(who(account)) if account else Text()
        viewers.append(Viewer(str(listener.person.id), name, listener, community=listener.community))
    if dials.get(connection, person).audience == THREAD:
        for community in members.communities(connection, person):
            post = posts.get(connection, community)
            if post is not None:
                name = _("everyone in the check-in thread of {community}").format(community=community.name)
                viewers.append(Viewer(f"t{community.id}", name, channel=post.channel, community=community))
    return viewers


def _preview(viewer: Viewer, words: str) -> Message:
    seen = _("{name} will see exactly this:").format(name=viewer.name)
    send = Button(_("Send"), "checkins.deliver", viewer.code, style="primary")
    return Message(seen + "\n" + _quoted(words), (send, _not_this_time()))


def _not_this_time() -> Button:
    return Button(_("Not this time"), "checkins.unsent")


def _quoted(words: str) -> Text:
    return Text("{words}").format(words=words)
