"""What a report is made of: figures with their formula, their clock and everything that keeps them honest."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

Interval = Literal["day", "week", "month"]
Clock = Literal["team", "customer"]
Unit = Literal["seconds", "count", "share", "minor"]
VERSION = 1


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of one period. For times: `count` waits that ended, their mean, median and p90 in seconds, how many
    are still `waiting`, and the Kaplan-Meier median, which lets the waiting count. For shares: `count` of `of`."""

    count: int
    of: int | None = None
    value: float | None = None
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    waiting: int | None = None
    censored_median: float | None = None


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the series; `at` is the start of the day, week or month in the report's time zone."""

    at: datetime
    value: float | None
    count: int


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure beside its comparison. `formula` is the definition people read; `dated_by` says which date the
    period filters; `version` changes whenever the definition does."""

    key: str
    unit: Unit
    clock: Clock | None
    formula: str
    dated_by: Literal["received", "started", "opened"]
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


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """Whose conversations: the period, how it is cut into steps, and the filters of the page."""

    start: datetime
    end: datetime
    interval: Interval = "day"
    time_zone: str = "UTC"
    account_id: int | None = None
    team_id: int | None = None
    agent_id: int | None = None
    tag_id: int | None = None


class CaseRef(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation behind a figure."""

    conversation_id: UUID
    number: int
    subject: str
    at: datetime
    seconds: float | None
