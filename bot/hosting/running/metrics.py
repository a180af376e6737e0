"""What a host's monitoring may read of a running Kith, as Prometheus reads it: numbers about the machine, none about
people. No metric has a community, a member, a command or a kind of message as a label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from bot.delivery.tally import BOUNDS, Lateness, Tally
from bot.hosting.running.seen import Seen

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

NAMES: Final[Mapping[str, str]] = {
    "kith_build_info": "The version of Kith, of its schema and of its time zones.",
    "kith_started_seconds": "When this run began, in seconds since 1970.",
    "kith_platform_connected": "1 where a platform is connected, else 0.",
    "kith_tick_age_seconds": "Seconds since the last round of planning and sending ended; about 1 when all is well.",
    "kith_deliveries_total": "What became of messages in this run: sent, postponed, skipped, inbox, dead or unknown.",
    "kith_delivery_late_seconds": "How long messages were due before they went.",
    "kith_requests_total": "What members typed and pressed in this run: answered, refused (with a sentence) or failed.",
    "kith_deliveries_planned": "Messages planned for later.",
    "kith_deliveries_overdue": "Messages that are due now and have not gone.",
    "kith_deliveries_inbox": "Messages that no platform hands over now; they wait for their readers.",
    "kith_database_bytes": "Size of a file of the database: main, or the log beside it.",
}
"""Every metric of Kith's own, and what it says; docs/metrics.md has the same list, held by a test."""


class Metrics:
    """A collector for Prometheus' own library; ``text`` is one whole answer."""

    def __init__(self) -> None:
        self._seen: Seen
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def text(self, seen: Seen) -> bytes:
        self._seen = seen
        return generate_latest(self._registry)

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: the library would collect once just to learn the names."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        seen = self._seen
        build = InfoMetricFamily("kith_build", NAMES["kith_build_info"])
        build.add_metric([], dict(seen.build))
        yield build
        yield _gauge("kith_started_seconds", seen.since.timestamp())
        connected = GaugeMetricFamily(*_named("kith_platform_connected"), labels=["platform"])
        for platform in seen.platforms:
            connected.add_metric([platform], platform in seen.connected)
        yield connected
        yield _gauge("kith_tick_age_seconds", seen.tick_age)
        yield from self._tallied(seen.tally)
        yield _gauge("kith_deliveries_planned", seen.waiting.planned)
        yield _gauge("kith_deliveries_overdue", seen.waiting.overdue)
        yield _gauge("kith_deliveries_inbox", seen.waiting.inbox)
        sizes = GaugeMetricFamily(*_named("kith_database_bytes"), labels=["file"])
        for name, path in (("main", seen.database), ("log", Path(f"{seen.database}-wal"))):
            sizes.add_metric([name], path.stat().st_size if path.exists() else 0)
        yield sizes

    def _tallied(self, tally: Tally) -> Iterator[Metric]:
        deliveries = CounterMetricFamily(*_named("kith_deliveries_total"), labels=["platform", "outcome"])
        for (platform, outcome), count in sorted(tally.deliveries.items()):
            deliveries.add_metric([platform, outcome], count)
        yield deliveries
        late = HistogramMetricFamily(*_named("kith_delivery_late_seconds"), labels=["platform"])
        for platform, lateness in sorted(tally.lateness.items()):
            late.add_metric([platform], _buckets(lateness), lateness.seconds)
        yield late
        requests = CounterMetricFamily(*_named("kith_requests_total"), labels=["platform", "answer"])
        for (platform, answer), count in sorted(tally.requests.items()):
            requests.add_metric([platform, answer], count)
        yield requests


def _named(name: str) -> tuple[str, str]:
    return name, NAMES[name]


def _gauge(name: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(*_named(name), value=value)


def _buckets(lateness: Lateness) -> list[tuple[str, float]]:
    """Prometheus counts up: each class holds the ones below it too."""
    bounds = [*(str(float(bound)) for bound in BOUNDS), "+Inf"]
    return [(bound, sum(lateness.counts[: at + 1])) for at, bound in enumerate(bounds)]
