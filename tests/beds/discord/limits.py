"""Rate limits and the invalid-request count: https://docs.discord.com/developers/topics/rate-limits."""

from __future__ import annotations

import collections
import hashlib
from dataclasses import dataclass

from tests.beds.discord.spec import Operation
from tests.beds.discord.things import Payload
from tests.beds.discord.world import Clock

INVALID_WINDOW = 600.0
INVALID_ALLOWED = 10_000
MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_id", "interaction_token")
"""What a bucket is counted for, beside the route: an interaction and a webhook each by its own token."""
KNOWN = 5000
"""Buckets remembered before those that are over are forgotten."""
UNCOUNTED = ("/interactions/", "/webhooks/")
"""Interaction endpoints are outside the global limit."""


@dataclass(frozen=True)
class Rule:
    requests: int
    seconds: float


@dataclass
class Bucket:
    left: int
    resets: float


@dataclass(frozen=True)
class Limited:
    """A 429: its scope ("user", "global", "shared"), and seconds until the next try."""

    scope: str
    retry_after: float

    @property
    def headers(self) -> dict[str, str]:
        extra = {"X-RateLimit-Global": "true"} if self.scope == "global" else {}
        return extra | {"X-RateLimit-Scope": self.scope, "Retry-After": str(int(self.retry_after) + 1)}

    @property
    def payload(self) -> Payload:
        message = "You are being rate limited."
        return {"message": message, "retry_after": round(self.retry_after, 3), "global": self.scope == "global"}


class RateLimits:
    """Buckets per route and major id, the global limit per second, and the opening of direct messages."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.rules = {"POST /channels/{channel_id}/messages": Rule(5, 1.0)}
        self.default = Rule(50, 1.0)
        self.global_per_second = 50
        self.dm_openings: Rule | None = None
        """How many direct conversations may be opened how fast; Discord does not publish its number."""
        self.invalid: collections.deque[float] = collections.deque()
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._recent: collections.deque[float] = collections.deque()
        self._opened: collections.deque[float] = collections.deque()

    def take(self, operation: Operation, ids: dict[str, str]) -> tuple[dict[str, str], Limited | None]:
        """Count one request: the headers of its answer, and the 429 if it came too early."""
        now = self._clock.seconds()
        if not operation.template.startswith(UNCOUNTED) and (wait := self._over_global(now)):
            return {}, Limited("global", wait)
        rule = self.rules.get(str(operation), self.default)
        major = " ".join(ids[name] for name in MAJOR if name in ids)
        if len(self._buckets) > KNOWN:
            self._buckets = {key: one for key, one in self._buckets.items() if one.resets > now}
        bucket = self._buckets.setdefault((str(operation), major), Bucket(rule.requests, now + rule.seconds))
        if now >= bucket.resets:
            bucket.left, bucket.resets = rule.requests, now + rule.seconds
        headers = self._headers(operation, rule, bucket, now)
        if bucket.left == 0:
            return headers, Limited("user", bucket.resets - now)
        bucket.left -= 1
        return headers, None

    def may_open_dm(self) -> bool:
        """Count one new direct conversation. False: "opening direct messages too fast" (40003)."""
        if self.dm_openings is None:
            return True
        now = self._clock.seconds()
        _forget(self._opened, now - self.dm_openings.seconds)
        if len(self._opened) >= self.dm_openings.requests:
            return False
        self._opened.append(now)
        return True

    def count_invalid(self, status: int, scope: str | None = None) -> None:
        """401, 403 and 429 count (but for a shared 429); 10,000 in ten minutes and Discord bans the address."""
        if status in (401, 403, 429) and scope != "shared":
            self.invalid.append(self._clock.seconds())

    @property
    def banned(self) -> bool:
        _forget(self.invalid, self._clock.seconds() - INVALID_WINDOW)
        return len(self.invalid) >= INVALID_ALLOWED

    def _over_global(self, now: float) -> float:
        _forget(self._recent, now - 1.0)
        if len(self._recent) >= self.global_per_second:
            return self._recent[0] + 1.0 - now
        self._recent.append(now)
        return 0.0

    def _headers(self, operation: Operation, rule: Rule, bucket: Bucket, now: float) -> dict[str, str]:
        left = bucket.resets - now
        return {
            "X-RateLimit-Limit": str(rule.requests),
            "X-RateLimit-Remaining": str(max(0, bucket.left - 1)),
            "X-RateLimit-Reset": f"{self._clock.now().timestamp() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(str(operation).encode()).hexdigest()[:32],
        }


def _forget(times: collections.deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()
