"""Send, hold, lay aside or skip: the last question before a message goes, in the transaction that lets it go."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clocks.quiet_hours import QuietHours, held_until
from bot.context import Delivery
from bot.messages import Channel
from storage.delivery import unasked
from storage.moderation.claims import Facts, Verdict

DAILY_CAP = 3
"""Of what nobody scheduled: offers, waves, mid-round messages, reflections (product.md 3.13).

Of these, what comes unasked keeps to ``storage.delivery.unasked`` as well."""

SEND = Verdict("send")


def decide(delivery: Delivery, facts: Facts, now: datetime, cap: int = DAILY_CAP) -> Verdict:
    """The first rule that applies decides. Pure: what it knows is in ``facts``, and the host's daily ``cap``."""
    if delivery.expires is not None and delivery.expires <= now:
        return Verdict("skip", "expired")
    if facts.stopped:
        return Verdict("skip", "Kith has stopped here")
    if not facts.consented:
        return Verdict("skip", "no consent")
    if facts.left:
        return Verdict("skip", "left the community")
    if facts.paused and delivery.purpose and facts.rests is None:
        return Verdict("skip", "paused")
    if facts.quiet and (delivery.purpose or isinstance(delivery.to, Channel)):
        return Verdict("skip", "quiet everything")
    if delivery.capped and cap == 0:
        return Verdict("skip", "the host lets nothing go that nobody scheduled")
    if facts.closed:
        return Verdict("inbox", "cannot be reached")
    until = max(filter(None, (facts.rests, _held(delivery, facts, now, cap))), default=None)
    if until is None:
        return SEND
    if delivery.expires is not None and delivery.expires <= until:
        return Verdict("skip", "stale after the quiet hours")
    return Verdict("hold", until=until)


def _held(delivery: Delivery, facts: Facts, now: datetime, cap: int) -> datetime | None:
    if delivery.picked or not delivery.purpose:
        return None
    quiet = QuietHours(time.fromisoformat(facts.quiet_start), time.fromisoformat(facts.quiet_end))
    later = unasked.free_from(facts.unasked, now) if delivery.unasked else now
    if delivery.capped and facts.capped_today >= cap:
        later = max(later, now + timedelta(hours=4))
    if later > now:
        return held_until(later, ZoneInfo(facts.zone), quiet) or later
    return held_until(now, ZoneInfo(facts.zone), quiet)
