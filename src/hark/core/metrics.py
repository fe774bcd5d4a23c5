"""What Prometheus reads: counts of this process (or of all web processes together) and what waits in the database.

With several web processes each writes its own counts into the folder that PROMETHEUS_MULTIPROC_DIR names, and whichever
is asked adds them up. The gauges of the database are read anew for each answer, so all processes tell the same.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"

requests = Histogram("hark_http_request_seconds", "Time to answer an HTTP request", ["route", "method", "status"])
sockets = Gauge("hark_websockets", "Connected browsers", multiprocess_mode="livesum")
facts_waiting = Gauge("hark_facts_waiting", "Facts about visits not written down yet", multiprocess_mode="livesum")
facts_dropped = Counter("hark_facts_dropped", "Facts about visits that could not be written down and are lost")

mail_posts = Counter("hark_mail_posts", "Posts of mail providers by what became of them", ["provider", "outcome"])
embeddings = Counter("hark_embeddings", "Questions to the operator's embeddings endpoint by what became of them", ["outcome"])

WAITING = {
    "hark_consumer_lag_events": ("Journal events a consumer has not handled yet", "consumer"),
    "hark_outbox_oldest_seconds": ("Age of the oldest message that should have left already", None),
    "hark_calls_oldest_seconds": ("Age of the oldest call that a rule or a bot should have made already", "kind"),
    "hark_intake_open_items": ("Received items that have no fate yet", None),
    "hark_source_silence_seconds": ("Time since the last item of a source", "account"),
    "hark_parked": ("Items and events given up after repeated failures", "kind"),
}
"""The gauges of the database: name -> (help, label)."""


class Waiting(Collector):
    """Values of `WAITING` as read for one answer: name -> value of the label -> value; None is no label."""

    def __init__(self, values: Mapping[str, Mapping[str | None, float]]) -> None:
        self._values = values

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, (help, label) in WAITING.items():
            family = GaugeMetricFamily(name, help, labels=[label] if label else [])
            for key, value in self._values[name].items():
                family.add_metric([] if key is None else [key], value)
            yield family


def exposition(waiting: Waiting) -> bytes:
    """Everything in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(waiting)
    if folder := os.environ.get(FOLDER):
        _forget_dead(Path(folder))
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(REGISTRY) + generate_latest(registry)


def _forget_dead(folder: Path) -> None:
    """The sockets of a process that was killed are not open any more."""
    for pid in {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*_*.db")}:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid, path=str(folder))  # type: ignore[no-untyped-call]
