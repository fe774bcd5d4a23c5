"""Articles of the help centre that answer the customer, shown beside the suggested replies, and what became of them.

What may be done with an article depends on who may read it. One that everybody may read can be linked to and quoted. One for
a segment is found only when this customer belongs to it, and can be quoted: it has no page that everybody can open. An
internal one can be opened by who answers, and nothing of it gets into the reply.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db, Queries, Tx
from hark.core.errors import BadRequest
from hark.core.ids import uuid7
from hark.core.text import one_line
from hark.help.audience import TEAM, Audience, contact_audience, may_read
from hark.help.published import may_enter, published_by_id
from hark.help.queries import get_centre
from hark.help.types import Seen
from hark.settings import Settings
from hark.suggestions import queries
from hark.suggestions.types import ArticleUse, ArticleView, ArticleWay, ChosenArticle, SuggestedArticles

OFFERED = 2
LOOKED_AT = 8  # some are for others only
MAX_QUESTION = 400  # characters of the question are searched for: further down people say thank you
NO_OFFER = "These articles are no longer in view. Open the conversation again; your text is kept."
WAYS: dict[ArticleWay, int] = {"open": 1, "passage": 2, "link": 3}


async def suggest_articles(
    db: Db, settings: Settings, actor: Actor, id: UUID, endpoint_id: UUID | None
) -> SuggestedArticles:
    """Up to two articles that answer the customer's question so far. Raises NotFound when the actor may not see the
    conversation. What is shown is noted."""
    answered = await queries.get_answered(db, actor, id, endpoint_id)
    nothing = SuggestedArticles(id=None, articles=[])
    if not answered.enabled or not actor.can("help.read"):
        return nothing
    said = await queries.list_said(db, actor.workspace_id, id)
    question = one_line(queries.question_of(answered.subject, said), MAX_QUESTION)
    if not question:
        return nothing
    audience = await contact_audience(db, actor.workspace_id, answered.contact_id)
    names = [name for name in (answered.contact_name, answered.agent_name) if name]
    articles = await _fitting(db, settings, actor.workspace_id, question, names, audience)
    if not articles or actor.agent_id is None:
        return msgspec.structs.replace(nothing, articles=articles)
    async with db.transaction(actor) as tx:
        offer_id = await _record(tx, actor.agent_id, id, articles)
    return SuggestedArticles(id=offer_id, articles=articles)


async def _fitting(
    db: Db, settings: Settings, workspace_id: int, question: str, names: Sequence[str], audience: Audience
) -> list[ArticleView]:
    # its library takes memory, which a process may do without
    from hark.help.finding import find_articles
    from hark.help.quoting import marked_words, page_address, section_of
    from hark.search.confidence import GOOD

    found = await find_articles(
        db, workspace_id, question, language=None, audience=TEAM, limit=LOOKED_AT, names=names
    )
    views: list[ArticleView] = []
    for hit in found.hits:
        if not found.good or hit.confidence < GOOD or len(views) == OFFERED:
            break
        centre = await get_centre(db, workspace_id, hit.centre_id)
        live = await published_by_id(db, centre, hit.article_id, hit.language, TEAM)
        if live is None:
            continue
        theirs = may_enter(centre, audience) and may_read(live.visibility, live.condition, audience)
        internal = not centre.published or Seen.INTERNAL in (centre.visibility, live.visibility)
        if not theirs and not internal:
            continue
        url = page_address(settings.base_url, hit.page) if theirs else None
        views.append(
            ArticleView(
                position=len(views) + 1, article_id=hit.article_id, language=hit.language, title=hit.title, url=url,
                passage=section_of(live.body, hit.snippet.text, marked_words(hit.snippet)) if theirs else "",
                snippet=hit.snippet.text, confidence=round(hit.confidence, 2),
                seen="internal" if not theirs else "public" if url else "segment",
            )
        )  # fmt: skip
    return views


# what became of them ----------------------------------------------------------------------------------------------------


async def _record(tx: Tx, agent_id: int, conversation_id: UUID, shown: Sequence[ArticleView]) -> UUID:
    """Note what somebody has in view. The same again while it is unanswered is the same offer."""
    ids, languages = [a.article_id for a in shown], [a.language for a in shown]
    known = await tx.find(
        UUID,
        "SELECT id FROM article_offers WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3"
        " AND answered_at IS NULL AND articles = $4 AND languages = $5 LIMIT 1",
        tx.workspace_id, conversation_id, agent_id, ids, languages,
    )  # fmt: skip
    if known is not None:
        return known
    id = uuid7()
    await tx.run(
        "INSERT INTO article_offers (workspace_id, id, conversation_id, agent_id, at, articles, languages, ways)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.workspace_id, id, conversation_id, agent_id, tx.now(), ids, languages, [0] * len(ids),
    )  # fmt: skip
    return id


async def choose_article(tx: Tx, actor: Actor, id: UUID, chosen: ChosenArticle) -> None:
    """An article the actor has in view was opened, quoted or linked to; the most of these counts. Raises NotFound,
    BadRequest."""
    count = await tx.one(
        int,
        "SELECT cardinality(ways) FROM article_offers WHERE workspace_id = $1 AND id = $2 AND agent_id = $3",
        tx.workspace_id, id, actor.agent_id, missing=NO_OFFER,
    )  # fmt: skip
    if chosen.position > count:
        raise BadRequest("There is no article at this position. Nothing was changed.", code="no_such_article")
    await tx.run(
        "UPDATE article_offers SET ways[$3] = greatest(ways[$3], $4::smallint)"
        " WHERE workspace_id = $1 AND id = $2 AND answered_at IS NULL",
        tx.workspace_id, id, chosen.position, WAYS[chosen.way],
    )  # fmt: skip


async def settle_articles(tx: Tx, conversation_id: UUID, agent_id: int) -> None:
    """An answer has left: of what its author had in view, the list that was used counts, else the last."""
    rows = await tx.all(
        UUID,
        "SELECT id FROM article_offers WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3"
        " AND answered_at IS NULL AND at <= $4 ORDER BY (SELECT max(w) FROM unnest(ways) w) DESC, at DESC FOR UPDATE",
        tx.workspace_id, conversation_id, agent_id, tx.now(),
    )  # fmt: skip
    if not rows:
        return
    await tx.run(
        "UPDATE article_offers SET answered_at = $3 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id,
        rows[0],
        tx.now(),
    )
    await tx.run(
        "DELETE FROM article_offers WHERE workspace_id = $1 AND id = ANY($2::uuid[])", tx.workspace_id, list(rows[1:])
    )


async def list_article_use(db: Queries, workspace_id: int, *, start: datetime, end: datetime) -> list[ArticleUse]:
    """The articles that were in view when an answer left in a period, those used most first."""
    return await db.all(
        ArticleUse,
        "SELECT s.article AS id, s.language, max(coalesce(t.title, '')) AS title, count(*) AS shown,"
        " count(*) FILTER (WHERE s.way = 3) AS linked, count(*) FILTER (WHERE s.way = 2) AS quoted,"
        " count(*) FILTER (WHERE s.way = 1) AS opened"
        " FROM article_offers o CROSS JOIN unnest(o.articles, o.languages, o.ways) AS s(article, language, way)"
        " JOIN article_texts t ON t.workspace_id = o.workspace_id AND t.article_id = s.article AND t.language = s.language"
        " WHERE o.workspace_id = $1 AND o.answered_at >= $2 AND o.answered_at < $3 GROUP BY s.article, s.language"
        " ORDER BY count(*) FILTER (WHERE s.way >= 2) DESC, count(*) DESC, s.article LIMIT 50",
        workspace_id, start, end,
    )  # fmt: skip
