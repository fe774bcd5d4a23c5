"""The words of the simulator: what arrives, who works, by which rule, and what came of it.

Instants are unix seconds, durations seconds, money minor units. Nothing here knows the database.
"""

from collections.abc import Mapping
from math import inf
from typing import Literal, NamedTuple

import msgspec

from hark.hours.open_time import Calendar
from hark.value.types import HOUR_S, Medium, ValueModel

Rule = Literal["hark", "fifo", "priority", "round_robin", "least_busy"]
"""How work finds people: `hark` is `hark.routing.policy`, the rest are what other products do (see `rules`)."""

LIVE: frozenset[Medium] = frozenset({"messenger", "phone"})

# What a piece of work takes of a person's attention: a chat leaves room while the customer types. Three chats ask for
# more than there is (1.35), so each then goes at three quarters of its speed; work on mails takes what is left.
ATTENTION: Mapping[Medium, float] = {"phone": 1.0, "messenger": 0.45, "mail": 1.0, "social": 1.0}

# The share of a person's capacity each kind of work fills (the product's defaults, a setting of the team).
WEIGHTS: Mapping[Medium, float] = {"phone": 1.0, "messenger": 1 / 3, "mail": 0.1, "social": 0.1}


class Contact(NamedTuple):
    """One time the customer turns to us: `after_s` since our answer before it (0 for the first), `work_s` seconds of
    undisturbed work by a person of ordinary speed, and whether the case counted as resolved by then."""

    after_s: float
    work_s: float
    reopens: bool = False


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation with all that is decided by fate and not by the team, so that every rule meets the same.

    `value` is V of the one who pays, `holder` says who that is (losses of one holder never add up to more than V);
    `scale` is s. A live customer leaves after `stays_s` unanswered and then comes back live after `again_s`, once, or
    (None) waits for a mail. `calendar` names the team clock.
    """

    id: int
    t0: float
    channel: Medium
    contacts: tuple[Contact, ...]
    topic: int | None = None
    difficulty: int = 1
    severity: int = 1
    scale: float = 1.0
    value: float = 0.0
    holder: int = 0
    stays_s: float = inf
    again_s: float | None = None
    calendar: int = 0
    skills: frozenset[int] = frozenset()
    language: str | None = None


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the team. `shifts` are the times of work, sorted and apart. `speed` is the truth, seconds of work
    are divided by it; `known` is what the product has learned of it. Both by (topic, difficulty), 1 where silent."""

    id: int
    shifts: tuple[tuple[float, float], ...]
    speed: Mapping[tuple[int | None, int], float] = {}
    known: Mapping[tuple[int | None, int], float] = {}
    cases: Mapping[int | None, int] = {}
    skills: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()
    newcomer_share: float | None = None


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """Who works and by which clocks waits are measured."""

    workers: tuple[Worker, ...]
    calendars: Mapping[int, Calendar]


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """How the team works. In `pull` a person takes one piece of offline work at a time, beside at most one chat; in
    `push` work is handed out until the capacity is full. `drain_s`: how long after the last arrival a run may go on."""

    rule: Rule = "hark"
    mode: Literal["pull", "push"] = "pull"
    model: ValueModel = msgspec.field(default_factory=ValueModel)
    weights: Mapping[Medium, float] = msgspec.field(default_factory=lambda: dict(WEIGHTS))
    attention: Mapping[Medium, float] = msgspec.field(default_factory=lambda: dict(ATTENTION))
    explore: float | None = None
    ahead_s: Mapping[int | None, float] = {}
    """Mean handle time by topic as the product knows it; else the model's."""
    drain_s: float = 56 * 24 * HOUR_S


class Wait(NamedTuple):
    """One wait of a customer and how it ended; `customer_s`, `open_s` on both clocks.

    `answered` is False when the run ended first. `left_s`: how long the customer had waited when leaving a live
    channel. `loss` is s P, at most 1. `open_limit_s` is the limit of the reserved share in open seconds.
    """

    arrival: int
    contact: int
    channel: Medium
    severity: int
    holder: int
    value: float
    t0: float
    customer_s: float
    open_s: float
    answered: bool
    left_s: float | None
    loss: float
    open_limit_s: float
    agent: int | None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a run: every wait, when each case was resolved (None: not before the end), attention given and
    shift seconds per person, cases that came back after they were resolved."""

    waits: list[Wait]
    resolved: dict[int, float | None]
    started: dict[int, float]
    worked_s: dict[int, float]
    shift_s: dict[int, float]
    reopened: int
    ended: float
