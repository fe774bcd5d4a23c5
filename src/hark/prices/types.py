"""The value model as people see and change it, and what would follow from a change."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from hark.core.http import Body
from hark.topics.types import HandleSeconds
from hark.workspaces.types import ValuePatch, ValueSettings

Patience = Annotated[float, msgspec.Meta(ge=1, le=31_536_000)]

Source = Literal["sourced", "assumption", "measured", "rule", "yours"]
"""sourced: published. assumption: ours, until somebody knows better. measured: from the workspace's own past.
rule: a choice of how to serve, no estimate. yours: the workspace has changed it."""

SOURCES: dict[str, Source] = {
    "default_monthly_minor": "assumption",
    "plan_monthly_minor": "assumption",
    "months": "assumption",
    "renewal_factor": "assumption",
    "renewal_share": "assumption",
    "renewal_days": "assumption",
    "vip_factor": "assumption",
    "tenure_years": "assumption",
    "tenure_factor": "assumption",
    "severity_weights": "assumption",
    "leave_once": "sourced",
    "leave_slowly": "sourced",
    "slow_half_s": "assumption",
    "clock_share": "assumption",
    "handle_s": "assumption",
    "reserved_every": "rule",
    "limit_patience": "rule",
    "limit_open_s": "rule",
    "rates": "assumption",
}
"""Where the default of each number of `ValueSettings` comes from; `docs/guide/price-of-waiting.md` says more."""


class ChannelPatience(msgspec.Struct, frozen=True, kw_only=True):
    """The patience m of one channel account in seconds, and the calmer one of customers who have left a chat."""

    account_id: int
    name: str
    channel: str
    patience_s: float
    away_patience_s: float | None
    source: Source


class TopicHandle(msgspec.Struct, frozen=True, kw_only=True):
    topic_id: int
    name: str
    handle_s: float | None
    learned_handle_s: float | None


class ValueView(msgspec.Struct, frozen=True, kw_only=True):
    """Every number of the value model with where it comes from. `severity_mean` is that of the last 90 days, by which
    the weights are divided; `plans` are the plans companies have."""

    currency: str
    value: ValueSettings
    defaults: ValueSettings
    sources: dict[str, Source]
    severity_mean: float
    channels: list[ChannelPatience]
    topics: list[TopicHandle]
    plans: list[str]
    can: list[str]


class NewPatience(Body):
    account_id: int
    patience_s: Patience
    away_patience_s: Patience | None = None


class NewHandle(Body):
    """`handle_s` null: as learned, else the workspace's."""

    topic_id: int
    handle_s: HandleSeconds | None


class ValueCandidate(Body):
    """A value model to try or to take: what it does not name stays as it is."""

    value: ValuePatch = msgspec.field(default_factory=ValuePatch)
    channels: Annotated[list[NewPatience], msgspec.Meta(max_length=500)] = []
    topics: Annotated[list[NewHandle], msgspec.Meta(max_length=1000)] = []


class PreviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the list as it would be. `was` is its place today (from 1), null beyond the rows that are compared;
    money in minor units. `reserved`: it stands there because it was promised."""

    id: UUID
    number: int
    subject: str
    contact: str | None
    company: str | None
    channel: str
    severity: int
    was: int | None
    reserved: bool
    price_per_hour_minor: int
    price_per_job_minor: int
    price_basis: Literal["hour", "job"]
    price_assumed: bool
    reason: str


class InboxPreview(msgspec.Struct, frozen=True, kw_only=True):
    """The first rows of the open list by today's model and by the candidate. `waiting` is how many wait altogether,
    `moved` how many of the rows shown stand elsewhere than today."""

    currency: str
    waiting: int
    before: list[PreviewRow]
    after: list[PreviewRow]
    moved: int


By = Literal["all", "stage", "topic", "team", "account", "channel", "hour", "severity", "customer", "day"]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class PricedPeriod(Body):
    start: Moment
    end: Moment


class SlownessQuestion(Body):
    """What slowness has cost in a period: waits that opened in it, those that last until now. `candidate`: also by these
    assumptions, which are not stored."""

    start: Moment
    end: Moment
    time_zone: str = "UTC"
    compare: PricedPeriod | None = None
    team_id: int | None = None
    candidate: ValueCandidate | None = None


class CostCaseQuestion(SlownessQuestion):
    by: By = "all"
    key: Annotated[str, msgspec.Meta(max_length=80)] = ""


class CostPart(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a breakdown, in minor units; the rows of one breakdown sum to the total (of customers only the dearest
    are listed). `key` is an id, the name of a stage or channel, an hour 0 to 23, a severity 0 to 3 or a date; "" for none."""

    key: str
    label: str
    minor: int
    tried_minor: int
    waits: int


class Slowness(msgspec.Struct, frozen=True, kw_only=True):
    """What the waits of a period have cost so far: never the plain sum, since a customer leaves only once. `tried_*` by
    the candidate. `assumed_minor` is the part that stands on an assumed revenue; `unconverted` are waits priced in a
    currency for which there is no rate, left out."""

    start: datetime
    end: datetime
    days: float
    minor: int
    tried_minor: int
    assumed_minor: int
    per_day_minor: int
    tried_per_day_minor: int
    waits: int
    unconverted: int
    parts: dict[str, list[CostPart]]


class SlownessAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`own_curve`: the workspace's own P is in use; else the default, which is an assumption."""

    currency: str
    version: int
    own_curve: bool
    tried: bool
    now: Slowness
    before: Slowness | None


class NewOutcomes(Body):
    """`csv`: a header and one line per customer: who (a company's name or mail domain, a contact's address, an id), whether
    they left, and the day."""

    csv: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000_000)]


class LineProblem(msgspec.Struct, frozen=True):
    line: int
    text: str


class TakenOutcomes(msgspec.Struct, frozen=True, kw_only=True):
    """`taken` customers are known now; the lines that were not are listed, at most 100 of them."""

    taken: int
    problems: list[LineProblem]
    refused: int


class BandPoint(msgspec.Struct, frozen=True, kw_only=True):
    """P after `u` patiences: the fit with its 95 % band, and the default."""

    u: float
    p: float
    low: float
    high: float
    default: float


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Customers whose longest wait was about `u` patiences: how many there are and how many left."""

    u: float
    customers: int
    left: int


class FitView(msgspec.Struct, frozen=True, kw_only=True):
    """The workspace's own curve. `adjusted` says for what; where it is empty the curve is an association, no cause."""

    ceiling: float
    ceiling_low: float
    ceiling_high: float
    shape: float
    shape_low: float
    shape_high: float
    base: float
    adjusted: list[str]
    band: list[BandPoint]
    seen: list[Seen]
    outcomes: int
    left: int
    made_at: datetime


class ChurnView(msgspec.Struct, frozen=True, kw_only=True):
    """Outcomes known, how many a fit needs, the last fit, and whether its curve is in use."""

    outcomes: int
    left: int
    needed: int
    fit: FitView | None
    in_use: bool
    can: list[str]


class CurveChoice(Body):
    own: bool


class CostCase(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation behind a number: its part in minor units, of how many waits, of how many seconds."""

    id: UUID
    number: int
    subject: str
    minor: int
    waits: int
    seconds: float
