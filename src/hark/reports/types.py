"""What a report is made of: figures with their formula, their clock and everything that keeps them honest."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from hark.filters.types import Condition

Interval = Literal["hour", "day", "week", "month"]
Clock = Literal["team", "customer"]
Unit = Literal["seconds", "count", "share", "minor", "number"]
Group = Literal["speed", "quality", "volume", "people", "before"]
Channel = Literal["email", "messenger"]
Compare = Literal["previous", "last_year", "none"]
DatedBy = Literal["received", "sent", "started", "opened", "begun", "decided", "done", "visited"]
By = Literal[
    "account", "channel", "team", "agent", "tag", "topic", "company", "hour", "weekday", "heat", "stage", "severity",
    "action", "promise",
]  # fmt: skip
VERSION = 2


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of one period. For times: `count` waits that ended, their mean, median and p90 in seconds, how many
    are still `waiting`, and the Kaplan-Meier median, which lets the waiting count. For shares: `count` of `of`.
    `total` is a sum in the figure's unit: of times that ended (of stages: also of those that last), of money."""

    count: int
    of: int | None = None
    value: float | None = None
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    waiting: int | None = None
    censored_median: float | None = None
    total: float | None = None


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the series; `at` is the start of the hour, day, week or month in the report's time zone. Of times
    it shows the median."""

    at: datetime
    value: float | None
    count: int


class FigureInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The definition of a figure as people read it. `dated_by` says which date the period filters, `agent` which
    person a number belongs to, `by` what it can be broken down by; `version` changes whenever the definition does."""

    key: str
    name: str
    group: Group
    unit: Unit
    clock: Clock | None
    better: Literal["lower", "higher"] | None
    formula: str
    agent: str | None
    dated_by: DatedBy
    by: list[By]
    version: int


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure beside its comparison."""

    key: str
    name: str
    group: Group
    unit: Unit
    clock: Clock | None
    better: Literal["lower", "higher"] | None
    formula: str
    dated_by: DatedBy
    version: int
    now: Value
    before: Value | None
    series: list[Point]
    series_before: list[Point]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of the period [`start`, `end`) and of its comparison period."""

    start: datetime
    end: datetime
    compare_start: datetime | None
    compare_end: datetime | None
    interval: Interval
    time_zone: str
    currency: str
    figures: list[Figure]


class Both(msgspec.Struct, frozen=True, kw_only=True):
    """A value beside that of the comparison period."""

    now: Value
    before: Value | None


class BreakdownRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a breakdown. `key` is an id, an hour, a word or, for none, empty; `label` is empty where the page
    has the words itself."""

    key: str
    label: str
    now: Value
    before: Value | None


class Breakdown(msgspec.Struct, frozen=True, kw_only=True):
    """One figure by one dimension, the rows with the most behind them first."""

    figure: str
    clock: Clock | None
    by: By
    unit: Unit
    formula: str
    version: int
    currency: str
    total: Both
    rows: list[BreakdownRow]


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """Whose conversations: the period, how it is cut into steps, and the filters of the page."""

    start: datetime
    end: datetime
    interval: Interval = "day"
    time_zone: str = "UTC"
    account_id: int | None = None
    channel: Channel | None = None
    team_id: int | None = None
    agent_id: int | None = None
    tag_id: int | None = None
    topic_id: int | None = None
    company_id: UUID | None = None
    condition: Condition | None = None


class CaseRef(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation behind a figure; `seconds` is how long what is counted took, or takes so far."""

    conversation_id: UUID
    number: int
    subject: str
    at: datetime
    seconds: float | None
    waiting: bool
