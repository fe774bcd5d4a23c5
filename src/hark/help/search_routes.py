"""Searching articles over HTTP for people of the team, and the synonyms of a workspace's search."""

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import get, put
from hark.core.paging import check_limit
from hark.core.text import one_line
from hark.help.audience import TEAM
from hark.help.quoting import page_address
from hark.help.synonyms import PutSynonyms, SearchSynonyms, get_synonyms, put_synonyms
from hark.settings import Settings

MAX_QUERY = 500


class ArticleMatch(msgspec.Struct, frozen=True, kw_only=True):
    """An article that was found. `url` is its public page, null when not everybody may read it. `marks`: the (start, end) of
    the words of `snippet` that met the query. `confidence`: the chance, 0 to 1, that it answers the query."""

    id: int
    centre_id: int
    language: str
    title: str
    url: str | None
    snippet: str
    marks: list[tuple[int, int]]
    confidence: float


class ArticleMatches(msgspec.Struct, frozen=True, kw_only=True):
    """`good` is false when nothing is good enough to be an answer. `corrected`: the query with mistyped words corrected."""

    items: list[ArticleMatch]
    good: bool
    corrected: str | None


async def search_articles(
    db: Db,
    actor: Actor,
    settings: Settings,
    q: str,
    language: str | None = None,
    centre_id: int | None = None,
    limit: int = 10,
) -> ArticleMatches:
    """The live articles that answer `q` best, internal ones too; the last word may still be growing."""
    from hark.help.finding import find_articles  # its library takes memory, which a process may do without

    query = one_line(q, MAX_QUERY)
    found = await find_articles(
        db,
        actor.workspace_id,
        query,
        language=language,
        audience=TEAM,
        limit=check_limit(limit),
        centre_id=centre_id,
        prefix=True,
    )
    items = [
        ArticleMatch(
            id=hit.article_id, centre_id=hit.centre_id, language=hit.language, title=hit.title,
            url=page_address(settings.base_url, hit.page), snippet=hit.snippet.text, marks=hit.snippet.marks, confidence=round(hit.confidence, 3),
        )
        for hit in found.hits
    ]  # fmt: skip
    return ArticleMatches(items=items, good=found.good, corrected=found.corrected)


async def list_synonyms(db: Db, actor: Actor) -> SearchSynonyms:
    return await get_synonyms(db, actor.workspace_id)


async def replace_synonyms(db: Db, actor: Actor, data: PutSynonyms) -> SearchSynonyms:
    """Keep these groups instead of the former ones."""
    async with db.transaction(actor) as tx:
        return await put_synonyms(tx, data)


ROUTES = (
    get("/api/search/articles", search_articles, can="help.read"),
    get("/api/search/synonyms", list_synonyms, can="help.read"),
    put("/api/search/synonyms", replace_synonyms, can="help.write"),
)
