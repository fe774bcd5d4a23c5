"""What the map reads: spans of cases and facts of visits as columns, never a text; and names for what was picked."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from hark.bottlenecks.types import MapVisit, Slice
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Queries
from hark.core.sql import TRUE, Sql, join
from hark.filters.evaluate import to_sql
from hark.filters.parse import parse_query
from hark.journey.types import EpisodeOutcome, HolderKind, Stage, Status
from hark.visits.searches import SEARCH_ENGINES
from hark.visits.types import FactKind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NOT_CASES = [EpisodeOutcome.MERGED.value, EpisodeOutcome.NOT_ASKED.value]
"""Episodes that go on in another conversation, and those in which the customer asked nothing."""

NO_STAGES = [Stage.MERGED.value, Stage.SPAM.value]

SPAN_COLUMNS = (
    ("case", 16), ("place", "i8"), ("holder", "i4"), ("team", "i4"), ("account", "i4"), ("topic", "i4"), ("t0", "i8"),
    ("t1", "i8"), ("open_s", "f8"), ("cost", "f8"), ("lasts", "i4"), ("child", 16),
)  # fmt: skip
"""Columns of `copy_spans`. `place` packs n (32 bits), episode (16), stage (8) and holder kind (8); times are microseconds
since 2000-01-01; 0 stands for "none" in ids; `child` is the merged conversation the span is of, zeros for its own."""

VISIT_COLUMNS = (("visit", 16), ("visitor", 16), ("at", "i8"), ("step", "i4"), ("wrote", "i4"))

LANDED_SEARCH = 100
"""Beside the kinds of facts: landed from a search engine."""


async def copy_spans(
    db: Queries, actor: Actor, chosen: Slice, *, now: datetime, f_now: Mapping[int, float]
) -> "NDArray[np.void]":
    """The spans of all cases of the slice, as columns SPAN_COLUMNS. Open ones end `now` (F there: `f_now`)."""
    sql = Sql(
        _SPANS, *_f_now(f_now), now, actor.workspace_id, chosen.start, chosen.end, NOT_CASES, _of_cases(actor, chosen, now),
        NO_STAGES,
    )  # fmt: skip
    return await asyncio.to_thread(unpack, await db.copy_out(sql), SPAN_COLUMNS)


async def copy_merged_spans(
    db: Queries, workspace_id: int, since: datetime, *, now: datetime, f_now: Mapping[int, float]
) -> "NDArray[np.void]":
    """The spans of cases that were merged into another conversation; `case` is the one they went on in."""
    sql = Sql(_MERGED_SPANS, workspace_id, workspace_id, workspace_id, *_f_now(f_now), now, workspace_id, since,
              EpisodeOutcome.MERGED.value, NO_STAGES)  # fmt: skip
    return await asyncio.to_thread(unpack, await db.copy_out(sql), SPAN_COLUMNS)


async def copy_visits(db: Queries, workspace_id: int, chosen: Slice) -> "NDArray[np.void]":
    """What was done in the visits of the slice in which somebody looked for help, as columns VISIT_COLUMNS. Each begins
    with how it landed; `wrote`: the visitor wrote within seven days of it."""
    sought = [k.value for k in (FactKind.SEARCH, FactKind.ARTICLE, FactKind.OPENED, FactKind.FORM, FactKind.SENT)]
    sql = Sql(_VISITS, FactKind.SENT.value, FactKind.SENT.value, SEARCH_ENGINES, LANDED_SEARCH, FactKind.LANDED.value,
              workspace_id, _of_visits(chosen), sought, [*sought, FactKind.LEFT.value])  # fmt: skip
    return await asyncio.to_thread(unpack, await db.copy_out(sql), VISIT_COLUMNS)


def unpack(pieces: Sequence[bytes], columns: Sequence[tuple[str, Any]]) -> "NDArray[np.void]":
    """Rows of PostgreSQL's binary COPY as one array: 19 bytes of header, then per row the number of fields (int16) and
    per field its length (int32) and value, big-endian; 2 bytes at the end. No field may be NULL, so that all rows are
    of one width (PostgreSQL manual, COPY, binary format)."""
    import numpy as np

    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in columns:
        fields += [(f"{name} length", ">i4"), (name, f"V{kind}" if isinstance(kind, int) else f">{kind}")]
    raw = b"".join(pieces)
    rows = np.frombuffer(raw, np.dtype(fields), offset=19, count=(len(raw) - 21) // np.dtype(fields).itemsize)
    return rows[[name for name, _ in columns]]


class CaseName(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    number: int
    subject: str


async def name_cases(db: Queries, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, CaseName]:
    """Number and subject of those of these conversations that the actor may see."""
    sql = Sql("SELECT c.id, c.number, c.subject FROM conversations c WHERE c.workspace_id = {} AND c.id = ANY({}::uuid[])"
              " AND {}", actor.workspace_id, list(ids), visible(actor))  # fmt: skip
    return {row.id: row for row in await db.all(CaseName, sql)}


async def list_visits(db: Queries, workspace_id: int, ids: Sequence[UUID]) -> list[MapVisit]:
    """These visits, newest first."""
    return await db.all(
        MapVisit,
        "SELECT v.id, v.started_at AS at, v.landing, v.referrer, b.contact_id FROM visits v"
        " LEFT JOIN visitors b ON b.workspace_id = v.workspace_id AND b.id = v.visitor_id"
        " WHERE v.workspace_id = $1 AND v.id = ANY($2::uuid[]) ORDER BY v.started_at DESC, v.id",
        workspace_id, list(ids),
    )  # fmt: skip


def _f_now(f_now: Mapping[int, float]) -> tuple[list[float], list[int]]:
    return list(f_now.values()), list(f_now)


def _of_cases(actor: Actor, chosen: Slice, now: datetime) -> Sql:
    """Which episodes `e` of conversations `c` count: visible ones, never spam, and those of the filters."""
    parts = [visible(actor), Sql("c.status <> {}", Status.SPAM.value)]
    for column, value in (
        ("e.account_id", chosen.account_id), ("c.team_id", chosen.team_id), ("c.topic_id", chosen.topic_id),
        ("c.company_id", chosen.company_id),
    ):  # fmt: skip
        if value is not None:
            parts.append(Sql(f"{column} = {{}}", value))
    if chosen.channel is not None:
        parts.append(Sql(_CHANNEL, chosen.channel))
    if chosen.agent_id is not None:
        parts.append(Sql(_HELD_BY, HolderKind.AGENT.value, chosen.agent_id))
    if chosen.tag_id is not None:
        parts.append(Sql("c.tag_ids @> ARRAY[{}::int]", chosen.tag_id))
    if chosen.condition is not None:
        parts.append(Sql("({}) IS TRUE", to_sql(parse_query(chosen.condition), actor, now=now)))
    return join(" AND ", [*parts, _when(chosen, "e.started_at")])


def _of_visits(chosen: Slice) -> Sql:
    parts = [Sql("v.started_at >= {} AND v.started_at < {}", chosen.start, chosen.end), _when(chosen, "v.started_at")]
    if chosen.account_id is not None:
        parts.append(Sql("v.account_id = {}", chosen.account_id))
    if chosen.channel is not None:
        parts.append(Sql(_VISIT_CHANNEL, chosen.channel))
    return join(" AND ", parts)


def _when(chosen: Slice, column: str) -> Sql:
    """The hour and weekday a case or visit started, in the zone of the reader."""
    parts = []
    if chosen.hour is not None:
        parts.append(Sql(f"extract(hour FROM {column} AT TIME ZONE {{}}) = {{}}", chosen.time_zone, chosen.hour))
    if chosen.weekday is not None:
        parts.append(
            Sql(f"extract(isodow FROM {column} AT TIME ZONE {{}}) = {{}}", chosen.time_zone, chosen.weekday + 1)
        )
    return join(" AND ", parts, empty=TRUE)


_CHANNEL = """EXISTS (SELECT FROM channel_accounts a WHERE a.workspace_id = e.workspace_id AND a.id = e.account_id
  AND a.kind = {})"""

_VISIT_CHANNEL = """EXISTS (SELECT FROM channel_accounts a WHERE a.workspace_id = v.workspace_id AND a.id = v.account_id
  AND a.kind = {})"""

_HELD_BY = """EXISTS (SELECT FROM spans h WHERE h.workspace_id = e.workspace_id AND h.conversation_id = e.conversation_id
  AND h.episode = e.n AND h.holder_kind = {} AND h.holder_id = {})"""

_SPANS = """
SELECT s.conversation_id AS case,
  (s.n::int8 << 32) | (s.episode::int8 << 16) | (s.stage::int8 << 8) | s.holder_kind::int8 AS place,
  coalesce(s.holder_id, 0) AS holder, coalesce(s.team_id, 0) AS team, coalesce(s.account_id, 0) AS account,
  coalesce(c.topic_id, 0) AS topic, s.t0, coalesce(s.t1, look.at) AS t1,
  coalesce(s.f1, look.f[array_position(look.calendars, s.calendar_id)], s.f0) - s.f0 AS open_s,
  coalesce(s.price_minor, 0)::float8 AS cost, (s.t1 IS NULL)::int4 AS lasts,
  '00000000-0000-0000-0000-000000000000'::uuid AS child
FROM (SELECT {}::float8[] AS f, {}::int[] AS calendars, {}::timestamptz AS at) look, episodes e
  JOIN conversations c ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id
  JOIN spans s ON s.workspace_id = e.workspace_id AND s.conversation_id = e.conversation_id AND s.episode = e.n
WHERE e.workspace_id = {} AND e.started_at >= {} AND e.started_at < {} AND NOT coalesce(e.outcome = ANY({}), false)
  AND {} AND NOT s.stage = ANY({})
"""

# Each merged conversation with the one at the end of the chain; a case that was merged started after the one it went on
# in, which began with the earliest message of both.
_MERGED_SPANS = """
WITH RECURSIVE up AS (
  SELECT c.id, c.root_id AS root FROM conversations c WHERE c.workspace_id = {} AND c.root_id IS NOT NULL
  UNION SELECT u.id, p.root_id FROM up u JOIN conversations p ON p.workspace_id = {} AND p.id = u.root
    WHERE p.root_id IS NOT NULL
), ends AS (
  SELECT u.id, u.root FROM up u JOIN conversations p ON p.workspace_id = {} AND p.id = u.root WHERE p.root_id IS NULL
)
SELECT ends.root AS case,
  (s.n::int8 << 32) | (s.episode::int8 << 16) | (s.stage::int8 << 8) | s.holder_kind::int8 AS place,
  coalesce(s.holder_id, 0) AS holder, coalesce(s.team_id, 0) AS team, coalesce(s.account_id, 0) AS account,
  0 AS topic, s.t0, coalesce(s.t1, look.at) AS t1,
  coalesce(s.f1, look.f[array_position(look.calendars, s.calendar_id)], s.f0) - s.f0 AS open_s,
  coalesce(s.price_minor, 0)::float8 AS cost, (s.t1 IS NULL)::int4 AS lasts, s.conversation_id AS child
FROM (SELECT {}::float8[] AS f, {}::int[] AS calendars, {}::timestamptz AS at) look, ends
  JOIN episodes e ON e.conversation_id = ends.id
  JOIN spans s ON s.workspace_id = e.workspace_id AND s.conversation_id = e.conversation_id AND s.episode = e.n
WHERE e.workspace_id = {} AND e.started_at >= {} AND e.outcome = {} AND NOT s.stage = ANY({})
"""

_VISITS = """
WITH chosen AS (
  SELECT v.workspace_id, v.id, coalesce(v.visitor_id, v.id) AS visitor_id, v.started_at,
    CASE WHEN v.visitor_id IS NULL
      THEN EXISTS (SELECT FROM visit_facts f WHERE f.workspace_id = v.workspace_id AND f.visit_id = v.id AND f.kind = {})
      ELSE EXISTS (SELECT FROM visits o JOIN visit_facts f ON f.workspace_id = o.workspace_id AND f.visit_id = o.id
        WHERE o.workspace_id = v.workspace_id AND o.visitor_id = v.visitor_id AND f.kind = {}
          AND f.at >= v.started_at AND f.at < v.started_at + interval '7 days') END::int4 AS wrote,
    CASE WHEN v.referrer ~* {} THEN {}::int4 ELSE {}::int4 END AS landed
  FROM visits v WHERE v.workspace_id = {} AND {}
    AND EXISTS (SELECT FROM visit_facts f WHERE f.workspace_id = v.workspace_id AND f.visit_id = v.id
      AND f.kind = ANY({}::int[]))
)
SELECT id AS visit, visitor_id AS visitor, started_at AS at, landed AS step, wrote FROM chosen
UNION ALL
SELECT c.id, c.visitor_id, greatest(f.at, c.started_at), f.kind::int4, c.wrote FROM chosen c
  JOIN visit_facts f ON f.workspace_id = c.workspace_id AND f.visit_id = c.id WHERE f.kind = ANY({}::int[])
"""
