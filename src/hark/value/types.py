"""The numbers of the cost of delay: every one is a setting of the workspace, the defaults say where they come from.

Money is in minor units of the workspace's base currency, durations are seconds, rates are per hour unless named.
"""

from datetime import date
from enum import IntEnum
from typing import Literal

import msgspec

from hark.workspaces.types import OwnCurve

HOUR_S = 3600.0
DAY_S = 86_400.0


class Severity(IntEnum):
    """How bad it is for the customer; stored as `conversations.severity`."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    URGENT = 3


class Difficulty(IntEnum):
    """How hard it is to solve; stored as `conversations.difficulty`."""

    EASY = 0
    NORMAL = 1
    HARD = 2


class ChangeReason(IntEnum):
    """Why severity, difficulty or topic was set; in `SeverityChanged.reason` and the like. A choice and no text, so that
    the journal holds none. CLASSIFIER is no person's: the reading of the message says why."""

    BLOCKED = 1
    MONEY = 2
    DEADLINE = 3
    SAFETY = 4
    MANY = 5
    REPEATED = 6
    WORKAROUND = 7
    MISJUDGED = 8
    EXPERT = 20
    SEVERAL = 21
    ROUTINE = 22
    CLASSIFIER = 30


Medium = Literal["mail", "social", "messenger", "phone"]
"""What sets the patience of a waiting customer: the kind of channel, not its brand."""

PATIENCE_S: dict[Medium, float] = {"mail": 7.4 * HOUR_S, "social": 7.4 * HOUR_S, "messenger": 120.0, "phone": 40.0}


class ValueModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All parameters of price and order. `version` is stored with every priced wait (`waits.model`).

    Sourced: mail patience (30 % buy elsewhere when unanswered for 12 hours), and `leave_once` and `leave_slowly`
    (a third leave after one disappointment, three of four in the end). Everything else is an assumption.
    """

    version: int = 1
    currency: str = "EUR"
    rates: dict[str, float] = {}
    """Base currency per one unit of another currency, in major units: `{"USD": 0.92}`."""

    # Value at stake
    default_monthly_minor: int = 100_00
    plan_monthly_minor: dict[str, int] = {}
    """Assumed monthly revenue by a customer's plan, where none is known; else the default."""
    months: int = 12
    renewal_factor: float = 1.5
    renewal_share: float = 0.1
    renewal_days: int = 3
    vip_factor: float = 1.0
    """V of a customer marked as VIP counts this many times: 1 until somebody decides otherwise."""
    tenure_years: int = 3
    tenure_factor: float = 1.0
    """The same of a customer of that many years."""

    # Severity
    severity_weights: tuple[float, float, float, float] = (0.25, 1.0, 2.5, 5.0)
    severity_mean: float = 1.0
    """Mean weight of the last 90 days' conversations (`stake.severity_mean`); divides the weights."""

    # Probability of leaving after waiting w
    leave_once: float = 1 / 3
    leave_slowly: float = 5 / 12
    slow_half_s: float = 7 * DAY_S
    patience_s: dict[Medium, float] = msgspec.field(default_factory=lambda: dict(PATIENCE_S))
    """m per medium: the wait after which the first disappointment is half done."""

    curve: OwnCurve | None = None
    """The workspace's own P, fitted to its churn; in place of the four numbers above but patience."""

    # Order index
    clock_share: float = 0.25
    """Weight of the customer clock; the rest is team clock, so a closed hour counts this much."""
    peak: float = 0.849
    """Where u 2^-(u^2) is highest (1 / sqrt(2 ln 2)); the index freezes there."""
    handle_s: float = 600.0
    """Look-ahead d: mean handle time of a topic that has no figures of its own."""

    # Reserved share
    reserved_every: int = 8
    limit_patience: float = 3.0
    limit_open_s: float = 9 * HOUR_S


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about who pays: a company's own columns, else the contact's. None means unknown."""

    monthly_minor: int | None = None
    currency: str | None = None
    renewal_on: date | None = None
    cycle_days: int | None = None
    plan: str | None = None
    vip: bool = False
    customer_since: date | None = None


class Stake(msgspec.Struct, frozen=True, kw_only=True):
    """Value at stake V of one customer, in base minor units a year, and how it was found.

    `assumed`: the workspace's default stands in for an unknown revenue (or for a currency without a rate).
    `renewal_in_days` is set when the raised value near a renewal applies, `vip` and `tenure_years` when their factor
    does. `plan` is the plan whose assumed revenue stands in.
    """

    value_minor: int
    currency: str
    assumed: bool = False
    renewal_in_days: int | None = None
    vip: bool = False
    tenure_years: int | None = None
    plan: str | None = None
