"""Answers from the help centre: the article that fits a question, its section, and its link."""

import asyncio
from functools import cache
from urllib.parse import quote
from uuid import UUID

import msgspec

from hark.bots.steps import Shown
from hark.core.db import Db, Queries, Tx
from hark.help.audience import ANYBODY, Audience, contact_audience
from hark.help.finding import find_articles
from hark.help.published import Live, list_live_centres, may_enter, published_by_id
from hark.help.queries import CentreRecord, get_centre
from hark.help.quoting import marked_words, section_of
from hark.settings import load_settings

SURE = 0.5
"""A bot answers by itself when the article is more likely to answer than not; what is merely worth showing to somebody who
searches (`good`) begins far below."""


async def find_answer(
    db: Db | Tx, workspace_id: int, query: str, *, language: str, audience: Audience = ANYBODY,
    confidence: float | None = None, skip: tuple[str, ...] = (),
) -> Shown | None:  # fmt: skip
    """The article that answers a question, with the section that fits; None when nothing is good enough.

    `confidence`: how sure the search must be by its calibration, `SURE` when None. `skip`: addresses shown before.
    """
    found = await find_articles(
        db, workspace_id, query, language=language.split("-")[0] or None, audience=audience, limit=1 + len(skip)
    )
    for hit in found.hits:
        if not found.good or hit.confidence < (SURE if confidence is None else confidence):
            return None
        centre = await get_centre(db, workspace_id, hit.centre_id)
        live = await published_by_id(db, centre, hit.article_id, hit.language, audience)
        if live is not None and article_url(centre, live) not in skip:
            return _shown(centre, live, section_of(live.body, hit.snippet.text, marked_words(hit.snippet)))
    return None


class Read(msgspec.Struct, frozen=True):
    """A public article that may answer: its address, and all of its words."""

    title: str
    url: str
    text: str


async def find_texts(
    db: Db, workspace_id: int, query: str, *, language: str, confidence: float | None, limit: int
) -> list[Read]:
    """What an answer to a question can be written from: articles that everybody may read, in the customer's language, the
    best of them as sure as for `find_answer`. Empty when it is not."""
    short = language.split("-")[0]
    found = await find_articles(db, workspace_id, query, language=short or None, audience=ANYBODY, limit=limit)
    hits = [hit for hit in found.hits if hit.language.split("-")[0] == short]
    if not found.good or not hits or hits[0].confidence < (SURE if confidence is None else confidence):
        return []
    texts: list[Read] = []
    for hit in hits:
        centre = await get_centre(db, workspace_id, hit.centre_id)
        live = await published_by_id(db, centre, hit.article_id, hit.language, ANYBODY)
        if live is not None and may_enter(centre, ANYBODY):
            texts.append(await asyncio.to_thread(_read, live, article_url(centre, live)))
    return texts


def _read(live: Live, url: str) -> Read:
    from hark.help.markdown import plain_text

    return Read(live.title, url, plain_text(live.body))


async def reader(db: Queries, workspace_id: int, conversation_id: UUID, endpoint_id: UUID) -> Audience:
    """What whoever writes on an endpoint may read: as a contact only when it is proved that they are this contact."""
    contact_id = await db.find(
        UUID,
        "SELECT c.contact_id FROM conversations c JOIN endpoints e ON e.workspace_id = $1 AND e.id = $3"
        " JOIN visitors v ON v.workspace_id = $1 AND v.id = e.visitor_id AND v.user_id IS NOT NULL"
        "   AND v.contact_id = c.contact_id WHERE c.workspace_id = $1 AND c.id = $2",
        workspace_id, conversation_id, endpoint_id,
    )  # fmt: skip
    return await contact_audience(db, workspace_id, contact_id)


async def get_article(db: Queries, workspace_id: int, article_id: int, language: str) -> Shown | None:
    """One published article for anybody, in a language or the centre's default; None when there is none."""
    for centre in await list_live_centres(db, workspace_id):
        for wanted in dict.fromkeys([language, language.split("-")[0], *centre.languages]):
            live = await published_by_id(db, centre, article_id, wanted, ANYBODY)
            if live is not None and may_enter(centre, ANYBODY):
                return _shown(centre, live, section_of(live.body, ""))
    return None


def article_url(centre: CentreRecord, live: Live) -> str:
    """The address of an article as readers open it."""
    scheme = base_url().partition("://")[0]
    base = f"{scheme}://{centre.domains[0]}" if centre.domains else f"{base_url()}/help/{centre.slug}"
    return f"{base}/{live.language}/articles/{quote(live.slug)}"


@cache
def base_url() -> str:
    return load_settings().base_url.rstrip("/")


def _shown(centre: CentreRecord, live: Live, section: str) -> Shown:
    return Shown(title=live.title, url=article_url(centre, live), section=section or live.summary)
