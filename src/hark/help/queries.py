"""Reading what people of the team work on: help centres, articles with their texts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.core.actor import Actor
from hark.core.db import Queries
from hark.core.errors import BadRequest
from hark.core.paging import Page, check_limit, decode_cursor, encode_cursor
from hark.core.sql import TRUE, Sql, join
from hark.help.centre_types import Centre, HomeTexts, Theme
from hark.help.types import (
    SEEN,
    SEEN_NAMES,
    STATE_NAMES,
    STATES,
    Article,
    ArticleRow,
    ArticleText,
    LanguageState,
    RelatedArticle,
    Seen,
    State,
)

NO_CENTRE = "This help centre does not exist."
NO_ARTICLE = "This article does not exist."
NO_TEXT = "The article has no text in this language."

# help centres ---------------------------------------------------------------------------------------------------------


class CentreRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A help centre as it is stored. `changes` grows with whatever readers may see differently."""

    workspace_id: int
    id: int
    name: str
    slug: str
    domains: list[str]
    languages: list[str]
    published: bool
    visibility: Seen
    condition: dict[str, Any] | None
    theme: Theme
    home: dict[str, HomeTexts]
    logo_id: UUID | None
    changes: int


CENTRE = (
    "c.workspace_id, c.id, c.name, c.slug, c.languages, c.published, c.visibility, c.condition, c.theme, c.home, c.logo_id,"
    " c.changes,"
    " ARRAY(SELECT d.host FROM help_domains d WHERE d.workspace_id = c.workspace_id AND d.centre_id = c.id"
    " ORDER BY d.position, d.host) AS domains"
)


class _Counts(msgspec.Struct):
    id: int
    live: int
    total: int


async def list_centres(db: Queries, actor: Actor) -> list[Centre]:
    """All help centres of the workspace, the oldest first."""
    rows = await db.all(
        CentreRecord, f"SELECT {CENTRE} FROM help_centres c WHERE c.workspace_id = $1 ORDER BY c.id", actor.workspace_id
    )
    return [centre_view(row, counts, actor) for row, counts in await _counted(db, rows)]


async def get_centre(db: Queries, workspace_id: int, id: int) -> CentreRecord:
    """Raises NotFound."""
    return await db.one(
        CentreRecord, f"SELECT {CENTRE} FROM help_centres c WHERE c.workspace_id = $1 AND c.id = $2", workspace_id, id,
        missing=NO_CENTRE,
    )  # fmt: skip


async def get_centre_view(db: Queries, actor: Actor, id: int) -> Centre:
    """Raises NotFound."""
    [(row, counts)] = await _counted(db, [await get_centre(db, actor.workspace_id, id)])
    return centre_view(row, counts, actor)


async def _counted(db: Queries, rows: Sequence[CentreRecord]) -> list[tuple[CentreRecord, _Counts]]:
    found = await db.all(
        _Counts,
        "SELECT a.centre_id AS id, count(*) AS total, count(*) FILTER (WHERE EXISTS (SELECT FROM article_texts t"
        " WHERE t.workspace_id = a.workspace_id AND t.article_id = a.id AND t.live IS NOT NULL)) AS live"
        " FROM articles a WHERE a.workspace_id = $1 AND a.centre_id = ANY($2::int[]) GROUP BY a.centre_id",
        rows[0].workspace_id if rows else 0, [row.id for row in rows],
    )  # fmt: skip
    counts = {c.id: c for c in found}
    return [(row, counts.get(row.id, _Counts(row.id, 0, 0))) for row in rows]


def centre_view(row: CentreRecord, counts: _Counts, actor: Actor) -> Centre:
    """The help centre with what the actor may do to it."""
    return Centre(
        id=row.id, name=row.name, slug=row.slug, domains=row.domains, languages=row.languages, published=row.published,
        visibility=SEEN_NAMES[row.visibility], condition=row.condition, theme=row.theme, home=row.home,
        logo_id=row.logo_id, logo_url=file_url(row.logo_id) if row.logo_id else None, articles_live=counts.live,
        articles=counts.total, can=["publish"] if actor.can("help.publish") else [],
    )  # fmt: skip


def file_url(id: UUID) -> str:
    """The address of a help centre's file, on Hark's own host and on its own hosts alike."""
    return f"/help/files/{id}"


# articles -------------------------------------------------------------------------------------------------------------


class ArticleRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An article as it is stored."""

    workspace_id: int
    id: int
    centre_id: int
    collection_id: int | None
    position: int
    visibility: Seen
    condition: dict[str, Any] | None
    source_language: str
    related: list[int]
    origin: dict[str, Any] | None
    external_id: str | None
    author_id: int | None
    created_at: datetime
    updated_at: datetime


class TextRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One language of an article as it is stored, with the live version of its source language. The body is left out
    of lists."""

    article_id: int
    language: str
    title: str
    slug: str
    summary: str = ""
    body: str = ""
    keywords: list[str] = []
    state: State
    version: int
    live: int | None
    live_slug: str | None
    first_live_at: datetime | None
    live_at: datetime | None
    made_from: int | None
    live_source: int | None
    is_source: bool
    reviewer_id: int | None
    review_asked_by: int | None = None
    review_asked_at: datetime | None = None
    review_note: str = ""
    imported: int | None = None
    import_hash: str | None = None
    updated_at: datetime
    updated_by: int | None

    @property
    def changed(self) -> bool:
        """Is there something readers do not see yet?"""
        return self.live is not None and self.state is not State.PUBLISHED

    @property
    def stale(self) -> bool:
        return (
            not self.is_source
            and self.state is not State.ARCHIVED
            and self.made_from is not None
            and self.live_source is not None
            and self.made_from < self.live_source
        )


_ARTICLE = (
    "a.workspace_id, a.id, a.centre_id, a.collection_id, a.position, a.visibility, a.condition, a.source_language, a.related,"
    " a.origin, a.external_id, a.author_id, a.created_at, a.updated_at"
)
_HEAD = (
    "t.article_id, t.language, t.title, t.slug, t.state, t.version, t.live, t.live_slug, t.first_live_at, t.live_at,"
    " t.made_from, o.live AS live_source, t.language = a.source_language AS is_source, t.reviewer_id, t.updated_at,"
    " t.updated_by"
)
_WHOLE = (
    ", t.summary, t.body, t.keywords, t.review_asked_by, t.review_asked_at, t.review_note, t.imported, t.import_hash"
)
_TEXTS = (
    " FROM article_texts t JOIN articles a ON a.workspace_id = t.workspace_id AND a.id = t.article_id"
    " LEFT JOIN article_texts o ON o.workspace_id = t.workspace_id AND o.article_id = t.article_id"
    " AND o.language = a.source_language"
)


class ArticleQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of articles is narrowed by; `collection_id` 0: in none. With a language, `state` and `stale` speak of
    that one, else of any."""

    centre_id: int | None = None
    collection_id: int | None = None
    language: str | None = None
    state: str | None = None
    stale: bool | None = None
    visibility: str | None = None
    reviewer_id: int | None = None
    q: str | None = None


async def list_articles(
    db: Queries, actor: Actor, query: ArticleQuery, *, limit: int, cursor: str | None
) -> Page[ArticleRow]:
    """A page of articles: in their order inside a collection, else the last changed first. Raises BadRequest."""
    name = "help:" + msgspec.json.encode(query).decode()
    in_order = query.collection_id is not None
    after, order = TRUE, Sql("a.position, a.id" if in_order else "a.updated_at DESC, a.id DESC")
    if cursor and in_order:
        after = Sql("(a.position, a.id) > ({}, {})", *decode_cursor(name, cursor, int, int))
    elif cursor:
        after = Sql("(a.updated_at, a.id) < ({}, {})", *decode_cursor(name, cursor, datetime, int))
    statement = Sql(
        "SELECT {} FROM articles a JOIN help_centres c ON c.workspace_id = a.workspace_id AND c.id = a.centre_id"
        " WHERE a.workspace_id = {} AND {} AND {} ORDER BY {} LIMIT {}",
        Sql(_ARTICLE), actor.workspace_id, _narrowed(query), after, order, check_limit(limit) + 1,
    )  # fmt: skip
    found = await db.all(ArticleRecord, statement)
    rows = found[:limit]
    more = rows[-1] if len(found) > limit else None
    place = None if more is None else (more.position if in_order else more.updated_at, more.id)
    texts = await _heads(db, actor.workspace_id, rows)
    languages = {c.id: c.languages for c in await list_centres(db, actor)}
    items = [_row(row, texts.get(row.id, []), languages[row.centre_id], query.language, actor) for row in rows]
    return Page(items=items, next=encode_cursor(name, *place) if place else None)


def _narrowed(query: ArticleQuery) -> Sql:
    parts = [TRUE]
    if query.centre_id is not None:
        parts.append(Sql("a.centre_id = {}", query.centre_id))
    if query.collection_id == 0:
        parts.append(Sql("a.collection_id IS NULL"))
    elif query.collection_id is not None:
        parts.append(Sql("a.collection_id = {}", query.collection_id))
    if query.visibility is not None:
        if query.visibility not in SEEN:
            raise BadRequest(f"visibility is one of {', '.join(SEEN)}.", code="bad_filter")
        parts.append(Sql("a.visibility = {}", int(SEEN[query.visibility])))
    if query.state == "missing":
        parts.append(_missing(query.language))
    elif query.state is not None:
        parts.append(_some_text(_in_state(query.state), query.language))
    if query.stale:
        parts.append(
            _some_text(
                Sql(
                    "t.language <> a.source_language AND t.state <> 4 AND t.made_from < (SELECT o.live FROM article_texts o"
                    " WHERE o.workspace_id = a.workspace_id AND o.article_id = a.id AND o.language = a.source_language)"
                ),
                query.language,
            )
        )
    if query.reviewer_id is not None:
        parts.append(_some_text(Sql("t.state = 2 AND t.reviewer_id = {}", query.reviewer_id), query.language))
    if query.q and query.q.strip():
        words = query.q.strip()[:200].lower()
        parts.append(
            _some_text(
                Sql("position({} in lower(t.title || ' ' || t.summary || ' ' || t.body)) > 0", words), query.language
            )
        )
    return join(" AND ", parts)


def _in_state(state: str) -> Sql:
    if state == "published":
        return Sql("t.live IS NOT NULL")
    if state not in STATES:
        raise BadRequest(f"state is one of missing, {', '.join(STATES)}.", code="bad_filter")
    return Sql("t.state = {}", int(STATES[state]))


def _some_text(condition: Sql, language: str | None) -> Sql:
    """That a text of the article, of one language or any, is such."""
    return Sql(
        "EXISTS (SELECT FROM article_texts t WHERE t.workspace_id = a.workspace_id AND t.article_id = a.id AND {} AND {})",
        condition, TRUE if language is None else Sql("t.language = {}", language),
    )  # fmt: skip


def _missing(language: str | None) -> Sql:
    if language is not None:
        return Sql("NOT {}", _some_text(TRUE, language))
    return Sql(
        "EXISTS (SELECT FROM unnest(c.languages) AS l(code) WHERE NOT EXISTS (SELECT FROM article_texts t"
        " WHERE t.workspace_id = a.workspace_id AND t.article_id = a.id AND t.language = l.code))"
    )


async def _heads(db: Queries, workspace_id: int, rows: Iterable[ArticleRecord]) -> dict[int, list[TextRecord]]:
    found = await db.all(
        TextRecord,
        f"SELECT {_HEAD}{_TEXTS} WHERE t.workspace_id = $1 AND t.article_id = ANY($2::int[]) ORDER BY t.language",
        workspace_id, [row.id for row in rows],
    )  # fmt: skip
    texts: dict[int, list[TextRecord]] = {}
    for text in found:
        texts.setdefault(text.article_id, []).append(text)
    return texts


def title_of(texts: Sequence[TextRecord], *languages: str | None) -> str:
    """The title in the first of these languages that has one, else any."""
    titles = {t.language: t.title for t in texts if t.title}
    return next((titles[x] for x in languages if x in titles), next(iter(titles.values()), ""))


def language_states(texts: Sequence[TextRecord], languages: Sequence[str]) -> list[LanguageState]:
    """Where each language of a help centre stands, and behind them those it has no more."""
    known = {t.language: t for t in texts}
    wanted = [*languages, *(x for x in known if x not in languages)]
    return [_state_of(x, known.get(x)) for x in wanted]


def _state_of(language: str, text: TextRecord | None) -> LanguageState:
    if text is None:
        return LanguageState(language=language, state="missing")
    return LanguageState(
        language=language, state=STATE_NAMES[text.state], live=text.live is not None, changed=text.changed,
        stale=text.stale, title=text.title, slug=text.live_slug or text.slug, updated_at=text.updated_at,
        live_at=text.live_at, reviewer_id=text.reviewer_id,
    )  # fmt: skip


def may(actor: Actor) -> list[str]:
    """What somebody may do to articles."""
    return [right for right in ("write", "publish") if actor.can(f"help.{right}")]


def _row(
    row: ArticleRecord, texts: Sequence[TextRecord], languages: Sequence[str], language: str | None, actor: Actor
) -> ArticleRow:
    return ArticleRow(
        id=row.id, centre_id=row.centre_id, collection_id=row.collection_id, position=row.position,
        title=title_of(texts, language, row.source_language), visibility=SEEN_NAMES[row.visibility],
        source_language=row.source_language, author_id=row.author_id, created_at=row.created_at,
        updated_at=row.updated_at, languages=language_states(texts, languages), can=may(actor),
    )  # fmt: skip


async def get_record(db: Queries, workspace_id: int, id: int, *, lock: bool = False) -> ArticleRecord:
    """The article's own row, locked for the transaction when asked to. Raises NotFound."""
    statement = Sql("SELECT {} FROM articles a WHERE a.workspace_id = {} AND a.id = {} {}", Sql(_ARTICLE), workspace_id, id,
                    Sql("FOR UPDATE") if lock else Sql(""))  # fmt: skip
    return await db.one(ArticleRecord, statement, missing=NO_ARTICLE)


async def list_texts(db: Queries, workspace_id: int, article_id: int) -> list[TextRecord]:
    """All languages of an article with their bodies."""
    return await db.all(
        TextRecord,
        f"SELECT {_HEAD}{_WHOLE}{_TEXTS} WHERE t.workspace_id = $1 AND t.article_id = $2 ORDER BY t.language",
        workspace_id, article_id,
    )  # fmt: skip


async def find_text(db: Queries, workspace_id: int, article_id: int, language: str) -> TextRecord | None:
    return await db.find(
        TextRecord,
        f"SELECT {_HEAD}{_WHOLE}{_TEXTS} WHERE t.workspace_id = $1 AND t.article_id = $2 AND t.language = $3",
        workspace_id, article_id, language,
    )  # fmt: skip


async def get_article(db: Queries, actor: Actor, id: int) -> Article:
    """An article with all its texts. Raises NotFound."""
    row = await get_record(db, actor.workspace_id, id)
    texts = await list_texts(db, actor.workspace_id, id)
    centre = await get_centre(db, actor.workspace_id, row.centre_id)
    return Article(
        id=row.id, centre_id=row.centre_id, collection_id=row.collection_id, position=row.position,
        visibility=SEEN_NAMES[row.visibility], condition=row.condition, source_language=row.source_language,
        related=await _related(db, row), origin=row.origin, author_id=row.author_id, created_at=row.created_at,
        updated_at=row.updated_at, languages=language_states(texts, centre.languages),
        texts={t.language: text_view(t) for t in texts}, can=may(actor),
    )  # fmt: skip


def text_view(t: TextRecord) -> ArticleText:
    """One language as the API shows it."""
    return ArticleText(
        language=t.language, title=t.title, slug=t.slug, summary=t.summary, body=t.body, keywords=t.keywords,
        state=STATE_NAMES[t.state], version=t.version, live_version=t.live, live_slug=t.live_slug,
        first_live_at=t.first_live_at, live_at=t.live_at, changed=t.changed, stale=t.stale, made_from=t.made_from,
        live_source=None if t.is_source else t.live_source, reviewer_id=t.reviewer_id,
        review_asked_by=t.review_asked_by, review_asked_at=t.review_asked_at, review_note=t.review_note,
        updated_at=t.updated_at, updated_by=t.updated_by,
    )  # fmt: skip


async def _related(db: Queries, row: ArticleRecord) -> list[RelatedArticle]:
    """Those that are still there, in their order."""
    found = await db.all(
        RelatedArticle,
        "SELECT a.id, coalesce((SELECT t.title FROM article_texts t WHERE t.workspace_id = a.workspace_id"
        " AND t.article_id = a.id ORDER BY t.language = $3 DESC, t.language = a.source_language DESC, t.language"
        " LIMIT 1), '') AS title FROM articles a WHERE a.workspace_id = $1 AND a.id = ANY($2::int[])",
        row.workspace_id, row.related, row.source_language,
    )  # fmt: skip
    known = {r.id: r for r in found}
    return [known[id] for id in row.related if id in known]
