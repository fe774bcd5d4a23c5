"""Facts of searches and articles as they were kept, for the figures of the help centre."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hark.core.db import Queries
from hark.core.sql import TRUE, Sql, join
from hark.help.gaps import Told, Visit
from hark.help.holdout import Group
from hark.visits.types import FactKind

MOST_VISITS = 200_000
"""Of a period, the newest: what is told of them is told of enough."""


class _Fact(msgspec.Struct):
    visit_id: UUID
    at: datetime
    kind: FactKind
    query: str
    results: int | None
    language: str
    article_id: int | None


async def list_visits(
    db: Queries, workspace_id: int, start: datetime, end: datetime, *, centre_id: int | None, language: str | None
) -> list[Visit]:
    """The visits of the period in which somebody searched or read, with what they did, in order. With a language only
    those in which something was searched or read in it."""
    where = [TRUE]
    if centre_id is not None:
        where.append(
            Sql(
                "(v.centre_id = {} OR v.account_id = (SELECT p.messenger_id FROM help_public p"
                " WHERE p.workspace_id = v.workspace_id AND p.centre_id = {}))", centre_id, centre_id,
            )
        )  # fmt: skip
    if language is not None:
        where.append(
            Sql(
                "EXISTS (SELECT FROM visit_facts l WHERE l.workspace_id = v.workspace_id AND l.visit_id = v.id"
                " AND l.kind IN (1, 8, 9) AND l.data ->> 'language' = {})", language,
            )
        )  # fmt: skip
    rows = await db.all(_Fact, Sql(_FACTS, workspace_id, start, end, join(" AND ", where), MOST_VISITS))
    visits: dict[UUID, list[Told]] = {}
    for f in rows:
        told = Told(f.at, f.kind, f.query, f.results, f.language, f.article_id)
        visits.setdefault(f.visit_id, []).append(told)
    return [Visit(id, facts) for id, facts in visits.items()]


# 1 a landing (only from a search engine), 5 a message, 8 a search, 9 an article, 10 and 11 whether it helped.
_FACTS = """
WITH chosen AS (
  SELECT v.workspace_id, v.id FROM visits v WHERE v.workspace_id = {} AND v.started_at >= {} AND v.started_at < {} AND {}
    AND EXISTS (SELECT FROM visit_facts f WHERE f.workspace_id = v.workspace_id AND f.visit_id = v.id
      AND (f.kind IN (8, 9) OR f.kind = 1 AND f.data -> 'search' = 'true'::jsonb))
  ORDER BY v.started_at DESC LIMIT {}
)
SELECT f.visit_id, f.at, f.kind, coalesce(f.data ->> 'query', '') AS query,
  CASE WHEN jsonb_typeof(f.data -> 'results') = 'number' THEN (f.data ->> 'results')::float::int END AS results,
  coalesce(f.data ->> 'language', '') AS language,
  CASE WHEN jsonb_typeof(f.data -> 'article_id') = 'number' THEN (f.data ->> 'article_id')::float::int END AS article_id
FROM chosen c JOIN visit_facts f ON f.workspace_id = c.workspace_id AND f.visit_id = c.id
WHERE f.kind IN (5, 8, 9, 10, 11) OR f.kind = 1 AND f.data -> 'search' = 'true'::jsonb
ORDER BY f.visit_id, f.at, f.kind
"""


class _Title(msgspec.Struct):
    id: int
    title: str


async def list_titles(db: Queries, workspace_id: int, ids: Sequence[int], language: str | None) -> dict[int, str]:
    """The titles of articles that are still there, in a language where they have it."""
    rows = await db.all(
        _Title,
        "SELECT DISTINCT ON (t.article_id) t.article_id AS id, t.title FROM article_texts t"
        " JOIN articles a ON a.workspace_id = t.workspace_id AND a.id = t.article_id"
        " WHERE t.workspace_id = $1 AND t.article_id = ANY($2::int[])"
        " ORDER BY t.article_id, t.language = $3 DESC, t.language = a.source_language DESC, t.language",
        workspace_id, list(ids), language or "",
    )  # fmt: skip
    return {row.id: row.title for row in rows}


class _Group(msgspec.Struct):
    held: bool
    visitors: int
    contacted: int


async def count_groups(
    db: Queries, workspace_id: int, start: datetime, end: datetime, *, centre_id: int | None
) -> tuple[Group, Group]:
    """Visitors who got articles in the messenger, and those held out, who first opened it in the period; and how many of each
    wrote within a day of it. Each visitor stays what they were the first time."""
    rows = await db.all(
        _Group,
        "WITH first AS (SELECT DISTINCT ON (v.visitor_id) v.visitor_id, f.at, (f.data ->> 'held_out')::boolean AS held"
        "   FROM visits v JOIN visit_facts f ON f.workspace_id = v.workspace_id AND f.visit_id = v.id"
        "   WHERE v.workspace_id = $1 AND v.started_at >= $2 AND v.started_at < $3 AND f.kind = 3 AND f.data ? 'held_out'"
        "   AND v.visitor_id IS NOT NULL AND ($4::int IS NULL OR v.account_id = (SELECT p.messenger_id FROM help_public p"
        "     WHERE p.workspace_id = v.workspace_id AND p.centre_id = $4))"
        "   ORDER BY v.visitor_id, f.at)"
        " SELECT held, count(*) AS visitors, count(*) FILTER (WHERE EXISTS (SELECT FROM visits o JOIN visit_facts s"
        "   ON s.workspace_id = o.workspace_id AND s.visit_id = o.id WHERE o.workspace_id = $1"
        "   AND o.visitor_id = first.visitor_id AND s.kind = 5 AND s.at >= first.at"
        "   AND s.at < first.at + interval '1 day')) AS contacted FROM first GROUP BY held",
        workspace_id, start, end, centre_id,
    )  # fmt: skip
    groups = {row.held: Group(row.visitors, row.contacted) for row in rows}
    return groups.get(False, Group(0, 0)), groups.get(True, Group(0, 0))


async def current_holdout(db: Queries, workspace_id: int, centre_id: int | None) -> int:
    """The share of visitors held out now; the largest of several help centres."""
    return await db.one(
        int,
        "SELECT coalesce(max(holdout_percent), 0)::int FROM help_public WHERE workspace_id = $1"
        " AND ($2::int IS NULL OR centre_id = $2)",
        workspace_id, centre_id,
    )  # fmt: skip
