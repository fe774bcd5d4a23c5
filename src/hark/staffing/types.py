"""Staffing as people see it: what is expected, who is needed, who is there, and how sure all of it is."""

from datetime import date, datetime
from typing import Literal

import msgspec

ChannelName = Literal["email", "messenger"]


class Assumptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the page lets people change. `within`: share of live customers answered in time; `occupancy`: share of their
    time people can work without a break between cases; `chats`: conversations a person holds at once."""

    within: float = 0.8
    occupancy: float = 0.85
    chats: int = 3


class ChannelPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One channel. `promise_s`: within what time customers are to be answered (open time for mail); `work_s`: seconds of
    work of one arrival, `measured` on how many answers (0: assumed). `wape` and `wape_last_week`: how far forecasts of
    the last `days_tested` days were off, ours and "as last week"; null with too little history."""

    channel: ChannelName
    promise_s: float
    work_s: float
    measured: int
    arrived_last_week: int
    expected: float
    wape: float | None
    wape_last_week: float | None
    days_tested: int
    inside: float | None


class Arrivals(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel expects in a slot: the mean and the bounds of the 80 % interval."""

    channel: ChannelName
    mean: float
    low: float
    high: float


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """Half an hour. `needed` people for what is expected, `needed_high` for the upper bound of the interval; `planned`
    people are at work; `open` is the share of the slot that lies in open hours."""

    at: datetime
    open: float
    expected: list[Arrivals]
    needed: int
    needed_high: int
    planned: int


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the work outgrows the people. `weekly`: factor of the volume a week; `needed_hours` and `planned_hours` of
    the shown weeks, per week; `enough_until`: the day the needed hours pass the planned ones at this growth (null:
    not within a year); `too_fast`: that day is less than eight weeks away."""

    weekly: float | None
    needed_hours: float
    planned_hours: float
    enough_until: date | None
    too_fast: bool


class Staffing(msgspec.Struct, frozen=True, kw_only=True):
    """The coming weeks, slot by slot. `problem`: why there is no forecast, in a sentence (then no slots)."""

    time_zone: str
    slot_s: int
    calendar_id: int
    people: int
    assumptions: Assumptions
    history_days: int
    channels: list[ChannelPlan]
    slots: list[Slot]
    growth: Growth
    problem: str | None
