"""Prometheus metrics of one process, served at /metrics."""

from prometheus_client import Gauge, Histogram

requests = Histogram("hark_http_request_seconds", "Time to answer an HTTP request", ["route", "method", "status"])
consumer_lag = Gauge("hark_consumer_lag_events", "Journal events a consumer has not handled yet", ["consumer"])
outbox_age = Gauge("hark_outbox_oldest_seconds", "Age of the oldest message that should have left already")
intake_open = Gauge("hark_intake_open_items", "Received items that have no fate yet")
source_silence = Gauge("hark_source_silence_seconds", "Time since the last item of a source", ["account"])
sockets = Gauge("hark_websockets", "Connected browsers")
parked = Gauge("hark_parked", "Items and events given up after repeated failures", ["kind"])
