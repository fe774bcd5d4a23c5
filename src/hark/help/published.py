"""What readers see: the live versions, each only to those it is for. Nothing here knows drafts.

Everything asks for an `Audience`; `list_live` alone does not and is for what indexes all of it and asks for the audience
with every answer.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.core.db import Queries
from hark.core.sql import TRUE, Sql
from hark.help.audience import Audience, may_read
from hark.help.queries import CENTRE, CentreRecord
from hark.help.types import Seen


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """One language of an article as readers see it. `slugs`: language -> slug of every language that is live. `number` is
    the version; `live_at` when it was published, `first_live_at` when the first one was. `body` is Markdown, empty in lists
    that were not asked for it."""

    workspace_id: int
    centre_id: int
    id: int
    collection_id: int | None
    position: int
    visibility: Seen
    condition: dict[str, Any] | None
    source_language: str
    related: list[int]
    author_id: int | None
    language: str
    number: int
    title: str
    slug: str
    summary: str
    body: str
    keywords: list[str]
    first_live_at: datetime
    live_at: datetime
    slugs: dict[str, str]


class LiveShelf(msgspec.Struct, frozen=True, kw_only=True):
    """A collection in one language with how many live articles are in it and below it for this audience. `slugs`: language ->
    slug."""

    id: int
    parent_id: int | None
    icon: str
    picture_id: UUID | None
    title: str
    slug: str
    description: str
    slugs: dict[str, str]
    articles: int


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where a former address leads: exactly one of them is set."""

    article_id: int | None
    collection_id: int | None
    target: str | None


_LIVE = (
    "SELECT a.workspace_id, a.centre_id, a.id, a.collection_id, a.position, a.visibility, a.condition, a.source_language,"
    " a.related, a.author_id, t.language, v.number, v.title, v.slug, v.summary, {} AS body, v.keywords, t.first_live_at,"
    " t.live_at, (SELECT jsonb_object_agg(o.language, o.live_slug) FROM article_texts o WHERE o.workspace_id = a.workspace_id"
    " AND o.article_id = a.id AND o.live IS NOT NULL) AS slugs"
    " FROM article_texts t JOIN articles a ON a.workspace_id = t.workspace_id AND a.id = t.article_id"
    " JOIN article_versions v ON v.workspace_id = t.workspace_id AND v.article_id = t.article_id AND v.language = t.language"
    " AND v.number = t.live WHERE t.workspace_id = {} AND {}"
)
_BODY, _NO_BODY = Sql("v.body"), Sql("''")


async def find_centre(db: Queries, *, host: str | None = None, slug: str | None = None) -> CentreRecord | None:
    """The help centre of a host of its own, or of a slug on Hark's own host; published or not."""
    if host is not None:
        return await db.find(
            CentreRecord,
            f"SELECT {CENTRE} FROM help_centres c JOIN help_domains h ON h.workspace_id = c.workspace_id"
            " AND h.centre_id = c.id WHERE h.host = $1",
            host.lower(),
        )  # fmt: skip
    return await db.find(CentreRecord, f"SELECT {CENTRE} FROM help_centres c WHERE c.slug = $1", slug)


async def list_live_centres(db: Queries, workspace_id: int) -> list[CentreRecord]:
    """The published help centres of a workspace, the oldest first."""
    return await db.all(
        CentreRecord,
        f"SELECT {CENTRE} FROM help_centres c WHERE c.workspace_id = $1 AND c.published ORDER BY c.id",
        workspace_id,
    )


def may_enter(centre: CentreRecord, audience: Audience) -> bool:
    """Whether a help centre is there for this audience at all."""
    return audience.team or (centre.published and may_read(centre.visibility, centre.condition, audience))


async def published_article(
    db: Queries, centre: CentreRecord, language: str, slug: str, audience: Audience
) -> Live | None:
    """The live text at an address; None when there is none for this audience."""
    return await _one(db, centre, Sql("t.language = {} AND t.live_slug = {}", language, slug), audience)


async def published_by_id(db: Queries, centre: CentreRecord, id: int, language: str, audience: Audience) -> Live | None:
    """The live text of an article in a language; None when there is none for this audience."""
    return await _one(db, centre, Sql("t.language = {} AND t.article_id = {}", language, id), audience)


async def _one(db: Queries, centre: CentreRecord, which: Sql, audience: Audience) -> Live | None:
    where = Sql("t.centre_id = {} AND t.live IS NOT NULL AND {}", centre.id, which)
    found = await db.find(Live, Sql(_LIVE, _BODY, centre.workspace_id, where))
    return found if found and may_read(found.visibility, found.condition, audience) else None


async def list_published(
    db: Queries, centre: CentreRecord, language: str, audience: Audience, *, collection_id: int | None = None
) -> list[Live]:
    """The live texts of one language without their bodies, by collection and place in it."""
    found = await list_live(
        db, centre.workspace_id, centre_id=centre.id, language=language, collection_id=collection_id
    )
    return [a for a in found if may_read(a.visibility, a.condition, audience)]


async def list_live(
    db: Queries,
    workspace_id: int,
    *,
    centre_id: int | None = None,
    language: str | None = None,
    collection_id: int | None = None,
    bodies: bool = False,
) -> list[Live]:
    """Every live text of a workspace, whoever it is for: for an index that asks `may_read` with every answer."""
    where = Sql(
        "t.live IS NOT NULL AND {} AND {} AND {} ORDER BY a.collection_id, a.position, a.id, t.language",
        TRUE if centre_id is None else Sql("t.centre_id = {}", centre_id),
        TRUE if language is None else Sql("t.language = {}", language),
        TRUE if collection_id is None else Sql("a.collection_id = {}", collection_id),
    )
    return await db.all(Live, Sql(_LIVE, _BODY if bodies else _NO_BODY, workspace_id, where))


class _ShelfRow(msgspec.Struct):
    id: int
    parent_id: int | None
    icon: str
    picture_id: UUID | None
    title: str
    slug: str
    description: str
    slugs: dict[str, str]


async def list_shelves(db: Queries, centre: CentreRecord, language: str, audience: Audience) -> list[LiveShelf]:
    """The collections that have something for this audience in a language, in their order; titles in that language, else
    in the help centre's default one."""
    rows = await db.all(
        _ShelfRow,
        "SELECT s.id, s.parent_id, s.icon, s.picture_id, t.title, t.slug, t.description, (SELECT jsonb_object_agg(o.language, o.slug)"
        " FROM help_collection_texts o WHERE o.workspace_id = s.workspace_id AND o.collection_id = s.id) AS slugs"
        " FROM help_collections s JOIN LATERAL (SELECT x.title, x.slug, x.description FROM help_collection_texts x"
        " WHERE x.workspace_id = s.workspace_id AND x.collection_id = s.id"
        " ORDER BY x.language = $3 DESC, x.language = $4 DESC, x.language LIMIT 1) t ON true"
        " WHERE s.workspace_id = $1 AND s.centre_id = $2 ORDER BY s.position, s.id",
        centre.workspace_id, centre.id, language, centre.languages[0],
    )  # fmt: skip
    counts: dict[int, int] = {}
    parents = {row.id: row.parent_id for row in rows}
    for article in await list_published(db, centre, language, audience):
        shelf = article.collection_id
        while shelf is not None:
            counts[shelf] = counts.get(shelf, 0) + 1
            shelf = parents.get(shelf)
    return [
        LiveShelf(**msgspec.structs.asdict(row), articles=counts[row.id]) for row in rows if counts.get(row.id)
    ]  # fmt: skip


async def find_redirect(db: Queries, centre: CentreRecord, path: str, language: str = "") -> Target | None:
    """Where a former address leads: a whole path such as `/hc/en-us/articles/1`, or with a language the former slug of an
    article in it. None when nothing is known of it."""
    return await db.find(
        Target,
        "SELECT article_id, collection_id, target FROM article_redirects WHERE workspace_id = $1 AND centre_id = $2"
        " AND language = $3 AND path = $4",
        centre.workspace_id, centre.id, language, path if language else (path.rstrip("/") or "/"),
    )  # fmt: skip


async def live_stamp(db: Queries, workspace_id: int) -> int:
    """Grows with whatever readers of the workspace may see differently; an index made at one stamp is good until the
    next. Deleting a help centre lowers it: compare for equality."""
    return await db.one(
        int,
        "SELECT coalesce(sum(changes), 0) + 1000003 * count(*) FROM help_centres WHERE workspace_id = $1",
        workspace_id,
    )
