"""Logs as tables (CSV): what the columns seem to be, and the events in them."""

import csv
import io
import re
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, Literal

from hark.bottlenecks.eventlogs.building import Builder, name_problem
from hark.bottlenecks.eventlogs.moments import detect_format, reader
from hark.bottlenecks.eventlogs.types import Mapping, Preview, Unreadable

HEAD = 65_536
ROWS = 20
MAX_FIELD = 100_000
Delimiter = Literal[",", ";", "\t", "|"]
Encoding = Literal["utf-8-sig", "utf-16", "cp1252"]

NAMES: dict[str, tuple[str, ...]] = {
    "case": ("case", "caseid", "casename", "caseconceptname", "ticket", "ticketid", "incident", "srnumber", "traceid", "conversationid", "id"),
    "activity": ("activity", "activityid", "activityname", "conceptname", "event", "eventname", "action", "task", "step", "status"),
    "start": ("start", "starttime", "starttimestamp", "started", "startedat", "begin"),
    "time": ("completetimestamp", "completed", "completedat", "timestamp", "timetimestamp", "time", "complete", "completetime", "end", "endtime", "endtimestamp", "eventtime", "date", "datetime", "at", "createdat"),
    "resource": ("resource", "orgresource", "user", "agent", "assignee", "owner", "employee", "who", "operator"),
}  # fmt: skip
"""What columns are called in the logs people have, letters and digits only."""


def preview_table(head: bytes) -> Preview:
    """The first rows and a guess at what is what, from the first bytes of a file. Raises Unreadable."""
    encoding = _encoding(head)
    text = head.decode(encoding, "replace")
    if "\n" in text and len(head) >= HEAD:
        text = text[: text.rindex("\n")]  # the last line may be cut
    delimiter = _delimiter(text)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except csv.Error as error:
        raise Unreadable(f"This is no table with columns ({error}).", code="log_no_table") from error
    if len(rows) < 2 or len(rows[0]) < 3:
        raise Unreadable(
            "This is no table with at least three columns (case, activity and time) and two rows. "
            "Export the log as CSV with a header, or as XES.", code="log_no_table",
        )  # fmt: skip
    return Preview(
        columns=[name.strip() or f"#{n}" for n, name in enumerate(rows[0], 1)], rows=[r[:40] for r in rows[1 : ROWS + 1]],
        delimiter=delimiter, encoding=encoding, mapping=_guess(rows[0], rows[1:], delimiter, encoding),
    )  # fmt: skip


def read_table(file: BinaryIO, mapping: Mapping) -> Builder:
    """All events of a table; what is wrong with a line is told there. Raises Unreadable, BadRequest."""
    builder, moment = Builder(), reader(mapping.time_format, mapping.time_zone)
    wanted = [mapping.case, mapping.activity, mapping.time]
    width = max(*wanted, mapping.start or 0, mapping.resource or 0) + 1
    old = csv.field_size_limit(MAX_FIELD)
    try:
        with io.TextIOWrapper(file, mapping.encoding, errors="replace", newline="") as text:
            rows = csv.reader(text, delimiter=mapping.delimiter)
            if mapping.has_header:
                next(rows, None)
            for row in rows:
                if row:
                    _take(builder, row, rows.line_num, mapping, width, moment)
    except csv.Error as error:
        raise Unreadable(f"The table ends in the middle of a field ({error}).", code="log_no_table") from error
    finally:
        csv.field_size_limit(old)
    return builder


def _take(
    builder: Builder, row: list[str], line: int, mapping: Mapping, width: int, moment: Callable[[str], float]
) -> None:
    if len(row) < width:
        builder.skip(line, f"it has {len(row)} columns, {width} are needed")
        return
    case, activity, at = row[mapping.case].strip(), row[mapping.activity].strip(), row[mapping.time].strip()
    begun = row[mapping.start].strip() if mapping.start is not None else ""
    if problem := name_problem(case, activity):
        builder.skip(line, problem)
        return
    try:
        end = moment(at)
        start = moment(begun) if begun else end
    except (ValueError, OverflowError):
        builder.skip(line, f"“{(at or begun)[:40]}” is not a moment of the form {mapping.time_format}")
        return
    if start > end:
        builder.skip(line, "it ends before it starts")
        return
    builder.add(case, activity, start, end, row[mapping.resource].strip() if mapping.resource is not None else "")


def _encoding(head: bytes) -> Encoding:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    for cut in range(4):  # the last character may be cut
        with suppress(UnicodeDecodeError):
            head[: len(head) - cut].decode("utf-8")
            return "utf-8-sig"
    return "cp1252"


def _delimiter(text: str) -> Delimiter:
    """The one that gives the most lines the same number of columns, at least three."""
    lines = text.splitlines()[:50]

    def even(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        first = widths[0] if widths else 0
        return (sum(width == first for width in widths) if first >= 3 else 0, first)

    choices: tuple[Delimiter, ...] = (",", ";", "\t", "|")
    return max(choices, key=even)


def _guess(header: list[str], rows: list[list[str]], delimiter: Delimiter, encoding: Encoding) -> Mapping | None:
    plain = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in header]
    found: dict[str, int] = {}
    for part, names in NAMES.items():
        place = next(
            (plain.index(name) for name in names if name in plain and plain.index(name) not in found.values()), None
        )
        if place is not None:
            found[part] = place
    if not {"case", "activity", "time"} <= set(found):
        return None
    format = detect_format([row[found["time"]] for row in rows[:200] if len(row) > found["time"]])
    if format is None:
        return None
    return Mapping(
        case=found["case"], activity=found["activity"], time=found["time"], start=found.get("start"),
        resource=found.get("resource"), delimiter=delimiter, encoding=encoding, time_format=format,
    )  # fmt: skip
