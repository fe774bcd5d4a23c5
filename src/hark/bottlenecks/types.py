"""What a map shows: a flow with its variants, loops and hand-offs, and who contributes most to the waiting."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

VERSION = 1
Clock = Literal["team", "customer"]
Split = Literal["none", "team", "agent"]


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Lengths in seconds: how many, their sum, mean, median and 90th percentile (linear interpolation, as SQL's
    percentile_cont). Without any, all are 0."""

    count: int = 0
    total: float = 0.0
    mean: float = 0.0
    median: float = 0.0
    p90: float = 0.0


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """An activity. `cases` passed it, `visits` times altogether, `time` each visit, `cost` in minor units, `open` are
    still inside, `starts` and `ends` are the cases that began and ended with it."""

    key: str
    visits: int
    cases: int
    time: Times
    cost: float
    open: int
    starts: int
    ends: int


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """`source` was directly followed by `target` in one case, `count` times in `cases` cases. `between` is the time from
    the end of the one to the start of the other, `stay` how long `source` had lasted before it went this way, `cost`
    what that stay cost."""

    source: str
    target: str
    count: int
    cases: int
    between: Times
    stay: Times
    cost: float


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One order of activities, first to last, and the cases that took exactly it. `id` names it in addresses."""

    id: str
    steps: list[str]
    cases: int
    share: float
    cycle: Times
    cost: float


class Loop(msgspec.Struct, frozen=True, kw_only=True):
    """Rework: `key` was visited again in `cases` cases, `again` times beyond the first, of these `self` times directly
    after itself; `time` and `cost` are of the visits beyond the first."""

    key: str
    cases: int
    again: int
    directly: int
    time: float
    cost: float


class HandOff(msgspec.Struct, frozen=True, kw_only=True):
    """The ball went from one resource to another inside a case; `stay` is how long it then lay with the receiver."""

    source: str
    target: str
    count: int
    cases: int
    stay: Times
    cost: float


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """`cycle` is from the start of a case to its end, of cases that have ended; `open` have not. `variant_count` counts
    all variants, `variants` holds the most frequent; nodes and edges beyond the limit are counted in `left_off`."""

    cases: int
    events: int
    open: int
    cycle: Times
    nodes: list[Node]
    edges: list[Edge]
    variants: list[Variant]
    variant_count: int
    loops: list[Loop]
    handoffs: list[HandOff]
    left_off: int = 0


class Contributor(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a cut: its time (seconds) and cost (minor units), and the share of the total each is."""

    key: str
    visits: int
    cases: int
    time: float
    time_share: float
    cost: float
    cost_share: float


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """The total waiting cut by one thing. The shares of `rows` add up to 1 (to 0 where nothing was waited or paid);
    key "other" is all that is not named, "none" what has none."""

    by: str
    rows: list[Contributor]


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """Whose journeys: cases (episodes) that started in [`start`, `end`), and the filters of the page. `agent_id`: cases
    the person has held at some time; `hour` (0-23) and `weekday` (0 Monday) are of the start, in `time_zone`;
    `channel` is the kind of the account a case came through; `condition` is one of the filter catalogue, as JSON."""

    start: datetime
    end: datetime
    time_zone: str = "UTC"
    clock: Clock = "customer"
    split: Split = "none"
    account_id: int | None = None
    channel: int | None = None
    team_id: int | None = None
    agent_id: int | None = None
    topic_id: int | None = None
    tag_id: int | None = None
    company_id: UUID | None = None
    weekday: int | None = None
    hour: int | None = None
    condition: str | None = None

    def of_conversations(self) -> bool:
        """Whether it asks for what only conversations have, so that it cannot be asked of visits."""
        asked = (self.team_id, self.agent_id, self.topic_id, self.tag_id, self.company_id, self.condition)
        return any(one is not None for one in asked)


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What happened before the first message, of visits in which somebody looked for help: searched, opened the
    messenger, began to write. `flow` has the steps; `gave_up` says how many got no further than each and did not write
    within seven days either (a visitor counts once per visit), `cost` in minor units what those who had begun to write
    are assumed to cost: `each_minor` for each visitor once, the default value at stake times the model's share of
    customers who leave after one disappointment. Nobody else is priced: who only looks may just look."""

    visits: int
    flow: Flow
    gave_up: dict[str, int]
    wrote: int
    cost: float
    each_minor: float
    priced: int


class JourneyMap(msgspec.Struct, frozen=True, kw_only=True):
    """The map of one period. `waited` is the time on our side in seconds, `cost` (minor units) what the waits that have
    ended cost; `cuts` divide both."""

    start: datetime
    end: datetime
    flow: Flow
    waited: float
    cost: float
    cuts: list[Cut]
    before_contact: Before | None


class MapView(msgspec.Struct, frozen=True, kw_only=True):
    """A period beside its comparison. `as_of`: the moment of the look; `version` of the definitions."""

    now: JourneyMap
    before: JourneyMap | None
    clock: Clock
    time_zone: str
    currency: str
    as_of: datetime
    version: int = VERSION


class MapCase(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation behind a part of the map: when its case started, how long it was in that part, what that cost."""

    conversation_id: UUID
    number: int
    subject: str
    at: datetime
    seconds: float
    cost: float
    open: bool


class MapVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit that ended without a message."""

    id: UUID
    at: datetime
    landing: str
    referrer: str
    contact_id: UUID | None
