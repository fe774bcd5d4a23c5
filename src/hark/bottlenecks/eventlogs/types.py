"""An imported log: how its file is read, how far that has come, and what it holds."""

from datetime import datetime
from enum import IntEnum
from typing import Annotated, ClassVar, Literal

import msgspec

from hark.bottlenecks.types import Cut, Flow
from hark.core.errors import BadRequest
from hark.core.events import Event
from hark.core.http import Body

MAX_UPLOAD = 200_000_000
MAX_UNPACKED = 2_000_000_000
MAX_EVENTS = 5_000_000
MAX_PROBLEMS = 50
MAX_NAME = 200

Column = Annotated[int, msgspec.Meta(ge=0, le=999)]


class Format(IntEnum):
    CSV = 1
    XES = 2


class State(IntEnum):
    """Column `state` of event_logs."""

    UPLOADED = 1  # waits for somebody to say what its columns are
    READING = 2
    READY = 3
    FAILED = 4


class Mapping(Body):
    """Which column (from 0) of a table is what. `time` is when an activity was completed, `start` when it began.
    `time_format`: "iso", "unix" (seconds), "unix_ms" or a pattern of strptime; moments without an offset are in
    `time_zone`."""

    case: Column
    activity: Column
    time: Column
    start: Column | None = None
    resource: Column | None = None
    delimiter: Literal[",", ";", "\t", "|"] = ","
    encoding: Literal["utf-8-sig", "utf-16", "cp1252"] = "utf-8-sig"
    has_header: bool = True
    time_format: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] = "iso"
    time_zone: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] = "UTC"


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The first rows of a table and what its columns seem to be; `mapping` is null when that cannot be guessed."""

    columns: list[str]
    rows: list[list[str]]
    delimiter: str
    encoding: str
    mapping: Mapping | None


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the file that could not be used, and why."""

    line: int
    problem: str


class EventLog(msgspec.Struct, frozen=True, kw_only=True):
    """A log as it is listed. `done` of `size` bytes have been read; `skipped` counts the events that were left out, of
    which `problems` names the first; `problem` is why the whole file could not be read."""

    id: int
    name: str
    format: str
    state: str
    size: int
    done: int
    cases: int
    events: int
    skipped: int
    problems: list[Problem]
    problem: str | None
    created_at: datetime
    created_by: int | None
    preview: Preview | None = None


class LogMap(msgspec.Struct, frozen=True, kw_only=True):
    """The flow of an imported log. `waited` (seconds) is all its time, cut by what its cases waited for: `cuts`."""

    log: EventLog
    flow: Flow
    waited: float
    cuts: list[Cut]


class LogCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case of an imported log behind a part of its map."""

    case: str
    at: datetime
    seconds: float


class EventLogChanged(Event, frozen=True, kw_only=True):
    """An imported log was taken in, read or deleted; readers fetch the logs again."""

    kind: ClassVar[int] = 200
    log_id: int


EVENTS: tuple[type[Event], ...] = (EventLogChanged,)


class Unreadable(BadRequest):
    """The file as a whole cannot be read; `detail` says why in a sentence."""
