"""A moderator's first five minutes: five questions, each with a default and a skip, that go on after a restart."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from bot.asking.doors import HELP_NOW
from bot.cog import KeepsNothing, action, command, message
from bot.context import Context, Delivery, Reader, Spot
from bot.errors import UserError
from bot.incoming import pages
from bot.incoming import text as as_text
from bot.messages import Button, Channel, Community, Message, Text, plain
from bot.registry import Ask, Reply, Work
from bot.words import countries, prompts
from bot.words.i18n import N_, _, say
from cogs.checkins import prompting
from cogs.moderation import desk, wording
from cogs.moderation.troubles import WITHOUT
from storage.delivery import deliveries
from storage.members import community_settings
from storage.members.community_settings import Settings
from storage.moderation import arrival, lines

QUESTIONS = 5
ENOUGH_LINES = 2
PANEL = "moderation.panel"
NAME = "kith-mod setup"


class Setup(KeepsNothing):
    """`kith-mod setup`, the panel, and what to do before the announcement."""

    @command(NAME, anyone=True, moderators=True)
    async def setup(self, context: Context) -> Reply:
        """Set me up in this community, in five questions."""
        if question := await desk.first_yes(self, context, NAME):
            return question
        step = (await self._settings(context)).step
        if 1 < step <= QUESTIONS:
            return Message(
                _("You were at question {n} of {m}.").format(n=step, m=QUESTIONS),
                (
                    Button(_("Go on"), "setup.step", str(step), style="primary"),
                    Button(_("From the beginning"), "setup.step", "1"),
                ),
            )
        return await self._question(context, 1)

    @message(arrival.ARRIVED, actions=("setup.begin",))
    async def arrived(self, delivery: Delivery, reader: Reader) -> Message:
        """Nobody is called by name: whoever reads it first may be the one who let the bot in."""
        said = _(
            "Hello. I help people in a community find and keep each other, and write nothing here until I am set up."
        )
        more = _("Whoever may manage this place can do that: five questions, each with a default.")
        return Message(said + "\n" + more, (Button(_("Set up"), "setup.begin", style="primary"),), private=False)

    @action("setup.begin", anyone=True, community=True, moderators=True)
    async def begin(self, context: Context, value: str) -> Reply:
        return await self.setup(context)

    def asks(self) -> tuple[Ask, ...]:
        return (desk.ASK,)

    @action("moderation.agreed")
    async def agreed(self, context: Context, value: str) -> Reply:
        return await desk.agreed(self, context, value)

    @action("setup.step", moderators=True)
    async def step(self, context: Context, value: str) -> Message:
        return await self._question(context, int(value) if value in "123456" else 1)

    async def _question(self, context: Context, step: int) -> Message:
        await self.write(community_settings.set_step, context.here, step)
        asked = {1: self._countries, 2: self._reports, 3: self._panel_place, 4: self._try_it, 5: self._post_it}
        if step not in asked:
            return await self._before_announcing(context)
        screen = await asked[step](context)
        return replace(screen, text=screen.text + "\n" + await self._stands(context, step))

    async def _stands(self, context: Context, step: int) -> Text:
        """What is done, what is not and means something to members, and what comes next."""
        settings, checked = await self._settings(context), await self._has_lines(context)
        facts = (checked, settings.reports is not None, settings.panel is not None)
        done = Text(", ").join(say(part) for part, there in zip(wording.PARTS, facts, strict=False) if there)
        said = [_("Done: {done}.").format(done=done)] if done else []
        if not checked:
            said.append(_("No crisis line is checked yet (`kith-mod lines`), so `help now` shows directories."))
        return Text(" ").join([*said, _("Next: {part}.").format(part=say(wording.PARTS[step]))])

    async def _has_lines(self, context: Context) -> bool:
        confirmed, today = await self.read(lines.confirmed, context.here), context.now.date()
        return sum(until > today for until in confirmed.values()) >= ENOUGH_LINES

    # -- 2 and 3: where things go -------------------------------------------------------------------------------------

    async def _reports(self, context: Context) -> Message:
        said = [say(WITHOUT[lack]) for lack in await self._lacks(context)]
        private = [spot for spot in await self.core.platforms.spots(context) if spot.private]
        if not private:
            said.append(
                _(
                    "2 of 5. I see no private channel where I can write. Make one for moderators, let me in, and look"
                    " again. Until then reports wait in `kith-mod cases`."
                )
            )
            return Message(Text("\n").join(said), (Button(_("Look again"), "setup.step", "2"), _skip(3)))
        first = next((spot for spot in private if "mod" in spot.name.casefold()), private[0])
        words = _("2 of 5. Reports and cases go to: {channel}. I can post there (checked).")
        said.append(words.format(channel=first.name))
        buttons = [Button(_("Yes, there"), "setup.reports", _code(first), style="primary")]
        if len(private) > 1:
            buttons.append(Button(_("Another channel"), "setup.other", "private"))
        return Message(Text("\n").join(said), (*buttons, _skip(3)))

    @action("setup.reports", moderators=True)
    async def reports(self, context: Context, value: str) -> Message:
        spot = await self._spot(context, value)
        if not spot.private:
            raise UserError(_("Everybody can read that channel. Reports need a private one."))
        await desk.change(self, context, "setup.reports", lambda settings: settings._replace(reports=spot.channel))
        return await self._question(context, 3)

    async def _panel_place(self, context: Context) -> Message:
        spots = await self.core.platforms.spots(context)
        if not spots:
            return Message(_("3 of 5. I may write in no channel here, so there is no panel."), (_skip(4),))
        first = next((spot for spot in spots if not spot.private), spots[0])
        buttons = [Button(_("Yes, there"), "setup.place", _code(first), style="primary")]
        if len(spots) > 1:
            buttons.append(Button(_("Another channel"), "setup.other", "any"))
        words = _(
            "3 of 5. Where may I put one message with buttons? In {channel}, if you like. I can post there (checked)."
        )
        return Message(words.format(channel=first.name), (*buttons, _skip(4)))

    @action("setup.place", moderators=True)
    async def place(self, context: Context, value: str) -> Message:
        channel = (await self._spot(context, value)).channel
        await desk.change(self, context, None, lambda settings: settings._replace(panel=channel))
        return await self._question(context, 4)

    @action("setup.other", moderators=True)
    async def other(self, context: Context, value: str) -> Message:
        which, _space, number = value.partition(" ")
        private = which == "private"
        spots = [spot for spot in await self.core.platforms.spots(context) if spot.private or not private]
        page = pages.page(spots, pages.number_of(number))
        opens = "setup.reports" if private else "setup.place"
        buttons = tuple(Button(plain(spot.name[:40]), opens, _code(spot)) for spot in spots[page.start : page.end])
        said = _("Which private channel?") if private else _("Which channel?")
        return Message(said, (*buttons, *page.more("setup.other", f"{which} "), _skip(3 if private else 4)))

    # -- 1: countries, 4: try it --------------------------------------------------------------------------------------

    async def _countries(self, context: Context) -> Message:
        known = (await self._settings(context)).countries or tuple(filter(None, [countries.of_locale(context.locale)]))
        buttons = [Button(_("Name the countries"), "lines.countries", "s")]
        if known:
            names = Text(", ").join([countries.name(code) for code in known])
            buttons.insert(0, Button(names, "setup.countries", " ".join(known), style="primary"))
        said = _(
            "1 of 5. Which countries are your members in? These lines need a person's check before anyone sees them."
        )
        return Message(said, (*buttons, Button(_("Later"), "setup.step", "2")))

    @action("setup.countries", moderators=True)
    async def countries(self, context: Context, value: str) -> Reply:
        named = ", ".join(code for code in value.split() if code in countries.NAMES)
        return await self.core.registry.actions["lines.named"].handler(context, "s", names=named)

    async def _try_it(self, context: Context) -> Message:
        return Message(
            _("4 of 5. Try it as a member. Only you see this, and nothing is kept."),
            (
                Button(_("The hello"), "setup.show", "hello"),
                Button(_("A check-in"), "setup.show", "checkin"),
                Button(_("The help card"), "setup.show", "help"),
                Button(_("Go on"), "setup.step", "5", style="primary"),
            ),
        )

    @action("setup.show", moderators=True)
    async def show(self, context: Context, value: str) -> Message:
        """As a member would read it. The choices are words here: nothing can be started from a rehearsal."""
        stranger = replace(context, person=None)
        if value == "checkin":
            shown: Reply = prompting.draw(
                next(one for one in prompts.shipped() if one.kind == "checkin" and not one.leads_to)
            )
        elif value == "help":
            shown = await self.core.registry.actions[HELP_NOW].handler(stranger, "")
        else:
            shown = await self.core.registry.commands["start"].handler(stranger)
        assert isinstance(shown, Message)
        again = await self._try_it(context)
        return replace(again, text=_("A member would read:") + "\n\n" + as_text.render(shown) + "\n\n" + again.text)

    # -- 5: the panel -------------------------------------------------------------------------------------------------

    async def _post_it(self, context: Context) -> Message:
        settings = await self._settings(context)
        if settings.panel is None:
            said = _("5 of 5. I know no channel for the message with buttons, so members begin with `start`.")
            return Message(said, (Button(_("Choose a channel"), "setup.step", "3"), _skip(6)))
        said = (
            _("5 of 5. This is the message I'd post, once, without a ping:") + "\n\n" + as_text.render(wording.panel())
        )
        return Message(said, (Button(_("Post it"), "setup.post", style="primary"), _skip(6)))

    @action("setup.post", moderators=True, once=True, expensive=True)
    async def post(self, context: Context, value: str) -> Message:
        channel, community = (await self._settings(context)).panel, context.here
        if channel is None:
            raise UserError(_("I know no channel for it. `kith-mod setup` asks for one."))
        key = f"{PANEL}:{community.id}:{_digest(channel)}:{context.now.date()}"
        delivery = Delivery(channel, PANEL, key, context.now, community=community)
        await desk.act(self, context, "setup.panel", deliveries.plan, delivery)
        return await self._question(context, QUESTIONS + 1)

    @message(PANEL)
    async def panel(self, delivery: Delivery, reader: Reader) -> Message:
        return wording.panel()

    # -- before it is announced ---------------------------------------------------------------------------------------

    async def _before_announcing(self, context: Context) -> Message:
        community = context.here
        adults = (await self._settings(context)).adults_only
        said = [_("That's all I need. Everything else has a default: `kith-mod settings`.")]
        if adults:
            said.append(_("This community is for adults, and the first thing I ask somebody is whether they are one."))
        said.append(_("Before you announce me:"))
        wanted = (("helper", 3, N_("3 helpers")), ("host", 2, N_("2 hosts")), ("welcomer", 1, N_("1 welcomer")))
        for purpose, enough, words in wanted:
            there = await self.read(community_settings.volunteers, community, purpose) >= enough
            said.append(_tick(say(words), there))
        has_lines = await self._has_lines(context)
        said.append(_tick(_("crisis lines checked"), has_lines))
        check = () if has_lines else (Button(_("Check crisis lines"), "setup.step", "1"),)
        if not has_lines:
            said.append(_("Until they are, `help now` shows directories."))
        return Message(Text("\n").join(said), (*check, *self._texts(adults=adults)))

    def _texts(self, *, adults: bool) -> tuple[Button, ...]:
        """They stay under each of the texts, so that whoever types reads one after the other."""
        return (
            Button(_("Text for asking people"), "setup.text", "ask"),
            Button(_("Announcement text"), "setup.text", "announce"),
            Button(_("Card for other organisations"), "setup.text", "card"),
            Button(
                _("Not for adults only") if adults else _("This community is for adults"),
                "setup.adults",
                "open" if adults else "adults",
            ),
        )

    @action("setup.adults", moderators=True)
    async def adults(self, context: Context, value: str) -> Message:
        """Among adults the line about age is asked once, with the first yes to anything."""
        declared = value == "adults"
        await desk.change(self, context, "community.adults", lambda settings: settings._replace(adults_only=declared))
        return await self._before_announcing(context)

    @action("setup.text", moderators=True)
    async def text(self, context: Context, value: str) -> Message:
        settings, community = await self._settings(context), context.here
        if value == "ask":
            said = wording.invitation()
        elif value == "card":
            said = wording.partner_card()
        else:
            host, adults = self.core.settings.host, settings.adults_only
            said = wording.announcement(settings.preset, community.name, host, adults_only=adults)
        return Message(said, self._texts(adults=settings.adults_only))

    # -- what the platform says ---------------------------------------------------------------------------------------

    async def _settings(self, context: Context) -> Settings:
        return await self.read(community_settings.get, context.here)

    async def _spot(self, context: Context, code: str) -> Spot:
        """The channel a button named, if I may still write there."""
        found = next((spot for spot in await self.core.platforms.spots(context) if _code(spot) == code), None)
        if found is None:
            raise UserError(_("I can't write there any more. Choose another channel."))
        return found

    async def _lacks(self, context: Context) -> list[str]:
        lacking = await self.core.platforms.lacks(context)
        return [lack for lack in WITHOUT if lack in lacking]

    def channel_gone(self, channel: Channel) -> Work[None]:
        return lambda connection: community_settings.forget_channel(connection, channel)

    async def needs(self, community: Community, now: datetime) -> tuple[Text, ...]:
        if (await self.read(community_settings.get, community)).reports is not None:
            return ()
        return (_("Reports have no channel, so nobody is told when one comes in: `kith-mod setup`."),)


def _skip(step: int) -> Button:
    return Button(_("Skip"), "setup.step", str(step))


def _tick(what: Text, there: bool) -> Text:
    return (_("{what}: there") if there else _("{what}: not yet")).format(what=what)


def _code(spot: Spot) -> str:
    return _digest(spot.channel)


def _digest(channel: Channel) -> str:
    """Short enough for a button, whatever a platform's ids look like."""
    return hashlib.sha256(f"{channel.platform}|{channel.id}|{channel.thread}".encode()).hexdigest()[:16]
