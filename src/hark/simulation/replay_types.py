"""Replay and what-if: what people ask for, what was remembered, and what they get to see."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from hark.core.http import Body
from hark.hours.types import Period, Version
from hark.simulation.spread import Spread
from hark.simulation.types import Rule
from hark.value.types import Medium, ValueModel

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120, pattern=r"\S")]
State = Literal["waiting", "running", "done", "stopped", "failed"]
STATES: tuple[State, ...] = ("waiting", "running", "done", "stopped", "failed")
Unit = Literal["seconds", "count", "share", "minor"]


class Scenario(Body):
    """A past period, and what is to be different in it. What is left out stays as it was.

    `rule` null: as the past was worked. `periods`: other weekly hours for everybody, in the zone of each calendar.
    `bot_share` of the conversations that are not hard are answered by a bot at once, beyond those it answered then.
    """

    name: Name
    start: datetime
    end: datetime
    team_id: int | None = None
    rule: Rule | None = None
    mode: Literal["pull", "push"] | None = None
    more_people: Annotated[int, msgspec.Meta(ge=-100, le=100)] = 0
    periods: Annotated[tuple[Period, ...], msgspec.Meta(max_length=50)] | None = None
    work_holidays: bool = False
    closed_days: Annotated[tuple[date, ...], msgspec.Meta(max_length=60)] = ()
    bot_share: Annotated[float, msgspec.Meta(ge=0, le=0.95)] = 0.0
    seeds: Annotated[int, msgspec.Meta(ge=2, le=20)] = 5


class PastWait(msgspec.Struct, frozen=True, array_like=True):
    """One wait of the journal with its conversation; instants in unix seconds, `closed` None while it is open.
    `live`: the wait counts by the patience of somebody who is there."""

    conversation: UUID
    opened: float
    closed: float | None
    open_s: float | None
    answered: bool
    agent: int | None
    channel: Medium
    calendar: int
    topic: int | None
    difficulty: int
    severity: int
    stake: float
    holder: UUID
    price_minor: int | None


class PastPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who answered in the period. `days`: the dates (UTC) on which she did, `answering` from half an hour before
    her first to her last answer of each, in or out of hours; `calendar` None: the team's."""

    id: int
    calendar: int | None
    days: frozenset[date]
    answering: list[tuple[float, float]] = []
    away: list[tuple[float, float]] = []
    skills: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()


class Learned(msgspec.Struct, frozen=True, array_like=True):
    """mu of a person at a topic (0: none) and difficulty, from so many cases."""

    agent: int
    topic: int
    difficulty: int
    cases: int
    mu: float


class History(msgspec.Struct, frozen=True, kw_only=True):
    """All that was remembered of a period and of the week before it, which warms a run up."""

    since: float
    start: float
    end: float
    waits: list[PastWait]
    resolved: Mapping[UUID, float]
    reopened: int
    people: list[PastPerson]
    learned: list[Learned]
    handled_s: Mapping[UUID, float]
    """Measured handle time of conversations, where the composer was watched."""
    topic_s: Mapping[str, float]
    """Mean handle time by topic id as text, "" for none."""
    topic_skills: Mapping[str, list[int]]
    weights: Mapping[Medium, float]
    calendars: Mapping[str, list[Version]]
    model: ValueModel
    currency: str
    first_calendar: int


class SimulatedFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure: as it really was, as the past is reproduced, under the scenario, and the difference of the last two
    run by run. Clocks: keys that end in `_open` are on the team's."""

    key: str
    unit: Unit
    real: float | None
    base: Spread
    changed: Spread
    difference: Spread


class SimulatedDay(msgspec.Struct, frozen=True, kw_only=True):
    """What the waits that began on a date (UTC) cost, in minor units: in truth, reproduced, under the scenario."""

    date: date
    real: float
    base: float
    changed: float


class Assumption(msgspec.Struct, frozen=True, kw_only=True):
    """Something the journal does not know; the page names it by `key` with its number."""

    key: str
    value: float | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison. `rule` and `availability` (share of open hours spent on conversations) are what reproduces the
    past best; `gap` is how far the reproduced median and p90 of the reply wait lie from the real ones, as a share."""

    currency: str
    cases: int
    contacts: int
    people: int
    rule: Rule
    availability: float
    gap: float | None
    seeds: int
    rows: list[SimulatedFigure]
    days: list[SimulatedDay]
    assumptions: list[Assumption]


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """A what-if: waiting for a free worker, running, or ended. `left_s`: the estimated seconds to its end."""

    id: UUID
    scenario: Scenario
    state: State
    progress: float
    left_s: float | None
    created_at: datetime
    finished_at: datetime | None
    result: Comparison | None
    problem: str | None


class Order(msgspec.Struct, frozen=True, tag="replay"):
    """What the child process reads for a what-if: a history and what to change."""

    history: History
    scenario: Scenario


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    share: float


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """`result` is a `Comparison` or a `TrialResult`, as it is stored and shown."""

    result: dict[str, Any]


class Impossible(msgspec.Struct, frozen=True, tag="impossible"):
    """The run cannot be made; `reason` is a sentence for people."""

    reason: str


Line = Progress | Finished | Impossible
"""What the child process writes, one JSON object a line."""
