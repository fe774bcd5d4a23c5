"""Finding articles: the index of a workspace's live texts that a process keeps, and who may find what.

The index follows `live_stamp`: before each search one small statement says whether readers may see anything differently,
and only texts whose version changed are read again. What is no longer live, or not for this audience, is never found, for
that is asked of the rows and not of the index.
"""

import asyncio
import re
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import msgspec

from hark.core.db import Db, Queries, Tx
from hark.help.audience import ANYBODY, Audience, may_read
from hark.help.markdown import plain_text
from hark.help.meanings import Meanings, query_vector
from hark.help.pages_library import article_path
from hark.help.published import Live, list_live, may_enter
from hark.help.queries import CENTRE, CentreRecord
from hark.help.synonyms import get_synonyms
from hark.help.types import Seen
from hark.search.types import Document, Found, Snippet

if TYPE_CHECKING:
    from hark.search.index import Index

WEIGHTS = {"title": 3.0, "keywords": 2.5, "summary": 1.5, "headings": 1.5, "body": 1.0, "links": 0.3}
CHUNK = 50  # articles that are read and indexed in one go
PATIENCE_S = 3.0  # a search waits so long for articles that are being indexed, then answers without them
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+)$", re.M)
_LINK = re.compile(r"(?<!!)\[([^\[\]]*)\]\(article:[^)]*\)")
Key = tuple[int, str]


class ArticleHit(msgspec.Struct, frozen=True, kw_only=True):
    """A live text that was found. `confidence`: the calibrated chance that it answers the query. `page`: the address of its
    public page (`/help/...`, or `//host/...` at a domain of its own), None when not everybody may read it."""

    article_id: int
    centre_id: int
    language: str
    title: str
    page: str | None
    confidence: float
    snippet: Snippet


class ArticlesFound(msgspec.Struct, frozen=True, kw_only=True):
    """Hits, each article once, best first. `good` False: nothing good enough to be offered as an answer. `corrected`: the
    query as it was understood, where a word had to be corrected."""

    hits: list[ArticleHit]
    good: bool
    corrected: str | None = None


class _Stamp(msgspec.Struct, frozen=True):
    live: int
    synonyms: int


class _Text(msgspec.Struct):
    article_id: int
    language: str
    number: int
    summary: str
    body: str


class _Shelves:
    """What a process knows of one workspace's live texts. `index` is touched only under `lock`."""

    def __init__(self) -> None:
        from hark.search.index import Index

        self.index: Index = Index(WEIGHTS)
        self.indexed: dict[Key, int] = {}  # the version that stands in the index
        self.live: dict[Key, Live] = {}
        self.centres: dict[int, CentreRecord] = {}
        self.stamp: _Stamp | None = None
        self.renewing: asyncio.Task[None] | None = None
        self.lock = asyncio.Lock()
        self.meanings = Meanings()


_kept: WeakKeyDictionary[Db, dict[int, _Shelves]] = WeakKeyDictionary()


async def find_articles(
    db: Db | Tx,
    workspace_id: int,
    query: str,
    *,
    language: str | None,
    audience: Audience,
    limit: int = 5,
    centre_id: int | None = None,
    prefix: bool = False,
    names: Iterable[str] = (),
) -> ArticlesFound:
    """The live articles this audience may read that answer a query, in `language` (None: in any).

    Where nothing in that language is good enough, articles that answer in another one take part. Where the operator set an
    embedding model, meaning helps; nothing waits for it longer than `QUERY_S`. `centre_id` narrows to one
    help centre, `prefix`: the last word may still be growing. `names`: people known to stand in the query, see `Embedder`.
    """
    home = db.db if isinstance(db, Tx) else db
    shelves = await _current(home, workspace_id)
    shelves.meanings.follow(home, workspace_id, shelves.index, shelves.indexed, shelves.lock)
    vector = await query_vector(db, shelves.index, query, prefix=prefix, names=names)

    def allowed(id: Hashable) -> bool:
        live = shelves.live.get(id)  # type: ignore[call-overload]  # ids are the keys of `live`
        if live is None or centre_id not in (None, live.centre_id):
            return False
        centre = shelves.centres.get(live.centre_id)
        return (
            centre is not None and may_enter(centre, audience) and may_read(live.visibility, live.condition, audience)
        )

    def search(language: str | None) -> Found:
        return shelves.index.search(
            query, language=language, limit=limit, allowed=allowed, prefix=prefix, vector=vector
        )

    async with shelves.lock:
        found = await asyncio.to_thread(search, language)
        if language is not None and not found.good:
            others = await asyncio.to_thread(search, None)
            found = others if others.good else found
    return _as_articles(shelves, found, limit)


def _as_articles(shelves: _Shelves, found: Found, limit: int) -> ArticlesFound:
    hits: dict[int, ArticleHit] = {}
    for hit in found.hits:
        live = shelves.live.get(hit.id)  # type: ignore[call-overload]  # see above
        if live is not None and live.id not in hits:
            hits[live.id] = ArticleHit(
                article_id=live.id, centre_id=live.centre_id, language=live.language, title=live.title,
                page=_page(shelves.centres.get(live.centre_id), live), confidence=hit.confidence, snippet=hit.snippet,
            )  # fmt: skip
    return ArticlesFound(hits=list(hits.values())[:limit], good=found.good, corrected=found.corrected)


def _page(centre: CentreRecord | None, live: Live) -> str | None:
    if centre is None or not may_enter(centre, ANYBODY) or live.visibility is not Seen.PUBLIC:
        return None
    return (f"//{centre.domains[0]}" if centre.domains else f"/help/{centre.slug}") + article_path(live)


async def _current(db: Db, workspace_id: int) -> _Shelves:
    """The index with everything that is live now, or, where very much changed at once, with what is read of it so far."""
    shelves = _kept.setdefault(db, {}).setdefault(workspace_id, _Shelves())
    stamp = await _stamp(db, workspace_id)
    while shelves.stamp != stamp:
        if shelves.renewing is None:
            shelves.renewing = asyncio.create_task(_renew(db, workspace_id, shelves, stamp))
        task = shelves.renewing
        done, _ = await asyncio.wait({task}, timeout=PATIENCE_S)
        if not done:
            break
        if shelves.renewing is task:
            shelves.renewing = None
        task.result()
    return shelves


async def _stamp(db: Queries, workspace_id: int) -> _Stamp:
    return await db.one(
        _Stamp,
        "SELECT (SELECT coalesce(sum(changes), 0) + 1000003 * count(*) FROM help_centres WHERE workspace_id = $1)::bigint"
        " AS live, (SELECT coalesce(max(version), 0) FROM search_synonyms WHERE workspace_id = $1) AS synonyms",
        workspace_id,
    )


async def _renew(db: Db, workspace_id: int, shelves: _Shelves, stamp: _Stamp) -> None:
    centres = await db.all(CentreRecord, f"SELECT {CENTRE} FROM help_centres c WHERE c.workspace_id = $1", workspace_id)
    shelves.centres = {centre.id: centre for centre in centres}
    shelves.live = {(live.id, live.language): live for live in await list_live(db, workspace_id)}
    if shelves.stamp is None or shelves.stamp.synonyms != stamp.synonyms:
        groups = (await get_synonyms(db, workspace_id)).groups
        async with shelves.lock:
            shelves.index.use_synonyms(groups)
    gone = shelves.indexed.keys() - shelves.live.keys()
    async with shelves.lock:
        for key in gone:
            shelves.index.remove(key)
            del shelves.indexed[key]
    changed = [key for key, live in shelves.live.items() if shelves.indexed.get(key) != live.number]
    for first in range(0, len(changed), CHUNK):
        chunk = changed[first : first + CHUNK]
        texts = await _texts(db, workspace_id, {id for id, _ in chunk})
        documents = [(shelves.live[key], texts[key]) for key in chunk if key in texts]
        async with shelves.lock:
            await asyncio.to_thread(_put, shelves.index, documents)
        shelves.indexed.update({(live.id, live.language): text.number for live, text in documents})
    shelves.stamp = stamp


async def _texts(db: Queries, workspace_id: int, ids: set[int]) -> dict[Key, _Text]:
    rows = await db.all(
        _Text,
        "SELECT t.article_id, t.language, v.number, v.summary, v.body FROM article_texts t JOIN article_versions v"
        " ON v.workspace_id = t.workspace_id AND v.article_id = t.article_id AND v.language = t.language AND v.number = t.live"
        " WHERE t.workspace_id = $1 AND t.article_id = ANY ($2::int[])",
        workspace_id, list(ids),
    )  # fmt: skip
    return {(row.article_id, row.language): row for row in rows}


def _put(index: "Index", documents: Sequence[tuple[Live, _Text]]) -> None:
    for live, text in documents:
        index.put(
            Document(
                id=(live.id, live.language), fields=fields_of(live, text.body), language=live.language, at=live.live_at
            )
        )


def fields_of(live: Live, body: str) -> dict[str, str]:
    """What an article is found by. The words of links to other articles name those, so they are a light field."""
    return {
        "title": live.title,
        "keywords": " \n".join(live.keywords),
        "summary": live.summary,
        "headings": "\n".join(_HEADING.findall(body)),
        "body": plain_text(_LINK.sub(" ", body)),
        "links": "\n".join(_LINK.findall(body)),
    }
