"""The Prometheus page. Numbers come from the rows at each scrape, so that they hold for any number of processes."""

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from web import freshness
from web.counts import Counts, Labelled
from web.freshness import Freshness
from web.state import WebState

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: seconds
BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


def page(state: WebState, counts: Counts) -> bytes:
    """Everything in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counted(state, counts))
    return generate_latest(registry)


class _Counted(Collector):
    def __init__(self, state: WebState, counts: Counts) -> None:
        self._state = state
        self._counts = counts

    def collect(self) -> Iterable[Metric]:
        """All families, in a fixed order."""
        counts = self._counts
        yield _gauge("telegrams", "Telegrams kept, by type and state.", counts.telegrams, "type", "state")
        yield _gauge("alerts", "Alerts, by decision and CAP status.", counts.alerts, "decision", "status")
        yield _gauge("broadcasts", "Broadcasts, by origin and state.", counts.broadcasts, "origin", "state")
        yield _gauge("messages", "Texts to one person each, by hazard and state.", counts.messages, "hazard", "state")
        yield _gauge("messages_waiting", "Texts that may leave now and have not.", counts.waiting, "hazard")
        yield _gauge("segments_planned", "Segments of all planned texts.", counts.segments, "hazard")
        yield _gauge("notices_open", "Open notices, by kind.", counts.notices, "kind")
        yield _gauge("provider_share", "Points of a hundred of the texts, by SMS provider.", counts.shares, "provider")
        text = "Texts of the last quarter of an hour at the last look, by SMS provider and what became of them."
        yield _gauge("provider_texts", text, counts.providers, "provider", "outcome")
        yield from _feeds(self._state, counts)
        yield _histogram(counts.handover_seconds)
        yield _gauge("sends_for_real", "1 where an SMS can leave this machine.", {(): int(self._state.real)})


def _gauge(name: str, text: str, values: Labelled, *labels: str) -> Metric:
    family = GaugeMetricFamily(f"tomoshibi_{name}", text, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(key, value)
    return family


def _feeds(state: WebState, counts: Counts) -> Iterator[Metric]:
    now = state.clock()
    feeds = freshness.judge(counts.feeds, state.feeds, now)
    fresh: Labelled = {(feed.name,): int(feed.ready) for feed in feeds}
    yield _gauge("feed_ready", "1 where we can see the feed.", fresh, "feed")
    content = GaugeMetricFamily("tomoshibi_feed_age_seconds", "Age of the newest content.", labels=("feed",))
    polled = GaugeMetricFamily("tomoshibi_feed_poll_age_seconds", "Age of the last good poll.", labels=("feed",))
    for feed in feeds:
        _age(content, feed, None if feed.content_at is None else (now - feed.content_at).total_seconds())
        _age(polled, feed, None if feed.last_success_at is None else (now - feed.last_success_at).total_seconds())
    yield content
    yield polled


def _age(family: GaugeMetricFamily, feed: Freshness, seconds: float | None) -> None:
    if seconds is not None:
        family.add_metric((feed.name,), seconds)


def _histogram(seconds: Sequence[float]) -> Metric:
    family = HistogramMetricFamily(
        "tomoshibi_seen_to_first_handover_seconds", "From telegram seen to the first text handed over, per broadcast."
    )
    buckets = [(str(limit), float(sum(value <= limit for value in seconds))) for limit in BUCKETS]
    family.add_metric((), [*buckets, ("+Inf", float(len(seconds)))], sum(seconds))
    return family
