"""XES (IEEE 1849-2016), read and written as a stream.

Reading refuses every document type: without one there are no entities, so neither bombs nor files from elsewhere.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from hark.bottlenecks.eventlogs.building import Builder, Pairing, name_problem
from hark.bottlenecks.eventlogs.moments import reader
from hark.bottlenecks.eventlogs.types import Unreadable
from hark.bottlenecks.log import NOBODY, Log, first_rows, last_rows

CHUNK = 1 << 18
MAX_DEPTH = 40
BETWEEN = frozenset({
    "schedule", "assign", "reassign", "suspend", "resume", "withdraw", "manualskip", "autoskip", "ate_abort", "pi_abort",
})  # fmt: skip
"""Transitions of the standard life cycle that neither start nor complete an activity."""

KEYS = frozenset({"concept:name", "concept:instance", "time:timestamp", "lifecycle:transition", "org:resource"})


class Reader:
    """What the parser tells, element by element."""

    def __init__(self) -> None:
        self.builder = Builder()
        self.moment = reader("iso", "UTC")
        self.depth, self.traces = 0, 0
        self.trace: dict[str, str] | None = None
        self.event: dict[str, str] | None = None
        self.event_depth = self.trace_depth = 0
        self.events: list[tuple[int, dict[str, str]]] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.open
        self.parser.EndElementHandler = self.close
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.EntityDeclHandler = self.refuse
        self.line = 0

    def refuse(self, *_: object) -> None:
        raise Unreadable("The file declares a document type or entities, which a log does not need. Nothing was read.",
                         code="log_unsafe")  # fmt: skip

    def open(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("The XML is nested too deeply for a log.", code="log_unsafe")
        element = name.rpartition(":")[2]
        if self.depth == 1 and element != "log":
            raise Unreadable(f"The file begins with <{name[:40]}>, a XES log begins with <log>.", code="log_no_xes")
        if element == "trace" and self.trace is None:
            self.trace, self.trace_depth, self.events = {}, self.depth, []
        elif element == "event" and self.trace is not None and self.event is None:
            self.event, self.event_depth, self.line = {}, self.depth, self.parser.CurrentLineNumber
        elif (key := attributes.get("key")) in KEYS:
            if self.event is not None and self.depth == self.event_depth + 1:
                self.event[key] = attributes.get("value", "")
            elif self.event is None and self.trace is not None and self.depth == self.trace_depth + 1:
                self.trace[key] = attributes.get("value", "")

    def close(self, name: str) -> None:
        if self.event is not None and self.depth == self.event_depth:
            self.events.append((self.line, self.event))
            self.event = None
        elif self.trace is not None and self.depth == self.trace_depth:
            self.end_trace(self.trace)
            self.trace = None
        self.depth -= 1

    def end_trace(self, trace: dict[str, str]) -> None:
        self.traces += 1
        case = trace.get("concept:name", "").strip() or f"trace {self.traces}"
        pairing = Pairing(self.builder, case)
        for line, event in self.events:
            activity = event.get("concept:name", "").strip()
            if problem := name_problem(case, activity):
                self.builder.skip(line, problem)
                continue
            try:
                at = self.moment(event.get("time:timestamp", "").strip())
            except (ValueError, OverflowError):
                self.builder.skip(line, f"“{event.get('time:timestamp', '')[:40]}” is not a moment")
                continue
            self.take(pairing, event, activity, at)

    def take(self, pairing: Pairing, event: dict[str, str], activity: str, at: float) -> None:
        transition = event.get("lifecycle:transition", "complete").strip().lower()
        instance, resource = event.get("concept:instance", ""), event.get("org:resource", "").strip()
        if transition == "start":
            pairing.start(activity, instance, at, resource)
        elif transition not in BETWEEN:
            pairing.complete(activity, instance, at, resource)


def read_xes(file: BinaryIO) -> Builder:
    """All events of a XES log: started and completed ones paired, other transitions of the standard life cycle left
    aside. Raises Unreadable."""
    xes = Reader()
    try:
        while chunk := file.read(CHUNK):
            xes.parser.Parse(chunk, False)
        xes.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Unreadable(f"The XML is broken in line {error.lineno}: {expat.ErrorString(error.code)}. Nothing was read.",
                         code="log_no_xes") from error  # fmt: skip
    return xes.builder


HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <extension name="Cost" prefix="cost" uri="http://www.xes-standard.org/cost.xesext"/>
  <global scope="trace">
    <string key="concept:name" value="unknown"/>
  </global>
  <global scope="event">
    <string key="concept:name" value="unknown"/>
    <date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
    <string key="lifecycle:transition" value="complete"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="concept:name" value={name}/>
  <string key="lifecycle:model" value="standard"/>
"""
FOOTER = "</log>\n"
TRACES = 200


def write_xes(log: Log, name: str, *, money: tuple[str, float] | None = None) -> Iterator[bytes]:
    """A log as XES, some hundred cases at a time. A visit with a length is a start and a complete, bound by
    `concept:instance`; one that still lasts has no complete. `money`: currency and minor units in one of it."""
    yield HEADER.replace("{name}", _quoted(name)).encode()
    starts, ends, seen = first_rows(log).tolist(), last_rows(log).tolist(), dict[str, int]()
    for first in range(0, len(starts), TRACES):
        parts = []
        for start, end in zip(starts[first : first + TRACES], ends[first : first + TRACES], strict=True):
            case = log.cases[int(log.case[start])]
            seen[case] = n = seen.get(case, 0) + 1
            parts.append(_trace(log, case if n == 1 else f"{case}.{n}", range(start, end + 1), money))
        yield "".join(parts).encode()
    yield FOOTER.encode()


def _trace(log: Log, case: str, rows: range, money: tuple[str, float] | None) -> str:
    events: list[tuple[float, int, str]] = []  # (moment, order, XML)
    for n, i in enumerate(rows):
        t0, t1 = float(log.t0[i]), float(log.t1[i])
        name, who = log.activities[int(log.activity[i])], int(log.resource[i])
        lines = [f'      <string key="concept:name" value={_quoted(name)}/>']
        if t1 > t0 or log.lasts[i]:
            lines.append(f'      <string key="concept:instance" value="{n}"/>')
        if who != NOBODY:
            lines.append(f'      <string key="org:resource" value={_quoted(log.resources[who])}/>')
        if t1 > t0 or log.lasts[i]:
            events.append((t0, 2 * n, _event(lines, t0, "start")))
        if not log.lasts[i]:
            if money is not None and log.cost[i]:
                lines.append(f'      <float key="cost:total" value="{float(log.cost[i]) / money[1]:.4f}"/>')
                lines.append(f'      <string key="cost:currency" value={_quoted(money[0])}/>')
            events.append((t1, 2 * n + 1, _event(lines, t1, "complete")))
    body = "".join(text for _, _, text in sorted(events))
    return f'  <trace>\n    <string key="concept:name" value={_quoted(case)}/>\n{body}  </trace>\n'


def _event(lines: list[str], at: float, transition: str) -> str:
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
    return (
        "    <event>\n" + "\n".join(lines) + f'\n      <date key="time:timestamp" value="{moment}"/>\n'
        f'      <string key="lifecycle:transition" value="{transition}"/>\n    </event>\n'
    )  # fmt: skip


def _quoted(text: str) -> str:
    """An attribute value; characters that XML 1.0 cannot hold are left out."""
    return quoteattr(
        "".join(
            c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
        )
    )
